//! Questions that get no answer at all: each of Ollama's refusals is a decision of its own.

use std::time::Duration;

use pstral_core::domain::Locale;
use pstral_core::ports::{LanguageModel as _, ModelError};
use pstral_ollama::testkit::{Answer, Ending};
use serde_json::Value as Json;

use crate::bench::{self, MODEL, within};

fn missing() -> ModelError {
    ModelError::ModelMissing { model: MODEL.to_owned() }
}

#[tokio::test]
async fn a_prompt_that_is_too_long_is_refused_as_it_was_recorded() {
    let bench = bench::fresh().await;
    for body in
        [include_str!("../fixtures/prompt-too-long.json"), include_str!("../fixtures/prompt-too-long-shift.json")]
    {
        let outcome = bench.outcome(Answer::status(400, body)).await;
        assert_eq!((outcome.end, outcome.refused), (Err(ModelError::PromptTooLong), true));
    }
}

#[tokio::test]
async fn a_page_is_not_taken_for_an_answer() {
    let bench = bench::fresh().await;
    let Err(ModelError::Protocol(fault)) = bench.outcome(Answer::status(200, "<html>Welcome</html>")).await.end else {
        panic!("a page is an answer")
    };
    assert!(fault.contains("in the line <html>Welcome</html>"), "{fault}");
}

#[tokio::test]
async fn a_model_that_cannot_think_is_asked_again_without() {
    let bench = bench::with(|config| config.think = Some(true)).await;
    let refusal = || Answer::status(400, include_str!("../fixtures/think-unsupported.json"));
    bench.server.answer(refusal());
    let outcome = bench.outcome(Answer::text("douze")).await;
    assert_eq!(outcome.text, "douze");
    let think: Vec<Json> = bench.server.requests().iter().map(|request| request.body["think"].clone()).collect();
    assert_eq!(think, [Json::from(true), Json::Null]);

    // A server that refuses even so is not asked for ever.
    bench.server.answer(refusal());
    let end = bench.outcome(refusal()).await.end;
    assert!(matches!(end, Err(ModelError::Unsupported(_))), "{end:?}");
    assert_eq!(bench.server.requests().len(), 4);
}

#[tokio::test]
async fn waiting_for_the_first_token_has_its_own_limit() {
    let slow = Duration::from_millis(1200);
    let bench = bench::with(|config| {
        config.first_token_timeout = Duration::from_secs(20);
        config.silence_timeout = Duration::from_millis(600);
    });
    let bench = bench.await;
    let outcome = bench.outcome(Answer::text("douze").first_after(slow)).await;
    assert_eq!(outcome.text, "douze", "silence is counted from the first token on");

    let bench = bench::with(|config| config.first_token_timeout = Duration::from_millis(100)).await;
    let outcome = bench.outcome(Answer::text("douze").first_after(Duration::from_mins(1))).await;
    assert_eq!((outcome.end, outcome.refused), (Err(ModelError::Timeout { seconds: 1 }), true));
    let outcome = bench.outcome(Answer::silent().ends(Ending::Hang)).await;
    assert_eq!((outcome.end, outcome.refused), (Err(ModelError::Timeout { seconds: 1 }), false), "after the headers");
    // Giving up tells the server so: the question no longer takes a place in its queue.
    let gone = bench.server.wait_for(|requests| requests.iter().all(|request| request.closed_early));
    within(Duration::from_secs(1), gone).await;
}

#[tokio::test]
async fn health_is_a_measured_fact_or_the_reason_why_not() {
    let bench = bench::with(|config| config.silence_timeout = Duration::from_secs(1)).await;
    let fact = bench.model.health().await.unwrap().render(Locale::En);
    assert!(fact.starts_with("Ollama answered in "), "{fact}");
    assert!(fact.contains(" ms; model qwen2.5-coder:3b is installed (1.9 GB)"), "{fact}");
    bench.server.can(&["embedding"]);
    let unsupported = bench.model.health().await;
    assert!(
        matches!(&unsupported, Err(ModelError::Unsupported(said)) if said.contains("embedding")),
        "{unsupported:?}"
    );
    bench.server.can(&["completion", "thinking"]);
    for (answer, expected) in [
        (Answer::status(403, ""), ModelError::Forbidden),
        (Answer::text("").first_after(Duration::from_mins(1)), ModelError::Timeout { seconds: 1 }),
        (Answer::status(200, r#"{"models":[{"name":"smollm2:135m","size":98362745}]}"#), missing()),
    ] {
        bench.server.answer_tags(answer);
        assert_eq!(bench.model.health().await, Err(expected));
    }
    bench.server.answer_tags(Answer::status(200, "{\"mod"));
    assert!(matches!(bench.model.health().await, Err(ModelError::Protocol(_))));
}

#[tokio::test]
async fn the_context_is_the_smaller_of_what_is_configured_and_what_the_model_reads() {
    let bench = bench::fresh().await;
    for (reads, expected, told) in [
        (None, 8192, "; context: 8,192 tokens"),
        (Some(32_768), 8192, "; context: 8,192 tokens of the 32,768 that the model can read"),
        (Some(2048), 2048, "; context: 2,048 tokens, all that the model can read"),
        // What was learnt is not forgotten when the server no longer says it.
        (None, 2048, "; context: 2,048 tokens"),
    ] {
        bench.server.reads(reads);
        let fact = bench.model.health().await.unwrap().render(Locale::En);
        assert_eq!(bench.model.context_tokens(), expected);
        assert!(fact.ends_with(told), "no {told:?} in {fact:?}");
    }
    bench.outcome(Answer::text("douze")).await;
    assert_eq!(bench.server.requests()[0].body["options"]["num_ctx"], 2048, "the server is asked for no more");
}
