//! The two databases that can hold the state, and the transactions in which it changes.

use std::sync::Arc;

use pstral_core::domain::sha256;
use pstral_core::ports::StoreError;
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};

use crate::failpoints::failpoint;
use crate::fault::fault;
use crate::presence::Lease;
use crate::state_file::StateFile;

/// The advisory lock of a PostgreSQL database that serializes changes of the state, except for the audit chains, which
/// have locks of their own. The number is arbitrary.
const STATE_LOCK: i64 = 0x7073_7472_616c_0001;

/// A database that holds the state.
#[derive(Debug, Clone)]
pub(crate) enum Engine {
    /// A file in write-ahead mode: any number of readers beside one writer.
    Sqlite {
        /// The only connection of this program that writes.
        writer: SqlitePool,
        /// The others.
        readers: SqlitePool,
        /// The file, where it is open to write.
        file: Option<StateFile>,
    },
    /// A server, for several instances.
    Postgres {
        /// Connections that read and write.
        pool: PgPool,
        /// The right to write as an instance that answers.
        lease: Arc<Lease>,
    },
}

/// A transaction on either.
pub(crate) enum StateTransaction {
    /// A transaction on SQLite.
    Sqlite(Transaction<'static, Sqlite>),
    /// A transaction on PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

impl Engine {
    /// A transaction that holds the write lock from its start, so that what it reads is still so when it writes.
    pub(crate) async fn begin(&self) -> Result<StateTransaction, StoreError> {
        self.begin_locked(STATE_LOCK).await
    }

    /// Begins a transaction that excludes all others with the same lock number; on SQLite, which has a single writer,
    /// all others.
    pub(crate) async fn begin_locked(&self, lock: i64) -> Result<StateTransaction, StoreError> {
        self.check()?;
        match self {
            Self::Sqlite { writer, .. } => {
                Ok(StateTransaction::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await.map_err(fault)?))
            }
            Self::Postgres { pool, lease } => {
                let mut writing = StateTransaction::Postgres(pool.begin().await.map_err(fault)?);
                // At READ COMMITTED each statement sees what was committed before it began: also who waited here reads
                // what is so now.
                lease.lock(&mut writing, lock).await?;
                Ok(writing)
            }
        }
    }

    /// A transaction that only reads, and sees the state as it is at one moment.
    pub(crate) async fn snapshot(&self) -> Result<StateTransaction, StoreError> {
        match self {
            Self::Sqlite { readers, .. } => Ok(StateTransaction::Sqlite(readers.begin().await.map_err(fault)?)),
            Self::Postgres { pool, .. } => {
                let begin = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await;
                Ok(StateTransaction::Postgres(begin.map_err(fault)?))
            }
        }
    }

    /// Fails where what is written would be lost: the path of the file leads to another one, or nowhere; or another program
    /// may answer under the name of this instance.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { file: Some(file), .. } => file.check(),
            Self::Sqlite { file: None, .. } => Ok(()),
            Self::Postgres { lease, .. } => lease.check(),
        }
    }

    /// Picks what is meant for the one database or for the other, such as a statement.
    pub(crate) fn pick<T>(&self, sqlite: T, postgres: T) -> T {
        match self {
            Self::Sqlite { .. } => sqlite,
            Self::Postgres { .. } => postgres,
        }
    }

    /// Waits for what is being written and lets go of the database.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres { pool, lease } => {
                lease.end(self).await;
                pool.close().await;
            }
        }
    }
}

impl StateTransaction {
    /// Makes all of it durable.
    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        failpoint("commit");
        match self {
            Self::Sqlite(writing) => writing.commit().await?,
            Self::Postgres(writing) => writing.commit().await?,
        }
        failpoint("committed");
        Ok(())
    }
}

/// The lock of a server that stands for something of an instance: fifteen hexadecimal digits of its own.
pub(crate) fn lock_of(what: &str, instance: &str) -> i64 {
    let digest = sha256(&format!("{what} of {instance}"));
    i64::from_str_radix(&digest[..15], 16).expect("invariant: fifteen hexadecimal digits fit")
}
