//! The health check: whether the state can be written, and how fast.

use std::time::Instant;

use pstral_auditproof::SignedHead;
use pstral_core::domain::AuditHash;
use pstral_core::ports::{AuditLog as _, StoreError};
use pstral_core::text::{Text, text};

use crate::Store;
use crate::engine::{Engine, StateTransaction};
use crate::fault::fault;
use crate::rows::get;
use crate::sql::sql;

const WRITE: &str = "INSERT INTO health_checks (id, checks) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET checks = health_checks.checks + 1";
// One statement, so that nothing is written between the two.
const NEWEST: &str = "SELECT h.note, e.hash FROM audit_heads h LEFT JOIN audit_events e ON e.instance = h.instance
        AND e.seq = (SELECT max(last.seq) FROM audit_events last WHERE last.instance = h.instance)
    WHERE h.instance = $1";
const USERS: &str = "SELECT count(*) AS users FROM users";

impl Store {
    /// Writes a row durably, takes the time of it, and counts what is held.
    pub async fn health(&self) -> Result<Text, StoreError> {
        let start = Instant::now();
        let mut writing = self.begin().await?;
        write_check(&mut writing).await?;
        writing.commit().await.map_err(fault)?;
        let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
        let (name, version) = match self.engine {
            Engine::Sqlite { .. } => ("SQLite", "SELECT sqlite_version() AS version"),
            Engine::Postgres { .. } => ("PostgreSQL", "SELECT current_setting('server_version') AS version"),
        };
        self.check_head().await?;
        let version: String = get(&sql(version).fetch_one(self).await.map_err(fault)?, "version")?;
        let users: i64 = get(&sql(USERS).fetch_one(self).await.map_err(fault)?, "users")?;
        // The numbers of a chain have no gaps: what is left is counted without being read.
        let written: i64 = self.heads().await?.iter().map(|head| head.seq).sum();
        let pruned: i64 = self.checkpoints().await?.iter().map(|checkpoint| checkpoint.seq).sum();
        let events = written - pruned;
        Ok(text("health-state")
            .with("engine", format!("{name} {}", version.split(' ').next().unwrap_or_default()))
            .count("users", users.unsigned_abs())
            .count("events", events.unsigned_abs())
            .tenths("millis", milliseconds))
    }

    /// Checks that the audit ends with what was signed last. Whether the signature holds is checked before the next entry.
    async fn check_head(&self) -> Result<(), StoreError> {
        let row = sql(NEWEST).bind(&self.instance).fetch_optional(self).await.map_err(fault)?;
        let Some(row) = row else { return Ok(()) };
        let signed = get::<String>(&row, "note")?.parse::<SignedHead>().ok().map(|signed| signed.head.chain);
        let last = get::<Option<String>>(&row, "hash")?.map(|hash| AuditHash(hash).digest());
        if signed.is_some() && signed == last {
            return Ok(());
        }
        Err(StoreError::AuditChanged(format!("{}: its last entry is not signed", self.instance)))
    }
}

/// Writes the one row that is there to be written.
pub(crate) async fn write_check(writing: &mut StateTransaction) -> Result<(), StoreError> {
    sql(WRITE).execute(writing).await.map(|_| ()).map_err(fault)
}
