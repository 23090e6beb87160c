//! `pstral doctor`: each configured part, what was measured of it, and how to mend it.

use clap::Args;
use pstral_core::domain::Locale;
use pstral_core::pipeline::Target;
use pstral_core::text::text;

use super::out::{say, say_error, say_json};
use super::{Common, Ending};
use crate::compose::{App, StartError};
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
    let found = match App::build(&config, locale).await {
        Ok(app) => {
            let mut found = checks(&app.pipeline, &app.store, locale).await;
            for target in app.pipeline.parts().targets.values() {
                found.extend(policy(target, locale).await);
            }
            found
        }
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
