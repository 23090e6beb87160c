//! Access decisions from the configuration alone, for `pstral policy` and for tables of expected decisions.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, bail};
use pstral_core::access::{AccessDecision, Case, CaseDecisions};
use pstral_core::domain::{Catalog, Place, PlatformName, Role};
use pstral_core::settings::{Settings, Terms};
use serde::de::value::CowStrDeserializer;
use serde::{Deserialize, Deserializer, Serialize};

use crate::compose::{settings, terms};
use crate::config::Config;

/// The rules of a configuration. They are the ones the pipeline goes by; nothing here reaches a database.
pub struct Rulebook {
    settings: Settings,
    targets: BTreeMap<String, Terms>,
}

/// The action that a row of a table is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Deed {
    /// Asking a question.
    Ask,
    /// Running a statement.
    Execute,
    /// All of it, from the question to where its result is shown.
    #[default]
    Read,
}

impl Deed {
    /// Returns the outcome of the rules for the action, with its reason: `no`, or `yes` for asking and running, or
    /// `here` or `private` for results.
    pub fn outcome(self, rulings: &CaseDecisions) -> (&'static str, &AccessDecision) {
        let CaseDecisions { ask, execute, read, delivery } = rulings;
        let said = |ruling: &AccessDecision| if ruling.allowed { "yes" } else { "no" };
        match self {
            Self::Ask => (said(ask), ask),
            Self::Execute => (said(execute), execute),
            Self::Read => {
                let steps = [Some(ask), Some(execute), read.as_ref()];
                match (steps.into_iter().flatten().find(|ruling| !ruling.allowed), delivery) {
                    (Some(refused), _) => ("no", refused),
                    (None, Some(delivery)) => (if delivery.allowed { "here" } else { "private" }, delivery),
                    (None, None) => (said(execute), execute),
                }
            }
        }
    }
}

/// Decisions as programs read them.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "endpoint", derive(utoipa::ToSchema))]
pub struct Explanation {
    /// Whether they may ask questions in the place.
    pub ask: Explained,
    /// Whether they may run statements in the place.
    pub execute: Explained,
    /// Whether they may read what was named; `null` if nothing was.
    pub read: Option<Explained>,
    /// Where a result is shown; `null` if they may not read it.
    pub delivery: Option<ExplainedDelivery>,
}

/// A decision, and the rule that makes it.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "endpoint", derive(utoipa::ToSchema))]
pub struct Explained {
    /// True if it is allowed.
    pub yes: bool,
    /// The reason, a word.
    pub why: &'static str,
    /// The key of the configuration that says so, or would; empty where none does.
    pub key: String,
    /// The entry at that key; empty if there is none to name.
    pub entry: String,
}

/// Where a result is shown, and the rule that decides it.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "endpoint", derive(utoipa::ToSchema))]
pub struct ExplainedDelivery {
    /// `here` or `private`.
    pub shown: &'static str,
    /// The reason, a word.
    pub why: &'static str,
    /// The key of the configuration that says so, or would; empty where none does.
    pub key: String,
    /// The entry at that key; empty if there is none to name.
    pub entry: String,
}

impl From<CaseDecisions> for Explanation {
    fn from(decisions: CaseDecisions) -> Self {
        let explained = |one: AccessDecision| {
            let AccessDecision { allowed: yes, why, key, entry } = one;
            Explained { yes, why: why.word(), key, entry }
        };
        let delivery = decisions.delivery.map(|one| {
            let shown = if one.allowed { "here" } else { "private" };
            ExplainedDelivery { shown, why: one.why.word(), key: one.key, entry: one.entry }
        });
        Self {
            ask: explained(decisions.ask),
            execute: explained(decisions.execute),
            read: decisions.read.map(explained),
            delivery,
        }
    }
}

impl Rulebook {
    /// The rules of a configuration.
    pub fn of(config: &Config) -> Self {
        let terms = config.targets.iter().map(|(name, target)| (name.clone(), terms(config, name, target)));
        Self { settings: settings(config), targets: terms.collect() }
    }

    /// Returns the settings of roles, places and quotas.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns the terms of a target.
    pub fn terms(&self, target: &str) -> Option<&Terms> {
        self.targets.get(target)
    }

    /// Decides a case. Tables are looked up in `catalog`.
    pub fn decide(&self, case: &Case, catalog: &Catalog) -> CaseDecisions {
        self.settings.decide(case, self.terms(&case.target), catalog)
    }
}

/// A place as it is written: `private`, or the name of a platform and its id of the place, `discord:1234`.
pub fn place(written: &str) -> Option<Place> {
    if matches!(written.trim(), "" | "private") {
        return Some(Place { platform: PlatformName(String::new()), id: String::new(), thread: None, private: true });
    }
    let (platform, id) =
        written.trim().split_once(':').filter(|(platform, id)| !platform.is_empty() && !id.is_empty())?;
    Some(Place { platform: PlatformName(platform.to_owned()), id: id.to_owned(), thread: None, private: false })
}

/// A row of a table of expected decisions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The role of the person.
    #[serde(default, deserialize_with = "left_out_if_empty")]
    pub role: Option<Role>,
    /// The username of the person.
    #[serde(default, deserialize_with = "left_out_if_empty")]
    pub user: Option<String>,
    /// The place; without it, in private.
    #[serde(default, deserialize_with = "left_out_if_empty")]
    pub place: Option<String>,
    /// The target.
    pub target: String,
    /// The table, or a column of one.
    #[serde(default, deserialize_with = "left_out_if_empty")]
    pub table: Option<String>,
    /// The action; without it, all of them from the question to the place of its result.
    #[serde(rename = "do", default, deserialize_with = "left_out_if_empty")]
    pub deed: Option<Deed>,
    /// `no`, `yes`, `here` or `private`. `yes` is also met by the last two.
    pub expect: String,
    /// The beginning of what must have made it so: `denied`, or `denied targets.crm.deny clients.email`.
    #[serde(default, deserialize_with = "left_out_if_empty")]
    pub because: Option<String>,
    /// The purpose of the row, which has no effect.
    pub note: Option<String>,
    /// The line number in its file.
    #[serde(skip)]
    pub line: u64,
}

/// Reads a value that an empty text leaves out, as an empty cell of a table does.
fn left_out_if_empty<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let given = Option::<Cow<'de, str>>::deserialize(deserializer)?;
    let given = given.filter(|given| !given.trim().is_empty());
    given.map(|given| T::deserialize(CowStrDeserializer::new(given))).transpose()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    row: Vec<Row>,
}

impl Row {
    /// Checks whether what is expected is one of the outcomes there are.
    pub fn is_expectation(&self) -> bool {
        matches!(self.expect.trim(), "no" | "yes" | "here" | "private")
    }

    /// Checks whether an outcome is the expected one.
    pub fn is_met(&self, (outcome, ruling): (&str, &AccessDecision)) -> bool {
        let expected = self.expect.trim();
        let is_outcome = expected == outcome || (expected == "yes" && matches!(outcome, "here" | "private"));
        let found = ruling.to_string();
        let begins = |because: &str| found == because || found.starts_with(&format!("{because} "));
        is_outcome && self.because.as_deref().map(str::trim).filter(|one| !one.is_empty()).is_none_or(begins)
    }

    /// Formats the expectation.
    pub fn expected(&self) -> String {
        [Some(self.expect.as_str()), self.because.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }
}

/// The rows of a file: TOML with a `[[row]]` each where its name ends in `.toml`, else CSV with the same names in its first
/// line and `#` before remarks.
pub fn rows(path: &Path) -> anyhow::Result<Vec<Row>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let is_toml = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
    let rows = if is_toml { from_toml(&text)? } else { from_csv(&text)? };
    for row in &rows {
        if !row.is_expectation() {
            bail!("line {}: expect = {:?}; write no, yes, here or private", row.line, row.expect.trim());
        }
        if row.role.is_some() == row.user.is_some() {
            bail!("line {}: give either a role or a user", row.line);
        }
    }
    Ok(rows)
}

fn from_toml(text: &str) -> anyhow::Result<Vec<Row>> {
    let table: Table = toml::from_str(text)?;
    let starts = text.lines().zip(1..).filter(|(line, _)| line.trim() == "[[row]]").map(|(_, number)| number);
    Ok(table.row.into_iter().zip(starts).map(|(row, line)| Row { line, ..row }).collect())
}

fn from_csv(text: &str) -> anyhow::Result<Vec<Row>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).comment(Some(b'#')).from_reader(text.as_bytes());
    let names = reader.headers()?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let line = record.position().map_or(0, csv::Position::line);
        let row: Row = record.deserialize(Some(&names)).with_context(|| format!("line {line}"))?;
        rows.push(Row { line, ..row });
    }
    Ok(rows)
}
