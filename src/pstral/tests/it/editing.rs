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
        assert_snapshot!(world.transcript_from(2), @"
        ── #2 private
        Copy this line, change it and send it back:
        ```sql
        /edit SELECT count(c.id) AS client_count FROM clients c WHERE c.city = :city
        ```
        ── #3 private
        ```sql
        SELECT
          count(c.id) AS n
        FROM
          clients c
        WHERE
          c.city <> :city
        ```
        `:city` = “Lyon”
        Statement edited by you.
        Reads the table clients of the database crm.
        [Edit] [Explain]
        ── #4 private
        **478**
        One row. Time: … s.
        <how-many-clients-lyon-2026-11-21.csv>
        <how-many-clients-lyon-2026-11-21.xlsx>
        ");
        assert_eq!(world.target.ran()[0].values()["city"], Value::Text("Lyon".to_owned()));
    });
}

#[test]
fn explaining_says_what_it_reads_and_how() {
    run_test(async |world| {
        world.say(&alex(), "How many clients do we have in Lyon?").await;
        world.click(&alex(), ButtonAction::Explain(world.newest_proposal())).await;
        assert_snapshot!(world.newest(), @"
        I am answering: “How many clients do we have in Lyon?”
        ```sql
        SELECT
          count(c.id) AS client_count
        FROM
          clients c
        WHERE
          c.city = :city
        ```
        `:city` = “Lyon”
        ✅ Query verified by Claire Fontaine on 14 September 2026.
        Reads the table clients of the database crm.
        What it does:
        - Reads `clients c`.
        - Keeps only rows where `c.city` is `Lyon`.
        - Computes a single row from all of them.
        - Shows `client_count` (the number of values of `c.id`).
        Read-only; at most 1,000 rows and 30 seconds.
        ");
        world.click(&alex(), ButtonAction::Plan(world.newest_proposal())).await;
        assert_snapshot!(world.newest(), @"
        Execution plan, for database specialists:
        ```
        SEARCH c USING COVERING INDEX clients_city (city=?)
        ```
        ");
        assert_eq!(world.target.ran(), []);
    });
}

#[test]
fn there_must_be_something_to_run() {
    run_test(async |world| {
        for command in ["execute", "edit", "explain"] {
            world.command(&camille(), command).await;
        }
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        Il n’y a pas encore de requête à exécuter ici. Posez d’abord une question.
        ── #2 private
        Il n’y a pas encore de requête à exécuter ici. Posez d’abord une question.
        ── #3 private
        Il n’y a pas encore de requête à exécuter ici. Posez d’abord une question.
        ");
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
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        🛡️ This statement cannot be run. “DELETE FROM” is not a query. Only SELECT statements may run; nothing is ever changed.
        [Edit]
        ── #2 private
        🛡️ This statement cannot be run. “nmae” is not a column of the tables in this part of the statement. There you can read: id, company_name, email, phone, address, postal_code, city, status, kyc_completed, assigned_to, created_at
        [Edit]
        ── #3 private
        🛡️ This statement cannot be run. There is more than one statement: “DROP TABLE clients” comes after the first. One query can run at a time: leave out what follows it.
        [Edit]
        ── #4 private
        🛡️ This statement cannot be run. The statement needs a value for “town”. Replace :town by a value.
        [Edit]
        ── #5 private
        🛡️ This statement cannot be run. “PRAGMA writable_schema” is not a query. Only SELECT statements may run; nothing is ever changed.
        [Edit]
        ── #6 private
        🛡️ This statement cannot be run. The function “LOAD_EXTENSION” is not in the list of allowed functions. Use a built-in function that only computes.
        [Edit]
        ");
        assert_snapshot!(world.audit_lines().await, @r"
        refusal refused alex rule=not-a-query
        refusal refused alex rule=column-unknown
        refusal refused alex rule=several-statements
        refusal refused alex
        refusal refused alex rule=not-a-query
        refusal refused alex rule=function-not-allowed
        ");
    });
}
