//! Sending, editing and redacting messages.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use matrix_sdk::Room;
use matrix_sdk::config::RequestConfig;
use matrix_sdk::ruma::api::client::redact::redact_event;
use matrix_sdk::ruma::{OwnedEventId, OwnedTransactionId, TransactionId};
use pstral_core::domain::{MessageRef, Outgoing, OutgoingState, Place};
use pstral_core::ports::{PlatformError, SendKey};
use serde_json::Value;

use crate::Matrix;
use crate::client::REQUEST_TIMEOUT;
use crate::content::{LIVE, OURS, buttons, change, in_thread, shown};
use crate::fault::{fault, http_fault};
use crate::invites::leave;
use crate::own_messages::Message;
use crate::place::{Spot, spot, whose_aside};

/// Requests without retries: by the time of a retry the text would be stale.
pub(crate) fn once() -> RequestConfig {
    RequestConfig::new().timeout(REQUEST_TIMEOUT).disable_retry()
}

impl Matrix {
    pub(crate) async fn send_to(
        &self,
        key: SendKey,
        place: &Place,
        message: &Outgoing,
    ) -> Result<MessageRef, PlatformError> {
        let Some(user) = whose_aside(place) else { return self.send_there(key, place, message).await };
        let notice = (user.to_owned(), message.text.clone());
        if let Some(stands) = self.private_notices.find(&notice) {
            return Ok(stands);
        }
        let sent = self.send_there(key, &self.private_with(user).await?, message).await?;
        self.private_notices.record(notice, sent.clone());
        Ok(sent)
    }

    async fn send_there(&self, key: SendKey, place: &Place, message: &Outgoing) -> Result<MessageRef, PlatformError> {
        let spot = spot(place)?;
        let content = in_thread(self.shown(message)?, spot.thread.as_ref());
        let print = fingerprint(&content);
        let room = self.room(&spot).await?;
        let named = named(key);
        let id = if message.text.trim().is_empty() && !message.files.is_empty() {
            None
        } else {
            let id = self.put(&spot, &room, "m.room.message", content, named.clone()).await?;
            self.written.notify_one();
            let known = Message::new(spot.clone(), buttons(message));
            self.own_messages.learn(&id, Message { shown: Some(print), is_live: is_live(message), ..known });
            self.show_typing(&room, message);
            self.want_reactions(&id, message);
            Some(id)
        };
        let first_file = self.send_files(&spot, &room, id.as_ref(), named.as_str(), &message.files).await?;
        let id = id.or(first_file).ok_or_else(|| PlatformError::Rejected("nothing to send".to_owned()))?;
        Ok(MessageRef { place: place.clone(), id: id.to_string() })
    }

    pub(crate) async fn edit_at(&self, at: &MessageRef, message: &Outgoing) -> Result<(), PlatformError> {
        let (spot, id) = (spot(&at.place)?, event_id(at)?);
        let content = change(id.as_str(), self.shown(message)?);
        let room = self.room(&spot).await?;
        let Some(known) = self.own_messages.find(&room, &id).await? else { return Err(PlatformError::Gone) };
        // Where its files were refused, it is made again: what stands there need not be written again for them.
        let print = fingerprint(&content);
        if message.files.is_empty() || known.shown != Some(print) {
            let changed = self.put(&spot, &room, "m.room.message", content, TransactionId::new()).await;
            if matches!(changed, Err(PlatformError::Gone | PlatformError::Rejected(_))) {
                self.own_messages.abandon(&id);
            }
            changed?;
            self.own_messages.change(&id, |known| {
                (known.buttons, known.shown, known.is_live) = (buttons(message), Some(print), is_live(message));
            });
        }
        self.show_typing(&room, message);
        self.want_reactions(&id, message);
        if !message.files.is_empty() {
            self.send_files(&spot, &room, Some(&id), id.as_str(), &message.files).await?;
        }
        Ok(())
    }

    pub(crate) async fn delete_at(&self, at: &MessageRef) -> Result<(), PlatformError> {
        let (spot, Ok(id)) = (spot(&at.place)?, event_id(at)) else { return Ok(()) };
        let room = match self.room(&spot).await {
            Err(PlatformError::Gone) => return Ok(()),
            room => room?,
        };
        if self.own_messages.get(&id).is_some_and(|known| known.is_gone) {
            return Ok(());
        }
        match self.write(Some(&spot), redact(room.clone(), id.clone())).await {
            Ok(()) | Err(PlatformError::Gone) => {
                self.own_messages.lose(&id, &spot.room);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Shows that the bot is typing until the text is complete.
    fn show_typing(&self, room: &Room, message: &Outgoing) {
        if !is_live(message) {
            self.stop_typing_in(room);
        }
    }

    /// Builds the content of a message. If there is no reaction to stop it, it says what to type.
    fn shown(&self, message: &Outgoing) -> Result<Value, PlatformError> {
        shown(message, self.rate_budget.is_limited())
    }

    /// Writes an event to a place, and returns its id.
    pub(crate) async fn put(
        &self,
        spot: &Spot,
        room: &Room,
        kind: &'static str,
        content: Value,
        named: OwnedTransactionId,
    ) -> Result<OwnedEventId, PlatformError> {
        let written = self.write(Some(spot), put(room.clone(), kind, content, named)).await;
        if written == Err(PlatformError::Gone)
            && let Err(error) = leave(room).await
        {
            tracing::debug!(%error, room = %room.room_id(), "a room that Pstral is no longer in could not be recorded as left");
        }
        written
    }

    /// Makes a write and counts it in the budget of the account: after the earlier ones to a place, or, without a place,
    /// at once, so that it delays no text. Records a rate limit if the account is configured as unlimited.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        spot: Option<&Spot>,
        work: impl Future<Output = Result<T, PlatformError>> + Send + 'static,
    ) -> Result<T, PlatformError> {
        self.rate_budget.take();
        let written = match spot {
            Some(spot) => self.write_locks.write(spot, work).await,
            None => work.await,
        };
        if let Err(PlatformError::RateLimited { retry_after }) = &written {
            self.rate_budget.refused(*retry_after);
            if !self.rate_budget.is_limited() {
                self.refusals.note();
            }
        }
        written
    }

    /// Returns the room of a place, if we are in it.
    pub(crate) async fn room(&self, spot: &Spot) -> Result<Room, PlatformError> {
        let client = self.client().await?;
        let room = client.get_room(&spot.room).ok_or(PlatformError::Gone)?;
        if room.state() == matrix_sdk::RoomState::Joined { Ok(room) } else { Err(PlatformError::Gone) }
    }
}

/// Sends an event to a room.
pub(crate) async fn put(
    room: Room,
    kind: &'static str,
    content: Value,
    named: OwnedTransactionId,
) -> Result<OwnedEventId, PlatformError> {
    let sent = room.send_raw(kind, content).with_transaction_id(&named).with_request_config(once()).await;
    sent.map(|sent| sent.response.event_id).map_err(fault)
}

/// Redacts an event.
pub(crate) async fn redact(room: Room, id: OwnedEventId) -> Result<(), PlatformError> {
    let request = redact_event::v3::Request::new(room.room_id().to_owned(), id, TransactionId::new());
    let redacted = room.client().send(request).with_request_config(once()).await;
    redacted.map(drop).map_err(|error| http_fault(&error))
}

fn is_live(message: &Outgoing) -> bool {
    message.state == OutgoingState::Streaming
}

/// Computes a fingerprint of a content, without its relations.
fn fingerprint(content: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    let shown = &content["m.new_content"];
    let shown = if shown.is_object() { shown } else { content };
    for part in ["body", "formatted_body", OURS, LIVE] {
        shown[part].to_string().hash(&mut hasher);
    }
    hasher.finish()
}

/// Returns the transaction id of a message, by which the homeserver recognizes a repeated send.
fn named(key: SendKey) -> OwnedTransactionId {
    format!("pstral-{:016x}", key.0).into()
}

fn event_id(at: &MessageRef) -> Result<OwnedEventId, PlatformError> {
    at.id.as_str().try_into().map_err(|_| PlatformError::Gone)
}
