//! A real file keeps the contract of every target.

use pstral_core::testkit::query_target::{contract, fixture};
use pstral_sqlite::{SqliteConfig, SqliteTarget};

#[tokio::test(flavor = "multi_thread")]
async fn a_sqlite_file_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("company.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch(&format!("BEGIN; {} COMMIT;", fixture())).unwrap();
    let config = SqliteConfig { max_concurrent: 2, ..SqliteConfig::new(path) };
    contract(&SqliteTarget::new(config)).await;
}
