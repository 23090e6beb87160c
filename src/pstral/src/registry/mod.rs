//! The registry of adapters. Besides its lines here, a new platform or target adds only its feature to the program.

mod model;
mod ollama;
mod openai;
mod platforms;
mod targets;

use std::sync::Arc;

use pstral_core::ports::LanguageModel;

pub use model::ModelServers;
pub use model::model_servers;
pub(crate) use model::{model_place, model_url_fault, outside};
pub use platforms::Platforms;
#[cfg(feature = "matrix")]
pub(crate) use platforms::surroundings;
pub(crate) use platforms::{key_of, platform_checks, platforms};
pub use targets::{TargetKind, target};

use crate::config::{Model, ModelKind, ModelServer};

/// The model of the configuration on one of its servers.
pub(crate) fn model(config: &Model, server: &ModelServer<'_>) -> anyhow::Result<Arc<dyn LanguageModel>> {
    match config.kind {
        ModelKind::Ollama => ollama::model(config, server),
        ModelKind::OpenAi => openai::model(config, server),
    }
}

/// The error for an adapter that was left out of the build.
fn left_out(feature: &str) -> anyhow::Error {
    anyhow::anyhow!("this program was built without {feature}: build it with --features {feature}")
}
