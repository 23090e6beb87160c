//! `pstral verified`: the verified queries of the databases, and what their stewards decide.

use clap::{Args, Subcommand};
use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus, KeptQuery, Locale, QuerySource, QueryState};
use pstral_core::ports::{Clock as _, Knowledge as _, People as _};
use pstral_core::stewardship::{Decision, DecisionError, Steward, query_card};
use pstral_core::text::{Text, text};
use pstral_store::Store;

use super::catalog::{refresh_one, target_is_unknown};
use super::out::{say, say_error, say_json};
use super::{Ending, Installed, record, state_is_missing, user_unknown};
use crate::clock::SystemClock;
use crate::compose::{App, open_store, open_store_to_read};
use crate::config::Config;
use crate::health::{Check, State};
use crate::verified::{as_file, to_json};

#[derive(Debug, Subcommand)]
pub(super) enum VerifiedCommand {
    /// List the verified queries of every database, or of one, with those waiting for approval
    List {
        /// The name of the database in the configuration
        target: Option<String>,
        /// Print one JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Show one verified query in full
    Show {
        /// The name of the database in the configuration
        target: String,
        /// The name of the query
        id: String,
    },
    /// Approve a query proposed in a chat
    Approve(DecisionArgs),
    /// Retire a query written in a chat
    Retire(DecisionArgs),
    /// Print the queries approved in chats as a verified-queries file
    Export {
        /// The name of the database in the configuration
        target: String,
    },
    /// Check the queries of every database, or of one; lists invalid ones, and exits 1 if there are any
    Check {
        /// The name of the database in the configuration
        target: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(super) struct DecisionArgs {
    /// The name of the database in the configuration
    target: String,
    /// The name of the query with the version you read, such as late-payments#1
    id: String,
    /// Username of the steward who decides
    #[arg(long, value_name = "USERNAME")]
    by: String,
}

pub(super) async fn run(Installed { config, locale }: Installed, command: VerifiedCommand) -> anyhow::Result<Ending> {
    let named = match &command {
        VerifiedCommand::List { target, .. } | VerifiedCommand::Check { target } => target.as_deref(),
        VerifiedCommand::Show { target, .. } | VerifiedCommand::Export { target } => Some(target.as_str()),
        VerifiedCommand::Approve(args) | VerifiedCommand::Retire(args) => Some(args.target.as_str()),
    };
    if named.is_some_and(|name| target_is_unknown(&config, name, locale)) {
        return Ok(Ending::Usage);
    }
    if state_is_missing(&config, locale) {
        return Ok(Ending::Failed);
    }
    match command {
        VerifiedCommand::List { target, json } => list(&config, target.as_deref(), json, locale).await,
        VerifiedCommand::Show { target, id } => show(&config, &target, &id, locale).await,
        VerifiedCommand::Approve(args) => decide(&config, &args, &Decision::Approve, locale).await,
        VerifiedCommand::Retire(args) => decide(&config, &args, &Decision::Retire, locale).await,
        VerifiedCommand::Export { target } => export(&config, &target, locale).await,
        VerifiedCommand::Check { target } => check(&config, target.as_deref(), locale).await,
    }
}

async fn list(config: &Config, only: Option<&str>, json: bool, locale: Locale) -> anyhow::Result<Ending> {
    let store = open_store_to_read(config).await?;
    for target in config.targets.keys().filter(|target| only.is_none_or(|only| *target == only)) {
        for kept in store.kept_verified(target).await? {
            if json {
                say_json(&to_json(&kept, locale).to_string());
            } else {
                say(&line(&kept, locale));
            }
        }
    }
    store.close().await;
    Ok(Ending::Fine)
}

fn line(kept: &KeptQuery, locale: Locale) -> String {
    let state = state(kept).render(locale);
    let mut parts = vec![format!("{}/{}#{}", kept.target, kept.query.id, kept.version), state];
    parts.push(kept.query.question(locale).to_owned());
    parts.extend(kept.fault.as_ref().map(|fault| fault.why(locale).to_owned()));
    parts.join(" · ")
}

fn state(kept: &KeptQuery) -> Text {
    match (kept.source, kept.state) {
        _ if kept.hidden => text("query-hidden"),
        _ if kept.fault.is_some() => text("query-fallen"),
        (_, QueryState::Proposed) => text("query-proposed"),
        (_, QueryState::Retired) => text("query-retired"),
        (QuerySource::File, QueryState::Approved) => text("query-of-file"),
        (QuerySource::Chat, QueryState::Approved) => text("query-of-chat"),
    }
}

async fn show(config: &Config, target: &str, id: &str, locale: Locale) -> anyhow::Result<Ending> {
    let store = open_store_to_read(config).await?;
    let (all, users) = (store.kept_verified(target).await?, store.users().await?);
    store.close().await;
    let (id, _) = named(id);
    let found: Vec<&KeptQuery> = all.iter().filter(|kept| kept.query.id == id).collect();
    for kept in &found {
        say(&line(kept, locale));
        say(&query_card(kept, &users, locale));
    }
    if found.is_empty() {
        say_error(&text("query-unknown").with("target", target).with("id", id).render(locale));
        return Ok(Ending::Usage);
    }
    Ok(Ending::Fine)
}

/// An id, and the version it was given with.
fn named(id: &str) -> (&str, Option<i64>) {
    id.rsplit_once('#').map_or((id, None), |(id, version)| (id, version.parse().ok()))
}

async fn decide(config: &Config, args: &DecisionArgs, decision: &Decision, locale: Locale) -> anyhow::Result<Ending> {
    let app = App::build(config, locale).await?;
    let decided = decide_with(&app, args, decision, locale).await;
    app.store.close().await;
    decided
}

async fn decide_with(app: &App, args: &DecisionArgs, decision: &Decision, locale: Locale) -> anyhow::Result<Ending> {
    let refuse = |sentence: Text, ending: Ending| {
        say_error(&sentence.render(locale));
        Ok(ending)
    };
    let Some(user) = app.store.user_named(&args.by).await?.filter(|user| !user.disabled) else {
        return refuse(user_unknown(&args.by), Ending::Usage);
    };
    let (id, version) = named(&args.id);
    let all = app.store.kept_verified(&args.target).await?;
    let mut of_name: Vec<&KeptQuery> = all.iter().filter(|kept| kept.query.id == id).collect();
    of_name.sort_by_key(|kept| kept.source == QuerySource::File);
    let Some(seen) = of_name.first() else {
        return refuse(text("query-unknown").with("target", &args.target).with("id", id), Ending::Usage);
    };
    if version != Some(seen.version) {
        let name = format!("{id}#{}", seen.version);
        say(&query_card(seen, &app.store.users().await?, locale));
        return refuse(text("query-which-version").with("name", name), Ending::Usage);
    }
    let mut event = AuditEvent::new(SystemClock::default().now(), AuditAction::VerifiedEdited, AuditStatus::Ok);
    (event.platform, event.user) = (Some("cli".to_owned()), Some(user.id));
    match app.pipeline.verified_queries().decide(&Steward { user: &user, event }, seen, decision).await {
        Ok(after) => {
            say(&line(&after, locale));
            Ok(Ending::Fine)
        }
        Err(
            DecisionError::Refused(sentence)
            | DecisionError::Invalid(sentence)
            | DecisionError::NotFound(sentence)
            | DecisionError::Unavailable(sentence),
        ) => refuse(sentence, Ending::Failed),
        Err(DecisionError::NoAudit(error)) => refuse(error.unrecorded_text(), Ending::Failed),
        Err(DecisionError::Broken(cause)) => anyhow::bail!(cause),
    }
}

/// For the file of the target, under version control: an entry there takes the place of the one in the chat.
async fn export(config: &Config, target: &str, locale: Locale) -> anyhow::Result<Ending> {
    let store = open_store(config).await?;
    let approved =
        |kept: &KeptQuery| kept.source == QuerySource::Chat && kept.state == QueryState::Approved && !kept.hidden;
    let all = store.kept_verified(target).await?;
    let queries: Vec<_> = all.into_iter().filter(approved).map(|kept| kept.query).collect();
    if queries.is_empty() {
        say_error(&text("query-none-to-export").with("target", target).render(locale));
        return Ok(Ending::Fine);
    }
    record(&store, AuditAction::Export, Some(target), &format!("{} verified queries", queries.len())).await?;
    store.close().await;
    say(as_file(&queries)?.trim_end());
    Ok(Ending::Fine)
}

async fn check(config: &Config, only: Option<&str>, locale: Locale) -> anyhow::Result<Ending> {
    let app = App::build(config, locale).await?;
    let mut ending = Ending::Fine;
    for target in app.pipeline.parts().targets.values().filter(|target| only.is_none_or(|only| target.name == only)) {
        // Reading the catalog looks at the queries too.
        if !refresh_one(&app, target, locale).await? {
            ending = Ending::Failed;
            continue;
        }
        let all = app.store.kept_verified(&target.name).await?;
        let holding = all.iter().filter(|kept| kept.is_used()).count() as u64;
        say(&text("query-holding").with("target", &target.name).count("queries", holding).render(locale));
        for kept in all.iter().filter(|kept| kept.fault.is_some()) {
            say(&line(kept, locale));
            ending = Ending::Failed;
        }
    }
    app.store.close().await;
    Ok(ending)
}

/// Returns the problems of a target's verified queries, for `pstral doctor`.
pub(super) async fn marks(store: &Store, target: &str, locale: Locale) -> anyhow::Result<Vec<Check>> {
    let all = store.kept_verified(target).await?;
    let names = |wanted: &dyn Fn(&KeptQuery) -> bool| {
        all.iter().filter(|kept| wanted(kept)).map(|kept| kept.query.id.as_str()).collect::<Vec<_>>().join(", ")
    };
    let fallen = names(&|kept| kept.fault.is_some() && !kept.hidden);
    let hidden = names(&|kept| kept.hidden && kept.state != QueryState::Retired);
    let check = |queries: String, fact: Text, remedy: Text| {
        (!queries.is_empty()).then(|| Check {
            part: format!("target {target} verified"),
            state: State::Degraded,
            fact: fact.with("queries", queries).render(locale),
            remedy: remedy.with("target", target).render(locale),
        })
    };
    let fallen = check(fallen, text("queries-fallen"), text("remedy-queries-fallen"));
    let hidden = check(hidden, text("queries-hidden"), text("remedy-queries-hidden"));
    Ok(fallen.into_iter().chain(hidden).collect())
}
