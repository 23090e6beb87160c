//! Says to others on the same server that this instance is there, for as long as it is.
//!
//! A lock of a session of its own: it goes with the program, however that ends.

use std::time::Duration;

use pstral_core::ports::StoreError;
use sqlx::{Connection as _, PgConnection, query_scalar};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::Store;
use crate::engine::{Engine, lock_of};
use crate::fault::fault;
use crate::open::{Location, connect_alone};
use crate::rows::get;
use crate::sql::sql;

/// The interval at which the session is checked: a server that went away has released the lock.
const PING_INTERVAL: Duration = Duration::from_secs(15);

const TAKE: &str = "SELECT pg_try_advisory_lock($1)";
// A lock of 64 bits is shown as two halves (<https://www.postgresql.org/docs/current/view-pg-locks.html>).
const PRESENT: &str = "SELECT (classid::bigint << 32) | objid::bigint AS lock FROM pg_catalog.pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted
    AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())";

/// A lock held while an instance answers.
#[derive(Debug)]
pub struct InstanceLease {
    held: JoinHandle<()>,
}

impl Drop for InstanceLease {
    fn drop(&mut self) {
        self.held.abort();
    }
}

impl InstanceLease {
    /// Takes the name of an instance on a server; `None` where another program answers under that name.
    pub async fn take(url: &str, instance: &str) -> Result<Option<Self>, StoreError> {
        let lock = presence_of(instance);
        let Some(session) = taken(url, lock).await? else { return Ok(None) };
        Ok(Some(Self { held: tokio::spawn(hold(session, url.to_owned(), instance.to_owned())) }))
    }
}

impl Store {
    /// The locks of the instances that are there: of a file, there is only this one.
    pub(crate) async fn live_instances(&self) -> Result<Vec<i64>, StoreError> {
        match self.engine {
            Engine::Sqlite { .. } => Ok(Vec::new()),
            Engine::Postgres { .. } => {
                let rows = sql(PRESENT).fetch_all(self).await.map_err(fault)?;
                rows.iter().map(|row| get(row, "lock")).collect()
            }
        }
    }
}

/// The lock that an instance holds while it is there.
pub(crate) fn presence_of(instance: &str) -> i64 {
    lock_of("presence", instance)
}

async fn taken(url: &str, lock: i64) -> Result<Option<PgConnection>, StoreError> {
    let location = Location::Server(url.to_owned());
    let mut session = connect_alone(&location).await?;
    let taken = query_scalar::<_, bool>(TAKE).bind(lock).fetch_one(&mut session).await;
    Ok(taken.map_err(fault)?.then_some(session))
}

/// Looks at the session now and again, and takes the lock anew where the server had gone away.
async fn hold(mut session: PgConnection, url: String, instance: String) {
    loop {
        sleep(PING_INTERVAL).await;
        if session.ping().await.is_ok() {
            continue;
        }
        match taken(&url, presence_of(&instance)).await {
            Ok(Some(again)) => session = again,
            Ok(None) => {
                tracing::error!(instance, "another program answers under the name of this instance: stop one of them");
            }
            Err(error) => {
                tracing::warn!(instance, %error, retry_after = ?PING_INTERVAL, "instance lease lost; retrying");
            }
        }
    }
}
