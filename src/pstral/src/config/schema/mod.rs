//! The keys of the configuration. What each means is written in config/default.toml.

mod choices;
mod model;
mod oidc;
mod people;
mod reading;
mod target;
mod witness;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use pstral_core::domain::Locale;
use pstral_core::settings::{AnswerForm, KeptAnswers, VerifiedUse};
use pstral_store::Location;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

pub use choices::{DeliveryChoice, IdentityChoice, LogFormat, ModelKind};
pub use model::{EndpointConfig, Model};
pub use oidc::OidcConfig;
pub use people::{PlaceConfig, QuotasConfig, RoleConfig, RoleQuotas, RulesConfig};
pub use target::{SharedTargetKeys, TargetConfig, TargetLimits};
pub use witness::{RemoteWitnessConfig, WitnessConfig, WitnessedLogConfig};

pub(super) use choices::{LEFT_OUT, NOT_ONE_OF, with_key_below};
use reading::{answer_form, formats, kept_answers, language, needed_secret, verified_use};

use crate::files::FileFormat;
use crate::registry::Platforms;

/// The whole configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct Config {
    #[serde(deserialize_with = "language")]
    pub locale: Locale,
    pub timezone: String,
    pub data: PathBuf,
    pub default_target: Option<String>,
    pub store: StateStore,
    pub model: Model,
    pub answers: Answers,
    pub audit: AuditConfig,
    pub witness: WitnessConfig,
    pub retention: RetentionConfig,
    pub limits: LimitValues,
    pub files: Files,
    pub http: Http,
    pub admin: AdminConfig,
    pub log: Log,
    pub platforms: Platforms,
    pub catalog: CatalogConfig,
    pub quotas: QuotasConfig,
    #[serde(default)]
    pub places: Vec<PlaceConfig>,
    #[serde(default)]
    pub targets: BTreeMap<String, TargetConfig>,
    #[serde(default)]
    pub roles: BTreeMap<String, RoleConfig>,
    /// The file it was read from, if it was one.
    #[serde(skip)]
    pub file: Option<PathBuf>,
    /// Every key as it was given, without the secrets.
    #[serde(skip)]
    pub shown: serde_json::Value,
}

/// `[store]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct StateStore {
    #[serde(deserialize_with = "needed_secret")]
    pub url: SecretString,
    pub instance: String,
}

impl Config {
    /// Returns the location of the state database.
    pub fn location(&self) -> Location {
        // Checked when it was loaded; an address that none can read is that of no file.
        Location::of(self.store.url.expose_secret()).unwrap_or_else(|| Location::File(PathBuf::from("pstral.db")))
    }
}

/// `[answers]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct Answers {
    #[serde(deserialize_with = "verified_use")]
    pub verified: VerifiedUse,
    pub max_question_chars: usize,
    pub max_answer_bytes: usize,
    pub answer_timeout: u64,
    pub history_turns: u32,
    pub examples: usize,
    pub corrections: u32,
    pub candidates: u32,
    #[serde(deserialize_with = "answer_form")]
    pub form: AnswerForm,
    pub proposal_minutes: u64,
    pub preview_rows: usize,
    pub prompts: Option<PathBuf>,
}

/// `[audit]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct AuditConfig {
    #[serde(deserialize_with = "kept_answers")]
    pub answers: KeptAnswers,
    pub head_every_events: u64,
    pub head_every_minutes: u64,
    pub head_platform: Option<String>,
    pub head_place: Option<String>,
    pub head_file: Option<PathBuf>,
    pub time_stamp_server: Option<String>,
    #[serde(default)]
    pub witness: Vec<RemoteWitnessConfig>,
    pub key: PathBuf,
}

/// `[retention]`
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct RetentionConfig {
    pub conversations_days: u64,
    pub proposals_days: u64,
    pub audit_texts_days: u64,
    pub audit_days: u64,
    pub every_hours: u64,
}

/// `[limits]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct LimitValues {
    pub rows: u64,
    pub bytes: u64,
    pub cell_bytes: usize,
    pub seconds: u64,
}

/// `[files]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct Files {
    pub folder: PathBuf,
    #[serde(deserialize_with = "formats")]
    pub formats: Vec<FileFormat>,
    pub keep_hours: u64,
}

/// `[http]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct Http {
    pub listen: SocketAddr,
    pub drain_timeout: u64,
}

/// `[admin]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct AdminConfig {
    pub listen: Option<SocketAddr>,
    pub tls_cert: Option<PathBuf>,
    pub tls_key: Option<PathBuf>,
    pub trusted_proxies: Vec<IpAddr>,
    pub public_url: Option<String>,
    pub oidc: Option<OidcConfig>,
}

/// `[log]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct Log {
    pub level: String,
    pub format: LogFormat,
}

/// `[catalog]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct CatalogConfig {
    pub refresh_minutes: u64,
}
