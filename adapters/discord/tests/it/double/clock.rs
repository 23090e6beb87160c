//! The time of the double: it runs with that of the machine, and tests move it on.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970, as all moments of the double are.
pub(super) type Millis = u64;

/// The clock of the double.
#[derive(Debug)]
pub(super) struct Clock {
    began: Instant,
    /// The clock's initial time, since the Unix epoch.
    at: Duration,
    skipped: Duration,
}

impl Clock {
    /// Creates a clock that starts at the current time.
    pub(super) fn new() -> Self {
        let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { began: Instant::now(), at, skipped: Duration::ZERO }
    }

    /// Returns the current time of the double.
    pub(super) fn now(&self) -> Millis {
        millis(self.at + self.began.elapsed() + self.skipped)
    }

    /// Advances the clock.
    pub(super) fn passes(&mut self, span: Duration) {
        self.skipped += span;
    }
}

/// Converts a duration to milliseconds.
pub(super) fn millis(span: Duration) -> Millis {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// Formats a time as Discord does.
pub(super) fn written(at: Millis) -> String {
    let at = i64::try_from(at).unwrap_or(i64::MAX);
    jiff::Timestamp::from_millisecond(at).unwrap_or_default().to_string()
}
