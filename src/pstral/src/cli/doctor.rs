//! `pstral doctor`: each configured part, what was measured of it, and how to mend it.

use std::sync::Arc;

use clap::Args;
use pstral_core::domain::Locale;
use pstral_core::pipeline::Target;
use pstral_core::text::text;
use pstral_store::Store;

use super::out::{say, say_error, say_json};
use super::{Common, Ending};
use crate::compose::{App, StartError, state_file};
use crate::config::Config;
use crate::health::{Check, State, checks};

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(common: &Common, args: &DoctorArgs) -> anyhow::Result<Ending> {
    let config = match common.load_installed() {
        Ok(config) => config,
        Err(ending) => return Ok(ending),
    };
    let locale = common.locale_with(&config);
    let found = match look(&config, locale).await {
        Ok(found) => found,
        // Without this part nothing else can be looked at.
        Err(error) => {
            let StartError { part, fact, remedy } = error.downcast::<StartError>()?;
            vec![Check { part, state: State::Failed, fact, remedy: remedy.render(locale) }]
        }
    };
    let failed = found.iter().any(|check| check.state == State::Failed);
    if args.json {
        say_json(&serde_json::to_string_pretty(&serde_json::json!({ "ok": !failed, "parts": found }))?);
    } else {
        print(&found, locale);
    }
    Ok(if failed { Ending::Failed } else { Ending::Fine })
}

async fn look(config: &Config, locale: Locale) -> anyhow::Result<Vec<Check>> {
    let path = state_file(config);
    let (elsewhere, app) = if path.exists() {
        (None, App::build(config, locale).await?)
    } else {
        // Looking makes nothing that could be taken for an installation; the other parts are looked at all the same.
        let folder = tempfile::tempdir()?;
        let store = Store::open(&folder.path().join("pstral.db"), &config.store.instance).await?;
        (Some(folder), App::build_with(config, locale, Arc::new(store)).await?)
    };
    let mut found = checks(&app.pipeline, &app.store, locale).await;
    for target in app.pipeline.parts().targets.values() {
        found.extend(policy(target, locale).await);
    }
    app.store.close().await;
    if elsewhere.is_some() {
        found.retain(|check| check.part != "state");
        let fact = text("found-no-state").with("path", path.display().to_string()).render(locale);
        let remedy = text("remedy-no-state").render(locale);
        found.insert(0, Check { part: "state".to_owned(), state: State::Failed, fact, remedy });
    }
    Ok(found)
}

/// What is wrong with the allow and deny lists of a target. One that is away has been told of already.
async fn policy(target: &Target, locale: Locale) -> Option<Check> {
    let unmatched = target.unmatched_policy().await.ok().filter(|unmatched| !unmatched.is_empty())?;
    Some(Check {
        part: format!("target {} policy", target.name),
        state: State::Degraded,
        fact: text("policy-unmatched").with("entries", unmatched.join(", ")).render(locale),
        remedy: text("remedy-policy").with("target", &target.name).render(locale),
    })
}

fn print(found: &[Check], locale: Locale) {
    for check in found {
        let state = match check.state {
            State::Ok => text("state-ok"),
            State::Degraded => text("state-degraded"),
            State::Failed => text("state-failed"),
        };
        say(&format!("{} · {} · {}", check.part, state.render(locale), check.fact));
        if !check.remedy.is_empty() {
            say(&format!("    → {}", check.remedy));
        }
    }
    if found.iter().any(|check| check.state != State::Ok) {
        say_error(&text("doctor-look").render(locale));
    }
}
