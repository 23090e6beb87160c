//! The keys of a target.

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

use super::reading::secret;
use super::{DeliveryChoice, IdentityChoice, OverCostChoice, TargetKind};

/// `[targets.<name>]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct TargetConfig {
    pub kind: TargetKind,
    pub path: Option<PathBuf>,
    #[serde(default, deserialize_with = "secret")]
    pub url: Option<SecretString>,
    pub connect: Option<String>,
    pub user: Option<String>,
    #[serde(default, deserialize_with = "secret")]
    pub password: Option<SecretString>,
    pub client_folder: Option<PathBuf>,
    pub schema: Option<String>,
    #[serde(default)]
    pub identity: IdentityChoice,
    #[serde(default)]
    pub accounts: BTreeMap<String, String>,
    #[serde(default)]
    pub allow_privileged: bool,
    #[serde(default)]
    pub description: String,
    pub verified: Option<PathBuf>,
    #[serde(default)]
    pub deny: Vec<String>,
    pub allow: Option<Vec<String>>,
    pub max_concurrent: Option<usize>,
    #[serde(default)]
    pub limits: TargetLimits,
    pub max_cost: Option<f64>,
    #[serde(default)]
    pub over_cost: OverCostChoice,
    #[serde(default)]
    pub delivery: DeliveryChoice,
    #[serde(default)]
    pub private_tables: Vec<String>,
}

/// `[targets.<name>.limits]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct TargetLimits {
    pub rows: Option<u64>,
    pub bytes: Option<u64>,
    pub cell_bytes: Option<usize>,
    pub seconds: Option<u64>,
}
