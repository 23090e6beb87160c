//! The keys of witnesses: those of this audit, and what this program is a witness of.

use std::path::PathBuf;

use serde::Deserialize;

/// `[[audit.witness]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct RemoteWitnessConfig {
    #[serde(default)]
    pub url: String,
    #[serde(default)]
    pub key: String,
}

/// `[witness]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct WitnessConfig {
    pub name: Option<String>,
    pub key: PathBuf,
    #[serde(default)]
    pub log: Vec<WitnessedLogConfig>,
}

impl WitnessConfig {
    /// True if this installation is a witness.
    pub(crate) fn is_witness(&self) -> bool {
        self.name.is_some() && !self.log.is_empty()
    }
}

/// `[[witness.log]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct WitnessedLogConfig {
    #[serde(default)]
    pub key: String,
}
