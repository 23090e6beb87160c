//! Many at once, and within the limits that Synapse has where nobody changes them.

use std::time::{Duration, Instant};

use futures::future::{join, join_all};
use pstral_core::models::QueueLimits;
use pstral_core::testkit::language_model::Script;
use pstral_matrix::SYNAPSE_DEFAULT;
use pstral_synapse::{Limits, Server, computed};

use super::{House, shared};
use crate::matrix_people::{Person, Shown};
use crate::world::{Setup, run_test_with};

const SAID: &str = "Il y a bien des choses à dire de cette question, et je vais les dire l’une après l’autre, sans en \
    oublier aucune, jusqu’à la dernière, qui est celle-ci : voilà tout.";

fn setup(questions: usize) -> Setup {
    let slots = u32::try_from(questions).unwrap();
    Setup {
        patience: Duration::from_mins(5),
        slots,
        queue: QueueLimits { waiting: questions, each: questions },
        ..Setup::default()
    }
}

#[test]
fn twenty_rooms_at_once_are_answered() {
    const ROOMS: usize = 20;
    let Some(server) = shared() else { return };
    run_test_with(setup(ROOMS), async |world| {
        let mut house = House::open(world, server, "m1").await;
        let invited = [house.account.id.as_str()];
        let rooms = join_all((0..ROOMS).map(|at| house.camille.room(at % 2 == 0, &invited))).await;
        (0..ROOMS).for_each(|_| world.model.script(Script::words(SAID).every(Duration::from_millis(40))));
        let key_queries = || {
            let asked = server.requests_of(&house.account.id);
            asked.iter().filter(|asked| asked.line.contains("/keys/query")).count()
        };
        let queries_before = key_queries();
        let (began, before) = (Instant::now(), Computed::so_far(server));
        join_all(rooms.iter().map(|room| house.camille.asks(room, &house.account.id, "Dites-moi tout"))).await;
        println!("asked within {:.1} s", began.elapsed().as_secs_f64());
        let mut edits = 0;
        for room in &rooms {
            edits += house.camille.reads(room, "voilà tout.").await.edits();
        }
        println!("{ROOMS} rooms at once: {:.1} s, {} edits in all", began.elapsed().as_secs_f64(), edits);
        println!("{}", Computed::so_far(server).since(&before));
        // Coming into the rooms may be told late; what is written there changes nobody's keys.
        assert!(key_queries() - queries_before < ROOMS / 4, "writing makes keys be asked for");
        house.idle().await;
        house.end(world).await;
    });
}

#[test]
fn within_the_limits_of_synapse_a_long_answer_ends_soon_after_its_last_word() {
    let Some(server) = Server::start(Limits::Default) else { return };
    run_test_with(setup(1), async |world| {
        let mut house = House::open_with(world, &server, "m2", |config| config.budget = Some(SYNAPSE_DEFAULT)).await;
        free(&server, &house);
        let room = house.camille.room(false, &[&house.account.id]).await;
        world.model.script(Script::words(&long()).every(EACH));
        let asked = Instant::now();
        house.camille.asks(&room, &house.account.id, "Dites-moi tout").await;
        house.camille.hears(&room, "mots").await;
        let first = asked.elapsed();
        let answer = house.camille.reads(&room, "voilà tout.").await;
        let whole = asked.elapsed();
        let late = whole.saturating_sub(EACH * u32::try_from(WORDS).unwrap());
        println!(
            "default limits: first text after {:.1} s, whole {:.1} s after the last word, {} edits",
            first.as_secs_f64(),
            late.as_secs_f64(),
            answer.edits()
        );
        assert!(answer.edits() <= 30, "{}", answer.edits());
        house.idle().await;
        house.end(world).await;
    });
}

#[test]
fn within_the_limits_of_synapse_half_of_ten_rooms_at_once_read_something_soon() {
    const ROOMS: usize = 10;
    const ROUNDS: usize = 2;
    let Some(server) = Server::start(Limits::Default) else { return };
    run_test_with(setup(ROOMS), async |world| {
        let mut house = House::open_with(world, &server, "m3", |config| config.budget = Some(SYNAPSE_DEFAULT)).await;
        let token = free(&server, &house);
        // Coming into rooms takes from the budget too.
        server.lift(&token, &house.account);
        let invited = [house.account.id.as_str()];
        let rooms = join_all((0..ROOMS).map(|_| house.camille.room(false, &invited))).await;
        server.limit_again(&token, &house.account);
        house.restart(world).await;
        // The budget as it would be if each answer took one event.
        let mut ideal = Ideal { full_at: Instant::now() };
        let accepted = || server.writes_of(&house.account.id).iter().filter(|write| write.status == 200).count();
        for round in 1..=ROUNDS {
            let accepted_before = accepted();
            (0..ROOMS).for_each(|_| world.model.script(Script::words(&long()).every(EACH)));
            let began = Instant::now();
            let asking = rooms.iter().map(|room| house.camille.asks(room, &house.account.id, "Dites-moi tout"));
            let asked = join_all(asking).await;
            let ready = Instant::now() + EACH * u32::try_from(WORDS).unwrap();
            let firsts = join_all(rooms.iter().zip(&asked).map(|(room, question)| house.begins(room, question)));
            let ended = join_all(rooms.iter().zip(&asked).map(|(room, question)| house.ends(room, question)));
            let (firsts, ended) = join(firsts, ended).await;
            let first_end = ended.iter().min().unwrap();
            let begun_before_an_end = firsts.iter().filter(|first| *first < first_end).count();
            let mut firsts: Vec<f64> = firsts.iter().map(|at| at.duration_since(began).as_secs_f64()).collect();
            firsts.sort_by(f64::total_cmp);
            println!("round {round}: first texts after {firsts:.1?} s");
            // Later rounds begin with what the one before has left.
            assert!(round > 1 || begun_before_an_end >= ROOMS / 2, "{begun_before_an_end} rooms read a beginning");
            let mut ended: Vec<Duration> = ended.iter().map(|at| at.duration_since(began)).collect();
            ended.sort();
            let bounds: Vec<Duration> = ended.iter().map(|_| ideal.takes(ready).duration_since(began)).collect();
            let late = ended.iter().zip(&bounds).map(|(ended, bound)| ended.saturating_sub(*bound)).max().unwrap();
            println!(
                "round {round}: {ROOMS} final texts within {:.1} s to {:.1} s; one event an answer allows {:.1} s to {:.1} s; \
                 {:.1} s later at most",
                ended[0].as_secs_f64(),
                ended[ROOMS - 1].as_secs_f64(),
                bounds[0].as_secs_f64(),
                bounds[ROOMS - 1].as_secs_f64(),
                late.as_secs_f64()
            );
            let spent = accepted() - accepted_before;
            let refilled = usize::try_from(ended[0].as_secs() / SLACK.as_secs()).unwrap();
            let most = ROOMS + TAKEN_BY_FIRST + refilled;
            assert!(
                spent <= most,
                "{spent} events for {ROOMS} final texts, {refilled} came back while the model wrote"
            );
            house.idle().await;
        }
        let writes = server.writes_of(&house.account.id);
        let refused: Vec<_> = writes.iter().filter(|write| write.status == 429).collect();
        println!("{} writes, {} of them refused", writes.len(), refused.len());
        for refusal in refused {
            // What had been begun by then may be refused too; what is begun later has waited as it was told.
            let next = writes.iter().filter(|write| write.came > refusal.ended).min_by_key(|write| write.came);
            assert!(next.is_none_or(|next| next.status == 200), "{refusal:?} {next:?}");
        }
        house.end(world).await;
    });
}

#[test]
fn within_the_limits_of_synapse_a_reaction_does_not_keep_the_next_answer_waiting() {
    const QUESTIONS: usize = 4;
    let Some(server) = Server::start(Limits::Default) else { return };
    run_test_with(setup(1), async |world| {
        let mut house = House::open_with(world, &server, "m4", |config| config.budget = Some(SYNAPSE_DEFAULT)).await;
        free(&server, &house);
        let room = house.camille.room(false, &[&house.account.id]).await;
        for _ in 0..QUESTIONS {
            world.model.script(Script::words(&long()).every(EACH));
            let asked = Instant::now();
            let question = house.camille.asks(&room, &house.account.id, "Dites-moi tout").await;
            let is_there = |shown: &Shown| shown.thread.as_ref() == Some(&question);
            house.camille.sees_one(&room, "the first text", is_there).await;
            let first = asked.elapsed();
            println!("default limits, asked 8 s after the last answer: first text after {:.1} s", first.as_secs_f64());
            assert!(first < SLACK, "{:#?}", server.writes_of(&house.account.id));
            house.ends(&room, &question).await;
            tokio::time::sleep(Duration::from_secs(8)).await;
        }
        house.end(world).await;
    });
}

/// Between two words of the model: about thirty tokens a second.
const EACH: Duration = Duration::from_millis(33);
/// Words of an answer of two thousand characters.
const WORDS: usize = 400;
/// Events that first texts may take from final ones: half of a full budget.
const TAKEN_BY_FIRST: usize = 5;
/// Time in which one event of Synapse's default budget comes back. A first text that waits longer had none left.
const SLACK: Duration = Duration::from_secs(5);

/// Something of that length.
fn long() -> String {
    format!("{} voilà tout.", "mots ".repeat(WORDS - 2).trim())
}

/// Ten events at once, and one more each five seconds.
struct Ideal {
    full_at: Instant,
}

impl Ideal {
    /// Returns the time at which a text that is ready at `ready` can be written.
    fn takes(&mut self, ready: Instant) -> Instant {
        let refill = Duration::from_secs(5);
        let at = ready.max(self.full_at.checked_sub(refill * 9).unwrap_or(ready));
        self.full_at = self.full_at.max(at) + refill;
        at
    }
}

/// The processor time used by the server, by the people's clients, and by the rest of this process, which is ours.
struct Computed {
    server: Duration,
    people: Duration,
    ours: Duration,
}

impl Computed {
    fn so_far(server: &Server) -> Self {
        let (mut people, mut ours) = (Duration::ZERO, Duration::ZERO);
        for thread in std::fs::read_dir("/proc/self/task").unwrap().flatten() {
            let read = |name: &str| std::fs::read_to_string(thread.path().join(name)).unwrap_or_default();
            let took = computed(&read("stat")).unwrap_or_default();
            *(if read("comm").trim() == Person::THREADS { &mut people } else { &mut ours }) += took;
        }
        Self { server: server.computed().unwrap_or_default(), people, ours }
    }

    fn since(&self, before: &Self) -> String {
        let seconds = |now: Duration, then: Duration| now.saturating_sub(then).as_secs_f64();
        format!(
            "computed: Synapse {:.1} s, people {:.1} s, ours {:.1} s",
            seconds(self.server, before.server),
            seconds(self.people, before.people),
            seconds(self.ours, before.ours)
        )
    }
}

/// People write as fast as the test does; Pstral does not.
fn free(server: &Server, house: &House) -> String {
    let token = server.token(&server.admin("admin"));
    for person in [&house.camille, &house.alex] {
        server.lift(&token, &person.account);
    }
    token
}
