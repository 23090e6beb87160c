//! A target that answers known statements with known rows.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt as _;
use futures::stream;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::domain::{
    Catalog, Column, ColumnKind, ColumnPath, ColumnRef, Dialect, Ending, LimitReached, Limits, Meter, Row,
};
use crate::guard::ApprovedStatement;
use crate::ports::{Batch, Estimate, Privileges, QueryTarget, ResultStream, TargetError};
use crate::text::{Text, text};

const BATCH: usize = 256;

/// The result of a statement.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    columns: Vec<Column>,
    rows: Vec<Row>,
    delay: Duration,
    error: Option<TargetError>,
}

impl Reply {
    /// These rows under columns of these names and kinds.
    pub fn rows(columns: &[(&str, ColumnKind)], rows: Vec<Row>) -> Self {
        let columns = columns.iter().map(|(name, kind)| Column { name: (*name).to_owned(), kind: *kind }).collect();
        Self { columns, rows, ..Self::default() }
    }

    /// This error at once.
    pub fn error(error: TargetError) -> Self {
        Self { error: Some(error), ..Self::default() }
    }

    /// Waits before the first row, or before the error.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Fails with this error after the last row.
    #[must_use]
    pub fn then(mut self, error: TargetError) -> Self {
        self.error = Some(error);
        self
    }
}

/// Answers statements by their text, whatever their spaces and case, and notes what ran. Time is tokio's, so that a
/// test that pauses it never waits.
pub struct FakeTarget {
    catalog: Catalog,
    replies: Mutex<HashMap<String, Reply>>,
    values: BTreeMap<ColumnRef, Vec<String>>,
    down: Mutex<Option<TargetError>>,
    privileges: Mutex<Privileges>,
    estimate: Mutex<Option<(f64, u64)>>,
    unplanned: Mutex<Option<TargetError>>,
    ran: Mutex<Vec<ApprovedStatement>>,
    stopped: Arc<AtomicUsize>,
}

impl FakeTarget {
    /// Holds this, and answers nothing yet.
    pub fn new(catalog: Catalog) -> Self {
        Self {
            catalog,
            replies: Mutex::default(),
            values: BTreeMap::new(),
            down: Mutex::default(),
            privileges: Mutex::default(),
            estimate: Mutex::default(),
            unplanned: Mutex::default(),
            ran: Mutex::default(),
            stopped: Arc::default(),
        }
    }

    /// Gives a column its known values.
    #[must_use]
    pub fn with_values(mut self, column: ColumnRef, values: Vec<String>) -> Self {
        self.values.insert(column, values);
        self
    }

    /// From now on `statement` leads to `reply`; any other is rejected.
    pub fn answer(&self, statement: &str, reply: Reply) {
        lock(&self.replies).insert(normal(statement), reply);
    }

    /// From now on everything fails with this error, or works again.
    pub fn set_down(&self, error: Option<TargetError>) {
        *lock(&self.down) = error;
    }

    /// From now on it expects every statement to have this cost and so many rows.
    pub fn set_estimate(&self, cost: f64, rows: u64) {
        *lock(&self.estimate) = Some((cost, rows));
    }

    /// Makes planning fail with this error from now on, or work again with `None`; everything else keeps working.
    pub fn set_unplanned(&self, error: Option<TargetError>) {
        *lock(&self.unplanned) = error;
    }

    /// From now on its account may do this too.
    pub fn set_privileges(&self, privileges: Privileges) {
        *lock(&self.privileges) = privileges;
    }

    /// Returns the statements run since the last call, in order.
    pub fn take_ran(&self) -> Vec<ApprovedStatement> {
        std::mem::take(&mut *lock(&self.ran))
    }

    /// Counts the statements that were cancelled, dropped before their end, or stopped by the time limit.
    pub fn stopped(&self) -> usize {
        self.stopped.load(Ordering::SeqCst)
    }

    fn up(&self) -> Result<(), TargetError> {
        lock(&self.down).clone().map_or(Ok(()), Err)
    }

    fn reply(&self, statement: &ApprovedStatement) -> Result<Reply, TargetError> {
        self.up()?;
        let reply = lock(&self.replies).get(&normal(statement.text())).cloned();
        reply.ok_or_else(|| TargetError::Rejected(format!("no reply is known to: {}", statement.text())))
    }
}

#[async_trait]
impl QueryTarget for FakeTarget {
    fn dialect(&self) -> Dialect {
        self.catalog.dialect
    }

    async fn catalog(&self) -> Result<Catalog, TargetError> {
        self.up().map(|()| self.catalog.clone())
    }

    async fn explain(&self, statement: &ApprovedStatement, _person: &str) -> Result<Estimate, TargetError> {
        if let Some(error) = lock(&self.unplanned).clone() {
            return Err(error);
        }
        let reply = self.reply(statement)?;
        match reply.error {
            Some(error @ TargetError::Rejected(_)) if reply.rows.is_empty() => Err(error),
            _ => {
                let (cost, rows) = lock(&self.estimate).unzip();
                Ok(Estimate { cost, rows, plan: vec!["READ ROWS IN MEMORY".to_owned()] })
            }
        }
    }

    fn estimates(&self) -> bool {
        lock(&self.estimate).is_some()
    }

    async fn execute(
        &self,
        statement: &ApprovedStatement,
        _person: &str,
        cancel: CancellationToken,
    ) -> Result<ResultStream, TargetError> {
        let limits = statement.limits();
        if cancel.is_cancelled() {
            return Err(TargetError::Cancelled);
        }
        let reply = self.reply(statement)?;
        lock(&self.ran).push(statement.clone());
        let mut going = Going {
            batches: Vec::new().into_iter(),
            ending: Ok(Ending::default()),
            deadline: Instant::now() + limits.time,
            seconds: limits.time.as_secs().max(1),
            cancel,
            stopped: Arc::clone(&self.stopped),
            begun: false,
            ended: false,
        };
        going.wait(reply.delay).await?;
        if reply.rows.is_empty()
            && let Some(error) = reply.error
        {
            going.ended = true;
            return Err(error);
        }
        let (rows, ending) = within(reply.rows, limits);
        going.ending = if let (None, Some(error)) = (ending.truncated, reply.error) { Err(error) } else { Ok(ending) };
        going.batches = rows.chunks(BATCH).map(<[Row]>::to_vec).collect::<Vec<_>>().into_iter();
        let batches = stream::unfold(Some(going), |going| async {
            let mut going = going?;
            let next = going.next().await;
            let more = matches!(next, Ok(Batch::Rows(_))).then_some(going);
            Some((next, more))
        });
        Ok(ResultStream { columns: reply.columns, batches: batches.boxed() })
    }

    async fn known_values(&self, at: &ColumnPath, limit: usize) -> Result<Vec<String>, TargetError> {
        self.up()?;
        let column = ColumnRef { relation: at.relation.clone(), column: at.column.clone() };
        let known = self.values.get(&column);
        let values = known.ok_or_else(|| TargetError::Rejected(format!("there is no column {}", column.column)))?;
        Ok(values.iter().take(limit).cloned().collect())
    }

    async fn privileges(&self) -> Result<Privileges, TargetError> {
        self.up().map(|()| lock(&self.privileges).clone())
    }

    async fn health(&self) -> Result<Text, TargetError> {
        let fact = text("health-target").with("engine", "memory").with("millis", "0");
        self.up().map(|()| fact.count("tables", self.catalog.tables.len() as u64).count("views", 0))
    }
}

/// A running statement; counts as stopped unless it ended by itself.
struct Going {
    batches: std::vec::IntoIter<Vec<Row>>,
    ending: Result<Ending, TargetError>,
    deadline: Instant,
    seconds: u64,
    cancel: CancellationToken,
    stopped: Arc<AtomicUsize>,
    begun: bool,
    ended: bool,
}

impl Going {
    async fn wait(&self, delay: Duration) -> Result<(), TargetError> {
        let until = Instant::now() + delay;
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(TargetError::Cancelled),
            () = tokio::time::sleep_until(until.min(self.deadline)) => {
                if until < self.deadline { Ok(()) } else { Err(TargetError::Timeout { seconds: self.seconds }) }
            }
        }
    }

    async fn next(&mut self) -> Result<Batch, TargetError> {
        match self.wait(Duration::ZERO).await {
            Err(TargetError::Timeout { .. }) if self.begun => {
                return Ok(Batch::End(Ending { truncated: Some(LimitReached::Time), cut_cells: 0 }));
            }
            other => other?,
        }
        if let Some(rows) = self.batches.next() {
            self.begun = true;
            return Ok(Batch::Rows(rows));
        }
        self.ended = true;
        self.ending.clone().map(Batch::End)
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        if !self.ended {
            self.stopped.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// The rows that the limits let through.
fn within(rows: Vec<Row>, limits: Limits) -> (Vec<Row>, Ending) {
    let (mut meter, mut delivered, mut truncated) = (Meter::new(limits), Vec::new(), None);
    for mut row in rows {
        if let Err(reached) = meter.admit(&mut row) {
            truncated = Some(reached);
            break;
        }
        delivered.push(row);
    }
    (delivered, Ending { truncated, cut_cells: meter.cut_cells() })
}

fn normal(statement: &str) -> String {
    statement.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().expect("invariant: no test panics while it holds the fake")
}
