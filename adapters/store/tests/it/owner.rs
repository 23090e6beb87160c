//! A connection past the store to either database, as whoever owns it has one.

use futures::future::BoxFuture;
use sqlx::{AssertSqlSafe, PgConnection, SqliteConnection, raw_sql};

/// Somebody who owns the database.
pub(crate) trait Owner: Send {
    /// Runs statements; how many rows the last one changed, or that it was refused.
    fn run(&mut self, statements: String) -> BoxFuture<'_, Result<u64, sqlx::Error>>;
}

macro_rules! owners {
    ($($connection:ty),+) => {$(
        impl Owner for $connection {
            fn run(&mut self, statements: String) -> BoxFuture<'_, Result<u64, sqlx::Error>> {
                Box::pin(async move {
                    Ok(raw_sql(AssertSqlSafe(statements)).execute(self).await?.rows_affected())
                })
            }
        }
    )+};
}

owners!(SqliteConnection, PgConnection);
