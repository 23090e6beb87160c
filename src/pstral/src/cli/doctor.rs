//! `pstral doctor`: each configured part, what was measured of it, and how to fix it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use pstral_core::domain::{Dialect, Locale};
use pstral_core::ports::{ExcessKind, People as _, TargetError};
use pstral_core::targets::Target;
use pstral_core::text::{Text, text};
use pstral_store::Store;

use super::out::{say, say_error, say_json};
use super::{Ending, Installed};
use crate::compose::{App, StartError};
use crate::config::Config;
use crate::health::{Check, Found as _, State, target_remedy};
use crate::{paths, registry};

/// The time-out for examining an account: dictionaries can be slow, and nobody waits for an answer here.
const LOOK: Duration = Duration::from_secs(30);

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(Installed { config, locale }: Installed, args: &DoctorArgs) -> anyhow::Result<Ending> {
    let found = match look(&config, locale).await {
        Ok(found) => found,
        // Without this part nothing else can be looked at.
        Err(error) => {
            let StartError { part, fact, remedy, found } = error.downcast::<StartError>()?;
            let fact = found.map_or(fact, |found| found.render(locale));
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

/// Checks every part; without a state database, the other parts are checked with a temporary one.
async fn look(config: &Config, locale: Locale) -> anyhow::Result<Vec<Check>> {
    let location = config.location();
    let missing = location.missing_file();
    let (_elsewhere, app) = if missing.is_none() {
        (None, App::build(config, locale).await?)
    } else {
        // Looking makes nothing that could be taken for an installation; the other parts are looked at all the same.
        let folder = tempfile::tempdir()?;
        let store = Store::open(&folder.path().join("pstral.db"), &config.store.instance).await?;
        (Some(folder), App::build_with(config, locale, Arc::new(store)).await?)
    };
    app.heads.destinations.check().await;
    let mut found = app.pipeline.parts().checkup.checks(locale).await;
    found.insert(1, data_folder(&config.data, locale));
    found.extend(location.file().filter(|_| missing.is_none()).and_then(|file| state_file(file, locale)));
    found.extend(key_file("audit key", &config.audit.key, locale));
    found.extend(key_file("witness key", &config.witness.key, locale));
    found.extend(registry::platform_checks(config, locale).await?);
    for target in app.pipeline.parts().targets.values() {
        found.extend(policy(target, locale).await);
        let health = format!("target {}", target.name);
        let is_away = found.iter().any(|check| check.part == health && check.state == State::Failed);
        found.extend(account(target, is_away, locale).await);
        found.extend(super::verified::marks(&app.store, &target.name, locale).await?);
    }
    found.extend(roleless(&app, locale).await?);
    #[cfg(feature = "endpoint")]
    found.extend(company_accounts(&config.admin, &app, locale).await);
    app.store.close().await;
    if let Some(path) = missing {
        found.retain(|check| check.part != "state");
        let fact = text("found-no-state").with("path", path.display().to_string()).render(locale);
        let remedy = text("remedy-no-state").render(locale);
        found.insert(0, Check { part: "state".to_owned(), state: State::Failed, fact, remedy });
    }
    Ok(found)
}

/// Checks that the state, the audit and the files of results can be written.
fn data_folder(folder: &Path, locale: Locale) -> Check {
    let named = |key| text(key).with("path", folder.display().to_string());
    let (state, fact, remedy) = match paths::can_hold_files(folder) {
        Ok(()) => (State::Ok, named("found-data-folder"), String::new()),
        Err(error) => {
            let fact = named("found-data-unwritable").with("error", error.to_string());
            (State::Failed, fact, text("remedy-data-folder").render(locale))
        }
    };
    Check { part: "data folder".to_owned(), state, fact: fact.render(locale), remedy }
}

/// Finds a state database that others on this machine can read: it holds what people asked.
fn state_file(file: &Path, locale: Locale) -> Option<Check> {
    open_to_others("state file", file, [text("found-state-open"), text("remedy-state-open")], locale)
}

/// Finds a private key that others on this machine can read: they could sign with it.
fn key_file(part: &str, file: &Path, locale: Locale) -> Option<Check> {
    open_to_others(part, file, [text("found-key-open"), text("remedy-key-open")], locale)
}

#[cfg(unix)]
fn open_to_others(part: &str, file: &Path, [fact, remedy]: [Text; 2], locale: Locale) -> Option<Check> {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = std::fs::metadata(file).ok()?.permissions().mode() & 0o777;
    let path = file.display().to_string();
    let fact = fact.with("path", &path).with("mode", format!("{mode:o}")).render(locale);
    let remedy = remedy.with("path", &path).render(locale);
    let is_open = mode & 0o077 != 0;
    is_open.then(|| Check { part: part.to_owned(), state: State::Degraded, fact, remedy })
}

#[cfg(not(unix))]
fn open_to_others(_: &str, _: &Path, _: [Text; 2], _: Locale) -> Option<Check> {
    None
}

/// Asks the provider of the company's accounts how it describes itself, where people sign in with them.
#[cfg(feature = "endpoint")]
async fn company_accounts(config: &crate::config::AdminConfig, app: &App, locale: Locale) -> Option<Check> {
    let (oidc, public_url) = config.oidc.as_ref().zip(config.public_url.as_ref())?;
    let described = match crate::admin::Oidc::new(oidc, public_url) {
        Ok(provider) => provider.check(app.pipeline.parts().clock.now()).await,
        Err(error) => Err(format!("{error:#}")),
    };
    let named = |key| text(key).with("issuer", &oidc.issuer);
    let (state, fact, remedy) = match described {
        Ok(()) => (State::Ok, named("found-oidc"), String::new()),
        Err(error) => {
            let fact = named("found-oidc-away").with("error", error);
            (State::Failed, fact, text("remedy-oidc").render(locale))
        }
    };
    Some(Check { part: "company accounts".to_owned(), state, fact: fact.render(locale), remedy })
}

/// Users who may do nothing because their role is not in the configuration.
async fn roleless(app: &App, locale: Locale) -> anyhow::Result<Option<Check>> {
    let roles = &app.pipeline.parts().settings.roles;
    let users = app.store.users().await?;
    let without = users.iter().filter(|user| !user.disabled && !roles.knows(&user.role));
    let named: Vec<String> = without.map(|user| format!("{} ({})", user.username, user.role)).collect();
    Ok((!named.is_empty()).then(|| Check {
        part: "roles".to_owned(),
        state: State::Degraded,
        fact: text("found-users-roleless").with("users", named.join(", ")).render(locale),
        remedy: text("remedy-users-roleless").render(locale),
    }))
}

/// Checks the allow and deny lists of a target for entries that match nothing. A target that cannot be reached has been
/// reported already.
async fn policy(target: &Target, locale: Locale) -> Option<Check> {
    let unmatched = target.unmatched_policy().await.ok().filter(|unmatched| !unmatched.is_empty())?;
    Some(Check {
        part: format!("target {} policy", target.name),
        state: State::Degraded,
        fact: text("policy-unmatched").with("entries", unmatched.join(", ")).render(locale),
        remedy: text("remedy-policy").with("target", &target.name).render(locale),
    })
}

/// Lists the account's privileges beyond reading, one line per kind. A target without accounts has nothing to report,
/// and one that cannot be reached has been reported already. As nothing runs on a target before this check, a failure
/// of it is reported too.
async fn account(target: &Target, is_away: bool, locale: Locale) -> Vec<Check> {
    let part = format!("target {} account", target.name);
    let looked = tokio::time::timeout(LOOK, target.port.privileges()).await;
    let privileges = match looked.unwrap_or(Err(TargetError::Timeout { seconds: LOOK.as_secs() })) {
        Ok(privileges) => privileges,
        Err(_) if is_away => return Vec::new(),
        Err(error) => {
            let remedy = target_remedy(&error, target).render(locale);
            return vec![Check { part, state: State::Failed, fact: error.found().render(locale), remedy }];
        }
    };
    if privileges.account.is_empty() {
        return Vec::new();
    }
    if privileges.excesses.is_empty() {
        let fact = text("account-reads").with("account", &privileges.account).render(locale);
        return vec![Check { part, state: State::Ok, fact, remedy: String::new() }];
    }
    let mut excesses = privileges.excesses.clone();
    excesses.sort();
    excesses
        .chunk_by(|one, next| one.kind == next.kind)
        .map(|of_a_kind| {
            let kind = of_a_kind[0].kind;
            let (fact, remedy) = excess(kind, target.port.dialect());
            let what = of_a_kind.iter().map(|excess| excess.what.as_str()).collect::<Vec<_>>().join(", ");
            // What can write may do what nobody asked for, whatever Pstral refuses.
            let is_failure = kind <= ExcessKind::Write && !target.terms.allow_privileged;
            Check {
                part: part.clone(),
                state: if is_failure { State::Failed } else { State::Degraded },
                fact: fact.with("account", &privileges.account).with("what", what).render(locale),
                remedy: remedy.with("target", &target.name).render(locale),
            }
        })
        .collect()
}

/// Returns the name of a kind of excess privilege, and the remedy.
fn excess(kind: ExcessKind, dialect: Dialect) -> (Text, Text) {
    match kind {
        ExcessKind::Superuser => (text("excess-superuser"), text("remedy-privileged")),
        ExcessKind::Owner => (text("excess-owner"), text("remedy-privileged")),
        ExcessKind::Administer => (text("excess-administer"), text("remedy-excess")),
        ExcessKind::Write => (text("excess-write"), text("remedy-excess")),
        ExcessKind::ReadAll => (text("excess-read-all"), text("remedy-excess")),
        ExcessKind::Lock if dialect == Dialect::Oracle => (text("excess-lock"), text("remedy-excess-lock-oracle")),
        ExcessKind::Lock => (text("excess-lock"), text("remedy-excess-lock")),
        ExcessKind::Execute => (text("excess-execute"), text("remedy-excess-execute")),
        ExcessKind::Outside => (text("excess-outside"), text("remedy-excess-outside")),
        ExcessKind::Unbounded => (text("excess-unbounded"), text("remedy-excess-unbounded")),
    }
}

fn print(found: &[Check], locale: Locale) {
    for check in found {
        say(&format!("{} · {} · {}", check.part, check.state.text().render(locale), check.fact));
        if !check.remedy.is_empty() {
            say(&format!("    → {}", check.remedy));
        }
    }
    if found.iter().any(|check| check.state != State::Ok) {
        say_error(&text("doctor-look").render(locale));
    }
}
