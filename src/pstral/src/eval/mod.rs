//! `pstral eval`: asks the questions of a suite as a person would, through the whole pipeline, and grades what was offered
//! against gold statements.
//!
//! Nothing of it reaches people, the state or the audit of the installation: it has a state of its own, and a platform on
//! which nobody reads.

mod ablation;
mod benchmark;
mod grade;
mod html;
mod listener;
mod recording;
pub(crate) mod rows;
mod suite;
mod summary;

use std::path::Path;
use std::sync::{Arc, Mutex};

use anyhow::Context as _;
use jiff::Timestamp;
use pstral_core::domain::{Actor, Dialect, Event, EventBody, Locale, NewUser, Role, User};
use pstral_core::models::Endpoint;
use pstral_core::ports::{ChatPlatform, People as _};
use serde::Serialize;

pub(crate) use ablation::Part;
pub(crate) use benchmark::read as read_benchmark;
use grade::Grader;
pub(crate) use grade::{GoldError, Graded};
pub(crate) use html::page;
use listener::Listener;
pub(crate) use recording::Recording;
use recording::{RecordedModel, lock};
pub(crate) use suite::{Case, parse};
pub(crate) use summary::{Difference, Summary};

use crate::compose::{App, open_store};
use crate::config::Config;
use crate::lifecycle;
use crate::registry;

/// The cases of a run, and the answers that count.
pub(crate) struct Run<'a> {
    pub(crate) cases: &'a [Case],
    /// The database of a suite; the cases of a benchmark have their own.
    pub(crate) target: Option<&'a str>,
    /// The role of the person who asks.
    pub(crate) role: Role,
    pub(crate) recording: Arc<Mutex<Recording>>,
    /// True if no model is asked: what is not recorded fails.
    pub(crate) only_recorded: bool,
}

/// A case of a benchmark that was not asked, because its gold statement has no rows to compare with.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LeftOut {
    id: String,
    gold: Vec<String>,
    #[serde(flatten)]
    pub(crate) fault: GoldError,
}

/// What became of the cases of a run.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    pub(crate) graded: Vec<Graded>,
    pub(crate) left_out: Vec<LeftOut>,
}

/// Asks and grades each case; `done` is called after each, with true if its answer is right. A gold statement that is
/// refused or fails ends the run, except in a benchmark.
pub(crate) async fn run(config: &Config, run: &Run<'_>, mut done: impl FnMut(bool)) -> anyhow::Result<Outcomes> {
    let mut all = Outcomes::default();
    for cases in run.cases.chunk_by(|one, next| one.database == next.database) {
        let mut config = config.clone();
        let target = match cases.first().and_then(|case| case.database.as_ref()) {
            Some(database) => {
                config.targets = benchmark::targets(database)?;
                &database.name
            }
            None => run.target.context("invariant: a suite has a target")?,
        };
        ask(config, target, cases, run, &mut all, &mut done).await?;
    }
    Ok(all)
}

/// Asks and grades cases of one target.
async fn ask(
    mut config: Config,
    target: &str,
    cases: &[Case],
    run: &Run<'_>,
    all: &mut Outcomes,
    done: &mut impl FnMut(bool),
) -> anyhow::Result<()> {
    let folder = tempfile::tempdir().context("no folder for the state")?;
    keep_apart(&mut config, folder.path());
    config.default_target = Some(target.to_owned());
    let store = open_store(&config).await?;
    let mut models = registry::model_servers(&config)?;
    models.endpoints = models.endpoints.into_iter().map(|endpoint| recorded(endpoint, run)).collect();
    let platforms = vec![Arc::new(Listener::new()) as Arc<dyn ChatPlatform>];
    let app = App::build_on(platforms, models, &config, config.locale, store).await?;
    lifecycle::start(&app).await?;
    let people = [person(&app, run, Locale::Fr).await?, person(&app, run, Locale::En).await?];
    let target = app.pipeline.parts().targets.get(target).cloned().context("invariant: the target is configured")?;
    let grader = Grader::new(&app, target).await?;
    let mut conversation = "";
    for case in cases {
        if case.after.is_none() {
            conversation = &case.id;
        }
        let golds = match grader.gold_rows(case).await {
            Ok(golds) => golds,
            Err(fault) if case.database.is_some() => {
                let gold = case.golds(Dialect::Sqlite).into_iter().map(str::to_owned).collect();
                all.left_out.push(LeftOut { id: case.id.clone(), gold, fault });
                done(false);
                continue;
            }
            Err(fault) => anyhow::bail!("{}: {fault}", case.id),
        };
        let (user, actor) = &people[usize::from(case.language == Locale::En)];
        lock(&run.recording).begin(&case.id);
        app.pipeline.handle(event(case, actor, conversation)).await;
        let heard = lock(&run.recording).end();
        let one = grader.grade(case, &golds, user, &Listener::place(conversation), &heard).await?;
        done(one.right);
        all.graded.push(one);
    }
    lifecycle::close(&app).await;
    Ok(())
}

/// Gives a run a state of its own, without quotas.
fn keep_apart(config: &mut Config, folder: &Path) {
    config.store.url = format!("sqlite://{}", folder.join("eval.db").display()).into();
    config.files.folder = folder.join("files");
    config.audit.key = folder.join("audit.key");
    config.quotas.user_questions_per_minute = 0;
    config.quotas.user_questions_per_day = 0;
    config.quotas.place_questions_per_minute = 0;
    config.quotas.place_questions_per_day = 0;
}

fn recorded(endpoint: Endpoint, run: &Run<'_>) -> Endpoint {
    let model = RecordedModel {
        recording: Arc::clone(&run.recording),
        inner: endpoint.model,
        only_recorded: run.only_recorded,
    };
    Endpoint { model: Arc::new(model), ..endpoint }
}

async fn person(app: &App, run: &Run<'_>, locale: Locale) -> anyhow::Result<(User, Actor)> {
    let username = format!("eval-{locale}");
    let user = NewUser {
        username: username.clone(),
        full_name: username.clone(),
        email: String::new(),
        role: run.role.clone(),
        locale,
    };
    let user = app.store.add_user(&user, Timestamp::now()).await?;
    let actor = Actor { platform: Listener::platform(), id: username.clone(), name: username };
    app.store.link(&actor, user.id, Timestamp::now()).await?;
    Ok((user, actor))
}

fn event(case: &Case, actor: &Actor, conversation: &str) -> Event {
    Event {
        id: case.id.clone(),
        at: Timestamp::now(),
        actor: actor.clone(),
        place: Listener::place(conversation),
        body: EventBody::Said(case.question.clone()),
    }
}
