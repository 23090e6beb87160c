//! The section of a target: keys that every target has, and those of its kind.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use config::{ConfigError, Map, Value, ValueKind};
use pstral_core::ports::{TargetSection, TargetSurroundings};
use pstral_core::settings::OverCost;
use serde::{Deserialize, Deserializer, de};
use serde_path_to_error::Error as PathError;

use super::choices::{below, left_out, not_one_of};
use super::reading::over_cost;
use super::{Config, DeliveryChoice, IdentityChoice};
use crate::registry::TargetKind;

/// `[targets.<name>]`
#[derive(Debug, Clone)]
pub struct TargetConfig {
    /// The value of `kind`.
    pub kind: &'static TargetKind,
    /// The keys that every target has.
    pub shared: SharedTargetKeys,
    /// The keys of its kind.
    pub section: Arc<dyn TargetSection>,
    /// Keys that are given and belong only to other kinds.
    pub foreign: Vec<String>,
}

fn yes() -> bool {
    true
}

/// The keys that a target of any kind has.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct SharedTargetKeys {
    #[serde(default)]
    pub identity: IdentityChoice,
    #[serde(default)]
    pub accounts: BTreeMap<String, String>,
    #[serde(default)]
    pub allow_privileged: bool,
    #[serde(default)]
    pub description: String,
    pub verified: Option<PathBuf>,
    #[serde(default = "yes")]
    pub value_hints: bool,
    pub platforms: Option<Vec<String>>,
    #[serde(default)]
    pub deny: Vec<String>,
    pub allow: Option<Vec<String>>,
    pub max_concurrent: Option<usize>,
    #[serde(default)]
    pub limits: TargetLimits,
    pub max_cost: Option<f64>,
    #[serde(default, deserialize_with = "over_cost")]
    pub over_cost: OverCost,
    #[serde(default)]
    pub delivery: DeliveryChoice,
    #[serde(default)]
    pub private_tables: Vec<String>,
}

impl<'de> Deserialize<'de> for TargetConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut shared = Map::<String, Value>::deserialize(deserializer)?;
        let at_kind = |error: &str| de::Error::custom(below("kind", error));
        let kind = shared.remove("kind").ok_or_else(|| de::Error::missing_field("kind"))?;
        let kind = kind.into_string().map_err(|error| at_kind(&error.to_string()))?;
        if TargetKind::is_left_out(&kind) {
            return Err(at_kind(&left_out(&kind)));
        }
        let kind = TargetKind::named(&kind).ok_or_else(|| at_kind(&not_one_of(&kind, &TargetKind::names())))?;
        let mut own = Map::new();
        let mut foreign = Vec::new();
        for key in TargetKind::all_keys() {
            match shared.remove(key) {
                Some(value) if kind.has(key) => drop(own.insert(key.to_owned(), value)),
                Some(_) => foreign.push(key.to_owned()),
                None => {}
            }
        }
        let table = |keys| Value::new(None, ValueKind::Table(keys));
        let error = |error: PathError<ConfigError>| {
            let mut cause = error.inner().to_string();
            if cause.contains("unknown field `") {
                // A misspelt key may be meant for either part.
                cause.extend(["kind"].iter().chain(kind.keys()).map(|key| format!(", `{key}`")));
            }
            de::Error::custom(below(&error.path().to_string(), &cause))
        };
        Ok(Self {
            kind,
            shared: serde_path_to_error::deserialize(table(shared)).map_err(error)?,
            section: kind.read(table(own)).map_err(|broken| error(*broken))?,
            foreign,
        })
    }
}

/// The cost limit of a server where `max_cost` is not set. For PostgreSQL and Oracle it is the work of reading some 80
/// GB in pages of 8 KB, which does not end within the default time limit.
pub(crate) const DEFAULT_COST: f64 = 10_000_000.0;

impl TargetConfig {
    /// The most that a statement may be expected to cost, and whether that is the default. `max_cost = 0` is no limit,
    /// and a database that estimates no costs has none.
    pub(crate) fn cost_limit(&self) -> (Option<f64>, bool) {
        match self.shared.max_cost {
            Some(most) => (Some(most).filter(|most| *most > 0.0), false),
            None if self.section.estimates_costs() => (Some(DEFAULT_COST), true),
            None => (None, false),
        }
    }

    /// Returns true if statements run under the account of the person who asks.
    pub(crate) fn has_own_accounts(&self) -> bool {
        self.shared.identity == IdentityChoice::Own
    }

    /// Returns what the adapter needs besides its own keys.
    pub(crate) fn surroundings(&self, config: &Config) -> TargetSurroundings {
        TargetSurroundings {
            data: config.data.clone(),
            timezone: config.timezone.clone(),
            max_concurrent: self.shared.max_concurrent,
            accounts: self.has_own_accounts().then(|| self.shared.accounts.clone()),
            allow_privileged: self.shared.allow_privileged,
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
