//! Values that are of the right type and still cannot be meant, and paths inside the data folder.

use std::path::{Path, PathBuf};

use pstral_core::text::{Text, text};

use super::Fault;
use super::schema::{Config, TargetConfig};

/// Every value that cannot be meant.
pub(super) fn faults(config: &Config) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut check = |holds: bool, key: &str, sentence: Text| {
        if !holds {
            faults.push(Fault::new(key, sentence));
        }
    };
    check(config.store.url.starts_with("sqlite://"), "store.url", text("config-store-url"));
    let instance = &config.store.instance;
    check(!instance.is_empty() && instance.len() <= 64, "store.instance", text("config-instance"));
    check(config.model.url.starts_with("http://"), "model.url", text("config-model-url"));
    check(!config.model.name.trim().is_empty(), "model.name", text("config-missing"));
    check((0.0..=2.0).contains(&config.model.temperature), "model.temperature", between("0", "2"));
    let numbers: [(&str, u64, u64, u64); 15] = [
        ("model.context_tokens", config.model.context_tokens as u64, 1024, 1_048_576),
        ("model.max_answer_tokens", config.model.max_answer_tokens.into(), 16, 65_536),
        ("model.connect_timeout", config.model.connect_timeout, 1, 300),
        ("model.first_token_timeout", config.model.first_token_timeout, 1, 3600),
        ("model.silence_timeout", config.model.silence_timeout, 1, 3600),
        ("answers.max_question_chars", config.answers.max_question_chars as u64, 10, 100_000),
        ("answers.max_answer_bytes", config.answers.max_answer_bytes as u64, 256, 1_048_576),
        ("answers.answer_timeout", config.answers.answer_timeout, 10, 3_600),
        ("answers.history_turns", config.answers.history_turns.into(), 0, 100),
        ("answers.examples", config.answers.examples as u64, 0, 20),
        ("answers.proposal_minutes", config.answers.proposal_minutes, 1, 10_080),
        ("answers.preview_rows", config.answers.preview_rows as u64, 1, 200),
        ("limits.rows", config.limits.rows, 1, 1_000_000),
        ("limits.cell_bytes", config.limits.cell_bytes as u64, 16, 16_777_216),
        ("limits.seconds", config.limits.seconds, 1, 3600),
    ];
    for (key, value, low, high) in numbers {
        check((low..=high).contains(&value), key, between(&low.to_string(), &high.to_string()));
    }
    let bytes = config.limits.bytes;
    check((1024..=10_737_418_240).contains(&bytes), "limits.bytes", between("1024", "10737418240"));
    check(config.http.drain_timeout <= 600, "http.drain_timeout", between("0", "600"));
    check(config.log.level.parse::<tracing_subscriber::EnvFilter>().is_ok(), "log.level", text("config-log-level"));
    if let Some(name) = &config.default_target {
        let known = config.targets.keys().cloned().collect::<Vec<_>>().join(", ");
        let sentence = if known.is_empty() {
            text("config-default-target-none")
        } else {
            text("config-default-target").with("known", known)
        };
        check(config.targets.contains_key(name), "default_target", sentence);
    }
    check(config.targets.len() < 2 || config.default_target.is_some(), "default_target", text("config-default-needed"));
    for (name, target) in &config.targets {
        faults.extend(target_faults(name, target));
    }
    faults
}

fn target_faults(name: &str, target: &TargetConfig) -> Vec<Fault> {
    let mut faults = Vec::new();
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-') {
        faults.push(Fault::new(format!("targets.{name}"), text("config-target-name")));
    }
    let lists = [("deny", Some(&target.deny)), ("allow", target.allow.as_ref())];
    for (list, pattern) in
        lists.into_iter().flat_map(|(list, patterns)| patterns.into_iter().flatten().map(move |p| (list, p)))
    {
        let parts = pattern.split('.').collect::<Vec<_>>();
        if parts.len() > 3 || parts.iter().any(|part| part.trim().is_empty()) {
            let sentence = text("config-table-or-column").with("given", pattern);
            faults.push(Fault::new(format!("targets.{name}.{list}"), sentence));
        }
    }
    if target.max_concurrent == Some(0) {
        faults.push(Fault::new(format!("targets.{name}.max_concurrent"), between("1", "64")));
    }
    faults
}

fn between(low: &str, high: &str) -> Text {
    text("config-between").with("low", low).with("high", high)
}

impl Config {
    /// Puts relative paths inside the data folder.
    pub(super) fn resolve_paths(&mut self) {
        let data = self.data.clone();
        let inside = |path: &Path| if path.is_absolute() { path.to_owned() } else { data.join(path) };
        self.files.folder = inside(&self.files.folder);
        if let Some(path) = self.store.url.strip_prefix("sqlite://") {
            self.store.url = format!("sqlite://{}", inside(Path::new(path)).display());
        }
        if let Some(prompts) = &mut self.answers.prompts {
            *prompts = inside(prompts);
        }
        for target in self.targets.values_mut() {
            target.path = inside(&target.path);
            target.verified = target.verified.take().map(|path: PathBuf| inside(&path));
        }
    }
}
