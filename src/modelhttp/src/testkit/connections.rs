//! Tests of connections that fail, redirect or are no longer wanted, common to all adapters.

use std::fmt;
use std::time::Duration;

use futures::StreamExt as _;
use pstral_core::ports::{Delta, LanguageModel, ModelError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::{Answer, Bench, Dialect, ScriptedServer, outcome, question};

/// Runs all of it, with models that `make` makes of an address and a key. They must wait for some seconds at most.
///
/// # Panics
/// With the first thing that is not as it should be.
pub async fn connections<M: LanguageModel + fmt::Debug + 'static>(
    dialect: impl Dialect + Copy,
    name: &str,
    make: impl Fn(&str, Option<&str>) -> M,
) {
    a_server_that_is_not_there_is_unavailable(&make).await;
    encryption_is_built_in(&make).await;
    let fresh = async || Bench::start(dialect, name, |url| make(url, None)).await;
    what_speaks_something_else_is_said_to_be_something_else(&fresh().await).await;
    a_redirect_is_not_followed(&fresh().await).await;
    vectors_that_cannot_be_used_are_errors(&fresh().await).await;
    dropping_a_question_that_waits_closes_its_connection(&fresh().await).await;
    dropping_an_answer_closes_its_connection_while_pieces_keep_coming(&fresh().await).await;
    the_key_is_sent_and_not_shown(&ScriptedServer::start(dialect, name).await, &make).await;
}

async fn listening() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("invariant: tests may listen on a free port");
    let address = listener.local_addr().expect("invariant: a listening socket has an address");
    (listener, address.to_string())
}

async fn a_server_that_is_not_there_is_unavailable<M: LanguageModel>(make: &impl Fn(&str, Option<&str>) -> M) {
    let (listener, address) = listening().await;
    drop(listener);
    let model = make(&format!("http://{address}"), None);
    let Err(ModelError::Unavailable(fault)) = model.health().await else { panic!("nobody listens") };
    assert!(fault.contains(&address) && fault.contains("refused"), "the log gets the cause: {fault}");
    let end = outcome(&model, question("?")).await.end;
    assert!(matches!(end, Err(ModelError::Unavailable(_))), "{end:?}");
}

/// A server that does not encrypt, asked to: no answer, and no panic for want of a cipher.
async fn encryption_is_built_in<M: LanguageModel>(make: &impl Fn(&str, Option<&str>) -> M) {
    let (listener, address) = listening().await;
    let answering = async {
        let (mut stream, _) = listener.accept().await?;
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await?;
        let mut hello = [0; 5];
        stream.read_exact(&mut hello).await.map(|_| hello)
    };
    let model = make(&format!("https://{address}"), None);
    let (outcome, hello) = tokio::join!(outcome(&model, question("?")), answering);
    assert!(matches!(outcome.end, Err(ModelError::Unavailable(_))), "{:?}", outcome.end);
    // A handshake of TLS 1: nothing readable was sent.
    assert_eq!(hello.expect("invariant: the model connects")[..2], [22, 3]);
}

async fn what_speaks_something_else_is_said_to_be_something_else<M: LanguageModel>(bench: &Bench<M>) {
    for (answer, expected) in [
        (Answer::status(404, "404 page not found"), "status 404: 404 page not found"),
        (Answer::status(404, r#"{"detail":"Not Found"}"#), "status 404"),
        (Answer::failure(404, "File Not Found"), "status 404"),
        (Answer::status(302, ""), "status 302"),
        (Answer::status(500, "{}"), "status 500: {}"),
        (Answer::raw(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), "invalid HTTP"),
    ] {
        let outcome = bench.outcome(answer).await;
        let Err(ModelError::Protocol(fault)) = &outcome.end else { panic!("{expected}: {outcome:?}") };
        assert!(fault.contains(expected), "no {expected:?} in {fault:?}");
    }
    let end = bench.outcome(Answer::raw(b"")).await.end;
    assert!(matches!(end, Err(ModelError::Unavailable(_))), "closed before any answer: {end:?}");
}

/// Whoever went there would wait: nobody answers.
async fn a_redirect_is_not_followed<M: LanguageModel>(bench: &Bench<M>) {
    let (_elsewhere, address) = listening().await;
    let to = format!("HTTP/1.1 307 Go\r\nLocation: http://{address}/\r\nContent-Length: 0\r\n\r\n");
    let end = bench.outcome(Answer::raw(to.as_bytes())).await.end;
    assert!(matches!(&end, Err(ModelError::Protocol(fault)) if fault.contains("status 307")), "{end:?}");
}

async fn vectors_that_cannot_be_used_are_errors<M: LanguageModel>(bench: &Bench<M>) {
    let texts = ["client".to_owned(), "facture".to_owned()];
    let unsupported = "This server does not support embeddings. Start it with `--embeddings`";
    for (status, said, expected) in [
        (501, unsupported, ModelError::Unsupported(unsupported.to_owned())),
        (400, "the input length exceeds the context length", ModelError::PromptTooLong),
        (
            500,
            "input (600 tokens) is too large to process. increase the physical batch size",
            ModelError::PromptTooLong,
        ),
    ] {
        bench.server.answer(Answer::failure(status, said));
        assert_eq!(bench.model.embed(&texts).await, Err(expected));
    }
    for vectors in [vec![], vec![vec![1.0]], vec![vec![], vec![]], vec![vec![1.0], vec![1.0, 2.0]]] {
        bench.server.answer(Answer::embeddings(&vectors));
        let outcome = bench.model.embed(&texts).await;
        assert!(matches!(outcome, Err(ModelError::Protocol(_))), "{vectors:?} gives {outcome:?}");
    }
}

async fn dropping_a_question_that_waits_closes_its_connection<M: LanguageModel>(bench: &Bench<M>) {
    bench.server.answer(Answer::text("trop tard").first_after(Duration::from_mins(1)));
    let asked = bench.server.wait_for(|requests| requests.len() == 1);
    tokio::select! {
        answered = bench.model.chat(question("?")) => panic!("too early: {:?}", answered.map(|_| ())),
        () = asked => {}
    }
    sees_that_it_may_stop(bench).await;
}

async fn dropping_an_answer_closes_its_connection_while_pieces_keep_coming<M: LanguageModel>(bench: &Bench<M>) {
    bench.server.answer(Answer::text(&"mot ".repeat(10_000)).every(Duration::from_millis(1)));
    let mut stream = bench.model.chat(question("?")).await.expect("invariant: it is answered");
    for _ in 0..10 {
        assert!(matches!(stream.next().await, Some(Ok(Delta::Text(_)))));
    }
    drop(stream);
    sees_that_it_may_stop(bench).await;
}

async fn sees_that_it_may_stop<M>(bench: &Bench<M>) {
    let gone = bench.server.wait_for(|requests| requests[0].closed_early);
    assert!(timeout(Duration::from_secs(1), gone).await.is_ok(), "the server sees it within a second");
}

async fn the_key_is_sent_and_not_shown<M: LanguageModel + fmt::Debug>(
    server: &ScriptedServer,
    make: &impl Fn(&str, Option<&str>) -> M,
) {
    let model = make(&server.url(), Some("s3cret-key"));
    server.answer(Answer::text("douze"));
    assert_eq!(outcome(&model, question("?")).await.text, "douze");
    assert_eq!(server.requests()[0].authorization.as_deref(), Some("Bearer s3cret-key"));
    assert!(!format!("{model:?}").contains("s3cret-key"));
}
