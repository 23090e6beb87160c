//! People who are not known yet, and people who are no longer welcome.

use std::time::Duration;

use insta::assert_snapshot;
use pstral_core::domain::{Actor, AuditAction, ButtonAction, EventBody, UserId};
use pstral_core::people::code_hash;
use pstral_core::ports::{Clock as _, LinkCode, People as _, PlatformError};
use pstral_core::testkit::chat_platform::{FakeChat, Request};

use crate::world::{World, alex, camille, claire, dominique, run_test, stranger};

/// Linked to nobody either.
fn other_stranger() -> Actor {
    FakeChat::actor("somebody")
}

fn said(words: &str) -> EventBody {
    EventBody::Said(words.to_owned())
}

fn typed(command: &str) -> EventBody {
    EventBody::command(command)
}

/// The code in the newest message: groups of one letter each, in tests.
fn newest_code(world: &World) -> String {
    let newest = world.newest();
    let code = newest.split_whitespace().find(|word| word.len() == 14 && word.matches('-').count() == 2);
    code.expect("no code").to_owned()
}

/// Returns the ids of the accounts linked to a user.
async fn accounts(world: &World, username: &str) -> Vec<String> {
    let user = world.store.user_named(username).await.unwrap().unwrap();
    let links = world.store.links(user.id).await.unwrap();
    links.into_iter().map(|link| link.actor.id.trim_start_matches("id-of-").to_owned()).collect()
}

/// A code for a user, as an admin makes one.
async fn issue(world: &World, username: &str, code: &str) {
    let user = world.store.user_named(username).await.unwrap().unwrap().id;
    let expires_at = world.clock.now() + Duration::from_mins(15);
    world.store.issue_code(&LinkCode { user, hash: code_hash(code), expires_at, by: None }).await.unwrap();
}

#[test]
fn an_unknown_actor_gets_the_linking_help_once_in_a_while_and_nothing_else() {
    run_test(async |world| {
        world.say(&camille(), "Liste les clients de Paris").await;
        let proposal = world.newest_proposal();
        world.say(&stranger(), "Liste les clients de Paris").await;
        assert_snapshot!(world.newest(), @"
        Bonjour ! Je ne sais pas encore qui vous êtes ici.
        Si un administrateur de Pstral vous a donné un code, envoyez-moi en privé : /lier VOTRE-CODE
        Sinon, écrivez-moi /lier en privé : je vous donnerai un code à lui transmettre.
        ");
        let (help, messages) = (world.newest(), world.chat.messages().len());
        for command in [
            "execute",
            "edit SELECT 1",
            "explain",
            "stop",
            "mode chat",
            "history",
            "new",
            "audit",
            "whoami",
            "unlink yes",
            "language en",
            "user list",
            "user add stranger role=admin",
            "help",
        ] {
            world.command(&stranger(), command).await;
            assert_eq!(world.chat.messages().len(), messages, "/{command}");
        }
        for action in [ButtonAction::Execute(proposal.clone()), ButtonAction::Edit(proposal), ButtonAction::Stop] {
            world.click(&stranger(), action).await;
            assert_eq!(world.chat.messages().len(), messages);
        }
        world.clock.advance(Duration::from_mins(10));
        world.click(&stranger(), ButtonAction::Stop).await;
        assert_eq!((world.chat.messages().len(), world.newest()), (messages + 1, help));
        assert_eq!(world.target.ran(), []);
        assert_eq!(world.store.user_named("stranger").await.unwrap(), None);
    });
}

#[test]
fn in_a_channel_the_help_goes_in_private_where_it_can() {
    run_test(async |world| {
        let channel = FakeChat::channel("general");
        world.act(&stranger(), &channel, said("Liste les clients de Paris")).await;
        world.chat.refuse(Request::OpenDm, PlatformError::Rejected("closed".to_owned()));
        world.act(&other_stranger(), &channel, said("Liste les clients de Paris")).await;
        world.act(&other_stranger(), &channel, said("Et ceux de Lyon ?")).await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private of stranger
        Bonjour ! Je ne sais pas encore qui vous êtes ici.
        Si un administrateur de Pstral vous a donné un code, envoyez-moi en privé : /lier VOTRE-CODE
        Sinon, écrivez-moi /lier en privé : je vous donnerai un code à lui transmettre.
        ── #2 general
        Je ne sais pas encore qui vous êtes. Écrivez-moi /lier en privé.
        ");
    });
}

#[test]
fn a_disabled_user_is_a_stranger() {
    run_test(async |world| {
        world.say(&dominique(), "Liste les clients de Paris").await;
        let help = world.newest();
        world.command(&dominique(), "audit").await;
        world.command(&dominique(), "user enable dominique").await;
        assert_eq!((world.chat.messages().len(), world.newest()), (1, help));
        issue(world, "dominique", "ABCD-EFGH-JKMN").await;
        world.command(&stranger(), "link ABCD-EFGH-JKMN").await;
        world.command(&dominique(), "link ABCD-EFGH-JKMN").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        Bonjour ! Je ne sais pas encore qui vous êtes ici.
        Si un administrateur de Pstral vous a donné un code, envoyez-moi en privé : /lier VOTRE-CODE
        Sinon, écrivez-moi /lier en privé : je vous donnerai un code à lui transmettre.
        ── #2 private
        Ce code n’est pas valable : il a pu expirer ou déjà servir. Demandez-en un nouveau à un administrateur.
        ── #3 private
        Ce code n’est pas valable : il a pu expirer ou déjà servir. Demandez-en un nouveau à un administrateur.
        ");
        assert_snapshot!(world.audit_lines().await, @"
        link.attempt ok stranger
        link refused stranger
        link.attempt ok dominique
        link refused dominique
        ");
        let dominique = world.store.user_named("dominique").await.unwrap().unwrap();
        assert_eq!(world.store.links(dominique.id).await.unwrap().len(), 1, "the one they had");
    });
}

#[test]
fn a_code_links_once() {
    run_test(async |world| {
        issue(world, "camille", "ABCD-EFGH-JKMN").await;
        world.command(&stranger(), "link abcd efgh jkmn").await;
        world.command(&stranger(), "whoami").await;
        world.command(&stranger(), "link ABCD-EFGH-JKMN").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        C’est fait, Camille Martin : ce compte est maintenant relié au vôtre. Posez-moi votre première question !
        ── #2 private
        Vous êtes Camille Martin (camille, membre). Je vous réponds en français, avec les heures du fuseau UTC. Vos comptes :
        - fake id-of-camille (camille), depuis le 1970-01-01, par la ligne de commande
        - fake id-of-stranger (stranger), depuis le 2026-11-21, par un code (celui-ci)
        ── #3 private
        Ce code n’est pas valable : il a pu expirer ou déjà servir. Demandez-en un nouveau à un administrateur.
        ");
        assert_snapshot!(world.audit_lines().await, @"
        link.attempt ok stranger
        link ok stranger
        link.attempt ok stranger
        link refused stranger
        ");
    });
}

#[test]
fn wrong_codes_lock_the_actor_out() {
    run_test(async |world| {
        issue(world, "camille", "ABCD-EFGH-JKMN").await;
        for _ in 0..6 {
            world.command(&stranger(), "lier WRONG").await;
        }
        assert_snapshot!(world.newest(), @"Trop de codes erronés. Réessayez dans 15 minutes, avec un nouveau code.");
        world.command(&stranger(), "link ABCD-EFGH-JKMN").await;
        assert_snapshot!(world.newest(), @"Trop de codes erronés. Réessayez dans 15 minutes, avec un nouveau code.");
        world.clock.advance(Duration::from_mins(16));
        issue(world, "camille", "ABCD-EFGH-JKMN").await;
        world.command(&stranger(), "link ABCD-EFGH-JKMN").await;
        assert_snapshot!(world.newest(), @"C’est fait, Camille Martin : ce compte est maintenant relié au vôtre. Posez-moi votre première question !");
    });
}

#[test]
fn an_old_code_is_worth_nothing() {
    run_test(async |world| {
        issue(world, "camille", "ABCD-EFGH-JKMN").await;
        world.clock.advance(Duration::from_mins(16));
        world.command(&stranger(), "link ABCD-EFGH-JKMN").await;
        assert_snapshot!(world.newest(), @"Ce code n’est pas valable : il a pu expirer ou déjà servir. Demandez-en un nouveau à un administrateur.");
    });
}

#[test]
fn a_code_is_not_used_up_without_a_row() {
    run_test(async |world| {
        issue(world, "camille", "ABCD-EFGH-JKMN").await;
        world.audit.refuse(&[AuditAction::LinkAttempt]);
        world.command(&stranger(), "link ABCD-EFGH-JKMN").await;
        assert_snapshot!(world.newest(), @"Le journal d’audit ne peut pas être écrit : par sécurité, rien n’a été exécuté. Prévenez un administrateur (espace disque, base d’état).");
        world.audit.refuse(&[]);
        world.command(&stranger(), "link ABCD-EFGH-JKMN").await;
        assert_snapshot!(world.newest(), @"C’est fait, Camille Martin : ce compte est maintenant relié au vôtre. Posez-moi votre première question !");
    });
}

#[test]
fn a_code_is_read_as_people_write_it() {
    for written in ["link 10AB-C2D3-EF01", "link lOab c2d3 efOI", "lier 10ABC2D3EF01", "link «1oab–c2d3–ef0l»"] {
        run_test(async |world| {
            issue(world, "camille", "10AB-C2D3-EF01").await;
            world.command(&stranger(), written).await;
            assert_eq!(accounts(world, "camille").await, ["camille", "stranger"], "{written}");
        });
    }
    // A code alone is one too, to somebody who has no other use for it.
    run_test(async |world| {
        issue(world, "camille", "10AB-C2D3-EF01").await;
        world.say(&stranger(), "10ab-c2d3-ef01").await;
        assert_eq!(accounts(world, "camille").await, ["camille", "stranger"]);
    });
}

#[test]
fn a_person_asks_and_an_admin_confirms() {
    run_test(async |world| {
        world.command(&stranger(), "lier").await;
        let code = newest_code(world);
        world.command(&stranger(), &format!("link {code}")).await;
        world.command(&other_stranger(), &format!("link {code}")).await;
        world.command(&claire(), &format!("utilisateur confirmer {} alex", code.to_lowercase())).await;
        world.command(&stranger(), "whoami").await;
        world.command(&claire(), &format!("user confirm {code} camille")).await;
        world.command(&claire(), "user links alex").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        Donnez ce code à un administrateur de Pstral dans les 10 minutes, de vive voix ou en privé : 1111-1111-1111
        Il le confirme en m’écrivant : /utilisateur confirmer 1111-1111-1111 et votre nom d’utilisateur.
        ── #2 private
        Ce code est à donner à un administrateur de Pstral : c’est lui qui le confirme. Vous n’avez rien d’autre à faire.
        ── #3 private
        Ce code n’est pas valable : il a pu expirer ou déjà servir. Demandez-en un nouveau à un administrateur.
        ── #4 private of stranger
        Done, Alex Taylor: this account is now linked to yours. Ask me your first question!
        ── #5 private
        C’est fait : stranger (fake id-of-stranger) est maintenant relié à alex.
        Si ce n’est pas la bonne personne : /user unlink alex fake id-of-stranger
        ── #6 private
        You are Alex Taylor (alex, member). I answer you in English, with times of the zone UTC. Your accounts:
        - fake id-of-alex (alex), since 1970-01-01, from the command line
        - fake id-of-stranger (stranger), since 2026-11-21, on request (this one)
        ── #7 private
        Ce code n’est celui d’aucune demande : il a pu expirer ou déjà servir. La personne en obtient un nouveau en écrivant /lier en privé.
        ── #8 private
        Comptes de l’utilisateur alex :
        - fake id-of-alex (alex), depuis le 1970-01-01, par la ligne de commande
        - fake id-of-stranger (stranger), depuis le 2026-11-21, sur demande, par claire
        ");
        assert_snapshot!(world.audit_lines().await, @"
        link.requested ok stranger
        link.attempt ok somebody
        link refused somebody
        link.attempt ok claire
        link ok claire
        link.attempt ok claire
        link refused claire
        ");
        let details: Vec<String> = world.entries().await.into_iter().filter_map(|entry| entry.event.detail).collect();
        assert!(details.contains(&"request fake id-of-stranger by=3".to_owned()), "{details:?}");
        assert!(!details.iter().any(|detail| detail.contains(&code)), "{details:?}");
    });
}

#[test]
fn a_code_that_is_asked_for_is_never_shown_to_others() {
    run_test(async |world| {
        let channel = FakeChat::channel("general");
        world.act(&stranger(), &channel, typed("link")).await;
        world.chat.refuse(Request::OpenDm, PlatformError::Rejected("closed".to_owned()));
        world.act(&stranger(), &channel, typed("link")).await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private of stranger
        Donnez ce code à un administrateur de Pstral dans les 10 minutes, de vive voix ou en privé : 1111-1111-1111
        Il le confirme en m’écrivant : /utilisateur confirmer 1111-1111-1111 et votre nom d’utilisateur.
        ── #2 general
        Je n’ai pas pu vous écrire en privé. Ouvrez vos messages privés et recommencez.
        ");
        for _ in 0..4 {
            world.command(&stranger(), "link").await;
        }
        assert_snapshot!(world.newest(), @"Vous avez déjà demandé plusieurs codes. Transmettez le dernier à un administrateur, ou réessayez dans un quart d’heure.");
    });
}

#[test]
fn a_code_that_others_can_read_is_burnt() {
    run_test(async |world| {
        let channel = FakeChat::channel("general");
        issue(world, "camille", "ABCD-EFGH-JKMN").await;
        world.act(&stranger(), &channel, typed("link ABCD-EFGH-JKMN")).await;
        world.command(&stranger(), "link ABCD-EFGH-JKMN").await;
        // By somebody known, in the middle of a sentence, and with nowhere to write to them alone.
        issue(world, "camille", "ABCD-EFGH-JKMN").await;
        world.chat.refuse(Request::OpenDm, PlatformError::Rejected("closed".to_owned()));
        world.act(&alex(), &channel, said("My code is « abcd efgh jkmn », isn't it?")).await;
        world.command(&stranger(), "link ABCD-EFGH-JKMN").await;
        // The other kind, and typed by an admin.
        world.command(&stranger(), "link").await;
        let code = newest_code(world);
        world.act(&claire(), &channel, typed(&format!("user confirm {code} camille"))).await;
        world.command(&claire(), &format!("user confirm {code} camille")).await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private of stranger
        🔥 Un code a été écrit là où d’autres le lisent : il ne vaut plus rien. Demandez-en un nouveau à un administrateur et envoyez-le-moi en privé.
        ── #2 private
        Ce code n’est pas valable : il a pu expirer ou déjà servir. Demandez-en un nouveau à un administrateur.
        ── #3 general
        🔥 A code was written where others read it: it is worth nothing any more. Ask an administrator for a new one and send it to me in private.
        ── #4 private
        Ce code n’est pas valable : il a pu expirer ou déjà servir. Demandez-en un nouveau à un administrateur.
        ── #5 private
        Donnez ce code à un administrateur de Pstral dans les 10 minutes, de vive voix ou en privé : 1111-1111-1111
        Il le confirme en m’écrivant : /utilisateur confirmer 1111-1111-1111 et votre nom d’utilisateur.
        ── #6 private of claire
        🔥 Un code a été écrit là où d’autres le lisent : il ne vaut plus rien. Demandez-en un nouveau à un administrateur et envoyez-le-moi en privé.
        ── #7 private
        Ce code n’est celui d’aucune demande : il a pu expirer ou déjà servir. La personne en obtient un nouveau en écrivant /lier en privé.
        ");
        assert_snapshot!(world.audit_lines().await, @"
        link.burnt ok stranger
        link.attempt ok stranger
        link refused stranger
        link.burnt ok alex
        link.attempt ok stranger
        link refused stranger
        link.requested ok stranger
        link.burnt ok claire
        link.attempt ok claire
        link refused claire
        ");
        assert_eq!(accounts(world, "camille").await, ["camille"]);
        let burnt = world.entries().await.into_iter().find(|entry| entry.event.action == AuditAction::LinkBurnt);
        assert_eq!(burnt.unwrap().event.user, Some(UserId(1)), "whose code it was");
    });
}

#[test]
fn wrong_codes_in_public_count_too() {
    run_test(async |world| {
        let channel = FakeChat::channel("general");
        for _ in 0..5 {
            world.act(&stranger(), &channel, typed("link WRON-GCOD-E000")).await;
        }
        assert_snapshot!(world.newest(), @"Ce code n’est pas valable. Envoyez-moi les codes en privé, jamais là où d’autres les lisent.");
        issue(world, "camille", "ABCD-EFGH-JKMN").await;
        world.command(&stranger(), "link ABCD-EFGH-JKMN").await;
        assert_snapshot!(world.newest(), @"Trop de codes erronés. Réessayez dans 15 minutes, avec un nouveau code.");
        assert_eq!(accounts(world, "camille").await, ["camille"]);
    });
}

#[test]
fn an_admin_who_guesses_is_locked_out_too() {
    run_test(async |world| {
        world.command(&stranger(), "link").await;
        let code = newest_code(world);
        for _ in 0..5 {
            world.command(&claire(), "user confirm WRON-GCOD-E000 camille").await;
        }
        assert_snapshot!(world.newest(), @"Ce code n’est celui d’aucune demande : il a pu expirer ou déjà servir. La personne en obtient un nouveau en écrivant /lier en privé.");
        world.command(&claire(), &format!("user confirm {code} camille")).await;
        assert_snapshot!(world.newest(), @"Trop de codes erronés. Réessayez dans 15 minutes, avec un nouveau code.");
        assert_eq!(accounts(world, "camille").await, ["camille"]);
    });
}

#[test]
fn what_a_disabled_admin_has_made_is_worth_nothing() {
    run_test(async |world| {
        world.command(&claire(), "user enable dominique").await;
        world.command(&dominique(), "user code camille").await;
        let code = newest_code(world);
        world.command(&claire(), "user disable dominique").await;
        world.command(&stranger(), &format!("link {code}")).await;
        assert_snapshot!(world.newest(), @"Ce code n’est pas valable : il a pu expirer ou déjà servir. Demandez-en un nouveau à un administrateur.");
        assert_eq!(accounts(world, "camille").await, ["camille"]);
    });
}

#[test]
fn two_who_give_the_same_code_at_once_are_not_both_linked() {
    run_test(async |world| {
        issue(world, "camille", "ABCD-EFGH-JKMN").await;
        let give = |actor| world.begin(actor, typed("link ABCD-EFGH-JKMN"));
        let (one, other) = (give(&stranger()), give(&other_stranger()));
        one.await.unwrap();
        other.await.unwrap();
        assert_eq!(accounts(world, "camille").await.len(), 2, "the one that was there, and one of the two");
        assert_eq!(world.entries().await.len(), 4, "both tried, and both ended");
    });
}

#[test]
fn an_account_goes_to_another_user_only_by_a_code() {
    run_test(async |world| {
        world.command(&camille(), "link").await;
        issue(world, "alex", "ABCD-EFGH-JKMN").await;
        world.command(&camille(), "link ABCD-EFGH-JKMN").await;
        world.command(&camille(), "whoami").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        Ce compte est déjà relié au vôtre, Camille Martin. Vous pouvez poser vos questions. Pour le relier à un autre utilisateur : /lier et son code.
        ── #2 private
        Done, Alex Taylor: this account is now linked to yours. Ask me your first question!
        ── #3 private
        You are Alex Taylor (alex, member). I answer you in English, with times of the zone UTC. Your accounts:
        - fake id-of-alex (alex), since 1970-01-01, from the command line
        - fake id-of-camille (camille), since 2026-11-21, by a code (this one)
        ");
        let replaced = world.entries().await.into_iter().find_map(|entry| entry.event.detail);
        assert_eq!(replaced.as_deref(), Some("replaces=1"), "whose it was");
        assert_eq!(accounts(world, "camille").await, Vec::<String>::new());
    });
}

#[test]
fn people_can_leave() {
    run_test(async |world| {
        world.command(&camille(), "unlink").await;
        world.command(&camille(), "délier oui").await;
        world.command(&camille(), "whoami").await;
        world.command(&alex(), "unlink yes").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        Ce compte ne serait plus relié au vôtre, et je ne vous répondrais plus ici. Pour confirmer, écrivez : /délier oui
        ── #2 private
        C’est fait : ce compte n’est plus relié à personne. Pour revenir, écrivez-moi /lier en privé.
        ── #3 private
        Bonjour ! Je ne sais pas encore qui vous êtes ici.
        Si un administrateur de Pstral vous a donné un code, envoyez-moi en privé : /lier VOTRE-CODE
        Sinon, écrivez-moi /lier en privé : je vous donnerai un code à lui transmettre.
        ── #4 private
        Done: this account is linked to nobody any more. To come back, write /link to me in private.
        ");
        assert_snapshot!(world.audit_lines().await, @"
        unlink ok camille
        unlink ok alex
        ");
        assert_eq!(accounts(world, "camille").await, Vec::<String>::new());
    });
}
