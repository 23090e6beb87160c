//! Time and chance under a test's control.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::ports::{Clock, Entropy};

/// A wall clock that moves only when told to. Sleeping moves tokio's clock, so a test that pauses tokio's time
/// never waits.
#[derive(Debug)]
pub struct FakeClock {
    now: Mutex<Timestamp>,
    started: tokio::time::Instant,
}

impl FakeClock {
    /// A clock that stands at `now`, such as `2026-11-21T10:00:00Z`.
    pub fn at(now: &str) -> Self {
        let now = now.parse().expect("invariant: tests give a valid time");
        Self { now: Mutex::new(now), started: tokio::time::Instant::now() }
    }

    /// Moves the wall clock on.
    pub fn advance(&self, by: Duration) {
        *self.now.lock().expect("invariant: no test panics while moving the clock") += by;
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().expect("invariant: no test panics while moving the clock")
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        tokio::time::sleep(duration).boxed()
    }

    fn zone(&self, name: &str) -> Option<TimeZone> {
        TimeZone::get(name).ok()
    }
}

/// Bytes that count up from 1, so that names made of them can stand in snapshots. After 255 the first byte differs from
/// the others, so that no name comes twice in a long test.
#[derive(Debug, Default)]
pub struct CountingEntropy(AtomicU16);

impl Entropy for CountingEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let [round, next] = self.0.fetch_add(1, Ordering::Relaxed).wrapping_add(1).to_be_bytes();
        bytes.fill(next);
        if let Some(first) = bytes.first_mut() {
            *first = next.wrapping_add(round);
        }
    }
}
