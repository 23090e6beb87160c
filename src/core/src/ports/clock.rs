//! Time and chance, so that expiry, pacing and codes can be tested.

use std::time::Duration;

use futures::future::BoxFuture;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::hex;

/// The time, and the zones it is told in.
pub trait Clock: Send + Sync {
    /// The wall clock, UTC, to the millisecond.
    fn now(&self) -> Timestamp;

    /// Time since some fixed moment; never goes back.
    fn elapsed(&self) -> Duration;

    /// Ends after `duration`.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;

    /// The time zone of an IANA name such as `Europe/Paris`, in any case; `None` where the machine knows none.
    fn zone(&self, name: &str) -> Option<TimeZone>;

    /// Milliseconds since a moment that [`elapsed`](Self::elapsed) gave.
    fn millis_since(&self, began: Duration) -> i64 {
        let took = self.elapsed().saturating_sub(began);
        i64::try_from(took.as_millis()).unwrap_or(i64::MAX)
    }
}

/// Chance that cannot be guessed.
pub trait Entropy: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);

    /// Random bytes as hexadecimal digits, two a byte.
    fn hex(&self, bytes: usize) -> String {
        let mut random = vec![0; bytes];
        self.fill(&mut random);
        hex(&random)
    }
}
