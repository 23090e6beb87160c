//! A connection past the store to either database, as whoever owns it has one.

use futures::future::BoxFuture;
use sqlx::{AssertSqlSafe, PgConnection, SqliteConnection, query_scalar, raw_sql};

/// Somebody who owns the database.
pub(crate) trait Owner: Send {
    /// Runs statements, or says that one was refused.
    fn run(&mut self, statements: String) -> BoxFuture<'_, Result<(), sqlx::Error>>;

    /// The number that a query finds.
    fn number(&mut self, query: String) -> BoxFuture<'_, i64>;
}

/// The differences between the databases: disabling protections, comparing what may be null, and counting columns.
pub(crate) struct Dialect {
    pub(crate) lift: &'static str,
    pub(crate) is_not: &'static str,
    /// Counts the columns of the audit.
    pub(crate) columns: &'static str,
}

pub(crate) const SQLITE: Dialect = Dialect {
    lift: "DROP TRIGGER audit_events_are_not_changed; DROP TRIGGER audit_events_are_not_removed;
        DROP TRIGGER audit_events_are_not_replaced; PRAGMA ignore_check_constraints = ON; PRAGMA synchronous = OFF",
    is_not: "IS NOT",
    columns: "SELECT count(*) FROM pragma_table_info('audit_events')",
};

pub(crate) const POSTGRES: Dialect = Dialect {
    lift: "ALTER TABLE audit_events DISABLE TRIGGER ALL;
        ALTER TABLE audit_events DROP CONSTRAINT audit_events_position_check;
        ALTER TABLE audit_events DROP CONSTRAINT audit_events_seq_check;
        ALTER TABLE audit_events DROP CONSTRAINT audit_events_previous_check;
        ALTER TABLE audit_events DROP CONSTRAINT audit_events_hash_check",
    is_not: "IS DISTINCT FROM",
    columns: "SELECT count(*) FROM information_schema.columns WHERE table_name = 'audit_events'",
};

/// Puts the entries back as a table `copy` has them.
pub(crate) const PUT_BACK: &str = "DELETE FROM audit_events; INSERT INTO audit_events SELECT * FROM copy";

macro_rules! owners {
    ($($connection:ty),+) => {$(
        impl Owner for $connection {
            fn run(&mut self, statements: String) -> BoxFuture<'_, Result<(), sqlx::Error>> {
                Box::pin(async move { raw_sql(AssertSqlSafe(statements)).execute(self).await.map(|_| ()) })
            }

            fn number(&mut self, query: String) -> BoxFuture<'_, i64> {
                Box::pin(async move { query_scalar(AssertSqlSafe(query)).fetch_one(self).await.unwrap() })
            }
        }
    )+};
}

owners!(SqliteConnection, PgConnection);
