//! One answer alone: its first text, its changes, its last state.

use pstral_core::domain::{Length, OutgoingState};
use pstral_core::ports::{Capabilities, PlatformError, Rate, WriteBudget};

use super::server::Manners;
use super::*;

async fn alone(manners: Manners, stream: ModelStream) -> (Arc<Server>, Went) {
    let server = Server::with(manners);
    let went = answer(&server, &scheduler(&server), &place("a"), stream).await;
    (server, went)
}

/// Words said in a time, one each so many milliseconds.
fn words_in(time: Duration, every: u128) -> usize {
    usize::try_from(time.as_millis() / every).unwrap()
}

pub(super) fn can(change: impl FnOnce(&mut Capabilities)) -> Manners {
    let mut manners = Manners::default();
    change(&mut manners.capabilities);
    manners
}

#[tokio::test(start_paused = true)]
async fn where_nothing_limits_it_each_word_is_shown_at_once() {
    let (server, went) = alone(can(|can| can.max_edits = u32::MAX), says(words(300), MS(33))).await;
    assert_eq!(server.read(&place("a")), went.messages);
    let states = &server.messages()[0].states;
    assert!(states.len() > 290, "{}", states.len());
    assert!(states[0].0 <= MS(33 * 6 + 20), "the first thirty characters: {:?}", states[0]);
    let (last, _) = states[states.len() - 1];
    assert!(last <= went.said + MS(40), "one write was under way: {last:?} after {:?}", went.said);
}

#[tokio::test(start_paused = true)]
async fn a_short_beginning_waits_a_little() {
    let (server, _) = alone(Manners::default(), says(vec!["Two".to_owned(), " hundred.".to_owned()], MS(1000))).await;
    let (shown, first) = server.messages()[0].states[0].clone();
    assert_eq!((first.text.as_str(), first.state), ("Two", OutgoingState::Streaming));
    assert!((MS(1400)..=MS(1450)).contains(&shown), "{shown:?}");
}

#[tokio::test(start_paused = true)]
async fn a_slow_platform_never_slows_the_model_and_gets_the_latest_text() {
    let manners = Manners { latencies: vec![MS(3000)], ..Manners::default() };
    let (server, went) = alone(manners, says(words(500), MS(20))).await;
    assert_eq!(went.said.as_secs(), 10, "500 words of 20 ms, and one write was under way");
    let states = &server.messages()[0].states;
    assert!(states.len() <= 6, "{}", states.len());
    // Each is of what had been said when its write began, half of the latency before.
    for (at, state) in &states[..states.len() - 1] {
        let said = words_in(at.saturating_sub(MS(1500)), 20);
        let shown = state.text.split_whitespace().count();
        assert!(shown.abs_diff(said) <= 1, "{shown} of {said} words");
    }
    assert_eq!(server.read(&place("a")), went.messages);
}

#[tokio::test(start_paused = true)]
async fn the_same_text_is_not_written_twice() {
    let thinks = |_| Ok(Delta::Thinking("hm".to_owned()));
    let stream = says(vec!["Some words that are long enough.".to_owned()], MS(10));
    let quiet = stream::iter(0..50)
        .then(|n| async move {
            sleep(MS(100)).await;
            n
        })
        .map(thinks);
    let text = stream.take(1).chain(quiet).chain(stream::iter([Ok(Delta::Done(whole()))]));
    let (server, _) = alone(Manners::default(), text.boxed()).await;
    assert_eq!(server.requests(), 2, "the text once, and its last state");
}

#[tokio::test(start_paused = true)]
async fn what_was_refused_is_not_shown_later_when_it_is_stale() {
    let slow = || Some(PlatformError::RateLimited { retry_after: MS(2000) });
    let away = || Some(PlatformError::Unavailable("reset".to_owned()));
    let odd = || Some(PlatformError::Rejected("odd".to_owned()));
    let refusals = vec![None, slow(), None, away(), None, odd(), None, slow(), slow()];
    let manners = Manners { refusals, ..Manners::default() };
    let (server, went) = alone(manners, says(words(200), MS(50))).await;
    let states = &server.messages()[0].states;
    for (at, state) in &states[..states.len() - 1] {
        let said = words_in(at.saturating_sub(MS(10)), 50);
        let shown = state.text.split_whitespace().count();
        assert!(shown.abs_diff(said) <= 1, "{shown} of {said} words");
    }
    assert_eq!(server.read(&place("a")), went.messages);
}

#[tokio::test(start_paused = true)]
async fn the_last_state_is_delivered_however_often_it_is_refused() {
    let slow = Some(PlatformError::RateLimited { retry_after: MS(7000) });
    let away = Some(PlatformError::Unavailable("reset".to_owned()));
    for refused in [slow, away] {
        let mut refusals = vec![None];
        refusals.extend(vec![refused; 12]);
        let manners = Manners { refusals, ..Manners::default() };
        let (server, went) = alone(manners, says(words(20), MS(50))).await;
        assert!(went.finished.is_ok());
        assert_eq!(server.read(&place("a")), went.messages);
    }
}

#[tokio::test(start_paused = true)]
async fn a_platform_that_asks_to_wait_is_obeyed_to_the_letter() {
    let retry_after = MS(12_345);
    let refusals = vec![None, Some(PlatformError::RateLimited { retry_after })];
    let manners = Manners { refusals, ..can(|can| can.max_edits = 2) };
    let (server, went) = alone(manners, says(words(20), MS(50))).await;
    let (last, _) = server.messages()[0].states[1];
    let asked = last.saturating_sub(went.said);
    assert!((retry_after..retry_after + MS(60)).contains(&asked), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_message_that_somebody_deleted_ends_the_stream_and_does_not_come_back() {
    let server = Server::with(Manners::default());
    let scheduler = scheduler(&server);
    let place = place("a");
    let answering = answer(&server, &scheduler, &place, says(words(10_000), MS(50)));
    let deleting = async {
        sleep(MS(3000)).await;
        server.take_away(0);
    };
    let (went, ()) = futures::join!(answering, deleting);
    assert_eq!((went.ended, went.finished), (StreamEnd::Stopped, Err(Unfinished::Deleted)));
    assert!(went.said < MS(5000), "{:?}", went.said);
    assert_eq!(server.read(&place), []);
}

#[tokio::test(start_paused = true)]
async fn a_message_deleted_before_its_last_state_stays_deleted_and_a_place_that_is_gone_is_told_apart() {
    for is_place in [false, true] {
        let server = Server::with(can(|can| can.max_edits = 2));
        let scheduler = scheduler(&server);
        let place = place("a");
        let answering = answer(&server, &scheduler, &place, says(words(100), MS(50)));
        let removing = async {
            sleep(MS(3000)).await;
            if is_place { server.close(&place) } else { server.take_away(0) }
        };
        let (went, ()) = futures::join!(answering, removing);
        let expected = if is_place { Unfinished::Refused(PlatformError::Gone) } else { Unfinished::Deleted };
        assert_eq!(went.finished, Err(expected));
        assert_eq!(server.messages().len(), 1, "nothing takes its place");
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_answer_goes_on_in_further_messages_and_only_the_last_looks_live() {
    let manners = can(|can| (can.length, can.max_messages) = (Length::characters(200), 4));
    let (server, went) = alone(manners, says(words(70), MS(50))).await;
    assert!((3..=4).contains(&went.messages.len()), "{}", went.messages.len());
    assert_eq!(server.read(&place("a")), went.messages);
    let messages = server.messages();
    for (index, message) in messages.iter().enumerate() {
        let began = message.states[0].0;
        for earlier in &messages[..index] {
            let shown = earlier.states.iter().rfind(|(at, _)| *at <= began).unwrap();
            assert_eq!(shown.1.state, OutgoingState::Final, "full before the next begins");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_people_see_of_a_long_answer_is_known_without_keeping_its_full_messages() {
    let server = Server::with(can(|can| (can.length, can.max_messages) = (Length::characters(200), 4)));
    let (scheduler, heading) = (scheduler(&server), Some("↳ Ann".to_owned()));
    let mut live = LiveMessage::new(&scheduler, Arc::clone(&server) as _, place("a"), heading, Vec::new());
    let pieces = [" ", "\n", "@every", "one "].map(str::to_owned).into_iter().chain(words(60)).collect();
    live.follow(breaks_off(pieces, MS(50)), &CancellationToken::new(), LIMITS, &nobody).await;
    let (kept, seen) = (live.kept(), server.read(&place("a")));
    assert!(seen.len() >= 3, "{seen:#?}");
    assert!(kept.iter().map(|one| &one.text).eq(seen.iter().map(|one| &one.text)), "{kept:#?} {seen:#?}");
}

#[tokio::test(start_paused = true)]
async fn past_its_last_message_an_answer_is_written_no_further() {
    let manners = can(|can| (can.length, can.max_messages) = (Length::characters(100), 2));
    let (server, went) = alone(manners, says(words(500), MS(50))).await;
    assert_eq!(went.messages.len(), 2);
    assert_eq!(server.read(&place("a")), went.messages);
    assert!(server.requests() < 200, "{} requests", server.requests());
}

#[tokio::test(start_paused = true)]
async fn a_note_is_not_shown_where_somebody_would_wait_for_it() {
    let account = Some(Rate::Bucket { burst: 1, refill: MS(5000) });
    let budget = WriteBudget { place: None, account };
    let server = Server::with(Manners { account, ..can(|can| can.budget = budget) });
    let scheduler = scheduler(&server);
    let mut live = live(&server, &scheduler);
    live.reserve();
    let shown = live.announce("Running…", &nobody).await;
    assert!(matches!(shown, Err(PlatformError::RateLimited { .. })), "{shown:?}");
    live.finish(&[Outgoing::text("42")], &nobody).await.unwrap();
    assert_eq!(server.now(), MS(20), "the result waited for nothing");
}

#[tokio::test(start_paused = true)]
async fn a_model_that_fails_leaves_what_it_said() {
    let (server, went) = alone(Manners::default(), breaks_off(words(20), MS(50))).await;
    assert_eq!(went.ended, StreamEnd::Failed(ModelError::Interrupted));
    assert_eq!(server.read(&place("a")), went.messages);
}
