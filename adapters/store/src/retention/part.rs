//! Rows of one table that go together, a few at a time.

use std::time::{Duration, Instant};

use pstral_core::ports::StoreError;

use super::AT_ONCE;
use crate::Store;
use crate::fault::fault;
use crate::rows::get;
use crate::sql::dynamic_sql;

/// The longest rest after a transaction.
const REST: Duration = Duration::from_millis(200);

/// Rows of one table that meet a condition, in which `$1` stands for the user or the time it depends on.
#[derive(Debug)]
pub(super) struct TableRows {
    /// The table of the rows.
    pub(super) table: &'static str,
    /// The columns that tell one from the other.
    key: &'static str,
    condition: &'static str,
}

impl TableRows {
    pub(super) const fn new(table: &'static str, key: &'static str, condition: &'static str) -> Self {
        Self { table, key, condition }
    }

    /// Counts the rows.
    pub(super) async fn count(&self, store: &Store, value: i64) -> Result<u64, StoreError> {
        let Self { table, condition, .. } = self;
        let count = dynamic_sql(format!("SELECT count(*) AS held FROM {table} WHERE {condition}")).bind(value);
        let held: i64 = get(&count.fetch_one(store).await.map_err(fault)?, "held")?;
        Ok(u64::try_from(held).unwrap_or_default())
    }

    /// Deletes the rows, a few in each transaction.
    pub(super) async fn remove(&self, store: &Store, value: i64) -> Result<(), StoreError> {
        let Self { table, key, condition } = self;
        let remove = format!(
            "DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {condition} LIMIT {AT_ONCE})"
        );
        loop {
            let begun = Instant::now();
            let mut writing = store.begin().await?;
            let removed = dynamic_sql(remove.clone()).bind(value).execute(&mut writing).await.map_err(fault)?;
            writing.commit().await.map_err(fault)?;
            if removed < u64::from(AT_ONCE) {
                return Ok(());
            }
            rest(begun).await;
        }
    }
}

/// Leaves the database to others for as long as it was held.
pub(super) async fn rest(begun: Instant) {
    tokio::time::sleep(begun.elapsed().min(REST)).await;
}
