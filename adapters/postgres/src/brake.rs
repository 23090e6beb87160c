//! What stops work on the database: a deadline or a person.

use std::time::Duration;

use pstral_core::ports::TargetError;
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Shared between the task that works and the one that waits for it.
#[derive(Debug, Clone)]
pub(crate) struct Brake {
    limit: Duration,
    deadline: Instant,
    stop: CancellationToken,
}

impl Brake {
    /// Starts counting now; `stop` pulls it early.
    pub(crate) fn new(limit: Duration, stop: CancellationToken) -> Self {
        let now = Instant::now();
        // A limit beyond the clock's range is as good as a year.
        let deadline = now.checked_add(limit).unwrap_or_else(|| now + Duration::from_hours(24 * 365));
        Self { limit, deadline, stop }
    }

    /// Why the work must end, once it must.
    pub(crate) fn pulled(&self) -> Option<TargetError> {
        if self.stop.is_cancelled() {
            Some(TargetError::Cancelled)
        } else if Instant::now() >= self.deadline {
            Some(self.timeout())
        } else {
            None
        }
    }

    /// The work, unless the brake is pulled before it is done.
    pub(crate) async fn over<T>(&self, work: impl Future<Output = Result<T, TargetError>>) -> Result<T, TargetError> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(TargetError::Cancelled),
            done = work => done,
            () = tokio::time::sleep_until(self.deadline) => Err(self.timeout()),
        }
    }

    /// Pulls it when the guard is dropped.
    pub(crate) fn pull_on_drop(&self) -> DropGuard {
        self.stop.clone().drop_guard()
    }

    /// The error that names the limit.
    fn timeout(&self) -> TargetError {
        TargetError::Timeout { seconds: self.limit.as_secs().max(1) }
    }
}
