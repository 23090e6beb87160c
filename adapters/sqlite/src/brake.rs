//! What stops work on the database: a deadline or a person.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use pstral_core::ports::TargetError;
use rusqlite::{Connection, InterruptHandle};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Shared between the thread that works and the task that waits for it.
#[derive(Clone)]
pub(crate) struct Brake {
    limit: Duration,
    deadline: Instant,
    stop: CancellationToken,
    connection: Arc<OnceLock<InterruptHandle>>,
}

impl Brake {
    /// Starts counting now; `stop` pulls it early.
    pub(crate) fn new(limit: Duration, stop: CancellationToken) -> Self {
        let now = Instant::now();
        // A limit beyond the clock's range is as good as a year.
        let deadline = now.checked_add(limit).unwrap_or_else(|| now + Duration::from_hours(24 * 365));
        Self { limit, deadline, stop, connection: Arc::default() }
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

    /// Names the connection that [`Brake::interrupt`] ends; the first one counts.
    pub(crate) fn hold(&self, connection: &Connection) {
        let _ = self.connection.set(connection.get_interrupt_handle());
    }

    /// Ends what the connection is doing, also within the one instruction that counts the rows of a table, where
    /// SQLite looks for this and asks nobody. Nothing happens where there is no connection, or none any more.
    pub(crate) fn interrupt(&self) {
        if let Some(connection) = self.connection.get() {
            connection.interrupt();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interruption_reaches_a_connection_that_asks_nobody() {
        let brake = Brake::new(Duration::from_mins(1), CancellationToken::new());
        brake.interrupt();
        let connection = Connection::open_in_memory().unwrap();
        brake.hold(&connection);
        let working = std::thread::spawn(move || connection.execute_batch(crate::tests::SILENT));
        while !working.is_finished() {
            brake.interrupt();
            std::thread::yield_now();
        }
        let ended = working.join().unwrap().expect_err("it has no end");
        assert_eq!(ended.sqlite_error_code(), Some(rusqlite::ErrorCode::OperationInterrupted));
        brake.interrupt();
    }
}
