//! The fake result files keep the contract.

use pstral_core::testkit::result_files::{FakeFiles, contract};

#[tokio::test]
async fn the_fake_keeps_the_contract() {
    let files = FakeFiles::default();
    contract(&files).await;
    assert_eq!(files.written().len(), 2, "what was left unfinished is not written");
}
