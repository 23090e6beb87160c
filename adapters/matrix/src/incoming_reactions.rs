//! Reactions of people, which press buttons, and redactions.

use std::time::Duration;

use matrix_sdk::Room;
use matrix_sdk::ruma::{OwnedEventId, TransactionId, UserId};
use pstral_core::domain::{Actor, EventBody, Outgoing};
use pstral_core::ports::{Inbox, PlatformError};
use pstral_core::text::text;
use serde_json::Value;

use crate::Matrix;
use crate::content::{in_thread, shown};
use crate::dms::Audience;
use crate::event::{id, redacted};
use crate::hearing::Work;
use crate::own_messages::NotOurs;
use crate::place::{Spot, platform};
use crate::reaction_keys::is_one;
use crate::rewording::ADVICE;

/// The number of times that a sentence is sent until the homeserver accepts it, and the wait in between.
const TRIES: usize = 3;
const WAIT: Duration = Duration::from_secs(3);

/// A reaction to a message that cannot be read now.
pub(crate) struct Unread {
    /// The reason.
    pub(crate) error: PlatformError,
    /// The place of the message, if we wrote it and its key is missing; `None` if the homeserver did not answer.
    pub(crate) spot: Option<Spot>,
}

impl From<PlatformError> for Unread {
    fn from(error: PlatformError) -> Self {
        Self { error, spot: None }
    }
}

impl Matrix {
    /// Says that a reaction had no effect because the key of its message did not arrive in time: once in a while to
    /// each person, and only to those who may ask there.
    pub(crate) async fn tell_unread(&self, room: &Room, spot: Spot, sender: &UserId) {
        let Some(advice) = self.advice.get() else { return };
        let actor = Actor { platform: platform(), id: sender.to_string(), name: String::new() };
        let place = spot.place(self.audience(room).await == Audience::DmConfidential);
        let may_ask = tokio::time::timeout(ADVICE, advice.may_ask(&actor, &place)).await.unwrap_or(false);
        if !may_ask || !self.unread.is_due(sender.to_owned()) {
            return;
        }
        let sentence = Outgoing::text(text("matrix-press-unread").render(self.config.locale));
        let named = TransactionId::new();
        for _ in 0..TRIES {
            let told = async {
                let content = in_thread(shown(&sentence, false)?, spot.thread.as_ref());
                self.put(&spot, room, "m.room.message", content, named.clone()).await
            };
            let Err(error) = told.await else { return };
            tracing::warn!(%error, room = %room.room_id(), "the answer to a reaction that could not be read was not sent");
            tokio::time::sleep(WAIT).await;
        }
    }

    /// Handles a reaction: one to a message of ours presses a button. Fails if that cannot be determined now.
    pub(crate) async fn pressed<'a>(
        &'a self,
        room: &Room,
        event: OwnedEventId,
        sender: &UserId,
        event_json: &Value,
        inbox: &'a Inbox,
    ) -> Result<Option<Work<'a>>, Unread> {
        let related = &event_json["content"]["m.relates_to"];
        let Some((to, key)) = id(&related["event_id"]).zip(related["key"].as_str().filter(|key| is_one(key))) else {
            return Ok(None);
        };
        let message = match self.own_messages.look(room, &to).await? {
            Ok(message) => message,
            Err(NotOurs::Known) => return Ok(None),
            Err(NotOurs::Unreadable(spot)) => {
                let error = PlatformError::Unavailable("its key is not here yet".to_owned());
                return Err(Unread { error, spot: Some(spot) });
            }
        };
        let Some(action) = message.action(key) else { return Ok(None) };
        if let Some(root) = message.spot.thread.as_ref().filter(|root| !self.threads.has_askers(root)) {
            self.learn_asker(room, root).await;
        }
        let is_private = self.audience(room).await == Audience::DmConfidential;
        let event =
            self.event(room, event, sender, event_json, message.spot, is_private, EventBody::Clicked(action)).await;
        Ok(Some(inbox(event)))
    }

    /// Handles a redaction: of a question, of a reaction, or, by a moderator, of a message of ours.
    pub(crate) async fn taken_back<'a>(
        &'a self,
        room: &Room,
        sender: &UserId,
        event_json: &Value,
        inbox: &'a Inbox,
    ) -> Option<Work<'a>> {
        let (gone, event) = (redacted(event_json)?, id(&event_json["event_id"])?);
        if self.own_messages.lose(&gone, room.room_id()) {
            return None;
        }
        let asked = self.questions.withdraw(&gone, room.room_id());
        let is_private = self.audience(room).await == Audience::DmConfidential;
        let spot = Spot::new(room.room_id().to_owned(), None);
        let body = EventBody::Deleted { event: asked.unwrap_or_else(|| gone.to_string()) };
        Some(inbox(self.event(room, event, sender, event_json, spot, is_private, body).await))
    }
}
