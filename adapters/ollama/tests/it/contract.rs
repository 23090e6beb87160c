//! The contract of every model adapter, tested over real connections.

use pstral_core::testkit::language_model::contract;
use pstral_modelhttp::testkit::{connections, failure_table};
use pstral_ollama::testkit::OllamaSpeech;

use crate::bench::{Bench, MODEL, fresh, impatient};

#[tokio::test]
async fn ollama_keeps_the_contract() {
    contract(fresh).await;
}

#[tokio::test]
async fn each_failure_is_told_apart() {
    let bench = Bench::start(OllamaSpeech, MODEL, |url| impatient(url, None)).await;
    failure_table(&bench.server, &*bench.model).await;
}

#[tokio::test]
async fn connections_fail_and_end_as_they_should() {
    connections(OllamaSpeech, MODEL, impatient).await;
}
