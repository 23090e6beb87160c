//! Verification by comparing emoji, which needs a person at both ends: requests are cancelled, with a sentence to people.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::future::FutureExt as _;
use matrix_sdk::event_handler::EventHandlerDropGuard;
use matrix_sdk::ruma::events::key::verification::request::ToDeviceKeyVerificationRequestEvent;
use matrix_sdk::ruma::{OwnedEventId, OwnedUserId, TransactionId, UserId};
use matrix_sdk::{Client, Room};
use pstral_core::domain::Outgoing;
use pstral_core::ports::PlatformError;
use pstral_core::text::text;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::Matrix;
use crate::hearing::Work;
use crate::place::Spot;

/// Time before a person is told again why a verification was cancelled.
const AGAIN: Duration = Duration::from_mins(10);

/// People who were told of late why a verification was cancelled.
#[derive(Debug, Default)]
pub(crate) struct Declined(Mutex<HashMap<OwnedUserId, Instant>>);

impl Declined {
    /// Tells whether a person has to be told, and notes that they are.
    fn is_due(&self, user: &UserId) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.retain(|_, at| at.elapsed() < AGAIN);
        let is_due = !told.contains_key(user);
        if is_due {
            told.insert(user.to_owned(), Instant::now());
        }
        is_due
    }
}

impl Matrix {
    /// Cancels a request that somebody made in a room, and says why.
    pub(crate) fn decline_verification<'a>(
        &'a self,
        room: &Room,
        id: OwnedEventId,
        sender: &UserId,
        content: &Value,
    ) -> Option<Work<'a>> {
        if content["to"] != room.own_user_id().as_str() {
            return None;
        }
        let (room, sender) = (room.clone(), sender.to_owned());
        Some(async move { self.cancel_verification(&room, &id, &sender).await }.boxed())
    }

    async fn cancel_verification(&self, room: &Room, id: &OwnedEventId, sender: &UserId) {
        let spot = Spot::new(room.room_id().to_owned(), None);
        let cancelled = json!({
            "code": "m.user",
            "reason": "Pstral compares no emoji",
            "m.relates_to": { "rel_type": "m.reference", "event_id": id },
        });
        let sentence = Outgoing::text(text("matrix-no-emoji").render(self.config.locale));
        let told = async {
            self.put(&spot, room, "m.key.verification.cancel", cancelled, TransactionId::new()).await?;
            let is_encrypted = room.latest_encryption_state().await.is_ok_and(|state| state.is_encrypted());
            if is_encrypted && self.declined.is_due(sender) {
                let content = crate::content::shown(&sentence, false)?;
                self.put(&spot, room, "m.room.message", content, TransactionId::new()).await?;
            }
            Ok::<_, PlatformError>(())
        };
        match told.await {
            Ok(()) => tracing::info!(room = %room.room_id(), "cancelled a verification request"),
            Err(error) => {
                tracing::warn!(%error, room = %room.room_id(), "a verification request could not be cancelled");
            }
        }
    }
}

/// Cancels requests that another device makes, until what this gives is dropped.
pub(crate) fn decline(client: &Client) -> EventHandlerDropGuard {
    let handler = client.add_event_handler(|event: ToDeviceKeyVerificationRequestEvent, client: Client| async move {
        let (sender, id) = (event.sender, event.content.transaction_id);
        let Some(request) = client.encryption().get_verification_request(&sender, &id).await else { return };
        match request.cancel().await {
            Ok(()) => tracing::info!(%sender, "cancelled a verification request of another device"),
            Err(error) => tracing::warn!(%error, %sender, "a verification request could not be cancelled"),
        }
    });
    client.event_handler_drop_guard(handler)
}

#[cfg(test)]
mod tests {
    use matrix_sdk::ruma::user_id;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_person_is_told_once_in_a_while() {
        let declined = Declined::default();
        let (zoe, leo) = (user_id!("@zoe:x"), user_id!("@leo:x"));
        assert!(declined.is_due(zoe) && !declined.is_due(zoe) && declined.is_due(leo));
        tokio::time::advance(AGAIN).await;
        assert!(declined.is_due(zoe) && !declined.is_due(zoe));
    }
}
