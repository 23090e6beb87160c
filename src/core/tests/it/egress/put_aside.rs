//! What was put aside: an answer that is corrected, one that turns out to be a thought, messages that are too many.

use pstral_core::domain::{Length, OutgoingState};
use pstral_core::ports::PlatformError;

use super::one_answer::can;
use super::server::{Asked, Fault, Manners};
use super::*;

fn small() -> Manners {
    can(|can| can.length = Length::characters(100))
}

/// An answer over three messages, put aside.
async fn put_aside(server: &Arc<Server>, scheduler: &Scheduler, told: &Told) -> LiveMessage {
    let mut live = live(server, scheduler);
    live.follow(says(words(40), MS(50)), &CancellationToken::new(), LIMITS, &told.by(server)).await;
    assert_eq!(server.read(&place("a")).len(), 3);
    live.put_aside();
    live
}

/// At no time two messages looked live, and a restart would have known the one that did.
pub(super) fn one_looks_live_and_is_known(server: &Server, told: &Told) {
    // A moment later the answer of the platform is there.
    for at in server.changes().into_iter().map(|changed| changed + MS(15)) {
        let live = server.live_at(at);
        assert!(live.len() <= 1, "{live:?} look live at {at:?}");
        if let [live] = live[..] {
            assert_eq!(told.last(at), Some(live), "at {at:?}");
        }
    }
}

async fn finish(live: &mut LiveMessage, server: &Arc<Server>, told: &Told) -> Vec<Outgoing> {
    let last = last_state(server, live.text());
    live.finish(&last, &told.by(server)).await.unwrap();
    last
}

#[tokio::test(start_paused = true)]
async fn messages_that_the_last_state_needs_no_more_are_removed() {
    let (server, told) = (Server::with(small()), Told::default());
    let mut live = put_aside(&server, &scheduler(&server), &told).await;
    let alone = Outgoing::text("For you alone.");
    live.finish(std::slice::from_ref(&alone), &told.by(&server)).await.unwrap();
    assert_eq!(server.read(&place("a")), [alone]);
    assert_eq!(told.all(), [0, 1, 2, 0], "a restart knows the one that stays");
}

#[tokio::test(start_paused = true)]
async fn what_is_put_aside_gives_way_to_what_is_said_next() {
    let (server, told, stop) = (Server::with(small()), Told::default(), CancellationToken::new());
    let scheduler = scheduler(&server);
    let mut live = live(&server, &scheduler);
    live.announce("Thinking…", &told.by(&server)).await.unwrap();
    live.follow(says(words(30), MS(50)), &stop, LIMITS, &told.by(&server)).await;
    live.put_aside();
    live.announce("Correcting…", &told.by(&server)).await.unwrap();
    let shown: Vec<String> = server.read(&place("a")).into_iter().map(|message| message.text).collect();
    assert_eq!(shown, ["Correcting…"]);
    let began = server.now();
    live.follow(says(words(10), MS(50)), &stop, LIMITS, &told.by(&server)).await;
    let states = server.messages()[0].states.clone();
    let first = states.iter().find(|(at, state)| *at > began && state.text.starts_with("word0"));
    assert!(first.unwrap().0 < began + MS(320), "thirty characters are a first text again");
    let last = finish(&mut live, &server, &told).await;
    assert_eq!(server.read(&place("a")), last);
    assert_eq!(live.text(), words(10).concat());
    one_looks_live_and_is_known(&server, &told);
}

#[tokio::test(start_paused = true)]
async fn what_turns_out_to_be_a_thought_gives_way_too() {
    let mut pieces = words(40);
    pieces.extend(["\n</think>\n".to_owned()]);
    pieces.extend(words(25));
    let (server, told) = (Server::with(small()), Told::default());
    let mut live = live(&server, &scheduler(&server));
    live.follow(says(pieces, MS(50)), &CancellationToken::new(), LIMITS, &told.by(&server)).await;
    assert_eq!(server.messages().len(), 4, "three of a thought, of which one stays; one more for the answer");
    let last = finish(&mut live, &server, &told).await;
    assert_eq!(last.len(), 2);
    assert_eq!(server.read(&place("a")), last);
    assert_eq!(live.text().trim(), words(25).concat().trim());
    one_looks_live_and_is_known(&server, &told);
}

#[tokio::test(start_paused = true)]
async fn a_write_under_way_when_a_thought_ends_says_nothing_of_the_answer() {
    for latency in [130, 180, 230, 280, 330].map(MS) {
        let thought = |number| format!("thought{number} ");
        let mut pieces: Vec<String> = (0..40).map(thought).collect();
        pieces.extend(["\n</think>\n".to_owned()]);
        pieces.extend(words(40));
        let (server, told) = (Server::with(Manners { latencies: vec![latency], ..small() }), Told::default());
        let mut live = live(&server, &scheduler(&server));
        live.follow(says(pieces, MS(50)), &CancellationToken::new(), LIMITS, &told.by(&server)).await;
        let shown = server.read(&place("a"));
        assert!(shown.iter().all(|message| !message.text.contains("thought")), "{latency:?}: {shown:?}");
        let last = finish(&mut live, &server, &told).await;
        assert_eq!(server.read(&place("a")), last, "{latency:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn messages_that_cannot_be_removed_keep_neither_the_model_nor_a_note_waiting() {
    let away = || Fault::Refused(PlatformError::Unavailable("reset".to_owned()));
    let slow = || Fault::Refused(PlatformError::RateLimited { retry_after: MS(3000) });
    for (fault, longest) in [(away(), MS(0)), (slow(), MS(0)), (Fault::Hangs { done: false }, MS(30_000))] {
        let (server, told) = (Server::with(small()), Told::default());
        let mut live = put_aside(&server, &scheduler(&server), &told).await;
        server.spoil(Asked::Delete, None, server.now() + MS(45_000), fault.clone());
        let began = server.now();
        live.announce("Correcting…", &told.by(&server)).await.unwrap_err();
        assert!(server.now() <= began + longest + MS(30), "a note is shown at once or not at all: {fault:?}");
        let (began, last) = (server.now(), Arc::new(Mutex::new(Duration::ZERO)));
        let (heard, watching) = (Arc::clone(&last), Arc::clone(&server));
        let stream = says(words(50), MS(50)).inspect(move |_| *heard.lock().unwrap() = watching.now()).boxed();
        live.follow(stream, &CancellationToken::new(), LIMITS, &told.by(&server)).await;
        assert!(*last.lock().unwrap() < began + MS(2550), "the model is read as it speaks: {fault:?}");
        assert_eq!(live.text(), words(50).concat());
        let last = finish(&mut live, &server, &told).await;
        assert_eq!(server.read(&place("a")), last, "{fault:?}");
        one_looks_live_and_is_known(&server, &told);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_does_not_wait_for_messages_that_cannot_be_removed() {
    let (server, told) = (Server::with(small()), Told::default());
    let mut live = put_aside(&server, &scheduler(&server), &told).await;
    let away = PlatformError::Unavailable("reset".to_owned());
    server.spoil(Asked::Delete, None, Duration::MAX, Fault::Refused(away.clone()));
    let (stop, on_sent, began) = (CancellationToken::new(), told.by(&server), server.now());
    let stopping = async {
        sleep(MS(2000)).await;
        stop.cancel();
    };
    let (ended, ()) = futures::join!(live.follow(says(words(500), MS(50)), &stop, LIMITS, &on_sent), stopping);
    assert_eq!(ended, StreamEnd::Stopped);
    assert!(server.now() <= began + MS(2030), "{:?}", server.now());
    let finished = live.finish(&[Outgoing::text("Stopped.")], &on_sent).await;
    assert_eq!(finished, Err(Unfinished::Away(away)), "what may look live still is not taken for ended");
}

#[tokio::test(start_paused = true)]
async fn messages_that_may_not_be_removed_say_nothing_any_more() {
    for follows in [true, false] {
        let (server, told) = (Server::with(small()), Told::default());
        let mut live = put_aside(&server, &scheduler(&server), &told).await;
        let never = PlatformError::Rejected("messages stay here".to_owned());
        server.spoil(Asked::Delete, None, Duration::MAX, Fault::Refused(never));
        if follows {
            live.follow(says(words(12), MS(200)), &CancellationToken::new(), LIMITS, &told.by(&server)).await;
        }
        live.finish(&[Outgoing::text("Two.")], &told.by(&server)).await.unwrap();
        let shown = server.read(&place("a"));
        assert_eq!(shown, ["Two.", "…", "…"].map(Outgoing::text));
        assert!(shown.iter().all(|message| message.state == OutgoingState::Final));
        one_looks_live_and_is_known(&server, &told);
    }
}
