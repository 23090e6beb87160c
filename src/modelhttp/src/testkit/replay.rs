//! Recorded exchanges played again through an adapter, with their pauses and their ways of ending, as a table of what the
//! person gets.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::StreamExt as _;
use futures::future::join_all;
use pstral_core::ports::{Delta, LanguageModel, ModelError};
use serde_json::Value as Json;

use super::{Answer, Bench, Recording, ScriptedServer, kind, outcome, question, sentence};

/// The speed-up of a replay: the slowest recorded answer took 28 s.
pub const SPEED: f64 = 4.0;

/// Returns the file that `PSTRAL_OLLAMA_RECORDINGS` names; without it prints that the test is skipped, and fails if
/// that is not allowed.
///
/// # Panics
/// Panics if it is not set although `PSTRAL_TEST_REQUIRE` is `all`.
pub fn recordings() -> Option<PathBuf> {
    let path = std::env::var_os("PSTRAL_OLLAMA_RECORDINGS").map(PathBuf::from);
    if path.is_none() {
        let required = std::env::var("PSTRAL_TEST_REQUIRE").is_ok_and(|required| required == "all");
        assert!(!required, "PSTRAL_OLLAMA_RECORDINGS is not set and PSTRAL_TEST_REQUIRE is `all`");
    }
    path
}

/// Replays the exchanges of a file that were on one of these paths, all at once, and gives one line each (status, pieces,
/// characters, the end), then what the person reads at each kind of end.
pub async fn table<M: LanguageModel>(file: &Path, paths: &[&str], bench: impl AsyncFn() -> Bench<M>) -> String {
    let recordings = Recording::read(file);
    let replayed = recordings.iter().filter(|one| paths.contains(&one.path()));
    let rows = join_all(replayed.map(async |recording| {
        let Bench { server, model } = bench().await;
        server.answer(Answer::recorded(recording, SPEED));
        let row = row(recording, &server, &*model).await;
        server.assert_consumed();
        row
    }));
    let (mut table, mut told) = (String::new(), BTreeMap::new());
    for (line, kind, sentence) in rows.await {
        let _ = writeln!(table, "{line}");
        told.entry(kind).or_insert(sentence);
    }
    for (kind, sentence) in told {
        let _ = write!(table, "\n{kind}: {sentence}");
    }
    table
}

/// The line of one exchange, the kind of its end, and what the person reads then.
async fn row(recording: &Recording, server: &ScriptedServer, model: &dyn LanguageModel) -> (String, String, String) {
    let head = format!("{:<44} {}", recording.name, recording.status);
    if recording.path().ends_with("/embed") || recording.path().ends_with("/embeddings") {
        let error = model.embed(&["hello".to_owned()]).await.map(|_| Delta::Text(String::new()));
        return (format!("{head} vectors: {}", kind(&error)), kind(&error).to_owned(), sentence(&error));
    }
    if recording.end.starts_with("client closed") {
        let pieces = stop_where_the_client_did(recording, server, model).await;
        let line = format!("{head} {pieces:>4} pieces, then stopped: the server saw it");
        return (line, "stopped".to_owned(), String::new());
    }
    let outcome = outcome(model, question("Why is the sky blue?")).await;
    assert_eq!(outcome.text, said(recording), "{}", recording.name);
    let characters = outcome.text.chars().count();
    let line = if outcome.refused {
        format!("{head} refused: {}", outcome.kind())
    } else {
        format!("{head} {:>4} pieces, {characters:>4} characters, {}", outcome.pieces, outcome.kind())
    };
    (line, outcome.kind().to_owned(), sentence(&outcome.end))
}

/// Reads as many pieces as the recorder did, then drops the stream: the server must see it.
async fn stop_where_the_client_did(recording: &Recording, server: &ScriptedServer, model: &dyn LanguageModel) -> usize {
    let stream = model.chat(question("Write a story.")).await.expect("invariant: it was answered then");
    let pieces: Vec<Result<Delta, ModelError>> = stream.take(recording.line_ms.len()).collect().await;
    assert!(pieces.iter().all(|piece| matches!(piece, Ok(Delta::Text(_)))), "{}: {pieces:?}", recording.name);
    let seen = server.wait_for(|requests| requests[0].closed_early);
    let seen = tokio::time::timeout(Duration::from_secs(5), seen).await;
    assert!(seen.is_ok(), "{}: the server does not see that it may stop", recording.name);
    pieces.len()
}

/// All text of the recorded lines, in either protocol.
fn said(recording: &Recording) -> String {
    let lines = recording.body.lines().map(|line| line.strip_prefix("data: ").unwrap_or(line));
    let content = |line: Json| {
        let places = ["/message/content", "/choices/0/delta/content", "/choices/0/message/content"];
        places.iter().find_map(|place| Some(line.pointer(place)?.as_str()?.to_owned()))
    };
    lines.filter_map(|line| serde_json::from_str(line).ok().and_then(content)).collect()
}
