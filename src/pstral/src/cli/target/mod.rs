//! `pstral target check`: statements of our own show whether a database can be read, limited and stopped. It creates
//! nothing, and its report can be sent to others.

mod columns;
mod sample_values;
mod step;
mod trial;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use pstral_core::domain::{AuditAction, Dialect, Locale};
use pstral_core::ports::TargetError;
use pstral_core::targets::Target;
use pstral_core::text::{Text, text};
use serde::Serialize;

use super::catalog::target_is_unknown;
use super::new_file::NewFile;
use super::out::{say, say_error};
use super::{Ending, Installed, record};
use crate::compose::App;
use crate::health::{Found as _, State, target_remedy};
use step::Step;
use trial::{Found, Trial};

#[derive(Debug, Subcommand)]
pub(super) enum TargetCommand {
    /// Test with harmless statements that a database can be read, limited and stopped; creates nothing
    Check(CheckArgs),
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// The name of the database in the configuration
    target: String,
    /// User for whom the statements run, if each has their own account
    #[arg(long, value_name = "USERNAME", default_value = "pstral")]
    user: String,
    /// Write the results to this file, as JSON without data or names, to send to the maintainers of Pstral
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

pub(super) async fn run(Installed { config, locale }: Installed, command: TargetCommand) -> anyhow::Result<Ending> {
    let TargetCommand::Check(args) = command;
    if target_is_unknown(&config, &args.target, locale) {
        return Ok(Ending::Usage);
    }
    let path = args.report.as_deref().unwrap_or(Path::new("")).display().to_string();
    let file = match args.report.as_deref().map(NewFile::begin).transpose() {
        Ok(file) => file,
        Err(error) => {
            say_error(&unwritten(&path, &error).render(locale));
            return Ok(Ending::Usage);
        }
    };
    let app = App::build(&config, locale).await?;
    // Before the first statement runs, as with everybody's; where there is no state yet, it begins with this entry.
    record(&app.store, AuditAction::TargetChecked, Some(&args.target), &format!("for {}", args.user)).await?;
    let target = &app.pipeline.parts().targets[&args.target];
    let at_once = config.targets[&args.target].shared.max_concurrent;
    let report = check(Trial::new(target, &args.user, at_once), target, locale).await;
    app.store.close().await;
    let json = serde_json::to_string_pretty(&report)?;
    if let Some(error) = file.and_then(|file| write(file, &json).err()) {
        say_error(&unwritten(&path, &error).render(locale));
        return Ok(Ending::Failed);
    }
    let failed = report.steps.iter().any(|step| step.state == State::Failed);
    Ok(if failed { Ending::Failed } else { Ending::Fine })
}

fn write(file: NewFile, json: &str) -> std::io::Result<()> {
    file.writer()?.write_all(json.as_bytes())?;
    file.keep()
}

fn unwritten(path: &str, error: &std::io::Error) -> Text {
    match error.kind() {
        std::io::ErrorKind::AlreadyExists => text("file-exists").with("path", path),
        _ => text("trial-report-unwritten").with("path", path).with("error", error.to_string()),
    }
}

/// All that was found, fit to be read by others.
#[derive(Debug, Serialize)]
struct Report {
    pstral: &'static str,
    at: String,
    dialect: Dialect,
    steps: Vec<Reported>,
}

#[derive(Debug, Serialize)]
struct Reported {
    step: Step,
    state: State,
    /// In English.
    fact: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    millis: u64,
}

/// Does and prints one step after the other. Where there is no connection, the others are not tried.
async fn check(mut trial: Trial<'_>, target: &Target, locale: Locale) -> Report {
    let mut steps = Vec::new();
    for step in Step::ALL {
        let begun = Instant::now();
        let found = trial.show(step).await;
        print(step, &found, target, locale);
        let (state, fact) = (found.state, found.fact.render(Locale::En));
        let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        steps.push(Reported { step, state, fact, error: found.error.as_ref().map(kind), millis });
        if step == Step::Connection && state == State::Failed {
            say_error(&text("trial-no-connection").render(locale));
            break;
        }
    }
    let at = Timestamp::now().strftime("%Y-%m-%d").to_string();
    Report { pstral: env!("CARGO_PKG_VERSION"), at, dialect: target.port.dialect(), steps }
}

fn print(step: Step, found: &Found, target: &Target, locale: Locale) {
    let Found { state, fact, error } = found;
    say(&format!("{} · {} · {}", step.name().render(locale), state.text().render(locale), fact.render(locale)));
    let Some(error) = error else { return };
    say(&format!("    {}", error.found().render(locale)));
    let is_away = matches!(error, TargetError::Unavailable(_) | TargetError::ClientMissing(_) | TargetError::Busy(_));
    if is_away || step == Step::Connection {
        say(&format!("    → {}", target_remedy(error, target).render(locale)));
    }
    if matches!(error, TargetError::NoAccount { .. }) {
        say(&format!("    → {}", text("trial-name-a-user").render(locale)));
    }
}

/// An error without the database's words, which may hold names: its kind, and its number where it has one.
fn kind(error: &TargetError) -> String {
    let (kind, words) = match error {
        TargetError::Unavailable(words) => ("unavailable", words.as_str()),
        TargetError::ClientMissing(words) => ("client missing", words.as_str()),
        TargetError::Privileged(_) => ("privileged", ""),
        TargetError::NoAccount { .. } => ("no account", ""),
        TargetError::Busy(words) => ("busy", words.as_str()),
        TargetError::Rejected(words) => ("rejected", words.as_str()),
        TargetError::Timeout { .. } => ("timeout", ""),
        TargetError::OutOfMemory(words) => ("out of memory", words.as_str()),
        TargetError::Cancelled => ("cancelled", ""),
        TargetError::Failed(words) => ("failed", words.as_str()),
    };
    number(words).map_or_else(|| kind.to_owned(), |number| format!("{kind} {number}"))
}

/// Oracle's number of an error, such as `ORA-00942`.
fn number(words: &str) -> Option<&str> {
    let at = ["ORA-", "DPI-"].iter().find_map(|prefix| words.find(prefix))?;
    let digits = words[at + 4..].bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0).then(|| &words[at..at + 4 + digits])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_without_names() {
        for (error, expected) in [
            (TargetError::Rejected("ORA-00942: table or view \"CRM\".\"PAY\"".to_owned()), "rejected ORA-00942"),
            (TargetError::Failed("column \"salary\" is gone".to_owned()), "failed"),
            (TargetError::ClientMissing("DPI-1047: Cannot locate".to_owned()), "client missing DPI-1047"),
            (TargetError::NoAccount { person: "camille".to_owned() }, "no account"),
        ] {
            assert_eq!(kind(&error), expected);
        }
    }
}
