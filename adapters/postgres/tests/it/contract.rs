//! A real server keeps the contract of every target.

use pstral_core::testkit::query_target::{contract, fixture};
use pstral_pgserver::Server;
use pstral_postgres::{PostgresConfig, PostgresTarget};

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_server_keeps_the_contract() {
    let Some(server) = Server::start() else { return };
    server.batch(&fixture()).await;
    server.batch("CREATE ROLE pstral LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO pstral").await;
    let config = PostgresConfig { max_concurrent: 2, ..PostgresConfig::new(server.url("pstral")) };
    contract(&PostgresTarget::new(config).unwrap()).await;
}
