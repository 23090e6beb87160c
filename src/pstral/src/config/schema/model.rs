//! The keys of the model and its servers.

use pstral_core::ports::secret;
use secrecy::SecretString;
use serde::Deserialize;

use super::ModelKind;

/// `[model]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct Model {
    pub kind: ModelKind,
    pub url: String,
    pub name: String,
    pub context_tokens: usize,
    pub max_answer_tokens: u32,
    pub temperature: f64,
    pub keep_alive: u64,
    pub think: Option<bool>,
    pub threads: Option<u32>,
    #[serde(default, deserialize_with = "secret")]
    pub api_key: Option<SecretString>,
    pub connect_timeout: u64,
    pub first_token_timeout: u64,
    pub silence_timeout: u64,
    pub queue: usize,
    pub queue_each: usize,
    pub slots: u32,
    pub allow_public_endpoints: bool,
    #[serde(default)]
    pub endpoints: Vec<EndpointConfig>,
}

/// `[[model.endpoints]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct EndpointConfig {
    #[serde(default)]
    pub url: String,
    #[serde(default, deserialize_with = "secret")]
    pub api_key: Option<SecretString>,
    pub slots: Option<u32>,
}
