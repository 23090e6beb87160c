//! The resources used by answering.

use std::future::Future;
use std::time::{Duration, Instant};

use crate::process::{cpu_seconds, resident_mb};

/// The interval at which memory is sampled.
const LOOK: Duration = Duration::from_millis(200);

/// Time, processor time and memory from the first question to the end of the last answer. Of this process alone: the
/// model has its own; the platform's double is in it.
pub(crate) struct Used {
    began: Instant,
    cpu_before: Option<f64>,
    pub(crate) wall_s: f64,
    pub(crate) cpu_s: Option<f64>,
    pub(crate) rss_before_mb: Option<f64>,
    /// The most of what was seen, five times a second.
    pub(crate) rss_mb: Option<f64>,
}

impl Used {
    pub(crate) fn begin() -> Self {
        let rss = resident_mb();
        Self {
            began: Instant::now(),
            cpu_before: cpu_seconds(),
            wall_s: 0.0,
            cpu_s: None,
            rss_before_mb: rss,
            rss_mb: rss,
        }
    }

    /// Looks on while something is done, and counts to its end.
    pub(crate) async fn until<T>(&mut self, done: impl Future<Output = T>) -> T {
        let mut done = std::pin::pin!(done);
        let mut looks = tokio::time::interval(LOOK);
        let done = loop {
            tokio::select! {
                done = &mut done => break done,
                _ = looks.tick() => self.rss_mb = max(self.rss_mb, resident_mb()),
            }
        };
        self.rss_mb = max(self.rss_mb, resident_mb());
        self.wall_s = self.began.elapsed().as_secs_f64();
        self.cpu_s = cpu_seconds().zip(self.cpu_before).map(|(after, before)| after - before);
        done
    }
}

fn max(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    one.zip(other).map(|(one, other)| one.max(other))
}
