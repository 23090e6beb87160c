//! The contract of every target.

use pstral_core::testkit::query_target::contract;

use crate::company::of_the_contract;
use crate::server::Server;

#[tokio::test(flavor = "multi_thread")]
async fn the_adapter_keeps_the_contract_through_the_thin_driver() {
    let oracle = of_the_contract();
    for version in ["19_1", "23_4"] {
        let Some(server) = Server::of(&oracle, version, "12C_SHA2") else { return };
        contract(&server.target()).await;
    }
}
