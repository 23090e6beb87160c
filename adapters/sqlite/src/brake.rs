//! What stops work on the database: a deadline or a person.

use std::time::{Duration, Instant};

use pstral_core::ports::TargetError;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Shared between the thread that works and the task that waits for it.
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

    /// Pulls it when the guard is dropped.
    pub(crate) fn pull_on_drop(&self) -> DropGuard {
        self.stop.clone().drop_guard()
    }

    /// Time left, zero when there is none.
    pub(crate) fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Ends when a person stops the work.
    pub(crate) async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    /// Ends at the deadline.
    pub(crate) async fn expired(&self) {
        tokio::time::sleep_until(self.deadline.into()).await;
    }

    /// The error that names the limit.
    pub(crate) fn timeout(&self) -> TargetError {
        TargetError::Timeout { seconds: self.limit.as_secs().max(1) }
    }
}
