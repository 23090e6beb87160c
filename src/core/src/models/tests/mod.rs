//! The pool as a whole under a paused clock.

mod endpoints;
mod queue;
mod rests;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::stream::{self, StreamExt as _};

use super::{Asking, Endpoint, Full, ModelPool, QueueLimits, Stage};
use crate::domain::{Speaker, UserId};
use crate::ports::{ChatRequest, Delta, LanguageModel, ModelError, ModelInfo, ModelMessage, ModelStats, ModelStream};
use crate::testkit::clock::FakeClock;
use crate::testkit::language_model::{Script, ScriptEnd, ScriptedModel};
use crate::text::Text;

const ALICE: UserId = UserId(1);
const BOB: UserId = UserId(2);
const CLAIRE: UserId = UserId(3);

/// Endpoints that each have a script, and the pool over them.
struct World {
    models: Vec<Arc<ScriptedModel>>,
    pool: ModelPool,
}

impl World {
    fn new(slots: &[u32]) -> Self {
        Self::with(slots, QueueLimits { waiting: 1000, each: 1000 })
    }

    fn with(slots: &[u32], limits: QueueLimits) -> Self {
        let models: Vec<Arc<ScriptedModel>> = slots.iter().map(|_| Arc::new(ScriptedModel::new("scripted"))).collect();
        let endpoints = models.iter().zip(slots).enumerate().map(|(at, (model, slots))| Endpoint {
            name: format!("server-{at}"),
            model: Arc::clone(model) as _,
            slots: *slots,
        });
        let clock = Arc::new(FakeClock::at("2026-11-21T10:00:00Z"));
        Self { pool: ModelPool::new(endpoints.collect(), limits, clock), models }
    }

    fn ask(&self, person: UserId) -> Asking {
        self.pool.ask(person, request("?")).unwrap()
    }

    fn running(&self) -> Vec<u32> {
        running(&self.pool)
    }

    fn rests(&self) -> Vec<bool> {
        self.pool.loads().into_iter().map(|load| load.rests).collect()
    }

    /// Each endpoint in turn refuses a question with these.
    fn refuses(&self, endpoint: usize, errors: &[ModelError]) {
        for error in errors {
            self.models[endpoint].script(Script::refuses(error.clone()));
        }
    }

    fn says(&self, endpoint: usize, words: &str) {
        self.models[endpoint].script(Script::says(words));
    }
}

fn request(question: &str) -> ChatRequest {
    let message = ModelMessage { speaker: Speaker::Person, text: question.to_owned() };
    ChatRequest { messages: vec![message], ..ChatRequest::default() }
}

fn away() -> ModelError {
    ModelError::Unavailable("connection refused".to_owned())
}

/// The next stage in a word, now: `-` where nothing has changed.
fn now(asking: &mut Asking) -> String {
    match asking.next().now_or_never() {
        Some(Some(stage)) => word(&stage),
        Some(None) => "over".to_owned(),
        None => "-".to_owned(),
    }
}

fn word(stage: &Stage) -> String {
    match stage {
        Stage::Waiting(position) => position.to_string(),
        Stage::Asked => "asked".to_owned(),
        Stage::Begun(_) => "begun".to_owned(),
        Stage::Failed(error) => error.to_string(),
    }
}

/// Reads the stages until the answer begins.
async fn begun(asking: &mut Asking) -> Result<ModelStream, ModelError> {
    while let Some(stage) = asking.next().await {
        match stage {
            Stage::Begun(stream) => return Ok(stream),
            Stage::Failed(error) => return Err(error),
            Stage::Waiting(_) | Stage::Asked => {}
        }
    }
    panic!("the stages ended without an end");
}

async fn answer(asking: &mut Asking) -> Result<String, ModelError> {
    let mut said = String::new();
    let mut stream = begun(asking).await?;
    while let Some(delta) = stream.next().await {
        if let Delta::Text(text) = delta? {
            said.push_str(&text);
        }
    }
    Ok(said)
}

/// A model that answers any number of questions, each in that time; without it, never.
struct Steady(Option<Duration>);

#[async_trait::async_trait]
impl LanguageModel for Steady {
    fn name(&self) -> &'static str {
        "steady"
    }

    fn context_tokens(&self) -> usize {
        4096
    }

    async fn chat(&self, _: ChatRequest) -> Result<ModelStream, ModelError> {
        let Some(time) = self.0 else { return futures::future::pending().await };
        let words = stream::iter([Ok(Delta::Text("one".to_owned())), Ok(Delta::Text("two".to_owned()))]);
        let done = stream::once(async move {
            tokio::time::sleep(time).await;
            Ok(Delta::Done(ModelStats::default()))
        });
        Ok(words.chain(done).boxed())
    }

    async fn embed(&self, _: &[String]) -> Result<Vec<Vec<f32>>, ModelError> {
        Err(ModelError::Unsupported("vectors".to_owned()))
    }

    async fn models(&self) -> Result<Vec<ModelInfo>, ModelError> {
        Ok(Vec::new())
    }

    async fn health(&self) -> Result<Text, ModelError> {
        Err(ModelError::Unsupported("health".to_owned()))
    }
}

fn steady(slots: &[u32], limits: QueueLimits, time: Option<Duration>) -> ModelPool {
    let endpoint = |slots: &u32| Endpoint { name: slots.to_string(), model: Arc::new(Steady(time)), slots: *slots };
    let clock = Arc::new(FakeClock::at("2026-11-21T10:00:00Z"));
    ModelPool::new(slots.iter().map(endpoint).collect(), limits, clock)
}

fn running(pool: &ModelPool) -> Vec<u32> {
    pool.loads().into_iter().map(|load| load.running).collect()
}
