//! A model whose tokens are counted.

use std::sync::Arc;

use async_trait::async_trait;
use futures::StreamExt as _;
use metrics::{Counter, Histogram, counter, histogram};
use pstral_core::egress::ThinkingFilter;
use pstral_core::ports::{
    ChatRequest, Delta, LanguageModel, ModelError, ModelInfo, ModelStats, ModelStream, PullStream,
};
use pstral_core::text::Text;
use tokio::time::Instant;

use super::answer_times::speaks;

/// A model whose tokens are counted. Endpoints with the same model are counted together.
pub struct MeteredModel {
    model: Arc<dyn LanguageModel>,
    tokens: Tokens,
}

#[derive(Clone)]
struct Tokens {
    prompts: Counter,
    answers: Counter,
    writing: Histogram,
}

/// An answer as far as it was heard.
#[derive(Default)]
struct Heard {
    began: Option<Instant>,
    filter: ThinkingFilter,
    speaks: bool,
}

impl MeteredModel {
    /// Counts what goes through a model.
    pub fn over(model: Arc<dyn LanguageModel>) -> Arc<dyn LanguageModel> {
        let name = model.name().to_owned();
        let tokens = Tokens {
            prompts: counter!("pstral_model_prompt_tokens_total", "model" => name.clone()),
            answers: counter!("pstral_model_answer_tokens_total", "model" => name.clone()),
            writing: histogram!("pstral_model_writing_seconds", "model" => name),
        };
        Arc::new(Self { model, tokens })
    }
}

impl Tokens {
    /// Counts a whole answer. What was not cut short has a time for all of its tokens.
    fn count(&self, stats: &ModelStats, began: Option<Instant>) {
        self.prompts.increment(stats.prompt_tokens.unwrap_or(0));
        if let (Some(tokens), Some(began)) = (stats.answer_tokens, began) {
            self.answers.increment(tokens);
            self.writing.record(began.elapsed());
        }
    }
}

impl Heard {
    fn take(&mut self, delta: &Delta, tokens: &Tokens) {
        let visible = match delta {
            Delta::Text(text) if !self.speaks => self.filter.push(text),
            // It may have held some back.
            Delta::Done(_) if !self.speaks => self.filter.finish(),
            _ => String::new(),
        };
        if !visible.trim().is_empty() {
            self.speaks = true;
            speaks();
        }
        match delta {
            Delta::Done(stats) => tokens.count(stats, self.began),
            Delta::Text(_) | Delta::Thinking(_) => drop(self.began.get_or_insert_with(Instant::now)),
        }
    }
}

/// Every method is passed on, also those that have a default.
#[async_trait]
impl LanguageModel for MeteredModel {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn context_tokens(&self) -> usize {
        self.model.context_tokens()
    }

    async fn chat(&self, request: ChatRequest) -> Result<ModelStream, ModelError> {
        let (tokens, mut heard) = (self.tokens.clone(), Heard::default());
        let counted = move |delta: &Result<Delta, ModelError>| {
            if let Ok(delta) = delta {
                heard.take(delta, &tokens);
            }
        };
        Ok(self.model.chat(request).await?.inspect(counted).boxed())
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, ModelError> {
        self.model.embed(texts).await
    }

    async fn models(&self) -> Result<Vec<ModelInfo>, ModelError> {
        self.model.models().await
    }

    async fn health(&self) -> Result<Text, ModelError> {
        self.model.health().await
    }

    async fn pull(&self, name: &str) -> Result<PullStream, ModelError> {
        self.model.pull(name).await
    }
}
