//! Statements people write themselves.

use insta::assert_snapshot;
use pstral_core::domain::{ButtonAction, Value};

use crate::world::{alex, camille, run_test};

#[test]
fn a_statement_can_be_changed_and_run() {
    run_test(async |world| {
        world.say(&alex(), "How many clients do we have in Lyon?").await;
        world.click(&alex(), ButtonAction::Edit(world.newest_proposal())).await;
        world.command(&alex(), "edit SELECT count(c.id) AS n FROM clients c WHERE c.city <> :city;").await;
        world.command(&alex(), "execute").await;
        assert_snapshot!(world.transcript(), @"");
        assert_eq!(world.target.ran()[0].values()["city"], Value::Text("Lyon".to_owned()));
    });
}

#[test]
fn explaining_says_what_it_reads_and_how() {
    run_test(async |world| {
        world.say(&alex(), "How many clients do we have in Lyon?").await;
        world.click(&alex(), ButtonAction::Explain(world.newest_proposal())).await;
        assert_snapshot!(world.newest(), @"");
        assert_eq!(world.target.ran(), []);
    });
}

#[test]
fn there_must_be_something_to_run() {
    run_test(async |world| {
        for command in ["execute", "edit", "explain"] {
            world.command(&camille(), command).await;
        }
        assert_snapshot!(world.transcript(), @"");
    });
}

#[test]
fn statements_that_cannot_run_are_refused_with_what_to_do() {
    run_test(async |world| {
        for statement in [
            "DELETE FROM clients",
            "SELECT nmae FROM clients",
            "SELECT id FROM clients; DROP TABLE clients",
            "SELECT id FROM clients WHERE city = :town",
            "PRAGMA writable_schema = 1",
            "SELECT load_extension('x')",
        ] {
            world.command(&alex(), &format!("edit {statement}")).await;
        }
        assert!(!world.offers_something());
        assert_snapshot!(world.transcript(), @"");
        assert_snapshot!(world.audit_lines().await, @"");
    });
}
