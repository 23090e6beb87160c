//! Requests to a witness after entries that its proof needs were pruned.

use std::sync::Arc;

use axum::Router;
use axum::routing::post;
use jiff::{SignedDuration, Timestamp};
use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus};
use pstral_core::ports::AuditLog as _;
use pstral_store::{ExpiryLimits, Location, Store};
use tokio::net::TcpListener;

use super::*;
use crate::audit_head_files::{self, HeadFiles};
use crate::audit_key::AuditKey;
use crate::config::{WitnessConfig, WitnessedLogConfig};
use crate::witness::{Witness, WitnessError};

/// Serves a witness, and returns its address.
async fn serve(config: &WitnessConfig) -> String {
    let witness = Arc::new(Witness::new(config).unwrap().unwrap());
    let answer = async move |body: String| match witness.add_checkpoint(&body, 1) {
        Ok(line) => (StatusCode::OK, line),
        Err(WitnessError::OtherSize(size)) => (StatusCode::CONFLICT, format!("{size}\n")),
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let routes = Router::new().route("/add-checkpoint", post(answer));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    url
}

fn day(day: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * day)
}

#[tokio::test]
async fn a_witness_that_needs_pruned_entries_is_asked_what_it_saw_last() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let key = || AuditKey::read_or_make(&path("audit.key")).unwrap();
    let log = VerifierKey::of_log("one", key().public().0);
    let logs = vec![WitnessedLogConfig { key: log.to_string() }];
    let config = WitnessConfig { name: Some("w1".to_owned()), key: path("witness.key"), log: logs };
    let remote = Witness::public_key(&config).unwrap().unwrap();
    let remote = RemoteWitnessConfig { url: serve(&config).await, key: remote.to_string() };
    let keeper = Arc::new(HeadFiles::beside(&path("audit.key"), key()));
    let store = Arc::new(Store::open_signing(&Location::File(path("state.db")), "one", keeper).await.unwrap());
    let heads = SignedHeads { store: Arc::clone(&store), instance: "one".to_owned() };
    let witness = RemoteWitness::new(&remote, folder.path(), heads.clone()).unwrap();
    let (here, there) = (&witness.cosigned, path("witness.key.logs").join(audit_head_files::name(&log.name)));
    let deliver = async || witness.deliver(&heads.newest().await.unwrap().unwrap(), DeliveryMode::Publish).await;

    let mut seen = Vec::new();
    for days in [&[1][..], &[1, 2, 8]] {
        for &on in days {
            store.append(AuditEvent::new(day(on), AuditAction::Question, AuditStatus::Ok)).await.unwrap();
        }
        deliver().await.unwrap();
        seen.push(std::fs::read(here).unwrap());
    }
    let due =
        ExpiryLimits { now: day(9), conversations: None, proposals: None, audit: Some(day(5)), audit_texts: None };
    let key = key();
    store.prune(&*store, &due, None, &move |checkpoint| key.signed(checkpoint)).await.unwrap();

    // The witness signed a later head than is known here; it forgot the log; and nothing leads on from what it signed.
    let (old, new) = (&seen[0], &seen[1]);
    for (kept, is_pruned) in [(Some(new), false), (None, false), (Some(old), true)] {
        std::fs::write(here, old).unwrap();
        match kept {
            Some(kept) => std::fs::write(&there, kept).unwrap(),
            None => std::fs::remove_file(&there).unwrap(),
        }
        let delivered = deliver().await;
        assert_eq!(matches!(delivered, Err(DeliveryError::Pruned(1))), is_pruned, "{delivered:?}");
        assert_eq!(witness.last_size().await, if delivered.is_ok() { 5 } else { 1 });
    }
}
