//! Deadlines, and the errors for missing them.

use std::time::Duration;

use pstral_core::ports::ModelError;
use tokio::time::{Instant, timeout_at};

/// A moment until which something is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    at: Instant,
    after: Duration,
}

impl Deadline {
    /// Creates a deadline that long from now.
    pub fn after(after: Duration) -> Self {
        const FOREVER: Duration = Duration::from_hours(24 * 365);
        let now = Instant::now();
        Self { at: now.checked_add(after).unwrap_or(now + FOREVER), after }
    }

    /// The outcome of `work`, unless it takes too long.
    pub async fn bound<T>(self, work: impl Future<Output = T>) -> Result<T, ModelError> {
        timeout_at(self.at, work).await.map_err(|_| ModelError::Timeout { seconds: whole_seconds(self.after) })
    }
}

/// Seconds to say to a person: never 0 for a wait that was real.
fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}
