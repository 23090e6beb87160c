//! `pstral sql check`: the guard from the command line.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead as _, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use pstral_core::domain::{Catalog, Dialect, Limits, Locale};
use pstral_core::guard::{Guard, Policy, Rules, Verdict};
use pstral_core::refusal::refusal_text;
use pstral_core::text::text;
use serde::{Deserialize, Serialize};

use super::out::{say, say_error, say_json};
use super::{Common, Ending};
use crate::config::RulesConfig;

/// A statement is refused far below this; reading stops here.
const MAX_INPUT: u64 = 1 << 20;

#[derive(Debug, Subcommand)]
pub(super) enum SqlCommand {
    /// Check a statement with the guard; exits 3 if refused
    Check(CheckArgs),
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Dialect: oracle, postgres or sqlite; with --lines, each line can have its own
    #[arg(long, required_unless_present = "lines")]
    dialect: Option<Dialect>,
    /// Schema that statements may read, as JSON, at most one for each dialect (default: no tables)
    #[arg(long, value_name = "FILE")]
    catalog: Vec<PathBuf>,
    /// Tables and columns that may be read, as TOML or JSON: allow = […], deny = […], and the same under [roles.NAME]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Role that the person has in the policy. Can be given more than once
    #[arg(long, value_name = "NAME", requires = "policy")]
    role: Vec<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Read JSON lines {"id","dialect","sql"} and write one JSON line for each
    #[arg(long)]
    lines: bool,
    /// Input file (default or -: standard input)
    file: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFile {
    allow: Option<Vec<String>>,
    #[serde(default)]
    deny: Vec<String>,
    #[serde(default)]
    roles: BTreeMap<String, RulesConfig>,
}

impl PolicyFile {
    /// TOML, or JSON as catalogs are.
    fn read(text: &str) -> anyhow::Result<Self> {
        if text.trim_start().starts_with('{') { Ok(serde_json::from_str(text)?) } else { Ok(toml::from_str(text)?) }
    }

    /// Builds the policy of somebody with these roles.
    fn policy(mut self, roles: &[String]) -> anyhow::Result<Policy> {
        let known = self.roles.keys().cloned().collect::<Vec<_>>().join(", ");
        if roles.is_empty() && !known.is_empty() {
            bail!("the policy has roles: add --role, one of {known}");
        }
        let mut narrowed = Vec::new();
        for role in roles {
            let RulesConfig { allow, deny } =
                self.roles.remove(role).with_context(|| format!("role {role} is not one of: {known}"))?;
            narrowed.push(Rules { allow, deny });
        }
        Ok(Policy::new(Rules { allow: self.allow, deny: self.deny }, narrowed, Limits::default()))
    }
}

#[derive(Debug, Deserialize)]
struct Line {
    #[serde(default)]
    id: serde_json::Value,
    dialect: Option<Dialect>,
    sql: String,
}

/// The verdict on one statement.
#[derive(Debug, Default, Serialize)]
struct Report {
    id: serde_json::Value,
    verdict: &'static str,
    rule: Option<&'static str>,
    line: Option<u64>,
    column: Option<u64>,
    message: Option<String>,
    statement: Option<String>,
    relations: Vec<String>,
    columns: Vec<String>,
    left_out: Vec<String>,
    read_as_text: Vec<String>,
    functions: Vec<String>,
    parameters: Vec<String>,
}

pub(super) fn run(common: &Common, command: &SqlCommand) -> anyhow::Result<Ending> {
    let SqlCommand::Check(args) = command;
    let locale = common.locale();
    let guards = match Guards::read(args) {
        Ok(guards) => guards,
        Err(error) => return Ok(unreadable(&error, locale)),
    };
    if !guards.unmatched.is_empty() {
        // A misspelt denial protects nothing, and who tries a policy wants to hear of it.
        say_error(&text("policy-unmatched").with("entries", guards.unmatched.join(", ")).render(locale));
    }
    let input = match open(args.file.as_deref()) {
        Ok(input) => input,
        Err(error) => return Ok(unreadable(&error, locale)),
    };
    if args.lines { check_lines(&guards, args.dialect, input, locale) } else { check_one(&guards, args, input, locale) }
}

fn unreadable(error: &anyhow::Error, locale: Locale) -> Ending {
    say_error(&text("sql-input-bad").with("error", format!("{error:#}").trim_end()).render(locale));
    Ending::Usage
}

fn open(file: Option<&Path>) -> anyhow::Result<Box<dyn std::io::Read>> {
    match file {
        Some(path) if path != Path::new("-") => {
            Ok(Box::new(std::fs::File::open(path).with_context(|| path.display().to_string())?))
        }
        _ => Ok(Box::new(std::io::stdin().lock())),
    }
}

fn check_one(
    guards: &Guards,
    args: &CheckArgs,
    input: Box<dyn std::io::Read>,
    locale: Locale,
) -> anyhow::Result<Ending> {
    let mut bytes = Vec::new();
    input.take(MAX_INPUT).read_to_end(&mut bytes)?;
    let statement = String::from_utf8_lossy(&bytes);
    let statement = statement.trim_end_matches(['\n', '\r']);
    let dialect = args.dialect.context("--dialect")?;
    let report = guards.report(serde_json::Value::Null, dialect, statement, locale);
    if args.json {
        say_json(&serde_json::to_string(&report)?);
    } else if let Some(statement) = &report.statement {
        say(statement);
    } else if let (Some(rule), Some(message)) = (report.rule, &report.message) {
        let (line, column) = (report.line.unwrap_or(1), report.column.unwrap_or(1));
        say(&format!("{line}:{column} {rule}: {message}"));
    }
    Ok(if report.verdict == "allow" { Ending::Fine } else { Ending::Refused })
}

fn check_lines(
    guards: &Guards,
    default: Option<Dialect>,
    input: Box<dyn std::io::Read>,
    locale: Locale,
) -> anyhow::Result<Ending> {
    let mut input = std::io::BufReader::new(input);
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        if input.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(Ending::Fine);
        }
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        let report = match serde_json::from_slice::<Line>(&bytes) {
            Ok(line) => match line.dialect.or(default) {
                Some(dialect) => guards.report(line.id, dialect, &line.sql, locale),
                None => unusable(line.id, "no dialect", locale),
            },
            Err(error) => unusable(id_of(&bytes), &error.to_string(), locale),
        };
        say_json(&serde_json::to_string(&report)?);
    }
}

/// The id of a line that says one but is otherwise wrong.
fn id_of(line: &[u8]) -> serde_json::Value {
    let members = serde_json::from_slice::<serde_json::Value>(line).unwrap_or_default();
    members.get("id").cloned().unwrap_or_default()
}

/// A line that is not a question to the guard is not let through either.
fn unusable(id: serde_json::Value, error: &str, locale: Locale) -> Report {
    let message = Some(text("sql-line-bad").with("error", error).render(locale));
    Report { id, verdict: "deny", rule: Some("input"), message, ..Report::default() }
}

/// A guard for each dialect.
struct Guards {
    guards: HashMap<Dialect, Guard>,
    /// Entries of the policy that name nothing in any catalog.
    unmatched: Vec<String>,
}

impl Guards {
    fn read(args: &CheckArgs) -> anyhow::Result<Self> {
        let policy = match &args.policy {
            None => Policy::default(),
            Some(path) => PolicyFile::read(&read(path)?)
                .and_then(|file| file.policy(&args.role))
                .with_context(|| path.display().to_string())?,
        };
        let mut guards = HashMap::new();
        for dialect in [Dialect::Oracle, Dialect::Postgres, Dialect::Sqlite] {
            let nothing = Catalog::new(dialect, "main", Vec::new());
            guards.insert(dialect, Guard::new(&nothing, &policy));
        }
        let mut unmatched = policy.entries();
        for path in &args.catalog {
            let catalog: Catalog = serde_json::from_str(&read(path)?).with_context(|| path.display().to_string())?;
            let here = policy.unmatched(&catalog);
            unmatched.retain(|entry| here.contains(entry));
            guards.insert(catalog.dialect, Guard::new(&catalog, &policy));
        }
        let known = if args.catalog.is_empty() { Vec::new() } else { unmatched };
        let unmatched = known.into_iter().map(str::to_owned).collect();
        Ok(Self { guards, unmatched })
    }

    fn report(&self, id: serde_json::Value, dialect: Dialect, statement: &str, locale: Locale) -> Report {
        match self.guards[&dialect].check(statement) {
            Verdict::Allow(approved) => Report {
                id,
                verdict: "allow",
                statement: Some(approved.text().to_owned()),
                relations: approved.relations().to_vec(),
                columns: approved.columns().to_vec(),
                left_out: approved.left_out().to_vec(),
                read_as_text: approved.read_as_text().to_vec(),
                functions: approved.functions().to_vec(),
                parameters: approved.parameters().to_vec(),
                ..Report::default()
            },
            Verdict::Deny(refusal) => Report {
                id,
                verdict: "deny",
                rule: Some(refusal.rule.id()),
                line: Some(refusal.line),
                column: Some(refusal.column),
                message: Some(refusal_text(&refusal).render(locale)),
                ..Report::default()
            },
        }
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| path.display().to_string())
}
