//! Whether a statement would run now, and could only read.

use std::sync::Arc;
use std::time::Instant;

use pstral_core::domain::Value;
use pstral_core::ports::TargetError;
use pstral_core::text::{Text, text};
use pstral_reading::{Brake, Threads};
use tokio::sync::{Mutex, Semaphore};

use crate::catalog::{Owners, View};
use crate::pool::{Pool, Purpose};
use crate::statement::{all, begin};
use crate::trips::Trips;

/// Everybody may read it, and lock it: that everybody may not, within a transaction that only reads, is what is asked.
const LOCK: &str = "SELECT dummy FROM sys.dual FOR UPDATE";

/// <https://docs.oracle.com/en/database/oracle/oracle-database/19/refrn/PRODUCT_COMPONENT_VERSION.html>
const ENGINE: &str = "SELECT product, version FROM product_component_version WHERE product LIKE 'Oracle%'";

/// One check at a time. It takes no turn of a statement's, and connecting cannot be interrupted: without this each
/// question about a listener that never answers would hold one more thread of all that the program has.
pub(crate) struct Checks {
    /// Whoever waits for an answer; the next one waits behind them.
    asking: Mutex<()>,
    /// Kept by the thread, which may outlast whoever asked.
    thread: Arc<Semaphore>,
}

impl Checks {
    /// None runs yet.
    pub(crate) fn new() -> Self {
        Self { asking: Mutex::new(()), thread: Arc::new(Semaphore::new(1)) }
    }

    /// What [`read`] says; at once that nothing can be said where the thread of the last check still hangs.
    pub(crate) async fn run(&self, threads: &Threads, pool: Arc<Pool>) -> Result<Text, TargetError> {
        let _asking = self.asking.lock().await;
        let Ok(thread) = Arc::clone(&self.thread).try_acquire_owned() else {
            return Err(TargetError::Unavailable("the last check still waits for an answer".to_owned()));
        };
        let check = move |brake: &Brake| {
            let _thread = thread;
            read(&pool, brake)
        };
        threads.read_now(check).await
    }
}

/// The engine, how much there is to read, and how long it took to say so.
fn read(pool: &Pool, brake: &Brake) -> Result<Text, TargetError> {
    let started = Instant::now();
    pool.with(Purpose::Reading(None), brake, |trips| {
        begin(trips)?;
        check_read_only(trips)?;
        let owners = Owners::of(trips)?;
        let count = |trips: &mut Trips<'_>, view: View| {
            all(trips, &format!("SELECT COUNT(*) FROM ({})", view.query(owners)), &[]).map(|rows| first_number(&rows))
        };
        let (tables, views) = (count(trips, View::Tables)?, count(trips, View::Views)?);
        Ok(text("health-target")
            .with("engine", engine(trips)?)
            .count("tables", tables)
            .count("views", views)
            .with("millis", started.elapsed().as_millis().to_string()))
    })
}

/// Only a lock that was given shows that the transaction does more than read; every refusal is as good as another.
fn check_read_only(trips: &mut Trips<'_>) -> Result<(), TargetError> {
    match all(trips, LOCK, &[]) {
        Ok(_) => Err(TargetError::Failed("the transaction is not read-only: a row could be locked".to_owned())),
        Err(TargetError::Rejected(_) | TargetError::Busy(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

fn engine(trips: &mut Trips<'_>) -> Result<String, TargetError> {
    let rows = match all(trips, ENGINE, &[]) {
        Err(TargetError::Rejected(_)) => Vec::new(),
        other => other?,
    };
    Ok(match rows.first().map(Vec::as_slice) {
        Some([Value::Text(product), Value::Text(version)]) => format!("{} {version}", product.trim()),
        _ => "Oracle Database".to_owned(),
    })
}

fn first_number(rows: &[Vec<Value>]) -> u64 {
    match rows.first().and_then(|row| row.first()) {
        Some(Value::Integer(number)) => u64::try_from(*number).unwrap_or(0),
        _ => 0,
    }
}
