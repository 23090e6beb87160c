//! Tests of who sees a result, everybody in the channel or only the asker, and of the database that a place asks.

use insta::assert_snapshot;
use pstral_core::domain::{ButtonAction, EventBody, Place};
use pstral_core::ports::PlatformError;
use pstral_core::settings::{Delivery, Terms};
use pstral_core::testkit::chat_platform::{FakeChat, Request};

use crate::world::{Setup, World, alex, run_test_with};

fn private(delivery: Delivery) -> Setup {
    Setup { terms: Terms { delivery, ..Terms::default() }, ..Setup::default() }
}

fn private_tables(tables: &[&str]) -> Setup {
    private(Delivery { private: false, private_tables: tables.iter().map(|table| (*table).to_owned()).collect() })
}

async fn run(world: &World, place: &Place, statement: &str) {
    world.act(&alex(), place, EventBody::command(&format!("edit {statement}"))).await;
    world.act(&alex(), place, EventBody::Clicked(ButtonAction::Execute(world.newest_proposal()))).await;
}

fn seen_in(world: &World, place: &Place) -> String {
    let shown = world.chat.messages();
    let here = shown.into_iter().filter(|(at, _)| at.place == *place);
    here.map(|(_, message)| message.text).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_private_target_answers_a_channel_in_private() {
    run_test_with(private(Delivery { private: true, private_tables: Vec::new() }), async |world| {
        let channel = FakeChat::channel("team");
        run(world, &channel, "SELECT company_name FROM clients WHERE id = 1").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 team
        ↳ Alex Taylor
        ```sql
        SELECT
          company_name
        FROM
          clients
        WHERE
          id = 1
        ```
        Statement edited by you.
        Reads the table clients of the database crm.
        [Edit] [Explain]
        ── #2 team
        ↳ Alex Taylor
        🔒 The result is for you alone: I send it to you in private.
        ── #3 private of alex
        `Axolis Conseil SAS`
        One row. Time: … s.
        <crm-2026-11-21.csv>
        <crm-2026-11-21.xlsx>
        ");
        let shown = world.chat.messages();
        let with_files = shown.iter().filter(|(_, message)| !message.files.is_empty());
        assert!(with_files.into_iter().all(|(at, _)| at.place.private), "no file hangs on a message in the channel");
    });
}

#[test]
fn a_private_table_is_private_however_it_is_read() {
    run_test_with(private_tables(&["clients"]), async |world| {
        let channel = FakeChat::channel("team");
        for statement in [
            "SELECT company_name FROM clients WHERE id = 1",
            "SELECT count(*) AS n FROM contracts WHERE client_id IN (SELECT id FROM clients)",
            "WITH c AS (SELECT * FROM main.clients) SELECT count(*) AS n FROM c",
        ] {
            run(world, &channel, statement).await;
            let seen = seen_in(world, &channel);
            assert!(seen.ends_with("I send it to you in private."), "{statement}: {seen}");
        }
        run(world, &channel, "SELECT count(*) AS n FROM contracts").await;
        assert!(seen_in(world, &channel).contains("One row."), "{}", seen_in(world, &channel));
    });
}

#[test]
fn what_cannot_be_delivered_is_not_run() {
    run_test_with(private_tables(&["clients"]), async |world| {
        let channel = FakeChat::channel("team");
        world.chat.refuse(Request::OpenDm, PlatformError::Rejected("closed".to_owned()));
        run(world, &channel, "SELECT company_name FROM clients WHERE id = 1").await;
        assert_eq!(world.target.ran(), []);
        assert!(seen_in(world, &channel).ends_with("Open your private messages and try again."));
        world.act(&alex(), &channel, EventBody::command("execute")).await;
        assert_eq!(world.target.ran().len(), 1, "its one use was not taken");
    });
}

#[test]
fn a_place_asks_the_database_it_is_set_to() {
    let setup = Setup { places: vec![("team", "hr")], ..Setup::default() };
    run_test_with(setup, async |world| {
        let (team, other) = (FakeChat::channel("team"), FakeChat::channel("other"));
        for (place, target) in [(&team, "hr"), (&other, "crm")] {
            world.act(&alex(), place, EventBody::command("edit SELECT id FROM clients")).await;
            assert!(world.newest().contains(&format!("of the database {target}.")), "{}", world.newest());
        }
        world.model_says("```sql\nSELECT id FROM clients\n```");
        let named = EventBody::Said("In the crm, what are the numbers of all clients?".to_owned());
        world.act(&alex(), &team, named).await;
        assert!(world.newest().contains("of the database crm."), "who names one means it: {}", world.newest());
    });
}

/// Runs until it is stopped, and waits until it does.
async fn begin_slow(world: &World, place: &Place) -> tokio::task::JoinHandle<()> {
    let slow = "SELECT count(*) AS n FROM payments a JOIN payments b ON a.id < b.id JOIN payments c ON b.id < c.id";
    world.act(&alex(), place, EventBody::command(&format!("edit {slow}"))).await;
    let event = EventBody::Clicked(ButtonAction::Execute(world.newest_proposal()));
    let event = pstral_core::domain::Event { place: place.clone(), ..world.chat.event(&alex(), event) };
    let pipeline = std::sync::Arc::clone(&world.pipeline);
    let running = tokio::spawn(async move { pipeline.handle(event).await });
    world.until(|| !world.target.ran().is_empty()).await;
    running
}

#[test]
fn a_private_result_is_stopped_where_it_was_asked_or_where_it_is_shown() {
    for stopped_in_channel in [true, false] {
        run_test_with(private_tables(&["payments"]), async |world| {
            let channel = FakeChat::channel("team");
            let running = begin_slow(world, &channel).await;
            let shown = world.chat.messages().into_iter().map(|(at, _)| at.place).find(|place| place.private);
            let place = if stopped_in_channel { channel.clone() } else { shown.unwrap() };
            world.act(&alex(), &place, EventBody::command("stop")).await;
            running.await.unwrap();
            assert!(world.transcript().contains("The statement was stopped as you asked."), "{}", world.transcript());
        });
    }
}

#[test]
fn a_bug_under_a_private_result_leaves_nothing_that_looks_live() {
    run_test_with(private_tables(&["clients"]), async |world| {
        let channel = FakeChat::channel("team");
        world.act(&alex(), &channel, EventBody::command("edit SELECT id FROM clients")).await;
        world.target.panics.store(true, std::sync::atomic::Ordering::Relaxed);
        let click = EventBody::Clicked(ButtonAction::Execute(world.newest_proposal()));
        world.act(&alex(), &channel, click).await;
        assert!(world.transcript().contains("Pstral was interrupted"), "{}", world.transcript());
        assert!(!world.chat.transcript().contains("(streaming)"), "{}", world.chat.transcript());
    });
}
