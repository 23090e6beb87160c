//! Users as they are looked after from a chat.

use insta::assert_snapshot;
use pstral_core::domain::{AuditAction, EventBody, UserId};
use pstral_core::ports::{People as _, PlatformError};
use pstral_core::testkit::chat_platform::{FakeChat, Request};

use crate::world::{World, alex, camille, claire, run_test, sacha};

fn typed(command: &str) -> EventBody {
    EventBody::command(command)
}

/// Returns the audit of users: action, status, user and detail.
async fn recorded(world: &World) -> String {
    let lines = world.entries().await.into_iter().map(|entry| {
        let event = entry.event;
        let user = event.user.map_or("-".to_owned(), |user| user.0.to_string());
        let detail = event.detail.unwrap_or_default();
        format!("{} {} user={user} {detail}", event.action.word(), event.status.word())
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn users_are_looked_after_in_french() {
    run_test(async |world| {
        for command in [
            "utilisateur",
            "utilisateur ajouter Zoé.LeGoff nom=« Zoé Le Goff » email=zoe@example.org langue=fr",
            "utilisateur modifier zoé.legoff rôle=steward",
            "utilisateur liste goff",
            "utilisateur code zoé.legoff",
            "utilisateur comptes zoé.legoff",
            "utilisateur désactiver zoé.legoff",
            "utilisateur code zoé.legoff",
            "utilisateur activer zoé.legoff",
            "utilisateur mot-de-passe zoé.legoff secret",
            "utilisateur délier alex",
            "utilisateur comptes alex",
        ] {
            world.command(&claire(), command).await;
        }
        assert_snapshot!(world.transcript(), @r#"
        ── #1 private
        Les utilisateurs, toujours en privé :
        /utilisateur liste [mot]
        /utilisateur ajouter NOM [role=member] [langue=fr] [fuseau=Europe/Paris] [email=…] [nom="…"]
        /utilisateur modifier NOM role=… langue=… fuseau=… email=… nom="…" identifiant=…
        /utilisateur désactiver NOM, /utilisateur activer NOM
        /utilisateur code NOM : un code qui relie un compte à cette personne
        /utilisateur confirmer CODE NOM : relier le compte de qui a demandé ce code
        /utilisateur comptes NOM, /utilisateur délier NOM [plateforme compte]
        ── #2 private
        zoé.legoff est créé. Reliez un compte de messagerie avec : /user link-code zoé.legoff
        ── #3 private
        C’est changé :
        zoé.legoff · Zoé Le Goff · responsable des données · fr · zoe@example.org
        ── #4 private
        - zoé.legoff · Zoé Le Goff · responsable des données · fr · zoe@example.org
        ── #5 private
        Donnez ce code à zoé.legoff, qui l’envoie à Pstral en privé dans les 10 minutes : /lier 1111-1111-1111
        ── #6 private
        Aucun compte n’est relié à zoé.legoff. Reliez-en un avec : /user link-code zoé.legoff
        ── #7 private
        zoé.legoff est désactivé : ses comptes ne sont plus reconnus. Pour revenir en arrière : /user enable zoé.legoff
        ── #8 private
        zoé.legoff est désactivé : personne ne peut lui être relié. Pour l’activer : /user enable zoé.legoff
        ── #9 private
        zoé.legoff est activé.
        ── #10 private
        Un mot de passe ne passe jamais par une messagerie. Sur la machine de Pstral, tapez : pstral user password zoé.legoff
        ── #11 private
        C’est fait : fake id-of-alex n’est plus un compte de l’utilisateur alex.
        ── #12 private
        Aucun compte n’est relié à alex. Reliez-en un avec : /user link-code alex
        "#);
        assert_snapshot!(recorded(world).await, @"
        user.added ok user=6 zoé.legoff role=member language=fr by=3
        user.edited ok user=6 zoé.legoff role=steward by=3
        link.code ok user=6 zoé.legoff by=3
        user.changed ok user=6 zoé.legoff disabled by=3
        user.changed ok user=6 zoé.legoff enabled by=3
        unlink ok user=2 fake id-of-alex by=3
        ");
    });
}

#[test]
fn users_are_looked_after_in_english() {
    run_test(async |world| {
        world.command(&claire(), "langue en").await;
        for command in [
            "user",
            "user add max name=\"Max O'Neill\" role=member",
            "user add MAX",
            "user add @everyone",
            "user add lee email=lee",
            "user add lee colour=red",
            "user add lee role=king",
            "user edit max",
            "user edit max username=alex",
            "user edit nobody role=member",
            "user edit max password=hunter22",
            "user list nobody.at.all",
            "user unlink max",
            "user links max",
        ] {
            world.command(&claire(), command).await;
        }
        assert_snapshot!(world.transcript(), @r#"
        ── #1 private
        Noted: I will answer in English from now on.
        ── #2 private
        Users, always in private:
        /user list [word]
        /user add NAME [role=member] [language=en] [timezone=Europe/Paris] [email=…] [name="…"]
        /user edit NAME role=… language=… timezone=… email=… name="…" username=…
        /user disable NAME, /user enable NAME
        /user code NAME: a code that links an account to this person
        /user confirm CODE NAME: link the account of whoever asked for this code
        /user links NAME, /user unlink NAME [platform account]
        ── #3 private
        max has been created. Link a chat account with: /user link-code max
        ── #4 private
        max already exists. Choose another name, or see /user list.
        ── #5 private
        A username has 1 to 64 letters, digits or signs . _ - + @, without spaces or special forms such as full-width letters, and begins with a letter or a digit. Example: camille.durand
        ── #6 private
        This address does not have the form expected. Example: camille.durand@example.org
        ── #7 private
        I do not understand “colour=red”. Write for example: role=member language=en email=camille@example.org name="Camille Durand"
        ── #8 private
        The role “king” is not in the configuration. Use one of admin, member, steward.
        ── #9 private
        There is nothing to change. Say what should be, such as the role or the language.
        ── #10 private
        alex already exists. Choose another name, or see /user list.
        ── #11 private
        There is no user nobody. See /user list.
        ── #12 private
        A password never goes through a chat. On the machine of Pstral, type: pstral user password …
        ── #13 private
        No user matches. Write /user list to see all of them.
        ── #14 private
        Say which account of max to remove, by its platform and its id. See /user links max
        ── #15 private
        No account is linked to max. Link one with: /user link-code max
        "#);
        assert_eq!(world.store.user_named("lee").await.unwrap(), None);
    });
}

#[test]
fn only_those_who_may_look_after_users_do() {
    run_test(async |world| {
        for actor in [alex(), sacha()] {
            world.command(&actor, "user add evil role=admin").await;
            world.command(&actor, "user confirm ABCD-EFGH-JKMN alex").await;
        }
        assert_snapshot!(world.newest(), @"Seuls ceux qui gèrent les utilisateurs peuvent faire cela. Adressez-vous à un administrateur.");
        assert_snapshot!(recorded(world).await, @"
        denied refused user=2 user add
        denied refused user=2 user confirm
        denied refused user=4 user add
        denied refused user=4 user confirm
        ");
        assert_eq!(world.store.user_named("evil").await.unwrap(), None);
    });
}

#[test]
fn the_last_who_may_look_after_users_stays() {
    run_test(async |world| {
        world.command(&claire(), "user disable claire").await;
        assert_snapshot!(world.newest(), @"Sans claire, plus personne ne pourrait gérer les utilisateurs. Donnez d’abord ce rôle à quelqu’un d’autre.");
        world.command(&claire(), "user edit claire role=member").await;
        assert_snapshot!(world.newest(), @"Sans claire, plus personne ne pourrait gérer les utilisateurs. Donnez d’abord ce rôle à quelqu’un d’autre.");
        world.command(&claire(), "user edit camille role=admin").await;
        world.command(&claire(), "user edit claire role=member").await;
        world.command(&claire(), "user list").await;
        assert_snapshot!(world.newest(), @"Seuls ceux qui gèrent les utilisateurs peuvent faire cela. Adressez-vous à un administrateur.");
        world.command(&camille(), "user list martin").await;
        assert_snapshot!(world.newest(), @"- camille · Camille Martin · administrateur · fr · camille@example.org");
    });
}

#[test]
fn in_a_channel_users_are_spoken_of_in_private() {
    run_test(async |world| {
        let channel = FakeChat::channel("general");
        world.act(&claire(), &channel, typed("user code camille")).await;
        world.act(&claire(), &channel, typed("user disable nobody")).await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private of claire
        Donnez ce code à camille, qui l’envoie à Pstral en privé dans les 10 minutes : /lier 1111-1111-1111
        ── #2 general
        Je vous ai répondu en privé.
        ── #3 private of claire
        Il n’y a pas d’utilisateur nobody. Voyez /user list.
        ── #4 general
        Je vous ai répondu en privé.
        ");
        let before = world.entries().await.len();
        world.chat.refuse(Request::OpenDm, PlatformError::Rejected("closed".to_owned()));
        world.act(&claire(), &channel, typed("user code alex")).await;
        assert_snapshot!(world.newest(), @"Je n’ai pas pu vous écrire en privé. Ouvrez vos messages privés et recommencez.");
        assert_eq!(world.entries().await.len(), before, "no code that nobody could read");
    });
}

#[test]
fn nobody_is_changed_without_a_row() {
    run_test(async |world| {
        let refused = [AuditAction::UserAdded, AuditAction::UserEdited, AuditAction::UserChanged, AuditAction::Unlink];
        world.audit.refuse(&[&refused[..], &[AuditAction::LinkCode, AuditAction::LinkRequested]].concat());
        let before = world.store.users().await.unwrap();
        for command in [
            "user add zoe",
            "user edit alex role=admin",
            "user disable alex",
            "user unlink alex",
            "user code alex",
            "unlink oui",
            "langue en",
        ] {
            world.command(&claire(), command).await;
            assert!(
                world.newest().starts_with("Le journal d’audit ne peut pas être écrit"),
                "{command}: {}",
                world.newest()
            );
        }
        assert_eq!(world.store.users().await.unwrap(), before);
        assert_eq!(world.store.links(UserId(2)).await.unwrap().len(), 1);
        world.audit.refuse(&[]);
        world.command(&claire(), "user add zoe").await;
        let made = world.store.user_named("zoe").await.unwrap().unwrap();
        let row = world.entries().await.into_iter().find(|entry| entry.event.action == AuditAction::UserAdded);
        assert_eq!(row.unwrap().event.user, Some(made.id), "the row names who is made after it");
    });
}

#[test]
fn people_choose_their_language() {
    run_test(async |world| {
        world.command(&camille(), "langue anglais").await;
        world.command(&camille(), "whoami").await;
        world.command(&camille(), "language de").await;
        world.command(&camille(), "language fr").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        Noted: I will answer in English from now on.
        ── #2 private
        You are Camille Martin (camille, member). I answer you in English, with times of the zone UTC. Your accounts:
        - fake id-of-camille (camille), since 1970-01-01, from the command line (this one)
        ── #3 private
        I speak French and English. Write /language fr or /language en.
        ── #4 private
        C’est noté : je vous répondrai désormais en français.
        ");
        assert_snapshot!(recorded(world).await, @"
        user.edited ok user=1 camille language=en by=1
        user.edited ok user=1 camille language=fr by=1
        ");
    });
}
