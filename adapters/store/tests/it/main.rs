//! The state database keeps what core asks of it, on real files.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on fails, and says what it did")]

mod activity;
mod chance;
mod keeping;
mod key;
mod looking;
mod older_audit;
mod opening;
mod owner;
mod promises;
mod sealing;
mod server;
mod sharing;
mod sign_ins;
mod signing;
mod tampering;
mod transfer;

use std::path::Path;

use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus, NoKey};
use pstral_core::ports::StoreError;
use pstral_core::testkit::state::at;
use pstral_pgserver::Server;
use pstral_store::{Location, Store};
use secrecy::ExposeSecret as _;
use sqlx::{Connection as _, SqliteConnection};
use tempfile::TempDir;

/// A folder that goes with the test.
fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// The address by which a connection past the store finds the file.
fn url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

/// Opens `state.db` in a folder.
async fn open(folder: &TempDir) -> Result<Store, StoreError> {
    Store::open(&folder.path().join("state.db"), "one").await
}

/// Opens the database of a server.
async fn on(server: &Server, instance: &str) -> Result<Store, StoreError> {
    let url = server.url("postgres");
    Store::open_at(&Location::Server(url.expose_secret().to_owned()), instance).await
}

/// A connection past the store, as an attacker or another program has it.
async fn beside(folder: &TempDir) -> SqliteConnection {
    SqliteConnection::connect(&url(&folder.path().join("state.db"))).await.unwrap()
}

fn event(detail: &str) -> AuditEvent {
    let mut event = AuditEvent::new(at("10:00:00"), AuditAction::Question, AuditStatus::Ok);
    event.detail = Some(detail.to_owned());
    event
}

/// Proves the whole audit: how many entries hold, or what does not.
async fn verify(store: &Store) -> Result<u64, String> {
    match store.verify_audit(&[], &NoKey).await {
        Ok(proof) => Ok(proof.entries),
        Err(fault) => Err(fault.to_string()),
    }
}

/// The migrations of a database, as sqlx reads them from their folder.
async fn migrations(database: &str) -> sqlx::migrate::Migrator {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(database);
    sqlx::migrate::Migrator::new(folder).await.unwrap()
}
