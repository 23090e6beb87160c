//! The click: whose, when, how often, and under which rules.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use insta::assert_snapshot;
use pstral_core::domain::{AuditAction, ButtonAction, EventBody};
use pstral_core::ports::PlatformError;
use pstral_core::testkit::chat_platform::{FakeChat, Request};

use crate::world::{World, alex, camille, claire, deny, run_test};

async fn offer(world: &World) -> ButtonAction {
    world.say(&camille(), "Combien de clients avons-nous à Paris ?").await;
    ButtonAction::Execute(world.newest_proposal())
}

#[test]
fn only_the_person_who_asked_can_run_it() {
    run_test(async |world| {
        let click = offer(world).await;
        world.click(&alex(), click.clone()).await;
        assert_eq!(world.target.ran(), []);
        world.click(&camille(), click).await;
        assert_snapshot!(world.transcript_from(2), @"
        ── #2 private
        Only the person who asked can run this statement. Ask it yourself to get your own.
        ── #3 private
        **107**
        Une ligne. Temps : … s.
        <combien-clients-paris-2026-11-21.csv>
        <combien-clients-paris-2026-11-21.xlsx>
        ");
        assert_snapshot!(world.audit_lines().await, @r#"
        question ok camille
        proposal ok camille relations=clients parameters={"city":{"text":"Paris"}}
        denied refused alex parameters={"city":{"text":"Paris"}}
        execution ok camille relations=clients parameters={"city":{"text":"Paris"}}
        result ok camille relations=clients parameters={"city":{"text":"Paris"}} rows=1
        "#);
    });
}

#[test]
fn in_a_channel_someone_elses_click_is_refused_to_them_alone() {
    run_test(async |world| {
        let channel = FakeChat::channel("sales");
        let question = "Combien de clients avons-nous à Paris ?".to_owned();
        world.act(&camille(), &channel, EventBody::Said(question)).await;
        let click = EventBody::Clicked(ButtonAction::Execute(world.newest_proposal()));
        world.act(&alex(), &channel, click.clone()).await;
        assert_snapshot!(world.transcript(), @"
        ── #1 sales
        ↳ Camille Martin
        Je réponds à : « Combien de clients avons-nous à Paris ? »
        ```sql
        SELECT
          count(c.id) AS client_count
        FROM
          clients c
        WHERE
          c.city = :city
        ```
        `:city` = « Paris »
        ✅ Requête vérifiée par Claire Fontaine le 14/09/2026.
        Lit la table clients de la base crm.
        [Exécuter] [Modifier] [Expliquer]
        ── #2 private of alex
        Only the person who asked can run this statement. Ask it yourself to get your own.
        ");
        world.chat.refuse(Request::OpenDm, PlatformError::Gone);
        world.act(&alex(), &channel, click).await;
        assert!(world.transcript().contains("#3 sales"), "a person who takes no private messages is told all the same");
    });
}

#[test]
fn edit_and_explain_are_the_authors_too() {
    run_test(async |world| {
        offer(world).await;
        let proposal = world.newest_proposal();
        world.click(&alex(), ButtonAction::Edit(proposal.clone())).await;
        world.click(&claire(), ButtonAction::Explain(proposal)).await;
        let denied = world.entries().await.into_iter().filter(|entry| entry.event.action == AuditAction::Denied);
        assert_eq!(denied.count(), 2);
        assert!(!world.newest().contains("SELECT"), "{}", world.newest());
    });
}

#[test]
fn a_second_click_finds_it_used() {
    run_test(async |world| {
        let click = offer(world).await;
        world.click(&camille(), click.clone()).await;
        world.click(&camille(), click).await;
        assert_eq!(world.target.ran().len(), 1);
        assert_snapshot!(world.newest(), @"Cette requête a déjà servi : chacune s’exécute une seule fois. Posez la question à nouveau pour des données à jour.");
    });
}

#[test]
fn many_clicks_at_once_run_it_once() {
    run_test(async |world| {
        let click = offer(world).await;
        for clicks in [2, 50] {
            let begun = (0..clicks).map(|_| world.begin(&camille(), EventBody::Clicked(click.clone())));
            join_all(begun.collect::<Vec<_>>()).await;
        }
        assert_eq!(world.target.ran().len(), 1);
        let executions = world.entries().await.into_iter().filter(|entry| entry.event.action == AuditAction::Execution);
        assert_eq!(executions.count(), 1);
    });
}

#[test]
fn clicks_in_two_places_at_once_run_it_once() {
    run_test(async |world| {
        let click = offer(world).await;
        let clicks = (0..20).map(|n| {
            let place = FakeChat::channel(&format!("place-{n}"));
            let event = world.chat.event(&camille(), EventBody::Clicked(click.clone()));
            let event = pstral_core::domain::Event { place, ..event };
            let pipeline = Arc::clone(&world.pipeline);
            tokio::spawn(async move { pipeline.handle(event).await })
        });
        join_all(clicks.collect::<Vec<_>>()).await;
        assert_eq!(world.target.ran().len(), 1);
    });
}

#[test]
fn a_proposal_expires() {
    run_test(async |world| {
        let click = offer(world).await;
        world.clock.advance(Duration::from_mins(31));
        world.click(&camille(), click).await;
        assert_eq!(world.target.ran(), []);
        assert_snapshot!(world.newest(), @"Cette requête a expiré. Posez votre question à nouveau pour en obtenir une nouvelle.");
    });
}

#[test]
fn the_guard_is_asked_again_at_the_click() {
    run_test(async |world| {
        let click = offer(world).await;
        world.restart_under(deny(&["clients"]), &[]).await;
        world.click(&camille(), click).await;
        assert_eq!(world.target.ran(), []);
        assert_snapshot!(world.newest(), @"Vous n’avez pas accès à la table « clients ». Demandez l’accès à un administrateur si vous en avez besoin.");
        assert_snapshot!(world.audit_lines().await, @r#"
        question ok camille
        proposal ok camille relations=clients parameters={"city":{"text":"Paris"}}
        refusal refused camille rule=relation-denied parameters={"city":{"text":"Paris"}}
        "#);
    });
}

#[test]
fn a_button_still_works_after_a_restart() {
    run_test(async |world| {
        let click = offer(world).await;
        world.restart().await;
        world.click(&camille(), click).await;
        assert_eq!(world.target.ran().len(), 1);
    });
}

#[test]
fn an_execution_can_be_stopped() {
    run_test(async |world| {
        let endless = "SELECT count(a.id) AS n FROM payments a JOIN payments b ON a.status = b.status \
            JOIN payments c ON c.status = b.status JOIN payments d ON d.status = c.status";
        world.command(&camille(), &format!("edit {endless}")).await;
        let click = ButtonAction::Execute(world.newest_proposal());
        let running = world.begin(&camille(), EventBody::Clicked(click));
        world.chat.shown("⏳").await;
        world.command(&camille(), "stop").await;
        running.await.unwrap();
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        ```sql
        SELECT
          count(a.id) AS n
        FROM
          payments a
          JOIN payments b ON a.status = b.status
          JOIN payments c ON c.status = b.status
          JOIN payments d ON d.status = c.status
        ```
        Requête modifiée par vous.
        Lit la table payments de la base crm.
        [Modifier] [Expliquer]
        ── #2 private
        La requête a été arrêtée à votre demande.
        ```sql
        SELECT
          count(a.id) AS n
        FROM
          payments a
          JOIN payments b ON a.status = b.status
          JOIN payments c ON c.status = b.status
          JOIN payments d ON d.status = c.status
        ```
        Requête modifiée par vous.
        Lit la table payments de la base crm.
        [Exécuter] [Modifier] [Expliquer]
        ");
        assert_snapshot!(world.audit_lines().await, @"
        proposal ok camille relations=payments
        execution ok camille relations=payments
        result stopped camille relations=payments
        proposal ok camille relations=payments
        ");
    });
}

#[test]
fn what_was_stopped_is_offered_anew() {
    run_test(async |world| {
        let long = "SELECT count(a.id) AS n FROM payments a JOIN payments b ON a.status = b.status \
            JOIN payments c ON c.status = b.status JOIN payments d ON d.status = c.status";
        world.command(&camille(), &format!("edit {long}")).await;
        let first = world.newest_proposal();
        let running = world.begin(&camille(), EventBody::command("execute"));
        world.chat.shown("⏳").await;
        world.command(&camille(), "stop").await;
        running.await.unwrap();
        assert_ne!(world.newest_proposal(), first);
        world.click(&camille(), ButtonAction::Execute(first)).await;
        assert_eq!(world.target.ran().len(), 1, "its one use is taken");
        let running = world.begin(&camille(), EventBody::command("execute"));
        world.until(|| world.target.ran().len() == 2).await;
        world.chat.shown("⏳").await;
        world.command(&camille(), "stop").await;
        running.await.unwrap();
    });
}

#[test]
fn a_button_of_nowhere_does_nothing() {
    run_test(async |world| {
        let nowhere = pstral_core::domain::ProposalId("../../etc/passwd".to_owned());
        world.click(&camille(), ButtonAction::Execute(nowhere)).await;
        assert_snapshot!(world.newest(), @"Cette requête n’existe plus. Posez votre question à nouveau.");
    });
}

#[test]
fn an_event_delivered_twice_is_answered_once() {
    run_test(async |world| {
        let event = world.chat.event(&camille(), EventBody::Said("Liste les clients de Paris".to_owned()));
        world.pipeline.handle(event.clone()).await;
        world.pipeline.handle(event).await;
        assert_eq!(world.chat.messages().len(), 1);
    });
}
