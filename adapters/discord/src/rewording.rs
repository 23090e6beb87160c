//! Questions that are edited or withdrawn through their messages.

use std::time::Duration;

use pstral_core::domain::{Actor, Event, EventBody, Place};
use pstral_core::ports::Inbox;
use serenity::model::event::MessageUpdateEvent;

use crate::Discord;
use crate::hearing::without_mention;
use crate::place::platform;
use crate::questions::Question;

/// Time within which an answer that was stopped must end.
const ENDING: Duration = Duration::from_secs(30);

impl Discord {
    /// Handles an edited message: its question is asked again, unless a statement was already run for it. Of several
    /// edits, only the last is asked.
    pub(crate) async fn reword(&self, updated: &MessageUpdateEvent, inbox: &Inbox) {
        let message = updated.id.get();
        let Some((before, own)) = self.questions.get(message).zip(self.own.get()) else { return };
        // Discord changes messages too, to unfold their links.
        let Some(content) = updated.content.as_ref().filter(|_| updated.edited_timestamp.is_some()) else { return };
        let (said, attached) = (without_mention(content, *own), updated.attachments.as_deref().unwrap_or_default());
        let files: Vec<u64> = attached.iter().map(|file| file.id.get()).collect();
        let (is_same, is_nothing) = (said == before.said && files == before.files, said.is_empty() && files.is_empty());
        let is_theirs =
            before.event.actor.id == updated.author.as_ref().map(|author| author.id.to_string()).unwrap_or_default();
        if is_same || is_nothing || !is_theirs || !before.can_change() {
            return;
        }
        let id = format!("{message}.{}", before.versions().count());
        let changed = before.reworded(Event { id, ..before.event.clone() }, said).with_files(files.into_iter());
        let quoted = updated.referenced_message.iter().flatten().map(|quoted| &**quoted).next();
        // Before anything is waited for: of what comes meanwhile, the last one counts.
        let changed = self.questions.record(message, changed);
        if self.was_run(&before).await {
            changed.answered.cancel();
            return;
        }
        self.stop(&before, |event| EventBody::Reworded { event }, inbox).await;
        let words = self.with_attachments(self.with_quoted(&changed.said, updated.channel_id, quoted), attached).await;
        self.hand_over(message, &changed, words, inbox).await;
    }

    /// Handles a deleted message: its question is withdrawn.
    pub(crate) async fn take_back(&self, message: u64, inbox: &Inbox) {
        if let Some(question) = self.questions.withdraw(message) {
            self.stop(&question, |event| EventBody::Deleted { event }, inbox).await;
        }
    }

    /// Checks whether a statement was run for any version of a question.
    async fn was_run(&self, question: &Question) -> bool {
        for version in question.versions() {
            if self.advice.was_run(&version.event.id).await {
                return true;
            }
        }
        false
    }

    /// Stops all versions of a question, and waits until they have ended.
    async fn stop(&self, question: &Question, why: impl Fn(String) -> EventBody, inbox: &Inbox) {
        for version in question.versions().filter(|version| !version.answered.is_cancelled()) {
            let (id, body) = (format!("{} ended", version.event.id), why(version.event.id.clone()));
            inbox(Event { id, body, ..version.event.clone() }).await;
        }
        let ended = futures::future::join_all(question.versions().map(|version| version.answered.cancelled()));
        let _ = tokio::time::timeout(ENDING, ended).await;
    }

    /// Stops the questions in places that the bot is no longer in.
    pub(crate) async fn stop_questions_in(&self, was_there: impl Fn(&Question) -> bool, inbox: &Inbox) {
        let mut places: Vec<Place> = Vec::new();
        for question in self.questions.open(was_there) {
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
