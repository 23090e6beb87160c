//! The pool as a whole under a paused clock: who is asked, in which order, and what happens when endpoints fail.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::stream::{self, StreamExt as _};

use super::{Asking, Endpoint, Full, ModelPool, QueueLimits, Stage};
use crate::domain::{Speaker, UserId};
use crate::ports::{ChatRequest, Delta, LanguageModel, ModelError, ModelInfo, ModelMessage, ModelStats, ModelStream};
use crate::testkit::clock::FakeClock;
use crate::testkit::language_model::{Script, ScriptedModel};
use crate::text::Text;

const ALICE: UserId = UserId(1);
const BOB: UserId = UserId(2);
const CLAIRE: UserId = UserId(3);

/// Endpoints that each have a script, and the pool over them.
struct World {
    models: Vec<Arc<ScriptedModel>>,
    pool: ModelPool,
}

impl World {
    fn new(slots: &[u32]) -> Self {
        Self::with(slots, QueueLimits { waiting: 1000, each: 1000 })
    }

    fn with(slots: &[u32], limits: QueueLimits) -> Self {
        let models: Vec<Arc<ScriptedModel>> = slots.iter().map(|_| Arc::new(ScriptedModel::new("scripted"))).collect();
        let endpoints = models.iter().zip(slots).enumerate().map(|(at, (model, slots))| Endpoint {
            name: format!("server-{at}"),
            model: Arc::clone(model) as _,
            slots: *slots,
        });
        let clock = Arc::new(FakeClock::at("2026-11-21T10:00:00Z"));
        Self { pool: ModelPool::new(endpoints.collect(), limits, clock), models }
    }

    fn ask(&self, person: UserId) -> Asking {
        self.pool.ask(person, request("?")).unwrap()
    }

    fn running(&self) -> Vec<u32> {
        running(&self.pool)
    }

    fn rests(&self) -> Vec<bool> {
        self.pool.loads().into_iter().map(|load| load.rests).collect()
    }

    /// Each endpoint in turn refuses a question with these.
    fn refuses(&self, endpoint: usize, errors: &[ModelError]) {
        for error in errors {
            self.models[endpoint].script(Script::refuses(error.clone()));
        }
    }

    fn says(&self, endpoint: usize, words: &str) {
        self.models[endpoint].script(Script::says(words));
    }
}

fn request(question: &str) -> ChatRequest {
    let message = ModelMessage { speaker: Speaker::Person, text: question.to_owned() };
    ChatRequest { messages: vec![message], ..ChatRequest::default() }
}

fn away() -> ModelError {
    ModelError::Unavailable("connection refused".to_owned())
}

/// The next stage in a word, now: `-` where nothing has changed.
fn now(asking: &mut Asking) -> String {
    match asking.next().now_or_never() {
        Some(Some(stage)) => word(&stage),
        Some(None) => "over".to_owned(),
        None => "-".to_owned(),
    }
}

fn word(stage: &Stage) -> String {
    match stage {
        Stage::Waiting(position) => position.to_string(),
        Stage::Asked => "asked".to_owned(),
        Stage::Begun(_) => "begun".to_owned(),
        Stage::Failed(error) => error.to_string(),
    }
}

/// Reads the stages until the answer begins.
async fn begun(asking: &mut Asking) -> Result<ModelStream, ModelError> {
    while let Some(stage) = asking.next().await {
        match stage {
            Stage::Begun(stream) => return Ok(stream),
            Stage::Failed(error) => return Err(error),
            Stage::Waiting(_) | Stage::Asked => {}
        }
    }
    panic!("the stages ended without an end");
}

async fn answer(asking: &mut Asking) -> Result<String, ModelError> {
    let mut said = String::new();
    let mut stream = begun(asking).await?;
    while let Some(delta) = stream.next().await {
        if let Delta::Text(text) = delta? {
            said.push_str(&text);
        }
    }
    Ok(said)
}

#[tokio::test(start_paused = true)]
async fn one_at_a_time_and_everybody_knows_their_place() {
    let world = World::new(&[1]);
    world.models[0].script(Script::says("one").hangs());
    world.says(0, "two");
    world.says(0, "three");
    let [mut alice, mut second, mut bob] = [world.ask(ALICE), world.ask(ALICE), world.ask(BOB)];
    assert_eq!([now(&mut alice), now(&mut second), now(&mut bob)], ["asked", "2", "1"]);
    let stream = begun(&mut alice).await.unwrap();
    let mut claire = world.ask(CLAIRE);
    assert_eq!([now(&mut claire), now(&mut second), now(&mut bob)], ["2", "3", "-"]);
    assert_eq!((world.running(), world.pool.waiting()), (vec![1], 3));
    drop(claire);
    assert_eq!([now(&mut second), now(&mut bob)], ["2", "-"], "who gives up makes room");
    drop(stream);
    assert_eq!([now(&mut second), now(&mut bob)], ["1", "asked"]);
    assert_eq!(answer(&mut bob).await.unwrap(), "two");
    assert_eq!(answer(&mut second).await.unwrap(), "three");
    assert_eq!(world.running(), [0]);
}

#[tokio::test(start_paused = true)]
async fn a_question_given_up_while_it_waits_is_never_sent() {
    let world = World::new(&[1]);
    world.models[0].script(Script::silent().hangs());
    let mut alice = world.ask(ALICE);
    assert_eq!(now(&mut alice), "asked");
    let mut bob = world.ask(BOB);
    assert_eq!([now(&mut alice), now(&mut bob)], ["-", "1"]);
    drop(bob);
    // Its turn has come and it does not know yet.
    let mut claire = world.ask(CLAIRE);
    assert_eq!(now(&mut claire), "1");
    drop(alice);
    drop(claire);
    assert_eq!((world.models[0].requests().len(), world.running(), world.pool.waiting()), (1, vec![0], 0));
}

/// A model that answers any number of questions, each in that time; without it, never.
struct Steady(Option<Duration>);

#[async_trait::async_trait]
impl LanguageModel for Steady {
    fn name(&self) -> &'static str {
        "steady"
    }

    fn context_tokens(&self) -> usize {
        4096
    }

    async fn chat(&self, _: ChatRequest) -> Result<ModelStream, ModelError> {
        let Some(time) = self.0 else { return futures::future::pending().await };
        let words = stream::iter([Ok(Delta::Text("one".to_owned())), Ok(Delta::Text("two".to_owned()))]);
        let done = stream::once(async move {
            tokio::time::sleep(time).await;
            Ok(Delta::Done(ModelStats::default()))
        });
        Ok(words.chain(done).boxed())
    }

    async fn embed(&self, _: &[String]) -> Result<Vec<Vec<f32>>, ModelError> {
        Err(ModelError::Unsupported("vectors".to_owned()))
    }

    async fn models(&self) -> Result<Vec<ModelInfo>, ModelError> {
        Ok(Vec::new())
    }

    async fn health(&self) -> Result<Text, ModelError> {
        Err(ModelError::Unsupported("health".to_owned()))
    }
}

fn steady(slots: &[u32], limits: QueueLimits, time: Option<Duration>) -> ModelPool {
    let endpoint = |slots: &u32| Endpoint { name: slots.to_string(), model: Arc::new(Steady(time)), slots: *slots };
    let clock = Arc::new(FakeClock::at("2026-11-21T10:00:00Z"));
    ModelPool::new(slots.iter().map(endpoint).collect(), limits, clock)
}

fn running(pool: &ModelPool) -> Vec<u32> {
    pool.loads().into_iter().map(|load| load.running).collect()
}

#[tokio::test(start_paused = true)]
async fn the_endpoint_with_the_least_to_do_is_asked() {
    let pool = steady(&[1, 3], QueueLimits { waiting: 50, each: 3 }, None);
    let ask = |person| pool.ask(UserId(person), request("?")).unwrap();
    let (mut askings, mut loads) = (Vec::new(), Vec::new());
    for person in 0..4 {
        askings.push(ask(person));
        loads.push(running(&pool));
    }
    assert_eq!(loads, [[1, 0], [1, 1], [1, 2], [1, 3]], "by the part of its slots that is taken");
    let mut waits = ask(9);
    assert_eq!(now(&mut waits), "1");
    askings.remove(2);
    assert_eq!((now(&mut waits), running(&pool)), ("asked".to_owned(), vec![1, 3]));
    drop((askings, waits));
    assert_eq!(running(&pool), [0, 0]);
}

#[tokio::test(start_paused = true)]
async fn another_endpoint_answers_until_something_was_said_and_never_after() {
    for (error, elsewhere) in [
        (away(), true),
        (ModelError::Busy, true),
        (ModelError::ModelMissing { model: "scripted".to_owned() }, true),
        (ModelError::Forbidden, true),
        (ModelError::Timeout { seconds: 300 }, true),
        (ModelError::Failed("out of memory".to_owned()), true),
        (ModelError::Protocol("<html>".to_owned()), true),
        (ModelError::Interrupted, true),
        (ModelError::PromptTooLong, false),
        (ModelError::Rejected("no such option".to_owned()), false),
        (ModelError::Unsupported("thinking".to_owned()), false),
    ] {
        for script in [Script::refuses(error.clone()), Script::silent().fails(error.clone())] {
            let world = World::new(&[1, 1]);
            world.models[0].script(script);
            if elsewhere {
                world.says(1, "Paris");
            }
            let expected = if elsewhere { Ok("Paris".to_owned()) } else { Err(error.clone()) };
            assert_eq!(answer(&mut world.ask(ALICE)).await, expected, "{error}");
            assert_eq!(world.running(), [0, 0], "{error}");
        }
        let world = World::new(&[1, 1]);
        world.models[0].script(Script::says("Par").fails(error.clone()));
        assert_eq!(answer(&mut world.ask(ALICE)).await, Err(error.clone()), "what was said was said");
        let world = World::new(&[1, 1]);
        world.models[0].script(Script::silent().thinks("Hm").fails(error.clone()));
        assert_eq!(answer(&mut world.ask(ALICE)).await, Err(error), "and what was thought too");
    }
}

#[tokio::test(start_paused = true)]
async fn a_question_that_an_endpoint_failed_goes_first_to_the_next_one() {
    let world = World::new(&[1, 1]);
    world.models[0].script(Script::silent().waits(Duration::from_secs(5)).fails(away()));
    world.models[1].script(Script::says("Lyon").waits(Duration::from_secs(9)));
    let (mut alice, mut bob, mut claire) = (world.ask(ALICE), world.ask(BOB), world.ask(CLAIRE));
    assert_eq!([now(&mut alice), now(&mut bob), now(&mut claire)], ["asked", "asked", "1"]);
    assert_eq!(now(&mut alice), "-", "and nothing is said");
    let lyon = tokio::spawn(async move { answer(&mut bob).await });
    tokio::time::sleep(Duration::from_secs(6)).await;
    world.says(0, "Nantes");
    world.says(1, "Paris");
    // The one that failed it is well enough for others, not for the same question again.
    assert_eq!([now(&mut alice), now(&mut claire)], ["1", "asked"]);
    assert_eq!(answer(&mut claire).await.unwrap(), "Nantes");
    assert_eq!(lyon.await.unwrap().unwrap(), "Lyon");
    assert_eq!(answer(&mut alice).await.unwrap(), "Paris");
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_fails_again_and_again_rests_and_is_tried_with_one_question() {
    let world = World::new(&[2]);
    world.refuses(0, &[away(), away(), away()]);
    for _ in 0..3 {
        assert_eq!(answer(&mut world.ask(ALICE)).await, Err(away()));
    }
    assert_eq!(world.rests(), [true]);
    assert_eq!(answer(&mut world.ask(ALICE)).await, Err(away()), "told at once, without asking");
    assert_eq!(world.models[0].requests().len(), 3);

    tokio::time::sleep(Duration::from_secs(10)).await;
    world.models[0].script(Script::silent().waits(Duration::from_secs(1)).fails(away()));
    let (mut alice, mut bob) = (world.ask(ALICE), world.ask(BOB));
    assert_eq!([now(&mut alice), now(&mut bob)], ["asked", "1"], "the second waits for what comes of the first");
    assert_eq!(answer(&mut alice).await, Err(away()));
    assert_eq!(answer(&mut bob).await, Err(away()), "nobody waits for an endpoint that rests");
    assert_eq!(answer(&mut world.ask(CLAIRE)).await, Err(away()));

    tokio::time::sleep(Duration::from_secs(20)).await;
    world.says(0, "Paris");
    assert_eq!(answer(&mut world.ask(ALICE)).await.unwrap(), "Paris");
    assert_eq!(world.rests(), [false]);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_breaks_off_every_answer_gets_fewer_questions_and_rests() {
    let world = World::new(&[1, 1]);
    let breaks = || Script::says("Par").fails(ModelError::Failed("out of memory".to_owned()));
    world.models[0].script(breaks());
    assert!(answer(&mut world.ask(ALICE)).await.is_err());
    for _ in 0..5 {
        world.says(1, "Paris");
        assert_eq!(answer(&mut world.ask(ALICE)).await.unwrap(), "Paris", "it failed so fast that it was always free");
    }
    let alone = World::new(&[1]);
    for _ in 0..3 {
        assert_eq!(alone.rests(), [false]);
        alone.models[0].script(breaks());
        assert!(answer(&mut alone.ask(ALICE)).await.is_err());
    }
    assert_eq!(alone.rests(), [true]);
}

#[tokio::test(start_paused = true)]
async fn an_old_question_that_ends_while_another_tries_lets_no_third_one_in() {
    let world = World::new(&[3]);
    world.models[0].script(Script::silent().hangs());
    let mut old = world.ask(CLAIRE);
    assert_eq!([now(&mut old), now(&mut old)], ["asked", "-"]);
    world.models[0].script(Script::silent().waits(Duration::from_secs(11)).fails(away()));
    let mut older = world.ask(CLAIRE);
    assert_eq!([now(&mut older), now(&mut older)], ["asked", "-"]);
    world.refuses(0, &[ModelError::Timeout { seconds: 300 }]);
    assert!(answer(&mut world.ask(ALICE)).await.is_err());
    tokio::time::sleep(Duration::from_secs(10)).await;
    world.models[0].script(Script::silent().waits(Duration::from_secs(5)).text("Paris"));
    let (mut alice, mut bob) = (world.ask(ALICE), world.ask(BOB));
    assert_eq!([now(&mut alice), now(&mut bob)], ["asked", "1"]);
    drop(old);
    assert_eq!([now(&mut alice), now(&mut bob)], ["-", "-"], "one question tries");
    assert!(answer(&mut older).await.is_err());
    assert_eq!((now(&mut bob), world.rests()), ("-".to_owned(), vec![false]), "and what it comes to is what counts");
    drop(alice);
    assert_eq!(now(&mut bob), "asked", "the next one tries");
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_are_told_when_the_last_endpoint_begins_to_rest() {
    let world = World::new(&[1]);
    world.models[0].script(Script::silent().waits(Duration::from_mins(5)).fails(ModelError::Timeout { seconds: 300 }));
    let mut askings: Vec<Asking> = (1..=20).map(|person| world.ask(UserId(person))).collect();
    for asking in &mut askings {
        assert_eq!(answer(asking).await, Err(ModelError::Timeout { seconds: 300 }));
    }
    assert_eq!((world.pool.waiting(), world.models[0].requests().len()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_is_back_is_used_by_those_who_wait() {
    let world = World::new(&[1, 1]);
    world.models[0].script(Script::silent().hangs());
    let mut holding = world.ask(CLAIRE);
    assert_eq!([now(&mut holding), now(&mut holding)], ["asked", "-"]);
    for _ in 0..3 {
        world.refuses(1, &[ModelError::Timeout { seconds: 1 }]);
        let mut alice = world.ask(ALICE);
        assert_eq!([now(&mut alice), now(&mut alice)], ["asked", "1"], "the other one is busy, not away");
        assert_eq!(world.rests(), [false, true]);
        let mut bob = world.ask(BOB);
        assert_eq!(now(&mut bob), "2");
        world.says(1, "Paris");
        // Nothing happens but that time passes.
        assert_eq!(answer(&mut bob).await.unwrap(), "Paris");
        drop(alice);
    }
}

#[tokio::test(start_paused = true)]
async fn what_endpoints_say_of_themselves_is_heard_before_a_question_is_sent_there() {
    let world = World::new(&[1, 1]);
    world.models[0].forget();
    for _ in 0..3 {
        world.pool.check().await;
    }
    assert_eq!(world.rests(), [true, false]);
    world.says(1, "Paris");
    assert_eq!(answer(&mut world.ask(ALICE)).await.unwrap(), "Paris");

    let busy = World::new(&[1, 1]);
    busy.models[0].script(Script::says("one").hangs());
    let mut asking = busy.ask(ALICE);
    let _stream = begun(&mut asking).await.unwrap();
    busy.models[0].forget();
    for _ in 0..3 {
        busy.pool.check().await;
    }
    assert_eq!(busy.rests(), [false, false], "one that is answering is not away");

    let unwell = World::new(&[1]);
    unwell.models[0].forget();
    for _ in 0..3 {
        assert_eq!(unwell.pool.check().await.len(), 1, "until it has once said that it is well");
    }
    assert_eq!(unwell.rests(), [false], "with nowhere else to go, a question finds out by itself");

    let alone = World::new(&[1]);
    assert_eq!([alone.pool.check().await.len(), alone.pool.check().await.len()], [1, 0]);
    alone.refuses(0, &[away(), away(), away()]);
    for _ in 0..3 {
        assert!(answer(&mut alone.ask(ALICE)).await.is_err());
    }
    alone.pool.check().await;
    assert_eq!(alone.rests(), [false], "it says that it is well: a question may try");
    alone.says(0, "Paris");
    assert_eq!(answer(&mut alone.ask(ALICE)).await.unwrap(), "Paris");
    alone.refuses(0, &[ModelError::Timeout { seconds: 300 }]);
    assert!(answer(&mut alone.ask(ALICE)).await.is_err());
    alone.pool.check().await;
    assert_eq!(alone.rests(), [true], "a server that is stuck says so too");
}

#[tokio::test(start_paused = true)]
async fn no_more_wait_than_may_and_the_refusal_says_when_to_come_back() {
    let world = World::with(&[1], QueueLimits { waiting: 4, each: 2 });
    world.models[0].script(Script::says("one").waits(Duration::from_secs(200)));
    world.models[0].script(Script::silent().hangs());
    let mut first = world.ask(ALICE);
    assert_eq!(now(&mut first), "asked");
    let mut waiting = vec![world.ask(ALICE), world.ask(ALICE)];
    assert_eq!(world.pool.ask(ALICE, request("?")).err(), Some(Full::Person { waiting: 2 }));
    waiting.extend([world.ask(BOB), world.ask(CLAIRE)]);
    let full = |wait| Some(Full::Queue { waiting: 4, wait: Duration::from_secs(wait) });
    assert_eq!(world.pool.ask(UserId(9), request("?")).err(), full(240), "a minute each until more is known");
    assert_eq!(world.pool.waiting(), 4);
    assert_eq!(answer(&mut first).await.unwrap(), "one");
    assert_eq!([now(&mut waiting[2]), now(&mut waiting[2])], ["asked", "-"], "Bob's turn");
    let late = world.ask(UserId(9));
    assert_eq!(world.pool.ask(UserId(8), request("?")).err(), full(95 * 4), "as long as answers take");
    drop(late);
}

#[tokio::test(start_paused = true)]
async fn a_slot_is_free_again_after_a_panic() {
    let world = World::new(&[1]);
    world.says(0, "one");
    let panics = async {
        let mut asking = world.ask(ALICE);
        let _stream = begun(&mut asking).await;
        panic!("a bug");
    };
    assert!(AssertUnwindSafe(panics).catch_unwind().await.is_err());
    assert_eq!(world.running(), [0]);
}

#[tokio::test]
async fn without_an_endpoint_there_is_no_answer_and_no_panic() {
    let world = World::new(&[]);
    assert!(matches!(answer(&mut world.ask(ALICE)).await, Err(ModelError::Unavailable(_))));
    assert_eq!((world.pool.name(), world.pool.context_tokens()), ("none", 0));
}

/// A thousand questions of ten people at random moments, some of which are given up: each is answered once, in bounds,
/// and every slot comes back.
#[tokio::test(start_paused = true)]
async fn a_thousand_questions_are_answered_and_no_slot_is_lost() {
    let limits = QueueLimits { waiting: 20, each: 4 };
    let pool = steady(&[1, 2, 3], limits, Some(Duration::from_millis(300)));
    let mut random = 7_u64;
    let mut next = |below: u64| {
        // xorshift: the same questions in every run.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % below
    };
    let (mut tasks, mut refused) = (Vec::new(), [0, 0]);
    for _ in 0..1000 {
        tokio::time::sleep(Duration::from_millis(next(80))).await;
        let patience = (next(5) == 0).then(|| Duration::from_millis(next(400)));
        let mut asking = match pool.ask(UserId(i64::try_from(next(10)).unwrap()), request("?")) {
            Ok(asking) => asking,
            Err(full) => {
                assert!(matches!(full, Full::Queue { waiting: 20, .. } | Full::Person { waiting: 4 }), "{full}");
                refused[usize::from(matches!(full, Full::Person { .. }))] += 1;
                continue;
            }
        };
        let (running, waiting) = (running(&pool), pool.waiting());
        assert!(waiting <= 20 && running.iter().zip([1, 2, 3]).all(|(running, slots)| *running <= slots));
        assert!(waiting == 0 || running == [1, 2, 3], "{waiting} wait beside a free slot: {running:?}");
        tasks.push(tokio::spawn(async move {
            match patience {
                Some(patience) => drop(tokio::time::timeout(patience, answer(&mut asking)).await),
                None => assert_eq!(answer(&mut asking).await.unwrap(), "onetwo"),
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert!(refused.iter().all(|refused| *refused > 0), "the bounds were met: {refused:?}");
    assert_eq!((running(&pool), pool.waiting()), (vec![0, 0, 0], 0));
}
