//! The keys of who may do what, where and how often.

use std::collections::BTreeMap;

use pstral_core::domain::{Locale, Mode};
use serde::Deserialize;

use super::DeliveryChoice;
use super::reading::{optional_language, optional_mode};

/// `[[places]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct PlaceConfig {
    pub platform: String,
    pub id: String,
    pub roles: Option<Vec<String>>,
    pub target: Option<String>,
    #[serde(default, deserialize_with = "optional_mode")]
    pub mode: Option<Mode>,
    #[serde(default, deserialize_with = "optional_language")]
    pub language: Option<Locale>,
    #[serde(default)]
    pub delivery: DeliveryChoice,
}

/// `[quotas]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct QuotasConfig {
    pub user_questions_per_minute: u32,
    pub user_questions_per_day: u32,
    pub user_executions_per_minute: u32,
    pub user_executions_per_day: u32,
    pub place_questions_per_minute: u32,
    pub place_questions_per_day: u32,
    pub place_executions_per_minute: u32,
    pub place_executions_per_day: u32,
}

/// `[roles.<name>.quotas]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct RoleQuotas {
    pub questions_per_minute: Option<u32>,
    pub questions_per_day: Option<u32>,
    pub executions_per_minute: Option<u32>,
    pub executions_per_day: Option<u32>,
}

/// `[roles.<name>]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct RoleConfig {
    pub capabilities: Option<Vec<String>>,
    #[serde(default)]
    pub quotas: RoleQuotas,
    #[serde(default)]
    pub targets: BTreeMap<String, RulesConfig>,
}

/// `[roles.<name>.targets.<target>]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct RulesConfig {
    #[serde(default)]
    pub deny: Vec<String>,
    pub allow: Option<Vec<String>>,
}
