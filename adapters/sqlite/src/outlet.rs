//! The way of rows from the thread that reads the database to the task that wants them.

use std::mem;
use std::time::{Duration, Instant};

use pstral_core::domain::{Column, Row};
use pstral_core::ports::TargetError;
use tokio::runtime::Handle;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use crate::brake::Brake;
use crate::declared::{Declared, kinds};

const BATCH_ROWS: usize = 256;
const BATCH_BYTES: usize = 64 * 1024;
/// A statement that yields a row now and then shows them as they come.
const BATCH_AGE: Duration = Duration::from_millis(100);
/// Batches that wait for a slow reader; with the one being filled, all that a result holds in memory.
const WAITING: usize = 2;

/// Collects rows into batches. The columns go out with the first batch, whose values say of what kind they are.
pub(crate) struct Outlet {
    brake: Brake,
    columns: Option<oneshot::Sender<Vec<Column>>>,
    sender: mpsc::Sender<Vec<Row>>,
    names: Vec<String>,
    declared: Vec<Declared>,
    batch: Vec<Row>,
    bytes: usize,
    since: Instant,
}

/// The other end.
pub(crate) struct Inlet {
    /// Closed without a value where the statement failed before its first batch.
    pub(crate) columns: oneshot::Receiver<Vec<Column>>,
    /// Closed at the end, good or bad.
    pub(crate) rows: mpsc::Receiver<Vec<Row>>,
}

impl Outlet {
    /// Both ends.
    pub(crate) fn new(brake: &Brake) -> (Self, Inlet) {
        let (ready, columns) = oneshot::channel();
        let (sender, rows) = mpsc::channel(WAITING);
        let outlet = Self {
            brake: brake.clone(),
            columns: Some(ready),
            sender,
            names: Vec::new(),
            declared: Vec::new(),
            batch: Vec::new(),
            bytes: 0,
            since: Instant::now(),
        };
        (outlet, Inlet { columns, rows })
    }

    /// Names the columns; comes before the first row.
    pub(crate) fn describe(&mut self, names: Vec<String>, declared: Vec<Declared>) {
        (self.names, self.declared) = (names, declared);
    }

    /// Adds a row of so many bytes; waits while the reader is too far behind, until the brake is pulled.
    pub(crate) fn push(&mut self, row: Row, bytes: usize) -> Result<(), TargetError> {
        if self.batch.is_empty() {
            self.since = Instant::now();
        }
        self.batch.push(row);
        self.bytes += bytes;
        let full = self.batch.len() >= BATCH_ROWS || self.bytes >= BATCH_BYTES || self.since.elapsed() >= BATCH_AGE;
        if full { self.flush() } else { Ok(()) }
    }

    /// Sends what is left.
    pub(crate) fn finish(mut self) -> Result<(), TargetError> {
        self.flush()
    }

    fn flush(&mut self) -> Result<(), TargetError> {
        let rows = mem::take(&mut self.batch);
        self.bytes = 0;
        if let Some(ready) = self.columns.take() {
            let kinds = kinds(&self.declared, &rows);
            let columns = mem::take(&mut self.names).into_iter().zip(kinds);
            let columns = columns.map(|(name, kind)| Column { name, kind }).collect();
            // Nobody waits any more: the send below says so.
            let _ = ready.send(columns);
        }
        if rows.is_empty() {
            return Ok(());
        }
        match self.sender.try_send(rows) {
            Ok(()) => Ok(()),
            Err(TrySendError::Closed(_)) => Err(TargetError::Cancelled),
            Err(TrySendError::Full(rows)) => Handle::current().block_on(async {
                tokio::select! {
                    biased;
                    () = self.brake.stopped() => Err(TargetError::Cancelled),
                    sent = self.sender.send(rows) => sent.map_err(|_| TargetError::Cancelled),
                    () = self.brake.expired() => Err(self.brake.timeout()),
                }
            }),
        }
    }
}
