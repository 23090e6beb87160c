//! The port of language models, over OpenAI's API.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use async_trait::async_trait;
use futures::stream::{self, StreamExt as _};
use pstral_core::ports::{ChatRequest, LanguageModel, ModelError, ModelInfo, ModelStream};
use pstral_core::text::Text;
use pstral_modelhttp::{Deadline, Found, Http, InvalidUrl, Patience, Response, checked_vectors};

use crate::answer::ChatReader;
use crate::config::OpenAiConfig;
use crate::wire::{ChatBody, EmbedBody, Embeddings, Model, Models, Props};

/// A model on a server that speaks OpenAI's API.
#[derive(Debug)]
pub struct OpenAi {
    config: OpenAiConfig,
    http: Http,
    /// The context length that the server allows, in tokens; [`usize::MAX`] until known.
    served: AtomicUsize,
}

impl OpenAi {
    /// Creates a client for the configured model and server. Nothing is sent before the first question.
    pub fn new(config: OpenAiConfig) -> Result<Self, InvalidUrl> {
        let http = Http::new(&config.server())?;
        Ok(Self { config, http, served: AtomicUsize::new(usize::MAX) })
    }

    async fn listed(&self) -> Result<Vec<Model>, ModelError> {
        let request = self.http.get("/v1/models");
        let deadline = Deadline::after(self.config.silence_timeout);
        let models: Models = self.http.json(request, &self.config.model, deadline).await?;
        Ok(models.data)
    }

    /// Returns the context length in tokens, if the server states it. llama.cpp lists the length that the model was
    /// trained for, and reports the one it was started with elsewhere, which it may refuse.
    async fn context_length(&self, model: &Model) -> Option<usize> {
        let listed = model.context_length();
        if model.owned_by.as_deref() != Some("llamacpp") {
            return listed;
        }
        let request = self.http.get("/props");
        let deadline = Deadline::after(self.config.silence_timeout);
        let props: Result<Props, _> = self.http.json(request, &self.config.model, deadline).await;
        props.ok().and_then(|props| props.context_length()).or(listed)
    }
}

#[async_trait]
impl LanguageModel for OpenAi {
    fn name(&self) -> &str {
        &self.config.model
    }

    fn context_tokens(&self) -> usize {
        self.config.context_tokens.min(self.served.load(Ordering::Relaxed))
    }

    async fn chat(&self, request: ChatRequest) -> Result<ModelStream, ModelError> {
        let deadline = Deadline::after(self.config.first_token_timeout);
        let body = ChatBody::new(&self.config, &request);
        let request = self.http.post("/v1/chat/completions", &body);
        let response = self.http.send(request, &self.config.model, deadline).await?;
        let reader = ChatReader::new(&self.config.model);
        if is_json(&response) {
            // A server that does not stream, or whose failure came with status 200.
            let body = self.http.whole(response, deadline).await?;
            return Ok(stream::iter(reader.whole(&body)).boxed());
        }
        let patience = Patience { first: deadline, silence: self.config.silence_timeout };
        Ok(pstral_modelhttp::stream(response, reader, patience))
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, ModelError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let body = EmbedBody { model: &self.config.model, input: texts, encoding_format: "float" };
        let request = self.http.post("/v1/embeddings", &body);
        let deadline = Deadline::after(self.config.first_token_timeout);
        let Embeddings { mut data } = self.http.json(request, &self.config.model, deadline).await?;
        data.sort_by_key(|one| one.index);
        checked_vectors(data.into_iter().map(|one| one.embedding).collect(), texts.len())
    }

    async fn models(&self) -> Result<Vec<ModelInfo>, ModelError> {
        let listed = self.listed().await?;
        Ok(listed.into_iter().map(|model| ModelInfo { bytes: model.bytes(), name: model.id }).collect())
    }

    async fn health(&self) -> Result<Text, ModelError> {
        let asked = Instant::now();
        let listed = self.listed().await?;
        let took = asked.elapsed();
        let name = &self.config.model;
        let model = listed.iter().find(|one| one.id == *name);
        let model = model.ok_or_else(|| ModelError::ModelMissing { model: name.clone() })?;
        let own = self.context_length(model).await;
        if let Some(own) = own {
            self.served.store(own, Ordering::Relaxed);
        }
        let server = match model.owned_by.as_deref() {
            Some("vllm") => "vLLM",
            Some("llamacpp") => "llama.cpp",
            _ => self.http.name(),
        };
        let context = self.context_tokens();
        Ok(Found { server, took, model: name, bytes: model.bytes(), context, own }.fact())
    }
}

fn is_json(response: &Response) -> bool {
    let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.starts_with("application/json")
}
