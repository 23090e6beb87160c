//! Killed with SIGKILL at each named point of a question: whatever was under way, the next start finds a state that is
//! whole, and nobody sees a message that looks live.

mod chat;
mod parts;
mod points;

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use jiff::Timestamp;
use pstral::audit_head_files::{HeadFiles, kept_heads};
use pstral::audit_key::{AuditKey, PublicAuditKey};
use pstral::files::FolderFiles;
use pstral_core::domain::{Actor, AuditAction, AuditEntry, ButtonAction, ChainVerifier, Event, EventBody};
use pstral_core::pipeline::{Parts, Pipeline};
use pstral_core::ports::{
    AuditFilter, AuditLog, Clock, Conversations as _, Entropy as _, Knowledge as _, LanguageModel, People as _,
    QueryTarget,
};
use pstral_core::settings::Terms;
use pstral_core::targets::Target;
use pstral_core::testkit::chat_platform::FakeChat;
use pstral_core::testkit::checkup::FakeCheckup;
use pstral_core::testkit::clock::{CountingEntropy, FakeClock};
use pstral_core::testkit::language_model::{Script, ScriptedModel, pool_of};
use pstral_pgserver::Server;
use pstral_sqlite::{SqliteConfig, SqliteTarget};
use pstral_store::{AuditCheck, HeadKeeper as _, Location, Store};
use secrecy::ExposeSecret as _;

use crate::world::{DAY, Setup, alex, camille, company, people, settings};
use chat::LastingChat;
use parts::Pointed;
use points::{Points, noted};

/// Names the folder of a copy of this program that a test starts, the point it is killed at, and its state.
const FOLDER: &str = "PSTRAL_TEST_KILLED_FOLDER";
const POINT: &str = "PSTRAL_TEST_KILLED_AT";
const STATE: &str = "PSTRAL_TEST_KILLED_STATE";

/// One program on a state that outlives it.
struct Program {
    pipeline: Pipeline,
    chat: Arc<LastingChat>,
    store: Arc<Store>,
    events: u64,
    /// The number of the run, which is part of its event and proposal ids.
    turn: u8,
}

impl Program {
    async fn open(folder: &Path, state: &str, last: u64, turn: u8) -> Self {
        let points = Arc::new(Points::new(folder, last));
        let location = Location::of(state).unwrap();
        let store = Arc::new(Store::open_signing(&location, "test", heads(folder)).await.unwrap());
        if store.users().await.unwrap().is_empty() {
            let queries = pstral::verified::verified_queries(pstral::demo::VERIFIED).unwrap();
            store.put_verified("crm", &queries).await.unwrap();
            people::add(&*store).await;
        }
        let chat = Arc::new(LastingChat::open(folder, Arc::clone(&points)));
        let model = ScriptedModel::new("scripted");
        if turn == 0 {
            let answer = "Here you are:\n```sql\nSELECT name FROM clients WHERE city = 'Nantes'\n```\nThat is all.";
            model.script(Script::words(answer));
        }
        let pointed = Arc::clone(&points);
        if last > 0 || turn == 0 {
            pstral_store::on_failpoint(move |step| pointed.reach(&format!("store: {step}")));
        }
        let pipeline = Pipeline::new(parts(folder, &points, &chat, &store, model, turn));
        Self { pipeline, chat, store, events: 0, turn }
    }

    async fn act(&mut self, actor: &Actor, body: EventBody) {
        self.events += 1;
        let id = format!("{}-{}", self.turn, self.events);
        let at = Timestamp::constant(1_795_255_200, 0);
        let event = Event { id, at, actor: actor.clone(), place: FakeChat::place(), body };
        self.pipeline.handle(event).await;
    }

    async fn say(&mut self, actor: &Actor, words: &str) {
        self.act(actor, EventBody::Said(words.to_owned())).await;
    }

    /// Presses the newest Execute, if there is one.
    async fn execute(&mut self, actor: &Actor) {
        let newest = self.chat.seen().into_iter().rev().find_map(|seen| seen.execute);
        if let Some(proposal) = newest {
            self.act(actor, EventBody::Clicked(ButtonAction::Execute(proposal))).await;
        }
    }
}

/// The key and the heads of the program, which outlive it too.
fn heads(folder: &Path) -> Arc<HeadFiles> {
    let file = folder.join("audit.key");
    Arc::new(HeadFiles::beside(&file, AuditKey::read_or_make(&file).unwrap()))
}

fn parts(
    folder: &Path,
    points: &Arc<Points>,
    chat: &Arc<LastingChat>,
    store: &Arc<Store>,
    model: ScriptedModel,
    turn: u8,
) -> Parts {
    let target = SqliteTarget::new(SqliteConfig::new(company()));
    let port = Arc::new(Pointed { real: Arc::new(target) as Arc<dyn QueryTarget>, points: Arc::clone(points) });
    let target = Target::new("crm", "a French company's clients", port, Terms::default());
    let entropy = CountingEntropy::default();
    // What a later turn of the program makes has other names.
    (0..u16::from(turn) * 100).for_each(|_| entropy.fill(&mut [0]));
    let clock: Arc<dyn Clock> = Arc::new(FakeClock::at(&format!("{DAY}T10:00:00Z")));
    let model = Pointed { real: Arc::new(model) as Arc<dyn LanguageModel>, points: Arc::clone(points) };
    Parts {
        platforms: vec![Arc::clone(chat) as _],
        model: Arc::new(pool_of(Arc::new(model), 8, Arc::clone(&clock))),
        targets: BTreeMap::from([("crm".to_owned(), Arc::new(target))]),
        people: Arc::clone(store) as _,
        conversations: Arc::clone(store) as _,
        proposals: Arc::clone(store) as _,
        knowledge: Arc::clone(store) as _,
        catalogs: Arc::clone(store) as _,
        audit: Arc::new(Pointed { real: Arc::clone(store) as Arc<dyn AuditLog>, points: Arc::clone(points) }),
        files: Arc::new(FolderFiles::new(folder.join("files"))),
        checkup: Arc::new(FakeCheckup::default()),
        clock,
        entropy: Arc::new(entropy),
        prompts: Arc::default(),
        settings: Arc::new(settings(&Setup::default())),
    }
}

/// Runs the program to be killed: two people ask and run statements, through a verified query and through the model.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_one_that_is_killed() {
    let (Ok(folder), Ok(last)) = (std::env::var(FOLDER), std::env::var(POINT)) else { return };
    let state = std::env::var(STATE).unwrap();
    let mut program = Program::open(Path::new(&folder), &state, last.parse().unwrap(), 0).await;
    program.pipeline.recover().await.unwrap();
    program.say(&camille(), "Combien de clients avons-nous à Paris ?").await;
    program.execute(&camille()).await;
    program.say(&alex(), "Please tell me a secret of Nantes").await;
    program.execute(&alex()).await;
    program.store.close().await;
}

/// Runs it to its end, or to the point it is killed at.
fn run(folder: &Path, state: &str, last: u64) {
    let ended = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::the_one_that_is_killed", "--nocapture"])
        .envs([(FOLDER, folder.to_str().unwrap()), (POINT, &last.to_string()), (STATE, state)])
        .stdout(Stdio::null())
        .output()
        .unwrap();
    let expected = (last > 0).then_some(9);
    assert_eq!(ended.status.signal(), expected, "{}", String::from_utf8_lossy(&ended.stderr));
}

/// The first and the last time each point is come to: its number, its name.
fn points_of(names: &[String]) -> Vec<(u64, String)> {
    let mut first_and_last: BTreeMap<&String, (u64, u64)> = BTreeMap::new();
    for (number, name) in (1..).zip(names) {
        first_and_last.entry(name).or_insert((number, number)).1 = number;
    }
    let mut chosen: Vec<(u64, String)> = Vec::new();
    for (name, (first, last)) in first_and_last {
        chosen.push((first, name.clone()));
        if last > first {
            chosen.push((last, name.clone()));
        }
    }
    chosen
}

/// Returns the number of events that were acknowledged before the kill: each of them is there.
async fn check(folder: &Path, state: &str, point: &str) -> usize {
    let mut program = Program::open(folder, state, 0, 1).await;
    program.pipeline.recover().await.unwrap();
    let live: Vec<String> = program.chat.seen().into_iter().filter(|seen| seen.live).map(|seen| seen.text).collect();
    assert_eq!(live, Vec::<String>::new(), "killed at {point:?}, these look live");
    assert_eq!(program.store.streaming().await.unwrap(), [], "killed at {point:?}, turns are still being written");

    let entries = program.store.after(0, &AuditFilter::default(), 100_000).await.unwrap();
    let mut verifier = ChainVerifier::default();
    for entry in &entries {
        verifier.check(entry).unwrap();
    }
    let (heads, kept) = (heads(folder), kept_heads(&folder.join("audit.key")).unwrap());
    let known = PublicAuditKey(heads.key());
    let check = AuditCheck { known: &known, heads: &[], signed: &kept, begin_at: &[] };
    // The people of the test are there before the first entry, which would look emptied.
    if !entries.is_empty() {
        let signed = program.store.verify_audit_against(check, &AtomicU64::default()).await;
        signed.unwrap_or_else(|error| panic!("killed at {point:?}, {error}"));
    }
    let acknowledged = noted(folder, "acknowledged");
    for acknowledged in &acknowledged {
        let kept = |entry: &AuditEntry| format!("{} {} {}", entry.instance, entry.seq, entry.hash) == *acknowledged;
        assert!(entries.iter().any(kept), "killed at {point:?}, lost: {acknowledged}");
    }
    let approved: Vec<String> = entries
        .iter()
        .filter(|entry| entry.event.action == AuditAction::Execution)
        .filter_map(|entry| entry.event.statement.as_ref())
        .map(|statement| statement.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let ran = noted(folder, "ran");
    for statement in &ran {
        assert!(approved.contains(statement), "killed at {point:?}, ran without a row: {statement}");
    }
    // Life goes on; and what may have run does not run again.
    program.execute(&alex()).await;
    program.execute(&camille()).await;
    program.say(&camille(), "Combien de clients avons-nous à Lyon ?").await;
    program.execute(&camille()).await;
    let ran = noted(folder, "ran");
    for statement in ran.iter().filter(|statement| statement.contains("Nantes")) {
        let times = ran.iter().filter(|other| *other == statement).count();
        assert_eq!(times, 1, "killed at {point:?}, ran twice: {statement}");
    }
    let last = program.chat.seen().pop().unwrap();
    assert!(last.text.contains("Une ligne."), "killed at {point:?}: {}", last.text);
    program.store.close().await;
    acknowledged.len()
}

async fn killed_at_each(states: impl Fn(&Path) -> String, every: usize, least: usize) {
    let whole = tempfile::tempdir().unwrap();
    run(whole.path(), &states(whole.path()), 0);
    let names = noted(whole.path(), "points");
    let chosen = points_of(&names);
    let (mut killed, mut acknowledged): (Vec<&str>, usize) = (Vec::new(), 0);
    for (number, name) in chosen.iter().step_by(every) {
        let folder = tempfile::tempdir().unwrap();
        let state = states(folder.path());
        run(folder.path(), &state, *number);
        acknowledged += Box::pin(check(folder.path(), &state, name)).await;
        killed.push(name);
    }
    killed.dedup();
    assert!(killed.len() >= least, "only {} points: {killed:#?}", killed.len());
    println!(
        "killed at {} points, {} of them with names of their own, of {}: of {acknowledged} acknowledged events of a signed \
         audit 0 lost, 0 second executions",
        chosen.len().div_ceil(every),
        killed.len(),
        names.len()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wherever_it_is_killed_nothing_looks_live_and_nothing_is_lost() {
    Box::pin(killed_at_each(|folder| format!("sqlite://{}", folder.join("state.db").display()), 1, 20)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_holds_on_a_server() {
    let Some(server) = Server::start() else { return };
    let databases = std::sync::atomic::AtomicU32::new(0);
    let create = |_: &Path| {
        let name = format!("state{}", databases.fetch_add(1, std::sync::atomic::Ordering::SeqCst));
        let url = server.url("postgres").expose_secret().replace("/postgres?", &format!("/{name}?"));
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(server.batch(&format!("CREATE DATABASE {name}")));
        });
        url
    };
    Box::pin(killed_at_each(create, 4, 10)).await;
}
