//! The health check: whether the state can be written, and how fast.

use std::time::Instant;

use pstral_core::ports::{AuditLog as _, StoreError};
use pstral_core::text::{Text, text};

use crate::Store;
use crate::engine::{Engine, StateTransaction};
use crate::fault::fault;
use crate::rows::get;
use crate::sql::sql;

const WRITE: &str = "INSERT INTO health_checks (id, checks) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET checks = health_checks.checks + 1";
const USERS: &str = "SELECT count(*) AS users FROM users";

impl Store {
    /// Writes a row durably, takes the time of it, checks that the audit may be written on, and counts what is held.
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
        if let Some(signer) = &self.signer {
            signer.check(&mut self.engine.snapshot().await?, &self.instance).await?;
        }
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

    /// Checks that every chain of the audit ends with what was signed last.
    pub(crate) async fn check_chains(&self) -> Result<(), StoreError> {
        match &self.signer {
            Some(signer) => signer.check_all(&mut self.engine.snapshot().await?).await,
            None => Ok(()),
        }
    }
}

/// Writes the one row that is there to be written.
pub(crate) async fn write_check(writing: &mut StateTransaction) -> Result<(), StoreError> {
    sql(WRITE).execute(writing).await.map(|_| ()).map_err(fault)
}
