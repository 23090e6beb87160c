//! Answers that begin: whatever the server does then, what was said is kept and the end is told truly.

use std::time::Duration;

use pstral_core::ports::{ChatRequest, ModelError};
use pstral_ollama::testkit::{Answer, Ending};
use serde_json::json;

use crate::bench::{self, MODEL, question};

#[tokio::test]
async fn loading_or_unloading_the_model_is_no_answer() {
    let bench = bench::fresh().await;
    for reason in ["load", "unload"] {
        let end = bench.outcome(Answer::silent().ends(Ending::DoneReason(reason.to_owned()))).await.end;
        assert!(matches!(&end, Err(ModelError::Rejected(fault)) if fault.contains(reason)), "{end:?}");
    }
}

/// A line that says `text`, without its end.
fn line(text: &str) -> Vec<u8> {
    json!({ "message": { "role": "assistant", "content": text }, "done": false }).to_string().into_bytes()
}

const DONE: &[u8] = br#"{"message":{"content":""},"done":true,"done_reason":"stop"}"#;

#[tokio::test]
async fn bytes_may_be_cut_anywhere() {
    let bench = bench::fresh().await;
    let text = "Île-de-France 🥖👩‍🚀";
    let body = [&line(text)[..], b"\r\n\r\n  \n", DONE, b"\n"].concat();
    for size in [1, 2, 3, 7] {
        let pieces: Vec<&[u8]> = body.chunks(size).collect();
        let outcome = bench.outcome(Answer::bytes(&pieces)).await;
        assert_eq!(outcome.text, text, "in pieces of {size}");
        assert!(outcome.end.is_ok(), "in pieces of {size}: {outcome:?}");
    }
    let without_line_feed = [&line(text)[..], b"\n", DONE].concat();
    assert!(bench.outcome(Answer::bytes(&[&without_line_feed])).await.end.is_ok());
}

#[tokio::test]
async fn a_line_may_be_long_but_not_endless() {
    let bench = bench::fresh().await;
    let long = "x".repeat(200_000);
    let outcome = bench.outcome(Answer::bytes(&[&line(&long), b"\n", DONE])).await;
    assert_eq!((outcome.text.len(), outcome.end.is_ok()), (200_000, true));

    let endless = vec![b' '; 3 << 20];
    let end = bench.outcome(Answer::bytes(&[&line("dit"), b"\n", &endless])).await.end;
    assert!(matches!(&end, Err(ModelError::Protocol(fault)) if fault.contains("1048576 bytes")), "{end:?}");
}

#[tokio::test]
async fn what_is_no_line_of_the_protocol_ends_the_answer_without_a_panic() {
    let bench = bench::fresh().await;
    let not_utf8 = b"{\"message\":{\"content\":\"\xff\xfe\"},\"done\":false}\n";
    let nonsense: [&[u8]; 7] =
        [not_utf8, b"<html>\n", b"null\n", b"[]\n", b"\"done\"\n", b"{\"done\":\"yes\"}\n", b"\0\x01\x02\n"];
    for bytes in nonsense {
        let outcome = bench.outcome(Answer::bytes(&[&line("dit"), b"\n", bytes, DONE])).await;
        assert_eq!(outcome.text, "dit");
        assert!(matches!(outcome.end, Err(ModelError::Protocol(_))), "{outcome:?}");
    }
    // Members this version does not know do no harm, and neither does a line that says nothing.
    let newer = br#"{"progress":{"queue":3}}"#;
    let outcome = bench.outcome(Answer::bytes(&[newer, b"\n", &line("dit"), b"\n", DONE])).await;
    assert_eq!((outcome.text.as_str(), outcome.end.is_ok()), ("dit", true));
}

#[tokio::test]
async fn a_line_cut_with_its_connection_is_an_interruption() {
    let bench = bench::fresh().await;
    let body = [&line("dit")[..], b"\n", &line("perdu")[..20]].concat();
    for ending in [Ending::CutConnection, Ending::CleanEndWithoutDone] {
        let outcome = bench.outcome(Answer::bytes(&[&body]).ends(ending)).await;
        assert_eq!((outcome.text.as_str(), outcome.end), ("dit", Err(ModelError::Interrupted)));
    }
}

#[tokio::test]
async fn nothing_after_done_is_read() {
    let bench = bench::fresh().await;
    let outcome = bench.outcome(Answer::bytes(&[DONE, b"\n", &line("après"), b"\n{\"error\":\"late\"}\n"])).await;
    assert_eq!((outcome.text.as_str(), outcome.end.is_ok()), ("", true));
}

#[tokio::test]
async fn one_line_may_think_speak_and_end() {
    let bench = bench::fresh().await;
    let body = br#"{"message":{"thinking":"hm","content":"oui"},"done":true,"done_reason":"stop"}"#;
    let outcome = bench.outcome(Answer::bytes(&[body])).await;
    assert_eq!((outcome.thinking.as_str(), outcome.text.as_str(), outcome.pieces), ("hm", "oui", 3));
}

#[tokio::test]
async fn the_request_says_what_the_configuration_says() {
    let bench = bench::with(|config| {
        config.num_thread = Some(2);
        config.think = Some(false);
        config.keep_alive = Duration::MAX;
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
        "truncate": false,
        "shift": false,
        "keep_alive": u32::MAX,
        "think": false,
        "options": { "num_ctx": 8192, "num_predict": 1024, "temperature": 0.1, "num_thread": 2 },
    });
    assert_eq!(bench.server.requests()[0].body, expected);

    let bench = bench::fresh().await;
    bench.server.answer(Answer::text("ok"));
    let request = ChatRequest { system: String::new(), variant: 1, ..question("?") };
    crate::bench::outcome(&*bench.model, request).await;
    let body = &bench.server.requests()[0].body;
    assert_eq!(body["options"]["temperature"], 0.8, "another answer varies more than the first");
    assert_eq!(body["messages"], json!([{ "role": "user", "content": "?" }]), "no empty instructions");
    assert!(body.get("think").is_none() && body["options"].get("num_thread").is_none(), "left to the server: {body}");
    assert_eq!(body["keep_alive"], 1800);
}
