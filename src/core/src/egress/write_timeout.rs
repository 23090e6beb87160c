//! The time-out of writes to a platform, longer where files are sent.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{Either, select};

use crate::domain::Outgoing;
use crate::ports::{Clock, PlatformError};

/// The slowest line over which files are waited for, in bytes a second: 512 kbit/s.
const SLOWEST: u64 = 64 << 10;

/// The time-out of requests to a platform.
#[derive(Clone)]
pub(crate) struct WriteTimeout {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) longest: Duration,
}

impl WriteTimeout {
    /// Adds the time that the files of a message take over a slow line.
    pub(crate) fn carrying(self, message: &Outgoing) -> Self {
        let bytes: u64 = message.files.iter().map(|file| file.bytes).sum();
        Self { longest: self.longest.saturating_add(Duration::from_secs(bytes / SLOWEST)), ..self }
    }

    /// Waits for the platform's answer. If it does not come in time, the request is dropped and the platform counts as
    /// unavailable.
    pub(crate) async fn wait<T>(
        &self,
        asked: impl Future<Output = Result<T, PlatformError>>,
    ) -> Result<T, PlatformError> {
        match select(pin!(asked), self.clock.sleep(self.longest)).await {
            Either::Left((answer, _)) => answer,
            Either::Right(((), _)) => {
                Err(PlatformError::Unavailable(format!("no answer within {} s", self.longest.as_secs())))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FileRef;
    use crate::testkit::clock::FakeClock;

    #[test]
    fn files_are_waited_for_as_long_as_a_slow_line_takes() {
        let file = |bytes| FileRef { name: String::new(), path: "x".into(), media_type: "text/csv", bytes };
        for (files, seconds) in [(vec![], 30), (vec![file(1000)], 30), (vec![file(25 << 20), file(1 << 20)], 446)] {
            let bound = WriteTimeout {
                clock: Arc::new(FakeClock::at("2026-11-21T10:00:00Z")),
                longest: Duration::from_secs(30),
            };
            let message = Outgoing { files, ..Outgoing::text("") };
            assert_eq!(bound.carrying(&message).longest, Duration::from_secs(seconds));
        }
    }
}
