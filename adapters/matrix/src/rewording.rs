//! Asks questions once their files have been read, and again when their messages are edited.

use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt as _};
use matrix_sdk::Room;
use matrix_sdk::ruma::{OwnedEventId, UserId};
use pstral_core::domain::{Event, EventBody};
use pstral_core::ports::Inbox;
use serde_json::Value;

use crate::Matrix;
use crate::dms::Audience;
use crate::event::moment;
use crate::hearing::{ParsedMessage, Work};
use crate::incoming_files::{Files, caption};
use crate::place::{platform, spot};
use crate::questions::Question;

/// Time within which an answer that was stopped must end.
const ENDING: Duration = Duration::from_secs(30);
/// The time-out of the query whether a statement was run.
pub(crate) const ADVICE: Duration = Duration::from_secs(5);

impl Matrix {
    /// Handles an edited message: its question is asked again, unless a statement was already run for it.
    pub(crate) async fn reword<'a>(
        &'a self,
        room: &Room,
        id: OwnedEventId,
        of: &OwnedEventId,
        sender: &UserId,
        event_json: &Value,
        inbox: &'a Inbox,
    ) -> Option<Work<'a>> {
        let before = self.questions.get(of).filter(|question| question.event.actor.id == *sender)?;
        let is_here = spot(&before.event.place).is_ok_and(|spot| spot.room == room.room_id());
        let content = &event_json["content"]["m.new_content"];
        let body = match content["msgtype"].as_str() {
            Some("m.text") => content["body"].as_str()?,
            Some("m.file") => caption(content)?,
            _ => return None,
        };
        let is_direct = self.audience(room).await != Audience::Group;
        let ParsedMessage { text: words, body, .. } = self.parse_body(room, content, body, is_direct).await;
        let is_question = matches!(body, EventBody::Said(_)) && !words.is_empty();
        if !is_here || !is_question || words == before.words || !before.can_change() {
            return None;
        }
        let event = Event { id: id.to_string(), at: moment(event_json), body, ..before.event.clone() };
        // Before anything is waited for: of what comes meanwhile, the last one counts.
        let question = self.questions.record(of, before.reworded(event, words));
        Some(async move { self.ask_again(before, question, inbox).await }.boxed())
    }

    /// Asks a question once its files have been read.
    pub(crate) async fn ask_with(&self, question: Arc<Question>, room: &Room, files: Files, inbox: &Inbox) {
        question.has_read(self.read_files(room, files).await);
        ask(&question, inbox).await;
    }

    /// Stops the answer to a question, waits for its end, and asks the new version.
    async fn ask_again(&self, before: Arc<Question>, question: Arc<Question>, inbox: &Inbox) {
        if self.was_run(&before).await {
            question.answered.cancel();
            return;
        }
        if !before.answered.is_cancelled() {
            let body = EventBody::Reworded { event: before.event.id.clone() };
            let id = format!("{} reworded", before.event.id);
            inbox(Event { id, body, ..before.event.clone() }).await;
            let _ = tokio::time::timeout(ENDING, before.answered.cancelled()).await;
        }
        question.has_read(before.files().to_owned());
        ask(&question, inbox).await;
    }

    /// Checks whether a statement was run for any version of a question; true if that is not known.
    async fn was_run(&self, question: &Question) -> bool {
        let Some(advice) = self.advice.get() else { return true };
        let platform = platform();
        for event in question.versions() {
            if tokio::time::timeout(ADVICE, advice.was_run(&platform, event)).await.unwrap_or(true) {
                return true;
            }
        }
        false
    }
}

/// Asks a question, unless it was withdrawn meanwhile.
async fn ask(question: &Question, inbox: &Inbox) {
    if question.is_gone() {
        question.answered.cancel();
    } else {
        answered_by(inbox(question.whole()), question).await;
    }
}

/// Waits for the answer to a question, and marks it as answered.
pub(crate) async fn answered_by(answering: BoxFuture<'static, ()>, question: &Question) {
    answering.await;
    question.answered.cancel();
}
