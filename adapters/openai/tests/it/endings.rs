//! Answers that begin: whatever the server does then, what was said is kept and the end is told truly.

use std::time::Duration;

use proptest::prelude::*;
use pstral_core::ports::{Delta, FinishReason, ModelError, ModelStats};
use pstral_openai::testkit::{Answer, Ending};
use serde_json::json;

use crate::bench::{self, MODEL, question};

const SAID: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"dit\"},\"finish_reason\":null}]}\n\n";
const STOP: &str = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
const USAGE: &str = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":15,\"completion_tokens\":5}}\n\n";
const DONE: &str = "data: [DONE]\n\n";

#[expect(clippy::unnecessary_wraps, reason = "it stands beside errors")]
fn whole(finish: FinishReason, counted: bool) -> Result<Delta, ModelError> {
    let (prompt_tokens, answer_tokens) = if counted { (Some(15), Some(5)) } else { (None, None) };
    Ok(Delta::Done(ModelStats { finish, prompt_tokens, answer_tokens, ..ModelStats::default() }))
}

fn finish(reason: &str) -> String {
    format!("data: {{\"choices\":[{{\"delta\":{{}},\"finish_reason\":\"{reason}\"}}]}}\n\n")
}

#[tokio::test]
async fn an_answer_is_whole_when_the_server_has_said_so_in_either_way() {
    let bench = bench::fresh().await;
    let interrupted = || Err(ModelError::Interrupted);
    for (after, expected) in [
        (format!("{STOP}{USAGE}{DONE}"), whole(FinishReason::Stop, true)),
        (format!("{STOP}{DONE}"), whole(FinishReason::Stop, false)),
        // No `[DONE]`, and no reason: either is enough.
        (format!("{STOP}{USAGE}"), whole(FinishReason::Stop, true)),
        (STOP.to_owned(), whole(FinishReason::Stop, false)),
        (STOP.trim_end().to_owned(), whole(FinishReason::Stop, false)),
        (format!("{USAGE}{DONE}"), whole(FinishReason::Stop, true)),
        (DONE.trim_end().to_owned(), whole(FinishReason::Stop, false)),
        (format!("{}{DONE}", finish("length")), whole(FinishReason::Length, false)),
        (format!("{}{DONE}", finish("tool_calls")), whole(FinishReason::Stop, false)),
        (format!("{}{DONE}", finish("content_filter")), Err(ModelError::Withheld)),
        (format!("{}{DONE}", finish("abort")), interrupted()),
        // The counts of another server come with the reason.
        (
            "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":15,\
             \"completion_tokens\":5}}\n\ndata: [DONE]\n\n"
                .to_owned(),
            whole(FinishReason::Stop, true),
        ),
        (String::new(), interrupted()),
        ("data: {\"choices\":[{\"delta\":{\"cont".to_owned(), interrupted()),
        ("data: [DON".to_owned(), interrupted()),
        ("dat".to_owned(), interrupted()),
    ] {
        let outcome = bench.body(&format!("{SAID}{after}")).await;
        assert_eq!((outcome.text.as_str(), outcome.end), ("dit", expected), "{after}");
    }
}

#[tokio::test]
async fn a_connection_lost_or_silent_after_the_reason_takes_nothing_away() {
    let bench = bench::with(|config| config.silence_timeout = Duration::from_millis(200)).await;
    for ending in [Ending::CutConnection, Ending::Hang] {
        let answer = Answer::bytes(&[SAID.as_bytes(), STOP.as_bytes()]).ends(ending);
        assert_eq!(bench.outcome(answer).await.end, whole(FinishReason::Stop, false));
    }
}

#[tokio::test]
async fn an_error_in_the_middle_is_told_whatever_its_form() {
    let bench = bench::fresh().await;
    let failed = || Err(ModelError::Failed("the engine died".to_owned()));
    for error in [
        "data: {\"error\":{\"message\":\"the engine died\",\"code\":500}}\n\ndata: [DONE]\n\n",
        "data: {\"error\":\"the engine died\"}\n\n",
        "data: {\"object\":\"error\",\"message\":\"the engine died\",\"code\":500}\n\n",
        "event: error\ndata: {\"message\":\"the engine died\"}\n\n",
        "event: error\ndata: {\"error\":{\"message\":\"the engine died\"}}\n\n",
        "event: error\ndata: the engine died\n\n",
        "error: {\"code\":500,\"message\":\"the engine died\"}\n\n",
        "{\"error\":{\"message\":\"the engine died\"}}\n",
        "{\"error\":{\"message\":\"the engine died\"}}",
    ] {
        let outcome = bench.body(&format!("{SAID}{error}")).await;
        assert_eq!((outcome.text.as_str(), outcome.end), ("dit", failed()), "{error}");
    }
}

#[tokio::test]
async fn what_is_no_event_of_the_protocol_ends_the_answer_without_a_panic() {
    let bench = bench::fresh().await;
    for nonsense in [
        "data: <html>\n\n",
        "data: null\n\n",
        "data: {\"choices\":7}\n\n",
        "data: {\"choices\":\n\n",
        "<html>\n",
        "{\"choices\":7}\n",
    ] {
        let outcome = bench.body(&format!("{SAID}{nonsense}{STOP}")).await;
        assert_eq!(outcome.text, "dit");
        assert!(matches!(outcome.end, Err(ModelError::Protocol(_))), "{nonsense}: {outcome:?}");
    }
    let not_utf8 = b"data: {\"choices\":[{\"delta\":{\"content\":\"\xff\"}}]}\n\n";
    let outcome = bench.outcome(Answer::bytes(&[SAID.as_bytes(), not_utf8])).await;
    assert!(matches!(outcome.end, Err(ModelError::Protocol(_))), "{outcome:?}");
}

#[tokio::test]
async fn an_answer_may_come_whole_and_a_failure_with_status_200() {
    let bench = bench::fresh().await;
    let answer = json!({
        "choices": [{ "message": { "role": "assistant", "reasoning": "hm", "content": "douze" }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 15, "completion_tokens": 5 },
    });
    let outcome = bench.outcome(Answer::status(200, &answer.to_string())).await;
    assert_eq!((outcome.thinking.as_str(), outcome.text.as_str()), ("hm", "douze"));
    assert_eq!(outcome.end, whole(FinishReason::Stop, true));
    let outcome = bench.outcome(Answer::status(200, r#"{"error":{"message":"no"}}"#)).await;
    assert_eq!(outcome.end, Err(ModelError::Failed("no".to_owned())));
    for nothing in ["{}", "{\"choices\":[]}"] {
        assert_eq!(bench.outcome(Answer::status(200, nothing)).await.end, Err(ModelError::Interrupted));
    }
}

#[tokio::test]
async fn signs_of_life_are_neither_text_nor_an_answer() {
    let bench = bench::with(|config| {
        config.first_token_timeout = Duration::from_millis(600);
        config.silence_timeout = Duration::from_millis(600);
    });
    let bench = bench.await;
    let alive: Vec<&[u8]> = vec![b": alive\n\n"; 20];
    let answer = Answer::bytes(&alive).every(Duration::from_millis(100)).ends(Ending::Hang);
    let outcome = bench.outcome(answer).await;
    assert_eq!((outcome.pieces, outcome.end), (1, Err(ModelError::Timeout { seconds: 1 })), "a wedged server is told");

    let between = format!("{}{SAID}: alive\n\n{STOP}: alive\n\n{DONE}", ":\n\n".repeat(3));
    let outcome = bench.body(&between).await;
    assert_eq!((outcome.text.as_str(), outcome.end), ("dit", whole(FinishReason::Stop, false)));
}

#[tokio::test]
async fn the_request_says_what_the_configuration_says() {
    let bench = bench::with(|config| {
        config.think = Some(false);
        config.url.push_str("/v1/");
    });
    let bench = bench.await;
    bench.outcome(Answer::text("ok")).await;
    let expected = json!({
        "model": MODEL,
        "messages": [
            { "role": "system", "content": "Réponds en SQL." },
            { "role": "user", "content": "Combien de clients ?" },
        ],
        "stream": true,
        "stream_options": { "include_usage": true },
        "max_tokens": 1024,
        "temperature": 0.1,
        "chat_template_kwargs": { "enable_thinking": false },
    });
    let request = &bench.server.requests()[0];
    assert_eq!((request.path.as_str(), &request.body), ("/v1/chat/completions", &expected));

    let bench = bench::fresh().await;
    bench.server.answer(Answer::text("{}"));
    let schema = json!({ "type": "object" });
    let request = pstral_core::ports::ChatRequest { format: Some(schema.clone()), variant: 1, ..question("?") };
    crate::bench::outcome(&*bench.model, request).await;
    let body = &bench.server.requests()[0].body;
    assert_eq!(body["temperature"], 0.8, "another answer varies more than the first");
    let expected = json!({
        "type": "json_schema",
        "json_schema": { "name": "answer", "strict": true, "schema": schema },
    });
    assert_eq!(body["response_format"], expected);
    assert!(body.get("chat_template_kwargs").is_none(), "left to the server: {body}");
}

/// Every way in which a network may cut a stream, its lines ended by `\n` or `\r\n`.
#[test]
fn bytes_may_be_cut_anywhere() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let text = "Île-de-France 🥖👩‍🚀";
    let split = format!("data: {{\"choices\":[{{\"delta\":\ndata: {{\"content\":\"{text}\"}}}}]}}\n\n");
    let body = format!(": alive\n\n{split}{SAID}id: 7\n{STOP}{USAGE}{DONE}");
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(sizes in prop::collection::vec(1_usize..60, 1..9), returns: bool)| {
        let body = if returns { body.replace('\n', "\r\n") } else { body.clone() };
        let (mut pieces, mut rest) = (Vec::new(), body.as_bytes());
        for size in sizes.iter().cycle() {
            let (piece, after) = rest.split_at((*size).min(rest.len()));
            pieces.push(piece);
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        let outcome = runtime.block_on(async {
            let bench = bench::fresh().await;
            bench.outcome(Answer::bytes(&pieces)).await
        });
        prop_assert_eq!(outcome.text, format!("{text}dit"));
        prop_assert_eq!(outcome.end, whole(FinishReason::Stop, true));
    });
}
