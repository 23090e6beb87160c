//! The state database keeps what core asks of it, on real files.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod opening;
mod promises;
mod server;
mod sharing;
mod tampering;
mod transfer;

use std::path::Path;

use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus, ChainVerifier};
use pstral_core::ports::{AuditFilter, AuditLog as _, StoreError};
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

/// Reads the whole audit in small pages and checks its chains: how many entries hold, or what does not.
async fn verify(store: &Store) -> Result<u64, String> {
    let mut verifier = ChainVerifier::default();
    let mut position = 0;
    loop {
        let page = store.after(position, &AuditFilter::default(), 7).await.map_err(|error| error.to_string())?;
        let Some(last) = page.last() else { return Ok(verifier.checked()) };
        position = last.position;
        for entry in &page {
            verifier.check(entry).map_err(|fault| fault.to_string())?;
        }
    }
}
