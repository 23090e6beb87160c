//! Serializes the writes to each place, so that none overtakes an earlier one.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use pstral_core::ports::PlatformError;
use tokio::sync::Mutex as WriteLock;

use crate::place::Spot;

/// The time-out of a write, including distributing keys to everybody in the room: less than the core waits for one.
const WRITE_TIMEOUT: Duration = Duration::from_secs(28);
/// The number of places above which idle ones are forgotten.
const MAX_PLACES: usize = 256;

/// The lock of each place.
#[derive(Debug, Default)]
pub(crate) struct WriteLocks(Mutex<HashMap<Spot, Arc<WriteLock<()>>>>);

impl WriteLocks {
    /// Writes to a place after all earlier writes have ended. A write is not begun if its caller is gone by then; one
    /// that has begun completes, and later writes wait for it.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        spot: &Spot,
        work: impl Future<Output = Result<T, PlatformError>> + Send + 'static,
    ) -> Result<T, PlatformError> {
        let lock = self.of(spot).lock_owned().await;
        tokio::task::yield_now().await;
        let working = tokio::spawn(async move {
            let done = tokio::time::timeout(WRITE_TIMEOUT, work).await;
            drop(lock);
            done.unwrap_or_else(|_| Err(PlatformError::Unavailable("it took too long".to_owned())))
        });
        working.await.unwrap_or_else(|error| Err(PlatformError::Unavailable(error.to_string())))
    }

    fn of(&self, spot: &Spot) -> Arc<WriteLock<()>> {
        let mut locks = self.0.lock();
        if locks.len() > MAX_PLACES {
            locks.retain(|_, lock| Arc::strong_count(lock) > 1);
        }
        Arc::clone(locks.entry(spot.clone()).or_default())
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_has_begun_ends_before_the_next_begins() {
        let (locks, written) = (WriteLocks::default(), Arc::new(Mutex::new(Vec::new())));
        let spot = Spot::new("!room:x".try_into().unwrap(), None);
        let slow = |name: &'static str| {
            let written = Arc::clone(&written);
            async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                written.lock().push(name);
                Ok(())
            }
        };
        assert!(locks.write(&spot, slow("not begun")).now_or_never().is_none());
        let dropped = tokio::time::timeout(Duration::from_millis(500), locks.write(&spot, slow("dropped"))).await;
        assert!(dropped.is_err());
        assert_eq!(locks.write(&spot, slow("next")).await, Ok(()));
        assert_eq!(*written.lock(), ["dropped", "next"]);
    }
}
