//! People who are not known yet, and people who are no longer welcome.

use std::time::Duration;

use insta::assert_snapshot;
use pstral_core::domain::{AuditAction, ButtonAction};
use pstral_core::people::code_hash;
use pstral_core::ports::{Clock as _, LinkCode, People as _};

use crate::world::{World, camille, dominique, run_test, stranger};

/// A code for a user, as an admin makes one.
async fn issue(world: &World, username: &str, code: &str) {
    let user = world.store.user_named(username).await.unwrap().unwrap().id;
    let expires_at = world.clock.now() + Duration::from_mins(15);
    world.store.issue_code(&LinkCode { user, hash: code_hash(code), expires_at, by: None }).await.unwrap();
}

#[test]
fn an_unknown_actor_gets_the_linking_help_and_nothing_else() {
    run_test(async |world| {
        world.say(&camille(), "Liste les clients de Paris").await;
        let proposal = world.newest_proposal();
        world.say(&stranger(), "Liste les clients de Paris").await;
        let help = world.newest();
        assert_snapshot!(help, @"Bonjour ! Je ne sais pas encore qui vous êtes ici. Demandez un code à un administrateur de Pstral, puis envoyez-moi en privé : /link VOTRE-CODE");
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
            "help",
            "link",
        ] {
            world.command(&stranger(), command).await;
            assert_eq!(world.newest(), help, "/{command}");
        }
        for action in [ButtonAction::Execute(proposal.clone()), ButtonAction::Edit(proposal), ButtonAction::Stop] {
            world.click(&stranger(), action).await;
            assert_eq!(world.newest(), help);
        }
        assert_eq!(world.target.ran(), []);
    });
}

#[test]
fn a_disabled_user_is_a_stranger() {
    run_test(async |world| {
        world.say(&stranger(), "Bonjour").await;
        let help = world.newest();
        world.say(&dominique(), "Liste les clients de Paris").await;
        assert_eq!(world.newest(), help);
        world.command(&dominique(), "audit").await;
        assert_eq!(world.newest(), help);
        issue(world, "dominique", "ABCD-EFGH").await;
        world.command(&stranger(), "link ABCD-EFGH").await;
        world.say(&stranger(), "Liste les clients de Paris").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        Bonjour ! Je ne sais pas encore qui vous êtes ici. Demandez un code à un administrateur de Pstral, puis envoyez-moi en privé : /link VOTRE-CODE
        ── #2 private
        Bonjour ! Je ne sais pas encore qui vous êtes ici. Demandez un code à un administrateur de Pstral, puis envoyez-moi en privé : /link VOTRE-CODE
        ── #3 private
        Bonjour ! Je ne sais pas encore qui vous êtes ici. Demandez un code à un administrateur de Pstral, puis envoyez-moi en privé : /link VOTRE-CODE
        ── #4 private
        Ce code n’est pas valable : il a pu expirer ou déjà servir. Demandez-en un nouveau à un administrateur.
        ── #5 private
        Bonjour ! Je ne sais pas encore qui vous êtes ici. Demandez un code à un administrateur de Pstral, puis envoyez-moi en privé : /link VOTRE-CODE
        ");
        assert_snapshot!(world.audit_lines().await, @"
        link.attempt ok stranger
        link refused stranger
        ");
    });
}

#[test]
fn a_code_links_once() {
    run_test(async |world| {
        issue(world, "camille", "ABCD-EFGH").await;
        world.command(&stranger(), "link abcd efgh").await;
        world.command(&stranger(), "whoami").await;
        world.command(&stranger(), "link ABCD-EFGH").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        C’est fait, Camille Martin : ce compte est maintenant relié au vôtre. Posez-moi votre première question !
        ── #2 private
        Vous êtes Camille Martin (camille, membre), par le compte id-of-stranger sur fake.
        ── #3 private
        Ce compte est déjà relié au vôtre, Camille Martin. Vous pouvez poser vos questions.
        ");
        assert_snapshot!(world.audit_lines().await, @"
        link.attempt ok stranger
        link ok stranger
        ");
    });
}

#[test]
fn wrong_codes_lock_the_actor_out() {
    run_test(async |world| {
        issue(world, "camille", "ABCD-EFGH").await;
        for _ in 0..6 {
            world.command(&stranger(), "lier WRONG").await;
        }
        assert_snapshot!(world.newest(), @"Trop de codes erronés. Réessayez dans 15 minutes, avec un nouveau code.");
        world.command(&stranger(), "link ABCD-EFGH").await;
        assert_snapshot!(world.newest(), @"Trop de codes erronés. Réessayez dans 15 minutes, avec un nouveau code.");
        world.clock.advance(Duration::from_mins(16));
        issue(world, "camille", "ABCD-EFGH").await;
        world.command(&stranger(), "link ABCD-EFGH").await;
        assert_snapshot!(world.newest(), @"C’est fait, Camille Martin : ce compte est maintenant relié au vôtre. Posez-moi votre première question !");
    });
}

#[test]
fn an_old_code_is_worth_nothing() {
    run_test(async |world| {
        issue(world, "camille", "ABCD-EFGH").await;
        world.clock.advance(Duration::from_mins(16));
        world.command(&stranger(), "link ABCD-EFGH").await;
        assert_snapshot!(world.newest(), @"Ce code n’est pas valable : il a pu expirer ou déjà servir. Demandez-en un nouveau à un administrateur.");
    });
}

#[test]
fn a_code_is_not_used_up_without_a_row() {
    run_test(async |world| {
        issue(world, "camille", "ABCD-EFGH").await;
        world.audit.refuse(&[AuditAction::LinkAttempt]);
        world.command(&stranger(), "link ABCD-EFGH").await;
        assert_snapshot!(world.newest(), @"Le journal d’audit ne peut pas être écrit : par sécurité, rien n’a été exécuté. Prévenez un administrateur (espace disque, base d’état).");
        world.audit.refuse(&[]);
        world.command(&stranger(), "link ABCD-EFGH").await;
        assert_snapshot!(world.newest(), @"C’est fait, Camille Martin : ce compte est maintenant relié au vôtre. Posez-moi votre première question !");
    });
}
