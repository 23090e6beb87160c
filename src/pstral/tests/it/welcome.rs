//! Roles and places: who may do what, who is welcome where, and in which language and mode they are answered.

use std::time::Duration;

use insta::assert_snapshot;
use jiff::Timestamp;
use pstral_core::domain::Roles;
use pstral_core::domain::{Actor, Capability, EventBody, Locale, Mode, NewUser, Role};
use pstral_core::ports::People as _;
use pstral_core::settings::PlaceTerms;
use pstral_core::testkit::chat_platform::FakeChat;

use crate::world::{Setup, World, alex, camille, claire, run_test_with, sacha, stranger};

fn role(name: &str) -> Role {
    name.parse().unwrap()
}

fn said(words: &str) -> EventBody {
    EventBody::Said(words.to_owned())
}

/// Somebody of that role who is linked.
async fn somebody(world: &World, name: &str, role: Role, locale: Locale) -> Actor {
    let (username, full_name, email) = (name.to_owned(), format!("{name} Test"), String::new());
    let user = NewUser { username, full_name, email, role, locale };
    let user = world.store.add_user(&user, Timestamp::UNIX_EPOCH).await.unwrap();
    world.store.link(&FakeChat::actor(name), user.id, Timestamp::UNIX_EPOCH).await.unwrap();
    FakeChat::actor(name)
}

#[test]
fn a_role_that_is_not_configured_may_do_nothing() {
    run_test_with(Setup::default(), async |world| {
        for (name, locale) in [("paul", Locale::Fr), ("peter", Locale::En)] {
            let lost = somebody(world, name, role("old-team"), locale).await;
            world.say(&lost, "Combien de clients avons-nous ?").await;
            world.command(&lost, "edit SELECT id FROM clients").await;
        }
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        Bonjour ! Votre rôle, « old-team », n’est pas défini ici : je ne peux pas encore vous répondre. Adressez-vous à un administrateur de Pstral.
        ── #2 private
        Hello! Your role, “old-team”, is not set up here, so I may not answer you yet. Please ask a Pstral administrator.
        ");
        assert_snapshot!(world.audit_lines().await, @"
        denied refused paul rule=role-unknown
        denied refused peter rule=role-unknown
        ");
    });
}

#[test]
fn what_a_role_does_not_hold_is_refused_kindly() {
    let held = Roles::default()
        .with(role("reader"), [Capability::Ask].into())
        .with(role("runner"), [Capability::Execute].into());
    run_test_with(Setup { held, ..Setup::default() }, async |world| {
        let reader = somebody(world, "reader", role("reader"), Locale::En).await;
        let runner = somebody(world, "runner", role("runner"), Locale::Fr).await;
        world.command(&reader, "edit SELECT id FROM clients WHERE id = 1").await;
        world.command(&reader, "execute").await;
        assert_snapshot!(world.newest(), @"Your role does not include running statements. Please ask a Pstral administrator, or a colleague who may run it.");
        world.say(&runner, "Combien de clients avons-nous ?").await;
        assert_snapshot!(world.newest(), @"Votre rôle ne permet pas de poser des questions. Adressez-vous à un administrateur de Pstral.");
        world.command(&runner, "edit SELECT id FROM clients WHERE id = 1").await;
        assert_eq!(world.target.ran(), []);
        assert_snapshot!(world.audit_lines().await, @"
        proposal ok reader relations=clients
        denied refused reader
        denied refused runner
        denied refused runner
        ");
    });
}

#[test]
fn who_is_not_welcome_in_a_place_is_asked_to_write_in_private() {
    let of_admins = PlaceTerms { roles: Some([Role::admin()].into()), ..PlaceTerms::default() };
    run_test_with(Setup { rooms: vec![("board", of_admins)], ..Setup::default() }, async |world| {
        let board = FakeChat::channel("board");
        for actor in [camille(), alex(), stranger()] {
            world.act(&actor, &board, said("Combien de clients avons-nous ?")).await;
            world.act(&actor, &board, EventBody::command("history")).await;
        }
        world.clock.advance(Duration::from_mins(10));
        world.act(&alex(), &board, said("How many clients do we have?")).await;
        world.say(&alex(), "How many clients do we have?").await;
        world.act(&claire(), &board, said("Combien de clients avons-nous ?")).await;
        assert_snapshot!(world.transcript(), @"
        ── #1 board
        Bonjour ! Je ne peux pas vous répondre ici. Écrivez-moi en privé : je vous y aiderai volontiers.
        ── #2 board
        Hello! I cannot answer you here. Write to me in private: I will gladly help you there.
        ── #3 board
        Bonjour ! Je ne peux pas vous répondre ici. Écrivez-moi en privé : je vous y aiderai volontiers.
        ── #4 board
        Hello! I cannot answer you here. Write to me in private: I will gladly help you there.
        ── #5 private
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
        ── #6 board
        ↳ Claire Fontaine
        Je réponds à : « Combien de clients avons-nous ? »
        ```sql
        SELECT
          count(c.id) AS client_count
        FROM
          clients c
        ```
        ✅ Requête vérifiée par Claire Fontaine le 14/09/2026.
        Lit la table clients de la base crm.
        [Exécuter] [Modifier] [Expliquer]
        ");
        assert_snapshot!(world.audit_lines().await, @"
        denied refused camille rule=not-welcome
        denied refused alex rule=not-welcome
        denied refused stranger rule=not-welcome
        denied refused alex rule=not-welcome
        question ok alex
        proposal ok alex relations=clients
        question ok claire
        proposal ok claire relations=clients
        ");
    });
}

#[test]
fn a_place_has_its_language_and_its_mode() {
    let english = PlaceTerms { language: Some(Locale::En), mode: Some(Mode::Chat), ..PlaceTerms::default() };
    run_test_with(Setup { rooms: vec![("world", english)], ..Setup::default() }, async |world| {
        let channel = FakeChat::channel("world");
        world.model_says("Good morning to you too.");
        world.act(&sacha(), &channel, said("Bonjour !")).await;
        let asked = world.model.requests().remove(0);
        assert!(!asked.system.contains("clients("), "it is a talk: {}", asked.system);
        world.act(&sacha(), &channel, EventBody::command("mode sql")).await;
        world.act(&sacha(), &channel, said("Combien de clients avons-nous ?")).await;
        world.say(&sacha(), "Combien de clients avons-nous ?").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 world
        ↳ Sacha Roux
        Good morning to you too.
        ── #2 world
        Data mode: I offer a statement for each question.
        ── #3 world
        ↳ Sacha Roux
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
        ── #4 private
        Je réponds à : « Combien de clients avons-nous ? »
        ```sql
        SELECT
          count(c.id) AS client_count
        FROM
          clients c
        ```
        ✅ Requête vérifiée par Claire Fontaine le 14/09/2026.
        Lit la table clients de la base crm.
        [Exécuter] [Modifier] [Expliquer]
        ");
    });
}

#[test]
fn a_place_may_show_results_to_who_asked_alone() {
    let quiet = PlaceTerms { private: true, ..PlaceTerms::default() };
    run_test_with(Setup { rooms: vec![("quiet", quiet)], ..Setup::default() }, async |world| {
        let channel = FakeChat::channel("quiet");
        world.act(&alex(), &channel, said("How many clients do we have?")).await;
        world.act(&alex(), &channel, EventBody::command("execute")).await;
        assert_snapshot!(world.transcript(), @"
        ── #1 quiet
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
        [Edit] [Explain]
        ── #2 quiet
        ↳ Alex Taylor
        🔒 The result is for you alone: I send it to you in private.
        ── #3 private of alex
        **500**
        One row. Time: … s.
        <how-many-clients-2026-11-21.csv>
        <how-many-clients-2026-11-21.xlsx>
        ");
    });
}

#[test]
fn ones_own_language_is_stored_where_the_place_has_another() {
    let french = PlaceTerms { language: Some(Locale::Fr), ..PlaceTerms::default() };
    run_test_with(Setup { rooms: vec![("france", french)], ..Setup::default() }, async |world| {
        let france = FakeChat::channel("france");
        world.act(&alex(), &france, EventBody::command("whoami")).await;
        let told = |told: &str| world.transcript().contains(told);
        assert!(told("anglais"), "{}", world.transcript());
        world.act(&alex(), &france, EventBody::command("language fr")).await;
        let users = world.store.users().await.unwrap();
        assert_eq!(users.iter().find(|user| user.username == "alex").map(|user| user.locale), Some(Locale::Fr));
    });
}
