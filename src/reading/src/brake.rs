//! The brake, which stops work on the database at a deadline or on request.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use pstral_core::ports::TargetError;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Ends what a connection is doing; called from any thread, at any time, also when it does nothing any more.
type Interrupt = Box<dyn Fn() + Send + Sync>;

/// Shared between who works and who waits for it.
#[derive(Clone)]
pub struct Brake {
    limit: Duration,
    deadline: Instant,
    stop: CancellationToken,
    interrupt: Arc<OnceLock<Interrupt>>,
}

impl Brake {
    /// Starts counting now; `stop` pulls it early.
    pub fn new(limit: Duration, stop: CancellationToken) -> Self {
        let now = Instant::now();
        // A limit beyond the clock's range is as good as a year.
        let deadline = now.checked_add(limit).unwrap_or_else(|| now + Duration::from_hours(24 * 365));
        Self { limit, deadline, stop, interrupt: Arc::default() }
    }

    /// Returns the reason why the work must end, once it must.
    pub fn pulled(&self) -> Option<TargetError> {
        if self.stop.is_cancelled() {
            Some(TargetError::Cancelled)
        } else if Instant::now() >= self.deadline {
            Some(self.timeout())
        } else {
            None
        }
    }

    /// Says how the work is interrupted from another thread; the first one counts. It may be called at any time, also
    /// when the work is over.
    pub fn hold(&self, interrupt: impl Fn() + Send + Sync + 'static) {
        let _ = self.interrupt.set(Box::new(interrupt));
    }

    /// Ends what the connection is doing, also where it asks nobody. Nothing happens where nothing is held.
    pub(crate) fn interrupt(&self) {
        if let Some(interrupt) = self.interrupt.get() {
            interrupt();
        }
    }

    /// The work, unless the brake is pulled before it is done.
    pub async fn over<T>(&self, work: impl Future<Output = Result<T, TargetError>>) -> Result<T, TargetError> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(TargetError::Cancelled),
            done = work => done,
            () = tokio::time::sleep_until(self.deadline.into()) => Err(self.timeout()),
        }
    }

    /// Pulls it when the guard is dropped.
    pub fn pull_on_drop(&self) -> DropGuard {
        self.stop.clone().drop_guard()
    }

    /// Time left, zero when there is none.
    pub fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// The error that names the limit.
    pub fn timeout(&self) -> TargetError {
        TargetError::Timeout { seconds: self.limit.as_secs().max(1) }
    }
}
