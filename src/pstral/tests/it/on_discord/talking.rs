//! Questions and answers in channels, threads and private conversations.

use std::time::Duration;

use insta::assert_snapshot;
use pstral_core::testkit::language_model::Script;

use super::House;
use crate::world::run_test;

const SAID: &str = "Voici quelques clients de la ville de Lyon :\n```sql\nSELECT company_name FROM clients WHERE city = \
    'Lyon' ORDER BY company_name LIMIT 2\n```\nDeux sociétés, par nom.";

const QUESTION: &str = "@Pstral Deux clients lyonnais, peu importe lesquels";

#[test]
fn a_question_becomes_a_table_and_only_who_asked_decides() {
    run_test(async |world| {
        let house = House::open(world).await;
        world.model.script(Script::words(SAID).every(Duration::from_millis(20)));
        let question = house.discord.says(house.camille, house.channel, QUESTION);
        let thread = house.discord.thread_on(question).await;
        let offer = house.discord.hears(thread, "[Exécuter]").await;
        assert!(!house.discord.before(offer).is_empty(), "it grew");
        house.discord.clicks(house.alex, offer, "Exécuter");
        let refused = house.discord.hears(thread, "Only the person").await;
        assert!(house.discord.reads(refused).starts_with("Pstral, seen by Alex alone"), "{}", house.sees(thread));
        assert!(world.target.ran().is_empty());
        house.discord.clicks(house.camille, offer, "Exécuter");
        house.discord.hears(thread, ".xlsx").await;
        assert_snapshot!(house.sees(house.channel), @"
        # ventes
        Camille: @Pstral Deux clients lyonnais, peu importe lesquels
          thread: Deux clients lyonnais, peu importe lesquels
        ");
        assert_snapshot!(house.sees(thread), @"
        # Deux clients lyonnais, peu importe lesquels (thread)
        Pstral: ↳ Camille Martin
        Voici quelques clients de la ville de Lyon :

        ```sql
        SELECT
          company_name
        FROM
          clients
        WHERE
          city = 'Lyon'
        ORDER BY company_name
        LIMIT 2
        ```
        Requête écrite par le modèle, non vérifiée.
        Lit la table clients de la base crm.

        Deux sociétés, par nom.
          [Exécuter] [Modifier] [Expliquer]
        Pstral, seen by Alex alone: Only the person who asked can run this statement. Ask it yourself to get your own.
        Pstral: ↳ Camille Martin
        ```
        company_name
        ────────────────────────
        Architecture du Nord SAS
        Boréal Logistique SARL
        ```
        2 lignes, le maximum que demande la requête : il peut y en avoir d’autres. Temps : … s.
          [Proposer à la vérification] [👍] [👎]
          file: deux-clients-lyonnais-importe-2026-11-21.csv, text/csv
          file: deux-clients-lyonnais-importe-2026-11-21.xlsx, application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
        ");
        assert_snapshot!(house.named(&world.audit_lines().await), @"
        question ok camille
        proposal ok camille relations=clients
        answer ok camille
        denied refused alex
        execution ok camille relations=clients
        result ok camille relations=clients rows=2
        ");
        house.close().await;
    });
}

#[test]
fn a_statement_is_changed_in_a_form() {
    run_test(async |world| {
        let house = House::open(world).await;
        world.model_says(SAID);
        let question = house.discord.says(house.camille, house.channel, QUESTION);
        let thread = house.discord.thread_on(question).await;
        let offer = house.discord.hears(thread, "[Modifier]").await;
        let click = house.discord.clicks(house.camille, offer, "Modifier");
        let form = house.discord.modal(click).await;
        assert!(form.fields[0].value.contains("company_name"), "{form}");
        let label = form.fields[0].label.clone();
        house.discord.submits(&form, &[(&label, "SELECT count(id) AS n FROM clients WHERE city = 'Lyon'")]);
        let changed = house.discord.hears(thread, "count(id) AS n").await;
        assert_ne!(changed, offer);
        house.discord.clicks(house.camille, changed, "Exécuter");
        house.discord.hears(thread, ".csv").await;
        let page = house.sees(thread);
        let (_, since) = page.split_once("[Expliquer]\n").unwrap();
        assert_snapshot!(since, @"
        Pstral: ↳ Camille Martin
        ```sql
        SELECT
          count(id) AS n
        FROM
          clients
        WHERE
          city = 'Lyon'
        ```
        Requête modifiée par vous.
        Lit la table clients de la base crm.
          [Exécuter] [Modifier] [Expliquer]
        Pstral: ↳ Camille Martin
        **22**
        Une ligne. Temps : … s.
          [Proposer à la vérification] [👍] [👎]
          file: deux-clients-lyonnais-importe-2026-11-21.csv, text/csv
          file: deux-clients-lyonnais-importe-2026-11-21.xlsx, application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
        ");
        house.close().await;
    });
}

#[test]
fn an_answer_is_stopped_by_its_button_and_by_deleting_the_question() {
    run_test(async |world| {
        let house = House::open(world).await;
        for by_button in [true, false] {
            world.model.script(Script::words("Je vais y réfléchir très longtemps …").hangs());
            let question = house.discord.says(house.camille, house.channel, "@Pstral Une question sans fin");
            let thread = house.discord.thread_on(question).await;
            let answer = house.discord.hears(thread, "très longtemps").await;
            if by_button {
                house.discord.clicks(house.camille, answer, "Arrêter");
            } else {
                house.discord.deletes(house.camille, question);
            }
            world.model.abandoned().await;
            house.discord.hears(thread, "⏹").await;
        }
        house.close().await;
    });
}

#[test]
fn what_was_offered_before_a_restart_can_be_run_after_it() {
    run_test(async |world| {
        let mut house = House::open(world).await;
        world.model_says(SAID);
        let question = house.discord.says(house.camille, house.channel, QUESTION);
        let thread = house.discord.thread_on(question).await;
        let offer = house.discord.hears(thread, "[Exécuter]").await;
        house.restart(world).await;
        house.discord.clicks(house.camille, offer, "Exécuter");
        house.discord.hears(thread, ".xlsx").await;
        house.idle().await;
        house.discord.says(house.camille, thread, "Combien de clients avons-nous à Paris ?");
        house.discord.hears(thread, "count(").await;
        house.close().await;
    });
}

#[test]
fn a_question_by_command_and_one_in_private_are_answered() {
    run_test(async |world| {
        let house = House::open(world).await;
        house.discord.registered().await;
        world.model_says(SAID);
        let line = "/ask question:Deux clients lyonnais, peu importe lesquels private:true";
        house.discord.runs(house.camille, house.channel, line);
        house.discord.hears(house.discord.dm(house.camille), "[Exécuter]").await;
        assert_eq!(house.discord.sees_as(house.claire, house.channel), "# ventes\n", "nobody else sees anything");
        world.model_says(SAID);
        let dm = house.discord.dm(house.alex);
        house.discord.says(house.alex, dm, "Some clients of Lyon please, whichever");
        house.discord.hears(dm, "[Execute]").await;
        house.close().await;
    });
}
