//! The keys of the configuration. What each means is written in config/default.toml.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use config::{Value, ValueKind};
use pstral_core::domain::Locale;
use pstral_store::Location;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::files::FileFormat;

/// Stands between a word and those that would have been known.
pub(super) const NOT_ONE_OF: &str = " is not one of: ";

/// The whole configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct Config {
    #[serde(deserialize_with = "language")]
    pub locale: Locale,
    pub data: PathBuf,
    pub default_target: Option<String>,
    pub store: StateStore,
    pub model: Model,
    pub answers: Answers,
    pub audit: AuditConfig,
    pub retention: RetentionConfig,
    pub limits: LimitValues,
    pub files: Files,
    pub http: Http,
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
    /// Where the state database is.
    pub fn location(&self) -> Location {
        // Checked when it was loaded; an address that none can read is that of no file.
        Location::of(self.store.url.expose_secret()).unwrap_or_else(|| Location::File(PathBuf::from("pstral.db")))
    }
}

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

/// `[answers]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct Answers {
    pub verified: VerifiedChoice,
    pub max_question_chars: usize,
    pub max_answer_bytes: usize,
    pub answer_timeout: u64,
    pub history_turns: u32,
    pub examples: usize,
    pub proposal_minutes: u64,
    pub preview_rows: usize,
    pub prompts: Option<PathBuf>,
}

/// `[audit]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct AuditConfig {
    pub answers: KeptAnswersChoice,
    pub head_every_events: u64,
    pub head_every_minutes: u64,
    pub head_platform: Option<String>,
    pub head_place: Option<String>,
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

/// `[log]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct Log {
    pub level: String,
    pub format: LogFormat,
}

/// `[platforms]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct Platforms {
    pub terminal: TerminalConfig,
    pub discord: DiscordConfig,
}

/// `[platforms.discord]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct DiscordConfig {
    pub enabled: bool,
    #[serde(default, deserialize_with = "secret")]
    pub token: Option<SecretString>,
    pub application: Option<String>,
    #[serde(default)]
    pub guilds: Vec<String>,
    #[serde(default)]
    pub channels: Vec<String>,
    pub leave_others: bool,
    pub webhooks: bool,
    pub message_content: bool,
    pub threads: bool,
    pub shards: Option<u32>,
    pub first_shard: Option<u32>,
    pub last_shard: Option<u32>,
}

/// `[platforms.terminal]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct TerminalConfig {
    pub enabled: bool,
}

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

/// `[catalog]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct CatalogConfig {
    pub refresh_minutes: u64,
}

/// `[[places]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct PlaceConfig {
    pub platform: String,
    pub id: String,
    pub roles: Option<Vec<String>>,
    pub target: Option<String>,
    pub mode: Option<ModeChoice>,
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

fn language<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Locale, D::Error> {
    let word = String::deserialize(deserializer)?;
    let known = Locale::ALL.into_iter().find(|locale| locale.tag() == word);
    known.ok_or_else(|| serde::de::Error::custom(not_one_of(&word, &Locale::ALL.map(Locale::tag))))
}

fn optional_language<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Locale>, D::Error> {
    language(deserializer).map(Some)
}

fn formats<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<FileFormat>, D::Error> {
    let known = FileFormat::ALL.map(FileFormat::word);
    let words = Vec::<String>::deserialize(deserializer)?;
    let formats = words.iter().map(|word| word.parse().map_err(|_| serde::de::Error::custom(not_one_of(word, &known))));
    formats.collect()
}

/// A text only: what looks like a number would lose its zeros.
fn secret<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    match Value::deserialize(deserializer)?.kind {
        ValueKind::Nil => Ok(None),
        ValueKind::String(secret) => Ok(Some(secret.into())),
        _ => Err(serde::de::Error::custom("not a text")),
    }
}

/// As [`secret`], of a key that has a default.
fn needed_secret<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    secret(deserializer)?.ok_or_else(|| serde::de::Error::custom("not a text"))
}

/// What the parser passes on of a word that it does not know; `check` makes a sentence of it.
fn not_one_of(word: &str, known: &[&str]) -> String {
    format!("{word}{NOT_ONE_OF}{}", known.join(", "))
}

/// Choices of one word each, whose error names them all.
macro_rules! choices {
    ($($(#[$doc:meta])+ $name:ident { $($(#[$each:meta])+ $choice:ident = $word:literal,)+ })+) => {$(
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
        #[serde(try_from = "String")]
        pub enum $name { $($(#[$each])+ $choice,)+ }

        impl $name {
            /// The word that is written.
            pub fn word(self) -> &'static str {
                match self { $(Self::$choice => $word,)+ }
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(word: String) -> Result<Self, Self::Error> {
                match word.as_str() {
                    $($word => Ok(Self::$choice),)+
                    _ => Err(not_one_of(&word, &[$($word),+])),
                }
            }
        }
    )+};
}

choices! {
    /// The kinds of model server.
    ModelKind {
        /// Ollama's own API.
        Ollama = "ollama",
        /// OpenAI's API, which vLLM, llama.cpp's server and others speak.
        OpenAi = "openai",
    }
    /// What a verified query that nearly is the question is used for.
    VerifiedChoice {
        /// Offered at once.
        Offer = "offer",
        /// An example for the model.
        Example = "example",
    }
    /// What questions are taken to be about.
    ModeChoice {
        /// Data.
        Sql = "sql",
        /// Anything else.
        Chat = "chat",
    }
    /// What the audit keeps of answers.
    KeptAnswersChoice {
        /// All of it.
        Text = "text",
        /// Its SHA-256.
        Hash = "hash",
    }
    /// The form of the log.
    LogFormat {
        /// For people.
        Text = "text",
        /// For machines.
        Json = "json",
    }
    /// Under whose account statements run.
    #[derive(Default)]
    IdentityChoice {
        /// That of the target.
        #[default]
        Shared = "shared",
        /// That of each person.
        Own = "own",
    }
    /// What becomes of a statement above the cost limit.
    #[derive(Default)]
    OverCostChoice {
        /// It waits for a steward.
        #[default]
        Steward = "steward",
        /// It is refused.
        Refuse = "refuse",
    }
    /// Where results are shown.
    #[derive(Default)]
    DeliveryChoice {
        /// Where the question was asked.
        #[default]
        Anywhere = "anywhere",
        /// In private.
        Private = "private",
    }
    /// The kinds of target.
    TargetKind {
        /// Oracle Database.
        Oracle = "oracle",
        /// PostgreSQL.
        Postgres = "postgres",
        /// A SQLite file.
        Sqlite = "sqlite",
    }
}
