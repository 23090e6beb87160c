//! `pstral eval`: asks the questions of a suite as a person would, through the whole pipeline, and grades what was offered
//! against gold statements.
//!
//! Nothing of it reaches people, the state or the audit of the installation: it has a state of its own, and a platform on
//! which nobody reads.

mod ablation;
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
use pstral_core::domain::{Actor, Event, EventBody, Locale, NewUser, Role, User};
use pstral_core::models::Endpoint;
use pstral_core::ports::{ChatPlatform, People as _};

pub(crate) use ablation::Part;
pub(crate) use grade::Graded;
use grade::Grader;
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

/// The cases of a run, the target they are asked of, and the answers that count.
pub(crate) struct Run<'a> {
    pub(crate) cases: &'a [Case],
    pub(crate) target: &'a str,
    /// Holds the state of the run; it may go afterwards.
    pub(crate) folder: &'a Path,
    /// The role of the person who asks.
    pub(crate) role: Role,
    pub(crate) recording: Arc<Mutex<Recording>>,
    /// True if no model is asked: what is not recorded fails.
    pub(crate) only_recorded: bool,
}

/// Asks and grades each case.
pub(crate) async fn run(
    mut config: Config,
    run: &Run<'_>,
    mut done: impl FnMut(usize, &Graded),
) -> anyhow::Result<Vec<Graded>> {
    config.store.url = format!("sqlite://{}", run.folder.join("eval.db").display()).into();
    config.files.folder = run.folder.join("files");
    config.audit.key = run.folder.join("audit.key");
    config.default_target = Some(run.target.to_owned());
    config.quotas.user_questions_per_minute = 0;
    config.quotas.user_questions_per_day = 0;
    config.quotas.place_questions_per_minute = 0;
    config.quotas.place_questions_per_day = 0;
    let store = open_store(&config).await?;
    let mut models = registry::model_servers(&config)?;
    models.endpoints = models.endpoints.into_iter().map(|endpoint| recorded(endpoint, run)).collect();
    let platforms = vec![Arc::new(Listener::new()) as Arc<dyn ChatPlatform>];
    let app = App::build_on(platforms, models, &config, config.locale, store).await?;
    lifecycle::start(&app).await?;
    let people = [person(&app, run, Locale::Fr).await?, person(&app, run, Locale::En).await?];
    let target =
        app.pipeline.parts().targets.get(run.target).cloned().context("invariant: the target is configured")?;
    let grader = Grader::new(&app, target).await?;
    let mut all: Vec<Graded> = Vec::new();
    let mut conversation = "";
    for (number, case) in run.cases.iter().enumerate() {
        if case.after.is_none() {
            conversation = &case.id;
        }
        let (user, actor) = &people[usize::from(case.language == Locale::En)];
        lock(&run.recording).begin(&case.id);
        app.pipeline.handle(event(case, actor, conversation)).await;
        let heard = lock(&run.recording).end();
        let one = grader.grade(case, user, &Listener::place(conversation), &heard).await?;
        done(number, &one);
        all.push(one);
    }
    lifecycle::close(&app).await;
    Ok(all)
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
