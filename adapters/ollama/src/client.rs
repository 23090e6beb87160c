//! The port of language models, over Ollama's native API.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use pstral_core::ports::{ChatRequest, LanguageModel, ModelError, ModelInfo, ModelStream, PullStream};
use pstral_core::text::Text;
use pstral_modelhttp::{Deadline, Found, Http, InvalidUrl, Patience, Response, checked_vectors, stream};

use crate::answer::ChatReader;
use crate::config::OllamaConfig;
use crate::pull::PullReader;
use crate::wire::{ChatBody, EmbedBody, Embeddings, Named, Shown, Tags};

/// The time-out between two messages while the server fetches a model, including the verification of its digest.
const FETCHING: Duration = Duration::from_mins(15);

/// A model on an Ollama server.
#[derive(Debug)]
pub struct Ollama {
    config: OllamaConfig,
    http: Http,
    /// The context length that the model was trained for, in tokens; [`usize::MAX`] until known.
    trained: AtomicUsize,
}

impl Ollama {
    /// Creates a client for the configured model and server. Nothing is sent before the first question.
    pub fn new(config: OllamaConfig) -> Result<Self, InvalidUrl> {
        let http = Http::new(&config.server())?;
        Ok(Self { config, http, trained: AtomicUsize::new(usize::MAX) })
    }

    async fn ask(&self, body: &ChatBody<'_>, deadline: Deadline) -> Result<Response, ModelError> {
        let request = self.http.post("/api/chat", body);
        self.http.send(request, &self.config.model, deadline).await
    }

    /// Fetches the server's description of the model, and stores its context length.
    async fn show(&self) -> Result<Shown, ModelError> {
        let request = self.http.post("/api/show", &Named { model: &self.config.model });
        let deadline = Deadline::after(self.config.silence_timeout);
        let shown: Shown = self.http.json(request, &self.config.model, deadline).await?;
        if let Some(trained) = shown.context_length() {
            self.trained.store(trained, Ordering::Relaxed);
        }
        Ok(shown)
    }
}

#[async_trait]
impl LanguageModel for Ollama {
    fn name(&self) -> &str {
        &self.config.model
    }

    fn context_tokens(&self) -> usize {
        self.config.num_ctx.min(self.trained.load(Ordering::Relaxed))
    }

    async fn chat(&self, request: ChatRequest) -> Result<ModelStream, ModelError> {
        let deadline = Deadline::after(self.config.first_token_timeout);
        let mut body = ChatBody::new(&self.config, self.context_tokens(), &request);
        let response = match self.ask(&body, deadline).await {
            // `"qwen2.5-coder:3b" does not support thinking`: nothing was said yet, so ask without.
            Err(ModelError::Unsupported(said)) if body.think.is_some() && said.contains("thinking") => {
                tracing::warn!(
                    model = self.config.model,
                    "the model does not support thinking; asking again without it"
                );
                body.think = None;
                self.ask(&body, deadline).await?
            }
            other => other?,
        };
        let patience = Patience { first: deadline, silence: self.config.silence_timeout };
        Ok(stream(response, ChatReader { model: self.config.model.clone() }, patience))
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, ModelError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let body = EmbedBody::new(&self.config, texts);
        let request = self.http.post("/api/embed", &body);
        let deadline = Deadline::after(self.config.first_token_timeout);
        let Embeddings { embeddings } = self.http.json(request, &self.config.model, deadline).await?;
        checked_vectors(embeddings, texts.len())
    }

    async fn models(&self) -> Result<Vec<ModelInfo>, ModelError> {
        let request = self.http.get("/api/tags");
        let deadline = Deadline::after(self.config.silence_timeout);
        let tags: Tags = self.http.json(request, &self.config.model, deadline).await?;
        Ok(tags.models.into_iter().map(|tag| ModelInfo { name: tag.name, bytes: tag.size }).collect())
    }

    async fn health(&self) -> Result<Text, ModelError> {
        let asked = Instant::now();
        let models = self.models().await?;
        let took = asked.elapsed();
        let name = &self.config.model;
        let installed = models.iter().find(|one| is_same_model(&one.name, name));
        let installed = installed.ok_or_else(|| ModelError::ModelMissing { model: name.clone() })?;
        let shown = self.show().await?;
        let can = &shown.capabilities;
        if !can.is_empty() && !can.iter().any(|one| one == "completion") {
            return Err(ModelError::Unsupported(format!("{name} cannot chat, only: {}", can.join(", "))));
        }
        let (context, own) = (self.context_tokens(), shown.context_length());
        Ok(Found { server: "Ollama", took, model: name, bytes: installed.bytes, context, own }.fact())
    }

    async fn pull(&self, name: &str) -> Result<PullStream, ModelError> {
        let request = self.http.post("/api/pull", &Named { model: name });
        let deadline = Deadline::after(FETCHING);
        let response = self.http.send(request, name, deadline).await?;
        let patience = Patience { first: deadline, silence: FETCHING };
        Ok(stream(response, PullReader { model: name.to_owned() }, patience))
    }
}

/// Checks whether an installed model is the one asked for: `smollm2` means `smollm2:latest`.
fn is_same_model(installed: &str, asked: &str) -> bool {
    installed == asked || installed.strip_suffix(":latest") == Some(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_without_a_tag_means_the_latest() {
        for (installed, asked, same) in [
            ("smollm2:135m", "smollm2:135m", true),
            ("smollm2:latest", "smollm2", true),
            ("smollm2:135m", "smollm2", false),
            ("smollm2", "smollm2:latest", false),
        ] {
            assert_eq!(is_same_model(installed, asked), same, "{installed} for {asked}");
        }
    }
}
