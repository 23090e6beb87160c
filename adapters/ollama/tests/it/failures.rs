//! Questions that get no answer at all: each of Ollama's refusals is a decision of its own.

use pstral_core::domain::Locale;
use std::time::Duration;

use pstral_core::ports::{Delta, LanguageModel as _, ModelError, ModelStats};
use pstral_modelhttp::testkit::failure_table;
use pstral_ollama::testkit::{Answer, Ending, ScriptedOllama};
use pstral_ollama::{Ollama, OllamaConfig};
use serde_json::Value as Json;
use tokio::net::TcpListener;

use crate::bench::{Bench, MODEL, outcome, question, within};

fn missing() -> ModelError {
    ModelError::ModelMissing { model: MODEL.to_owned() }
}

#[tokio::test]
async fn each_failure_is_told_apart() {
    let bench = Bench::with(|config| config.silence_timeout = Duration::from_millis(900)).await;
    failure_table(&bench.server, &*bench.model).await;
}

#[tokio::test]
async fn a_prompt_that_is_too_long_is_refused_as_it_was_recorded() {
    let bench = Bench::new().await;
    for body in
        [include_str!("../fixtures/prompt-too-long.json"), include_str!("../fixtures/prompt-too-long-shift.json")]
    {
        let outcome = bench.outcome(Answer::status(400, body)).await;
        assert_eq!((outcome.end, outcome.refused), (Err(ModelError::PromptTooLong), true));
    }
}

#[tokio::test]
async fn what_is_not_ollama_is_said_to_be_something_else() {
    let bench = Bench::new().await;
    let cases = [
        (Answer::status(404, "404 page not found"), "status 404: 404 page not found"),
        (Answer::status(405, "<html>"), "status 405: <html>"),
        (Answer::status(302, ""), "status 302"),
        (Answer::status(500, "{}"), "status 500: {}"),
        (Answer::raw(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), "invalid HTTP"),
        (Answer::status(200, "<html>Welcome</html>"), "in the line <html>Welcome</html>"),
    ];
    for (answer, expected) in cases {
        let outcome = bench.outcome(answer).await;
        let Err(ModelError::Protocol(fault)) = &outcome.end else { panic!("{expected}: {outcome:?}") };
        assert!(fault.contains(expected), "no {expected:?} in {fault:?}");
    }
}

#[tokio::test]
async fn a_proxy_without_a_server_behind_it_is_no_server() {
    let bench = Bench::new().await;
    for status in [502, 504] {
        let end = bench.outcome(Answer::status(status, "<html>Bad Gateway</html>")).await.end;
        assert!(matches!(end, Err(ModelError::Unavailable(_))), "{end:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let model = Ollama::new(OllamaConfig::new(&format!("http://{address}"), MODEL)).unwrap();
    let Err(ModelError::Unavailable(fault)) = model.health().await else { panic!("nobody listens") };
    assert!(fault.contains(&address.to_string()) && fault.contains("refused"), "the log gets the cause: {fault}");
    let end = outcome(&model, question("?")).await.end;
    assert!(matches!(end, Err(ModelError::Unavailable(_))), "{end:?}");
}

#[tokio::test]
async fn a_connection_closed_before_any_answer_is_unavailable() {
    let bench = Bench::new().await;
    let end = bench.outcome(Answer::raw(b"")).await.end;
    assert!(matches!(end, Err(ModelError::Unavailable(_))), "{end:?}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (bench, elsewhere) = (Bench::new().await, ScriptedOllama::start(MODEL).await);
    let to = format!("HTTP/1.1 307 Go\r\nLocation: {}/api/chat\r\nContent-Length: 0\r\n\r\n", elsewhere.url());
    let end = bench.outcome(Answer::raw(to.as_bytes())).await.end;
    assert!(matches!(end, Err(ModelError::Protocol(_))), "{end:?}");
    assert!(elsewhere.requests().is_empty(), "the question went to a server that nobody configured");
}

#[tokio::test]
async fn a_model_that_cannot_think_is_asked_again_without() {
    let bench = Bench::with(|config| config.think = Some(true)).await;
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
    let bench = Bench::with(|config| {
        config.first_token_timeout = Duration::from_secs(20);
        config.silence_timeout = Duration::from_millis(600);
    });
    let bench = bench.await;
    let outcome = bench.outcome(Answer::text("douze").first_after(slow)).await;
    assert_eq!(outcome.text, "douze", "silence is counted from the first token on");

    let bench = Bench::with(|config| config.first_token_timeout = Duration::from_millis(100)).await;
    let outcome = bench.outcome(Answer::text("douze").first_after(Duration::from_mins(1))).await;
    assert_eq!((outcome.end, outcome.refused), (Err(ModelError::Timeout { seconds: 1 }), true));
    let outcome = bench.outcome(Answer::silent().ends(Ending::Hang)).await;
    assert_eq!((outcome.end, outcome.refused), (Err(ModelError::Timeout { seconds: 1 }), false), "after the headers");
    // Giving up tells the server so: the question no longer takes a place in its queue.
    let gone = bench.server.wait_for(|requests| requests.iter().all(|request| request.closed_early));
    within(Duration::from_secs(1), gone).await;
}

#[tokio::test]
async fn embeddings_that_cannot_be_used_are_errors() {
    let bench = Bench::new().await;
    let texts = ["client".to_owned(), "facture".to_owned()];
    let unsupported = "This server does not support embeddings. Start it with `--embeddings`";
    bench.server.answer(Answer::failure(501, unsupported));
    assert_eq!(bench.model.embed(&texts).await, Err(ModelError::Unsupported(unsupported.to_owned())));
    bench.server.answer(Answer::failure(400, "the input length exceeds the context length"));
    assert_eq!(bench.model.embed(&texts).await, Err(ModelError::PromptTooLong));
    let unusable = [vec![], vec![vec![1.0]], vec![vec![], vec![]], vec![vec![1.0], vec![1.0, 2.0]]];
    for vectors in unusable {
        bench.server.answer(Answer::embeddings(&vectors));
        let outcome = bench.model.embed(&texts).await;
        assert!(matches!(outcome, Err(ModelError::Protocol(_))), "{vectors:?} gives {outcome:?}");
    }
}

#[tokio::test]
async fn health_is_a_measured_fact_or_the_reason_why_not() {
    let bench = Bench::with(|config| config.silence_timeout = Duration::from_secs(1)).await;
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
async fn the_key_is_sent_and_not_shown() {
    let bench = Bench::with(|config| config.api_key = Some("s3cret-key".to_owned().into())).await;
    let outcome = bench.outcome(Answer::text("douze")).await;
    assert!(matches!(outcome.end, Ok(Delta::Done(ModelStats { .. }))));
    assert_eq!(bench.server.requests()[0].authorization.as_deref(), Some("Bearer s3cret-key"));
    assert!(!format!("{:?}", bench.model).contains("s3cret-key"));
}

#[tokio::test]
async fn the_context_is_the_smaller_of_what_is_configured_and_what_the_model_reads() {
    let bench = Bench::new().await;
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
