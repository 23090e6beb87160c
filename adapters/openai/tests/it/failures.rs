//! Questions that get no answer at all, and servers that are not what they should be.

use std::time::Duration;

use pstral_core::domain::Locale;
use pstral_core::ports::{LanguageModel as _, ModelError};
use pstral_modelhttp::testkit::failure_table;
use pstral_openai::testkit::{Answer, OpenAiSpeech, ScriptedOpenAi};
use pstral_openai::{OpenAi, OpenAiConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::bench::{Bench, MODEL, outcome, question};

#[tokio::test]
async fn each_failure_is_told_apart() {
    for speech in [OpenAiSpeech::Vllm, OpenAiSpeech::LlamaCpp] {
        let impatient = |config: &mut OpenAiConfig| config.silence_timeout = Duration::from_millis(900);
        let bench = Bench::speaking(speech, impatient).await;
        failure_table(&bench.server, &*bench.model).await;
    }
}

#[tokio::test]
async fn what_speaks_something_else_is_said_to_be_something_else() {
    let bench = Bench::new().await;
    for (answer, expected) in [
        (Answer::status(404, "404 page not found"), "status 404: 404 page not found"),
        (Answer::status(404, r#"{"detail":"Not Found"}"#), "status 404"),
        (Answer::status(404, r#"{"error":{"message":"File Not Found","code":404}}"#), "status 404"),
        (Answer::status(302, ""), "status 302"),
        (Answer::raw(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), "invalid HTTP"),
        (Answer::status(200, "<html>Welcome</html>"), "a page instead of events"),
    ] {
        let outcome = bench.outcome(answer).await;
        let Err(ModelError::Protocol(fault)) = &outcome.end else { panic!("{expected}: {outcome:?}") };
        assert!(fault.contains(expected), "no {expected:?} in {fault:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let model = OpenAi::new(OpenAiConfig::new(&format!("http://{address}/v1"), MODEL)).unwrap();
    let Err(ModelError::Unavailable(fault)) = model.health().await else { panic!("nobody listens") };
    assert!(fault.contains(&address.to_string()) && fault.contains("refused"), "the log gets the cause: {fault}");
}

/// A server that does not encrypt, asked to: no answer, and no panic for want of a cipher.
#[tokio::test]
async fn encryption_is_built_in() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let answering = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        let mut hello = [0; 5];
        stream.read_exact(&mut hello).await.unwrap();
        hello
    });
    let model = OpenAi::new(OpenAiConfig::new(&url, MODEL)).unwrap();
    let end = outcome(&model, question("?")).await.end;
    assert!(matches!(end, Err(ModelError::Unavailable(_))), "{end:?}");
    // A handshake of TLS 1: nothing readable was sent.
    assert_eq!(answering.await.unwrap()[..2], [22, 3]);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (bench, elsewhere) = (Bench::new().await, ScriptedOpenAi::start(MODEL).await);
    let to = format!("HTTP/1.1 307 Go\r\nLocation: {}/v1/x\r\nContent-Length: 0\r\n\r\n", elsewhere.url());
    let end = bench.outcome(Answer::raw(to.as_bytes())).await.end;
    assert!(matches!(end, Err(ModelError::Protocol(_))), "{end:?}");
    assert!(elsewhere.requests().is_empty(), "the question went to a server that nobody configured");
}

#[tokio::test]
async fn health_says_what_the_server_is_and_what_its_model_reads() {
    for (speech, expected) in [
        (
            OpenAiSpeech::Vllm,
            ("vLLM answered in ", " ms; model Qwen/Qwen2.5-Coder-7B-Instruct is installed; context: "),
        ),
        (OpenAiSpeech::LlamaCpp, ("llama.cpp answered in ", " is installed (1.9 GB); context: ")),
    ] {
        let bench = Bench::speaking(speech, |_| {}).await;
        // What llama.cpp's model was trained for (131,072) matters less than what it was started with.
        for (reads, context, told) in [
            (Some(32_768), 8192, "8,192 tokens of the 32,768 that the model can read"),
            (Some(4096), 4096, "4,096 tokens, all"),
        ] {
            bench.server.reads(reads);
            let fact = bench.model.health().await.unwrap().render(Locale::En);
            assert!(fact.starts_with(expected.0) && fact.contains(expected.1) && fact.contains(told), "{fact}");
            assert_eq!(bench.model.context_tokens(), context);
        }
    }
    let bench = Bench::new().await;
    bench.server.install(&[("another", 1)]);
    assert_eq!(bench.model.health().await, Err(ModelError::ModelMissing { model: MODEL.to_owned() }));
    assert!(matches!(bench.model.pull(MODEL).await.err(), Some(ModelError::Unsupported(_))));
}

#[tokio::test]
async fn embeddings_that_cannot_be_used_are_errors() {
    let bench = Bench::new().await;
    let texts = ["client".to_owned(), "facture".to_owned()];
    bench.server.answer(Answer::failure(400, "The model does not support Embeddings API"));
    assert!(matches!(bench.model.embed(&texts).await, Err(ModelError::Unsupported(_))));
    bench
        .server
        .answer(Answer::failure(500, "input (600 tokens) is too large to process. increase the physical batch size"));
    assert_eq!(bench.model.embed(&texts).await, Err(ModelError::PromptTooLong));
    let unusable = [vec![], vec![vec![1.0]], vec![vec![], vec![]], vec![vec![1.0], vec![1.0, 2.0]]];
    for vectors in unusable {
        bench.server.answer(Answer::embeddings(&vectors));
        let outcome = bench.model.embed(&texts).await;
        assert!(matches!(outcome, Err(ModelError::Protocol(_))), "{vectors:?} gives {outcome:?}");
    }
}

#[tokio::test]
async fn the_key_is_sent_and_not_shown() {
    let bench = Bench::with(|config| config.api_key = Some("s3cret-key".to_owned().into())).await;
    bench.outcome(Answer::text("douze")).await;
    assert_eq!(bench.server.requests()[0].authorization.as_deref(), Some("Bearer s3cret-key"));
    assert!(!format!("{:?}", bench.model).contains("s3cret-key"));
}
