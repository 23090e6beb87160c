//! Answers that one message does not hold, and places that do not take them.

use insta::assert_snapshot;
use pstral_core::domain::{ButtonAction, EventBody, Length, MessageRef, Outgoing, OutgoingState};
use pstral_core::ports::{Capabilities, ChatPlatform as _, PlatformError};
use pstral_core::testkit::chat_platform::{FakeChat, Request, key};

use crate::world::{Setup, World, alex, capabilities, not_from_data, run_test, run_test_with};

const STATEMENT: &str = "```sql\nSELECT count(id) AS n FROM clients\n```";

fn small(max_messages: usize) -> Setup {
    let length = Length::characters(460);
    Setup { capabilities: Capabilities { length, max_messages, ..capabilities() }, ..Setup::default() }
}

fn story() -> String {
    let sentence = |number| format!("Sentence {number} of a story. ");
    (1..=100).map(sentence).collect::<Vec<_>>().concat()
}

/// Joins the texts of several messages.
fn joined(messages: &[Outgoing]) -> String {
    let words = messages.iter().flat_map(|message| message.text.split_whitespace());
    words.collect::<Vec<_>>().join(" ")
}

fn shown(messages: &[(MessageRef, Outgoing)]) -> Vec<Outgoing> {
    messages.iter().map(|(_, message)| message.clone()).collect()
}

#[test]
fn prose_goes_over_several_messages_and_the_card_stands_in_the_last() {
    run_test_with(small(20), async |world| {
        world.model_says(&format!("{}\n{STATEMENT}\nThat is all.", story()));
        world.say(&alex(), "Tell me a long story about how many there are").await;
        let messages = shown(&world.chat.messages());
        let (last, before) = messages.split_last().unwrap();
        assert!(before.len() > 4, "{}", before.len());
        assert!(before.iter().all(|message| message.buttons.is_empty() && message.state == OutgoingState::Final));
        assert!(last.text.contains("```sql\nSELECT\n  count(id) AS n\nFROM\n  clients\n```"), "{}", last.text);
        assert!(last.text.ends_with("That is all."), "{}", last.text);
        assert_eq!(joined(&messages).matches(story().trim()).count(), 1, "nothing is lost, nothing comes twice");
        world.click(&alex(), ButtonAction::Execute(world.newest_proposal())).await;
        assert!(world.newest().contains("500"), "{}", world.newest());
    });
}

#[test]
fn the_rest_of_a_very_long_answer_is_in_a_file() {
    run_test_with(small(3), async |world| {
        world.model_says(&story());
        world.say(&alex(), "Tell me a long story about nothing").await;
        let messages = shown(&world.chat.messages());
        assert_eq!(messages.len(), 3);
        let (last, ours) = messages[2].text.rsplit_once("\n\n").unwrap();
        assert_snapshot!(ours, @"What did not fit in these messages is in the file.");
        assert!(last.len() > 200, "what people read there while it grew stays: {last}");
        let files = world.newest_files();
        let rest = std::fs::read_to_string(&files[0]).unwrap();
        let whole = [messages[0].clone(), messages[1].clone(), Outgoing::text(last), Outgoing::text(rest)];
        assert_eq!(joined(&whole), joined(&[Outgoing::text(not_from_data(story().trim()))]));
        assert!(files[0].to_string_lossy().ends_with("answer-20261121-100000-010101.md"), "{files:?}");
    });
}

#[test]
fn where_no_file_can_be_handed_over_the_person_is_told() {
    let Setup { capabilities, .. } = small(2);
    let setup = Setup { capabilities: Capabilities { max_file_bytes: 10, ..capabilities }, ..Setup::default() };
    run_test_with(setup, async |world| {
        world.model_says(&story());
        world.say(&alex(), "Tell me a long story about nothing").await;
        assert_snapshot!(world.newest().lines().last().unwrap(), @"What did not fit in these messages is lost: it could not be sent as a file. Ask something more precise.");
        assert_eq!(world.files_on_disk(), Vec::<String>::new());
    });
}

#[test]
fn what_the_place_refuses_to_show_is_told_in_private() {
    run_test(async |world| {
        world.model_says("Two hundred.");
        for _ in 0..2 {
            world.chat.refuse(Request::Send, PlatformError::Rejected("nobody may write here".to_owned()));
        }
        let said = EventBody::Said("How many pears do they have?".to_owned());
        world.act(&alex(), &FakeChat::channel("sales"), said).await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private of alex
        🔒 I could not answer where you asked me, so I answer here.
        ── #2 private of alex
        ↳ Alex Taylor
        ⚠️ Not from your data: no statement was run for this answer.
        Two hundred.
        ");
        assert_snapshot!(world.audit_lines().await, @"
        question ok alex
        answer ok alex
        incident failed alex
        incident failed alex
        ");
    });
}

#[test]
fn a_crash_after_the_second_message_leaves_none_that_looks_live() {
    run_test(async |world| {
        let first = cut_by_a_crash(world).await;
        // The first was full, and the second was sent and not yet noted down.
        world.chat.edit(&first, &Outgoing::text("All of the first.")).await.unwrap();
        world.chat.send(key(), &first.place, &Outgoing::streaming("And more")).await.unwrap();
        assert_eq!(world.restart().await, 1);
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        All of the first.
        ── #2 private
        And more

        ⏹ Pstral was interrupted during this answer. Ask your question again.
        [Try again]
        ");
    });
}

/// An answer of Alex that a crash cuts short after its first message; where that stands.
async fn cut_by_a_crash(world: &World) -> MessageRef {
    world.dies_while_it_answers(&alex(), "A question that takes for ever").await;
    world.chat.messages().remove(0).0
}

#[test]
fn a_crash_between_two_last_states_leaves_what_is_said_as_it_is() {
    run_test(async |world| {
        let first = cut_by_a_crash(world).await;
        world.chat.edit(&first, &Outgoing::text("All of the first.")).await.unwrap();
        assert_eq!(world.restart().await, 1);
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        All of the first.
        ── #2 private
        ⏹ Pstral was interrupted during this answer. Ask your question again.
        [Try again]
        ");
    });
}

#[test]
fn all_messages_that_look_live_are_closed() {
    run_test(async |world| {
        let first = cut_by_a_crash(world).await;
        world.chat.send(key(), &first.place, &Outgoing::streaming("```sql\nSELECT 1")).await.unwrap();
        assert_eq!(world.restart().await, 1);
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        I am going to think about this for a very long time …

        ⏹ Pstral was interrupted during this answer. Ask your question again.
        [Try again]
        ── #2 private
        ```sql
        SELECT 1
        ```
        ");
    });
}

#[test]
fn where_the_sentence_has_no_room_it_stands_below() {
    run_test_with(small(4), async |world| {
        let first = cut_by_a_crash(world).await;
        world.chat.edit(&first, &Outgoing::streaming("x".repeat(410))).await.unwrap();
        assert_eq!(world.restart().await, 1);
        assert_snapshot!(world.transcript().replace(&"x".repeat(410), "(410 letters)"), @"
        ── #1 private
        (410 letters)
        ── #2 private
        ⏹ Pstral was interrupted during this answer. Ask your question again.
        [Try again]
        ");
    });
}
