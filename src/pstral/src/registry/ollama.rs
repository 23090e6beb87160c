//! Ollama, from its section of the configuration.

use std::sync::Arc;

use pstral_core::ports::LanguageModel;
use pstral_core::text::Text;
#[cfg(feature = "ollama")]
use pstral_core::text::text;

use crate::config::Model;

#[cfg(feature = "ollama")]
pub(super) fn model(config: &Model) -> anyhow::Result<Arc<dyn LanguageModel>> {
    Ok(Arc::new(pstral_ollama::Ollama::new(of_section(config))?))
}

/// What is wrong with the address of the server: the adapter knows which it takes.
#[cfg(feature = "ollama")]
pub(super) fn url_fault(config: &Model) -> Option<Text> {
    use pstral_ollama::InvalidUrl;

    Some(match pstral_ollama::Ollama::new(of_section(config)).err()? {
        InvalidUrl::Malformed { fault, .. } => text("config-model-url-malformed").with("error", fault),
        InvalidUrl::NotHttp { .. } => text("config-model-url"),
        InvalidUrl::Credentials => text("config-model-url-credentials"),
    })
}

#[cfg(feature = "ollama")]
fn of_section(config: &Model) -> pstral_ollama::OllamaConfig {
    use std::time::Duration;

    pstral_ollama::OllamaConfig {
        url: config.url.clone(),
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
        api_key: config.api_key.clone(),
    }
}

#[cfg(not(feature = "ollama"))]
pub(super) fn model(_: &Model) -> anyhow::Result<Arc<dyn LanguageModel>> {
    Err(super::left_out("ollama"))
}

#[cfg(not(feature = "ollama"))]
pub(super) fn url_fault(_: &Model) -> Option<Text> {
    None
}
