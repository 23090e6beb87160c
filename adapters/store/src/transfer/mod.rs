//! The whole state as one stream of lines, and back: for backups, and from one database to the other.
//!
//! JSON lines: a first one that says what follows, then each table with its columns and a line a row, and at the end the
//! number of rows and the SHA-256 of all lines before. Whole numbers, texts and nulls are all there is.

mod dump;
mod load;

use serde::{Deserialize, Serialize};

pub use load::Loaded;
use pstral_core::ports::StoreError;

/// The form of the stream that this program writes, and the only one it reads.
const FORMAT_VERSION: u32 = 1;

/// Every table, each after those it refers to.
pub(crate) const TABLES: [&str; 18] = [
    "users",
    "links",
    "link_codes",
    "link_requests",
    "user_numbers",
    "wrong_codes",
    "conversations",
    "turns",
    "proposals",
    "proposal_messages",
    "verified_queries",
    "ratings",
    "reviews",
    "audit_events",
    "audit_checkpoints",
    "audit_heads",
    "audit_relations",
    "catalogs",
];

/// The tables that are not kept: a row that only serves to test writing, one that no transaction leaves, who may
/// answer at the moment, and sign-ins, which a
/// backup would bring back after they have ended.
pub(crate) const NOT_KEPT: [&str; 4] = ["audit_opened", "health_checks", "leases", "sign_ins"];

/// A line that is not a row.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    /// The first.
    Pstral {
        /// The version of the stream's format.
        form: u32,
        /// The last one that made the tables.
        migration: i64,
        /// The time at which it was written, UTC.
        at: String,
    },
    /// Rows of a table follow.
    Table {
        /// Its name.
        name: String,
        /// The columns of each row, in this order.
        columns: Vec<String>,
    },
    /// The last.
    End {
        /// The number of rows in all tables together.
        rows: u64,
        /// The SHA-256 of all lines before, in hexadecimal.
        sha256: String,
    },
}

/// The reason why a state was not transferred.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// A database did not do what was asked.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stream could not be read or written.
    #[error("{0}")]
    Stream(#[from] std::io::Error),
    /// The stream is none of ours, not whole, or was changed.
    #[error("{0}")]
    NotOurs(String),
    /// The destination is not empty.
    #[error("there is a state already")]
    NotEmpty,
    /// An older program made what is to be written: it has not all that a stream holds.
    #[error("an older version of Pstral made it (migration {0}): bring it up to date first")]
    Older(i64),
    /// Other Pstral processes use it.
    #[error("another program of Pstral works on it")]
    InUse,
}

impl From<sqlx::Error> for TransferError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(crate::fault::fault(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;
    use crate::rows::get;
    use crate::sql::sql;

    #[tokio::test]
    async fn every_table_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("state.db"), "one").await.unwrap();
        let tables = sql("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
            AND name <> '_sqlx_migrations' ORDER BY name");
        let held = tables.fetch_all(&store).await.unwrap();
        let held: Vec<String> = held.iter().map(|row| get(row, "name").unwrap()).collect();
        let mut known: Vec<&str> = TABLES.into_iter().chain(NOT_KEPT).collect();
        known.sort_unstable();
        assert_eq!(held, known);
    }
}
