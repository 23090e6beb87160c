//! Tests of asking in a chat who may do what, and by which rule.

use insta::assert_snapshot;
use pstral_core::domain::{EventBody, Role, UserId};
use pstral_core::ports::People as _;
use pstral_core::settings::PlaceTerms;
use pstral_core::testkit::chat_platform::FakeChat;
use pstral_sqlite::{SqliteConfig, SqliteTarget};

use crate::world::{Setup, World, alex, camille, claire, deny, run_test, run_test_with, sacha};

/// Members may not read the addresses of clients; the floor is for members and admins.
fn rules() -> Setup {
    let floor = PlaceTerms { roles: Some([Role::member(), Role::admin()].into()), ..PlaceTerms::default() };
    let roles = [(Role::member(), deny(&["clients.email"]))].into();
    Setup { roles, rooms: vec![("floor", floor)], ..Setup::default() }
}

async fn typed_in(world: &World, place: &str, command: &str) {
    world.act(&claire(), &FakeChat::channel(place), EventBody::command(command)).await;
}

#[test]
fn each_step_comes_with_its_rule() {
    run_test_with(rules(), async |world| {
        for command in [
            "règles alex crm",
            "regles Alex CRM clients.email",
            "policy sacha crm clients",
            "policy sacha crm \"clients\".\"email\"",
            "policy alex crm oauth_email_accounts",
        ] {
            world.command(&claire(), command).await;
        }
        world.command(&claire(), "langue en").await;
        world.command(&claire(), "policy dominique crm clients").await;
        assert_snapshot!(world.transcript(), @r#"
        ── #1 private
        Pour alex (membre), en privé, sur crm :
        - Demander : oui · le rôle le permet (roles.member.capabilities ask)
        - Exécuter : oui · le rôle le permet (roles.member.capabilities execute)
        - Résultat : là où la question est posée · une seule personne y lit
        ── #2 private
        Pour alex (membre), en privé, sur crm · clients.email :
        - Demander : oui · le rôle le permet (roles.member.capabilities ask)
        - Exécuter : oui · le rôle le permet (roles.member.capabilities execute)
        - Lire : non · c’est interdit (roles.member.targets.crm.deny clients.email)
        ── #3 private
        Pour sacha (responsable des données), en privé, sur crm · clients :
        - Demander : oui · le rôle le permet (roles.steward.capabilities ask)
        - Exécuter : oui · le rôle le permet (roles.steward.capabilities execute)
        - Lire : oui · aucune règle ne l’interdit
        - Résultat : là où la question est posée · une seule personne y lit
        ── #4 private
        Pour sacha (responsable des données), en privé, sur crm · "clients"."email" :
        - Demander : oui · le rôle le permet (roles.steward.capabilities ask)
        - Exécuter : oui · le rôle le permet (roles.steward.capabilities execute)
        - Lire : oui · aucune règle ne l’interdit
        - Résultat : là où la question est posée · une seule personne y lit
        ── #5 private
        Pour alex (membre), en privé, sur crm · oauth_email_accounts :
        - Demander : oui · le rôle le permet (roles.member.capabilities ask)
        - Exécuter : oui · le rôle le permet (roles.member.capabilities execute)
        - Lire : non · c’est interdit (targets.crm.deny oauth_email_accounts)
        ── #6 private
        Noted: I will answer in English from now on.
        ── #7 private
        For dominique (admin), in private, on crm · clients:
        - Ask: no · the user is disabled
        - Execute: no · the user is disabled
        - Read: no · the user is disabled
        "#);
        assert_snapshot!(world.audit_lines().await, @"user.edited ok claire");
    });
}

/// The rules of a place apply to questions asked in it, and nobody there reads the answer.
#[test]
fn where_it_is_asked_decides() {
    run_test_with(rules(), async |world| {
        for (place, command) in [
            ("floor", "policy alex crm clients.company_name"),
            ("floor", "policy claire crm clients.email"),
            ("floor", "policy sacha crm"),
            ("floor", "policy nobody crm"),
            ("lobby", "policy sacha crm clients"),
        ] {
            typed_in(world, place, command).await;
        }
        assert_snapshot!(world.transcript(), @"
        ── #1 private of claire
        Pour alex (membre), ici, sur crm · clients.company_name :
        - Demander : oui · le rôle le permet (roles.member.capabilities ask)
        - Exécuter : oui · le rôle le permet (roles.member.capabilities execute)
        - Lire : oui · aucune règle ne l’interdit
        - Résultat : là où la question est posée · toutes les personnes admises peuvent tout en voir
        ── #2 floor
        Je vous ai répondu en privé.
        ── #3 private of claire
        Pour claire (administrateur), ici, sur crm · clients.email :
        - Demander : oui · le rôle le permet (roles.admin.capabilities ask)
        - Exécuter : oui · le rôle le permet (roles.admin.capabilities execute)
        - Lire : oui · aucune règle ne l’interdit
        - Résultat : en privé · une personne qui y est admise ne peut pas tout en voir (roles.member.targets.crm.deny clients.email)
        ── #4 floor
        Je vous ai répondu en privé.
        ── #5 private of claire
        Pour sacha (responsable des données), ici, sur crm :
        - Demander : non · le rôle n’est pas admis ici (places[0].roles steward)
        - Exécuter : non · le rôle n’est pas admis ici (places[0].roles steward)
        ── #6 floor
        Je vous ai répondu en privé.
        ── #7 private of claire
        Il n’y a pas d’utilisateur nobody. Voyez /user list.
        ── #8 floor
        Je vous ai répondu en privé.
        ── #9 private of claire
        Pour sacha (responsable des données), ici, sur crm · clients :
        - Demander : oui · le rôle le permet (roles.steward.capabilities ask)
        - Exécuter : oui · le rôle le permet (roles.steward.capabilities execute)
        - Lire : oui · aucune règle ne l’interdit
        - Résultat : en privé · une personne qui y est admise ne peut pas tout en voir (roles.member.targets.crm.deny clients.email)
        ── #10 lobby
        Je vous ai répondu en privé.
        ");
        world.chat.answer_beside();
        typed_in(world, "floor", "policy sacha crm").await;
        assert_snapshot!(world.transcript_from(11), @"
        ── #11 beside 6
        Pour sacha (responsable des données), ici, sur crm :
        - Demander : non · le rôle n’est pas admis ici (places[0].roles steward)
        - Exécuter : non · le rôle n’est pas admis ici (places[0].roles steward)
        ");
    });
}

#[test]
fn wrong_words_are_answered_with_an_example() {
    run_test_with(rules(), async |world| {
        for command in [
            "policy",
            "règles alex",
            "policy nobody crm",
            "policy alex hr",
            "policy alex crm client",
            "policy alex crm ;",
        ] {
            world.command(&claire(), command).await;
        }
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        Dites qui poserait la question, et sur quelle base : /règles claire crm
        Une table ou une de ses colonnes peut suivre, par exemple clients ou clients.email. Bases : crm
        ── #2 private
        Dites qui poserait la question, et sur quelle base : /règles claire crm
        Une table ou une de ses colonnes peut suivre, par exemple clients ou clients.email. Bases : crm
        ── #3 private
        Il n’y a pas d’utilisateur nobody. Voyez /user list.
        ── #4 private
        Il n’y a pas de base « hr ». Je connais crm. Par exemple : /règles claire crm
        ── #5 private
        La base crm n’a ni table ni colonne « client ». Écrivez-la comme dans la base, par exemple : /règles alex crm clients.email
        ── #6 private
        La base crm n’a ni table ni colonne « ; ». Écrivez-la comme dans la base, par exemple : /règles alex crm clients.email
        ");
    });
}

#[test]
fn only_those_who_may_look_after_users_ask() {
    run_test(async |world| {
        world.command(&alex(), "policy alex crm clients.email").await;
        world.command(&sacha(), "règles sacha ABCD-EFGH-JKMN").await;
        world.act(&camille(), &FakeChat::channel("floor"), EventBody::command("policy")).await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        Only those who look after users can do this. Please ask an administrator.
        ── #2 private
        Seuls ceux qui gèrent les utilisateurs peuvent faire cela. Adressez-vous à un administrateur.
        ── #3 floor
        Seuls ceux qui gèrent les utilisateurs peuvent faire cela. Adressez-vous à un administrateur.
        ");
        let tried: Vec<_> = world.entries().await.into_iter().map(|entry| entry.event).collect();
        let tried: Vec<_> = tried.iter().map(|event| (event.action.word(), event.detail.as_deref())).collect();
        let expected =
            [Some("policy alex crm clients.email"), Some("policy"), Some("policy")].map(|tried| ("denied", tried));
        assert_eq!(tried, expected);
    });
}

/// Rules are of no use to somebody whom nobody knows.
#[test]
fn a_user_without_an_account_is_told_of() {
    run_test(async |world| {
        world.store.unlink(&alex(), UserId(2)).await.unwrap();
        world.command(&claire(), "policy alex crm").await;
        assert_snapshot!(world.newest(), @"
        Pour alex (membre), en privé, sur crm :
        - Demander : oui · le rôle le permet (roles.member.capabilities ask)
        - Exécuter : oui · le rôle le permet (roles.member.capabilities execute)
        - Résultat : là où la question est posée · une seule personne y lit
        Aucun compte n’est relié à alex. Reliez-en un avec : /user link-code alex
        ");
    });
}

/// A database that is away and was never read: what needs no table is told all the same.
#[test]
fn a_target_that_is_away_is_told_of() {
    let nowhere = SqliteTarget::new(SqliteConfig::new("/nowhere/company.db"));
    let setup = Setup { engine: Some(std::sync::Arc::new(nowhere)), ..rules() };
    run_test_with(setup, async |world| {
        world.command(&claire(), "policy alex crm clients").await;
        world.command(&claire(), "policy alex crm").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        La base de données est introuvable ou ne s’ouvre pas. Prévenez un administrateur, puis réessayez.
        ── #2 private
        Pour alex (membre), en privé, sur crm :
        - Demander : oui · le rôle le permet (roles.member.capabilities ask)
        - Exécuter : oui · le rôle le permet (roles.member.capabilities execute)
        - Résultat : là où la question est posée · une seule personne y lit
        ");
    });
}
