//! The registry of adapters, with one line and one file each. Besides these, a new platform, target or model adds only
//! its feature and its keys.

mod model;
mod ollama;
mod openai;
mod oracle;
mod platforms;
mod postgres;
mod sqlite;

use std::sync::Arc;

use pstral_core::ports::{LanguageModel, QueryTarget};
use pstral_core::text::Text;

pub use model::ModelServers;
pub(crate) use model::{model_place, model_servers, model_url_fault, outside};
pub use platforms::Platforms;
pub(crate) use platforms::{key_of, platform_checks, platforms, surroundings};

use crate::config::{Model, ModelKind, ModelServer, TargetConfig, TargetKind};

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

/// The error for an adapter that was left out of the build.
fn left_out(feature: &str) -> anyhow::Error {
    anyhow::anyhow!("this program was built without {feature}: build it with --features {feature}")
}
