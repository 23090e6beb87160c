//! Many answers on one budget.

use futures::future::join_all;
use pstral_core::domain::OutgoingState;
use pstral_core::egress::{Destination, RetryPolicy};
use pstral_core::ports::{Rate, WriteBudget};

use super::server::{Manners, Message};
use super::*;

/// What Synapse allows each account (`rc_message`), and Discord each channel.
const SYNAPSE: Rate = Rate::Bucket { burst: 10, refill: Duration::from_secs(5) };
const DISCORD: Rate = Rate::Window { writes: 5, span: Duration::from_secs(5) };

fn on_account(rate: Rate, edits: bool) -> Manners {
    let mut manners = Manners { account: Some(rate), ..Manners::default() };
    manners.capabilities.budget = WriteBudget { place: None, account: Some(rate) };
    manners.capabilities.edits = edits;
    manners
}

fn in_place(rate: Rate) -> Manners {
    let mut manners = Manners { place: Some(rate), ..Manners::default() };
    manners.capabilities.budget = WriteBudget { place: Some(rate), account: None };
    manners
}

/// Answers that begin at these times and take so long; how long after its last word each had its last state.
async fn late(manners: Manners, answers: &[(u64, usize)]) -> (Arc<Server>, Vec<Duration>) {
    let server = Server::with(manners);
    let scheduler = scheduler(&server);
    let all = answers.iter().enumerate().map(|(number, (begins, seconds))| {
        let (server, scheduler) = (&server, &scheduler);
        async move {
            sleep(MS(*begins)).await;
            let place = place(&format!("room {number}"));
            let went = answer(server, scheduler, &place, says(words(*seconds * 5), MS(200))).await;
            assert!(went.finished.is_ok());
            assert_eq!(server.read(&place), went.messages);
            let message = server.messages().into_iter().find(|message| message.place == place).unwrap();
            let (last, state) = message.states.last().unwrap().clone();
            assert_eq!(state.state, OutgoingState::Final);
            last.saturating_sub(went.said)
        }
    });
    let late = join_all(all).await;
    (server, late)
}

/// Times from a question to the first text of its answer, the shortest first.
fn first_texts(server: &Server, answers: &[(u64, usize)]) -> Vec<Duration> {
    let asked = |message: &Message| {
        let (_, number) = message.place.id.rsplit_once(' ').unwrap();
        MS(answers[number.parse::<usize>().unwrap()].0)
    };
    let mut first: Vec<_> =
        server.messages().iter().map(|message| message.states[0].0.saturating_sub(asked(message))).collect();
    first.sort();
    first
}

#[tokio::test(start_paused = true)]
async fn half_of_those_who_ask_at_once_read_something_at_once_and_nobody_waits_long_for_the_end() {
    let at_once: Vec<_> = (0..10).map(|_| (0, 20)).collect();
    let twenty: Vec<_> = (0..20).map(|_| (0, 20)).collect();
    let rounds: Vec<_> = (0..30).map(|number| (number / 10 * 40_000, 8)).collect();
    let one_by_one: Vec<_> = (0..10).map(|number| (number * 1000, 20)).collect();
    let slowly: Vec<_> = (0..12).map(|number| (number * 7000, 30)).collect();
    let mixed: Vec<_> = (0..10).map(|number| (number % 3 * 100, 5)).chain([(0, 30)]).collect();
    for (answers, at_once) in [(at_once, 5), (twenty, 5), (rounds, 5), (one_by_one, 6), (slowly, 12), (mixed, 4)] {
        // The same people, answered in one message each.
        let (_, alone) = late(on_account(SYNAPSE, false), &answers).await;
        let (server, streamed) = late(on_account(SYNAPSE, true), &answers).await;
        assert_eq!(server.asked_too_fast(), 0);
        let first = first_texts(&server, &answers);
        assert!(first[at_once - 1] < MS(1000), "{first:?} of {answers:?}");
        for (number, (streamed, alone)) in streamed.iter().zip(&alone).enumerate() {
            // First texts take half of a bucket, which comes back one by one.
            assert!(*streamed <= *alone + MS(25_040), "{number}: {streamed:?} instead of {alone:?} of {answers:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_asks_again_reads_something_at_once() {
    let answers = [(0, 20), (28_000, 20), (56_000, 20), (84_000, 20)];
    let (server, late) = late(on_account(SYNAPSE, true), &answers).await;
    let first = first_texts(&server, &answers);
    assert!(first.iter().all(|first| *first < MS(1000)), "{first:?}");
    assert!(late.iter().all(|late| *late < MS(50)), "{late:?}");
}

#[tokio::test(start_paused = true)]
async fn one_alone_streams_on_a_tight_account() {
    let (server, late) = late(on_account(SYNAPSE, true), &[(0, 60)]).await;
    let states = server.messages()[0].states.len();
    assert!(states >= 12, "{states} states in a minute");
    assert!(late[0] < MS(50), "{late:?}");
    assert_eq!(server.asked_too_fast(), 0);
}

#[tokio::test(start_paused = true)]
async fn those_who_share_a_budget_share_it_evenly() {
    let rate = Rate::Bucket { burst: 40, refill: Duration::from_millis(500) };
    let answers: Vec<_> = (0..10).map(|_| (0, 60)).collect();
    let (server, late) = late(on_account(rate, true), &answers).await;
    let states: Vec<usize> = server.messages().iter().map(|message| message.states.len()).collect();
    let (least, most) = (states.iter().min().unwrap(), states.iter().max().unwrap());
    assert!(*least >= 8 && most - least <= 3, "{states:?}");
    let first: Vec<_> = server.messages().iter().map(|message| message.states[0].0).collect();
    assert!(first.iter().all(|first| *first < MS(2000)), "{first:?}");
    assert!(late.iter().all(|late| *late < MS(50)), "{late:?}");
}

#[tokio::test(start_paused = true)]
async fn a_window_is_kept_to_and_used() {
    for headers in [false, true] {
        let server = Server::with(Manners { headers, latencies: vec![MS(10), MS(400), MS(90)], ..in_place(DISCORD) });
        let scheduler = scheduler(&server);
        let place = place("general");
        let both = (0..2).map(|_| answer(&server, &scheduler, &place, says(words(300), MS(200))));
        let went = join_all(both).await;
        assert!(went.iter().all(|went| went.finished.is_ok()));
        assert_eq!(server.asked_too_fast(), 0, "headers: {headers}");
        let states: usize = server.messages().iter().map(|message| message.states.len()).sum();
        assert!(states > 20, "{states} in a minute of sixty, headers: {headers}");
    }
}

/// Times between one state and the next of a message while it grew.
fn silences(server: &Server, index: usize) -> Vec<Duration> {
    let states: Vec<Duration> = server.messages()[index].states.iter().map(|(at, _)| *at).collect();
    states.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect()
}

/// Answers of thirty tokens a second for twenty seconds, all in one place with a window.
async fn in_one_place(answers: usize, headers: bool) -> (Arc<Server>, Vec<Went>) {
    let mut manners = Manners { headers, ..in_place(DISCORD) };
    manners.capabilities.max_edits = u32::MAX;
    let server = Server::with(manners);
    let (scheduler, place) = (scheduler(&server), place("general"));
    let all = (0..answers).map(|_| answer(&server, &scheduler, &place, says(words(600), MS(33))));
    let went = join_all(all).await;
    assert!(went.iter().all(|went| went.finished.is_ok()));
    assert_eq!(server.asked_too_fast(), 0);
    (server, went)
}

#[tokio::test(start_paused = true)]
async fn in_a_window_an_answer_grows_without_long_silences() {
    let (server, went) = in_one_place(1, false).await;
    let states = server.messages()[0].states.clone();
    assert!(states[0].0 < MS(300), "the first text at once: {:?}", states[0].0);
    let silences = silences(&server, 0);
    assert!(silences.iter().all(|silence| *silence <= MS(1710)), "{silences:?}");
    // Three in five seconds of twenty, the first text, the last one.
    assert!((13..=15).contains(&states.len()), "{}", states.len());
    let last = states[states.len() - 1].0;
    assert!(last <= went[0].said + MS(40), "{last:?} after {:?}", went[0].said);
}

#[tokio::test(start_paused = true)]
async fn three_in_one_window_take_turns_and_none_ends_late() {
    let (server, went) = in_one_place(3, false).await;
    for (index, went) in went.iter().enumerate() {
        let states = &server.messages()[index].states;
        assert!(states[0].0 < MS(6000), "{:?}", states[0].0);
        let silences = silences(&server, index);
        assert!(silences.iter().all(|silence| *silence <= MS(10_100)), "{silences:?}");
        let last = states[states.len() - 1].0;
        assert!(last <= went.said + MS(60), "{last:?} after {:?}", went.said);
    }
}

#[tokio::test(start_paused = true)]
async fn a_platform_that_allows_less_than_is_assumed_is_believed() {
    let tight = [
        Rate::Bucket { burst: 3, refill: Duration::from_secs(12) },
        Rate::Window { writes: 2, span: Duration::from_secs(8) },
    ];
    for (assumed, real) in [SYNAPSE, DISCORD].into_iter().zip(tight) {
        let manners = Manners { account: Some(real), ..on_account(assumed, true) };
        let (server, _) = late(manners, &[(0, 300), (0, 300)]).await;
        let (refused, requests) = (server.asked_too_fast(), server.requests());
        assert!(refused <= 1 + requests / 6, "{refused} of {requests} were refused: {real:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn replies_come_before_interim_texts_and_in_the_order_in_which_they_were_given() {
    let rate = Rate::Bucket { burst: 2, refill: Duration::from_secs(5) };
    let server = Server::with(on_account(rate, true));
    let scheduler = scheduler(&server);
    let streaming = async {
        answer(&server, &scheduler, &place("a"), says(words(400), MS(200))).await;
    };
    let replying = async {
        sleep(MS(30_000)).await;
        let replies = (0..6).map(|number| {
            let (server, scheduler) = (&server, &scheduler);
            async move {
                let (place, reply) = (place("b"), Outgoing::text(number.to_string()));
                scheduler.deliver(&**server, &place, Destination::New, &reply, RetryPolicy::LONG).await.unwrap();
            }
        });
        join_all(replies).await;
        assert!(server.now() <= MS(30_000 + 5 * 5_000 + 50), "{:?}", server.now());
    };
    futures::join!(streaming, replying);
    let replies: Vec<String> = server.read(&place("b")).into_iter().map(|reply| reply.text).collect();
    assert_eq!(replies, ["0", "1", "2", "3", "4", "5"]);
}

#[tokio::test(start_paused = true)]
async fn where_places_and_the_account_are_limited_both_are_kept_to() {
    let (of_place, of_account) = (DISCORD, Rate::Bucket { burst: 8, refill: Duration::from_secs(1) });
    let mut manners = Manners { place: Some(of_place), ..on_account(of_account, true) };
    manners.capabilities.budget.place = Some(of_place);
    let answers: Vec<_> = (0..4).map(|_| (0, 30)).collect();
    let (server, late) = late(manners, &answers).await;
    assert_eq!(server.asked_too_fast(), 0);
    assert!(late.iter().all(|late| *late < MS(50)), "{late:?}");
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_the_account_keeps_nobody_from_the_place() {
    let of_place = Rate::Bucket { burst: 2, refill: Duration::from_mins(1) };
    let of_account = Rate::Bucket { burst: 1, refill: Duration::from_secs(8) };
    let mut manners = Manners { place: Some(of_place), ..on_account(of_account, true) };
    manners.capabilities.budget.place = Some(of_place);
    let server = Server::with(manners);
    let scheduler = scheduler(&server);
    let reply = |to: &'static str| {
        let (server, scheduler) = (&server, &scheduler);
        async move {
            scheduler.deliver(&**server, &place(to), Destination::New, &Outgoing::text("Yes."), RetryPolicy::LONG).await
        }
    };
    reply("b").await.unwrap();
    let (mut live, stop) = (live(&server, &scheduler), CancellationToken::new());
    let streaming = live.follow(says(words(2000), MS(50)), &stop, LIMITS, &nobody);
    let replying = async {
        sleep(MS(1000)).await;
        for _ in 0..2 {
            reply("a").await.unwrap();
        }
        stop.cancel();
    };
    futures::join!(streaming, replying);
    assert!(server.now() < MS(16_100), "as soon as the account takes them: {:?}", server.now());
}
