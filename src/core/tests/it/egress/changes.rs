//! How often one message is changed, by notes, by what is said and by its last state together.

use pstral_core::domain::Length;

use super::one_answer::can;
use super::*;

fn edits(server: &Server, message: usize) -> u32 {
    u32::try_from(server.messages()[message].states.len()).unwrap() - 1
}

#[tokio::test(start_paused = true)]
async fn a_message_is_changed_no_more_often_than_it_may_be() {
    for most in [1, 2, 5, 30] {
        let server = Server::with(can(|can| can.max_edits = most));
        let went = answer(&server, &scheduler(&server), &place("a"), says(words(400), MS(200))).await;
        let edits = edits(&server, 0);
        assert!(edits <= most && edits >= most.min(20) - 1, "{edits} of {most}");
        assert_eq!(server.read(&place("a")), went.messages);
    }
}

#[tokio::test(start_paused = true)]
async fn nor_where_it_is_full_when_it_has_been_changed_often() {
    for most in [1, 2, 3, 5] {
        let manners = can(|can| (can.max_edits, can.length, can.max_messages) = (most, Length::characters(200), 8));
        let server = Server::with(manners);
        let went = answer(&server, &scheduler(&server), &place("a"), says(words(150), MS(200))).await;
        assert!(went.messages.len() > 4, "{}", went.messages.len());
        assert_eq!(server.read(&place("a")), went.messages);
        for message in 0..went.messages.len() {
            let edits = edits(&server, message);
            assert!(edits <= most, "{edits} of {most} in message {message}");
        }
        let shown: Vec<_> = server.messages().iter().map(|message| message.states[0].0 < went.said).collect();
        assert_eq!(shown[1], most > 1, "one that may not be closed yet stays as it is until the end: {shown:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn notes_take_half_of_the_changes_at_most_and_the_answer_has_the_others() {
    for (most, noted) in [(1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (30, 15)] {
        let server = Server::with(can(|can| can.max_edits = most));
        let mut live = live(&server, &scheduler(&server));
        for number in (1..=40).rev() {
            live.announce(&format!("You are number {number}."), &nobody).await.unwrap();
            sleep(MS(1000)).await;
        }
        let notes = server.messages().first().map_or(0, |message| message.states.len());
        assert_eq!(notes, noted, "of {most}");
        live.follow(says(words(400), MS(200)), &CancellationToken::new(), LIMITS, &nobody).await;
        let said = server.messages()[0].states.iter().filter(|(_, state)| state.text.starts_with("word")).count();
        assert!(said >= 1, "the answer is seen while it grows: {most}");
        let last = last_state(&server, live.text());
        live.finish(&last, &nobody).await.unwrap();
        assert_eq!(server.read(&place("a")), last);
        assert!(edits(&server, 0) <= most, "{} of {most}", edits(&server, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn where_changes_cost_nothing_each_note_is_shown() {
    let server = Server::with(can(|can| can.max_edits = u32::MAX));
    let mut live = live(&server, &scheduler(&server));
    for number in (1..=40).rev() {
        live.announce(&format!("You are number {number}."), &nobody).await.unwrap();
    }
    assert_eq!(server.messages()[0].states.len(), 40);
}

#[tokio::test(start_paused = true)]
async fn one_that_is_corrected_again_and_again_is_changed_no_more_often() {
    let manners = can(|can| (can.max_edits, can.length) = (12, Length::characters(200)));
    let server = Server::with(manners);
    let mut live = live(&server, &scheduler(&server));
    for round in 0..8 {
        let note = format!("Correcting for the {round}. time…");
        let _ = live.announce(&note, &nobody).await;
        live.follow(says(words(50), MS(100)), &CancellationToken::new(), LIMITS, &nobody).await;
        live.put_aside();
    }
    live.finish(&[Outgoing::text("It cannot be done.")], &nobody).await.unwrap();
    assert_eq!(server.read(&place("a")), [Outgoing::text("It cannot be done.")]);
    for message in 0..server.messages().len() {
        assert!(edits(&server, message) <= 12, "{} of message {message}", edits(&server, message));
    }
}
