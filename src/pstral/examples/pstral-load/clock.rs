//! The time, which the model's process and Pstral's tell each other.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Microseconds since 1970. Both processes are on one machine and read one clock; setting it during a run spoils the run.
pub(crate) type Micros = u64;

/// Returns the current time.
pub(crate) fn now() -> Micros {
    micros(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// A duration as a difference of two times.
pub(crate) fn micros(duration: Duration) -> Micros {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
