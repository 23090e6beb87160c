//! After a crash no message looks live, and no audit event is lost.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use insta::assert_snapshot;
use jiff::Timestamp;
use pstral_core::domain::{
    AuditAction, ButtonAction, ConversationId, Event, EventBody, Mode, NewTurn, Outgoing, Place, Speaker, TurnState,
    UserId,
};
use pstral_core::ports::{ChatPlatform as _, Conversations as _, ModelError, People as _, PlatformError};
use pstral_core::testkit::chat_platform::{FakeChat, Request, key};
use pstral_core::testkit::language_model::Script;

use crate::world::{World, alex, camille, killed, not_from_data, run_test};

async fn id_of(world: &World, username: &str) -> UserId {
    world.store.users().await.unwrap().into_iter().find(|user| user.username == username).unwrap().id
}

/// A turn of somebody in a place whose message is not noted down.
async fn unnoted_turn(world: &World, user: UserId, place: &Place) {
    let conversation = world.store.current(user, place, Mode::Sql, Timestamp::UNIX_EPOCH).await.unwrap();
    world.store.add_turn(&turn_in(conversation.id)).await.unwrap();
}

fn turn_in(conversation: ConversationId) -> NewTurn {
    NewTurn {
        conversation,
        speaker: Speaker::Pstral,
        text: String::new(),
        state: TurnState::Streaming,
        proposal: None,
        at: Timestamp::UNIX_EPOCH,
        aside: false,
        target: None,
    }
}

#[test]
fn an_answer_cut_by_a_crash_is_closed_at_the_next_start() {
    run_test(async |world| {
        world.dies_while_it_answers(&alex(), "A question that takes for ever").await;
        assert_eq!(world.restart().await, 1);
        assert_eq!(world.restart().await, 0);
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        I am going to think about this for a very long time …

        ⏹ Pstral was interrupted during this answer. Ask your question again.
        [Try again]
        ");
        assert_snapshot!(world.audit_lines().await, @r"
        question ok alex
        recovered ok -
        ");
    });
}

#[test]
fn a_crash_while_a_statement_runs_is_closed_too_and_does_not_run_it_again() {
    run_test(async |world| {
        let endless = "SELECT count(a.id) AS n FROM payments a JOIN payments b ON a.status = b.status \
            JOIN payments c ON c.status = b.status JOIN payments d ON d.status = c.status";
        world.command(&camille(), &format!("edit {endless}")).await;
        let click = ButtonAction::Execute(world.newest_proposal());
        let running = world.begin(&camille(), EventBody::Clicked(click.clone()));
        world.sent_and_remembered().await;
        world.until(|| !world.target.ran().is_empty()).await;
        killed(running).await;
        assert_eq!(world.restart().await, 1);
        world.click(&camille(), click).await;
        assert_eq!(world.target.ran().len(), 1);
        assert_snapshot!(world.audit_lines().await, @r"
        proposal ok camille relations=payments
        execution ok camille relations=payments
        recovered ok -
        ");
    });
}

#[test]
fn a_message_that_is_gone_does_not_hold_up_the_start() {
    run_test(async |world| {
        world.dies_while_it_answers(&alex(), "A question that takes for ever").await;
        let (at, _) = world.chat.messages().remove(0);
        world.chat.delete(&at).await.unwrap();
        assert_eq!(world.restart().await, 1);
        let entries = world.entries().await;
        assert!(entries.iter().any(|entry| entry.event.action == AuditAction::Recovered));
    });
}

#[test]
fn a_message_that_cannot_be_closed_at_one_start_is_closed_at_the_next() {
    run_test(async |world| {
        world.dies_while_it_answers(&alex(), "A question that takes for ever").await;
        world.chat.refuse(Request::Edit, PlatformError::Unavailable("no network yet".to_owned()));
        world.restart().await;
        world.restart().await;
    });
}

#[test]
fn a_bug_ends_in_an_incident_and_the_next_question_is_answered() {
    run_test(async |world| {
        world.say(&alex(), "How many clients do we have in Paris?").await;
        world.target.panics.store(true, Ordering::Relaxed);
        world.command(&alex(), "execute").await;
        world.target.panics.store(false, Ordering::Relaxed);
        assert_snapshot!(world.transcript().rsplit("[Explain]\n").next().unwrap(), @"
        ── #2 private
        ⏹ Pstral was interrupted while the statement ran. Nothing was changed, but the result is lost. Ask your question again for a new statement.
        [Try again]
        ── #3 private
        Something went wrong on my side. Try again; if it goes on, give the number 02020202 to an administrator.
        ");
        assert_snapshot!(world.audit_lines().await, @r#"
        question ok alex
        proposal ok alex relations=clients parameters={"city":{"text":"Paris"}}
        execution ok alex relations=clients parameters={"city":{"text":"Paris"}}
        result failed alex relations=clients parameters={"city":{"text":"Paris"}}
        recovered ok -
        incident failed alex
        "#);
        world.say(&alex(), "How many clients do we have in Paris?").await;
        world.command(&alex(), "execute").await;
        assert!(world.newest().contains("**"), "{}", world.newest());
    });
}

#[test]
fn a_bug_in_answering_one_person_leaves_what_is_written_for_another() {
    run_test(async |world| {
        let sales = FakeChat::channel("sales");
        let question = EventBody::Said("How many clients do we have in Paris?".to_owned());
        world.act(&alex(), &sales, question).await;
        world.model.script(Script::says("I am going to think about this for a very long time …").hangs());
        let question = world.chat.event(&camille(), EventBody::Said("Une question sans fin".to_owned()));
        let (pipeline, event) = (Arc::clone(&world.pipeline), Event { place: sales.clone(), ..question });
        let answering = tokio::spawn(async move { pipeline.handle(event).await });
        world.sent_and_remembered().await;
        unnoted_turn(world, id_of(world, "alex").await, &sales).await;
        world.target.panics.store(true, Ordering::Relaxed);
        let click = ButtonAction::Execute(world.newest_proposal());
        world.act(&alex(), &sales, EventBody::Clicked(click)).await;
        assert!(world.transcript().contains("(streaming)"), "{}", world.transcript());
        assert_eq!(world.store.streaming().await.unwrap().len(), 1, "what is written for Camille goes on");
        world.act(&camille(), &sales, EventBody::command("stop")).await;
        answering.await.unwrap();
    });
}

#[test]
fn what_nobody_writes_any_more_is_closed_while_the_program_runs() {
    run_test(async |world| {
        let sales = FakeChat::channel("sales");
        world.say(&alex(), "How many clients do we have in Paris?").await;
        unnoted_turn(world, id_of(world, "alex").await, &FakeChat::place()).await;
        world.chat.send(key(), &FakeChat::place(), &Outgoing::streaming("They are")).await.unwrap();
        world.model.script(Script::says("I am going to think about this for a very long time …").hangs());
        let question = world.chat.event(&camille(), EventBody::Said("Une question sans fin".to_owned()));
        let answering = world.happens(Event { place: sales.clone(), ..question });
        world.sent_and_remembered().await;
        world.clock.advance(Duration::from_hours(1));
        assert_eq!(world.pipeline.close_orphaned_turns().await.unwrap(), 1);
        assert_eq!(world.pipeline.close_orphaned_turns().await.unwrap(), 0, "what is written for Camille goes on");
        assert_snapshot!(world.transcript().split("── #2").last().unwrap(), @"
         private
        They are

        ⏹ Pstral was interrupted during this answer. Ask your question again.
        [Try again]
        ── #3 sales (streaming)
        ↳ Camille Martin
        I am going to think about this for a very long time …
        [Arrêter]
        ");
        world.act(&camille(), &sales, EventBody::command("stop")).await;
        answering.await.unwrap();
    });
}

#[test]
fn a_question_that_was_just_asked_is_left_to_who_answers_it() {
    run_test(async |world| {
        let user = id_of(world, "alex").await;
        let conversation =
            world.store.current(user, &FakeChat::place(), Mode::Sql, Timestamp::UNIX_EPOCH).await.unwrap();
        let at = "2026-11-21T10:00:00Z".parse().unwrap();
        world.store.add_turn(&NewTurn { at, ..turn_in(conversation.id) }).await.unwrap();
        assert_eq!(world.pipeline.close_orphaned_turns().await.unwrap(), 0);
        world.clock.advance(Duration::from_mins(1));
        assert_eq!(world.pipeline.close_orphaned_turns().await.unwrap(), 1);
    });
}

#[test]
fn an_answer_that_is_shown_and_cannot_be_noted_down_was_not_interrupted() {
    run_test(async |world| {
        let state = world.takes_no_ends();
        world.model_says("Two hundred.");
        world.say(&alex(), "How many pears do they have?").await;
        let shown = world.transcript();
        world.clock.advance(Duration::from_mins(2));
        assert_eq!(world.pipeline.close_orphaned_turns().await.unwrap(), 0, "it is kept");
        state.execute_batch("DROP TRIGGER full").unwrap();
        assert_eq!(world.pipeline.close_orphaned_turns().await.unwrap(), 1);
        assert_eq!(world.pipeline.close_orphaned_turns().await.unwrap(), 0);
        assert_eq!(world.transcript(), shown);
        assert_snapshot!(shown, @"
        ── #1 private
        ⚠️ Not from your data: no statement was run for this answer.
        Two hundred.
        ── #2 private
        What you see above is final but not recorded yet. I keep retrying; if this continues, contact an administrator (disk space, state database).
        ");
    });
}

#[test]
fn a_disk_that_fills_within_an_answer_is_told_once_and_the_question_asked_again() {
    run_test(async |world| {
        let state = world.takes_no_ends();
        world.audit.refuse(&[AuditAction::Answer, AuditAction::Incident]);
        world.model_says("Two hundred.");
        world.say(&alex(), "How many pears do they have?").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        ⚠️ Not from your data: no statement was run for this answer.
        Two hundred.

        ⚠️ This answer could not be noted down: the audit log cannot be written. Tell an administrator (disk space, state database), then try again.
        [Try again]
        ");
        world.command(&alex(), "retry").await;
        assert_snapshot!(world.newest(), @"What you see above is final but not recorded yet. I keep retrying; if this continues, contact an administrator (disk space, state database).");
        state.execute_batch("DROP TRIGGER full").unwrap();
        world.audit.refuse(&[]);
        world.model_says("Two hundred, and one.");
        world.command(&alex(), "retry").await;
        assert_snapshot!(world.transcript_from(3), @"
        ── #3 private
        ⚠️ Not from your data: no statement was run for this answer.
        Two hundred, and one.
        ");
    });
}

#[test]
fn a_result_that_a_full_disk_takes_is_told_once() {
    run_test(async |world| {
        world.say(&alex(), "How many clients do we have in Paris?").await;
        let state = world.takes_no_ends();
        world.audit.refuse(&[AuditAction::Result, AuditAction::Incident]);
        world.command(&alex(), "execute").await;
        assert_snapshot!(world.transcript_from(2), @"
        ── #2 private
        The statement ran, but its result could not be recorded in the audit log: to be safe, it is not shown. Tell an administrator (disk space, state database).
        ");
        state.execute_batch("DROP TRIGGER full").unwrap();
        world.clock.advance(Duration::from_mins(2));
        assert_eq!(world.pipeline.close_orphaned_turns().await.unwrap(), 1);
    });
}

#[test]
fn a_question_that_nobody_could_answer_is_told_once_with_the_disk_full() {
    run_test(async |world| {
        let state = world.takes_no_ends();
        world.audit.refuse(&[AuditAction::Answer, AuditAction::Incident]);
        world.model.script(Script::refuses(ModelError::Failed("it broke".to_owned())));
        world.say(&alex(), "How many pears do they have?").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        The audit log cannot be written: to be safe, nothing was run. Tell an administrator (disk space, state database).
        ");
        state.execute_batch("DROP TRIGGER full").unwrap();
        world.audit.refuse(&[]);
        world.model_says("Two hundred.");
        world.command(&alex(), "retry").await;
        assert_eq!(world.newest(), not_from_data("Two hundred."));
    });
}

/// A shown answer can be continued, although its end could not be recorded before.
#[test]
fn what_follows_an_answer_notes_it_down() {
    run_test(async |world| {
        let state = world.takes_no_ends();
        world.model_says("```sql\nSELECT city FROM clients WHERE id = 1\n```");
        world.say(&alex(), "Where is the first client?").await;
        state.execute_batch("DROP TRIGGER full").unwrap();
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran().len(), 1);
        let state = world.takes_no_ends();
        world.model.script(Script::words("A long story, and").cut_by_length());
        world.say(&alex(), "Tell me something").await;
        state.execute_batch("DROP TRIGGER full").unwrap();
        world.model_says(" its end.");
        world.command(&alex(), "continue").await;
        assert_eq!(world.newest(), not_from_data("its end."));
    });
}
