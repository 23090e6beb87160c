//! A state as a stream, and back: whole, unchanged, on either database, or not at all.

use std::path::Path;

use pstral_core::domain::{UserId, VerifiedKind, VerifiedQuery};
use pstral_core::ports::{AuditFilter, AuditLog as _, Knowledge as _, People as _};
use pstral_core::testkit::state::{self, at, member};
use pstral_pgserver::Server;
use pstral_store::{Location, Store, TransferError};
use secrecy::ExposeSecret as _;

use crate::{beside, event, folder, open, verify};

async fn dumped(store: &Store) -> Vec<u8> {
    let mut stream = Vec::new();
    store.dump(at("10:00:00"), &mut stream).await.unwrap();
    stream
}

async fn load(location: &Location, stream: &[u8], force: bool) -> Result<u64, String> {
    let mut stream = stream;
    location.load(&mut stream, force).await.map(|loaded| loaded.rows).map_err(|error| error.to_string())
}

fn file(folder: &tempfile::TempDir, name: &str) -> Location {
    Location::File(folder.path().join(name))
}

/// A state with something in every table.
async fn held(path: &Path) -> Store {
    let store = Store::open(path, "one").await.unwrap();
    state::everything(&store).await.unwrap();
    store
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_state_goes_from_one_database_to_the_other_and_back_unchanged() {
    let Some(server) = Server::start() else { return };
    let on_server = Location::Server(server.url("postgres").expose_secret().to_owned());
    let folder = folder();
    let store = held(&folder.path().join("state.db")).await;
    let stream = dumped(&store).await;
    let events = verify(&store).await.unwrap();

    load(&on_server, &stream, false).await.unwrap();
    let moved = Store::open_at(&on_server, "one").await.unwrap();
    assert_eq!(dumped(&moved).await, stream, "as it was");
    assert_eq!(verify(&moved).await, Ok(events));
    // Numbers go on where they were.
    moved.append(event("next")).await.unwrap();
    let user = member(&moved, "somebody.new").await.unwrap();
    assert!(store.users().await.unwrap().iter().all(|known| known.id != user.id));
    assert_eq!(verify(&moved).await, Ok(events + 1));
    let stream = dumped(&moved).await;

    let back = file(&folder, "back.db");
    load(&back, &stream, false).await.unwrap();
    let back = Store::open_at(&back, "one").await.unwrap();
    assert_eq!(dumped(&back).await, stream);
    back.append(event("and next")).await.unwrap();
    assert_eq!(verify(&back).await, Ok(events + 2));
    assert!(member(&back, "somebody.else").await.unwrap().id > UserId(user.id.0));
}

#[tokio::test]
async fn what_is_there_is_kept_unless_it_is_to_go() {
    let folder = folder();
    let stream = dumped(&held(&folder.path().join("from.db")).await).await;
    let store = open(&folder).await.unwrap();
    member(&store, "zoe").await.unwrap();
    store.append(event("first")).await.unwrap();
    store.close().await;

    let there = file(&folder, "state.db");
    assert_eq!(load(&there, &stream, false).await, Err(TransferError::NotEmpty.to_string()));
    let store = open(&folder).await.unwrap();
    assert!(store.user_named("zoe").await.unwrap().is_some());
    store.close().await;

    load(&there, &stream, true).await.unwrap();
    let store = open(&folder).await.unwrap();
    assert_eq!(dumped(&store).await, stream);
    store.append(event("next")).await.unwrap();
    verify(&store).await.unwrap();
}

#[tokio::test]
async fn a_stream_that_is_not_whole_or_was_changed_leaves_nothing() {
    let folder = folder();
    let stream = dumped(&held(&folder.path().join("from.db")).await).await;
    let there = file(&folder, "there.db");
    let mut changed: Vec<Vec<u8>> = (0..60)
        .map(|part| {
            let mut changed = stream.clone();
            let at = part * stream.len() / 60;
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            changed
        })
        .collect();
    changed.extend((0..20).map(|part| stream[..part * stream.len() / 20].to_vec()));
    changed.push([&stream[..], b"{}\n"].concat());
    changed.push(b"Dear diary\n".to_vec());
    for stream in changed {
        let error = load(&there, &stream, false).await.unwrap_err();
        assert!(!error.is_empty());
    }
    let store = Store::open_at(&there, "one").await.unwrap();
    assert_eq!(store.users().await.unwrap(), []);
    assert_eq!(store.tail(&AuditFilter::default(), 9).await.unwrap(), []);
    store.close().await;
    load(&there, &stream, false).await.unwrap();
}

#[tokio::test]
async fn a_stream_of_a_newer_program_is_refused() {
    let folder = folder();
    let stream = br#"{"pstral":{"form":1,"migration":9999,"at":"2026-11-21T10:00:00Z"}}"#;
    let error = load(&file(&folder, "there.db"), stream, false).await.unwrap_err();
    assert!(error.contains("newer version of Pstral"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_a_program_that_was_merely_started_has_put_there_is_not_in_the_way() {
    let folder = folder();
    let stream = dumped(&held(&folder.path().join("from.db")).await).await;
    let server = Server::start();
    let on_server = server.as_ref().map(|server| Location::Server(server.url("postgres").expose_secret().to_owned()));
    for there in [Some(file(&folder, "there.db")), on_server].into_iter().flatten() {
        let store = Store::open_at(&there, "one").await.unwrap();
        // One of those the stream holds too.
        let query = VerifiedQuery {
            kind: VerifiedKind::Question,
            note: String::new(),
            id: "a".to_owned(),
            fr: "Combien ?".to_owned(),
            en: "How many?".to_owned(),
            also: Vec::new(),
            statement: "SELECT 1".to_owned(),
            parameters: Vec::new(),
            verified_by: "Zoé".to_owned(),
            verified_on: "2026-11-21".to_owned(),
        };
        store.put_verified("knowledge-erp", &[query]).await.unwrap();
        store.close().await;
        load(&there, &stream, false).await.unwrap();
        let store = Store::open_at(&there, "one").await.unwrap();
        assert_eq!(dumped(&store).await, stream);
        store.close().await;
    }
}

#[tokio::test]
async fn what_an_older_program_made_is_to_be_brought_up_to_date_first() {
    let folder = folder();
    held(&folder.path().join("state.db")).await.close().await;
    let last = "DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)";
    sqlx::raw_sql(last).execute(&mut beside(&folder).await).await.unwrap();
    let store = Store::open_at_to_read(&file(&folder, "state.db")).await.unwrap();
    let mut stream = Vec::new();
    let error = store.dump(at("10:00:00"), &mut stream).await.unwrap_err();
    assert!(matches!(error, TransferError::Older(_)) && stream.is_empty(), "{error}");
}
