//! Announces this instance to others on the same server by an advisory lock of a session of its own, which ends with the
//! program, however that ends.
//!
//! Whoever takes the lock gets a number, one higher than the last. Each write transaction of the holder looks whether its
//! number is still the last one. Who closes what another instance left behind makes it an old one first, so that an instance
//! that only lost its session writes nothing more; and waits until that instance has noticed and stopped its answers.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use pstral_core::ports::StoreError;
use sqlx::{PgConnection, query_scalar};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::Store;
use crate::engine::{Engine, StateTransaction, lock_of};
use crate::fault::fault;
use crate::open::{Location, connect_alone};
use crate::rows::get;
use crate::sql::sql;

/// The interval at which the session is checked: a server that went away has released the lock.
const PING_INTERVAL: Duration = Duration::from_secs(1);
/// The time-out of a check.
const PING_TIMEOUT: Duration = Duration::from_secs(2);
/// Longer than it takes an instance to notice that its lease is lost, and to stop its answers.
const NOTICE: Duration = Duration::from_secs(5);
/// A lock may be held for a moment by who looks whether it is free.
const TRIES: u32 = 5;
const TRY_AGAIN: Duration = Duration::from_millis(100);

const TAKE: &str = "SELECT pg_try_advisory_lock($1)";
const NUMBER: &str = "SELECT number FROM leases WHERE instance = $1";
const IS_FREE: &str =
    "SELECT count(*) AS free FROM (SELECT pg_try_advisory_xact_lock($1) AS is_free) AS one WHERE is_free";
const IS_OPEN: &str = "SELECT count(*) AS open FROM leases WHERE instance = $1 AND ended = 0";
const IS_WRITING: &str = "SELECT count(*) AS writing FROM turns WHERE instance = $1 AND state = 'streaming'";
const NEXT: &str = "INSERT INTO leases (instance, number, ended) VALUES ($1, 1, 0)
    ON CONFLICT (instance) DO UPDATE SET number = leases.number + 1, ended = 0 RETURNING number";
const OUTDATE: &str = "UPDATE leases SET number = leases.number + 1 WHERE instance = $1 AND ended = 0 RETURNING number";
const END: &str = "UPDATE leases SET ended = 1 WHERE instance = $1 AND number = $2";
// Until the transaction ends, nobody can make the number an old one.
const LOCK: &str = "WITH lease AS (SELECT number FROM leases WHERE instance = $2 FOR SHARE)
    SELECT coalesce((SELECT number FROM lease), 0) AS number FROM pg_advisory_xact_lock($1)";
// A lock of 64 bits is shown as two halves (<https://www.postgresql.org/docs/current/view-pg-locks.html>).
const PRESENT: &str = "SELECT (classid::bigint << 32) | objid::bigint AS lock FROM pg_catalog.pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted
    AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())";

/// A lock held while an instance answers.
#[derive(Debug)]
pub struct InstanceLease {
    url: String,
    instance: String,
    session: Option<PgConnection>,
    held: Option<JoinHandle<()>>,
}

impl Drop for InstanceLease {
    fn drop(&mut self) {
        if let Some(held) = &self.held {
            held.abort();
        }
    }
}

/// The lease of a store's instance; empty if the store writes without one, as commands beside the bot do.
#[derive(Debug, Default)]
pub(crate) struct Lease(OnceLock<HeldLease>);

#[derive(Debug)]
struct HeldLease {
    instance: String,
    number: i64,
    standing: watch::Sender<Standing>,
}

/// The state of a lease that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// The lock is held.
    Held,
    /// The server did not answer in time: the lock may be lost, and is being taken again.
    Away,
    /// Another program has taken the lease, or closed what this one left behind.
    Lost,
}

impl InstanceLease {
    /// Takes the name of an instance on a server; `None` where another program answers under that name.
    pub async fn take(url: &str, instance: &str) -> Result<Option<Self>, StoreError> {
        for _ in 0..TRIES {
            let (session, is_taken) = attempt(url, presence_of(instance)).await?;
            if is_taken {
                let (url, instance) = (url.to_owned(), instance.to_owned());
                return Ok(Some(Self { url, instance, session: Some(session), held: None }));
            }
            sleep(TRY_AGAIN).await;
        }
        Ok(None)
    }

    /// From now on the store writes only as long as this lease is held. Where an earlier holder did not end in good order and
    /// left answers behind, it may still be writing them: then this waits until it has noticed.
    pub async fn fence(&mut self, store: &Store) -> Result<(), StoreError> {
        let (Engine::Postgres { lease, .. }, Some(session)) = (&store.engine, self.session.take()) else {
            return Ok(());
        };
        let mut writing = store.begin().await?;
        let was_open: bool = counted(&mut writing, IS_OPEN, "open", &self.instance).await?;
        let left_answers: bool = counted(&mut writing, IS_WRITING, "writing", &self.instance).await?;
        let number = sql(NEXT).bind(&self.instance).fetch_one(&mut writing).await.map_err(fault)?;
        let number = get(&number, "number")?;
        writing.commit().await.map_err(fault)?;
        if was_open && left_answers {
            tracing::info!(instance = self.instance, wait = ?NOTICE, "an earlier run did not end in good order; waiting until it has surely stopped");
            sleep(NOTICE).await;
        }
        let held = HeldLease { instance: self.instance.clone(), number, standing: watch::Sender::new(Standing::Held) };
        if lease.0.set(held).is_ok() {
            self.held = Some(tokio::spawn(hold(session, self.url.clone(), Arc::clone(lease))));
        }
        Ok(())
    }
}

impl Lease {
    /// Fails where the lease was taken and is not held.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        let Some(held) = self.0.get() else { return Ok(()) };
        match *held.standing.borrow() {
            Standing::Held => Ok(()),
            Standing::Away => {
                Err(StoreError::Unavailable("the lease of this instance is being taken again".to_owned()))
            }
            Standing::Lost => Err(held.superseded()),
        }
    }

    /// Locks what a transaction changes; and the number of the lease, which must be the last one.
    pub(crate) async fn lock(&self, writing: &mut StateTransaction, lock: i64) -> Result<(), StoreError> {
        let Some(held) = self.0.get() else {
            let locked = sql("SELECT 1 AS one FROM pg_advisory_xact_lock($1)").bind(lock).fetch_all(writing).await;
            return locked.map(drop).map_err(fault);
        };
        let row = sql(LOCK).bind(lock).bind(&held.instance).fetch_one(writing).await.map_err(fault)?;
        if get::<i64>(&row, "number")? == held.number {
            return Ok(());
        }
        held.set(Standing::Lost);
        Err(held.superseded())
    }

    /// Waits until another program has the lease.
    pub(crate) async fn lost(&self) -> StoreError {
        if let Some(held) = self.0.get()
            && held.standing.subscribe().wait_for(|standing| *standing == Standing::Lost).await.is_ok()
        {
            return held.superseded();
        }
        std::future::pending().await
    }

    /// Waits until the lease may be lost, the next time.
    pub(crate) async fn interrupted(&self) {
        if let Some(held) = self.0.get() {
            let mut standing = held.standing.subscribe();
            while standing.changed().await.is_ok() {
                if *standing.borrow_and_update() != Standing::Held {
                    return;
                }
            }
        }
        std::future::pending::<()>().await;
    }

    /// Notes that the holder ends in good order: it leaves nothing that it still writes.
    pub(crate) async fn end(&self, engine: &Engine) {
        if let Some(held) = self.0.get()
            && let Err(error) = sql(END).bind(&held.instance).bind(held.number).execute(engine).await
        {
            tracing::warn!(%error, "the end of the lease could not be noted down; the next start may wait some seconds");
        }
    }
}

impl HeldLease {
    /// Notes what became of the lease. One that is lost stays so.
    fn set(&self, standing: Standing) {
        let is_changed = self.standing.send_if_modified(|was| {
            let is_changed = *was != standing && *was != Standing::Lost;
            if is_changed {
                *was = standing;
            }
            is_changed
        });
        let instance = &self.instance;
        match standing {
            _ if !is_changed => {}
            Standing::Held => tracing::info!(instance, "instance lease taken again"),
            Standing::Away => {
                tracing::warn!(instance, "instance lease may be lost; writing nothing until it is taken again");
            }
            Standing::Lost => tracing::error!(instance, "instance lease lost to another program"),
        }
    }

    fn superseded(&self) -> StoreError {
        StoreError::Superseded(self.instance.clone())
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

    /// Makes sure that another instance writes nothing more, if it is not there; whether that is so.
    pub(crate) async fn fence_off(&self, instance: &str) -> Result<bool, StoreError> {
        let Engine::Postgres { pool, .. } = &self.engine else { return Ok(true) };
        // Not under the lock of the state: what the other still writes may wait for that, and holds its number.
        let mut writing = StateTransaction::Postgres(pool.begin().await.map_err(fault)?);
        let free = sql(IS_FREE).bind(presence_of(instance)).fetch_one(&mut writing).await.map_err(fault)?;
        if !get::<bool>(&free, "free")? {
            return Ok(false);
        }
        let outdated = sql(OUTDATE).bind(instance).fetch_optional(&mut writing).await.map_err(fault)?;
        writing.commit().await.map_err(fault)?;
        if let Some(row) = outdated {
            tracing::warn!(instance, wait = ?NOTICE, "another instance is gone; closing its answers once it has surely stopped");
            sleep(NOTICE).await;
            // Only now: until then, others who come must wait too.
            let end = sql(END).bind(instance).bind(get::<i64>(&row, "number")?);
            end.execute(self).await.map_err(fault)?;
        }
        Ok(true)
    }
}

/// The lock that an instance holds while it is there.
pub(crate) fn presence_of(instance: &str) -> i64 {
    lock_of("presence", instance)
}

async fn counted(
    writing: &mut StateTransaction,
    text: &'static str,
    column: &str,
    instance: &str,
) -> Result<bool, StoreError> {
    let row = sql(text).bind(instance).fetch_one(writing).await.map_err(fault)?;
    Ok(get::<i64>(&row, column)? > 0)
}

/// A session, and whether it got the lock.
async fn attempt(url: &str, lock: i64) -> Result<(PgConnection, bool), StoreError> {
    let location = Location::Server(url.to_owned());
    let mut session = connect_alone(&location).await?;
    let is_taken = query_scalar::<_, bool>(TAKE).bind(lock).fetch_one(&mut session).await.map_err(fault)?;
    Ok((session, is_taken))
}

/// Looks at the session each second, and takes the lock anew where the server had gone away and nobody else has taken it.
async fn hold(session: PgConnection, url: String, lease: Arc<Lease>) {
    let Some(held) = lease.0.get() else { return };
    let mut session = Some(session);
    loop {
        sleep(PING_INTERVAL).await;
        let (looked, is_ours) = match session.take() {
            Some(session) => (Some(session), true),
            None => match attempt(&url, presence_of(&held.instance)).await {
                // Held by another program, or by the session that was lost, of which the server does not know yet.
                Ok((session, is_taken)) => (Some(session), is_taken),
                Err(_) => (None, false),
            },
        };
        let Some((looked, number)) = number_of(looked, &held.instance).await else {
            held.set(Standing::Away);
            continue;
        };
        if number != held.number {
            held.set(Standing::Lost);
            return;
        }
        if is_ours {
            session = Some(looked);
            held.set(Standing::Held);
        }
    }
}

/// The session and the last number of the lease; `None` where the server does not say in time.
async fn number_of(session: Option<PgConnection>, instance: &str) -> Option<(PgConnection, i64)> {
    let mut session = session?;
    let number = query_scalar::<_, i64>(NUMBER).bind(instance).fetch_one(&mut session);
    let number = timeout(PING_TIMEOUT, number).await.ok()?.ok()?;
    Some((session, number))
}
