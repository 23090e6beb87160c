//! Questions that are changed or taken back by their messages.

use std::time::Duration;

use pstral_core::domain::{Actor, Event, EventBody, Place};
use pstral_core::ports::Inbox;
use serenity::model::event::MessageUpdateEvent;

use crate::Discord;
use crate::asked::Question;
use crate::hearing::without_mention;
use crate::place::platform;

/// How long an answer that was stopped may take to end.
const ENDING: Duration = Duration::from_secs(30);

impl Discord {
    /// A message was changed: what it asked is asked again, unless something was run since.
    pub(crate) async fn reword(&self, updated: &MessageUpdateEvent, inbox: &Inbox) {
        let Some((question, own)) = self.asked.by(updated.id.get()).zip(self.own.get()) else { return };
        // Discord changes messages too, to unfold their links.
        let (Some(content), Some(edited)) = (&updated.content, &updated.edited_timestamp) else { return };
        let said = without_mention(content, *own);
        let words = self.with_attachments(said, updated.attachments.as_deref().unwrap_or_default()).await;
        if words == question.words || words.is_empty() || !question.can_change() {
            return;
        }
        self.stop(&question, inbox).await;
        let id = format!("{}.{}", updated.id, edited.unix_timestamp());
        let event = Event { id, body: EventBody::Said(words.clone()), ..question.event.clone() };
        let changed =
            self.asked.asks(updated.id.get(), Question::new(event.clone(), words, question.guild, question.message));
        inbox(event).await;
        changed.answered.cancel();
    }

    /// A message was deleted: what it asked is not wanted any more.
    pub(crate) async fn take_back(&self, message: u64, inbox: &Inbox) {
        if let Some(question) = self.asked.by(message) {
            self.stop(&question, inbox).await;
        }
    }

    /// Stops an answer, and waits until it has ended.
    async fn stop(&self, question: &Question, inbox: &Inbox) {
        if question.answered.is_cancelled() {
            return;
        }
        let body = EventBody::Deleted { event: question.event.id.clone() };
        let id = format!("{} deleted", question.event.id);
        inbox(Event { id, body, ..question.event.clone() }).await;
        let _ = tokio::time::timeout(ENDING, question.answered.cancelled()).await;
    }

    /// We are no longer where questions are being answered.
    pub(crate) async fn left(&self, was_there: impl Fn(&Question) -> bool, inbox: &Inbox) {
        let mut places: Vec<Place> = Vec::new();
        for question in self.asked.open(was_there) {
            let place = question.event.place.clone();
            if places.contains(&place) {
                continue;
            }
            let nobody = Actor { platform: platform(), id: "0".to_owned(), name: String::new() };
            let (id, at) = (format!("{} left", question.event.id), jiff::Timestamp::now());
            inbox(Event { id, at, actor: nobody, place: place.clone(), body: EventBody::Left }).await;
            places.push(place);
        }
    }
}
