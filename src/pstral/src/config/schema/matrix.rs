//! The keys of Matrix.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

use super::reading::secret;

/// `[platforms.matrix]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct MatrixConfig {
    pub enabled: bool,
    pub homeserver: Option<String>,
    pub user: Option<String>,
    #[serde(default, deserialize_with = "secret")]
    pub password: Option<SecretString>,
    #[serde(default, deserialize_with = "secret")]
    pub passphrase: Option<SecretString>,
    pub display_name: Option<String>,
    pub avatar: Option<PathBuf>,
    pub invites: Vec<String>,
    pub threads: bool,
    pub burst: u32,
    pub events_per_second: f64,
}
