//! The state of Pstral in a database of its own: users, conversations, proposals, verified queries, catalogs and the audit log.
//!
//! SQLite in write-ahead mode: any number of readers beside one writer, of this program or of another one that has
//! the same file open, such as `pstral user add` beside the bot. PostgreSQL where several instances share the state.

mod activity;
mod audit_acceptance;
mod audit_hashes;
mod audit_heads;
mod audit_log;
mod audit_pages;
mod audit_rows;
mod audit_verify;
mod audit_writer;
mod catalogs;
mod conversations;
mod engine;
mod failpoints;
mod fault;
mod health;
mod knowledge;
mod links;
mod migrations;
mod nul;
mod open;
mod people;
mod presence;
mod proposals;
mod ratings;
mod retention;
mod reviews;
mod rows;
mod sign_ins;
mod sql;
mod state_file;
mod transfer;

use std::sync::Arc;
use std::time::Duration;

use pstral_core::ports::StoreError;
use tokio::sync::mpsc;

pub use activity::HourlyCount;
use audit_heads::HeadSigner;
pub use audit_heads::{HeadKeeper, KeptHeadsError};
pub use audit_log::AuditTableError;
pub use audit_verify::{AuditCheck, AuditProof, AuditVerifyError};
use audit_writer::Append;
use engine::{Engine, StateTransaction};
#[cfg(feature = "testkit")]
pub use failpoints::on_failpoint;
pub use open::Location;
pub use presence::InstanceLease;
pub use retention::{Erasure, ExpiryLimits, Pruning, PruningClass, Sign};
pub use sign_ins::SignIn;
pub use transfer::{Loaded, TransferError};

/// The interval at which [`Store::lost`] looks whether the state is still there.
const LOOKING: Duration = Duration::from_secs(1);

/// The state of Pstral in a database of its own. It implements every state port of core.
#[derive(Debug)]
pub struct Store {
    engine: Engine,
    /// The instance whose audit chain and answers are written.
    instance: String,
    audit: mpsc::Sender<Append>,
    /// Signs the audit; none where it is only read, or nothing vouches for it.
    signer: Option<Arc<HeadSigner>>,
}

impl Store {
    /// The name of this program in the audit.
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// Waits for what is being written and lets go of the database; of a file nothing is left beside it. Nothing works
    /// afterwards.
    pub async fn close(&self) {
        self.engine.close().await;
    }

    /// Waits until this program may not write the state any more, and says why: its file was moved, deleted or replaced, or
    /// another program has the lease of its instance.
    pub async fn lost(&self) -> StoreError {
        if let Engine::Postgres { lease, .. } = &self.engine {
            return lease.lost().await;
        }
        loop {
            tokio::time::sleep(LOOKING).await;
            if let Err(lost) = self.engine.check() {
                return lost;
            }
        }
    }

    /// Waits until the lease of this instance may be lost, the next time: until it is taken again nothing can be written, and
    /// what is being answered must stop.
    pub async fn interrupted(&self) {
        match &self.engine {
            Engine::Sqlite { .. } => std::future::pending().await,
            Engine::Postgres { lease, .. } => lease.interrupted().await,
        }
    }

    /// A transaction that holds the write lock from its start, so that what it reads is still so when it writes.
    async fn begin(&self) -> Result<StateTransaction, StoreError> {
        self.engine.begin().await
    }
}
