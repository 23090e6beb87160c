//! The contract of language models, run through real connections.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use pstral_core::domain::Speaker;
use pstral_core::ports::{ChatRequest, Delta, FinishReason, LanguageModel, ModelError, ModelMessage};
use pstral_core::testkit::language_model::{ModelBench, Script, ScriptEnd, ScriptStep, contract};
use pstral_openai::testkit::{Answer, Ending, OpenAiSpeech, Request};

use crate::bench::Bench;

#[async_trait]
impl ModelBench for Bench {
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
        self.server.requests().iter().map(asked).collect()
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
        ModelError::ModelMissing { model } => Answer::failure(404, &format!("The model `{model}` does not exist.")),
        ModelError::Busy => Answer::failure(503, "server busy, please try again.  maximum pending requests exceeded"),
        ModelError::PromptTooLong => Answer::failure(400, "This model's maximum context length is 8192 tokens."),
        ModelError::Forbidden => Answer::status(403, ""),
        other => panic!("no such refusal in the contract: {other:?}"),
    }
}

fn asked(request: &Request) -> ChatRequest {
    let messages = request.body["messages"].as_array().expect("messages");
    let text = |message: &serde_json::Value| message["content"].as_str().expect("a text").to_owned();
    let speaker = |message: &serde_json::Value| match message["role"].as_str() {
        Some("user") => Speaker::Person,
        Some("assistant") => Speaker::Pstral,
        role => panic!("unexpected role {role:?}"),
    };
    assert_eq!(messages[0]["role"], "system");
    let exchange = messages[1..].iter();
    ChatRequest {
        system: text(&messages[0]),
        messages: exchange.map(|one| ModelMessage { speaker: speaker(one), text: text(one) }).collect(),
        format: request.body.pointer("/response_format/json_schema/schema").cloned(),
    }
}

#[tokio::test]
async fn vllm_keeps_the_contract() {
    contract(Bench::new).await;
}

#[tokio::test]
async fn llama_cpp_keeps_the_contract() {
    contract(async || Bench::speaking(OpenAiSpeech::LlamaCpp, |_| {}).await).await;
}
