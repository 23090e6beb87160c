//! One Pstral a test: a fake chat, a scripted model, a real state database, a real company database, real files.

mod audit;
mod company;
mod look;
pub(crate) mod people;
mod target;

use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use pstral::config::ModelKind;
use pstral::files::FolderFiles;
use pstral::health::Installation;
use pstral::registry::ModelServers;
use pstral_core::domain::{Actor, ButtonAction, EventBody, Limits, Locale, Place, Role, Roles};
use pstral_core::egress::AnswerLimits;
use pstral_core::guard::Rules;
use pstral_core::models::{Endpoint, ModelPool, QueueLimits};
use pstral_core::pipeline::{Parts, Pipeline};
use pstral_core::ports::{AuditLog, Capabilities, ChatPlatform, Conversations as _, Knowledge as _, QueryTarget};
use pstral_core::settings::{
    AnswerForm, KeptAnswers, Notes, PlaceTerms, Places, QuotaLimits, Settings, Terms, VerifiedUse,
};
use pstral_core::targets::Target;
use pstral_core::testkit::chat_platform::FakeChat;
use pstral_core::testkit::clock::{CountingEntropy, FakeClock};
use pstral_core::testkit::language_model::{Script, ScriptedModel};
use pstral_sqlite::{SqliteConfig, SqliteTarget};
use pstral_store::Store;
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::task::JoinHandle;

pub(crate) use audit::UnreliableAudit;
pub(crate) use company::{DAY, company, copy_of_the_company};
pub(crate) use people::{alex, camille, claire, dominique, sacha, stranger};
pub(crate) use target::WatchedTarget;

/// The options of a test.
pub(crate) struct Setup {
    pub(crate) verified: VerifiedUse,
    pub(crate) form: AnswerForm,
    pub(crate) candidates: u32,
    pub(crate) database: PathBuf,
    /// Instead of the SQLite file.
    pub(crate) engine: Option<Arc<dyn QueryTarget>>,
    pub(crate) rules: Rules,
    pub(crate) roles: BTreeMap<Role, Rules>,
    pub(crate) capabilities: Capabilities,
    pub(crate) limits: Limits,
    /// Channels with a target of their own.
    pub(crate) places: Vec<(&'static str, &'static str)>,
    /// Further settings of channels.
    pub(crate) rooms: Vec<(&'static str, PlaceTerms)>,
    /// Instead of all these.
    pub(crate) all_places: Option<Places>,
    /// The capabilities of each role.
    pub(crate) held: Roles,
    pub(crate) quotas: QuotaLimits,
    /// Everything but the rules, the roles and the limits.
    pub(crate) terms: Terms,
    pub(crate) files: Option<PathBuf>,
    pub(crate) kept_answers: KeptAnswers,
    /// Answers that each endpoint writes at a time.
    pub(crate) slots: u32,
    /// Instead of the scripted model.
    pub(crate) endpoints: Option<Vec<Endpoint>>,
    pub(crate) queue: QueueLimits,
    pub(crate) notes: Notes,
    /// Beside the fake chat.
    pub(crate) platforms: Vec<Arc<dyn ChatPlatform>>,
    /// The time-out of the whole test.
    pub(crate) patience: Duration,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            verified: VerifiedUse::Offer,
            form: AnswerForm::Fenced,
            candidates: 1,
            database: company(),
            engine: None,
            rules: deny(&["oauth_email_accounts"]),
            roles: BTreeMap::new(),
            capabilities: capabilities(),
            limits: Limits { rows: 1000, bytes: 10_000_000, cell_bytes: 10_000, time: Duration::from_secs(30) },
            places: Vec::new(),
            rooms: Vec::new(),
            all_places: None,
            held: Roles::default(),
            quotas: QuotaLimits::default(),
            terms: Terms::default(),
            files: None,
            kept_answers: KeptAnswers::Text,
            slots: 8,
            endpoints: None,
            queue: QueueLimits { waiting: 50, each: 3 },
            notes: Notes::default(),
            platforms: Vec::new(),
            patience: PATIENCE,
        }
    }
}

/// Far more than any test needs.
const PATIENCE: Duration = Duration::from_mins(1);

/// A chat that can do everything, quickly; files are read where they lie.
pub(crate) fn capabilities() -> Capabilities {
    Capabilities { uploads: false, ..FakeChat::new().capabilities().clone() }
}

/// Rules that open all but this.
pub(crate) fn deny(entries: &[&str]) -> Rules {
    Rules { allow: None, deny: entries.iter().map(|entry| (*entry).to_owned()).collect() }
}

/// A running Pstral, and through it everything around it.
pub(crate) struct World {
    pub(crate) pipeline: Arc<Pipeline>,
    around: Around,
}

/// The parts around a Pstral, which outlive a restart.
pub(crate) struct Around {
    pub(crate) chat: Arc<FakeChat>,
    pub(crate) model: Arc<ScriptedModel>,
    pub(crate) store: Arc<Store>,
    pub(crate) audit: Arc<UnreliableAudit>,
    pub(crate) target: Arc<WatchedTarget>,
    pub(crate) clock: Arc<FakeClock>,
    entropy: Arc<CountingEntropy>,
    pub(crate) folder: TempDir,
    setup: Setup,
}

impl Deref for World {
    type Target = Around;

    fn deref(&self) -> &Around {
        &self.around
    }
}

/// Runs a test against a Pstral of its own, and fails it when something is left over: a scripted answer or refusal
/// that nobody asked for, a message that still looks live, a turn that is still being written, a broken audit chain.
pub(crate) fn run_test(test: impl AsyncFnOnce(&mut World)) {
    run_test_with(Setup::default(), test);
}

/// Runs a test with another setup.
pub(crate) fn run_test_with(setup: Setup, test: impl AsyncFnOnce(&mut World)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let patience = setup.patience;
        let mut world = World::build(setup).await;
        let tested = tokio::time::timeout(patience, test(&mut world)).await;
        assert!(tested.is_ok(), "it hangs:\n{}", world.transcript());
        world.assert_settled().await;
    });
    // What a test left behind on purpose, such as a crash, ends with its runtime.
    runtime.shutdown_background();
}

impl World {
    async fn build(setup: Setup) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(&folder.path().join("state.db"), "test").await.unwrap());
        let queries = pstral::verified::verified_queries(pstral::demo::VERIFIED).unwrap();
        store.put_verified("crm", &queries).await.unwrap();
        people::add(&*store).await;
        let sqlite = || Arc::new(SqliteTarget::new(SqliteConfig::new(&setup.database))) as _;
        let real = setup.engine.clone().unwrap_or_else(sqlite);
        let around = Around {
            chat: Arc::new(FakeChat::with(setup.capabilities.clone())),
            model: Arc::new(ScriptedModel::new("scripted")),
            audit: Arc::new(UnreliableAudit::over(Arc::clone(&store) as Arc<dyn AuditLog>)),
            target: Arc::new(WatchedTarget::over(real)),
            clock: Arc::new(FakeClock::at(&format!("{DAY}T10:00:00Z"))),
            entropy: Arc::default(),
            store,
            folder,
            setup,
        };
        Self { pipeline: Arc::new(around.pipeline()), around }
    }

    /// Ends Pstral as a crash does and starts it again on the same state.
    pub(crate) async fn restart(&mut self) -> usize {
        self.pipeline = Arc::new(self.around.pipeline());
        self.pipeline.recover().await.unwrap()
    }

    /// Starts again under other rules.
    pub(crate) async fn restart_under(&mut self, everybody: Rules, roles: &[(Role, Rules)]) {
        self.around.setup.rules = everybody;
        self.around.setup.roles = roles.iter().cloned().collect();
        self.restart().await;
    }

    /// Starts again with another configuration.
    pub(crate) async fn restart_with(&mut self, change: impl FnOnce(&mut Setup)) {
        change(&mut self.around.setup);
        self.restart().await;
    }

    /// Queues an answer of the model.
    pub(crate) fn model_says(&self, answer: &str) {
        self.model.script(Script::words(answer));
    }

    /// Somebody writes in private; returns when it is answered.
    pub(crate) async fn say(&self, actor: &Actor, words: &str) {
        self.act(actor, &FakeChat::place(), EventBody::Said(words.to_owned())).await;
    }

    /// Somebody types a command in private; returns when it is answered.
    pub(crate) async fn command(&self, actor: &Actor, words: &str) {
        self.act(actor, &FakeChat::place(), EventBody::command(words)).await;
    }

    /// Somebody presses a button in private; returns when it is answered.
    pub(crate) async fn click(&self, actor: &Actor, action: ButtonAction) {
        self.act(actor, &FakeChat::place(), EventBody::Clicked(action)).await;
    }

    /// Somebody does something somewhere; returns when it is answered.
    pub(crate) async fn act(&self, actor: &Actor, place: &Place, body: EventBody) {
        let event = pstral_core::domain::Event { place: place.clone(), ..self.chat.event(actor, body) };
        self.pipeline.handle(event).await;
    }

    /// Somebody writes in private; answered while the test goes on.
    pub(crate) fn begin(&self, actor: &Actor, body: EventBody) -> JoinHandle<()> {
        let (pipeline, event) = (Arc::clone(&self.pipeline), self.chat.event(actor, body));
        tokio::spawn(async move { pipeline.handle(event).await })
    }

    /// Something happens; answered while the test goes on.
    pub(crate) fn happens(&self, event: pstral_core::domain::Event) -> JoinHandle<()> {
        let pipeline = Arc::clone(&self.pipeline);
        tokio::spawn(async move { pipeline.handle(event).await })
    }

    /// Returns once `reached`.
    pub(crate) async fn until(&self, reached: impl Fn() -> bool) {
        while !reached() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Returns once a message that is being written is known to the state database.
    pub(crate) async fn sent_and_remembered(&self) {
        while self.store.streaming().await.unwrap().iter().all(|(_, turn)| turn.message.is_none()) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// From now on no turn ends, until the trigger `full` is dropped.
    pub(crate) fn takes_no_ends(&self) -> Connection {
        let state = Connection::open(self.folder.path().join("state.db")).unwrap();
        let full = "CREATE TRIGGER full BEFORE UPDATE OF state ON turns WHEN NEW.state <> 'streaming'
            BEGIN SELECT RAISE(ABORT, 'no space left'); END";
        state.execute_batch(full).unwrap();
        state
    }

    /// Somebody asks in private, and Pstral dies while the model thinks.
    pub(crate) async fn dies_while_it_answers(&self, actor: &Actor, question: &str) {
        self.model.script(Script::says("I am going to think about this for a very long time …").hangs());
        let answering = self.begin(actor, EventBody::Said(question.to_owned()));
        self.sent_and_remembered().await;
        killed(answering).await;
    }

    async fn assert_settled(&self) {
        self.model.assert_consumed();
        self.chat.assert_refusals_used();
        assert!(!self.chat.transcript().contains("(streaming)"), "looks live: {}", self.chat.transcript());
        assert_eq!(self.store.streaming().await.unwrap(), [], "turns that are still being written");
        self.assert_chain_holds().await;
    }
}

impl Around {
    /// Returns the writer of result files.
    pub(crate) fn files(&self) -> FolderFiles {
        FolderFiles::new(self.setup.files.clone().unwrap_or_else(|| self.folder.path().join("files")))
    }

    fn pipeline(&self) -> Pipeline {
        let port = Arc::clone(&self.target) as Arc<dyn QueryTarget>;
        let description = "a French company's clients, contracts and payments";
        let Setup { rules, roles, limits, .. } = &self.setup;
        let terms = Terms { rules: rules.clone(), roles: roles.clone(), limits: *limits, ..self.setup.terms.clone() };
        let target = |name: &str| {
            let target = Target::new(name, description, Arc::clone(&port), terms.clone());
            (name.to_owned(), Arc::new(target))
        };
        let others = self.setup.places.iter().map(|(_, name)| target(name));
        let scripted =
            || Endpoint { name: "scripted".to_owned(), model: Arc::clone(&self.model) as _, slots: self.setup.slots };
        let endpoints = self.setup.endpoints.clone().unwrap_or_else(|| vec![scripted()]);
        let targets: BTreeMap<String, Arc<Target>> = others.chain([target("crm")]).collect();
        let platforms: Vec<Arc<dyn ChatPlatform>> =
            [Arc::clone(&self.chat) as _].into_iter().chain(self.setup.platforms.clone()).collect();
        let models =
            ModelServers { endpoints: endpoints.clone(), kind: ModelKind::Ollama, pull: "ollama pull".to_owned() };
        let checkup = Installation {
            store: Arc::clone(&self.store),
            models,
            targets: targets.clone(),
            platforms: platforms.clone(),
            ended: pstral::health::EndedPlatforms::default(),
            heads: pstral::audit_heads::HeadDestinations::default(),
            witness: pstral::config::WitnessConfig::default(),
        };
        Pipeline::new(Parts {
            platforms,
            model: Arc::new(ModelPool::new(endpoints, self.setup.queue, Arc::clone(&self.clock) as _)),
            targets,
            people: Arc::clone(&self.store) as _,
            conversations: Arc::clone(&self.store) as _,
            proposals: Arc::clone(&self.store) as _,
            knowledge: Arc::clone(&self.store) as _,
            catalogs: Arc::clone(&self.store) as _,
            audit: Arc::clone(&self.audit) as _,
            files: Arc::new(self.files()),
            checkup: Arc::new(checkup),
            clock: Arc::clone(&self.clock) as _,
            entropy: Arc::clone(&self.entropy) as _,
            prompts: Arc::default(),
            settings: Arc::new(settings(&self.setup)),
        })
    }
}

/// Words of a model that no statement stands behind, as people see them.
pub(crate) fn not_from_data(words: &str) -> String {
    format!("⚠️ Not from your data: no statement was run for this answer.\n{words}")
}

/// Aborts a task, as the death of the program would.
pub(crate) async fn killed(task: JoinHandle<()>) {
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
}

fn places(setup: &Setup) -> Places {
    if let Some(places) = &setup.all_places {
        return places.clone();
    }
    let platform = FakeChat::channel("").platform.to_string();
    let with_target = |(id, target): &(&'static str, &str)| {
        (*id, PlaceTerms { target: Some((*target).to_owned()), ..PlaceTerms::default() })
    };
    let all = setup.places.iter().map(with_target).chain(setup.rooms.iter().cloned());
    all.enumerate().fold(Places::default(), |places, (at, (id, terms))| {
        places.with(&platform, id, PlaceTerms { key: format!("places[{at}]"), ..terms })
    })
}

pub(crate) fn settings(setup: &Setup) -> Settings {
    Settings {
        is_demo: false,
        zone: jiff::tz::TimeZone::UTC,
        locale: Locale::Fr,
        default_target: Some("crm".to_owned()),
        roles: setup.held.clone(),
        places: places(setup),
        quotas: setup.quotas.clone(),
        max_question_chars: 4000,
        answer: AnswerLimits { bytes: 32_768, time: Duration::from_mins(10) },
        notes: setup.notes,
        history_turns: 10,
        answer_tokens: 1024,
        examples: 4,
        corrections: 2,
        candidates: setup.candidates,
        form: setup.form,
        verified: setup.verified,
        proposal_lifetime: Duration::from_mins(30),
        preview_rows: 20,
        kept_answers: setup.kept_answers,
    }
}
