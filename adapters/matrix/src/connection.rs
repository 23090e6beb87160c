//! The state of the connection to the homeserver.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use pstral_core::ports::PlatformError;
use tokio::time::Instant;

/// The shared state of the connection.
#[derive(Clone, Default)]
pub(crate) struct Connection {
    state: Arc<Mutex<SyncState>>,
    /// The time since which the homeserver has not answered.
    down_since: Arc<Mutex<Option<Instant>>>,
    is_unsigned: Arc<AtomicBool>,
}

/// The state of the sync loop.
#[derive(Default)]
pub(crate) enum SyncState {
    /// Nobody listens.
    #[default]
    Idle,
    Connecting,
    Up,
    Down(String),
    LoggedOut,
}

impl Connection {
    /// Returns whether events arrive, or the reason why not; `None` if nobody listens.
    pub(crate) fn is_up(&self) -> Option<Result<(), PlatformError>> {
        match &*self.state.lock() {
            SyncState::Idle => None,
            SyncState::Up => Some(Ok(())),
            SyncState::Connecting => Some(Err(PlatformError::Unavailable("not connected yet".to_owned()))),
            SyncState::Down(why) => Some(Err(PlatformError::Unavailable(why.clone()))),
            SyncState::LoggedOut => Some(Err(PlatformError::Rejected("logged out".to_owned()))),
        }
    }

    pub(crate) fn set(&self, state: SyncState) {
        *self.state.lock() = state;
    }

    /// Records that the homeserver answers, and logs the end of an outage.
    pub(crate) fn came_up(&self) {
        self.set(SyncState::Up);
        if let Some(since) = self.down_since.lock().take() {
            tracing::info!(seconds = since.elapsed().as_secs(), "the homeserver answers again");
        }
    }

    /// Records that the homeserver does not answer, and logs the start of an outage once.
    pub(crate) fn went_down(&self, why: String) {
        let mut outage = self.down_since.lock();
        if outage.is_none() {
            *outage = Some(Instant::now());
            tracing::warn!(error = why, "the homeserver does not answer; trying again until it does");
        }
        drop(outage);
        self.set(SyncState::Down(why));
    }

    /// Records whether the device is signed by the account, and logs a change.
    pub(crate) fn trusts(&self, is_signed: bool) {
        let was_unsigned = self.is_unsigned.swap(!is_signed, Ordering::Relaxed);
        match (was_unsigned, is_signed) {
            (false, false) => {
                tracing::error!("this device is not signed by the account any more: run pstral matrix recover");
            }
            (true, true) => tracing::info!("this device is signed by the account again"),
            _ => {}
        }
    }

    /// Checks whether the device was signed by the account at the last check.
    pub(crate) fn is_signed(&self) -> bool {
        !self.is_unsigned.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};

    use super::*;

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn an_outage_is_logged_once_and_its_end_too() {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
        tracing::subscriber::with_default(subscriber, || {
            let connection = Connection::default();
            connection.came_up();
            for _ in 0..3 {
                connection.went_down("connection refused".to_owned());
                assert!(matches!(connection.is_up(), Some(Err(PlatformError::Unavailable(_)))));
            }
            connection.came_up();
            connection.came_up();
            assert_eq!(connection.is_up(), Some(Ok(())));
            for is_signed in [true, false, false, true] {
                connection.trusts(is_signed);
                assert_eq!(connection.is_signed(), is_signed);
            }
        });
        let log = String::from_utf8(log.0.lock().clone()).unwrap();
        for sentence in ["does not answer", "answers again", "is not signed", "is signed"] {
            assert_eq!(log.matches(sentence).count(), 1, "{sentence}: {log}");
        }
    }
}
