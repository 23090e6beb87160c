//! `pstral doctor`: each configured part, what was measured of it, and how to mend it.

use clap::Args;
use pstral_core::domain::Locale;
use pstral_core::text::{Text, text};

use super::out::{say, say_error};
use super::{Common, Ending};
use crate::compose::{App, open_store};
use crate::config::Config;
use crate::health::{Check, State, checks};

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(common: &Common, args: &DoctorArgs) -> anyhow::Result<Ending> {
    let locale = common.locale();
    let config = match common.load_installed() {
        Ok(config) => config,
        Err(ending) => return Ok(ending),
    };
    let found = examine(&config, locale).await;
    let failed = found.iter().any(|check| check.state == State::Failed);
    if args.json {
        say(&serde_json::to_string_pretty(&serde_json::json!({ "ok": !failed, "parts": found }))?);
    } else {
        print(&found, locale);
    }
    Ok(if failed { Ending::Failed } else { Ending::Fine })
}

/// Without its state or its files nothing else can be looked at: then that alone is said.
async fn examine(config: &Config, locale: Locale) -> Vec<Check> {
    let failed = |part: &str, error: &anyhow::Error, remedy: Text| {
        let (part, fact) = (part.to_owned(), format!("{error:#}"));
        vec![Check { part, state: State::Failed, fact, remedy: remedy.render(locale) }]
    };
    if let Err(error) = open_store(config).await {
        return failed("state", &error, text("remedy-state"));
    }
    match App::build(config, locale).await {
        Ok(app) => checks(&app.pipeline, &app.store, locale).await,
        Err(error) => failed("configuration", &error, text("remedy-configuration")),
    }
}

fn print(found: &[Check], locale: Locale) {
    for check in found {
        let state = match check.state {
            State::Ok => text("state-ok"),
            State::Degraded => text("state-degraded"),
            State::Failed => text("state-failed"),
        };
        say(&format!("{} · {}: {}", check.part, state.render(locale), check.fact));
        if !check.remedy.is_empty() {
            say(&format!("    → {}", check.remedy));
        }
    }
    if found.iter().any(|check| check.state != State::Ok) {
        say_error(&text("doctor-look").render(locale));
    }
}
