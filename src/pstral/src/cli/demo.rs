//! `pstral demo`: the sample company in the terminal, on this machine alone.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use futures::FutureExt as _;
use jiff::tz::TimeZone;
use pstral_core::domain::{
    Actor, AuditAction, AuditEvent, AuditStatus, CommandName, EventBody, Locale, NewUser, PlatformName, Role, User,
    UserId, VerifiedKind,
};
use pstral_core::pipeline::Pipeline;
use pstral_core::ports::{Inbox, Knowledge as _, ModelError};
use pstral_core::settings::VerifiedUse;
use pstral_core::text::text;
use tokio_util::sync::CancellationToken;

use super::audit::known_keys;
use super::out::{say, say_error};
use super::{Common, Ending, log_to_stderr, tour};
use crate::compose::App;
use crate::config::{Config, Source};
use crate::demo;
use crate::health::Found as _;
use crate::instance_lock::InstanceLock;
use crate::lifecycle::{self, AfterPlatforms};
use crate::models::{self, refuse_outside};

/// The account of whoever sits at the terminal.
const CONSOLE: &str = "console";

/// The sample company, as demo.toml names it.
const TARGET: &str = "crm";

#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Show a fixed sequence of questions and answers, without input
    #[arg(long)]
    tour: bool,
}

pub(super) async fn run(common: &Common, args: &DemoArgs) -> anyhow::Result<Ending> {
    let locale = common.locale();
    if common.config.is_some() {
        say_error(&text("demo-own-config").render(locale));
    }
    let mut config = match crate::config::load(&Source::Demo, common.data.as_deref()) {
        Ok(config) => config,
        Err(faults) => {
            super::config::print_faults(&faults, locale);
            return Ok(Ending::Usage);
        }
    };
    config.locale = locale;
    if args.tour {
        config.answers.verified = VerifiedUse::Offer;
    }
    let is_set = |key: &str| std::env::var_os(format!("PSTRAL__MODEL__{key}")).is_some();
    if let Some(found) = demo::find_model(&config.model, is_set).await {
        config.model = found;
    }
    let _log = log_to_stderr(&config.log);
    let cannot = |error: &anyhow::Error| {
        let sentence = text("demo-folder").with("folder", config.data.display().to_string());
        say_error(&sentence.with("error", format!("{error:#}")).render(locale));
        Ok(Ending::Failed)
    };
    if let Err(error) = std::fs::create_dir_all(&config.data) {
        return cannot(&error.into());
    }
    let mut lock = InstanceLock::take(&config).await?;
    if let Err(error) = prepare(&config) {
        return cannot(&error);
    }
    refuse_outside(&config.model).await?;
    let mut app = App::build(&config, locale).await?;
    lock.fence(&app.store).await?;
    app.models.pull = as_started(&app.models.pull);
    lifecycle::start(&app).await?;
    greet(&app, &config, locale).await?;
    if args.tour {
        let ending = Box::pin(tour::run(&app, &known_keys(&config, Vec::new())?)).await;
        lifecycle::close(&app).await;
        return ending;
    }
    let person = person(&app.pipeline, locale).await?;
    link(&app.pipeline, CONSOLE, &person).await?;
    say(&text("demo-try").render(locale));
    let is_decided = common.chosen_locale().is_some();
    if !is_decided {
        say(&text("demo-language").render(locale));
    }
    say("");
    let shutdown = CancellationToken::new();
    tokio::spawn(end_on_sigterm(shutdown.clone()));
    let drain = Duration::from_secs(config.http.drain_timeout);
    let heard = |inbox| if is_decided { inbox } else { speak_as_spoken_to(Arc::clone(&app.pipeline), locale, inbox) };
    lifecycle::run_through(&app, &shutdown, drain, AfterPlatforms::End, heard).await?;
    lifecycle::close(&app).await;
    Ok(Ending::Fine)
}

/// SIGTERM ends the demo as it ends the bot: the terminal is left as it was.
async fn end_on_sigterm(ending: CancellationToken) {
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        terminate.recv().await;
        ending.cancel();
        return;
    }
    ending.cancelled().await;
}

/// Where neither the system nor the command line names a language, the first words that tell one decide whom the terminal
/// is linked to.
fn speak_as_spoken_to(pipeline: Arc<Pipeline>, locale: Locale, inbox: Inbox) -> Inbox {
    let undecided = Arc::new(tokio::sync::Mutex::new(true));
    Arc::new(move |event| {
        let (pipeline, undecided, inbox) = (Arc::clone(&pipeline), Arc::clone(&undecided), Arc::clone(&inbox));
        async move {
            let mut is_undecided = undecided.lock().await;
            let spoken = language_of(&event.body).filter(|_| *is_undecided);
            *is_undecided &= spoken.is_none();
            if let Some(spoken) = spoken.filter(|spoken| *spoken != locale)
                && let Err(error) = become_person(&pipeline, spoken).await
            {
                tracing::warn!(%error, "the language of the demo could not be changed");
            }
            drop(is_undecided);
            inbox(event).await;
        }
        .boxed()
    })
}

async fn become_person(pipeline: &Pipeline, locale: Locale) -> anyhow::Result<()> {
    let person = person(pipeline, locale).await?;
    link(pipeline, CONSOLE, &person).await?;
    Ok(())
}

fn language_of(body: &EventBody) -> Option<Locale> {
    match body {
        // SQL has small words of English in every language.
        EventBody::Said(words) if !is_statement(words) => {
            let words = words.trim();
            CommandName::language(words).or_else(|| Locale::of_text(words))
        }
        _ => None,
    }
}

fn is_statement(words: &str) -> bool {
    let first = words.split_whitespace().next().unwrap_or_default().to_lowercase();
    matches!(first.as_str(), "select" | "with")
}

/// Makes what the demo reads in its data folder. The sample company is made afresh each day, so that "this
/// month" always holds something.
pub(super) fn prepare(config: &Config) -> anyhow::Result<()> {
    let target = config.targets.get(TARGET).context("invariant: demo.toml has the target crm")?;
    if let Some(verified) = &target.shared.verified {
        std::fs::write(verified, demo::VERIFIED)?;
    }
    let today = jiff::Timestamp::now().to_zoned(TimeZone::UTC).date();
    let needed = target.section.needed_paths(&target.surroundings(config)).into_iter().next();
    let path = needed.context("invariant: demo.toml names a file")?.path;
    if demo::generated_for(&path) != Some(today) {
        demo::generate(&path, today)?;
    }
    Ok(())
}

/// A command that works where `cargo demo` built a program that is on nobody's PATH.
fn as_started(command: &str) -> String {
    let program = std::env::args().next();
    program.map_or_else(|| command.to_owned(), |program| command.replacen("pstral", &program, 1))
}

async fn greet(app: &App, config: &Config, locale: Locale) -> anyhow::Result<()> {
    let folder = std::path::absolute(&config.data).unwrap_or_else(|_| Path::new(&config.data).to_owned());
    say(&text("demo-welcome").with("folder", folder.display().to_string()).render(locale));
    let Some(endpoint) = app.models.endpoints.first() else { return Ok(()) };
    let line = match models::health(endpoint).await {
        Ok(fact) => text("demo-model").with("fact", fact.render(locale)),
        Err(error) => {
            let line = match error {
                ModelError::Unavailable(_) => text("demo-no-model").with("command", app.models.pull.as_str()),
                error => text("demo-model-fails")
                    .with("fact", error.found().render(locale))
                    .with("remedy", models::remedy(&error, &app.models, endpoint).await.render(locale)),
            };
            line.count(
                "count",
                app.store.verified(TARGET).await?.iter().filter(|one| one.kind == VerifiedKind::Question).count()
                    as u64,
            )
        }
    };
    say(&line.render(locale));
    Ok(())
}

/// The person of the demo who reads a language; an admin, so that the audit can be seen too.
pub(super) async fn person(pipeline: &Pipeline, locale: Locale) -> anyhow::Result<User> {
    let (username, full_name) = match locale {
        Locale::Fr => ("camille", "Camille Martin"),
        Locale::En => ("alex", "Alex Taylor"),
    };
    let parts = pipeline.parts();
    if let Some(user) = parts.people.user_named(username).await? {
        return Ok(user);
    }
    let user = NewUser {
        username: username.to_owned(),
        full_name: full_name.to_owned(),
        email: format!("{username}@example.org"),
        role: Role::admin(),
        locale,
    };
    let id = parts.people.reserve_user().await?;
    record(pipeline, AuditAction::UserAdded, id, username).await?;
    Ok(parts.people.add_user_as(id, &user, parts.clock.now()).await?)
}

/// Links whoever sits at the terminal to a person of the demo, without a code: it is their own machine.
pub(super) async fn link(pipeline: &Pipeline, actor: &str, user: &User) -> anyhow::Result<Actor> {
    let actor =
        Actor { platform: PlatformName("terminal".to_owned()), id: actor.to_owned(), name: user.full_name.clone() };
    let parts = pipeline.parts();
    if parts.people.linked(&actor).await?.is_none_or(|linked| linked.id != user.id) {
        record(pipeline, AuditAction::Link, user.id, &user.username).await?;
        parts.people.link(&actor, user.id, parts.clock.now()).await?;
    }
    Ok(actor)
}

/// Comes before what it tells of: where it cannot be written, nothing changes.
async fn record(pipeline: &Pipeline, action: AuditAction, user: UserId, username: &str) -> anyhow::Result<()> {
    let parts = pipeline.parts();
    let mut event = AuditEvent::new(parts.clock.now(), action, AuditStatus::Ok);
    event.user = Some(user);
    event.detail = Some(format!("{username} (demo)"));
    parts.audit.append(event).await?;
    Ok(())
}
