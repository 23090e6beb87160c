//! Whether the state can be written, and how fast.

use std::time::Instant;

use pstral_core::ports::StoreError;
use sqlx::{Row as _, SqliteConnection, query, query_scalar};

use crate::Store;
use crate::fault::fault;

const WRITE: &str = "INSERT INTO health_checks (id, checks) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET checks = health_checks.checks + 1";
const COUNTS: &str = "SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM audit_events) AS events";

impl Store {
    /// Writes a row durably and counts what is held: `SQLite 3.50.2, 12 users, 345 audit events, 1.2 ms to write`.
    pub async fn health(&self) -> Result<String, StoreError> {
        let start = Instant::now();
        let mut writing = self.begin().await?;
        write_check(&mut writing).await?;
        writing.commit().await.map_err(fault)?;
        let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
        let version: String = query_scalar("SELECT sqlite_version()").fetch_one(&self.readers).await.map_err(fault)?;
        let counts = query(COUNTS).fetch_one(&self.readers).await.map_err(fault)?;
        let users: i64 = counts.try_get("users").map_err(fault)?;
        let events: i64 = counts.try_get("events").map_err(fault)?;
        Ok(format!("SQLite {version}, {users} users, {events} audit events, {milliseconds:.1} ms to write"))
    }
}

/// Writes the one row that is there to be written.
pub(crate) async fn write_check(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    query(WRITE).execute(connection).await.map(|_| ()).map_err(fault)
}
