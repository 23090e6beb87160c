//! Which adapters there are: one line each. A new platform, target or model adds its line here and nothing else.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use pstral_core::domain::Locale;
use pstral_core::ports::{ChatPlatform, LanguageModel, QueryTarget};

use crate::config::{Config, Model, ModelKind, TargetConfig, TargetKind};

/// The model of the configuration.
pub fn model(config: &Model) -> anyhow::Result<Arc<dyn LanguageModel>> {
    match config.kind {
        #[cfg(feature = "ollama")]
        ModelKind::Ollama => Ok(Arc::new(pstral_ollama::Ollama::new(ollama(config)).context("model.url")?)),
        #[allow(unreachable_patterns, reason = "reached where a feature is left out")]
        kind => bail!("model.kind = {kind:?}: this program was built without it"),
    }
}

/// A target of the configuration.
pub fn target(config: &TargetConfig) -> anyhow::Result<Arc<dyn QueryTarget>> {
    match config.kind {
        #[cfg(feature = "sqlite")]
        TargetKind::Sqlite => Ok(Arc::new(pstral_sqlite::SqliteTarget::new(sqlite(config)))),
        #[allow(unreachable_patterns, reason = "reached where a feature is left out")]
        kind => bail!("kind = {kind:?}: this program was built without it"),
    }
}

/// The platforms that the configuration turns on.
pub fn platforms(config: &Config, locale: Locale) -> Vec<Arc<dyn ChatPlatform>> {
    let mut platforms: Vec<Arc<dyn ChatPlatform>> = Vec::new();
    #[cfg(feature = "terminal")]
    if config.platforms.terminal.enabled {
        platforms.push(Arc::new(pstral_terminal::Terminal::new(terminal(locale))));
    }
    platforms
}

#[cfg(feature = "ollama")]
fn ollama(config: &Model) -> pstral_ollama::OllamaConfig {
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

#[cfg(feature = "sqlite")]
fn sqlite(config: &TargetConfig) -> pstral_sqlite::SqliteConfig {
    let mut sqlite = pstral_sqlite::SqliteConfig::new(&config.path);
    if let Some(most) = config.max_concurrent {
        sqlite.max_concurrent = most;
    }
    sqlite
}

#[cfg(feature = "terminal")]
fn terminal(locale: Locale) -> pstral_terminal::TerminalConfig {
    use pstral_core::text::text;
    pstral_terminal::TerminalConfig {
        actor_id: "console".to_owned(),
        actor_name: "console".to_owned(),
        prompt: "> ".to_owned(),
        idle_hint: text("terminal-idle").render(locale),
        tty: None,
        dim: None,
    }
}
