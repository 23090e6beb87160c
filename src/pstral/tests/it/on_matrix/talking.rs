//! Questions and answers in rooms, threads and private conversations, encrypted or not.

use std::time::{Duration, Instant};

use matrix_sdk::ruma::RoomId;
use pstral_core::settings::{Delivery, Terms};
use pstral_core::testkit::language_model::Script;

use super::{House, shared, unhurried};
use crate::matrix_people::{Person, Shown};
use crate::world::{Setup, World, run_test_with};

const SAID: &str = "Voici quelques clients de la ville de Lyon :\n```sql\nSELECT company_name FROM clients WHERE city = \
    'Lyon' ORDER BY company_name LIMIT 2\n```\nDeux sociétés, par nom.";

const AUDIT: [&str; 7] = [
    "question ok camille",
    "proposal ok camille relations=clients",
    "answer ok camille",
    "denied refused alex",
    "denied refused alex",
    "execution ok camille relations=clients",
    "result ok camille relations=clients rows=2",
];

const QUESTION: &str = "Deux clients lyonnais, peu importe lesquels";

#[test]
fn a_question_becomes_a_table_in_a_room() {
    becomes_a_table("t1", false);
}

#[test]
fn a_question_becomes_a_table_in_an_encrypted_room() {
    becomes_a_table("t2", true);
}

fn becomes_a_table(name: &str, encrypted: bool) {
    let Some(server) = shared() else { return };
    run_test_with(unhurried(), async |world| {
        let mut house = House::open(world, server, name).await;
        let (camille, alex) = (&house.camille, &house.alex);
        let room = camille.room(encrypted, &[&house.account.id]).await;
        camille.brings(alex, &room).await;
        world.model.script(Script::words(SAID).every(Duration::from_millis(50)));
        let question = camille.asks(&room, &house.account.id, QUESTION).await;
        let asked = Instant::now();
        let growing = camille.hears(&room, "Voici").await;
        println!("{name}: first visible text after {} ms", asked.elapsed().as_millis());
        assert!(growing.is_live(), "it grows");
        let offer = camille.reads(&room, "▶️ Exécuter").await;
        println!("{name}: {} edits", offer.edits());
        assert!(offer.edits() > 0 && offer.thread.as_ref() == Some(&question) && offer.is_encrypted == encrypted);
        assert!(offer.html().contains("<pre><code class=\"language-sql\">SELECT"), "{}", offer.html());
        assert_eq!(offer.last()["msgtype"], "m.text");

        let there = alex.sees_one(&room, "the offer", |shown| shown.id == offer.id && !shown.is_live()).await;
        alex.reacts(&room, &there.id, "▶️").await;
        let told = alex.invited().await;
        alex.joins(&told).await;
        assert!(alex.hears(&told, "Only the person").await.is_encrypted, "nobody else reads it");
        // As another program writes the same.
        alex.reacts(&room, &there.id, "▶").await;
        let is_noted = || async { world.audit_lines().await.matches("denied refused").nth(1).map(drop) };
        alex.until(is_noted).await.expect("that it is refused again");
        house.idle().await;
        let telling = alex.sees(&told).iter().filter(|shown| shown.text().contains("Only the person")).count();
        assert_eq!(telling, 1, "the same is told once a day");
        assert!(world.target.ran().is_empty());

        camille.reacts(&room, &offer.id, "▶️").await;
        let table = camille.reads(&room, "Architecture du Nord").await;
        assert!(table.html().contains("<table><thead><tr><th>company_name</th>"), "{}", table.html());
        for ending in [".csv", ".xlsx"] {
            let is_it = |shown: &Shown| shown.last()["filename"].as_str().is_some_and(|name| name.ends_with(ending));
            let file = camille.sees_one(&room, ending, is_it).await;
            assert_eq!(file.last()["file"].is_object(), encrypted, "encrypted where the room is");
            assert_eq!(file.thread.as_ref(), Some(&question));
            let held = camille.opens(&file).await;
            assert!(ending != ".csv" || String::from_utf8(held).unwrap().contains("Architecture du Nord SAS"));
        }
        house.idle().await;
        let audit = house.named(&world.audit_lines().await);
        assert_eq!(audit.trim(), AUDIT.join("\n"));
        assert_eq!((camille.unreadable(), alex.unreadable()), (0, 0));
        house.end(world).await;
    });
}

#[test]
fn a_question_in_an_encrypted_private_conversation_is_answered_there() {
    let Some(server) = shared() else { return };
    run_test_with(unhurried(), async |world| {
        let mut house = House::open(world, server, "t3").await;
        let dm = house.camille.dm(true, &house.account.id).await;
        runs(world, &house.camille, &dm, QUESTION).await;
        assert!(house.camille.sees(&dm).iter().all(|shown| shown.is_encrypted && shown.thread.is_none()));
        assert_eq!(house.camille.unreadable(), 0);
        house.end(world).await;
    });
}

/// Whoever waits on a slow model does something else meanwhile.
#[test]
fn an_answer_in_a_plain_private_conversation_notifies() {
    let Some(server) = shared() else { return };
    run_test_with(unhurried(), async |world| {
        let mut house = House::open(world, server, "t-told").await;
        let dm = house.camille.dm(false, &house.account.id).await;
        let unread = || async {
            let counts = house.camille.client.get_room(&dm)?.unread_notification_counts();
            (counts.notification_count > 0).then_some(counts.notification_count)
        };
        assert_eq!(unread().await, None);
        world.model.script(Script::words(SAID).every(Duration::from_millis(50)));
        house.camille.says(&dm, QUESTION).await;
        assert!(house.camille.reads(&dm, "▶️ Exécuter").await.edits() > 0);
        let told = house.camille.until(unread).await.expect("that the person is told");
        assert_eq!(told, 1, "its changes tell nobody again");
        house.end(world).await;
    });
}

async fn runs(world: &World, person: &Person, room: &RoomId, question: &str) {
    world.model_says(SAID);
    person.says(room, question).await;
    person.reads(room, "▶️ Exécuter").await;
    // A typed form of what the reaction does.
    person.says(room, "exécuter").await;
    person.reads(room, "Architecture du Nord").await;
    person.sees_one(room, "a file", |shown| shown.last()["msgtype"] == "m.file").await;
}

#[test]
fn a_private_table_asked_in_a_room_arrives_in_private_alone() {
    let delivery = Delivery { private: false, private_tables: vec!["clients".to_owned()] };
    let Some(server) = shared() else { return };
    run_test_with(Setup { terms: Terms { delivery, ..Terms::default() }, ..unhurried() }, async |world| {
        let mut house = House::open(world, server, "t4").await;
        let (camille, alex) = (&house.camille, &house.alex);
        let room = camille.room(false, &[&house.account.id]).await;
        camille.brings(alex, &room).await;
        world.model_says(SAID);
        camille.asks(&room, &house.account.id, QUESTION).await;
        let offer = camille.reads(&room, "▶️ Exécuter").await;
        camille.reacts(&room, &offer.id, "▶️").await;
        camille.reads(&room, "🔒").await;
        let dm = camille.invited().await;
        camille.joins(&dm).await;
        let table = camille.reads(&dm, "Architecture du Nord").await;
        assert!(table.is_encrypted);
        let file = camille.sees_one(&dm, "a file", |shown| shown.last()["msgtype"] == "m.file").await;
        assert!(file.last()["file"].is_object(), "encrypted");
        house.idle().await;
        let leaked = |shown: &Shown| shown.text().contains("Architecture") || shown.last()["msgtype"] == "m.file";
        assert!(!alex.sees(&room).iter().any(leaked), "{}", alex.page(&room));
        house.end(world).await;
    });
}

#[test]
fn what_was_offered_before_a_restart_can_be_run_after_it() {
    let Some(server) = shared() else { return };
    run_test_with(unhurried(), async |world| {
        let mut house = House::open(world, server, "t5").await;
        let room = house.camille.room(true, &[&house.account.id]).await;
        world.model_says(SAID);
        let question = house.camille.asks(&room, &house.account.id, QUESTION).await;
        let offer = house.camille.reads(&room, "▶️ Exécuter").await;
        house.idle().await;
        house.restart(world).await;
        house.camille.reacts(&room, &offer.id, "▶️").await;
        house.camille.reads(&room, "Architecture du Nord").await;
        house.camille.sees_one(&room, "a file", |shown| shown.last()["msgtype"] == "m.file").await;
        house.idle().await;
        // The thread is known to be ours without a mention, too.
        house.camille.says_in(&room, &question, "Combien de clients avons-nous à Paris ?").await;
        house.camille.reads(&room, "count(").await;
        house.idle().await;
        house.end(world).await;
    });
}

#[test]
fn what_is_taken_back_while_we_are_away_runs_nothing() {
    let Some(server) = shared() else { return };
    run_test_with(unhurried(), async |world| {
        let mut house = House::open(world, server, "t7").await;
        let room = house.camille.room(true, &[&house.account.id]).await;
        world.model_says(SAID);
        house.camille.asks(&room, &house.account.id, QUESTION).await;
        let offer = house.camille.reads(&room, "▶️ Exécuter").await;
        house.idle().await;
        house.end(world).await;
        let pressed = house.camille.reacts(&room, &offer.id, "▶️").await;
        house.camille.redacts(&room, &pressed).await;
        house.restart(world).await;
        // What comes after it is answered, so it was read.
        world.model.script(Script::words("Oui."));
        house.camille.asks(&room, &house.account.id, "Es-tu là ?").await;
        house.camille.reads(&room, "Oui.").await;
        house.idle().await;
        assert!(world.target.ran().is_empty());
        house.camille.reacts(&room, &offer.id, "▶️").await;
        house.camille.reads(&room, "Architecture du Nord").await;
        house.idle().await;
        assert_eq!(world.target.ran().len(), 1);
        house.end(world).await;
    });
}

#[test]
fn the_last_answers_of_a_program_have_their_reactions() {
    let Some(server) = shared() else { return };
    run_test_with(unhurried(), async |world| {
        let mut house = House::open(world, server, "t8").await;
        let room = house.camille.room(false, &[&house.account.id]).await;
        world.model.script(Script::words(SAID).every(Duration::from_millis(50)));
        house.camille.asks(&room, &house.account.id, QUESTION).await;
        house.camille.hears(&room, "Voici").await;
        house.end(world).await;
        let offer = house.camille.reads(&room, "▶️ Exécuter").await;
        let own = &house.account.id;
        let has_all = |shown: &Shown| {
            ["▶️", "✏️", "❓"].iter().all(|key| shown.reactions.iter().any(|(who, put, _)| who == own && put == key))
        };
        house.camille.sees_one(&room, "its reactions", |shown| shown.id == offer.id && has_all(shown)).await;
    });
}

#[test]
fn an_answer_where_we_were_removed_is_closed_when_we_are_back() {
    let Some(server) = shared() else { return };
    run_test_with(unhurried(), async |world| {
        let mut house = House::open(world, server, "t9").await;
        let own = matrix_sdk::ruma::UserId::parse(&house.account.id).unwrap();
        for muted in [false, true] {
            let room = house.camille.room(false, &[&house.account.id]).await;
            world.model.script(Script::words(SAID).every(Duration::from_millis(200)));
            house.camille.asks(&room, &house.account.id, QUESTION).await;
            house.camille.hears(&room, "Voici").await;
            let there = house.camille.there(&room);
            // Who has made a room may do everything in it.
            let levels = |level: u8| serde_json::json!({ "events_default": level });
            if muted {
                there.send_state_event_raw("m.room.power_levels", "", levels(50)).await.unwrap();
            } else {
                there.kick_user(&own, None).await.unwrap();
            }
            house.idle().await;
            let stays = house.camille.hears(&room, "Voici").await;
            assert!(stays.is_live(), "nobody can change it");
            if muted {
                there.send_state_event_raw("m.room.power_levels", "", levels(0)).await.unwrap();
            } else {
                there.invite_user_by_id(&own).await.unwrap();
            }
            let closed = house.camille.reads(&room, "Pstral a été interrompu").await;
            assert_eq!(closed.id, stays.id);
        }
        house.end(world).await;
    });
}

#[test]
fn an_answer_is_stopped_by_a_reaction_and_by_taking_the_question_back() {
    let Some(server) = shared() else { return };
    run_test_with(unhurried(), async |world| {
        let mut house = House::open(world, server, "t6").await;
        let room = house.camille.room(false, &[&house.account.id]).await;
        for by_reaction in [true, false] {
            world.model.script(Script::words("Je vais y réfléchir très longtemps …").hangs());
            let question = house.camille.asks(&room, &house.account.id, "Une question sans fin").await;
            let is_ours =
                |shown: &Shown| shown.thread.as_ref() == Some(&question) && shown.text().contains("très longtemps");
            let answer = house.camille.sees_one(&room, "the answer", is_ours).await;
            if by_reaction {
                house.camille.reacts(&room, &answer.id, "⏹").await;
            } else {
                house.camille.redacts(&room, &question).await;
            }
            world.model.abandoned().await;
            house.camille.sees_one(&room, "its end", |shown| shown.id == answer.id && !shown.is_live()).await;
        }
        house.idle().await;
        house.end(world).await;
    });
}
