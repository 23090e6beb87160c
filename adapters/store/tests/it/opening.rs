//! Whatever is found in the place of the file, there is an answer that helps.

use std::fs;

use pstral_core::ports::{People as _, StoreError};
use pstral_core::testkit::state::{at, member};
use pstral_store::Store;
use sqlx::{Connection as _, SqliteConnection, query};

use crate::{beside, event, folder, open, url, verify};

/// The text of the error that opening must give.
async fn refusal(url: &str) -> String {
    Store::open(url, "one").await.map(|_| ()).unwrap_err().to_string()
}

#[tokio::test]
async fn a_missing_folder_is_made_but_not_the_one_above() {
    let folder = folder();
    let file = folder.path().join("data/state.db");
    Store::open(&url(&file), "one").await.unwrap().close().await;
    assert!(file.is_file());

    let misspelt = folder.path().join("dtaa/pstral/state.db");
    let why = refusal(&url(&misspelt)).await;
    assert!(why.contains("dtaa/pstral cannot be made: the one above it is missing"), "{why}");
    assert!(!folder.path().join("dtaa").exists());
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_what_people_asked() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let store = open(&folder).await.unwrap();
    member(&store, "zoe").await.unwrap();
    for file in fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.file_name());
    }
}

#[tokio::test]
async fn what_is_no_database_is_left_as_it_is() {
    let folder = folder();
    let file = folder.path().join("state.db");
    let text = "Dear diary, this file is mine and nobody else's.\n".repeat(100);
    fs::write(&file, &text).unwrap();
    let why = refusal(&url(&file)).await;
    assert!(why.contains("state.db: its file is not an SQLite database"), "{why}");
    assert_eq!(fs::read_to_string(&file).unwrap(), text);

    let why = refusal(&url(folder.path())).await;
    assert!(why.contains("this is a folder"), "{why}");
    let under_a_file = file.join("state.db");
    let why = refusal(&url(&under_a_file)).await;
    assert!(why.contains("cannot be made"), "{why}");
}

#[tokio::test]
async fn an_address_of_something_else_is_refused() {
    let cases = [
        ("postgres://localhost/pstral", "not an address of the form sqlite://"),
        ("state.db", "not an address of the form sqlite://"),
        ("sqlite::memory:", "would be lost"),
        ("sqlite://x?mode=memory", "would be lost"),
        ("sqlite://", "a file must be named"),
        ("sqlite://x?wal=no", "unknown query parameter"),
    ];
    for (url, expected) in cases {
        let why = refusal(url).await;
        assert!(why.contains(expected), "{url}: {why}");
    }
}

#[tokio::test]
async fn a_file_that_may_only_be_read_says_so() {
    let folder = folder();
    open(&folder).await.unwrap().close().await;
    let why = refusal(&format!("{}?mode=ro", url(&folder.path().join("state.db")))).await;
    assert!(why.contains("state.db: its file is read-only"), "{why}");
}

#[tokio::test]
async fn a_newer_database_is_not_touched() {
    let folder = folder();
    open(&folder).await.unwrap().close().await;
    let mut newer = beside(&folder).await;
    let insert = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
        VALUES (9999, 'of tomorrow', TRUE, x'00', 0)";
    query(insert).execute(&mut newer).await.unwrap();
    let error = open(&folder).await.map(|_| ()).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt(_)));
    assert!(
        error.to_string().contains("newer version of Pstral has changed it (migration 9999, this one knows"),
        "{error}"
    );
}

#[tokio::test]
async fn a_migration_that_is_not_the_one_that_ran_is_noticed() {
    let folder = folder();
    open(&folder).await.unwrap().close().await;
    let mut other = beside(&folder).await;
    query("UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 2").execute(&mut other).await.unwrap();
    let error = open(&folder).await.map(|_| ()).unwrap_err();
    assert!(matches!(&error, StoreError::Corrupt(what) if what.contains("migration 2")), "{error}");
}

#[tokio::test]
async fn every_earlier_state_comes_forward_with_its_rows() {
    let migrations = sqlx::migrate!("../../migrations/sqlite");
    for earlier in migrations.iter().map(|migration| migration.version) {
        let folder = folder();
        let file = folder.path().join("state.db");
        let mut before = SqliteConnection::connect(&format!("{}?mode=rwc", url(&file))).await.unwrap();
        migrations.run_to(earlier, &mut before).await.unwrap();
        let insert = "INSERT INTO users VALUES (5, 'zoe', 'Zoé', '', 'admin', 'fr', 0, 1000)";
        query(insert).execute(&mut before).await.unwrap();
        before.close().await.unwrap();

        let store = open(&folder).await.unwrap();
        let user = store.user_named("Zoe").await.unwrap().unwrap();
        assert_eq!((user.id.0, user.created_at), (5, "1970-01-01T00:00:01Z".parse().unwrap()), "from {earlier}");
        store.link(&pstral_core::testkit::state::actor("phone"), user.id, at("10:00:00")).await.unwrap();
        pstral_core::ports::AuditLog::append(&store, event("first")).await.unwrap();
        assert_eq!(verify(&store).await, Ok(1));
    }
}
