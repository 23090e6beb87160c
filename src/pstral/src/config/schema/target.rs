//! The keys of a target.

use std::collections::BTreeMap;
use std::path::PathBuf;

use pstral_core::ports::secret;
use secrecy::SecretString;
use serde::Deserialize;

use super::{DeliveryChoice, DriverKind, IdentityChoice, OverCostChoice, TargetKind};

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
    pub driver: Option<DriverKind>,
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
    pub platforms: Option<Vec<String>>,
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
    /// That of the whole configuration.
    #[serde(skip)]
    pub timezone: String,
}

/// The cost limit of a server where `max_cost` is not set. For PostgreSQL and Oracle it is the work of reading some 80
/// GB in pages of 8 KB, which does not end within the default time limit.
pub(crate) const DEFAULT_COST: f64 = 10_000_000.0;

impl TargetConfig {
    /// The most that a statement may be expected to cost, and whether that is the default. `max_cost = 0` is no limit,
    /// and SQLite has none, since it estimates no costs.
    pub(crate) fn cost_limit(&self) -> (Option<f64>, bool) {
        match (self.max_cost, self.kind) {
            (Some(most), _) => (Some(most).filter(|most| *most > 0.0), false),
            (None, TargetKind::Sqlite) => (None, false),
            (None, TargetKind::Oracle | TargetKind::Postgres) => (Some(DEFAULT_COST), true),
        }
    }
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
