//! Requests to a witness after entries that its proof needs were pruned, and answers of one that cannot be believed.

use std::sync::Arc;

use axum::Router;
use axum::routing::post;
use jiff::{SignedDuration, Timestamp};
use pstral_auditproof::{PublicKey, SignatureKind, cosigned_message};
use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus};
use pstral_core::ports::AuditLog as _;
use pstral_store::{ExpiryLimits, Location, Store};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use tokio::net::TcpListener;

use super::*;
use crate::audit_head_files::HeadFiles;
use crate::audit_key::AuditKey;
use crate::config::{WitnessConfig, WitnessedLogConfig};
use crate::key_folder::{note_name, records_folder};
use crate::witness::{Witness, WitnessError};

/// Serves a witness, and returns its address.
async fn serve(config: &WitnessConfig) -> String {
    let witness = Arc::new(Witness::new(config).unwrap().unwrap());
    let answer = async move |body: String| match witness.add_checkpoint(&body, now()) {
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

fn now() -> u64 {
    Timestamp::now().as_second().unsigned_abs()
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
    let (here, there) = (&witness.cosigned, records_folder(&path("witness.key")).join(note_name(&log.name)));
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

/// Returns the answer of a witness with this key to a head of seven entries, where the answer is made of the head.
async fn answered(
    status: StatusCode,
    answer: impl Fn(&Note) -> String + Clone + Send + Sync + 'static,
) -> DeliveryError {
    let folder = tempfile::tempdir().unwrap();
    let answer = async move |body: String| (status, answer(&body.parse::<AddCheckpoint>().unwrap().note));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let routes = Router::new().route("/add-checkpoint", post(answer));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let store = Arc::new(Store::open(&folder.path().join("state.db"), "one").await.unwrap());
    let heads = SignedHeads { store, instance: "one".to_owned() };
    let remote = RemoteWitnessConfig { url, key: witness_key().to_string() };
    let witness = RemoteWitness::new(&remote, folder.path(), heads).unwrap();
    let delivered = witness.deliver(&super::super::tests::signed_head(7), DeliveryMode::Publish).await;
    assert!(!witness.cosigned.exists() || delivered.is_ok());
    delivered.err().unwrap_or(DeliveryError::NoHead)
}

fn pair() -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[9; 32]).unwrap()
}

fn witness_key() -> VerifierKey {
    let key = PublicKey(pair().public_key().as_ref().try_into().unwrap());
    VerifierKey { name: "w1".to_owned(), kind: SignatureKind::Cosignature, key }
}

#[tokio::test]
async fn a_cosignature_of_another_time_is_refused() {
    const YEAR: u64 = 365 * 24 * 3600;
    const DAY: u64 = 24 * 3600;
    let line = |note: &Note, at: u64| {
        let signature = pair().sign(cosigned_message(note, at).as_bytes());
        witness_key().cosignature(at, signature.as_ref().try_into().unwrap()).to_string()
    };
    for (at, time) in [
        (1, "with the time 1970-01-01T00:00:01Z"),
        (now() + 10 * YEAR, "with the time 2"),
        (now() + DAY + 60, "with the time 2"),
        (now() - DAY - 60, "with the time 2"),
        (u64::MAX, "with the time 18446744073709551615,"),
    ] {
        let error = answered(StatusCode::OK, move |note| line(note, at)).await.to_string();
        assert!(error.contains(time) && error.contains("the clock of this machine or of the witness"), "{error}");
    }
    for at in [now(), now() + DAY - 60, now() - DAY + 60] {
        // A line with a wrong time does not hide one with a right one.
        let answer = move |note: &Note| format!("{}\n{}", line(note, 1), line(note, at));
        assert!(matches!(answered(StatusCode::OK, answer).await, DeliveryError::NoHead), "{at}");
    }
}

/// A witness that has signed nothing cannot have seen other entries.
#[tokio::test]
async fn a_witness_that_refuses_the_first_head_contradicts_itself() {
    for (status, answer) in [(StatusCode::CONFLICT, "0\n"), (StatusCode::UNPROCESSABLE_ENTITY, "")] {
        let error = answered(status, |_| answer.to_owned()).await;
        assert!(matches!(error, DeliveryError::Failed(_)), "{error:?}");
        assert!(error.to_string().contains("the witness contradicts itself: it has signed no head"), "{error}");
    }
}
