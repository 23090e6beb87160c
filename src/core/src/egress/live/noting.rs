//! A text of ours where an answer will stand: that it waits, that it is being corrected.

use std::sync::Arc;

use futures::FutureExt as _;

use super::showing::AFTER_FAILURE;
use super::writing::Deed;
use super::{LiveMessage, OnSent};
use crate::egress::lane::Urgency;
use crate::ports::PlatformError;

impl LiveMessage {
    /// Shows a text of ours before there is a stream, such as "running…", or another in its place; nothing where it could
    /// not be changed later, nor once about half of the changes are spent that its message may have: the others are for
    /// the answer. It is not worth that others wait for it: where they would have to, it is not shown
    /// ([`PlatformError::RateLimited`]).
    pub async fn announce(&mut self, text: &str, on_sent: OnSent<'_>) -> Result<(), PlatformError> {
        if self.deleted || !self.may_be_noted() {
            return Ok(());
        }
        // Two may not look live.
        while let Some(deed) = self.take_back() {
            self.write_at_once(deed, on_sent).await?;
        }
        let note = Arc::new(self.streaming(text.to_owned()));
        if self.shown.is_empty() {
            let sending = self.sending(Arc::clone(&note));
            self.write_at_once(Deed::Send(sending), on_sent).await?;
        }
        match self.shown.first() {
            Some(shown) if !shown.is(&note) => {
                let deed = Deed::Show(shown.at.clone(), 0, note);
                self.write_at_once(deed, on_sent).await
            }
            _ => Ok(()),
        }
    }

    async fn write_at_once(&mut self, deed: Deed, on_sent: OnSent<'_>) -> Result<(), PlatformError> {
        let Some(turn) = self.outlet.turn_at_once(Urgency::First) else {
            return Err(PlatformError::RateLimited { retry_after: AFTER_FAILURE });
        };
        let written = self.write(turn, deed, on_sent).boxed().await;
        self.note(written)
    }

    fn may_be_noted(&self) -> bool {
        let capabilities = self.platform.capabilities();
        let spared = capabilities.max_edits.saturating_sub(1);
        capabilities.edits && self.shown.first().map_or(spared > 0, |shown| shown.changes < spared / 2)
    }
}
