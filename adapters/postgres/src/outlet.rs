//! The way of rows from the task that reads the database to the one that wants them.

use std::mem;
use std::time::Duration;

use pstral_core::domain::{Column, LimitReached, Limits, Meter, Row};
use pstral_core::ports::TargetError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

const BATCH_ROWS: usize = 256;
const BATCH_BYTES: usize = 64 * 1024;
/// A statement that yields a row now and then shows them as they come.
const BATCH_AGE: Duration = Duration::from_millis(100);
/// Batches that wait for a slow reader; with the one being filled, all that a result holds in memory. The server waits
/// too, once the network's own buffers are full.
const WAITING: usize = 2;

/// Collects rows into batches.
pub(crate) struct Outlet {
    columns: Option<oneshot::Sender<Vec<Column>>>,
    sender: mpsc::Sender<Portion>,
    meter: Meter,
    batch: Vec<Row>,
    bytes: usize,
    since: Instant,
}

/// Rows on their way.
pub(crate) struct Portion {
    pub(crate) rows: Vec<Row>,
    /// Of all rows so far.
    pub(crate) cut_cells: u64,
}

/// The other end.
pub(crate) struct Inlet {
    /// Closed without a value where the statement failed before it was described.
    pub(crate) columns: oneshot::Receiver<Vec<Column>>,
    /// Closed at the end, good or bad.
    pub(crate) rows: mpsc::Receiver<Portion>,
}

impl Outlet {
    /// Both ends.
    pub(crate) fn new(limits: Limits) -> (Self, Inlet) {
        let (ready, columns) = oneshot::channel();
        let (sender, rows) = mpsc::channel(WAITING);
        let (meter, since) = (Meter::new(limits), Instant::now());
        let outlet = Self { columns: Some(ready), sender, meter, batch: Vec::new(), bytes: 0, since };
        (outlet, Inlet { columns, rows })
    }

    /// Says what the columns are. They go out with the first rows or at the end: until then what fails fails as a whole.
    pub(crate) fn describe(&mut self, columns: Vec<Column>) -> Described<'_> {
        Described { outlet: self, columns: Some(columns) }
    }
}

/// An outlet that knows its columns.
pub(crate) struct Described<'a> {
    outlet: &'a mut Outlet,
    columns: Option<Vec<Column>>,
}

impl Described<'_> {
    /// Adds a row, its cells cut to their limit, unless it would pass another limit: then it says which, and the result
    /// ends before it. Waits while the reader is too far behind.
    pub(crate) async fn push(&mut self, mut row: Row) -> Result<Option<LimitReached>, TargetError> {
        let outlet = &mut *self.outlet;
        let bytes = match outlet.meter.admit(&mut row) {
            Ok(bytes) => bytes,
            Err(reached) => return Ok(Some(reached)),
        };
        if outlet.batch.is_empty() {
            outlet.since = Instant::now();
        }
        outlet.batch.push(row);
        outlet.bytes += bytes;
        if outlet.batch.len() >= BATCH_ROWS || outlet.bytes >= BATCH_BYTES || outlet.since.elapsed() >= BATCH_AGE {
            self.flush().await?;
        }
        Ok(None)
    }

    /// When the rows that wait for more have waited long enough; none wait for ever.
    pub(crate) fn due(&self) -> Option<Instant> {
        (!self.outlet.batch.is_empty()).then(|| self.outlet.since + BATCH_AGE)
    }

    /// Sends what there is.
    pub(crate) async fn flush(&mut self) -> Result<(), TargetError> {
        let outlet = &mut *self.outlet;
        let rows = mem::take(&mut outlet.batch);
        outlet.bytes = 0;
        if let (Some(ready), Some(columns)) = (outlet.columns.take(), self.columns.take()) {
            // Nobody waits any more: the send below says so.
            let _ = ready.send(columns);
        }
        if rows.is_empty() {
            return Ok(());
        }
        let portion = Portion { rows, cut_cells: outlet.meter.cut_cells() };
        outlet.sender.send(portion).await.map_err(|_| TargetError::Cancelled)
    }
}
