//! The scripted model keeps the contract of language models, and tells on tests that script too much or too little.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt as _;
use pstral_core::domain::Speaker;
use pstral_core::ports::{ChatRequest, Delta, LanguageModel, ModelError, ModelMessage};
use pstral_core::testkit::language_model::{ModelBench, Script, ScriptedModel, contract};

struct Bench(Arc<ScriptedModel>);

#[async_trait]
impl ModelBench for Bench {
    fn model(&self) -> Arc<dyn LanguageModel> {
        self.0.clone()
    }

    fn script(&self, script: Script) {
        self.0.script(script);
    }

    fn script_embeddings(&self, vectors: Vec<Vec<f32>>) {
        self.0.script_embeddings(vectors);
    }

    fn forget_model(&self) {
        self.0.forget();
    }

    fn asked(&self) -> Vec<ChatRequest> {
        self.0.requests()
    }

    async fn abandoned(&self) {
        self.0.abandoned().await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_scripted_model_keeps_the_contract() {
    contract(async || Bench(Arc::new(ScriptedModel::new("scripted")))).await;
}

fn question(text: &str) -> ChatRequest {
    let message = ModelMessage { speaker: Speaker::Person, text: text.to_owned() };
    ChatRequest { messages: vec![message], ..ChatRequest::default() }
}

#[tokio::test(start_paused = true)]
async fn pauses_take_tokios_time() {
    let model = ScriptedModel::new("scripted");
    model.script(Script::words("un deux").every(Duration::from_secs(30)));
    let began = tokio::time::Instant::now();
    let pieces: Vec<_> = model.chat(question("?")).await.unwrap().collect().await;
    assert!(matches!(pieces.as_slice(), [Ok(Delta::Text(_)), Ok(Delta::Text(_)), Ok(Delta::Done(_))]), "{pieces:?}");
    assert_eq!(began.elapsed(), Duration::from_mins(1));
}

#[test]
#[should_panic(expected = "scripted answers and vectors that nobody asked for")]
fn a_script_that_is_left_over_fails_the_test() {
    let model = ScriptedModel::new("scripted");
    model.script(Script::says("never asked"));
}

#[tokio::test]
#[should_panic(expected = "the model was asked more than the test scripted")]
async fn a_question_without_a_script_fails_the_test() {
    let model = ScriptedModel::new("scripted");
    let refused = model.chat(question("Qui ?")).await.err();
    assert_eq!(refused, Some(ModelError::Failed("the test scripted no answer to the question \"Qui ?\"".to_owned())));
}
