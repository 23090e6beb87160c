//! Tests of the notes shown while people wait for the model.

use std::time::Duration;

use insta::assert_snapshot;
use pstral_core::domain::{Actor, ButtonAction, EventBody, MessageRef, OutgoingState};
use pstral_core::models::QueueLimits;
use pstral_core::ports::{ChatPlatform as _, ModelError, PlatformError};
use pstral_core::settings::{Notes, VerifiedUse};
use pstral_core::testkit::chat_platform::{FakeChat, Request};
use pstral_core::testkit::language_model::Script;

use crate::world::{Setup, World, alex, camille, claire, not_from_data, run_test_with, sacha};

const SOON: Duration = Duration::from_millis(20);

/// One answer at a time, and notes that come soon.
fn impatient() -> Setup {
    Setup {
        slots: 1,
        notes: Notes { queued: SOON, thinking: SOON, apart: Duration::from_millis(1) },
        ..Setup::default()
    }
}

/// Notes of the queue alone.
fn queueing() -> Setup {
    let notes = Notes { thinking: Duration::from_hours(1), ..impatient().notes };
    Setup { notes, ..impatient() }
}

fn asks(world: &World, actor: &Actor, place: &str, words: &str) -> tokio::task::JoinHandle<()> {
    world.happens(world.chat.say(actor, &FakeChat::channel(place), words))
}

/// Returns once so many questions wait.
async fn waiting(world: &World, questions: usize) {
    world.until(|| world.pipeline.parts().model.waiting() == questions).await;
}

fn hangs() -> Script {
    Script::words("I am going to think about this for a very long time …").hangs()
}

#[test]
fn everybody_sees_their_place_and_may_give_it_up() {
    run_test_with(queueing(), async |world| {
        world.model.script(hangs());
        let first = asks(world, &claire(), "a", "Une question sans fin");
        world.until(|| world.model.requests().len() == 1).await;
        let second = asks(world, &camille(), "b", "Que pensez-vous de nos clients ?");
        waiting(world, 1).await;
        let third = asks(world, &alex(), "c", "What do you make of our clients?");
        waiting(world, 2).await;
        world.chat.shown("bientôt votre tour").await;
        world.chat.shown("number 2").await;
        let place = |id: &str| FakeChat::channel(id);
        let notes: Vec<_> = world.chat.messages().into_iter().filter(|(at, _)| at.place != place("a")).collect();
        assert!(notes.iter().all(|(_, note)| note.state == OutgoingState::Streaming));
        assert!(notes.iter().all(|(_, note)| note.buttons[0].action == ButtonAction::Stop));
        let before = world.transcript();
        assert_snapshot!(before.split_once("── #2").unwrap().1, @"
         b (streaming)
        ↳ Camille Martin
        ⏳ C’est bientôt votre tour : le modèle termine une autre réponse.
        [Arrêter]
        ── #3 c (streaming)
        ↳ Alex Taylor
        ⏳ You are number 2 in the queue; others asked before you.
        [Stop]
        ");

        world.act(&camille(), &place("b"), EventBody::Clicked(ButtonAction::Stop)).await;
        second.await.unwrap();
        world.chat.shown("You are next").await;
        assert_eq!(world.model.requests().len(), 1, "what waits is never sent");
        world.model_says("They are many.");
        world.act(&claire(), &place("a"), EventBody::command("stop")).await;
        first.await.unwrap();
        third.await.unwrap();
        assert_snapshot!(world.transcript(), @"
        ── #1 a
        ↳ Claire Fontaine
        ⚠️ Ceci ne vient pas de vos données : aucune requête n’a été exécutée.
        I am going to think about this for a very long time …

        ⏹ Arrêté à votre demande. Rien n’a été exécuté.
        [Réessayer]
        ── #2 b
        ↳ Camille Martin
        ⏹ Arrêté à votre demande. Rien n’a été exécuté.
        [Réessayer]
        ── #3 c
        ↳ Alex Taylor
        ⚠️ Not from your data: no statement was run for this answer.
        They are many.
        ");
        assert_snapshot!(world.audit_lines().await, @"
        question ok claire
        question ok camille
        question ok alex
        answer stopped camille
        answer stopped claire
        answer ok alex
        ");
    });
}

#[test]
fn who_asks_in_three_places_does_not_come_three_times_before_others() {
    run_test_with(queueing(), async |world| {
        world.model.script(hangs());
        let first = asks(world, &claire(), "a", "Une question sans fin");
        world.until(|| world.model.requests().len() == 1).await;
        let mut tasks = Vec::new();
        for (at, (actor, place, words)) in [
            (camille(), "b", "la première de Camille"),
            (camille(), "c", "la deuxième de Camille"),
            (camille(), "d", "la troisième de Camille"),
            (alex(), "b", "the first of Alex"),
            (sacha(), "b", "la première de Sacha"),
            (alex(), "e", "the second of Alex"),
        ]
        .into_iter()
        .enumerate()
        {
            tasks.push(asks(world, &actor, place, words));
            waiting(world, at + 1).await;
            world.model_says("Well.");
        }
        world.act(&claire(), &FakeChat::channel("a"), EventBody::Clicked(ButtonAction::Stop)).await;
        for task in tasks {
            task.await.unwrap();
        }
        first.await.unwrap();
        let asked: Vec<String> =
            world.model.requests()[1..].iter().map(|asked| asked.messages.last().unwrap().text.clone()).collect();
        assert_eq!(
            asked,
            [
                "la première de Camille",
                "the first of Alex",
                "la première de Sacha",
                "la deuxième de Camille",
                "the second of Alex",
                "la troisième de Camille",
            ]
        );
    });
}

#[test]
fn too_many_are_told_when_to_come_back() {
    let setup = Setup { queue: QueueLimits { waiting: 2, each: 1 }, ..queueing() };
    run_test_with(setup, async |world| {
        world.command(&alex(), "mode chat").await;
        world.model.script(hangs());
        let first = asks(world, &claire(), "a", "Une question sans fin");
        world.until(|| world.model.requests().len() == 1).await;
        let second = asks(world, &camille(), "b", "Que pensez-vous de nos clients ?");
        waiting(world, 1).await;
        asks(world, &camille(), "c", "Et de nos contrats ?").await.unwrap();
        let third = asks(world, &sacha(), "b", "Et de nos paiements ?");
        waiting(world, 2).await;
        world.say(&alex(), "What do you make of our clients?").await;
        for (actor, place) in [(camille(), "b"), (sacha(), "b"), (claire(), "a")] {
            world.act(&actor, &FakeChat::channel(place), EventBody::command("stop")).await;
        }
        for task in [first, second, third] {
            task.await.unwrap();
        }
        let refused: Vec<_> =
            world.chat.messages().into_iter().filter(|(_, one)| one.text.contains("attend déjà")).collect();
        assert_eq!(refused.len(), 1);
        assert_snapshot!(refused[0].1.text.lines().nth(1).unwrap().replace('\u{a0}', " "), @"Une de vos questions attend déjà le modèle. Attendez sa réponse, ou retirez-la avec /arrêter là où vous l’avez posée.");
        world.model_says("They are many.");
        world.command(&alex(), "retry").await;
        let private: Vec<String> = world
            .chat
            .messages()
            .into_iter()
            .filter(|(at, _)| at.place == FakeChat::place())
            .map(|(_, message)| message.text)
            .collect();
        assert_snapshot!(private.join("\n──\n"), @"
        Chat mode: I answer without looking at the data.
        ──
        The queue is full (2 questions). Ask again in 2 minutes.
        ──
        They are many.
        ");
        let lines = world.audit_lines().await;
        assert_eq!(lines.lines().filter(|line| line.starts_with("answer refused")).count(), 2, "{lines}");
    });
}

/// The states of the first message.
fn states(world: &World) -> Vec<(String, OutgoingState)> {
    let at = MessageRef { place: FakeChat::place(), id: "1".to_owned() };
    world.chat.edits_of(&at).into_iter().map(|state| (state.text, state.state)).collect()
}

#[test]
fn a_model_that_is_slow_to_begin_is_said_to_think_until_its_first_word() {
    for thoughts in
        [Script::silent(), Script::silent().thinks("Hm…").text("<think>Clients?"), Script::silent().text("  ")]
    {
        run_test_with(impatient(), async |world| {
            let opens = thoughts.steps.len() == 2;
            let words = if opens { "</think>They are many." } else { "They are many." };
            world.model.script(thoughts.clone().waits(SOON * 10).text(words));
            world.say(&alex(), "What do you make of our clients?").await;
            let states = states(world);
            assert_eq!(
                states[0],
                ("⏳ Question received, the model is thinking…".to_owned(), OutgoingState::Streaming)
            );
            assert_eq!(states.last().unwrap().1, OutgoingState::Final);
            assert_eq!(states.last().unwrap().0.trim(), not_from_data("They are many."));
            assert_eq!(world.chat.messages().len(), 1);
        });
    }
}

#[test]
fn a_model_that_does_not_answer_after_all_leaves_one_message_with_a_next_step() {
    for (verified, expected) in [(VerifiedUse::Offer, "[Try again]"), (VerifiedUse::Example, "[Execute]")] {
        run_test_with(Setup { verified, ..impatient() }, async |world| {
            let error = ModelError::Timeout { seconds: 300 };
            world.model.script(Script::silent().waits(SOON * 10).fails(error));
            let question = if verified == VerifiedUse::Offer {
                "What do you make of it?"
            } else {
                "How many clients are in Paris?"
            };
            world.say(&alex(), question).await;
            assert_eq!(states(world)[0].1, OutgoingState::Streaming);
            assert!(world.transcript().contains(expected), "{}", world.transcript());
            assert_eq!(world.chat.messages().len(), 1, "{}", world.transcript());
            assert!(world.newest().contains("said nothing for 300 s"), "{}", world.newest());
        });
    }
}

#[test]
fn after_a_kill_a_note_does_not_look_live() {
    run_test_with(impatient(), async |world| {
        world.model.script(Script::silent().hangs());
        let thinks = world.happens(world.chat.say(&camille(), &FakeChat::place(), "Une question sans fin"));
        world.chat.shown("réfléchit").await;
        let waits = world.happens(world.chat.say(&alex(), &FakeChat::channel("b"), "Another one"));
        world.chat.shown("You are next").await;
        while pstral_core::ports::Conversations::streaming(&*world.store)
            .await
            .unwrap()
            .iter()
            .filter(|(_, turn)| turn.message.is_some())
            .count()
            < 2
        {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        // Who waits goes first, or their turn would come.
        for task in [waits, thinks] {
            task.abort();
            let _ = task.await;
        }
        assert_eq!(world.pipeline.parts().model.loads()[0].running, 0, "the slot is free");
        assert_eq!(world.restart().await, 2);
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        ⏹ Pstral a été interrompu pendant cette réponse. Posez votre question à nouveau.
        [Réessayer]
        ── #2 b
        ↳ Alex Taylor
        ⏹ Pstral was interrupted during this answer. Ask your question again.
        [Try again]
        ");
    });
}

#[test]
fn who_deletes_the_note_wants_no_answer() {
    run_test_with(impatient(), async |world| {
        world.model.script(Script::silent().hangs());
        let holds = asks(world, &claire(), "a", "Une question sans fin");
        world.chat.shown("réfléchit").await;
        let waits = asks(world, &alex(), "b", "Another one");
        world.chat.shown("You are next").await;
        let (note, _) = world.chat.messages().into_iter().find(|(at, _)| at.place.id == "b").unwrap();
        world.chat.delete(&note).await.unwrap();
        // Its next state finds it gone.
        world.model.script(Script::silent().hangs());
        world.act(&claire(), &FakeChat::channel("a"), EventBody::Clicked(ButtonAction::Stop)).await;
        holds.await.unwrap();
        waits.await.unwrap();
        assert!(world.chat.messages().iter().all(|(at, _)| at.place.id == "a"), "{}", world.transcript());
    });
}

#[test]
fn a_note_that_cannot_be_shown_holds_up_nothing() {
    for error in [
        PlatformError::RateLimited { retry_after: SOON },
        PlatformError::Unavailable("502".to_owned()),
        PlatformError::Rejected("no".to_owned()),
    ] {
        run_test_with(impatient(), async |world| {
            world.chat.refuse(Request::Send, error.clone());
            world.model.script(Script::silent().waits(SOON * 10).text("They are many, and they are well."));
            world.say(&alex(), "What do you make of our clients?").await;
            assert!(world.newest().contains("They are many"), "{error}: {}", world.transcript());
        });
    }
}

#[test]
fn where_messages_cannot_be_changed_nothing_is_said_of_waiting() {
    let mut setup = impatient();
    setup.capabilities.edits = false;
    run_test_with(setup, async |world| {
        world.model.script(Script::silent().waits(SOON * 10).text("They are many."));
        world.say(&alex(), "What do you make of our clients?").await;
        assert_eq!(states(world), [(not_from_data("They are many."), OutgoingState::Final)]);
    });
}

#[test]
fn no_slot_waits_for_a_platform_that_is_slow_to_say_that_somebody_types() {
    run_test_with(impatient(), async |world| {
        world.chat.hang_typing();
        world.model_says("They are many.");
        world.say(&alex(), "What do you make of our clients?").await;
        assert_eq!((world.newest(), world.chat.typings()), (not_from_data("They are many."), 1));
    });
}
