//! The registry of adapters, with one line and one file each. Besides these, a new platform, target or model adds only
//! its feature and its keys.

mod discord;
mod matrix;
mod model;
mod ollama;
mod openai;
mod oracle;
mod postgres;
mod sqlite;
mod terminal;

use std::sync::Arc;

use pstral_core::domain::Locale;
use pstral_core::ports::{ChatPlatform, LanguageModel, QueryTarget};
use pstral_core::text::Text;

pub(crate) use discord::discord_checks;
#[cfg(feature = "matrix")]
pub(crate) use matrix::matrix_config;
pub(crate) use matrix::{avatar_fault, matrix_checks};
pub use model::ModelServers;
pub(crate) use model::{model_place, model_servers, model_url_fault, outside};

use crate::config::{Config, Model, ModelKind, ModelServer, TargetConfig, TargetKind};

/// The model of the configuration on one of its servers.
pub(crate) fn model(config: &Model, server: &ModelServer<'_>) -> anyhow::Result<Arc<dyn LanguageModel>> {
    match config.kind {
        ModelKind::Ollama => ollama::model(config, server),
        ModelKind::OpenAi => openai::model(config, server),
    }
}

/// A target of the configuration.
pub fn target(config: &TargetConfig) -> anyhow::Result<Arc<dyn QueryTarget>> {
    match config.kind {
        TargetKind::Oracle => Ok(oracle::target(config)),
        TargetKind::Postgres => postgres::target(config),
        TargetKind::Sqlite => sqlite::target(config),
    }
}

/// Returns the error in the address of a target, if there is one.
pub(crate) fn target_url_fault(config: &TargetConfig) -> Option<Text> {
    match config.kind {
        TargetKind::Postgres => postgres::url_fault(config),
        TargetKind::Oracle | TargetKind::Sqlite => None,
    }
}

/// The platforms that the configuration turns on.
pub fn platforms(config: &Config, locale: Locale) -> anyhow::Result<Vec<Arc<dyn ChatPlatform>>> {
    let all = [
        config.platforms.terminal.enabled.then(|| terminal::platform(locale)),
        config.platforms.discord.enabled.then(|| discord::platform(config)),
        config.platforms.matrix.enabled.then(|| matrix::platform(config)),
    ];
    all.into_iter().flatten().collect()
}

/// The error for an adapter that was left out of the build.
#[cfg(not(all(
    feature = "discord",
    feature = "matrix",
    feature = "ollama",
    feature = "openai",
    feature = "postgres",
    feature = "sqlite",
    feature = "terminal"
)))]
fn left_out(feature: &str) -> anyhow::Error {
    anyhow::anyhow!("this program was built without {feature}: build it with --features {feature}")
}
