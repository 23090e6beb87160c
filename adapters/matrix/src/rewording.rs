//! Questions that are changed by their messages.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use matrix_sdk::Room;
use matrix_sdk::ruma::{OwnedEventId, UserId};
use pstral_core::domain::{Event, EventBody};
use pstral_core::ports::Inbox;
use serde_json::Value;

use crate::Matrix;
use crate::asked::Question;
use crate::attached::caption;
use crate::event::moment;
use crate::hearing::{Said, Work};
use crate::place::spot;
use crate::rooms::Company;

/// How long an answer that was stopped may take to end.
const ENDING: Duration = Duration::from_secs(30);

impl Matrix {
    /// A message was changed: what it asked is asked again, unless something was run since.
    pub(crate) async fn reword<'a>(
        &'a self,
        room: &Room,
        id: OwnedEventId,
        of: &OwnedEventId,
        sender: &UserId,
        said: &Value,
        inbox: &'a Inbox,
    ) -> Option<Work<'a>> {
        let before = self.asked.by(of).filter(|question| question.event.actor.id == *sender)?;
        let is_here = spot(&before.event.place).is_ok_and(|spot| spot.room == room.room_id());
        let content = &said["content"]["m.new_content"];
        let body = match content["msgtype"].as_str() {
            Some("m.text") => content["body"].as_str()?,
            Some("m.file") => caption(content)?,
            _ => return None,
        };
        let is_direct = self.company(room).await != Company::Many;
        let Said { words, body, .. } = self.understood(room, content, body, is_direct).await;
        let is_question = matches!(body, EventBody::Said(_)) && !words.is_empty();
        if !is_here || !is_question || words == before.words || !before.can_change() {
            return None;
        }
        let body = EventBody::Said(format!("{words}{}", before.files));
        let event = Event { id: id.to_string(), at: moment(said), body, ..before.event.clone() };
        let question = self.asked.asks(of, before.reworded(event, words));
        Some(ask_again(before, question, inbox).boxed())
    }
}

/// Stops the answer to a question, and when it has ended asks what it says now.
async fn ask_again(before: Arc<Question>, question: Arc<Question>, inbox: &Inbox) {
    if !before.answered.is_cancelled() {
        let body = EventBody::Deleted { event: before.event.id.clone() };
        let id = format!("{} reworded", before.event.id);
        inbox(Event { id, body, ..before.event.clone() }).await;
        let _ = tokio::time::timeout(ENDING, before.answered.cancelled()).await;
    }
    if !question.is_gone() {
        inbox(question.event.clone()).await;
    }
    question.answered.cancel();
}
