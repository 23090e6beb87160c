//! The way of rows from who reads the database to who wants them.

use std::mem;
use std::time::Duration;

use pstral_core::domain::{Column, ColumnKind, LimitReached, Limits, Meter, Row};
use pstral_core::ports::TargetError;
use tokio::runtime::Handle;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::brake::Brake;

const BATCH_ROWS: usize = 256;
const BATCH_BYTES: usize = 64 * 1024;
/// A statement that yields a row now and then shows them as they come.
const BATCH_AGE: Duration = Duration::from_millis(100);
/// Batches that wait for a slow reader; with the one being filled, all that a result holds in memory.
const WAITING: usize = 2;

/// Collects rows into batches. The columns go out with the first batch, whose values say of what kind they are.
pub struct Outlet {
    brake: Brake,
    columns: Option<oneshot::Sender<Vec<Column>>>,
    sender: mpsc::Sender<Portion>,
    names: Vec<String>,
    declared: Vec<Option<ColumnKind>>,
    meter: Meter,
    batch: Vec<Row>,
    bytes: usize,
    since: Instant,
}

/// Rows on their way.
pub(crate) struct Portion {
    pub(crate) rows: Vec<Row>,
    /// The number of truncated cells in all rows so far.
    pub(crate) cut_cells: u64,
}

/// The other end, to be given to [`follow`](crate::follow).
pub struct Inlet {
    /// The columns; closed without a value if the statement failed before its first batch.
    pub(crate) columns: oneshot::Receiver<Vec<Column>>,
    /// The batches of rows; closed at the end, successful or not.
    pub(crate) rows: mpsc::Receiver<Portion>,
}

impl Outlet {
    /// Creates both ends.
    pub fn new(brake: &Brake, limits: Limits) -> (Self, Inlet) {
        let (ready, columns) = oneshot::channel();
        let (sender, rows) = mpsc::channel(WAITING);
        let outlet = Self {
            brake: brake.clone(),
            columns: Some(ready),
            sender,
            names: Vec::new(),
            declared: Vec::new(),
            meter: Meter::new(limits),
            batch: Vec::new(),
            bytes: 0,
            since: Instant::now(),
        };
        (outlet, Inlet { columns, rows })
    }

    /// Names the columns and says how they read where no value tells; comes before the first row.
    pub fn describe(&mut self, names: Vec<String>, declared: Vec<Option<ColumnKind>>) {
        (self.names, self.declared) = (names, declared);
    }

    /// Adds a row, its cells cut to their limit, unless it would pass another limit: then it says which, and the result
    /// ends before it. Blocks while the reader is too far behind, until the brake is pulled.
    pub fn push(&mut self, row: Row) -> Result<Option<LimitReached>, TargetError> {
        if let Some(reached) = self.add(row) {
            return Ok(Some(reached));
        }
        if self.is_full() {
            self.flush()?;
        }
        Ok(None)
    }

    /// Sends what is left, and blocks as [`Outlet::push`] does.
    pub fn finish(mut self) -> Result<(), TargetError> {
        self.flush()
    }

    /// Adds a row like [`Outlet::push`], from an async task.
    pub async fn push_soon(&mut self, row: Row) -> Result<Option<LimitReached>, TargetError> {
        if let Some(reached) = self.add(row) {
            return Ok(Some(reached));
        }
        if self.is_full() {
            self.flush_soon().await?;
        }
        Ok(None)
    }

    /// Sends what there is, for a task.
    pub async fn flush_soon(&mut self) -> Result<(), TargetError> {
        let Some(portion) = self.portion() else { return Ok(()) };
        let (brake, sender) = (self.brake.clone(), self.sender.clone());
        brake.over(async { sender.send(portion).await.map_err(|_| TargetError::Cancelled) }).await
    }

    /// Returns the time at which an incomplete batch is sent; `None` without rows.
    pub fn due(&self) -> Option<Instant> {
        (!self.batch.is_empty()).then(|| self.since + BATCH_AGE)
    }

    /// Sends the rows collected so far, and blocks as [`Outlet::push`] does: before a call that may take long, so that a
    /// time limit does not lose them.
    pub fn flush(&mut self) -> Result<(), TargetError> {
        let Some(portion) = self.portion() else { return Ok(()) };
        match self.sender.try_send(portion) {
            Ok(()) => Ok(()),
            Err(TrySendError::Closed(_)) => Err(TargetError::Cancelled),
            Err(TrySendError::Full(portion)) => Handle::current().block_on(
                self.brake.over(async { self.sender.send(portion).await.map_err(|_| TargetError::Cancelled) }),
            ),
        }
    }

    fn add(&mut self, mut row: Row) -> Option<LimitReached> {
        let bytes = match self.meter.admit(&mut row) {
            Ok(bytes) => bytes,
            Err(reached) => return Some(reached),
        };
        if self.batch.is_empty() {
            self.since = Instant::now();
        }
        self.batch.push(row);
        self.bytes += bytes;
        None
    }

    fn is_full(&self) -> bool {
        self.batch.len() >= BATCH_ROWS || self.bytes >= BATCH_BYTES || self.since.elapsed() >= BATCH_AGE
    }

    /// The rows there are, if any. The columns go before the first of them, or alone: until then what fails fails as a
    /// whole.
    fn portion(&mut self) -> Option<Portion> {
        let rows = mem::take(&mut self.batch);
        self.bytes = 0;
        if let Some(ready) = self.columns.take() {
            let kinds = kinds(&self.declared, &rows);
            let columns = mem::take(&mut self.names).into_iter().zip(kinds);
            let columns = columns.map(|(name, kind)| Column { name, kind }).collect();
            // Nobody waits any more: sending the rows says so.
            let _ = ready.send(columns);
        }
        (!rows.is_empty()).then(|| Portion { rows, cut_cells: self.meter.cut_cells() })
    }
}

/// The kind of each column: what all values of the first rows are; where they differ or are all null, what was declared;
/// else text.
fn kinds(declared: &[Option<ColumnKind>], first: &[Row]) -> Vec<ColumnKind> {
    let column = |index: usize, declared: Option<ColumnKind>| {
        let mut seen = first.iter().filter_map(|row| row.get(index)?.kind());
        let observed = seen.next().filter(|kind| seen.all(|other| other == *kind));
        observed.or(declared).unwrap_or(ColumnKind::Text)
    };
    declared.iter().enumerate().map(|(index, declared)| column(index, *declared)).collect()
}

#[cfg(test)]
mod tests {
    use pstral_core::domain::Value;

    use super::*;

    #[test]
    fn kinds_follow_the_values_then_the_type() {
        let declared = [None, None, Some(ColumnKind::Date), Some(ColumnKind::Number), None];
        let words = |text: &str| Value::Text(text.to_owned());
        let rows = vec![
            vec![Value::Null, Value::Null, Value::Null, words("a"), Value::Null],
            vec![Value::Integer(1), words("a"), Value::Null, Value::Integer(1), Value::Null],
            vec![Value::Real(0.5), Value::Integer(1), Value::Null, words("b"), Value::Null],
        ];
        let expected = [ColumnKind::Number, ColumnKind::Text, ColumnKind::Date, ColumnKind::Number, ColumnKind::Text];
        assert_eq!(kinds(&declared, &rows), expected);
    }
}
