//! An adapter with the scripted server it talks to.

use std::sync::Arc;

pub(crate) use pstral_modelhttp::testkit::{Outcome, outcome, question};
use pstral_openai::testkit::{Answer, OpenAiSpeech, ScriptedOpenAi};
use pstral_openai::{OpenAi, OpenAiConfig};

pub(crate) const MODEL: &str = "Qwen/Qwen2.5-Coder-7B-Instruct";

pub(crate) struct Bench {
    pub(crate) server: ScriptedOpenAi,
    pub(crate) model: Arc<OpenAi>,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// One whose configuration differs from the default.
    pub(crate) async fn with(change: impl FnOnce(&mut OpenAiConfig)) -> Self {
        Self::speaking(OpenAiSpeech::Vllm, change).await
    }

    /// One whose server is of that kind.
    pub(crate) async fn speaking(speech: OpenAiSpeech, change: impl FnOnce(&mut OpenAiConfig)) -> Self {
        let server = ScriptedOpenAi::speaking(speech, MODEL).await;
        let mut config = OpenAiConfig::new(&server.url(), MODEL);
        change(&mut config);
        Self { server, model: Arc::new(OpenAi::new(config).unwrap()) }
    }

    /// How the server's next answer looks through the adapter: the text that came, and how it ended.
    pub(crate) async fn outcome(&self, answer: Answer) -> Outcome {
        self.server.answer(answer);
        outcome(&*self.model, question("Combien de clients ?")).await
    }

    /// The same for a streamed body of these bytes.
    pub(crate) async fn body(&self, body: &str) -> Outcome {
        self.outcome(Answer::bytes(&[body.as_bytes()])).await
    }
}
