//! After a restart no message may look live: what was being written is closed.

use super::Pipeline;
use crate::domain::{AuditAction, AuditEvent, AuditStatus, Outgoing, Turn};
use crate::ports::{PlatformError, StoreError};
use crate::text::text;

impl Pipeline {
    /// Closes the messages an earlier run left behind. Called once, before the platforms run.
    pub async fn recover(&self) -> Result<usize, StoreError> {
        let left = self.parts.conversations.interrupt_streaming().await?;
        for turn in &left {
            self.close_left_over(turn).await?;
        }
        Ok(left.len())
    }

    async fn close_left_over(&self, turn: &Turn) -> Result<(), StoreError> {
        let Some(message) = &turn.message else { return Ok(()) };
        let closed = match self.platforms.get(&message.place.platform) {
            None => Err(PlatformError::Gone),
            Some(platform) => {
                let sentence = text("answer-interrupted").render(self.parts.settings.locale);
                platform.edit(message, &Outgoing::text(sentence)).await
            }
        };
        let status = if closed.is_ok() { AuditStatus::Ok } else { AuditStatus::Failed };
        self.parts
            .audit
            .append(AuditEvent {
                platform: Some(message.place.platform.to_string()),
                place: Some(message.place.id.clone()),
                conversation: Some(turn.conversation.0),
                detail: closed.err().map(|error| error.to_string()),
                ..AuditEvent::new(self.parts.clock.now(), AuditAction::Recovered, status)
            })
            .await?;
        Ok(())
    }
}
