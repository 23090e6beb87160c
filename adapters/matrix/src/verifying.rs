//! Requests to compare emoji while Pstral runs: cancelled, since that needs an admin at the terminal (`pstral matrix verify`),
//! with a sentence to people.

use futures::future::FutureExt as _;
use matrix_sdk::event_handler::EventHandlerDropGuard;
use matrix_sdk::ruma::events::key::verification::request::ToDeviceKeyVerificationRequestEvent;
use matrix_sdk::ruma::{OwnedEventId, TransactionId, UserId};
use matrix_sdk::{Client, Room};
use pstral_core::domain::Outgoing;
use pstral_core::ports::PlatformError;
use pstral_core::text::text;
use serde_json::{Value, json};

use crate::Matrix;
use crate::hearing::Work;
use crate::place::Spot;

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
            "reason": "Pstral compares emoji with pstral matrix verify",
            "m.relates_to": { "rel_type": "m.reference", "event_id": id },
        });
        let sentence = Outgoing::text(text("matrix-no-emoji").render(self.config.locale));
        let told = async {
            self.put(&spot, room, "m.key.verification.cancel", cancelled, TransactionId::new()).await?;
            let is_encrypted = room.latest_encryption_state().await.is_ok_and(|state| state.is_encrypted());
            if is_encrypted && self.declined.is_due(sender.to_owned()) {
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
