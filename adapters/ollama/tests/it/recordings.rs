//! Exchanges recorded with a real Ollama server, replayed byte for byte over real connections, with their ways of ending
//! and with their pauses at a quarter of their length.

use std::path::Path;

use pstral_modelhttp::testkit::replay;
use pstral_ollama::testkit::OllamaSpeech;
use pstral_ollama::{Ollama, OllamaConfig};

use crate::bench::Bench;

/// The model all recordings were made with.
const RECORDED: &str = "smollm2:135m";

/// The table of every exchange of a file that this adapter could have had.
async fn table(file: &Path) -> String {
    let model = |url: &str| Ollama::new(OllamaConfig::new(url, RECORDED)).unwrap();
    replay::table(file, &["/api/chat", "/api/embed"], async || Bench::start(OllamaSpeech, RECORDED, model).await).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recordings_of_this_crate_are_understood() {
    let told = table(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/recordings.jsonl")).await;
    insta::assert_snapshot!(told, @"
    01d-stream-system-history                    200    2 pieces,    5 characters, whole
    06-num-predict-5                             200    6 pieces,   17 characters, cut by length
    03-model-missing                             404 refused: model missing
    04d-wrong-option-type                        500 refused: rejected
    05-empty-messages-cold-load                  200    1 pieces,    0 characters, rejected
    08-disconnect-after-10-lines                 200   10 pieces, then stopped: the server saw it
    09-cold-req3                                 503 refused: busy
    11e2-embed-batch                             501 vectors: unsupported
    13-runner-sigkill-midstream                  200   15 pieces,   48 characters, failed
    14-think-true                                400 refused: unsupported
    15a-keep-alive-0-unload                      200    1 pieces,    0 characters, rejected
    16-token-repeat                              200   32 pieces,   92 characters, interrupted
    17-server-sigkill-midstream                  200   11 pieces,   44 characters, interrupted

    busy: Too many questions are waiting for the model. Ask again in a minute. If it happens often, tell your administrator: the model server needs a longer queue or more power.
    cut by length: ✂️ The answer reached the model’s longest length and ends here. Continue goes on from there; or ask something more precise.
    failed: The model broke down while answering. Ask again. If this continues, contact your administrator: the model server’s log says why, and often it is short of memory.
    interrupted: The answer was cut before its end. Ask again; if it is cut at the same place, rephrase your question. If this continues, contact your administrator: the model server’s log says why.
    model missing: The model “smollm2:135m” is not installed on its server. Tell your administrator: `pstral doctor` says how to install it.
    rejected: The model server did not accept the question as it was sent. Rephrase your question. If this continues, contact your administrator: a setting of the model is probably wrong, and Pstral’s log says which.
    stopped: 
    unsupported: This model cannot do what was asked of it. Tell your administrator: another model must be chosen for this use.
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
