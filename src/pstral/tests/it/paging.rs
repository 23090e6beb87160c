//! Further rows of a result, a page at a time in its own message.

use std::time::Duration;

use insta::assert_snapshot;
use pstral_core::domain::{Actor, AuditAction, ButtonAction, EventBody, MessageRef, Outgoing, Place, ResultPage, Role};
use pstral_core::ports::{Capabilities, PlatformError};
use pstral_core::testkit::chat_platform::{FakeChat, Request};

use crate::world::{Setup, World, alex, camille, capabilities, claire, deny, run_test, run_test_with};

const ROWS: &str = "SELECT id, city FROM clients WHERE id <= 45 ORDER BY id";

async fn run_in(world: &World, place: &Place, actor: &Actor, statement: &str) {
    world.act(actor, place, EventBody::command(&format!("edit {statement}"))).await;
    world.act(actor, place, EventBody::Clicked(ButtonAction::Execute(world.newest_proposal()))).await;
}

async fn run(world: &World, actor: &Actor, statement: &str) {
    run_in(world, &FakeChat::place(), actor, statement).await;
}

/// The message of the newest result, the only one with buttons to rate it.
fn result(world: &World) -> (MessageRef, Outgoing) {
    let is_result = |message: &Outgoing| message.buttons.iter().any(|one| matches!(one.action, ButtonAction::Rate(..)));
    world.chat.messages().into_iter().rev().find(|(_, message)| is_result(message)).unwrap()
}

/// The buttons that turn its page: `◀` or `▶`.
fn turns(world: &World, label: &str) -> Option<ButtonAction> {
    let (_, message) = result(world);
    message.buttons.into_iter().find(|button| button.label == label).map(|button| button.action)
}

async fn turn(world: &World, actor: &Actor, label: &str) {
    world.click(actor, turns(world, label).unwrap()).await;
}

/// The first and the last line of the table, what is said below it, and the buttons of its message.
fn page(world: &World) -> String {
    let (_, message) = result(world);
    let lines: Vec<&str> = message.text.lines().collect();
    let end = lines.iter().rposition(|line| *line == "```").unwrap();
    let said = lines[end + 1..].iter().map(|line| line.split("Time").next().unwrap_or_default().trim_end());
    let labels: Vec<String> = message.buttons.iter().map(|button| format!("[{}]", button.label)).collect();
    let shown = [lines[lines.len().min(3)], lines[end - 1]].into_iter().chain(said).map(str::to_owned);
    let files = message.files.iter().map(|file| format!("<{}>", file.name));
    shown.chain(files).chain([labels.join(" ")]).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_result_that_cannot_be_recorded_yet_can_be_paged() {
    run_test(async |world| {
        world.command(&alex(), &format!("edit {ROWS}")).await;
        let state = world.takes_no_ends();
        world.command(&alex(), "execute").await;
        turn(world, &alex(), "▶").await;
        assert!(page(world).contains("Rows 21–40 of 45."), "{}", page(world));
        state.execute_batch("DROP TRIGGER full").unwrap();
        world.clock.advance(Duration::from_mins(2));
        assert_eq!(world.pipeline.close_orphaned_turns().await.unwrap(), 1);
        // Once the message is on record, the buttons go with the rows.
        world.clock.advance(Duration::from_mins(31));
        world.pipeline.expire_proposals().await.unwrap();
        assert_eq!((turns(world, "◀"), turns(world, "▶")), (None, None));
    });
}

#[test]
fn pages_are_turned_in_the_message_and_the_statement_runs_once() {
    run_test(async |world| {
        run(world, &alex(), ROWS).await;
        assert_snapshot!(page(world), @"
         1 │ Toulouse
        20 │ Annecy
        45 rows.
        Rows 1–20 of 45.
        The files hold all 45 rows, with every column.
        <crm-2026-11-21.csv>
        <crm-2026-11-21.xlsx>
        [▶] [Chart] [👍] [👎]
        ");
        let first = result(world);
        turn(world, &alex(), "▶").await;
        assert_snapshot!(page(world), @"
        21 │ Strasbourg
        40 │ Lyon
        45 rows.
        Rows 21–40 of 45.
        The files hold all 45 rows, with every column.
        <crm-2026-11-21.csv>
        <crm-2026-11-21.xlsx>
        [◀] [▶] [Chart] [👍] [👎]
        ");
        turn(world, &alex(), "▶").await;
        assert_snapshot!(page(world), @"
        41 │ Caen
        45 │ Toulouse
        45 rows.
        Rows 41–45 of 45.
        The files hold all 45 rows, with every column.
        <crm-2026-11-21.csv>
        <crm-2026-11-21.xlsx>
        [◀] [Chart] [👍] [👎]
        ");
        turn(world, &alex(), "◀").await;
        turn(world, &alex(), "◀").await;
        assert_eq!(result(world), first, "as it was");
        assert_eq!((world.target.ran().len(), world.chat.messages().len()), (1, 2));
        let entries = world.entries().await.into_iter().filter(|entry| entry.event.action == AuditAction::ResultPage);
        let told = entries.map(|entry| {
            let event = entry.event;
            format!("{} {:?} {:?} {}", event.status.word(), event.rows, event.delivery, event.detail.unwrap())
        });
        assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @"
        ok Some(20) Some(Here) rows 21-40 of 45
        ok Some(5) Some(Here) rows 41-45 of 45
        ok Some(20) Some(Here) rows 21-40 of 45
        ok Some(20) Some(Here) rows 1-20 of 45
        ");
    });
}

#[test]
fn no_row_is_left_out_between_pages() {
    run_test(async |world| {
        // Texts so long that a message holds fewer rows than a page may have, and not always as many.
        let long = "substr('wide wide wide wide wide wide wide wide wide', 1, 5 + 30 * (id % 3))";
        let wide = format!("SELECT id, {long} AS a, {long} AS b, {long} AS c FROM clients WHERE id <= 70 ORDER BY id");
        run(world, &alex(), &wide).await;
        let mut seen = Vec::new();
        loop {
            let text = result(world).1.text;
            seen.extend(text.lines().filter_map(|line| line.split('│').next()?.trim().parse::<u32>().ok()));
            let Some(next) = turns(world, "▶") else { break };
            world.click(&alex(), next).await;
        }
        assert_eq!(seen, (1..=70).collect::<Vec<_>>());
    });
}

#[test]
fn what_is_shown_whole_has_no_pages_nor_has_a_chat_that_turns_none() {
    run_test(async |world| {
        run(world, &alex(), "SELECT id, city FROM clients WHERE id <= 20 ORDER BY id").await;
        assert_eq!((turns(world, "▶"), turns(world, "◀")), (None, None));
    });
    let setup = Setup { capabilities: Capabilities { pages: false, ..capabilities() }, ..Setup::default() };
    run_test_with(setup, async |world| {
        run(world, &alex(), ROWS).await;
        assert_eq!((turns(world, "▶"), turns(world, "◀")), (None, None));
        assert!(world.newest().contains("The first 20 rows are shown."), "{}", world.newest());
    });
}

#[test]
fn only_the_person_whose_result_it_is_turns_its_pages() {
    run_test(async |world| {
        world.chat.answer_beside();
        let sales = FakeChat::channel("sales");
        run_in(world, &sales, &alex(), ROWS).await;
        let (before, next) = (result(world), turns(world, "▶").unwrap());
        world.act(&camille(), &sales, EventBody::Clicked(next.clone())).await;
        assert_eq!(result(world), before);
        assert_snapshot!(world.transcript_from(3), @"
        ── #3 beside 3
        Seule la personne qui a posé la question peut feuilleter ce résultat. Posez-la vous-même pour obtenir le vôtre.
        ");
        assert!(world.audit_lines().await.ends_with("denied refused camille\n"));
        world.act(&alex(), &sales, EventBody::Clicked(next)).await;
        assert!(result(world).1.text.starts_with("↳ Alex Taylor\n```"), "{}", result(world).1.text);
        assert!(page(world).contains("Rows 21–40 of 45."), "{}", page(world));
    });
}

#[test]
fn rows_are_gone_after_a_restart_and_so_are_the_buttons() {
    run_test(async |world| {
        run(world, &alex(), ROWS).await;
        turn(world, &alex(), "▶").await;
        world.restart().await;
        turn(world, &alex(), "▶").await;
        assert_snapshot!(page(world), @"
         1 │ Toulouse
        20 │ Annecy
        45 rows. The first 20 rows are shown.
        <crm-2026-11-21.csv>
        <crm-2026-11-21.xlsx>
        [👍] [👎]
        ");
        assert_snapshot!(world.newest(), @"I no longer keep the other rows of this result. Its files hold them all; if there are none, ask your question again and run it.");
        assert_eq!(world.target.ran().len(), 1);
    });
}

#[test]
fn rows_are_gone_after_a_while_and_the_page_stays_as_it_is() {
    run_test(async |world| {
        run(world, &alex(), ROWS).await;
        turn(world, &alex(), "▶").await;
        let late = turns(world, "▶").unwrap();
        world.clock.advance(Duration::from_secs(30 * 60 - 1));
        world.pipeline.expire_proposals().await.unwrap();
        assert!(turns(world, "▶").is_some());
        world.clock.advance(Duration::from_secs(1));
        world.pipeline.expire_proposals().await.unwrap();
        assert_snapshot!(page(world), @"
        21 │ Strasbourg
        40 │ Lyon
        45 rows.
        Rows 21–40 of 45.
        The files hold all 45 rows, with every column.
        <crm-2026-11-21.csv>
        <crm-2026-11-21.xlsx>
        [👍] [👎]
        ");
        assert!(!world.newest().contains("no longer keep"), "{}", world.newest());
        world.click(&alex(), late).await;
        assert!(world.newest().contains("I no longer keep the other rows of this result."), "{}", world.newest());
        // A click may come before the minute in which the buttons go.
        run(world, &alex(), ROWS).await;
        world.clock.advance(Duration::from_mins(31));
        turn(world, &alex(), "▶").await;
        assert_eq!((turns(world, "▶"), turns(world, "◀")), (None, None));
    });
}

#[test]
fn who_may_no_longer_read_it_is_shown_no_more_of_it() {
    let roles = [(Role::admin(), deny(&["clients"]))].into();
    run_test_with(Setup { roles, ..Setup::default() }, async |world| {
        run(world, &alex(), ROWS).await;
        let before = result(world);
        world.command(&claire(), "user edit alex role=admin").await;
        turn(world, &alex(), "▶").await;
        assert_eq!(result(world), before);
        assert_snapshot!(world.newest(), @"“clients” is not open to you. Ask an administrator if you need it.");
        assert!(world.audit_lines().await.ends_with("refusal refused alex rule=relation-denied\n"));
        world.command(&claire(), "user disable alex").await;
        turn(world, &alex(), "▶").await;
        assert_eq!(result(world), before);
    });
}

#[test]
fn an_audience_that_may_no_longer_see_it_is_shown_no_more_of_it() {
    run_test(async |world| {
        let sales = FakeChat::channel("sales");
        run_in(world, &sales, &claire(), ROWS).await;
        let (before, next) = (result(world), turns(world, "▶").unwrap());
        world.restart_under(deny(&["oauth_email_accounts"]), &[(Role::member(), deny(&["clients.city"]))]).await;
        world.act(&claire(), &sales, EventBody::Clicked(next)).await;
        assert_eq!(result(world), before);
        let (at, told) = world.chat.messages().pop().unwrap();
        assert!(at.place.private);
        assert_snapshot!(told.text, @"🔒 Certaines personnes ici ne peuvent pas voir ces lignes : je n’en affiche pas d’autres. Posez votre question à nouveau et exécutez-la ; le résultat vous parviendra en privé.");
        assert!(!world.audit_lines().await.contains("result.page"));
        assert!(world.audit_lines().await.contains("refusal refused claire relations=clients rule=audience"));
    });
}

#[test]
fn no_row_is_shown_that_is_not_recorded() {
    run_test(async |world| {
        run(world, &alex(), ROWS).await;
        let before = result(world);
        world.audit.refuse(&[AuditAction::ResultPage]);
        turn(world, &alex(), "▶").await;
        assert_eq!(result(world), before);
        assert!(world.newest().contains("The audit log cannot be written"), "{}", world.newest());
        // What was not shown is not shown when the buttons go either.
        world.clock.advance(Duration::from_mins(31));
        world.pipeline.expire_proposals().await.unwrap();
        assert_eq!(result(world).1.text, before.1.text);
    });
}

#[test]
fn a_conversation_that_is_deleted_has_no_pages() {
    run_test(async |world| {
        run(world, &alex(), ROWS).await;
        let next = turns(world, "▶").unwrap();
        world.command(&alex(), "delete 1 yes").await;
        assert_eq!((turns(world, "▶"), turns(world, "◀")), (None, None));
        world.click(&alex(), next).await;
        assert!(world.newest().contains("I no longer keep"), "{}", world.newest());
    });
}

/// As Discord does with what is shown to one person alone, a quarter of an hour after they did something.
#[test]
fn a_message_that_cannot_be_changed_says_so() {
    run_test(async |world| {
        run(world, &alex(), ROWS).await;
        world.chat.refuse(Request::Edit, PlatformError::Rejected("too late".to_owned()));
        turn(world, &alex(), "▶").await;
        assert!(world.newest().contains("I no longer keep"), "{}", world.newest());
        let made_up =
            ButtonAction::ShowRows(ResultPage { turn: pstral_core::domain::TurnId(i64::MAX), page: u32::MAX });
        world.click(&alex(), made_up).await;
        assert!(world.newest().contains("I no longer keep"), "{}", world.newest());
        let Some(ButtonAction::ShowRows(next)) = turns(world, "▶") else { panic!("it has pages") };
        world.click(&alex(), ButtonAction::ShowRows(ResultPage { page: u32::MAX, ..next })).await;
        assert!(page(world).contains("Rows 41–45 of 45."), "{}", page(world));
    });
}
