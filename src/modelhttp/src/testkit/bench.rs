//! The bench on which adapters are tried: a model, and the scripted server that it talks to.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use pstral_core::domain::Speaker;
use pstral_core::ports::{ChatRequest, Delta, FinishReason, LanguageModel, ModelError, ModelMessage};
use pstral_core::testkit::language_model::{ModelBench, Script, ScriptEnd, ScriptStep};
use serde_json::Value as Json;

use super::{Answer, Dialect, Ending, Outcome, Request, ScriptedServer, outcome, question};

/// A model of an adapter, and its server.
#[derive(Debug)]
pub struct Bench<M> {
    /// The server.
    pub server: ScriptedServer,
    /// The model.
    pub model: Arc<M>,
}

impl<M: LanguageModel> Bench<M> {
    /// A server of that dialect which has that model, and what `make` makes of its address.
    pub async fn start(dialect: impl Dialect, model: &str, make: impl FnOnce(&str) -> M) -> Self {
        let server = ScriptedServer::start(dialect, model).await;
        let model = Arc::new(make(&server.url()));
        Self { server, model }
    }

    /// Returns the server's next answer as seen through the adapter: the text, and how it ended.
    pub async fn outcome(&self, answer: Answer) -> Outcome {
        self.server.answer(answer);
        outcome(&*self.model, question("Combien de clients ?")).await
    }

    /// Returns the outcome of a streamed body of these bytes.
    pub async fn body(&self, body: &str) -> Outcome {
        self.outcome(Answer::bytes(&[body.as_bytes()])).await
    }
}

#[async_trait]
impl<M: LanguageModel + 'static> ModelBench for Bench<M> {
    fn model(&self) -> Arc<dyn LanguageModel> {
        self.model.clone()
    }

    fn script(&self, script: Script) {
        self.server.answer(answer(script));
    }

    fn script_embeddings(&self, vectors: Vec<Vec<f32>>) {
        self.server.answer(Answer::embeddings(&vectors));
    }

    fn forget_model(&self) {
        self.server.install(&[]);
    }

    fn asked(&self) -> Vec<ChatRequest> {
        let dialect = &*self.server.shared.dialect;
        self.server.requests().iter().map(|request| asked(request, dialect.form(&request.body))).collect()
    }

    async fn abandoned(&self) {
        self.server.wait_for(|requests| requests.iter().any(|request| request.closed_early)).await;
    }
}

/// The script in the server's own terms.
fn answer(script: Script) -> Answer {
    if let Some(refusal) = script.refusal {
        return refused(&refusal);
    }
    let mut answer = Answer::silent();
    let mut pause = Duration::ZERO;
    for step in script.steps {
        answer = match step {
            ScriptStep::Wait(time) => {
                pause = time;
                answer
            }
            ScriptStep::Say(Delta::Text(text)) => answer.then(&text),
            ScriptStep::Say(Delta::Thinking(text)) => answer.thinking(&text),
            ScriptStep::Say(Delta::Done(_)) => panic!("a script says how it ends in its end"),
        };
    }
    let ending = match script.end {
        ScriptEnd::Done(stats) if stats.finish == FinishReason::Length => Ending::DoneLength,
        ScriptEnd::Done(_) => Ending::Done,
        ScriptEnd::Fails(ModelError::Interrupted) => Ending::CutConnection,
        ScriptEnd::Hangs => Ending::Hang,
        end => panic!("no such end in the contract: {end:?}"),
    };
    answer.every(pause).ends(ending)
}

fn refused(refusal: &ModelError) -> Answer {
    match refusal {
        ModelError::ModelMissing { model } => Answer::failure(404, &format!("model '{model}' not found")),
        ModelError::Busy => Answer::failure(503, "server busy, please try again.  maximum pending requests exceeded"),
        ModelError::PromptTooLong => Answer::failure(400, "This model's maximum context length is 8192 tokens."),
        ModelError::Forbidden => Answer::status(403, ""),
        other => panic!("no such refusal in the contract: {other:?}"),
    }
}

fn asked(request: &Request, format: Option<&Json>) -> ChatRequest {
    let messages = request.body["messages"].as_array().expect("invariant: a question has messages");
    let text = |message: &Json| message["content"].as_str().expect("invariant: a message is a text").to_owned();
    let speaker = |message: &Json| match message["role"].as_str() {
        Some("user") => Speaker::Person,
        Some("assistant") => Speaker::Pstral,
        role => panic!("unexpected role {role:?}"),
    };
    assert_eq!(messages[0]["role"], "system");
    let exchange = messages[1..].iter();
    ChatRequest {
        system: text(&messages[0]),
        messages: exchange.map(|one| ModelMessage { speaker: speaker(one), text: text(one) }).collect(),
        format: format.cloned(),
        variant: 0,
    }
}
