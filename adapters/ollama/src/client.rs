//! The port of language models, over Ollama's native API.

use std::time::Instant;

use async_trait::async_trait;
use pstral_core::ports::{ChatRequest, LanguageModel, ModelError, ModelInfo, ModelStream};
use pstral_core::text::{Text, text};
use reqwest::{Method, Response};

use crate::answer;
use crate::config::{InvalidUrl, OllamaConfig};
use crate::http::{Deadline, Http};
use crate::wire::{ChatBody, EmbedBody, Embeddings, Tags};

/// A model on an Ollama server.
#[derive(Debug)]
pub struct Ollama {
    config: OllamaConfig,
    http: Http,
}

impl Ollama {
    /// That model on that server. Nothing is sent before the first question.
    pub fn new(config: OllamaConfig) -> Result<Self, InvalidUrl> {
        let http = Http::new(&config)?;
        Ok(Self { config, http })
    }

    async fn ask(&self, body: &ChatBody<'_>, deadline: Deadline) -> Result<Response, ModelError> {
        let request = self.http.request(Method::POST, "/api/chat", &self.config).json(body);
        self.http.send(request, &self.config.model, deadline).await
    }
}

#[async_trait]
impl LanguageModel for Ollama {
    fn name(&self) -> &str {
        &self.config.model
    }

    fn context_tokens(&self) -> usize {
        self.config.num_ctx
    }

    async fn chat(&self, request: ChatRequest) -> Result<ModelStream, ModelError> {
        let deadline = Deadline::after(self.config.first_token_timeout);
        let mut body = ChatBody::new(&self.config, &request);
        let response = match self.ask(&body, deadline).await {
            // `"qwen2.5-coder:3b" does not support thinking`: nothing was said yet, so ask without.
            Err(ModelError::Unsupported(said)) if body.think.is_some() && said.contains("thinking") => {
                tracing::warn!(model = self.config.model, "the model cannot think aloud: asked again without");
                body.think = None;
                self.ask(&body, deadline).await?
            }
            other => other?,
        };
        Ok(answer::stream(response, self.config.model.clone(), deadline, self.config.silence_timeout))
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, ModelError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let body = EmbedBody::new(&self.config, texts);
        let request = self.http.request(Method::POST, "/api/embed", &self.config).json(&body);
        let deadline = Deadline::after(self.config.first_token_timeout);
        let Embeddings { embeddings } = self.http.json(request, &self.config.model, deadline).await?;
        let dimensions = embeddings.first().map_or(0, Vec::len);
        if embeddings.len() != texts.len() || dimensions == 0 || embeddings.iter().any(|one| one.len() != dimensions) {
            let lengths: Vec<usize> = embeddings.iter().map(Vec::len).collect();
            return Err(ModelError::Protocol(format!("{} texts became vectors of lengths {lengths:?}", texts.len())));
        }
        Ok(embeddings)
    }

    async fn models(&self) -> Result<Vec<ModelInfo>, ModelError> {
        let request = self.http.request(Method::GET, "/api/tags", &self.config);
        let deadline = Deadline::after(self.config.silence_timeout);
        let tags: Tags = self.http.json(request, &self.config.model, deadline).await?;
        Ok(tags.models.into_iter().map(|tag| ModelInfo { name: tag.name, bytes: tag.size }).collect())
    }

    async fn health(&self) -> Result<Text, ModelError> {
        let asked = Instant::now();
        let models = self.models().await?;
        let took = asked.elapsed().as_millis();
        let name = &self.config.model;
        let installed = models.iter().find(|one| is_same_model(&one.name, name));
        let installed = installed.ok_or_else(|| ModelError::ModelMissing { model: name.clone() })?;
        let size = installed.bytes.map(|bytes| format!(" ({})", readable(bytes))).unwrap_or_default();
        let fact = text("health-model").with("server", "Ollama").with("millis", took.to_string());
        Ok(fact.with("model", name).with("size", size))
    }
}

/// Whether an installed model is the one asked for: `smollm2` means `smollm2:latest`.
fn is_same_model(installed: &str, asked: &str) -> bool {
    installed == asked || installed.strip_suffix(":latest") == Some(asked)
}

/// A size as `ollama list` shows it: `1.9 GB`, `98 MB`.
fn readable(bytes: u64) -> String {
    const MB: u64 = 1_000_000;
    let tenths_of_gb = (bytes + 50 * MB) / (100 * MB);
    if tenths_of_gb < 10 {
        return format!("{} MB", (bytes + MB / 2) / MB);
    }
    format!("{}.{} GB", tenths_of_gb / 10, tenths_of_gb % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_ollama_shows_them() {
        for (bytes, expected) in [
            (0, "0 MB"),
            (98_362_745, "98 MB"),
            (949_999_999, "950 MB"),
            (950_000_000, "1.0 GB"),
            (1_929_912_432, "1.9 GB"),
            (47_415_000_000, "47.4 GB"),
        ] {
            assert_eq!(readable(bytes), expected);
        }
    }

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
