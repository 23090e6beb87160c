//! Sending, changing and removing messages.

use matrix_sdk::Room;
use matrix_sdk::config::RequestConfig;
use matrix_sdk::ruma::api::client::redact::redact_event;
use matrix_sdk::ruma::{OwnedEventId, OwnedTransactionId, TransactionId};
use pstral_core::domain::{MessageRef, Outgoing, Place};
use pstral_core::ports::{PlatformError, SendKey};
use serde_json::Value;

use crate::Matrix;
use crate::client::PATIENCE;
use crate::content::{buttons, change, in_thread, shown};
use crate::fault::{fault, http_fault};
use crate::ours::Message;
use crate::place::{Spot, spot, whose_aside};

/// Now or not at all: by the time it went again, its text would be stale.
pub(crate) fn once() -> RequestConfig {
    RequestConfig::new().timeout(PATIENCE).disable_retry()
}

impl Matrix {
    pub(crate) async fn send_to(
        &self,
        key: SendKey,
        place: &Place,
        message: &Outgoing,
    ) -> Result<MessageRef, PlatformError> {
        let beside = match whose_aside(place) {
            Some(user) => Some(self.private_with(user).await?),
            None => None,
        };
        let place = beside.as_ref().unwrap_or(place);
        let spot = spot(place)?;
        let content = in_thread(shown(message)?, spot.thread.as_ref());
        let room = self.room(&spot).await?;
        let named = named(key);
        let id = if message.text.trim().is_empty() && !message.files.is_empty() {
            None
        } else {
            let id = self.put(&spot, &room, "m.room.message", content, named.clone()).await?;
            self.ours.learn(&id, Message::new(spot.clone(), buttons(message)));
            self.want_reactions(&id, message);
            Some(id)
        };
        let first_file = self.send_files(&spot, &room, id.as_ref(), named.as_str(), &message.files).await?;
        let id = id.or(first_file).ok_or_else(|| PlatformError::Rejected("nothing to send".to_owned()))?;
        Ok(MessageRef { place: place.clone(), id: id.to_string() })
    }

    pub(crate) async fn edit_at(&self, at: &MessageRef, message: &Outgoing) -> Result<(), PlatformError> {
        let (spot, id) = (spot(&at.place)?, event_id(at)?);
        let content = change(id.as_str(), shown(message)?);
        let room = self.room(&spot).await?;
        if self.ours.find(&room, &id).await?.is_none() {
            return Err(PlatformError::Gone);
        }
        self.put(&spot, &room, "m.room.message", content, TransactionId::new()).await?;
        self.ours.change(&id, |known| known.buttons = buttons(message));
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
        if self.ours.get(&id).is_some_and(|known| known.is_gone) {
            return Ok(());
        }
        match self.redact(&spot, &room, id.clone()).await {
            Ok(()) | Err(PlatformError::Gone) => {
                self.ours.lose(&id);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Writes an event to a place, and says which one it is.
    pub(crate) async fn put(
        &self,
        spot: &Spot,
        room: &Room,
        kind: &'static str,
        content: Value,
        named: OwnedTransactionId,
    ) -> Result<OwnedEventId, PlatformError> {
        let room = room.clone();
        let sent = self.turns.write(spot, async move {
            let sent = room.send_raw(kind, content).with_transaction_id(&named).with_request_config(once()).await;
            sent.map(|sent| sent.response.event_id).map_err(fault)
        });
        self.counted(sent.await)
    }

    /// Takes an event back.
    pub(crate) async fn redact(&self, spot: &Spot, room: &Room, id: OwnedEventId) -> Result<(), PlatformError> {
        let (client, room_id) = (room.client(), room.room_id().to_owned());
        let redacted = self.turns.write(spot, async move {
            let request = redact_event::v3::Request::new(room_id, id, TransactionId::new());
            let redacted = client.send(request).with_request_config(once()).await;
            redacted.map(drop).map_err(|error| http_fault(&error))
        });
        self.counted(redacted.await)
    }

    /// Counts what was written, or refused, against the budget of the account.
    fn counted<T>(&self, written: Result<T, PlatformError>) -> Result<T, PlatformError> {
        match &written {
            Ok(_) => self.ledger.take(),
            Err(PlatformError::RateLimited { retry_after }) => self.ledger.refused(*retry_after),
            Err(_) => {}
        }
        written
    }

    /// The room of a place, where we are in it.
    pub(crate) async fn room(&self, spot: &Spot) -> Result<Room, PlatformError> {
        let client = self.client().await?;
        let room = client.get_room(&spot.room).ok_or(PlatformError::Gone)?;
        if room.state() == matrix_sdk::RoomState::Joined { Ok(room) } else { Err(PlatformError::Gone) }
    }
}

/// What the homeserver knows a message by that is sent again.
fn named(key: SendKey) -> OwnedTransactionId {
    format!("pstral-{:016x}", key.0).into()
}

fn event_id(at: &MessageRef) -> Result<OwnedEventId, PlatformError> {
    at.id.as_str().try_into().map_err(|_| PlatformError::Gone)
}
