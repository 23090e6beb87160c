//! The audit in the chat: narrowed by words in any order, turned page by page, with a file.

use futures::future::join_all;
use insta::assert_snapshot;
use pstral_core::domain::{Actor, AuditAction, AuditEvent, AuditStatus, ButtonAction, EventBody};
use pstral_core::ports::{AuditLog as _, Clock as _};
use pstral_core::testkit::chat_platform::FakeChat;

use crate::world::{World, alex, claire, run_test};

/// Sixty refusals, and a question.
async fn busy(world: &World) {
    for number in 0..60 {
        world.command(&alex(), &format!("edit DELETE FROM clients WHERE id = {number}")).await;
    }
    world.say(&alex(), "List the clients in Paris").await;
}

/// The numbers of the entries that the newest message shows.
fn shown(world: &World) -> Vec<i64> {
    let first = |line: &str| line.split('│').next().and_then(|cell| cell.trim().parse().ok());
    world.newest().lines().filter_map(first).collect()
}

async fn press(world: &World, who: &Actor, label: &str) {
    let (_, message) = world.chat.messages().pop().unwrap();
    let button = message.buttons.into_iter().find(|button| button.label == label).unwrap();
    world.click(who, button.action).await;
}

#[test]
fn pages_are_turned_back_and_forth() {
    run_test(async |world| {
        busy(world).await;
        world.command(&claire(), "audit refusal 15").await;
        let newest = shown(world);
        assert!(newest.is_sorted() && *newest.last().unwrap() == 60, "{newest:?}");
        let (mut seen, mut turned) = (newest.clone(), 0);
        loop {
            let labels: Vec<String> =
                world.chat.messages().pop().unwrap().1.buttons.into_iter().map(|button| button.label).collect();
            if !labels.contains(&"Plus anciens".to_owned()) {
                break;
            }
            press(world, &claire(), "Plus anciens").await;
            seen.extend(shown(world));
            turned += 1;
        }
        seen.sort_unstable();
        assert_eq!(seen, (1..=60).collect::<Vec<_>>(), "each entry is on one page");
        for _ in 0..turned {
            press(world, &claire(), "Plus récents").await;
        }
        assert_eq!(shown(world), newest);
        world.command(&claire(), "audit older").await;
        assert!(shown(world).last() < newest.first(), "by a command, too");
        let read = world.entries().await.into_iter().filter(|entry| entry.event.action == AuditAction::AuditRead);
        assert_eq!(read.count(), 2 + 2 * turned, "each reading is recorded");
    });
}

#[test]
fn words_come_in_any_order() {
    run_test(async |world| {
        busy(world).await;
        for words in ["alex refusal refused crm 2h 3", "3 7j crm refused alex refusal", "fake refused 2026-11-20 3"] {
            world.command(&claire(), &format!("audit {words}")).await;
            assert_eq!(shown(world), [58, 59, 60], "{words}: {}", world.newest());
        }
        world.command(&claire(), "audit refusal 2026-11-01 2026-11-02").await;
        assert_snapshot!(world.newest(), @"Aucun événement ne correspond. Retirez un mot, ou écrivez seulement /audit.");
    });
}

#[test]
fn a_page_that_was_ended_early_says_how_far_it_has_looked() {
    run_test(async |world| {
        let failed = |platform: &str| {
            let failed = AuditEvent::new(world.clock.now(), AuditAction::Execution, AuditStatus::Failed);
            AuditEvent { platform: Some(platform.to_owned()), ..failed }
        };
        world.store.append(failed("fake")).await.unwrap();
        let of_others = (0..4_100).map(|_| world.store.append(failed("other")));
        join_all(of_others).await.into_iter().for_each(|entry| drop(entry.unwrap()));
        world.command(&claire(), "audit failed fake").await;
        assert_snapshot!(world.newest(), @"J’ai cherché jusqu’au 2026-11-21 10:00 UTC. « Plus anciens » cherche plus loin.");
        press(world, &claire(), "Plus anciens").await;
        assert_snapshot!(world.newest(), @r#"
        ```
        n°           1
        heure (UTC)  2026-11-21 10:00:00
        utilisateur  ∅
        action       execution
        état         failed
        détail       ""
        ```
        "#);
    });
}

#[test]
fn the_file_holds_what_the_pages_do_not() {
    run_test(async |world| {
        busy(world).await;
        world.command(&claire(), "audit refusal 5").await;
        let files = world.newest_files();
        let csv = files.iter().find(|file| file.extension().is_some_and(|ending| ending == "csv")).unwrap();
        let text = std::fs::read_to_string(csv).unwrap();
        assert_eq!(text.matches(";not-a-query;").count(), 60, "{text}");
        assert!(text.contains("alex") && text.contains("DELETE FROM clients WHERE id = 0"), "{text}");
    });
}

#[test]
fn a_page_is_for_whoever_asked_and_is_forgotten_by_a_restart() {
    run_test(async |world| {
        busy(world).await;
        world.command(&claire(), "audit refusal 5").await;
        let (_, message) = world.chat.messages().pop().unwrap();
        let ButtonAction::AuditOlder(page) = message.buttons[0].action.clone() else { panic!("{message:?}") };
        let older = ButtonAction::AuditOlder(page);
        world.click(&alex(), older.clone()).await;
        assert_snapshot!(world.newest(), @"I no longer remember this search. Ask again with /audit.");
        world.restart().await;
        world.click(&claire(), older).await;
        assert_snapshot!(world.newest(), @"Je ne me souviens plus de cette recherche. Relancez-la avec /audit.");
    });
}

#[test]
fn in_a_channel_only_that_it_is_elsewhere_is_seen() {
    run_test(async |world| {
        busy(world).await;
        let channel = FakeChat::channel("sales");
        world.act(&claire(), &channel, EventBody::command("audit refusal 5")).await;
        let messages = world.chat.messages();
        let (at, note) = &messages[messages.len() - 1];
        assert_eq!((at.place.id.as_str(), note.buttons.len(), note.files.len()), ("sales", 0, 0));
        assert!(!note.text.contains("DELETE"), "{}", note.text);
    });
}
