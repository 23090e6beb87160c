//! Ollama, from its section of the configuration.

use std::sync::Arc;

use pstral_core::ports::LanguageModel;

use crate::config::{Model, ModelServer};

#[cfg(feature = "ollama")]
pub(super) fn model(config: &Model, server: &ModelServer<'_>) -> anyhow::Result<Arc<dyn LanguageModel>> {
    use std::time::Duration;

    use pstral_ollama::{Ollama, OllamaConfig};

    Ok(Arc::new(Ollama::new(OllamaConfig {
        url: server.url.to_owned(),
        model: config.name.clone(),
        num_ctx: config.context_tokens,
        keep_alive: Duration::from_secs(config.keep_alive),
        think: config.think,
        temperature: config.temperature,
        max_answer_tokens: config.max_answer_tokens,
        num_thread: config.threads,
        connect_timeout: Duration::from_secs(config.connect_timeout),
        first_token_timeout: Duration::from_secs(config.first_token_timeout),
        silence_timeout: Duration::from_secs(config.silence_timeout),
        api_key: server.api_key.cloned(),
        allow_public: config.allow_public_endpoints,
    })?))
}

#[cfg(not(feature = "ollama"))]
pub(super) fn model(_: &Model, _: &ModelServer<'_>) -> anyhow::Result<Arc<dyn LanguageModel>> {
    Err(super::left_out("ollama"))
}
