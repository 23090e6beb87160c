//! Limits the number of concurrent reads on one database.

use std::sync::Arc;
use std::time::Duration;

use pstral_core::ports::TargetError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// A bounded number of turns. Needs a tokio runtime with time.
#[derive(Debug)]
pub struct Turns(Arc<Semaphore>);

/// The right to use one of the connections; over when dropped.
#[derive(Debug)]
pub struct Turn {
    _permit: OwnedSemaphorePermit,
}

impl Turns {
    /// Creates a limit of `most`, at least one.
    pub fn new(most: usize) -> Self {
        Self(Arc::new(Semaphore::new(most.clamp(1, Semaphore::MAX_PERMITS))))
    }

    /// Waits for a turn, first come first served. [`TargetError::Busy`] where it does not come in time, and
    /// [`TargetError::Cancelled`] where `cancel` says so first.
    pub async fn next(&self, patience: Duration, cancel: &CancellationToken) -> Result<Turn, TargetError> {
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(TargetError::Cancelled),
            waited = timeout(patience, Arc::clone(&self.0).acquire_owned()) => match waited {
                Ok(permit) => Ok(Turn { _permit: permit.expect("invariant: the semaphore is never closed") }),
                Err(_) => Err(TargetError::Busy("all connections are in use".to_owned())),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_turn_comes_or_it_is_said_why_it_does_not() {
        // None at all would be a database that nobody can use.
        let turns = Turns::new(0);
        let (short, stopped) = (Duration::from_millis(20), CancellationToken::new());
        stopped.cancel();
        assert_eq!(turns.next(short, &stopped).await.err(), Some(TargetError::Cancelled), "also where one is free");
        let held = turns.next(short, &CancellationToken::new()).await.unwrap();
        let refused = turns.next(short, &CancellationToken::new()).await;
        assert_eq!(refused.err(), Some(TargetError::Busy("all connections are in use".to_owned())));
        drop(held);
        assert!(turns.next(short, &CancellationToken::new()).await.is_ok());
    }
}
