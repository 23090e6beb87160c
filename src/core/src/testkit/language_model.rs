//! A model that says what a script says, and what every language model must do.

mod contract;
mod script;

pub use contract::{ModelBench, contract};
pub use script::{Script, ScriptEnd, ScriptStep};

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use futures::stream::{self, StreamExt as _};
use tokio::sync::Notify;

use crate::models::{Endpoint, ModelPool, QueueLimits};
use crate::ports::{ChatRequest, Clock, Delta, LanguageModel, ModelError, ModelInfo, ModelStream};
use crate::text::{Text, text};

/// One endpoint that writes so many answers at a time; more may wait for it than any test asks.
pub fn pool_of(model: Arc<dyn LanguageModel>, slots: u32, clock: Arc<dyn Clock>) -> ModelPool {
    let endpoint = Endpoint { name: model.name().to_owned(), model, slots };
    ModelPool::new(vec![endpoint], QueueLimits { waiting: 1_000, each: 1_000 }, clock)
}

/// A model that answers each question with the next script. Dropping it fails the test when scripts are left over or
/// a question found none.
#[derive(Debug)]
pub struct ScriptedModel {
    name: String,
    context_tokens: usize,
    state: Mutex<State>,
    abandoned: Arc<Notify>,
}

#[derive(Debug, Default)]
struct State {
    scripts: VecDeque<Script>,
    vectors: VecDeque<Vec<Vec<f32>>>,
    requests: Vec<ChatRequest>,
    unscripted: Vec<String>,
    fault: Option<ModelError>,
}

impl ScriptedModel {
    /// A model of that name with a context window of 4096 tokens and nothing to say yet.
    pub fn new(name: &str) -> Self {
        let (state, abandoned) = (Mutex::default(), Arc::default());
        Self { name: name.to_owned(), context_tokens: 4096, state, abandoned }
    }

    /// Sets another context window, in tokens.
    #[must_use]
    pub fn with_context_tokens(mut self, tokens: usize) -> Self {
        self.context_tokens = tokens;
        self
    }

    /// Queues the answer to one more question.
    pub fn script(&self, script: Script) {
        self.state().scripts.push_back(script);
    }

    /// Queues the vectors of one more call of `embed`.
    pub fn script_embeddings(&self, vectors: Vec<Vec<f32>>) {
        self.state().vectors.push_back(vectors);
    }

    /// Acts from now on as a server on which the model is not installed.
    pub fn forget(&self) {
        self.fails(Some(ModelError::ModelMissing { model: self.name.clone() }));
    }

    /// Acts from now on as a server of which everything asked fails so; without a fault, as one that is well.
    pub fn fails(&self, fault: Option<ModelError>) {
        self.state().fault = fault;
    }

    /// Returns the requests so far, oldest first.
    pub fn requests(&self) -> Vec<ChatRequest> {
        self.state().requests.clone()
    }

    /// Resolves once for each answer that was dropped before its end.
    pub async fn abandoned(&self) {
        self.abandoned.notified().await;
    }

    /// Fails the test unless every script was used and every question found one.
    ///
    /// # Panics
    /// Panics if scripts are left over or were missing.
    pub fn assert_consumed(&self) {
        let state = self.state();
        let (scripts, vectors, unscripted) = (state.scripts.len(), state.vectors.len(), state.unscripted.clone());
        drop(state);
        assert!(unscripted.is_empty(), "the model was asked more than the test scripted: {unscripted:#?}");
        assert_eq!((scripts, vectors), (0, 0), "scripted answers and vectors that nobody asked for");
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A test that fails while holding it must still be able to say why.
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn check(&self) -> Result<(), ModelError> {
        self.state().fault.clone().map_or(Ok(()), Err)
    }

    fn unscripted(&self, what: &str) -> ModelError {
        self.state().unscripted.push(what.to_owned());
        ModelError::Failed(format!("the test scripted no answer to {what}"))
    }
}

impl Drop for ScriptedModel {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.assert_consumed();
        }
    }
}

#[async_trait]
impl LanguageModel for ScriptedModel {
    fn name(&self) -> &str {
        &self.name
    }

    fn context_tokens(&self) -> usize {
        self.context_tokens
    }

    async fn chat(&self, request: ChatRequest) -> Result<ModelStream, ModelError> {
        self.check()?;
        let question = request.messages.last().map(|message| message.text.clone()).unwrap_or_default();
        let script = {
            let mut state = self.state();
            state.requests.push(request);
            state.scripts.pop_front()
        };
        let script = script.ok_or_else(|| self.unscripted(&format!("the question {question:?}")))?;
        if let Some(refusal) = script.refusal {
            return Err(refusal);
        }
        let answer = Answer { steps: script.steps.into(), end: script.end, abandoned: self.abandoned.clone() };
        Ok(stream::unfold(Some(answer), step).boxed())
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, ModelError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        self.check()?;
        let vectors = self.state().vectors.pop_front();
        vectors.ok_or_else(|| self.unscripted(&format!("the call of embed for {texts:?}")))
    }

    async fn models(&self) -> Result<Vec<ModelInfo>, ModelError> {
        let installed = self.check().is_ok();
        Ok(installed.then(|| ModelInfo { name: self.name.clone(), bytes: None }).into_iter().collect())
    }

    async fn health(&self) -> Result<Text, ModelError> {
        let fact = text("health-model").with("server", "script").with("millis", "0");
        let context = u64::try_from(self.context_tokens()).unwrap_or(u64::MAX);
        let fact =
            fact.with("model", &self.name).with("sized", "no").count("context", context).with("reach", "unknown");
        self.check().map(|()| fact)
    }
}

/// An answer being told. Dropped before its end, it tells the model.
struct Answer {
    steps: VecDeque<ScriptStep>,
    end: ScriptEnd,
    abandoned: Arc<Notify>,
}

impl Drop for Answer {
    fn drop(&mut self) {
        if !matches!(self.end, ScriptEnd::Told) {
            self.abandoned.notify_one();
        }
    }
}

async fn step(answer: Option<Answer>) -> Option<(Result<Delta, ModelError>, Option<Answer>)> {
    let mut answer = answer?;
    while let Some(step) = answer.steps.pop_front() {
        match step {
            ScriptStep::Say(delta) => return Some((Ok(delta), Some(answer))),
            ScriptStep::Wait(time) => tokio::time::sleep(time).await,
        }
    }
    if matches!(answer.end, ScriptEnd::Hangs) {
        std::future::pending::<()>().await;
    }
    match std::mem::replace(&mut answer.end, ScriptEnd::Told) {
        ScriptEnd::Done(stats) => Some((Ok(Delta::Done(stats)), None)),
        ScriptEnd::Fails(error) => Some((Err(error), None)),
        ScriptEnd::Hangs | ScriptEnd::Told => None,
    }
}
