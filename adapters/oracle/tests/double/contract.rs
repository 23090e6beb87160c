//! The contract of every target.

use pstral_core::testkit::query_target::contract;

use crate::company::{of_the_contract, target};

#[tokio::test(flavor = "multi_thread")]
async fn the_adapter_keeps_the_contract_through_odpi_c() {
    let oracle = of_the_contract();
    contract(&target(&oracle)).await;
}
