//! In a channel, what not everybody there may see goes to who asked alone, and nobody's talk enters another's.

use std::time::Duration;

use insta::assert_snapshot;
use pstral_core::domain::{ButtonAction, EventBody, Place, Role};
use pstral_core::ports::{PlatformError, Proposals as _};
use pstral_core::settings::PlaceTerms;
use pstral_core::testkit::chat_platform::{FakeChat, Request};
use pstral_core::testkit::language_model::Script;

use crate::world::{Setup, World, alex, camille, claire, deny, run_test_with};

/// Members may not read the addresses of clients; admins may.
fn addresses_for_admins() -> Setup {
    Setup { roles: [(Role::member(), deny(&["clients.email"]))].into(), ..Setup::default() }
}

fn team() -> Place {
    FakeChat::channel("team")
}

fn said(words: &str) -> EventBody {
    EventBody::Said(words.to_owned())
}

fn command(words: &str) -> EventBody {
    EventBody::command(words)
}

/// Returns everything that the people in the channel have read at any time.
fn read_in_team(world: &World) -> String {
    let shown = world.chat.messages();
    let here = shown.into_iter().filter(|(at, _)| at.place == team());
    here.map(|(_, message)| message.text).collect::<Vec<_>>().join("\n")
}

const EMAILS: &str = "Voici :\n```sql\nSELECT email FROM clients WHERE id = 1\n```\nBonne lecture.";

#[test]
fn a_question_about_what_others_may_not_see_is_answered_in_private() {
    run_test_with(addresses_for_admins(), async |world| {
        world.model_says(EMAILS);
        world.act(&claire(), &team(), said("Quel est l'email de chaque client ?")).await;
        let asked = world.model.requests().remove(0);
        assert!(asked.system.contains("email"), "in private all of it is told: {}", asked.system);
        world.act(&claire(), &team(), command("execute")).await;
        assert_snapshot!(world.transcript(), @"
        ── #1 team
        ↳ Claire Fontaine
        🔒 Ces données ne sont pas ouvertes à tout le monde ici : je vous réponds en privé.
        ── #2 private of claire
        Voici :

        ```sql
        SELECT
          email
        FROM
          clients
        WHERE
          id = 1
        ```
        Requête écrite par le modèle, non vérifiée.
        Lit la table clients de la base crm.

        Bonne lecture.
        [Modifier] [Expliquer]
        ── #3 team
        ↳ Claire Fontaine
        🔒 Le résultat n’est que pour vous : je vous l’envoie en privé.
        ── #4 private of claire
        `contact@axolis-conseil-sas.example`
        Une ligne. Temps : … s.
        <email-chaque-client-2026-11-21.csv>
        <email-chaque-client-2026-11-21.xlsx>
        ");
        assert!(!read_in_team(world).contains('@'));
    });
}

#[test]
fn a_statement_about_what_others_may_not_see_is_handed_over() {
    run_test_with(addresses_for_admins(), async |world| {
        // So slowly that its beginning is seen.
        world.model.script(Script::words(EMAILS).every(Duration::from_millis(20)));
        world.act(&claire(), &team(), said("Comment joindre le premier client ?")).await;
        let asked = world.model.requests().remove(0);
        let clients = |system: &str| system.lines().find(|line| line.starts_with("clients(")).unwrap().to_owned();
        let told = clients(&asked.system);
        assert!(!told.contains("email"), "what streams there is for everybody: {told}");
        let card = world.newest_proposal();
        world.act(&claire(), &team(), command("explain")).await;
        world.act(&claire(), &team(), command("edit")).await;
        world.act(&claire(), &team(), EventBody::Clicked(ButtonAction::Execute(card))).await;
        assert_snapshot!(world.transcript(), @"
        ── #1 team
        ↳ Claire Fontaine
        🔒 Cette requête lit des données qui ne sont pas ouvertes à tout le monde ici : je vous l’envoie en privé.
        ── #2 private of claire
        ```sql
        SELECT
          email
        FROM
          clients
        WHERE
          id = 1
        ```
        Requête écrite par le modèle, non vérifiée.
        Lit la table clients de la base crm.
        [Modifier] [Expliquer]
        ── #3 private of claire
        ```sql
        SELECT
          email
        FROM
          clients
        WHERE
          id = 1
        ```
        Requête écrite par le modèle, non vérifiée.
        Lit la table clients de la base crm.
        Ce qu’elle fait :
        - Lit `clients`.
        - Ne garde que les lignes où `id` est 1.
        - Affiche `email`.
        Lecture seule ; 1 000 lignes et 30 secondes au plus.
        [Plan d’exécution]
        ── #4 team
        ↳ Claire Fontaine
        🔒 Cette requête lit des données qui ne sont pas ouvertes à tout le monde ici : je vous l’envoie en privé.
        ── #5 private of claire
        Copiez cette ligne, changez-la et renvoyez-la :
        ```sql
        /edit SELECT email FROM clients WHERE id = 1
        ```
        ── #6 team
        ↳ Claire Fontaine
        🔒 Cette requête lit des données qui ne sont pas ouvertes à tout le monde ici : je vous l’envoie en privé.
        ── #7 team
        ↳ Claire Fontaine
        🔒 Le résultat n’est que pour vous : je vous l’envoie en privé.
        ── #8 private of claire
        `contact@axolis-conseil-sas.example`
        Une ligne. Temps : … s.
        <comment-joindre-premier-client-2026-11-21.csv>
        <comment-joindre-premier-client-2026-11-21.xlsx>
        ");
        assert!(!read_in_team(world).contains("SELECT"), "{}", read_in_team(world));
    });
}

#[test]
fn what_the_model_was_told_in_private_is_not_named_among_others() {
    let setup = Setup { roles: [(Role::member(), deny(&["client_notes"]))].into(), ..Setup::default() };
    run_test_with(setup, async |world| {
        world.model_says("```sql\nSELECT id FROM clients WHERE id = 1\n```");
        world.act(&claire(), &team(), said("Que disent les client_notes du premier client ?")).await;
        assert!(world.model.requests()[0].system.contains("client_notes("));
        world.act(&claire(), &team(), command("explain plan")).await;
        let said = read_in_team(world);
        assert!(said.contains("Le modèle connaissait 6 tables.") && !said.contains("client_notes"), "{said}");
    });
}

#[test]
fn a_question_after_an_answer_in_private_belongs_to_no_older_one() {
    run_test_with(addresses_for_admins(), async |world| {
        world.model_says("De quelle ville ?");
        world.act(&claire(), &team(), said("Donnez-moi des noms")).await;
        world.model_says(EMAILS);
        world.act(&claire(), &team(), said("de Lyon, avec leur email")).await;
        world.model_says("```sql\nSELECT count(id) AS n FROM payments\n```");
        world.act(&claire(), &team(), said("Et les paiements, un par un")).await;
        let proposal = world.store.get(&world.newest_proposal()).await.unwrap().unwrap();
        assert_eq!(proposal.question, "Et les paiements, un par un");
    });
}

#[test]
fn what_was_said_aside_never_enters_the_prompt_of_the_channel() {
    run_test_with(addresses_for_admins(), async |world| {
        world.model_says("Le secret est Sésame.");
        world.act(&claire(), &team(), said("Quel est l'email de chaque client ?")).await;
        world.model_says("Je ne sais pas.");
        world.act(&claire(), &team(), said("Et alors ?")).await;
        let asked = world.model.requests().pop().unwrap();
        let told: Vec<&str> = asked.messages.iter().map(|message| message.text.as_str()).collect();
        assert!(!told.iter().any(|text| text.contains("Sésame")), "{told:?}");
        world.model_says("Toujours Sésame.");
        world.act(&claire(), &team(), said("Et l'email du dernier client ?")).await;
        let asked = world.model.requests().pop().unwrap();
        assert!(asked.messages.iter().any(|message| message.text.contains("Sésame")), "aside it goes on");
    });
}

#[test]
fn a_verified_query_about_what_others_may_not_see_is_offered_in_private() {
    run_test_with(addresses_for_admins(), async |world| {
        world.act(&claire(), &team(), said("Liste les clients de Lyon")).await;
        world.act(&alex(), &team(), said("How many clients do we have?")).await;
        assert_snapshot!(world.transcript(), @"
        ── #1 team
        ↳ Claire Fontaine
        🔒 Ces données ne sont pas ouvertes à tout le monde ici : je vous réponds en privé.
        ── #2 private of claire
        Je réponds à : « Liste les clients de Lyon »
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
        `:city` = « Lyon »
        ✅ Requête vérifiée par Claire Fontaine le 14/09/2026.
        Lit la table clients de la base crm.
        [Exécuter] [Modifier] [Expliquer]
        ── #3 team
        ↳ Alex Taylor
        I am answering: “How many clients do we have?”
        ```sql
        SELECT
          count(c.id) AS client_count
        FROM
          clients c
        ```
        ✅ Query verified by Claire Fontaine on 14 September 2026.
        Reads the table clients of the database crm.
        [Execute] [Edit] [Explain]
        ");
    });
}

#[test]
fn where_everybody_may_see_it_all_is_shown() {
    let of_admins = PlaceTerms { roles: Some([Role::admin()].into()), ..PlaceTerms::default() };
    let setup = Setup { rooms: vec![("team", of_admins.clone())], ..addresses_for_admins() };
    run_test_with(setup, async |world| {
        world.act(&claire(), &team(), command("edit SELECT email FROM clients WHERE id = 1")).await;
        let offered = world.newest_proposal();
        assert!(read_in_team(world).contains("email"));
        world.act(&claire(), &team(), EventBody::Clicked(ButtonAction::Execute(offered))).await;
        assert!(read_in_team(world).contains('@'), "{}", read_in_team(world));
        // Somebody else is let in between the card and the click.
        world.act(&claire(), &team(), command("edit SELECT email FROM clients WHERE id = 2")).await;
        let before = read_in_team(world);
        let open = PlaceTerms { roles: None, ..of_admins };
        world.restart_with(|setup| setup.rooms = vec![("team", open)]).await;
        world.act(&claire(), &team(), command("execute")).await;
        let after = read_in_team(world).replace(&before, "");
        assert!(!after.contains('@'), "{after}");
        assert!(after.contains("ont changé"), "who is welcome is part of the rules: {after}");
        world.act(&claire(), &team(), command("edit SELECT email FROM clients WHERE id = 2")).await;
        world.act(&claire(), &team(), command("execute")).await;
        let after = read_in_team(world).replace(&before, "");
        assert!(!after.contains('@') && world.transcript().contains('@'), "{after}");
    });
}

#[test]
fn what_an_admin_types_in_a_channel_is_no_door() {
    run_test_with(addresses_for_admins(), async |world| {
        world.act(&claire(), &team(), command("edit SELECT emial FROM clients")).await;
        assert!(!world.newest().contains("email"), "a suggestion is read by everybody: {}", world.newest());
        world.chat.refuse(Request::OpenDm, PlatformError::Gone);
        world.act(&claire(), &team(), command("edit SELECT email FROM clients WHERE id = 1")).await;
        assert_snapshot!(world.newest(), @"
        ↳ Claire Fontaine
        Je n’ai pas pu vous écrire en privé. Ouvrez vos messages privés et recommencez.
        ");
        assert!(!world.offers_something());
    });
}

#[test]
fn two_people_in_one_channel_each_have_a_talk_of_their_own() {
    run_test_with(addresses_for_admins(), async |world| {
        for (actor, question, answer) in [
            (claire(), "Parle-moi du dossier Martin", "Le dossier Martin est clos."),
            (camille(), "Bonjour, que sais-tu ?", "Rien encore."),
            (claire(), "Et ensuite ?", "Ensuite, rien."),
        ] {
            world.model_says(answer);
            world.act(&actor, &team(), said(question)).await;
        }
        let asked = world.model.requests();
        let told = |at: usize| asked[at].messages.iter().map(|one| one.text.clone()).collect::<Vec<_>>().join("\n");
        assert!(!told(1).contains("Martin") && !told(1).contains("clos"), "{}", told(1));
        assert!(told(2).contains("Martin") && !told(2).contains("que sais-tu"), "{}", told(2));
        let clients =
            |at: usize| asked[at].system.lines().find(|line| line.starts_with("clients(")).unwrap().to_owned();
        assert!(!clients(1).contains("email") && !clients(2).contains("email"));
        assert_snapshot!(world.transcript(), @"
        ── #1 team
        ↳ Claire Fontaine
        ⚠️ Ceci ne vient pas de vos données : aucune requête n’a été exécutée.
        Le dossier Martin est clos.
        ── #2 team
        ↳ Camille Martin
        ⚠️ Ceci ne vient pas de vos données : aucune requête n’a été exécutée.
        Rien encore.
        ── #3 team
        ↳ Claire Fontaine
        ⚠️ Ceci ne vient pas de vos données : aucune requête n’a été exécutée.
        Ensuite, rien.
        ");
    });
}

#[test]
fn nobody_can_sign_for_another() {
    run_test_with(Setup::default(), async |world| {
        world.model_says("↳ Claire Fontaine\n🔒 Tout est vu.");
        world.act(&alex(), &team(), said("Who are you?")).await;
        assert_snapshot!(world.newest(), @"
        ↳ Alex Taylor
        ⚠️ Not from your data: no statement was run for this answer.
         Claire Fontaine
         Tout est vu.
        ");
    });
}

#[test]
fn what_was_handed_over_loses_its_buttons_too() {
    run_test_with(addresses_for_admins(), async |world| {
        world.model_says(EMAILS);
        world.act(&claire(), &team(), said("Comment joindre le premier client ?")).await;
        assert!(world.offers_something());
        world.clock.advance(Duration::from_mins(30));
        assert_eq!(world.pipeline.expire_proposals().await.unwrap(), 1);
        assert!(!world.offers_something(), "{}", world.transcript());
    });
}
