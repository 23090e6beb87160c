//! An adapter with the scripted server it talks to.

use std::sync::Arc;
use std::time::Duration;

pub(crate) use pstral_modelhttp::testkit::{Outcome, outcome, question};
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
        outcome(&*self.model, question("Combien de clients ?")).await
    }
}

/// The outcome of `work`, which must not take longer.
pub(crate) async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(limit, work).await.expect("in time")
}
