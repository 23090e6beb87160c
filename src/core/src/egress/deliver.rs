//! One message handed to a platform, attempts again while the platform is slow or away.

use std::time::Duration;

use super::scheduler::PlaceWriter;
use super::write_queue::Urgency;
use crate::domain::{MessageRef, Outgoing, Place};
use crate::ports::{ChatPlatform, PlatformError, SendKey};

/// The first wait for a platform that is away; each next one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest wait for a platform that is away.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The shortest wait where a platform refuses and asks for none.
pub(super) const SHORTEST_WAIT: Duration = Duration::from_millis(100);

/// Returns the replacement of a message that may not be removed.
pub(super) fn emptied() -> Outgoing {
    Outgoing::text("…")
}

/// The limits of repeated attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Tries of a platform that is away.
    pub tries: u32,
    /// The total time that a platform may ask to wait.
    pub time: Duration,
}

impl RetryPolicy {
    /// About ten minutes: long enough for a platform to be restarted.
    pub const LONG: Self = Self { tries: 24, time: Duration::from_mins(10) };
    /// About a minute, for what is as well without it.
    pub const SHORT: Self = Self { tries: 3, time: Duration::from_mins(1) };
}

/// The destination of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// It is a new one.
    New,
    /// It takes the place of this one; nothing is shown where that is gone.
    Only(MessageRef),
    /// It takes the place of this one, and is a new one where that is gone.
    OrNew(MessageRef),
}

impl PlaceWriter {
    /// Sends or changes a message that somebody waits for. A platform that asks to wait is obeyed to the letter.
    pub(super) async fn deliver(
        &self,
        platform: &dyn ChatPlatform,
        place: &Place,
        destination: Destination,
        message: &Outgoing,
        retry: RetryPolicy,
    ) -> Result<MessageRef, PlatformError> {
        self.deliver_as(self.key(), platform, place, destination, message, retry).await
    }

    /// Delivers a message; if it is a new one, with this key.
    pub(super) async fn deliver_as(
        &self,
        key: SendKey,
        platform: &dyn ChatPlatform,
        place: &Place,
        mut destination: Destination,
        message: &Outgoing,
        retry: RetryPolicy,
    ) -> Result<MessageRef, PlatformError> {
        let mut trying = RetryState::new(self, retry);
        loop {
            let turn = self.turn(Urgency::Last).await;
            let began = self.clock().elapsed();
            let write = async {
                match &destination {
                    Destination::New => platform.send(key, place, message).await,
                    Destination::Only(at) | Destination::OrNew(at) => {
                        platform.edit(at, message).await.map(|()| at.clone())
                    }
                }
            };
            match turn.carrying(message).spend(write).await {
                Ok(at) => return Ok(at),
                Err(PlatformError::Gone) if matches!(destination, Destination::OrNew(_)) => {
                    destination = Destination::New;
                }
                Err(error) => trying.again(error, began).await?,
            }
        }
    }

    /// Removes a message, with the same patience. One that may not be removed says nothing any more.
    pub(super) async fn remove(
        &self,
        platform: &dyn ChatPlatform,
        at: &MessageRef,
        retry: RetryPolicy,
    ) -> Result<(), PlatformError> {
        let mut trying = RetryState::new(self, retry);
        loop {
            let turn = self.turn(Urgency::Last).await;
            let began = self.clock().elapsed();
            match turn.spend(platform.delete(at)).await {
                Ok(()) => return Ok(()),
                Err(PlatformError::Rejected(_)) => break,
                Err(error) => trying.again(error, began).await?,
            }
        }
        self.deliver(platform, &at.place, Destination::Only(at.clone()), &emptied(), retry).await.map(drop)
    }
}

/// Tries so far.
struct RetryState<'a> {
    outlet: &'a PlaceWriter,
    left: RetryPolicy,
    pause: Duration,
}

impl<'a> RetryState<'a> {
    fn new(outlet: &'a PlaceWriter, retry: RetryPolicy) -> Self {
        Self { outlet, left: retry, pause: FIRST_WAIT }
    }

    /// Waits before the next try, or says that there is none. Pauses count from when the last try began: one that was not
    /// answered has taken its time already.
    async fn again(&mut self, error: PlatformError, began: Duration) -> Result<(), PlatformError> {
        let clock = self.outlet.clock();
        match error {
            // The budget is closed for that long.
            PlatformError::RateLimited { retry_after } if retry_after <= self.left.time => {
                if retry_after.is_zero() {
                    clock.sleep(SHORTEST_WAIT).await;
                }
                self.left.time = self.left.time.saturating_sub(retry_after.max(SHORTEST_WAIT));
                Ok(())
            }
            PlatformError::Unavailable(_) if self.left.tries > 1 => {
                self.left.tries -= 1;
                let taken = clock.elapsed().saturating_sub(began);
                clock.sleep(self.pause.saturating_sub(taken)).await;
                self.pause = (self.pause * 2).min(LONGEST_WAIT);
                Ok(())
            }
            error => Err(error),
        }
    }
}
