//! Questions that a steward has answered before.

use insta::assert_snapshot;
use pstral_core::domain::{AuditAction, ProposalId, Value};
use pstral_core::ports::{ModelError, Proposals as _};
use pstral_core::settings::VerifiedUse;
use pstral_core::testkit::language_model::Script;

use crate::world::{Setup, alex, camille, run_test, run_test_with};

#[test]
fn a_verified_question_becomes_a_table_and_two_files() {
    run_test(async |world| {
        world.say(&camille(), "Combien de clients avons-nous à Paris ?").await;
        world.command(&camille(), "execute").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        Je réponds à : « Combien de clients avons-nous à Paris ? »
        ```sql
        SELECT
          count(c.id) AS client_count
        FROM
          clients c
        WHERE
          c.city = :city
        ```
        `:city` = « Paris »
        ✅ Requête vérifiée par Claire Fontaine le 14/09/2026.
        Lit la table clients de la base crm.
        [Modifier] [Expliquer]
        ── #2 private
        **107**
        Une ligne. Temps : … s.
        <combien-clients-paris-2026-11-21.csv>
        <combien-clients-paris-2026-11-21.xlsx>
        ");
        assert_snapshot!(world.audit_lines().await, @r#"
        question ok camille
        proposal ok camille relations=clients parameters={"city":{"text":"Paris"}}
        execution ok camille relations=clients parameters={"city":{"text":"Paris"}}
        result ok camille relations=clients parameters={"city":{"text":"Paris"}} rows=1
        "#);
    });
}

#[test]
fn the_files_hold_every_row_and_say_where_they_come_from() {
    run_test(async |world| {
        world.say(&alex(), "List the clients in Paris").await;
        world.command(&alex(), "execute").await;
        let files = world.newest_files();
        let csv = std::fs::read_to_string(&files[0]).unwrap();
        assert_snapshot!(csv.lines().next().unwrap(), @"﻿company_name,status,email,phone,address,postal_code");
        let rows = world.entries().await.into_iter().find_map(|entry| entry.event.rows).unwrap();
        assert_eq!(i64::try_from(csv.lines().count()).unwrap(), rows + 1);
        assert!(rows > 20, "the table would show all of them: {rows}");
        assert_eq!(&std::fs::read(&files[1]).unwrap()[..2], b"PK");
    });
}

#[test]
fn the_value_of_the_question_is_bound_not_written_into_the_statement() {
    run_test(async |world| {
        world.say(&camille(), "Liste les clients de Paris").await;
        world.command(&camille(), "execute").await;
        let ran = &world.target.ran()[0];
        assert!(ran.text().contains(":city") && !ran.text().contains("Paris"), "{}", ran.text());
        assert_eq!(ran.values()["city"], Value::Text("Paris".to_owned()));
    });
}

#[test]
fn without_a_model_the_verified_query_is_offered_and_says_so() {
    let setup = Setup { verified: VerifiedUse::Example, ..Setup::default() };
    run_test_with(setup, async |world| {
        world.model.script(Script::refuses(ModelError::Unavailable("connection refused".to_owned())));
        world.say(&alex(), "List the clients in Lyon").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        No model can be reached: I answer with a verified query.

        I am answering: “List the clients in Lyon”
        ```sql
        SELECT
          c.company_name,
          c.status,
          c.email,
          c.phone,
          c.address,
          c.postal_code
        FROM
          clients c
        WHERE
          c.city = :city
        ORDER BY c.company_name
        LIMIT 500
        ```
        `:city` = “Lyon”
        ✅ Query verified by Claire Fontaine on 14 September 2026.
        Reads the table clients of the database crm.
        [Execute] [Edit] [Explain]
        ");
    });
}

#[test]
fn without_a_model_an_unknown_question_gets_the_nearest_ones() {
    run_test(async |world| {
        world.model.script(Script::refuses(ModelError::Unavailable("connection refused".to_owned())));
        world.say(&alex(), "Which clients in Paris have paid us most this winter?").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        The language model cannot be reached. Ask again in a few minutes. If this continues, contact your administrator: the model server is stopped or out of reach.

        Here are the nearest verified questions; I can answer them without a model. Reply with a number:
        1. Who are the top … clients by revenue?
        2. Who are the top … clients by revenue in …?
        3. Who are the top … clients by revenue last month?
        4. Who are the top … clients by revenue this month?
        [Try again]
        ");
        assert_snapshot!(world.audit_lines().await, @r"
        question ok alex
        answer failed alex
        ");
    });
}

#[test]
fn a_suggested_question_is_chosen_by_its_number() {
    run_test(async |world| {
        world.model.script(Script::refuses(ModelError::Unavailable("connection refused".to_owned())));
        world.say(&alex(), "Which clients in Paris have paid us most this winter?").await;
        world.say(&alex(), "1").await;
        assert_snapshot!(world.newest(), @"“Who are the top … clients by revenue?” needs a value in place of “…”. Reply with the number and the value: 1 VALUE");
        world.say(&alex(), "1 7").await;
        assert!(world.offers_something());
        let proposal = world.store.get(&world.newest_proposal()).await.unwrap().unwrap();
        assert_eq!(proposal.question, "Who are the top 7 clients by revenue?");
    });
}

#[test]
fn the_answer_is_recorded_before_it_is_offered() {
    run_test(async |world| {
        world.say(&camille(), "Liste les clients de Paris").await;
        let ProposalId(shown) = world.newest_proposal();
        let proposed = world.entries().await.into_iter().find(|entry| entry.event.action == AuditAction::Proposal);
        assert_eq!(proposed.unwrap().event.proposal, Some(shown));
    });
}

#[test]
fn a_value_that_the_question_does_not_name_is_said_to_be_assumed() {
    run_test(async |world| {
        world.say(&camille(), "Chiffre d'affaires").await;
        let card = world.newest();
        assert_eq!(card.lines().next(), Some("Je réponds à : « Quel est le chiffre d'affaires de 2026 ? »"), "{card}");
        assert!(card.contains("`:year` = 2026 (valeur par défaut : votre question n’en précise pas)"), "{card}");
    });
}
