//! The scripted server itself: tests rely on what it records and on its complaints.

use std::time::{Duration, Instant};

use futures::StreamExt as _;
use pstral_core::ports::{Delta, LanguageModel as _, ModelError};
use pstral_ollama::testkit::{Answer, Ending, ScriptedOllama};

use crate::bench::{self, Bench, MODEL, outcome, question};

#[tokio::test]
async fn a_question_without_a_script_is_seen() {
    let bench = bench::fresh().await;
    let end = outcome(&*bench.model, question("Qui ?")).await.end;
    let complaint = "the test scripted no answer to request 1: \"Qui ?\"";
    assert_eq!(end, Err(ModelError::Failed(complaint.to_owned())));
    assert_eq!((bench.server.unscripted(), bench.server.unused()), (1, 0));
}

#[tokio::test]
#[should_panic(expected = "scripted answers that nobody asked for")]
async fn an_answer_nobody_asked_for_fails_the_test() {
    let server = ScriptedOllama::start(MODEL).await;
    server.answer(Answer::text("jamais"));
    server.assert_consumed();
}

#[tokio::test]
async fn what_was_asked_and_answered_is_recorded() {
    let bench = bench::fresh().await;
    let began = Instant::now();
    let pause = Duration::from_millis(20);
    let outcome = bench.outcome(Answer::text("un deux trois").every(pause)).await;
    assert_eq!(outcome.text, "un deux trois");
    assert!(began.elapsed() >= 2 * pause, "pauses are kept");
    bench.server.wait_for(|requests| requests[0].answered).await;
    let request = bench.server.requests().remove(0);
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/api/chat"));
    assert_eq!(request.question(), "Combien de clients ?");
    assert!(!request.closed_early, "reading to the end is not closing early");
    bench.server.assert_consumed();
}

#[tokio::test]
async fn dropping_the_server_cuts_its_connections() {
    let Bench { server, model } = bench::fresh().await;
    server.answer(Answer::text("un").ends(Ending::Hang));
    let mut stream = model.chat(question("?")).await.unwrap();
    assert_eq!(stream.next().await, Some(Ok(Delta::Text("un".to_owned()))));
    drop(server);
    assert_eq!(stream.next().await, Some(Err(ModelError::Interrupted)));
    assert_eq!(stream.next().await, None);
}
