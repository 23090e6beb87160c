//! Exchanges recorded with a real Ollama server, replayed byte for byte, with their pauses and their ways of ending.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::StreamExt as _;
use pstral_core::domain::Locale;
use pstral_core::ports::{Delta, FinishReason, LanguageModel as _, ModelError};
use pstral_ollama::testkit::{Answer, Recording, ScriptedOllama};
use pstral_ollama::{Ollama, OllamaConfig};
use serde_json::Value as Json;

use crate::bench::{Outcome, outcome, question, within};

/// The model all recordings were made with.
const RECORDED: &str = "smollm2:135m";

/// How much faster than life: the slowest answer took 28 s.
const SPEED: f64 = 4.0;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recordings_of_this_crate_are_understood() {
    let replayed = replay(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/recordings.jsonl")).await;
    assert_eq!(replayed, 13);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_recording_is_understood() {
    let Some(path) = std::env::var_os("PSTRAL_OLLAMA_RECORDINGS").map(PathBuf::from) else {
        let required = std::env::var("PSTRAL_TEST_REQUIRE").is_ok_and(|required| required == "all");
        assert!(!required, "PSTRAL_OLLAMA_RECORDINGS is not set and PSTRAL_TEST_REQUIRE is `all`");
        println!("skipped: PSTRAL_OLLAMA_RECORDINGS is not set");
        return;
    };
    assert!(replay(&path).await > 0, "{} holds no exchange of /api/chat or /api/embed", path.display());
}

/// Replays each exchange of a file that this adapter could have had, all at once, and gives their number.
async fn replay(file: &Path) -> usize {
    let recordings = Recording::read(file);
    let ours = recordings.iter().filter(|one| ["/api/chat", "/api/embed"].contains(&one.path()));
    let ends = futures::future::join_all(ours.map(check)).await;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for end in &ends {
        *counts.entry(end).or_default() += 1;
    }
    println!("{} exchanges replayed: {counts:?}", ends.len());
    ends.len()
}

/// Replays one and gives the kind of its end, which must be the expected one.
async fn check(recording: &Recording) -> &'static str {
    let server = ScriptedOllama::start(RECORDED).await;
    server.answer(Answer::recorded(recording, SPEED));
    let model = Ollama::new(OllamaConfig::new(&server.url(), RECORDED)).unwrap();
    let end = if recording.path() == "/api/embed" {
        kind(&Err(model.embed(&["hello".to_owned()]).await.expect_err("no vectors were recorded")))
    } else if recording.end.starts_with("client closed") {
        stop_where_the_client_did(recording, &server, &model).await
    } else {
        let outcome = outcome(&model, question("Why is the sky blue?")).await;
        let (text, thinking) = said(recording);
        assert_eq!((&outcome.text, &outcome.thinking), (&text, &thinking), "{}", recording.name);
        assert_eq!(outcome.refused, recording.status != 200, "{}", recording.name);
        tell(recording, &outcome);
        kind(&outcome.end)
    };
    assert_eq!(end, expected(recording), "{}: {}", recording.name, recording.body);
    server.assert_consumed();
    end
}

/// Reads as many pieces as the recorder did, then drops the stream: the server must see it.
async fn stop_where_the_client_did(recording: &Recording, server: &ScriptedOllama, model: &Ollama) -> &'static str {
    let stream = model.chat(question("Write a story.")).await.unwrap();
    let pieces: Vec<_> = stream.take(recording.line_ms.len()).collect().await;
    assert!(pieces.iter().all(|piece| matches!(piece, Ok(Delta::Text(_)))), "{}: {pieces:?}", recording.name);
    within(Duration::from_secs(1), server.wait_for(|requests| requests[0].closed_early)).await;
    "stopped by the client"
}

/// What the person reads at the end, for whoever runs this with `--nocapture`.
fn tell(recording: &Recording, outcome: &Outcome) {
    let end = match &outcome.end {
        Ok(end) => format!("{end:?}"),
        Err(error) => error.text().render(Locale::En),
    };
    println!("{:<44} {} {:>5} characters, {end}", recording.name, recording.status, outcome.text.chars().count());
}

fn kind(end: &Result<Delta, ModelError>) -> &'static str {
    match end {
        Ok(Delta::Done(stats)) if stats.finish == FinishReason::Length => "cut by length",
        Ok(_) => "whole",
        Err(ModelError::ModelMissing { .. }) => "model missing",
        Err(ModelError::Busy) => "busy",
        Err(ModelError::PromptTooLong) => "prompt too long",
        Err(ModelError::Unsupported(_)) => "unsupported",
        Err(ModelError::Interrupted) => "interrupted",
        Err(ModelError::Protocol(_)) => "protocol",
        Err(ModelError::Rejected(_)) => "rejected",
        Err(ModelError::Failed(_)) => "failed",
        Err(other) => panic!("nothing recorded should end so: {other:?}"),
    }
}

/// All text and thinking of the recorded lines.
fn said(recording: &Recording) -> (String, String) {
    let lines = recording.body.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
    let mut said = (String::new(), String::new());
    for line in lines {
        said.0.push_str(line["message"]["content"].as_str().unwrap_or_default());
        said.1.push_str(line["message"]["thinking"].as_str().unwrap_or_default());
    }
    said
}

/// How an exchange should end, from what was tried and how the server took it.
fn expected(recording: &Recording) -> &'static str {
    let name = |prefixes: &[&str]| prefixes.iter().any(|prefix| recording.name.starts_with(prefix));
    let last = recording.body.lines().last().unwrap_or_default();
    match recording.status {
        200 if recording.end.starts_with("client closed") => "stopped by the client",
        200 if last.contains("\"error\":") => "failed",
        200 if last.contains("\"done_reason\":\"length\"") => "cut by length",
        200 if last.contains("\"done_reason\":\"stop\"") => "whole",
        // Asked without messages: the model was loaded or unloaded.
        200 if last.contains("\"done_reason\":\"load\"") || last.contains("\"done_reason\":\"unload\"") => "rejected",
        200 => "interrupted",
        400 if name(&["07", "18b"]) => "prompt too long",
        400 if name(&["14", "18c", "18d"]) => "unsupported",
        400 => "rejected",
        500 if name(&["04d"]) => "rejected",
        404 => "model missing",
        405 => "protocol",
        501 => "unsupported",
        503 => "busy",
        _ => "failed",
    }
}
