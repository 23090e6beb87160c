//! Exchanges recorded with Ollama's own `/v1`, replayed byte for byte over real connections, with their ways of ending and
//! with their pauses at a quarter of their length.

use std::path::Path;

use pstral_modelhttp::testkit::replay;
use pstral_openai::testkit::OpenAiSpeech;
use pstral_openai::{OpenAi, OpenAiConfig};

use crate::bench::Bench;

/// The model all recordings were made with.
const RECORDED: &str = "smollm2:135m";

/// The table of every exchange of a file that this adapter could have had.
async fn table(file: &Path) -> String {
    let model = |url: &str| OpenAi::new(OpenAiConfig::new(url, RECORDED)).unwrap();
    replay::table(file, &["/v1/chat/completions", "/v1/embeddings"], async || {
        Bench::start(OpenAiSpeech::Vllm, RECORDED, model).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recordings_of_this_crate_are_understood() {
    let told = table(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/recordings.jsonl")).await;
    insta::assert_snapshot!(told, @"
    09-v1-cold-req1                              200    6 pieces,   17 characters, cut by length
    09-v1-cold-req3                              503 refused: busy
    12b-v1-stream-usage                          200   11 pieces,   39 characters, cut by length
    12c-v1-nostream                              200    2 pieces,   39 characters, cut by length
    12d-v1-missing                               404 refused: model missing
    12e-v1-json-schema                           200    2 pieces,   53 characters, whole
    12f-v1-empty-messages                        400 refused: rejected
    16c-token-repeat-v1-stream                   200   32 pieces,   92 characters, interrupted

    busy: Too many questions are waiting for the model. Ask again in a minute. If it happens often, tell your administrator: the model server needs a longer queue or more power.
    cut by length: ✂️ The answer reached the model’s longest length and ends here. Continue goes on from there; or ask something more precise.
    interrupted: The answer was cut before its end. Ask again; if it is cut at the same place, rephrase your question. If this continues, contact your administrator: the model server’s log says why.
    model missing: The model “smollm2:135m” is not installed on its server. Tell your administrator: `pstral doctor` says how to install it.
    rejected: The model server did not accept the question as it was sent. Rephrase your question. If this continues, contact your administrator: a setting of the model is probably wrong, and Pstral’s log says which.
    whole:
    ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_recording_is_understood() {
    match replay::recordings() {
        Some(path) => insta::assert_snapshot!("every_recording", table(&path).await),
        None => println!("skipped: PSTRAL_OLLAMA_RECORDINGS is not set"),
    }
}
