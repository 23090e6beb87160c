//! After a restart no message may look live: what was being written is closed.

use super::Pipeline;
use crate::domain::{AuditAction, AuditEvent, AuditStatus, MessageRef, Outgoing, Turn, TurnState};
use crate::egress::deliver;
use crate::ports::{PlatformError, StoreError};
use crate::text::text;

/// Tries for each message: the start of the program does not wait for a platform that is away.
const TRIES: u32 = 3;

impl Pipeline {
    /// Closes the messages an earlier run left behind, and says how many there were. Called once, before the
    /// platforms run. A message whose platform is away is left to the next start.
    pub async fn recover(&self) -> Result<usize, StoreError> {
        let left = self.parts.conversations.streaming().await?;
        for turn in &left {
            let closed = match &turn.message {
                Some(message) => self.close_left_over(turn, message).await?,
                None => true,
            };
            if closed {
                self.parts.conversations.finish_turn(turn.id, &turn.text, TurnState::Interrupted).await?;
            }
        }
        Ok(left.len())
    }

    /// Whether nothing of the message looks live any more.
    async fn close_left_over(&self, turn: &Turn, message: &MessageRef) -> Result<bool, StoreError> {
        let place = &message.place;
        let closed = match self.platforms.get(&place.platform) {
            None => Err(PlatformError::Gone),
            Some(platform) => {
                let sentence = Outgoing::text(text("answer-interrupted").render(self.parts.settings.locale));
                deliver(&**platform, &*self.parts.clock, place, Some(message.clone()), &sentence, TRIES).await
            }
        };
        let later = matches!(closed, Err(PlatformError::Unavailable(_) | PlatformError::RateLimited { .. }));
        let status = if closed.is_ok() { AuditStatus::Ok } else { AuditStatus::Failed };
        self.parts
            .audit
            .append(AuditEvent {
                platform: Some(place.platform.to_string()),
                place: Some(place.id.clone()),
                conversation: Some(turn.conversation.0),
                detail: closed.err().map(|error| error.to_string()),
                ..AuditEvent::new(self.parts.clock.now(), AuditAction::Recovered, status)
            })
            .await?;
        Ok(!later)
    }
}
