//! How an answer ends: each of its messages is brought to its last state, or there is a reason why not.

use std::borrow::Borrow;
use std::sync::Arc;

use futures::FutureExt as _;

use super::writing::{Sending, Shown};
use super::{LiveMessage, OnSent};
use crate::domain::{MessageRef, Outgoing};
use crate::egress::{Aim, Patience};
use crate::ports::PlatformError;

/// Why an answer does not show its last state.
#[derive(Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// Somebody deleted its last message: it does not come back.
    Deleted,
    /// The platform does not take it, or there is no such place any more.
    Refused(PlatformError),
    /// The platform has been away for too long: it may still look live.
    Away(PlatformError),
}

impl LiveMessage {
    /// Brings the answer to its last state, a message after the other: an edit, or a new message where there is none yet;
    /// messages that it takes no more are removed. One that was deleted stays deleted. Waits and tries again while the
    /// platform is slow or away, for about ten minutes. Says where the last message stands.
    pub async fn finish<M: Borrow<Outgoing> + Sync>(
        &mut self,
        messages: &[M],
        on_sent: OnSent<'_>,
    ) -> Result<MessageRef, Unfinished> {
        // Whatever answers holds room for what it awaits: this is of use once, at the end.
        let last = self.end_all(messages, on_sent).boxed().await;
        // Whatever came of it, others need not wait for it any more.
        self.owed.clear();
        if last.is_ok() {
            self.shown.iter_mut().for_each(Shown::keep_hash);
        }
        last
    }

    async fn end_all<M: Borrow<Outgoing> + Sync>(
        &mut self,
        messages: &[M],
        on_sent: OnSent<'_>,
    ) -> Result<MessageRef, Unfinished> {
        if self.deleted {
            return Err(self.why_gone().await);
        }
        let mut last = Err(Unfinished::Deleted);
        for (index, message) in messages.iter().enumerate() {
            last = match self.end(index, message.borrow(), on_sent).await {
                Ok(at) => Ok(at),
                Err(PlatformError::Gone) if index < self.shown.len() => match self.why_gone().await {
                    Unfinished::Deleted => Err(Unfinished::Deleted),
                    refused => return Err(refused),
                },
                Err(error @ (PlatformError::Gone | PlatformError::Rejected(_))) => {
                    return Err(Unfinished::Refused(error));
                }
                Err(error) => return Err(Unfinished::Away(error)),
            }
        }
        self.remove_beyond(messages.len(), on_sent).await?;
        last
    }

    /// Whether its place is not there any more.
    pub async fn is_over(&self) -> bool {
        matches!(self.why_gone().await, Unfinished::Refused(_))
    }

    /// Whether somebody deleted a message, or its place is not there any more, as far as that can be told now.
    async fn why_gone(&self) -> Unfinished {
        let bound = self.outlet.bound();
        match bound.wait(self.platform.live(&self.place, None)).await {
            Err(PlatformError::Gone | PlatformError::Rejected(_)) => Unfinished::Refused(PlatformError::Gone),
            Ok(_) => Unfinished::Deleted,
            Err(error @ (PlatformError::RateLimited { .. } | PlatformError::Unavailable(_))) => Unfinished::Away(error),
        }
    }

    async fn end(
        &mut self,
        index: usize,
        message: &Outgoing,
        on_sent: OnSent<'_>,
    ) -> Result<MessageRef, PlatformError> {
        let before = self.shown.get(index).map(|shown| shown.at.clone());
        while self.shown.len() <= index {
            self.send_next(message, on_sent).await?;
        }
        let Some(shown) = self.shown.get(index) else { return Err(PlatformError::Gone) };
        let at = shown.at.clone();
        if shown.is(message) {
            return Ok(at);
        }
        let aim = if self.speaks { Aim::Only(at) } else { Aim::OrNew(at) };
        let at = self.outlet.deliver(&*self.platform, &self.place, aim, message, Patience::LONG).await?;
        self.keep(index, &at, Arc::new(message.clone()));
        if before.is_some_and(|before| before != at) {
            on_sent(at.clone()).await;
        }
        Ok(at)
    }

    /// Sends one more message: as long as one may stand there already, that one, to know where.
    async fn send_next(&mut self, message: &Outgoing, on_sent: OnSent<'_>) -> Result<(), PlatformError> {
        let key = self.outlet.key();
        let sending = self.unsent.get_or_insert_with(|| Sending { key, message: Arc::new(message.clone()) });
        let Sending { key, message: sent } = sending.clone();
        let delivered =
            self.outlet.deliver_as(key, &*self.platform, &self.place, Aim::New, &sent, Patience::LONG).await;
        match delivered {
            Ok(at) => {
                self.sent_as(&at, sent);
                on_sent(at).await;
                Ok(())
            }
            Err(PlatformError::Rejected(why)) => {
                self.unsent = None;
                // It stands nowhere; what is to stand there now may be taken.
                if *sent == *message { Err(PlatformError::Rejected(why)) } else { Ok(()) }
            }
            Err(error) => Err(error),
        }
    }

    /// Removes all messages but the first `most`, and tells of the last of those.
    async fn remove_beyond(&mut self, most: usize, on_sent: OnSent<'_>) -> Result<(), Unfinished> {
        let mut removed = false;
        while self.shown.len() > most
            && let Some(last) = self.shown.last()
        {
            match self.outlet.remove(&*self.platform, &last.at, Patience::LONG).await {
                Ok(()) => {}
                Err(error @ (PlatformError::Gone | PlatformError::Rejected(_))) => {
                    tracing::warn!(%error, place = self.place.id, "a message that an answer takes no more stays");
                }
                Err(error) => return Err(Unfinished::Away(error)),
            }
            self.shown.pop();
            removed = true;
        }
        if removed && let Some(stays) = self.sent() {
            on_sent(stays.clone()).await;
        }
        Ok(())
    }
}
