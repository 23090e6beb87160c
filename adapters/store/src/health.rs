//! Whether the state can be written, and how fast.

use std::time::Instant;

use pstral_core::ports::StoreError;
use pstral_core::text::{Text, text};
use sqlx::{Row as _, SqliteConnection, query, query_scalar};

use crate::Store;
use crate::fault::fault;

const WRITE: &str = "INSERT INTO health_checks (id, checks) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET checks = health_checks.checks + 1";
// Audit events are never deleted, so the last position is their number, without reading them all.
const COUNTS: &str =
    "SELECT (SELECT count(*) FROM users) AS users, (SELECT coalesce(max(position), 0) FROM audit_events) AS events";

impl Store {
    /// Writes a row durably, takes the time of it, and counts what is held.
    pub async fn health(&self) -> Result<Text, StoreError> {
        let start = Instant::now();
        let mut writing = self.begin().await?;
        write_check(&mut writing).await?;
        writing.commit().await.map_err(fault)?;
        let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
        let version: String = query_scalar("SELECT sqlite_version()").fetch_one(&self.readers).await.map_err(fault)?;
        let counts = query(COUNTS).fetch_one(&self.readers).await.map_err(fault)?;
        let users: i64 = counts.try_get("users").map_err(fault)?;
        let events: i64 = counts.try_get("events").map_err(fault)?;
        Ok(text("health-state")
            .with("engine", format!("SQLite {version}"))
            .count("users", users.unsigned_abs())
            .count("events", events.unsigned_abs())
            .tenths("millis", milliseconds))
    }
}

/// Writes the one row that is there to be written.
pub(crate) async fn write_check(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    query(WRITE).execute(connection).await.map(|_| ()).map_err(fault)
}
