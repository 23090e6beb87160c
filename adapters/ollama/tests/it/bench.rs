//! An adapter with the scripted server it talks to.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use pstral_core::domain::Speaker;
use pstral_core::ports::{ChatRequest, Delta, LanguageModel as _, ModelError, ModelMessage};
use pstral_ollama::testkit::{Answer, ScriptedOllama};
use pstral_ollama::{Ollama, OllamaConfig};

pub(crate) const MODEL: &str = "qwen2.5-coder:3b";

pub(crate) struct Bench {
    pub(crate) server: ScriptedOllama,
    pub(crate) model: Arc<Ollama>,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// One whose configuration differs from the default.
    pub(crate) async fn with(change: impl FnOnce(&mut OllamaConfig)) -> Self {
        let server = ScriptedOllama::start(MODEL).await;
        let mut config = OllamaConfig::new(&server.url(), MODEL);
        change(&mut config);
        Self { server, model: Arc::new(Ollama::new(config).unwrap()) }
    }

    /// How the server's next answer looks through the adapter: the text that came, and how it ended.
    pub(crate) async fn outcome(&self, answer: Answer) -> Outcome {
        self.server.answer(answer);
        outcome(&self.model, question("Combien de clients ?")).await
    }
}

/// What a person would see of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) text: String,
    pub(crate) thinking: String,
    pub(crate) pieces: usize,
    /// `Done` or the error.
    pub(crate) end: Result<Delta, ModelError>,
    /// Whether the question was refused before an answer began.
    pub(crate) refused: bool,
}

pub(crate) async fn outcome(model: &Ollama, request: ChatRequest) -> Outcome {
    let mut outcome = Outcome {
        text: String::new(),
        thinking: String::new(),
        pieces: 0,
        end: Err(ModelError::Interrupted),
        refused: false,
    };
    let mut stream = match model.chat(request).await {
        Ok(stream) => stream,
        Err(error) => return Outcome { end: Err(error), refused: true, ..outcome },
    };
    let mut ends = 0;
    while let Some(piece) = stream.next().await {
        assert_eq!(ends, 0, "nothing comes after the end");
        outcome.pieces += 1;
        match piece {
            Ok(Delta::Text(text)) => outcome.text.push_str(&text),
            Ok(Delta::Thinking(text)) => outcome.thinking.push_str(&text),
            end => {
                outcome.end = end;
                ends += 1;
            }
        }
    }
    assert_eq!(ends, 1, "a stream ends with Done or an error");
    outcome
}

pub(crate) fn question(text: &str) -> ChatRequest {
    let message = ModelMessage { speaker: Speaker::Person, text: text.to_owned() };
    ChatRequest { system: "Réponds en SQL.".to_owned(), messages: vec![message] }
}

/// The outcome of `work`, which must not take longer.
pub(crate) async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(limit, work).await.expect("in time")
}
