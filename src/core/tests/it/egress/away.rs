//! A platform that does not do what it is asked, or does not answer at all: the model is read, nobody waits for ever.

use pstral_core::domain::Length;
use pstral_core::ports::PlatformError;

use super::one_answer::can;
use super::put_aside::one_looks_live_and_is_known;
use super::server::{Asked, Fault, Manners};
use super::*;

/// How long a write is waited for.
const LONGEST: Duration = pstral_core::ports::LONGEST_WRITE;

fn away() -> Fault {
    Fault::Refused(PlatformError::Unavailable("reset".to_owned()))
}

/// Notes when the stream is dropped: then the model is free.
struct Watch(Arc<Server>, Arc<Mutex<Duration>>);

impl Drop for Watch {
    fn drop(&mut self) {
        *self.1.lock().unwrap() = self.0.now();
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_that_hangs_is_dropped_and_made_again() {
    for done in [false, true] {
        let server = Server::with(Manners::default());
        server.spoil(Asked::Edit, Some(0), MS(40_000), Fault::Hangs { done });
        let went = answer(&server, &scheduler(&server), &place("a"), says(words(100), MS(50))).await;
        assert!(went.said < MS(5050), "the model was read meanwhile: {:?}", went.said);
        assert_eq!(server.read(&place("a")), went.messages);
        assert!(server.now() < LONGEST * 2 + MS(2000), "{:?}", server.now());
        assert!(server.requests() <= 4, "{} requests", server.requests());
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_not_answered_is_one_message_whether_it_arrived_or_not() {
    for done in [false, true] {
        let server = Server::with(Manners::default());
        server.spoil(Asked::Send, None, MS(10_000), Fault::Hangs { done });
        let went = answer(&server, &scheduler(&server), &place("a"), says(words(1000), MS(50))).await;
        assert!(went.said < MS(50_500), "{:?}", went.said);
        let messages = server.messages();
        assert_eq!(messages.len(), 1);
        // As it was first sent; then at once what had been said by then.
        let (shown, next) = &messages[0].states[1];
        assert!(*shown < LONGEST + MS(4000) && next.text.contains("word500 "), "{shown:?}: {}", next.text);
        assert_eq!(server.read(&place("a")), went.messages);
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_stand_there_already_stands_there_once_also_at_the_end() {
    for (done, lasts) in [(false, MS(10_000)), (true, MS(10_000)), (false, MS(100_000)), (true, MS(100_000))] {
        let server = Server::with(Manners::default());
        server.spoil(Asked::Send, None, lasts, Fault::Hangs { done });
        let went = answer(&server, &scheduler(&server), &place("a"), says(words(40), MS(50))).await;
        assert_eq!((server.messages().len(), server.read(&place("a"))), (1, went.messages), "{done} {lasts:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_frees_the_model_at_once_and_waits_for_one_write_at_most() {
    let server = Server::with(Manners::default());
    server.spoil(Asked::Edit, None, Duration::MAX, Fault::Hangs { done: false });
    let mut live = live(&server, &scheduler(&server));
    let (stop, freed) = (CancellationToken::new(), Arc::new(Mutex::new(Duration::ZERO)));
    let watch = Watch(Arc::clone(&server), Arc::clone(&freed));
    let stream = says(words(1000), MS(50)).inspect(move |_| _ = &watch).boxed();
    let stopping = async {
        sleep(MS(3000)).await;
        stop.cancel();
    };
    let (ended, ()) = futures::join!(live.follow(stream, &stop, LIMITS, &nobody), stopping);
    assert_eq!(ended, StreamEnd::Stopped);
    assert!(*freed.lock().unwrap() < MS(3010), "{freed:?}");
    assert!(server.now() <= MS(3000) + LONGEST, "{:?}", server.now());
    let began = server.now();
    let finished = live.finish(&[Outgoing::text("Stopped.")], &nobody).await;
    assert!(matches!(finished, Err(Unfinished::Away(_))), "{finished:?}");
    assert!(server.now() < began + Duration::from_mins(13), "about ten minutes: {:?}", server.now());
}

#[tokio::test(start_paused = true)]
async fn an_answer_over_two_messages_is_read_and_ended_whichever_of_them_cannot_be_changed() {
    for (asked, message) in [(Asked::Edit, Some(0)), (Asked::Edit, Some(1)), (Asked::Edit, None), (Asked::Send, None)] {
        for fault in [away(), Fault::Hangs { done: false }, Fault::Hangs { done: true }] {
            let server = Server::with(can(|can| can.length = Length::characters(200)));
            let (scheduler, told) = (scheduler(&server), Told::default());
            server.spoil(asked, message, MS(20_000), fault.clone());
            let mut live = live(&server, &scheduler);
            let on_sent = told.by(&server);
            let ended = live.follow(says(words(40), MS(50)), &CancellationToken::new(), LIMITS, &on_sent).await;
            assert!(matches!(ended, StreamEnd::Whole(_)), "{ended:?}");
            assert_eq!(live.text(), words(40).concat(), "the model was read to its end");
            let last = last_state(&server, live.text());
            assert_eq!(last.len(), 2);
            live.finish(&last, &on_sent).await.unwrap();
            assert_eq!(server.read(&place("a")), last, "{asked:?} {message:?} {fault:?}");
            assert_eq!(told.all(), [0, 1]);
            assert!(server.requests() < 70, "{} requests: {asked:?} {message:?} {fault:?}", server.requests());
            // Of one that was sent and not answered for nobody knows until then; it is found by how it looks.
            if !matches!((asked, &fault), (Asked::Send, Fault::Hangs { done: true })) {
                one_looks_live_and_is_known(&server, &told);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_can_never_be_changed_is_told_and_nothing_comes_after_it() {
    let server = Server::with(can(|can| can.length = Length::characters(200)));
    server.spoil(Asked::Edit, Some(0), Duration::MAX, away());
    let went = answer(&server, &scheduler(&server), &place("a"), says(words(40), MS(50))).await;
    assert!(matches!(went.finished, Err(Unfinished::Away(_))), "{:?}", went.finished);
    assert_eq!(server.messages().len(), 1, "the first still looks live: the second would be another");
}

#[tokio::test(start_paused = true)]
async fn a_full_message_that_cannot_be_closed_is_not_tried_without_pause() {
    for refused in [
        PlatformError::Unavailable("reset".to_owned()),
        PlatformError::Rejected("odd".to_owned()),
        PlatformError::RateLimited { retry_after: Duration::ZERO },
    ] {
        let mut refusals = vec![None];
        refusals.extend(vec![Some(refused.clone()); 60]);
        let manners = Manners { refusals, ..can(|can| (can.length, can.max_messages) = (Length::characters(200), 4)) };
        let server = Server::with(manners);
        let mut live = live(&server, &scheduler(&server));
        let ended = live.follow(says(words(100), MS(50)), &CancellationToken::new(), LIMITS, &nobody).await;
        assert!(matches!(ended, StreamEnd::Whole(_)), "{ended:?}");
        assert_eq!(live.text(), words(100).concat(), "the model was read to its end");
        assert!(server.requests() < 60, "{} requests in five seconds: {refused:?}", server.requests());
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_that_was_lost_is_made_again_even_where_it_changes_nothing_that_is_known() {
    let server = Server::with(Manners::default());
    let mut live = live(&server, &scheduler(&server));
    live.announce("Thinking…", &nobody).await.unwrap();
    server.spoil(Asked::Edit, None, MS(10_000), Fault::Hangs { done: true });
    live.announce("Correcting…", &nobody).await.unwrap_err();
    live.announce("Thinking…", &nobody).await.unwrap();
    live.finish(&[Outgoing::text("Two.")], &nobody).await.unwrap();
    let shown: Vec<_> = server.messages()[0].states.iter().map(|(_, state)| state.text.clone()).collect();
    assert_eq!(shown, ["Thinking…", "Correcting…", "Thinking…", "Two."]);
}

#[tokio::test(start_paused = true)]
async fn a_place_that_is_gone_while_an_answer_grows_is_told_apart_from_a_message_that_is() {
    for is_place in [false, true] {
        let server = Server::with(Manners::default());
        let (scheduler, place) = (scheduler(&server), place("a"));
        let answering = answer(&server, &scheduler, &place, says(words(1000), MS(50)));
        let removing = async {
            sleep(MS(3000)).await;
            if is_place { server.close(&place) } else { server.take_away(0) }
        };
        let (went, ()) = futures::join!(answering, removing);
        let expected = if is_place { Unfinished::Refused(PlatformError::Gone) } else { Unfinished::Deleted };
        assert_eq!((went.ended, went.finished), (StreamEnd::Stopped, Err(expected)));
    }
}

#[tokio::test(start_paused = true)]
async fn messages_that_are_sent_at_the_end_are_told_of_too() {
    let server = Server::with(can(|can| (can.edits, can.length) = (false, Length::characters(200))));
    let (mut live, told) = (live(&server, &scheduler(&server)), Told::default());
    live.follow(says(words(40), MS(50)), &CancellationToken::new(), LIMITS, &told.by(&server)).await;
    assert!(told.all().is_empty());
    let last = last_state(&server, live.text());
    live.finish(&last, &told.by(&server)).await.unwrap();
    assert_eq!((server.read(&place("a")), told.all()), (last, vec![0, 1]));
}
