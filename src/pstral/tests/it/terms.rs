//! Business terms, and how a question was read.

use insta::assert_snapshot;

use crate::world::{alex, camille, run_test, sacha};

#[test]
fn a_statement_follows_the_company_s_definition_or_the_card_warns() {
    run_test(async |world| {
        world.model_says(
            "```sql\nSELECT c.city, sum(p.amount) FROM payments p JOIN clients c ON c.id = p.client_id
            WHERE p.status = 'paid' GROUP BY c.city\n```",
        );
        world.say(&alex(), "For each region, the turnover we made, roughly").await;
        let prompt = world.model.requests().pop().unwrap().system;
        let terms = prompt.split_once("<terms>").unwrap().1.split_once("</terms>").unwrap().0;
        assert_snapshot!(terms.trim(), @"
        revenue (EUR):
        ```sql
        SELECT
          sum(p.amount) AS revenue
        FROM
          payments p
        WHERE
          p.status = 'paid'
        ```
        ");
        world.model_says("```sql\nSELECT sum(amount) FROM payments\n```");
        world.say(&alex(), "The turnover of them all, whatever it was").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        ```sql
        SELECT
          c.city,
          sum(p.amount)
        FROM
          payments p
          JOIN clients c ON c.id = p.client_id
        WHERE
          p.status = 'paid'
        GROUP BY
          c.city
        ```
        Written by the model, not verified.
        Reads the tables clients, payments of the database crm.
        Reads the same columns and values as the company’s definition of “revenue”.
        [Execute] [Edit] [Explain]
        ── #2 private
        ```sql
        SELECT
          sum(amount)
        FROM
          payments
        ```
        Written by the model, not verified.
        Reads the table payments of the database crm.
        ⚠️ Does not read what the company’s definition of “revenue” reads: check it before you run it.
        [Execute] [Edit] [Explain]
        ");
    });
}

#[test]
fn a_term_is_proposed_in_words_and_approved_by_a_steward() {
    run_test(async |world| {
        world.command(&camille(), "terme client fidèle = un client avec plusieurs contrats").await;
        world.command(&camille(), "terme Client  Fidèle = autre chose").await;
        world.command(&sacha(), "vérifiées client-fidele").await;
        world.command(&sacha(), "vérifiées approuver client-fidele#1").await;
        let statement = "SELECT client_id FROM contracts GROUP BY client_id HAVING count(id) > 1";
        world
            .command(&sacha(), &format!("vérifiées modifier client-fidele#1 en=loyal client | requête={statement}"))
            .await;
        world.command(&sacha(), "vérifiées approuver client-fidele#2").await;
        world.command(&alex(), "term loyal client").await;
        world.command(&alex(), "term").await;
        world.model_says("I need no statement.");
        world.say(&alex(), "Do we owe much to our loyal clients, as you see it").await;
        assert!(world.model.requests().pop().unwrap().system.contains("HAVING"), "the definition is told");
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        Merci ! Le terme est en attente d’approbation sous le nom « client-fidele » ; les responsables le voient avec /vérifiées.
        ── #2 private
        Ce terme existe déjà, sous le nom « client-fidele ». Un responsable peut le modifier.
        ── #3 private
        « client-fidele » sur crm, en attente d’approbation
        fr: client fidèle
        en: (pas encore écrite)
        note: un client avec plusieurs contrats

        Proposée par Camille Martin le 21/11/2026.
        ⚠️ Elle n’est pas valable dans la base telle qu’elle est. Il n’y a rien à exécuter. Écrivez une seule requête SELECT.
        Pour l’approuver : /vérifiées approuver client-fidele#1
        Pour la modifier : /vérifiées modifier client-fidele#1 fr=… | en=… | requête=…
        ── #4 private
        Elle ne peut pas encore être approuvée :
        - statement est vide
        ── #5 private
        « client-fidele » est modifiée. Pour l’approuver : /vérifiées approuver client-fidele#2
        ── #6 private
        ✅ « client-fidele » est vérifié : les réponses qui emploient ce terme le suivent désormais.
        ── #7 private
        fr: client fidèle
        en: loyal client
        note: un client avec plusieurs contrats
        ```sql
        SELECT
          client_id
        FROM
          contracts
        GROUP BY
          client_id
        HAVING
          count(id) > 1
        ```
        Proposed by Camille Martin on 21 November 2026.
        Changed by Sacha Roux on 21 November 2026.
        Approved by Sacha Roux on 21 November 2026.
        ── #8 private
        Answers about crm follow the definitions of 5 terms:
        - loyal client · un client avec plusieurs contrats
        - active client
        - average basket · EUR
        - late payment
        - revenue · EUR
        To see a definition: /term NAME. To propose one: /term NAME = a SELECT, or a sentence
        ── #9 private
        ⚠️ Not from your data: no statement was run for this answer.
        I need no statement.
        ");
        assert_snapshot!(world.audit_lines().await, @"
        verified.proposed ok camille
        verified.edited ok sacha
        verified.approved ok sacha
        question ok alex
        answer ok alex
        ");
    });
}

#[test]
fn what_is_no_term_is_told_with_the_way_to_propose_one() {
    run_test(async |world| {
        for words in ["term churn", "term = SELECT 1", "term churn =", "term churn = SELECT secret FROM nowhere"] {
            world.command(&alex(), words).await;
        }
        world.command(&alex(), &format!("term churn = {}", "long ".repeat(100))).await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        No term has this name. See /term, or propose it: /term NAME = a SELECT, or a sentence
        ── #2 private
        A term needs a name of at most 60 characters and a definition, a SELECT or a sentence. Example: loyal client = a client for more than five years
        ── #3 private
        A term needs a name of at most 60 characters and a definition, a SELECT or a sentence. Example: loyal client = a client for more than five years
        ── #4 private
        There is no table “nowhere” that you can read. The tables open to you: client_notes, clients, contracts, documents, payments, users
        ── #5 private
        A definition in words has 300 characters at most. Shorten it, or write a SELECT.
        ");
    });
}

#[test]
fn a_misspelt_value_is_read_as_the_stored_one() {
    run_test(async |world| {
        world.model_says("```sql\nSELECT company_name FROM clients WHERE city = 'Marseille'\n```");
        world.say(&camille(), "Les sociétés de Marseile, peu importe lesquelles").await;
        assert!(world.model.requests().pop().unwrap().system.contains("clients.city = 'Marseille'"));
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        ```sql
        SELECT
          company_name
        FROM
          clients
        WHERE
          city = 'Marseille'
        ```
        Requête écrite par le modèle, non vérifiée.
        Lit la table clients de la base crm.
        « marseile » lu comme clients.city = « Marseille »
        [Exécuter] [Modifier] [Expliquer]
        ");
    });
}

#[test]
fn an_empty_result_tells_the_stored_value_that_was_meant() {
    run_test(async |world| {
        world.model_says("```sql\nSELECT company_name FROM clients WHERE city = 'marseille' AND status = 'Actif'\n```");
        world.say(&camille(), "Les sociétés du Vieux-Port, peu importe lesquelles").await;
        world.command(&camille(), "exécuter").await;
        assert_snapshot!(world.newest(), @"
        Aucune ligne ne correspond. Essayez une question plus large. Temps : … s.
        clients.city ne contient pas « marseille ». Vouliez-vous dire « Marseille » ?
        ");
    });
}
