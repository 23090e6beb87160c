//! A platform that refuses: the last state of a message is delivered all the same.

use std::time::Duration;

use insta::assert_snapshot;
use pstral_core::domain::{ButtonAction, EventBody, MessageRef, OutgoingState};
use pstral_core::ports::{Capabilities, ChatPlatform as _, PlatformError};
use pstral_core::testkit::chat_platform::{FakeChat, Request};
use pstral_core::testkit::language_model::Script;

use crate::world::{Setup, alex, camille, capabilities, not_from_data, run_test, run_test_with};

const LONG: &str = "There are a great many things to say about this, and I am going to say all of them.";

fn slowly() -> Script {
    Script::words(LONG).every(Duration::from_millis(6))
}

fn busy() -> PlatformError {
    PlatformError::RateLimited { retry_after: Duration::from_millis(30) }
}

fn away() -> PlatformError {
    PlatformError::Unavailable("connection reset".to_owned())
}

#[test]
fn a_platform_that_asks_to_wait_gets_the_whole_answer_later() {
    run_test(async |world| {
        world.model.script(slowly());
        for _ in 0..4 {
            world.chat.refuse(Request::Send, busy());
        }
        world.say(&alex(), "Tell me").await;
        assert_eq!(world.newest(), not_from_data(LONG));
    });
}

#[test]
fn a_platform_that_is_away_gets_the_whole_answer_when_it_is_back() {
    run_test(async |world| {
        world.model.script(slowly());
        for _ in 0..2 {
            world.chat.refuse(Request::Edit, away());
        }
        world.say(&alex(), "Tell me").await;
        assert_eq!(world.newest(), not_from_data(LONG));
    });
}

#[test]
fn the_last_state_alone_is_tried_again() {
    run_test(async |world| {
        world.model_says("Short.");
        for error in [away(), busy()] {
            world.chat.refuse(Request::Send, error);
        }
        world.say(&alex(), "Tell me").await;
        assert_eq!(world.newest(), not_from_data("Short."));
    });
}

#[test]
fn a_message_that_somebody_deleted_stops_the_answer_and_stays_deleted() {
    run_test(async |world| {
        world.model.script(slowly().hangs());
        let answering = world.begin(&alex(), EventBody::Said("Tell me".to_owned()));
        world.until(|| !world.chat.messages().is_empty()).await;
        let (message, _) = world.chat.messages().remove(0);
        world.chat.delete(&message).await.unwrap();
        answering.await.unwrap();
        world.model.abandoned().await;
        assert_eq!(world.transcript(), "");
        assert_snapshot!(world.audit_lines().await, @"
        question ok alex
        answer stopped alex
        ");
    });
}

#[test]
fn every_word_of_ours_is_tried_again() {
    run_test(async |world| {
        let steps: [(&str, &str); 4] = [
            ("How many clients do we have in Paris?", "```sql"),
            ("/execute", "**"),
            ("/whoami", "Alex Taylor"),
            ("/fly", "I do not know the command"),
        ];
        for (words, expected) in steps {
            world.chat.refuse(Request::Send, busy());
            match words.strip_prefix('/') {
                Some(command) => world.command(&alex(), command).await,
                None => world.say(&alex(), words).await,
            }
            assert!(world.newest().contains(expected), "{words}: {}", world.newest());
        }
    });
}

#[test]
fn without_edits_nothing_is_shown_before_its_end() {
    let setup = Setup { capabilities: Capabilities { edits: false, ..capabilities() }, ..Setup::default() };
    run_test_with(setup, async |world| {
        world.model.script(
            Script::words(&format!("{LONG}\n```sql\nSELECT count(id) AS n FROM clients\n```"))
                .every(Duration::from_millis(2)),
        );
        world.say(&alex(), "Tell me").await;
        world.click(&alex(), ButtonAction::Execute(world.newest_proposal())).await;
        let messages = world.chat.messages();
        assert_eq!(messages.len(), 2, "{}", world.transcript());
        for (at, _) in messages {
            let states = world.chat.edits_of(&at);
            assert!(states.len() == 1 && states[0].state == OutgoingState::Final, "{states:?}");
        }
    });
}

#[test]
fn a_file_too_large_for_the_platform_is_left_out_and_said() {
    let setup = Setup { capabilities: Capabilities { max_file_bytes: 100, ..capabilities() }, ..Setup::default() };
    run_test_with(setup, async |world| {
        world.say(&camille(), "Liste les clients de Paris").await;
        world.command(&camille(), "execute").await;
        assert_eq!(world.newest_files(), Vec::<std::path::PathBuf>::new());
        assert_snapshot!(world.newest().lines().last().unwrap(), @"2 fichiers sont trop volumineux pour être envoyés ici. Précisez la question, ou demandez-les à un administrateur.");
    });
}

#[test]
fn a_result_that_the_platform_refuses_does_not_stay_running() {
    run_test(async |world| {
        world.say(&camille(), "Liste les clients de Paris").await;
        world.chat.refuse(Request::Edit, PlatformError::Rejected("no embeds here".to_owned()));
        world.command(&camille(), "execute").await;
        let running = MessageRef { place: FakeChat::place(), id: "2".to_owned() };
        let last = world.chat.edits_of(&running).pop().unwrap();
        assert_eq!(last.state, OutgoingState::Final);
        assert_snapshot!(world.newest(), @"
        ```
        company_name │ status   │ email        │ phone        │ address      │ postal_code
        ─────────────┼──────────┼──────────────┼──────────────┼──────────────┼────────────
        Agence Garn… │ prospect │ contact@age… │ 01 99 00 05… │ 66 boulevar… │ 75013
        Agence Marc… │ prospect │ contact@age… │ 01 99 00 69… │ 16 rue de l… │ 75009
        Altéria Pat… │ active   │ contact@alt… │ 01 99 00 38… │ 26 rue Volt… │ 75020
        Ambulances … │ active   │ contact@amb… │ 01 99 00 18… │ 55 rue Moli… │ 75009
        Ambulances … │ prospect │ contact@amb… │ 01 99 00 43… │ 35 avenue J… │ 75013
        Architectur… │ active   │ contact@arc… │ 01 99 00 55… │ 82 rue des … │ 75014
        Architectur… │ active   │ contact@arc… │ 01 99 00 14… │ 76 rue Moli… │ 75020
        Assurances … │ active   │ contact@ass… │ 01 99 00 13… │ 99 rue de l… │ 75002
        Boréal Éner… │ prospect │ contact@bor… │ 01 99 00 76… │ 80 rue de l… │ 75001
        Boulangerie… │ active   │ contact@bou… │ 01 99 00 43… │ 1 rue de la… │ 75012
        Brasserie V… │ prospect │ contact@bra… │ 01 99 00 42… │ 84 rue Nati… │ 75019
        Brasserie d… │ active   │ contact@bra… │ 01 99 00 75… │ 70 rue Vict… │ 75016
        Cabinet Del… │ inactive │ contact@cab… │ 01 99 00 97… │ 10 rue du G… │ 75004
        Cabinet Gar… │ active   │ contact@cab… │ 01 99 00 42… │ 28 rue des … │ 75002
        Cabinet Rou… │ active   │ contact@cab… │ 01 99 00 54… │ 111 rue Mar… │ 75003
        ```
        107 lignes. Temps : … s.
        Lignes 1 à 15 sur 107.
        Les fichiers contiennent les 107 lignes, avec toutes les colonnes.
        Cet endroit n’accepte pas de fichiers : ils ne sont pas joints. Posez-moi la question en privé pour les recevoir.
        ");
    });
}
