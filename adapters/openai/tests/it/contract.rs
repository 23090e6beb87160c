//! The contract of every model adapter, tested over real connections.

use pstral_core::testkit::language_model::contract;
use pstral_modelhttp::testkit::{connections, failure_table};
use pstral_openai::testkit::OpenAiSpeech;

use crate::bench::{Bench, MODEL, impatient, speaking};

const SPEECHES: [OpenAiSpeech; 2] = [OpenAiSpeech::Vllm, OpenAiSpeech::LlamaCpp];

#[tokio::test]
async fn vllm_and_llama_cpp_keep_the_contract() {
    for speech in SPEECHES {
        contract(async || speaking(speech, |_| {}).await).await;
    }
}

#[tokio::test]
async fn each_failure_is_told_apart() {
    for speech in SPEECHES {
        let bench = Bench::start(speech, MODEL, |url| impatient(url, None)).await;
        failure_table(&bench.server, &*bench.model).await;
    }
}

#[tokio::test]
async fn connections_fail_and_end_as_they_should() {
    connections(OpenAiSpeech::Vllm, MODEL, impatient).await;
}
