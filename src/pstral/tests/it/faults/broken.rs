//! One Pstral in memory in which one row happens, in a time of its own that nobody waits for.

use std::sync::Arc;
use std::time::Duration;

use pstral_core::domain::{
    Actor, ButtonAction, Catalog, CatalogColumn, ColumnKind, Dialect, EventBody, Relation, RelationKind, Value,
};
use pstral_core::pipeline::{Parts, Pipeline};
use pstral_core::settings::Terms;
use pstral_core::targets::Target;
use pstral_core::testkit::checkup::FakeCheckup;
use pstral_core::testkit::clock::{CountingEntropy, FakeClock};
use pstral_core::testkit::language_model::pool_of;
use pstral_core::testkit::query_target::{FakeTarget, Reply};
use pstral_core::testkit::result_files::FakeFiles;
use pstral_core::testkit::state::MemoryState;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::case::{Case, Kill, Refusal, Stop};
use super::chat::{AWAY, LONG_AWAY, RefusingChat};
use super::model::{FAILS_AT, FaultyModel};
use crate::world::{DAY, Setup, people, settings};

/// Before and after the failure: a person stops, a program is killed.
const STOPS: Duration = Duration::from_millis(100);
const KILLED_BEFORE: Duration = Duration::from_millis(50);
/// Within the write that comes right after it.
const KILLED_AFTER: Duration = Duration::from_millis(20);
/// After so long it is looked for what nobody writes any more.
const MINUTE: Duration = Duration::from_mins(1);
/// Longer than anything of a row takes.
const PATIENCE: Duration = Duration::from_hours(2);

/// The parts around Pstral, which outlive a restart.
pub(super) struct Broken {
    pub(super) state: Arc<MemoryState>,
    pub(super) chat: Arc<RefusingChat>,
    pub(super) model: Arc<FaultyModel>,
    pub(super) target: Arc<FakeTarget>,
    clock: Arc<FakeClock>,
    entropy: Arc<CountingEntropy>,
    pipeline: Arc<Pipeline>,
    under_way: Vec<JoinHandle<()>>,
}

impl Broken {
    pub(super) async fn new(case: &Case) -> Self {
        let state = Arc::new(MemoryState::default());
        people::add(&*state).await;
        let chat = Arc::new(RefusingChat::new(case.refusal));
        let model = Arc::new(FaultyModel::new(case.failure.clone(), case.stage));
        let target = Arc::new(target());
        let clock = Arc::new(FakeClock::at(&format!("{DAY}T10:00:00Z")));
        let entropy = Arc::<CountingEntropy>::default();
        let pipeline = Arc::new(pipeline(&state, &chat, &model, &target, &clock, &entropy));
        Self { state, chat, model, target, clock, entropy, pipeline, under_way: Vec::new() }
    }

    /// Somebody asks, and the row happens. `None` where it never ends.
    pub(super) async fn happen(&mut self, case: &Case, actor: &Actor) -> Option<()> {
        let began = Instant::now();
        self.begin(actor, EventBody::Said("Who are our clients of Lyon?".to_owned()));
        let stop = EventBody::Clicked(ButtonAction::Stop);
        let acts = [
            (case.stop == Stop::Before, FAILS_AT.saturating_sub(STOPS), Some(&stop)),
            (case.kill == Kill::Before, FAILS_AT.saturating_sub(KILLED_BEFORE), None),
            (case.stop == Stop::AtOnce, FAILS_AT, Some(&stop)),
            (case.kill == Kill::After, FAILS_AT + KILLED_AFTER, None),
            (case.stop == Stop::After, FAILS_AT + STOPS, Some(&stop)),
        ];
        for (_, at, act) in acts.into_iter().filter(|(happens, ..)| *happens) {
            sleep_until(began + at).await;
            match act {
                Some(body) => self.begin(actor, body.clone()),
                None => self.restart().await,
            }
        }
        self.end().await?;
        match case.refusal {
            Refusal::Away | Refusal::Unavailable(_) if case.kill != Kill::Never => sleep(AWAY).await,
            Refusal::LongAway => sleep(LONG_AWAY).await,
            Refusal::Never(_) => self.chat.is_well(),
            _ => return Some(()),
        }
        // What could not be ended while the platform was away is a minute later.
        self.close_orphaned_turns().await;
        Some(())
    }

    /// A minute later.
    pub(super) async fn close_orphaned_turns(&self) {
        self.clock.advance(MINUTE);
        self.pipeline.close_orphaned_turns().await.unwrap();
    }

    /// Everything around works again.
    pub(super) fn is_well(&self) {
        self.chat.is_well();
        self.model.is_well();
    }

    /// Somebody does something; `None` where it is never answered.
    pub(super) async fn act(&mut self, actor: &Actor, body: EventBody) -> Option<()> {
        self.begin(actor, body);
        self.end().await
    }

    fn begin(&mut self, actor: &Actor, body: EventBody) {
        let (pipeline, event) = (Arc::clone(&self.pipeline), self.chat.seen.event(actor, body));
        self.under_way.push(tokio::spawn(async move { pipeline.handle(event).await }));
    }

    async fn end(&mut self) -> Option<()> {
        for task in self.under_way.drain(..) {
            timeout(PATIENCE, task).await.ok()?.unwrap();
        }
        Some(())
    }

    /// Killed, and started again on the same state.
    async fn restart(&mut self) {
        for task in self.under_way.drain(..) {
            task.abort();
            let _ = task.await;
        }
        let Self { state, chat, model, target, clock, entropy, .. } = &*self;
        self.pipeline = Arc::new(pipeline(state, chat, model, target, clock, entropy));
        self.pipeline.recover().await.unwrap();
    }
}

fn target() -> FakeTarget {
    let columns = ["name", "city"].map(|name| CatalogColumn::new(name, "TEXT")).to_vec();
    let clients = Relation::new("main", "clients", RelationKind::Table, columns);
    let target = FakeTarget::new(Catalog::new(Dialect::Sqlite, "main", vec![clients]));
    let rows = vec![vec![Value::Text("Boréal Logistique".to_owned())]];
    target.answer("SELECT name FROM clients WHERE city = 'Lyon'", Reply::rows(&[("name", ColumnKind::Text)], rows));
    target
}

fn pipeline(
    state: &Arc<MemoryState>,
    chat: &Arc<RefusingChat>,
    model: &Arc<FaultyModel>,
    target: &Arc<FakeTarget>,
    clock: &Arc<FakeClock>,
    entropy: &Arc<CountingEntropy>,
) -> Pipeline {
    let target = Target::new("crm", "a company's clients", Arc::clone(target) as _, Terms::default());
    Pipeline::new(Parts {
        platforms: vec![Arc::clone(chat) as _],
        model: Arc::new(pool_of(Arc::clone(model) as _, 1, Arc::clone(clock) as _)),
        targets: [("crm".to_owned(), Arc::new(target))].into(),
        people: Arc::clone(state) as _,
        conversations: Arc::clone(state) as _,
        proposals: Arc::clone(state) as _,
        knowledge: Arc::clone(state) as _,
        catalogs: Arc::clone(state) as _,
        audit: Arc::clone(state) as _,
        files: Arc::new(FakeFiles::default()),
        checkup: Arc::new(FakeCheckup::default()),
        clock: Arc::clone(clock) as _,
        entropy: Arc::clone(entropy) as _,
        prompts: Arc::default(),
        settings: Arc::new(settings(&Setup::default())),
    })
}
