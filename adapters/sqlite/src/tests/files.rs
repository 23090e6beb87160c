//! Files that are missing, held, broken, or not databases at all.

use pstral_core::domain::Locale;
use pstral_core::domain::Value;
use pstral_core::ports::{QueryTarget as _, TargetError};
use rusqlite::Connection;

use super::{Place, run};
use crate::{SqliteConfig, SqliteTarget};

async fn is_unavailable(target: &SqliteTarget, reason: &str) {
    let unavailable = Some(TargetError::Unavailable(reason.to_owned()));
    assert_eq!(target.health().await.err(), unavailable);
    assert_eq!(target.catalog().await.err(), unavailable);
    assert_eq!(target.plan("SELECT 1".to_owned()).await.err(), unavailable);
    assert_eq!(run(target, "SELECT 1").await.err(), unavailable);
}

#[tokio::test]
async fn a_missing_file_is_said_and_works_once_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("later.db");
    let target = SqliteTarget::new(SqliteConfig::new(&path));
    is_unavailable(&target, "the file does not exist").await;
    assert!(!path.exists(), "looking must not make it");

    Connection::open(&path).unwrap().execute_batch("CREATE TABLE t(id); CREATE VIEW v AS SELECT id FROM t").unwrap();
    let health = target.health().await.unwrap().render(Locale::En);
    let start = format!("SQLite {}, 1 table and one view, read in ", rusqlite::version());
    assert!(health.starts_with(&start) && health.ends_with(" ms, read-only"), "{health}");
}

#[tokio::test]
async fn what_is_not_a_database_is_named() {
    let folder = tempfile::tempdir().unwrap();
    is_unavailable(&SqliteTarget::new(SqliteConfig::new(folder.path())), "it is a folder, not a file").await;
    for (name, bytes, reason) in [
        ("empty", Vec::new(), "the file is empty"),
        ("short", b"hello".to_vec(), "the file is not a SQLite database, or it is encrypted"),
        ("text", b"hello ".repeat(1000), "the file is not a SQLite database, or it is encrypted"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        is_unavailable(&SqliteTarget::new(SqliteConfig::new(&path)), reason).await;
    }
}

#[tokio::test]
async fn a_name_like_a_uri_is_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file:x?mode=memory");
    is_unavailable(&SqliteTarget::new(SqliteConfig::new(&path)), "the file does not exist").await;
    std::fs::rename(Place::with("CREATE TABLE t(id)").path(), &path).unwrap();
    assert_eq!(SqliteTarget::new(SqliteConfig::new(path)).catalog().await.unwrap().tables.len(), 1);
}

#[tokio::test]
async fn a_damaged_file_fails_without_harm() {
    let place = Place::with(
        "PRAGMA page_size = 512; CREATE TABLE t(s TEXT);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
         INSERT INTO t SELECT printf('%.*c', 300, 'x') FROM n;",
    );
    let mut bytes = std::fs::read(place.path()).unwrap();
    for byte in &mut bytes[1024..] {
        *byte = 0xff;
    }
    std::fs::write(place.path(), bytes).unwrap();
    let failed = run(&place.target(), "SELECT s FROM t").await.expect_err("its pages are gone");
    assert_eq!(failed, TargetError::Failed("database disk image is malformed".to_owned()));
}

#[tokio::test]
async fn a_file_that_is_held_is_busy_and_free_again() {
    let place = Place::with("CREATE TABLE t(id); INSERT INTO t VALUES (1)");
    let writer = place.writer();
    writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let target = place.target();
    let (health, rows) = tokio::join!(target.health(), run(&target, "SELECT id FROM t"));
    assert!(matches!(health, Err(TargetError::Busy(_))), "{health:?}");
    assert!(matches!(rows, Err(TargetError::Busy(_))), "{rows:?}");
    writer.execute_batch("ROLLBACK").unwrap();
    assert_eq!(run(&target, "SELECT id FROM t").await.unwrap().rows, [[Value::Integer(1)]]);
}

#[tokio::test]
async fn a_database_that_others_write_to_is_read_as_it_is_now() {
    let place = Place::with("PRAGMA journal_mode = WAL; CREATE TABLE t(id); INSERT INTO t VALUES (1)");
    let (target, writer) = (place.target(), place.writer());
    for count in 1..4 {
        assert_eq!(run(&target, "SELECT count(*) FROM t").await.unwrap().rows, [[Value::Integer(count)]]);
        writer.execute_batch("INSERT INTO t VALUES (2)").unwrap();
    }
}
