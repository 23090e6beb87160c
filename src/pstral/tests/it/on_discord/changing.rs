//! Questions that are edited, and statements that are too long for a form.

use std::time::Duration;

use pstral_core::testkit::language_model::Script;

use super::House;
use crate::world::run_test;

const SAID: &str = "```sql\nSELECT company_name FROM clients WHERE id = 1\n```";

#[test]
fn of_several_changes_the_last_one_is_asked() {
    run_test(async |world| {
        let house = House::open(world).await;
        world.model.script(Script::words("Je vais y réfléchir très longtemps …").hangs());
        let question = house.discord.says(house.camille, house.channel, "@Pstral Une question sans fin");
        let thread = house.discord.thread_on(question).await;
        house.discord.hears(thread, "très longtemps").await;
        world.model_says("Voilà tout.");
        house.discord.edits(house.camille, question, "@Pstral Une première correction de la question");
        house.discord.edits(house.camille, question, "@Pstral La question telle qu’elle doit être");
        house.discord.hears(thread, "Voilà tout.").await;
        house.idle().await;
        let audit = world.audit_lines().await;
        assert_eq!(audit.matches("question ok").count(), 2, "{audit}");
        let seen = house.sees(thread);
        assert!(!seen.contains("encore") && !seen.contains("supprimée"), "{seen}");
        assert!(seen.contains("✏️ La question a été modifiée"), "{seen}");
        house.close().await;
    });
}

#[test]
fn a_question_of_which_something_was_run_is_not_asked_again() {
    run_test(async |world| {
        let house = House::open(world).await;
        world.model_says(SAID);
        let question = house.discord.says(house.camille, house.channel, "@Pstral Le premier client, par son numéro");
        let thread = house.discord.thread_on(question).await;
        let offer = house.discord.hears(thread, "[Exécuter]").await;
        // Somebody else's click decides nothing.
        house.discord.clicks(house.alex, offer, "Exécuter");
        house.discord.hears(thread, "Only the person").await;
        world.model_says(&SAID.replace("id = 1", "id = 2"));
        house.discord.edits(house.camille, question, "@Pstral Le deuxième client, par son numéro");
        let again = house.discord.hears(thread, "id = 2").await;
        house.idle().await;
        house.discord.clicks(house.camille, again, "Exécuter");
        house.discord.hears(thread, ".xlsx").await;
        house.idle().await;
        house.discord.edits(house.camille, question, "@Pstral Le dernier client, par son numéro");
        house.discord.says(house.camille, thread, "Combien de clients avons-nous à Paris ?");
        house.discord.hears(thread, "count(").await;
        house.idle().await;
        let audit = world.audit_lines().await;
        assert_eq!(audit.matches("question ok").count(), 3, "{audit}");
        house.close().await;
    });
}

#[test]
fn a_question_that_is_deleted_while_it_is_changed_is_not_asked() {
    run_test(async |world| {
        let house = House::open(world).await;
        world.model.script(Script::words("Je vais y réfléchir …").every(Duration::from_millis(20)).hangs());
        let question = house.discord.says(house.camille, house.channel, "@Pstral Une question sans fin");
        let thread = house.discord.thread_on(question).await;
        house.discord.hears(thread, "réfléchir").await;
        house.discord.edits(house.camille, question, "@Pstral Une autre question");
        house.discord.deletes(house.camille, question);
        world.model.abandoned().await;
        house.discord.hears(thread, "La question a été").await;
        house.idle().await;
        let audit = world.audit_lines().await;
        assert_eq!(audit.matches("question ok").count(), 1, "{audit}");
        house.close().await;
    });
}

#[test]
fn a_statement_that_no_form_holds_comes_and_goes_as_a_file() {
    run_test(async |world| {
        let house = House::open(world).await;
        house.discord.registered().await;
        let ids = (1..1_200).map(|id| id.to_string()).collect::<Vec<_>>().join(", ");
        let statement = format!("SELECT count(id) AS n FROM clients WHERE id IN ({ids})");
        assert!(statement.len() > 4_000);
        let line = "/sql file:requete.sql";
        house.discord.runs_with(house.camille, house.channel, line, &[("requete.sql", statement.as_bytes())]);
        let offer = house.discord.hears(house.channel, "[Modifier]").await;
        house.discord.clicks(house.camille, offer, "Modifier");
        let file = house.discord.hears(house.channel, "elle est dans le fichier").await;
        let told = house.discord.reads(file);
        let name = told.split_once("file: ").unwrap().1.split(',').next().unwrap().to_owned();
        let sent = String::from_utf8(house.discord.file(file, &name)).unwrap();
        assert!(sent.contains("1199"), "it is whole");
        house.close().await;
    });
}

/// The file holds what runs, word for word.
#[test]
fn a_statement_that_no_message_holds_runs_once_it_can_be_read_whole() {
    run_test(async |world| {
        let house = House::open(world).await;
        let ids = (1..700).map(|id| id.to_string()).collect::<Vec<_>>().join(", ");
        world.model_says(&format!("```sql\nSELECT count(id) AS n FROM clients WHERE id IN ({ids})\n```"));
        let question = house.discord.says(house.camille, house.channel, "@Pstral Parmi ces numéros, lesquels existent");
        let thread = house.discord.thread_on(question).await;
        let offer = house.discord.hears(thread, "[Exécuter]").await;
        let seen = house.sees(thread);
        assert!(seen.contains("📄 La requête entière est dans le fichier ") && !seen.contains("```"), "{seen}");
        let told = house.discord.reads(offer);
        let name = told.split_once("file: ").unwrap().1.split(',').next().unwrap().to_owned();
        let read = String::from_utf8(house.discord.file(offer, &name)).unwrap();
        house.discord.clicks(house.camille, offer, "Exécuter");
        house.discord.hears(thread, ".xlsx").await;
        house.idle().await;
        let ran: Vec<String> = world.target.ran().iter().map(|ran| ran.text().to_owned()).collect();
        assert_eq!(ran, [read.trim_end()]);
        assert!(!house.discord.reads(offer).contains("[Exécuter]"), "each runs once");
        house.close().await;
    });
}
