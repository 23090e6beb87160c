//! Tests of ephemeral answers to one person: the audit, links, private tables.

use std::time::Duration;

use insta::assert_snapshot;
use pstral_core::people::code_hash;
use pstral_core::ports::{Clock as _, LinkCode, People as _};
use pstral_core::settings::{Delivery, Terms};
use pstral_core::testkit::language_model::Script;

use super::{House, timeless};
use crate::double::rights::{CREATE_PUBLIC_THREADS, SEND_MESSAGES, SEND_MESSAGES_IN_THREADS};
use crate::world::{Setup, run_test, run_test_with};

#[test]
fn the_audit_is_for_admins_and_for_nobody_else_to_see() {
    run_test(async |world| {
        let house = House::open(world).await;
        house.discord.registered().await;
        let shown = house.discord.runs(house.claire, house.channel, "/audit");
        house.discord.answered(shown).await;
        let refused = house.discord.runs(house.camille, house.channel, "/audit");
        house.discord.answered(refused).await;
        assert_eq!(house.discord.sees_as(house.alex, house.channel), "# ventes\n");
        assert_snapshot!(house.sees(house.channel), @"
        # ventes
        Pstral, seen by Claire alone: ```
        n°           1
        heure (UTC)  2026-11-21 10:00:00
        utilisateur  claire
        action       audit.read
        état         ok
        détail       audit
        ```
          file: audit-20261121-100000-010101.csv, text/csv
          file: audit-20261121-100000-010101.xlsx, application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
        Pstral, seen by Camille alone: Le journal d’audit est réservé aux administrateurs. Adressez-vous à l’un d’eux.
        ");
        house.close().await;
    });
}

#[test]
fn somebody_is_linked_by_a_code() {
    run_test(async |world| {
        let house = House::open(world).await;
        house.discord.registered().await;
        let user = world.store.user_named("sacha").await.unwrap().unwrap().id;
        let expires_at = world.clock.now() + Duration::from_mins(15);
        let code = LinkCode { user, hash: code_hash("ABCD-EFGH-JKLM"), expires_at, by: None };
        world.store.issue_code(&code).await.unwrap();
        let linked = house.discord.runs(house.stranger, house.channel, "/link code:ABCD-EFGH-JKLM");
        house.discord.answered(linked).await;
        let known = house.discord.runs(house.stranger, house.channel, "/whoami");
        let answer = house.discord.answered(known).await;
        assert!(house.discord.reads(answer).contains("Sacha Roux"), "{}", house.sees(house.channel));
        assert_snapshot!(house.sees(house.channel), @"
        # ventes
        Pstral, seen by Inconnu alone: C’est fait, Sacha Roux : ce compte est maintenant relié au vôtre. Posez-moi votre première question !
        Pstral, seen by Inconnu alone: Vous êtes Sacha Roux (sacha, responsable des données). Je vous réponds en français, avec les heures du fuseau UTC. Vos comptes :
        - fake id-of-sacha (sacha), depuis le 1970-01-01, par la ligne de commande
        - discord inconnu (Inconnu), depuis le 2026-11-21, par un code (celui-ci)
        ");
        house.close().await;
    });
}

pub(super) fn private() -> Setup {
    let delivery = Delivery { private: true, private_tables: Vec::new() };
    Setup { terms: Terms { delivery, ..Terms::default() }, ..Setup::default() }
}

const SAID: &str = "```sql\nSELECT company_name FROM clients WHERE id = 1\n```";

#[test]
fn a_private_table_comes_in_private() {
    run_test_with(private(), async |world| {
        let house = House::open(world).await;
        world.model_says(SAID);
        let question = house.discord.says(house.camille, house.channel, "@Pstral Le premier client, par son numéro");
        let thread = house.discord.thread_on(question).await;
        let offer = house.discord.hears(thread, "[Exécuter]").await;
        house.discord.clicks(house.camille, offer, "Exécuter");
        let dm = house.discord.dm(house.camille);
        house.discord.hears(dm, ".xlsx").await;
        assert!(!house.sees(thread).contains("Axolis"), "{}", house.sees(thread));
        assert_snapshot!(house.sees(dm), @"
        # in private with Camille
        Pstral: `Axolis Conseil SAS`
        Une ligne. Temps : … s.
          [Proposer à la vérification] [👍] [👎]
          file: premier-client-par-numero-2026-11-21.csv, text/csv
          file: premier-client-par-numero-2026-11-21.xlsx, application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
        ");
        house.close().await;
    });
}

/// Her messages are closed to bots: she alone sees it where she clicked.
#[test]
fn a_private_table_finds_its_way_when_messages_are_closed() {
    run_test_with(private(), async |world| {
        let mut house = House::open(world).await;
        house.discord.closes_dms(house.camille);
        world.model_says(SAID);
        let question = house.discord.says(house.camille, house.channel, "@Pstral Le premier client, par son numéro");
        let thread = house.discord.thread_on(question).await;
        let offer = house.discord.hears(thread, "[Exécuter]").await;
        house.discord.clicks(house.camille, offer, "Exécuter");
        let table = house.discord.hears(thread, ".xlsx").await;
        let told = house.discord.reads(table);
        assert!(told.starts_with("Pstral, seen by Camille alone: 🔒 Vos messages privés me sont fermés"), "{told}");
        assert!(!house.discord.sees_as(house.alex, thread).contains("Axolis"));
        house.end().await;
    });
}

/// She types, so that there is nothing to answer beside: nothing runs that cannot be delivered.
#[test]
fn who_is_closed_to_messages_is_shown_a_private_table_by_a_click() {
    run_test_with(private(), async |world| {
        let mut house = House::open(world).await;
        house.discord.closes_dms(house.camille);
        world.model_says(SAID);
        let question = house.discord.says(house.camille, house.channel, "@Pstral Le premier client, par son numéro");
        let thread = house.discord.thread_on(question).await;
        house.discord.hears(thread, "[Exécuter]").await;
        house.idle().await;
        house.discord.says(house.camille, thread, "@Pstral /execute");
        let closed = house.discord.hears(thread, "[Me montrer]").await;
        house.idle().await;
        assert!(world.target.ran().is_empty());
        house.discord.clicks(house.alex, closed, "Me montrer");
        house.discord.hears(thread, "Only the person").await;
        house.discord.clicks(house.camille, closed, "Me montrer");
        let shown = house.discord.hears(thread, "seen by Camille alone").await;
        house.discord.clicks(house.camille, shown, "Exécuter");
        let table = house.discord.hears(thread, ".xlsx").await;
        assert!(house.discord.reads(table).starts_with("Pstral, seen by Camille alone: "), "{}", house.sees(thread));
        house.idle().await;
        assert_snapshot!(house.named(&timeless(&house.discord.sees_as(house.alex, thread))), @"
        # Le premier client, par son numéro (thread)
        Pstral: ↳ Camille Martin
        ```sql
        SELECT
          company_name
        FROM
          clients
        WHERE
          id = 1
        ```
        Requête écrite par le modèle, non vérifiée.
        Lit la table clients de la base crm.
          [Modifier] [Expliquer]
        Camille: @Pstral /execute
        Pstral: ↳ Camille Martin
        🔒 Ceci ne s’adresse qu’à vous, et vos messages privés me sont fermés. Cliquez sur « Me montrer » pour le lire ici, sans que personne d’autre ne le voie.
          [Me montrer]
        Pstral, seen by Alex alone: Only the person who asked can run this statement. Ask it yourself to get your own.
        ");
        house.end().await;
    });
}

/// Discord takes no changes any more of what answers a command after a quarter of an hour.
#[test]
fn an_answer_that_outlives_its_command_is_shown_by_the_next_one() {
    run_test(async |world| {
        let mut house = House::open(world).await;
        house.discord.registered().await;
        house.discord.closes_dms(house.camille);
        let long = "Voici quelques mots, et beaucoup d’autres qui viennent après eux, jusqu’à la fin.";
        world.model.script(Script::words(long).every(Duration::from_millis(200)));
        let line = "/ask question:Parlez-moi longuement mode:chat private:true";
        house.discord.runs(house.camille, house.channel, line);
        house.discord.hears(house.channel, "quelques mots").await;
        house.discord.passes(Duration::from_mins(16));
        let next = house.discord.runs(house.camille, house.channel, "/whoami");
        house.discord.answered(next).await;
        let shown = house.discord.hears(house.channel, "jusqu’à la fin.").await;
        assert!(
            house.discord.reads(shown).starts_with("Pstral, seen by Camille alone: 🔒"),
            "{}",
            house.sees(house.channel)
        );
        house.end().await;
    });
}

/// Nothing that somebody unknown writes is said again in Pstral's name.
#[test]
fn who_is_not_linked_is_helped_alone() {
    run_test(async |world| {
        let house = House::open(world).await;
        house.discord.registered().await;
        let asked = house.discord.runs(house.stranger, house.channel, "/ask question:Achetez mes jetons");
        let answer = house.discord.answered(asked).await;
        assert!(
            house.discord.reads(answer).starts_with("Pstral, seen by Inconnu alone: Bonjour"),
            "{}",
            house.sees(house.channel)
        );
        let said = house.discord.says(house.alex, house.channel, "Bonjour");
        let picked = house.discord.picks(house.stranger, said, "Ask Pstral about this");
        house.discord.acknowledged(picked).await;
        house.idle().await;
        assert_eq!(house.discord.sees_as(house.alex, house.channel), "# ventes\nAlex: Bonjour\n");
        house.close().await;
    });
}

/// Discord shows that Pstral thinks, and then nothing, unless each is answered.
#[test]
fn who_is_not_linked_is_answered_each_time_in_the_language_of_their_client() {
    run_test(async |world| {
        let house = House::open(world).await;
        house.discord.registered().await;
        house.discord.reads_in(house.stranger, "en-US");
        world.model_says(SAID);
        let question = house.discord.says(house.camille, house.channel, "@Pstral Le premier client, par son numéro");
        let thread = house.discord.thread_on(question).await;
        let offer = house.discord.hears(thread, "[Exécuter]").await;
        for line in ["/whoami", "/ask question:Who are our clients?", "/history"] {
            let asked = house.discord.runs(house.stranger, house.channel, line);
            let answer = house.discord.answered(asked).await;
            let told = house.discord.reads(answer);
            assert!(told.starts_with("Pstral, seen by Inconnu alone: Hello"), "{line}: {told}");
        }
        house.discord.clicks(house.stranger, offer, "Exécuter");
        let told = house.discord.hears(thread, "Hello").await;
        assert!(house.discord.reads(told).starts_with("Pstral, seen by Inconnu alone: "), "{}", house.sees(thread));
        let clicked = house.discord.clicks(house.stranger, offer, "Modifier");
        let told = house.discord.answered(clicked).await;
        assert!(
            house.discord.reads(told).starts_with("Pstral, seen by Inconnu alone: Hello"),
            "{}",
            house.sees(thread)
        );
        assert!(!house.discord.sees_as(house.alex, thread).contains("Hello"), "{}", house.sees(thread));
        house.close().await;
    });
}

/// No form opens for them; what is said instead is for nobody else.
#[test]
fn who_may_not_edit_is_told_so_alone() {
    run_test(async |world| {
        let house = House::open(world).await;
        world.model_says(SAID);
        let question = house.discord.says(house.camille, house.channel, "@Pstral Le premier client, par son numéro");
        let thread = house.discord.thread_on(question).await;
        let offer = house.discord.hears(thread, "[Modifier]").await;
        house.discord.clicks(house.alex, offer, "Modifier");
        let told = house.discord.hears(thread, "Only the person").await;
        assert!(house.discord.reads(told).starts_with("Pstral, seen by Alex alone:"), "{}", house.sees(thread));
        assert!(!house.discord.sees_as(house.camille, thread).contains("Only the person"));
        house.close().await;
    });
}

/// Discord counts what it forbids, and locks out who insists.
#[test]
fn who_asks_where_nothing_may_be_written_is_told_why_in_private() {
    run_test(async |world| {
        let mut house = House::open(world).await;
        house.discord.forbids(house.channel, CREATE_PUBLIC_THREADS | SEND_MESSAGES | SEND_MESSAGES_IN_THREADS);
        world.model_says("Voilà tout.");
        house.discord.says(house.camille, house.channel, "@Pstral Parlez-moi de vous");
        let dm = house.discord.dm(house.camille);
        house.discord.hears(dm, "Voilà tout.").await;
        house.idle().await;
        assert_snapshot!(house.sees(dm), @"
        # in private with Camille
        Pstral: 🔒 Je ne peux pas écrire là où vous m’avez sollicité : je vous réponds donc ici. La personne qui gère ce salon peut m’autoriser à y envoyer des messages.
        Pstral: ↳ Camille Martin
        ⚠️ Ceci ne vient pas de vos données : aucune requête n’a été exécutée.
        Voilà tout.
          [👍] [👎]
        ");
        let refused = house.discord.counts().invalid;
        assert_eq!(refused.iter().filter(|refused| !refused.contains("threads")).count(), 1, "{refused:?}");
        house.end().await;
    });
}

/// The rules are those of the channel; the answer is for who asked alone.
#[test]
fn the_rules_of_a_channel_are_told_to_one_person() {
    run_test(async |world| {
        let house = House::open(world).await;
        house.discord.registered().await;
        let shown =
            house.discord.runs(house.claire, house.channel, "/policy user:alex target:crm table:oauth_email_accounts");
        house.discord.answered(shown).await;
        // Filled in in another order.
        let shown = house.discord.runs(house.claire, house.channel, "/policy target:crm user:alex");
        house.discord.answered(shown).await;
        let refused = house.discord.runs(house.alex, house.channel, "/policy user:alex target:crm");
        house.discord.answered(refused).await;
        assert_eq!(house.discord.sees_as(house.camille, house.channel), "# ventes\n");
        assert_snapshot!(house.sees(house.channel), @"
        # ventes
        Pstral, seen by Claire alone: Pour alex (membre), ici, sur crm · oauth_email_accounts :
        - Demander : oui · le rôle le permet (roles.member.capabilities ask)
        - Exécuter : oui · le rôle le permet (roles.member.capabilities execute)
        - Lire : non · c’est interdit (targets.crm.deny oauth_email_accounts)
        Pstral, seen by Claire alone: Pour alex (membre), ici, sur crm :
        - Demander : oui · le rôle le permet (roles.member.capabilities ask)
        - Exécuter : oui · le rôle le permet (roles.member.capabilities execute)
        - Résultat : là où la question est posée · toutes les personnes admises peuvent tout en voir
        Pstral, seen by Alex alone: Only those who look after users can do this. Please ask an administrator.
        ");
        house.close().await;
    });
}

#[test]
fn how_everything_is_is_told_to_one_person() {
    run_test(async |world| {
        let house = House::open(world).await;
        house.discord.registered().await;
        let shown = house.discord.runs(house.claire, house.channel, "/status");
        let shown = house.discord.answered(shown).await;
        let told = house.discord.reads(shown);
        assert!(told.starts_with("Pstral, seen by Claire alone: - state · en ordre"), "{told}");
        assert!(told.contains("- platform discord · en ordre · pstral a répondu"), "{told}");
        house.close().await;
    });
}

#[test]
fn users_and_targets_are_suggested_to_admins() {
    run_test(async |world| {
        let house = House::open(world).await;
        house.discord.registered().await;
        let typing = async |person, line| house.discord.types(person, house.channel, line).await;
        assert_eq!(typing(house.claire, "/policy user:al").await, ["alex (Alex Taylor) (alex)"]);
        assert_eq!(typing(house.claire, "/policy user:alex target:c").await, ["crm"]);
        assert_eq!(typing(house.camille, "/policy user:al").await, [""; 0], "names are not for everybody");
        house.close().await;
    });
}
