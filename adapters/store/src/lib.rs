//! The state of Pstral in a database of its own: users, conversations, proposals, verified queries, catalogs and the audit log.
//!
//! SQLite in write-ahead mode: any number of readers beside one writer, of this program or of another one that has
//! the same file open, such as `pstral user add` beside the bot.

mod audit_log;
mod audit_writer;
mod catalogs;
mod conversations;
mod fault;
mod health;
mod knowledge;
mod links;
mod open;
mod people;
mod proposals;
mod rows;

use pstral_core::ports::StoreError;
use sqlx::{Sqlite, SqlitePool, Transaction};
use tokio::sync::mpsc;

pub use audit_log::AuditFault;
use audit_writer::Append;
use fault::fault;

/// The state of Pstral in a database of its own. It implements every state port of core.
#[derive(Debug)]
pub struct Store {
    /// The only connection of this program that writes.
    writer: SqlitePool,
    readers: SqlitePool,
    audit: mpsc::Sender<Append>,
}

impl Store {
    /// Waits for what is being written and closes the file, leaving nothing beside it. Nothing works afterwards.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// A transaction that holds the write lock from its start, so that what it reads is still so when it writes.
    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        begin(&self.writer).await
    }
}

async fn begin(writer: &SqlitePool) -> Result<Transaction<'static, Sqlite>, StoreError> {
    writer.begin_with("BEGIN IMMEDIATE").await.map_err(fault)
}
