//! The stewards' list of questions without a good answer.

use std::time::Duration;

use insta::assert_snapshot;
use pstral_core::domain::ButtonAction;
use pstral_core::ports::ModelError;
use pstral_core::testkit::language_model::Script;

use crate::world::{Setup, alex, camille, copy_of_the_company, run_test, run_test_with, sacha};

const CITIES: &str = "```sql\nSELECT DISTINCT city FROM clients ORDER BY city\n```";

#[test]
fn questions_without_a_good_answer_are_listed_for_stewards() {
    run_test(async |world| {
        // Nothing to do with the data.
        world.model_says("Bonjour !");
        world.say(&camille(), "Bonjour, tout va bien ?").await;
        // Answered.
        world.model_says(CITIES);
        world.say(&alex(), "In which towns do our clients sit, roughly?").await;
        // Not answered: without a statement, without a model, and by a refused statement.
        world.model_says("I cannot tell.");
        world.say(&alex(), "Do the clients like us?").await;
        world.model.script(Script::refuses(ModelError::Unavailable("connection refused".to_owned())));
        world.say(&camille(), "Les clients nous aiment-ils vraiment bien ?").await;
        for _ in 0..2 {
            world.model_says("```sql\nSELECT mood FROM clients\n```");
        }
        world.say(&alex(), "do the CLIENTS like us").await;
        world.command(&sacha(), "revoir").await;
        assert_snapshot!(world.newest(), @"
        2 questions attendent une meilleure réponse :
        1. do the CLIENTS like us · sans réponse · 2 fois
        2. Les clients nous aiment-ils vraiment bien ? · sans réponse
        Pour en voir une : /revoir NUMÉRO. Une fois traitée : /revoir clore NUMÉRO
        ");
        world.command(&alex(), "review").await;
        assert_snapshot!(world.newest(), @"Only stewards look after verified queries. Please ask one of them.");
    });
}

#[test]
fn a_bad_answer_becomes_a_verified_query_and_leaves_the_list() {
    run_test(async |world| {
        world.model_says(CITIES);
        world.say(&alex(), "In which towns do our clients sit, roughly?").await;
        world.command(&alex(), "execute").await;
        world.command(&alex(), "bad").await;
        world.command(&sacha(), "revoir").await;
        world.command(&sacha(), "revoir 1").await;
        let keep = world.newest_button(|action| matches!(action, ButtonAction::Keep(_))).unwrap();
        world.click(&sacha(), keep).await;
        world.command(&sacha(), "revoir clore 1").await;
        world.command(&sacha(), "revoir").await;
        world.command(&sacha(), "revoir 1").await;
        assert_snapshot!(world.transcript_from(3), @"
        ── #3 private
        Noted. Rephrase your question, or change the statement with /edit.
        ── #4 private
        Une question attend une meilleure réponse :
        1. In which towns do our clients sit, roughly? · notée 👎
        Pour en voir une : /revoir NUMÉRO. Une fois traitée : /revoir clore NUMÉRO
        ── #5 private
        1. In which towns do our clients sit, roughly?
        crm · notée 👎 · 21/11/2026
        ```sql
        SELECT DISTINCT
          city
        FROM
          clients
        ORDER BY city
        ```
        Pour y répondre désormais : posez-la, modifiez la requête jusqu’à ce qu’elle soit juste, exécutez-la, puis choisissez « Proposer à la vérification ».
        Si un mot a été mal compris, définissez-le : /terme NOM = un SELECT
        Une fois traitée : /revoir clore 1
        ── #6 private
        Merci ! Elle attend un responsable sous le nom « in-which-towns-do-our-clients-sit » ; il la trouvera avec /vérifiées.
        ── #7 private
        Elle est retirée de la liste. Voyez les autres avec /revoir.
        ── #8 private
        Aucune question ne vous attend.
        ── #9 private
        Aucune question ouverte ne porte ce numéro. Voyez /revoir.
        ");
        assert_snapshot!(world.audit_lines().await, @"
        question ok alex
        proposal ok alex relations=clients
        answer ok alex
        execution ok alex relations=clients
        result ok alex relations=clients rows=42
        feedback ok alex
        review.read ok sacha
        review.read ok sacha
        verified.proposed ok sacha
        review.read ok sacha
        review.closed ok sacha
        review.read ok sacha
        review.read ok sacha
        ");
    });
}

#[test]
fn an_edited_statement_and_a_bad_sentence_are_listed_too() {
    run_test(async |world| {
        world.model_says(CITIES);
        world.say(&alex(), "In which towns do our clients sit, roughly?").await;
        world.command(&alex(), "edit SELECT city FROM clients GROUP BY city").await;
        world.command(&alex(), "execute").await;
        world.model_says("Clients are customers.");
        world.say(&alex(), "What is a client, in a word").await;
        world.command(&alex(), "bad").await;
        world.command(&sacha(), "revoir").await;
        assert_snapshot!(world.newest(), @"
        2 questions attendent une meilleure réponse :
        2. What is a client, in a word · notée 👎 · 2 fois
        1. In which towns do our clients sit, roughly? · requête modifiée avant son exécution
        Pour en voir une : /revoir NUMÉRO. Une fois traitée : /revoir clore NUMÉRO
        ");
    });
}

#[test]
fn stewards_are_told_once_a_week_what_waits() {
    run_test(async |world| {
        assert_eq!(world.pipeline.tell_stewards().await.unwrap(), 0, "nothing waits");
        world.model_says("I cannot tell.");
        world.say(&alex(), "Do the clients like us?").await;
        world.command(&camille(), "terme client fidèle = un client avec plusieurs contrats").await;
        assert_eq!(world.pipeline.tell_stewards().await.unwrap(), 2);
        assert_snapshot!(world.transcript_from(3), @"
        ── #3 private of claire
        Une question attend une meilleure réponse : /revoir
        Une proposition attend votre approbation : /vérifiées
        ── #4 private of sacha
        Une question attend une meilleure réponse : /revoir
        Une proposition attend votre approbation : /vérifiées
        ");
        assert_eq!(world.pipeline.tell_stewards().await.unwrap(), 0, "they know");
        world.restart().await;
        world.clock.advance(Duration::from_hours(45));
        assert_eq!(world.pipeline.tell_stewards().await.unwrap(), 0, "Monday has not come");
        world.clock.advance(Duration::from_hours(24));
        assert_eq!(world.pipeline.tell_stewards().await.unwrap(), 2);
    });
}

#[test]
fn stewards_are_told_of_what_a_change_of_the_database_broke() {
    let folder = tempfile::tempdir().unwrap();
    let database = copy_of_the_company(folder.path());
    run_test_with(Setup { database: database.clone(), ..Setup::default() }, async |world| {
        let company = rusqlite::Connection::open(&database).unwrap();
        company.execute_batch("ALTER TABLE payments RENAME COLUMN payment_date TO paid_at").unwrap();
        let target = world.pipeline.parts().targets["crm"].clone();
        world.pipeline.verified_queries().refresh_catalog(&target).await.unwrap();
        assert_eq!(world.pipeline.tell_stewards().await.unwrap(), 2);
        assert_snapshot!(world.transcript(), @"
        ── #1 private of claire
        ⚠️ Un changement de la base a rendu 79 requêtes vérifiées inutilisables ; elles ne sont plus proposées : active-clients-without-payment-of-year, average-payment-delay, average-revenue-per-client-of-year, failed-payments, failed-payments-of-client, largest-late-payments, largest-payments, late-payments, late-payments-of-city, late-payments-of-client, …. Voyez /vérifiées.
        ── #2 private of sacha
        ⚠️ Un changement de la base a rendu 79 requêtes vérifiées inutilisables ; elles ne sont plus proposées : active-clients-without-payment-of-year, average-payment-delay, average-revenue-per-client-of-year, failed-payments, failed-payments-of-client, largest-late-payments, largest-payments, late-payments, late-payments-of-city, late-payments-of-client, …. Voyez /vérifiées.
        ");
        assert_eq!(world.pipeline.tell_stewards().await.unwrap(), 0, "they know");
    });
}
