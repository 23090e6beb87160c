//! Entries that an older version has chained, all members in the hash, go on to hold, and are found by what is new.

use pstral_core::domain::{AuditHash, AuditSeal};
use pstral_core::ports::{AuditFilter, AuditLog as _};
use pstral_core::testkit::state::at;
use pstral_pgserver::Server;
use pstral_store::{Location, Store};
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use sqlx::{Connection as _, PgConnection, SqliteConnection};

use crate::owner::Owner;
use crate::{event, folder, on, url, verify};

/// The migration before the one that brings the second form.
const BEFORE: i64 = 7;

/// Writes three entries as the older version did.
async fn written_before(owner: &mut dyn Owner) {
    let mut previous = AuditHash::origin().0;
    for seq in 1..=3 {
        let milliseconds = at("10:00:00").as_millisecond() + seq;
        let members = [
            "\"action\":\"execution\"".to_owned(),
            "\"actor\":\"zoé\"".to_owned(),
            format!("\"at\":\"2026-11-21T10:00:00.00{seq}Z\""),
            "\"detail\":\"\\n\\\"x\\\"\"".to_owned(),
            "\"instance\":\"one\"".to_owned(),
            format!("\"previous\":\"{previous}\""),
            format!("\"relations\":\"clients orders_{seq}\""),
            format!("\"seq\":{seq}"),
            "\"status\":\"ok\"".to_owned(),
            "\"user\":7".to_owned(),
        ];
        let hash = format!("{:x}", Sha256::digest(format!("{{{}}}", members.join(","))));
        let insert = format!(
            "INSERT INTO audit_events (instance, seq, previous, hash, at, action, status, actor, user_id, relations, detail)
             VALUES ('one', {seq}, '{previous}', '{hash}', {milliseconds}, 'execution', 'ok', 'zoé', 7,
             'clients orders_{seq}', '\n\"x\"')"
        );
        owner.run(insert).await.unwrap();
        previous = hash;
    }
}

async fn goes_on(store: &Store, owner: &mut dyn Owner) {
    assert_eq!(verify(store).await, Ok(3));
    let of = async |relation: &str| {
        let filter = AuditFilter { relation: Some(relation.to_owned()), ..AuditFilter::default() };
        store.tail(&filter, 10).await.unwrap().iter().map(|entry| entry.seq).collect::<Vec<_>>()
    };
    assert_eq!((of("clients").await, of("orders_2").await, of("orders").await), (vec![1, 2, 3], vec![2], vec![]));
    let next = store.append(event("of this version")).await.unwrap();
    assert_eq!(next.seq, 4);
    let entries = store.chain("one", 0, 10).await.unwrap();
    assert!(entries[..3].iter().all(|entry| entry.seal == AuditSeal::None));
    assert!(matches!(entries[3].seal, AuditSeal::Salted(_)));
    assert_eq!(verify(store).await, Ok(4));
    // None of what is new can be put into one of the first form unseen.
    let lifted = "DROP TRIGGER audit_events_are_not_changed".to_owned();
    if owner.run(lifted).await.is_err() {
        owner.run("ALTER TABLE audit_events DISABLE TRIGGER ALL".to_owned()).await.unwrap();
    }
    for column in ["ip", "statement_hash", "verdict", "prompt_hash", "delivery", "error", "covers", "salt", "sealed"] {
        owner.run(format!("UPDATE audit_events SET {column} = 'private' WHERE seq = 2")).await.unwrap();
        assert!(verify(store).await.is_err(), "{column}");
        owner.run(format!("UPDATE audit_events SET {column} = NULL WHERE seq = 2")).await.unwrap();
    }
    assert_eq!(verify(store).await, Ok(4));
}

#[tokio::test]
async fn in_a_file() {
    let folder = folder();
    let file = folder.path().join("state.db");
    let mut owner = SqliteConnection::connect(&format!("{}?mode=rwc", url(&file))).await.unwrap();
    crate::migrations("sqlite").await.run_to(BEFORE, &mut owner).await.unwrap();
    written_before(&mut owner).await;
    owner.close().await.unwrap();

    let looked_at = Store::open_to_read(&file).await.unwrap();
    assert_eq!(verify(&looked_at).await, Ok(3), "also where it is not brought up to date");
    looked_at.close().await;
    let store = Store::open_at(&Location::File(file.clone()), "one").await.unwrap();
    goes_on(&store, &mut SqliteConnection::connect(&url(&file)).await.unwrap()).await;
}

#[tokio::test]
async fn on_a_server() {
    let Some(server) = Server::start() else { return };
    let mut owner = PgConnection::connect(server.url("postgres").expose_secret()).await.unwrap();
    crate::migrations("postgres").await.run_to(BEFORE, &mut owner).await.unwrap();
    written_before(&mut owner).await;
    goes_on(&on(&server, "one").await.unwrap(), &mut owner).await;
}
