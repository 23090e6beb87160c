//! Starting, running and ending: what is under way gets time to finish, and the audit says when.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use futures::future::{FutureExt as _, join_all};
use metrics::gauge;
use pstral_core::domain::{AuditAction, AuditEntry, AuditEvent, AuditSeal, AuditStatus};
use pstral_core::pipeline::Pipeline;
use pstral_core::ports::{AuditFilter, ChatPlatform, Inbox, PlatformError, Towards};
use pstral_core::text::text;
use pstral_store::Store;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::compose::{App, StartError, state_error};
use crate::config::{changed, parse_line, to_line};
use crate::files::FolderFiles;
use crate::health::Found as _;
use crate::metrics::answer_times::timed;
use crate::models::ServerLog;
use crate::unfinished_executions;

/// The time-out for closing the state database.
const CLOSING: Duration = Duration::from_secs(5);
/// Time before reading a catalog is retried.
const AGAIN: Duration = Duration::from_mins(1);
/// Starts read at a time to find the last one of this instance.
const STARTS: u32 = 100;
/// The interval at which messages of expired proposals are updated.
const EXPIRING: Duration = Duration::from_mins(1);
/// The interval at which abandoned live messages are closed.
const CLOSING_LEFT: Duration = Duration::from_mins(1);
/// The interval at which stewards are told what is new for them.
const TELLING_STEWARDS: Duration = Duration::from_mins(10);
/// The interval at which old files are deleted.
const SWEEPING: Duration = Duration::from_hours(1);
/// The interval at which the endpoints of the model are checked.
const CHECKING: Duration = Duration::from_secs(10);

/// Closes what an earlier run left behind and records the start. Without an audit nothing starts.
pub async fn start(app: &App) -> anyhow::Result<()> {
    let left = app.pipeline.recover().await.context("what an earlier run left behind could not be closed")?;
    if left > 0 {
        tracing::warn!(left, "answers were interrupted by the end of an earlier run; closed their messages");
    }
    let last = last_start(app).await?;
    match unfinished_executions::record(app, last.as_ref())
        .await
        .context("how statements ended could not be recorded")?
    {
        0 => {}
        unfinished => {
            tracing::warn!(unfinished, "executions did not end in an earlier run; recorded that in the audit");
        }
    }
    record_changes(app, last).await?;
    let detail = format!("{} {}", program(), to_line(&app.fingerprint));
    record(&app.pipeline, AuditAction::Started, detail).await
}

/// The audit's text when the earlier configuration is no longer known.
const UNKNOWN: &str = "unknown: what it was at the last start is not kept any more";

/// Records what of the configuration is not as it was when this instance was last started, or that nobody can tell:
/// its first start changes nothing.
async fn record_changes(app: &App, last_start: Option<AuditEntry>) -> anyhow::Result<()> {
    let Some(last) = last_start else {
        // It may have been pruned with the beginning of the chain.
        let checkpoints = app.pipeline.parts().audit.checkpoints().await?;
        if checkpoints.iter().any(|checkpoint| checkpoint.instance == app.instance) {
            record(&app.pipeline, AuditAction::ConfigChanged, UNKNOWN.to_owned()).await?;
        }
        return Ok(());
    };
    if matches!(last.seal, AuditSeal::Sealed(_)) {
        return record(&app.pipeline, AuditAction::ConfigChanged, UNKNOWN.to_owned()).await;
    }
    let before = parse_line(&last.event.detail.unwrap_or_default());
    let changed = changed(&before, &app.fingerprint);
    // A release that said nothing of its configuration left nothing to compare with.
    if before.is_empty() || changed.is_empty() {
        return Ok(());
    }
    record(&app.pipeline, AuditAction::ConfigChanged, changed.join(" ")).await
}

/// However often others were started since.
async fn last_start(app: &App) -> anyhow::Result<Option<AuditEntry>> {
    let filter = AuditFilter { action: Some(AuditAction::Started), ..AuditFilter::default() };
    let mut from = None;
    loop {
        let starts = app.pipeline.parts().audit.page(&filter, from, Towards::Older, STARTS).await?;
        let of_ours = starts.entries.into_iter().filter(|entry| entry.instance == app.instance);
        if let Some(last) = of_ours.max_by_key(|entry| entry.position) {
            return Ok(Some(last));
        }
        from = starts.further;
        if from.is_none() {
            return Ok(None);
        }
    }
}

/// The reaction when every platform has ended by itself, as a terminal does at the end of its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterPlatforms {
    /// End too.
    End,
    /// Wait to be asked to end: a service with nothing to read from still answers over HTTP.
    WaitOn,
}

/// Runs every platform until each has ended, and what they handed over is answered. Once `shutdown` is cancelled, all
/// of that has `drain` to end. Without its state it ends at once: what it did could not be recorded. A platform that has failed for good is told by the checkup while others go on, and is an
/// error once none does.
pub async fn run(
    app: &App,
    shutdown: &CancellationToken,
    drain: Duration,
    after: AfterPlatforms,
) -> anyhow::Result<()> {
    run_through(app, shutdown, drain, after, |inbox| inbox).await
}

/// Does what [`run`] does, with every event going through what `heard` makes of the inbox.
pub async fn run_through(
    app: &App,
    shutdown: &CancellationToken,
    drain: Duration,
    after: AfterPlatforms,
    heard: impl FnOnce(Inbox) -> Inbox,
) -> anyhow::Result<()> {
    let mut beside = refresh_catalogs(&app.pipeline);
    beside.spawn(sweep_files(app.files.clone(), app.file_age));
    beside.spawn(expire_proposals(Arc::clone(&app.pipeline)));
    beside.spawn(close_orphaned_turns(Arc::clone(&app.pipeline)));
    beside.spawn(tell_stewards(Arc::clone(&app.pipeline)));
    let locale = app.pipeline.parts().settings.locale;
    beside.spawn(check_endpoints(Arc::clone(&app.pipeline), ServerLog::new(app.models.clone(), locale)));
    beside.spawn(app.heads.clone().tell_on());
    let (tasks, halt) = (TaskTracker::new(), Halt::default());
    beside.spawn(stop_without_lease(Arc::clone(&app.store), halt.clone()));
    let inbox = heard(inbox(&app.pipeline, &tasks, &halt));
    app.platforms.iter().for_each(|platform| platform.advise(app.pipeline.advice()));
    let mut outcome = Ok(());
    let all_of_it = async {
        let platforms = app.platforms.iter().map(|platform| platform_loop(app, platform, &inbox, shutdown));
        let ended: Result<(), StartError> = join_all(platforms).await.into_iter().collect();
        match ended {
            // Asked to end, it ends well, whatever was lost before.
            _ if after == AfterPlatforms::WaitOn && shutdown.is_cancelled() => {}
            Ok(()) if after == AfterPlatforms::WaitOn => shutdown.cancelled().await,
            ended => outcome = ended,
        }
        tasks.close();
        tasks.wait().await;
    };
    // Platforms await their own events, so a single answer that hangs would hold up the end without this.
    let time_is_over = async {
        shutdown.cancelled().await;
        tokio::time::sleep(drain).await;
    };
    tokio::select! {
        () = all_of_it => {}
        () = time_is_over => {
            tracing::warn!(left = tasks.len(), "the time to finish is over; the next start closes the remaining messages");
        }
        lost = app.store.lost() => {
            tracing::error!(error = %lost, left = tasks.len(), "the state is lost; stopping all answers and ending");
            halt.stop();
            return Err(state_error(&lost).into());
        }
    }
    record(&app.pipeline, AuditAction::Stopped, program()).await?;
    app.heads.log();
    Ok(outcome?)
}

/// Reads the catalog of every target now and then, each in its own time, so that nobody's question has to wait for it.
fn refresh_catalogs(pipeline: &Arc<Pipeline>) -> JoinSet<()> {
    let loops = pipeline.parts().targets.values().map(|target| {
        let (pipeline, target) = (Arc::clone(pipeline), Arc::clone(target));
        async move {
            loop {
                let pause = match pipeline.verified_queries().refresh_catalog(&target).await {
                    Ok(refreshed) => {
                        if refreshed.changed != Some(false) {
                            let tables = refreshed.kept.catalog.tables.len();
                            tracing::info!(target = target.name, tables, "read a changed catalog");
                        }
                        target.terms.catalog_age
                    }
                    // Logged where it happens; whoever asks meanwhile is answered with the last one.
                    Err(_) => AGAIN.min(target.terms.catalog_age),
                };
                tokio::time::sleep(pause).await;
            }
        }
    });
    loops.collect()
}

/// Takes the buttons from messages whose proposals have expired, at the start and then every minute.
async fn expire_proposals(pipeline: Arc<Pipeline>) {
    loop {
        match pipeline.expire_proposals().await {
            Ok(0) => {}
            Ok(expired) => tracing::info!(expired, "removed the buttons of expired proposals"),
            Err(error) => tracing::warn!(%error, "the buttons of expired proposals could not be removed"),
        }
        tokio::time::sleep(EXPIRING).await;
    }
}

/// Closes what nobody writes any more, every minute. One that takes long, because a place is away, does not hold up the
/// next.
async fn close_orphaned_turns(pipeline: Arc<Pipeline>) {
    let mut closing = JoinSet::new();
    loop {
        tokio::time::sleep(CLOSING_LEFT).await;
        while closing.try_join_next().is_some() {}
        let pipeline = Arc::clone(&pipeline);
        closing.spawn(async move {
            match pipeline.close_orphaned_turns().await {
                Ok(0) => {}
                Ok(left) => tracing::warn!(left, "closed messages that still looked live"),
                Err(error) => {
                    tracing::error!(%error, "messages that look live could not be closed; trying again in a minute");
                }
            }
        });
    }
}

/// Tells stewards what is new for them, every ten minutes; not at once, so that platforms are connected.
async fn tell_stewards(pipeline: Arc<Pipeline>) {
    loop {
        tokio::time::sleep(TELLING_STEWARDS).await;
        match pipeline.tell_stewards().await {
            Ok(0) => {}
            Ok(stewards) => tracing::info!(stewards, "told stewards what waits for them"),
            Err(error) => {
                tracing::warn!(%error, "stewards could not be told what waits for them; trying again in ten minutes");
            }
        }
    }
}

/// Looks after the endpoints of the model, from the start on, so that nobody's question finds out which of them is away.
async fn check_endpoints(pipeline: Arc<Pipeline>, mut log: ServerLog) {
    loop {
        log.look_at(&pipeline.parts().model).await;
        tokio::time::sleep(CHECKING).await;
    }
}

/// Removes the files of results whose time is over, at the start and then now and again.
async fn sweep_files(files: FolderFiles, age: Duration) {
    match files.sweep_unfinished().await {
        Ok(0) => {}
        Ok(removed) => tracing::info!(removed, "deleted files that an earlier run left unfinished"),
        Err(error) => tracing::warn!(%error, "files that an earlier run left unfinished could not be deleted"),
    }
    loop {
        match files.sweep(age).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "deleted expired result files"),
            Err(error) => tracing::warn!(%error, "expired result files could not be deleted"),
        }
        tokio::time::sleep(SWEEPING).await;
    }
}

/// Closes the state database, so that it is one file to copy. What still holds it after a moment ends with the process.
pub async fn close(app: &App) {
    if tokio::time::timeout(CLOSING, app.store.close()).await.is_err() {
        tracing::warn!("the state database could not be closed in time; the next start recovers it");
    }
}

/// Stops all answers at once: what goes on could not be recorded, or another program may be closing it.
#[derive(Debug, Clone, Default)]
struct Halt(Arc<Mutex<CancellationToken>>);

impl Halt {
    /// Cancelled when the answers that begin now must stop.
    fn token(&self) -> CancellationToken {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Later answers may begin.
    fn stop(&self) {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).cancel();
    }
}

/// Stops all answers whenever the lease of this instance may be lost. Their messages are closed once it is taken again.
async fn stop_without_lease(store: Arc<Store>, halt: Halt) {
    loop {
        store.interrupted().await;
        tracing::warn!("the lease of this instance may be lost; stopping all answers");
        halt.stop();
    }
}

/// Each event in a task of its own, so that a platform going away does not cut an answer; `halt` does.
fn inbox(pipeline: &Arc<Pipeline>, tasks: &TaskTracker, halt: &Halt) -> Inbox {
    let (pipeline, tasks, halt) = (Arc::clone(pipeline), tasks.clone(), halt.clone());
    Arc::new(move |event| {
        let (pipeline, halt) = (Arc::clone(&pipeline), halt.token());
        let answer = timed(async move { pipeline.handle(event).await });
        let task = tasks.spawn(async move { halt.run_until_cancelled(answer).await });
        async move {
            if let Err(error) = task.await {
                tracing::error!(%error, "an event from a platform could not be answered");
            }
        }
        .boxed()
    })
}

/// A platform that cannot be reached is tried again, ever more slowly, without holding up the others. One that never
/// will be is an error.
async fn platform_loop(
    app: &App,
    platform: &Arc<dyn ChatPlatform>,
    inbox: &Inbox,
    shutdown: &CancellationToken,
) -> Result<(), StartError> {
    let locale = app.pipeline.parts().settings.locale;
    let gone = gauge!("pstral_platform_ended", "platform" => platform.name().0);
    gone.set(0);
    let mut pause = Duration::from_secs(1);
    while !shutdown.is_cancelled() {
        match platform.run(Arc::clone(inbox), shutdown.child_token()).await {
            Ok(()) => return Ok(()),
            Err(error @ (PlatformError::Rejected(_) | PlatformError::Gone)) => {
                tracing::error!(platform = %platform.name(), %error, "the platform ended for good");
                gone.set(1);
                app.ended.note(platform.name(), error.clone());
                let part = format!("platform {}", platform.name());
                return Err(StartError::new(part, error.found().render(locale), text("remedy-platform-ended")));
            }
            Err(error) => {
                tracing::error!(platform = %platform.name(), %error, ?pause, "the platform was lost; trying again");
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    () = shutdown.cancelled() => {}
                }
                pause = (pause * 2).min(Duration::from_mins(1));
            }
        }
    }
    Ok(())
}

fn program() -> String {
    format!("pstral {}", env!("CARGO_PKG_VERSION"))
}

async fn record(pipeline: &Pipeline, action: AuditAction, detail: String) -> anyhow::Result<()> {
    let parts = pipeline.parts();
    let mut event = AuditEvent::new(parts.clock.now(), action, AuditStatus::Ok);
    event.detail = Some(detail);
    let written = parts.audit.append(event).await;
    written.map_err(|error| StartError { part: "audit".to_owned(), ..state_error(&error) })?;
    Ok(())
}
