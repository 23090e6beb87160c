//! The health check: whether a statement could run now, and whether the session is read-only.

use std::sync::Arc;
use std::time::Instant;

use pstral_core::domain::Value;
use pstral_core::ports::TargetError;
use pstral_core::text::{Text, text};
use pstral_reading::{Brake, Threads};
use tokio::sync::{Mutex, Semaphore};

use crate::calls::BoundedSession;
use crate::catalog::{SystemSchemas, View};
use crate::pool::{Pool, Purpose};
use crate::statement::{begin_read_only, query_all};

/// A query on a table that everybody may read and lock, which must fail because a read-only transaction may not lock.
const LOCK: &str = "SELECT dummy FROM sys.dual FOR UPDATE";

/// <https://docs.oracle.com/en/database/oracle/oracle-database/19/refrn/PRODUCT_COMPONENT_VERSION.html>
const ENGINE: &str = "SELECT product, version FROM product_component_version WHERE product LIKE 'Oracle%'";

/// Limits health checks to one at a time. They take no slot of a statement, and connecting cannot be interrupted:
/// otherwise each check of a listener that never answers would block one more of the program's threads.
pub(crate) struct Checks {
    /// Held by the check in progress; the next one waits for it.
    asking: Mutex<()>,
    /// Held by the thread, which may outlast its caller.
    thread: Arc<Semaphore>,
}

impl Checks {
    /// Creates the state without a running check.
    pub(crate) fn new() -> Self {
        Self { asking: Mutex::new(()), thread: Arc::new(Semaphore::new(1)) }
    }

    /// Runs [`read`]; fails at once if the thread of the last check is still blocked.
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

/// Reads the engine, the number of tables and views, and the time that took.
fn read(pool: &Pool, brake: &Brake) -> Result<Text, TargetError> {
    let started = Instant::now();
    pool.with(Purpose::Reading(None), brake, |bounded| {
        begin_read_only(bounded)?;
        check_read_only(bounded)?;
        let owners = SystemSchemas::of(bounded)?;
        let count = |bounded: &mut BoundedSession<'_>, view: View| {
            let rows = query_all(bounded, &format!("SELECT COUNT(*) FROM ({})", view.query(owners)), &[])?;
            Ok::<_, TargetError>(rows.first().and_then(|row| row.first()).and_then(Value::as_u64).unwrap_or(0))
        };
        let (tables, views) = (count(bounded, View::Tables)?, count(bounded, View::Views)?);
        Ok(text("health-target")
            .with("engine", engine(bounded)?)
            .count("tables", tables)
            .count("views", views)
            .with("millis", started.elapsed().as_millis().to_string()))
    })
}

/// Checks that locking is refused: only a granted lock shows that the transaction is not read-only; any refusal is
/// fine.
fn check_read_only(bounded: &mut BoundedSession<'_>) -> Result<(), TargetError> {
    match query_all(bounded, LOCK, &[]) {
        Ok(_) => Err(TargetError::Failed("the transaction is not read-only: a row could be locked".to_owned())),
        Err(TargetError::Rejected(_) | TargetError::Busy(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

fn engine(bounded: &mut BoundedSession<'_>) -> Result<String, TargetError> {
    let rows = match query_all(bounded, ENGINE, &[]) {
        Err(TargetError::Rejected(_)) => Vec::new(),
        other => other?,
    };
    Ok(match rows.first().map(Vec::as_slice) {
        Some([Value::Text(product), Value::Text(version)]) => format!("{} {version}", product.trim()),
        _ => "Oracle Database".to_owned(),
    })
}
