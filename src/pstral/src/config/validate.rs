//! Values that are of the right type and still cannot be meant, and paths inside the data folder.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use pstral_core::guard::Rules;
use pstral_core::ports::PlatformSection;
use pstral_core::text::{Text, text};
use pstral_store::Location;
use secrecy::ExposeSecret as _;

use super::Fault;
use super::audit::{file_faults, head_faults, witness_faults};
use super::models::model_faults;
use super::oidc::oidc_faults;
use super::platforms::platforms_faults;
use super::roles_and_places::role_and_place_faults;
use super::schema::{AdminConfig, Config};
use super::targets::target_faults;

/// Rows of a result at most, whatever the configuration says: more than a spreadsheet holds, and no more than files are
/// good for.
pub(super) const MOST_ROWS: u64 = 10_000_000;

/// Days for which anything is kept at most, but for ever: a hundred years.
const MOST_DAYS: u64 = 36_500;

/// The maximum of a quota: for more, use 0, no limit.
pub(super) const MOST_COUNTED: u64 = 1_000_000;

/// The levels of the log, and none at all.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Validates every value; returns all errors.
pub(super) fn faults(config: &Config) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut check = |holds: bool, key: &str, sentence: Text| {
        if !holds {
            faults.push(Fault::new(key, sentence));
        }
    };
    check(Location::of(config.store.url.expose_secret()).is_some(), "store.url", text("config-store-url"));
    check(TimeZone::get(&config.timezone).is_ok(), "timezone", text("config-timezone").with("given", &config.timezone));
    let instance = &config.store.instance;
    check(!instance.is_empty() && instance.len() <= 64, "store.instance", text("config-instance"));
    check(!config.model.name.trim().is_empty(), "model.name", text("config-missing"));
    check((0.0..=2.0).contains(&config.model.temperature), "model.temperature", between("0", "2"));
    for (key, value, low, high) in numbers(config) {
        check((low..=high).contains(&value), key, between(&low.to_string(), &high.to_string()));
    }
    check(is_log_filter(&config.log.level), "log.level", text("config-log-level"));
    let tokens = (u64::from(config.model.max_answer_tokens), config.model.context_tokens as u64);
    check(tokens.0 < tokens.1, "model.max_answer_tokens", text("config-answer-tokens"));
    check(!config.files.formats.is_empty(), "files.formats", text("config-formats"));
    faults.extend(model_faults(&config.model));
    faults.extend(file_faults(config));
    faults.extend(head_faults(config));
    faults.extend(witness_faults(config));
    faults.extend(admin_faults(&config.admin));
    faults.extend(oidc_faults(&config.admin));
    faults.extend(default_target(config).map(|sentence| Fault::new("default_target", sentence)));
    for (name, target) in &config.targets {
        faults.extend(target_faults(config, name, target));
        faults.extend(platforms_faults(config, name, target));
    }
    faults.extend(role_and_place_faults(config));
    faults.extend(config.platforms.faults());
    faults
}

/// A password must not pass a network unencrypted.
fn admin_faults(admin: &AdminConfig) -> Vec<Fault> {
    let mut faults = Vec::new();
    if admin.tls_cert.is_some() != admin.tls_key.is_some() {
        faults.push(Fault::new("admin.tls_cert", text("config-admin-tls")));
    }
    let is_open = admin.listen.is_some_and(|listen| !listen.ip().is_loopback());
    if is_open && admin.tls_cert.is_none() && admin.trusted_proxies.is_empty() {
        faults.push(Fault::new("admin.listen", text("config-admin-open")));
    }
    faults
}

/// Each number with the least and the most it may be.
fn numbers(config: &Config) -> [(&'static str, u64, u64, u64); 35] {
    let Config { model, answers, limits, http, catalog, files, quotas, audit, retention, .. } = config;
    [
        ("model.context_tokens", model.context_tokens as u64, 1024, 1_048_576),
        ("model.max_answer_tokens", model.max_answer_tokens.into(), 16, 65_536),
        ("model.connect_timeout", model.connect_timeout, 1, 300),
        ("model.first_token_timeout", model.first_token_timeout, 1, 3600),
        ("model.silence_timeout", model.silence_timeout, 1, 3600),
        ("answers.max_question_chars", answers.max_question_chars as u64, 10, 100_000),
        ("answers.max_answer_bytes", answers.max_answer_bytes as u64, 256, 1_048_576),
        ("answers.history_turns", answers.history_turns.into(), 0, 100),
        ("answers.answer_timeout", answers.answer_timeout, 10, 3_600),
        ("answers.candidates", answers.candidates.into(), 1, 10),
        ("answers.examples", answers.examples as u64, 0, 20),
        ("answers.proposal_minutes", answers.proposal_minutes, 1, 10_080),
        ("answers.preview_rows", answers.preview_rows as u64, 1, 200),
        ("catalog.refresh_minutes", catalog.refresh_minutes, 1, 10_080),
        ("audit.head_every_events", audit.head_every_events, 1, 1_000_000),
        ("audit.head_every_minutes", audit.head_every_minutes, 1, 10_080),
        ("retention.conversations_days", retention.conversations_days, 0, MOST_DAYS),
        ("retention.proposals_days", retention.proposals_days, 0, MOST_DAYS),
        ("retention.audit_texts_days", retention.audit_texts_days, 0, MOST_DAYS),
        ("retention.audit_days", retention.audit_days, 0, MOST_DAYS),
        ("retention.every_hours", retention.every_hours, 0, 8_760),
        ("limits.rows", limits.rows, 1, MOST_ROWS),
        ("limits.bytes", limits.bytes, 1024, 10_737_418_240),
        ("limits.cell_bytes", limits.cell_bytes as u64, 16, 16_777_216),
        ("limits.seconds", limits.seconds, 1, 3600),
        ("files.keep_hours", files.keep_hours, 0, 87_600),
        ("http.drain_timeout", http.drain_timeout, 0, 600),
        ("quotas.user_questions_per_minute", quotas.user_questions_per_minute.into(), 0, MOST_COUNTED),
        ("quotas.user_questions_per_day", quotas.user_questions_per_day.into(), 0, MOST_COUNTED),
        ("quotas.user_executions_per_minute", quotas.user_executions_per_minute.into(), 0, MOST_COUNTED),
        ("quotas.user_executions_per_day", quotas.user_executions_per_day.into(), 0, MOST_COUNTED),
        ("quotas.place_questions_per_minute", quotas.place_questions_per_minute.into(), 0, MOST_COUNTED),
        ("quotas.place_questions_per_day", quotas.place_questions_per_day.into(), 0, MOST_COUNTED),
        ("quotas.place_executions_per_minute", quotas.place_executions_per_minute.into(), 0, MOST_COUNTED),
        ("quotas.place_executions_per_day", quotas.place_executions_per_day.into(), 0, MOST_COUNTED),
    ]
}

/// Checks whether the log filter is meant as it will be understood: a word that is no level would be taken for the name
/// of a module, and silence everything else.
fn is_log_filter(level: &str) -> bool {
    let is_level = |part: &str| LEVELS.contains(&part.trim().to_ascii_lowercase().as_str());
    let parts_hold = level.split(',').all(|part| part.contains('=') || is_level(part));
    parts_hold && level.parse::<tracing_subscriber::EnvFilter>().is_ok()
}

fn default_target(config: &Config) -> Option<Text> {
    let Some(name) = &config.default_target else {
        return (config.targets.len() > 1).then(|| text("config-default-needed"));
    };
    if config.targets.contains_key(name) {
        return None;
    }
    Some(unknown_target(config))
}

pub(super) fn unknown_target(config: &Config) -> Text {
    let known = config.targets.keys().cloned().collect::<Vec<_>>().join(", ");
    if known.is_empty() {
        text("config-default-target-none")
    } else {
        text("config-default-target").with("known", known)
    }
}

/// Entries that are no table or column.
pub(super) fn rules_faults(key: &str, deny: &[String], allow: Option<&Vec<String>>) -> Vec<Fault> {
    let allowed = allow.into_iter().flat_map(|allow| entries_faults(&format!("{key}.allow"), allow));
    entries_faults(&format!("{key}.deny"), deny).into_iter().chain(allowed).collect()
}

/// Entries of one list that are no table or column.
pub(super) fn entries_faults(key: &str, entries: &[String]) -> Vec<Fault> {
    let wrong = entries.iter().filter(|entry| !Rules::is_entry(entry));
    wrong.map(|entry| Fault::new(key, text("config-table-or-column").with("given", entry))).collect()
}

pub(super) fn between(low: &str, high: &str) -> Text {
    text("config-between").with("low", low).with("high", high)
}

impl Config {
    /// Puts relative paths inside the data folder.
    pub(super) fn resolve_paths(&mut self) {
        let data = self.data.clone();
        let inside = |path: &Path| if path.is_absolute() { path.to_owned() } else { data.join(path) };
        self.files.folder = inside(&self.files.folder);
        self.audit.key = inside(&self.audit.key);
        self.witness.key = inside(&self.witness.key);
        self.audit.head_file = self.audit.head_file.take().map(|path| inside(&path));
        if let Some(path) = self.location().file() {
            self.store.url = format!("sqlite://{}", inside(path).display()).into();
        }
        if let Some(prompts) = &mut self.answers.prompts {
            *prompts = inside(prompts);
        }
        for path in self.platforms.each_mut().into_iter().flat_map(PlatformSection::paths) {
            *path = inside(path);
        }
        for target in self.targets.values_mut() {
            let target = &mut target.shared;
            target.verified = target.verified.take().map(|path: PathBuf| inside(&path));
        }
    }
}
