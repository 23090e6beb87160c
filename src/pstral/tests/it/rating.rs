//! 👍 and 👎 on answers.

use insta::assert_snapshot;
use pstral_core::domain::{AnswerId, AuditAction, ButtonAction, Rating, Tally};
use pstral_core::ports::{Knowledge as _, People as _};

use crate::world::{World, alex, camille, run_test, sacha};

/// Returns the answer that the newest buttons rate.
fn rated(world: &World) -> AnswerId {
    let actions = world.newest_buttons().into_iter().map(|(_, action)| action);
    let mut answers = actions.filter_map(|action| match action {
        ButtonAction::Rate(answer, _) => Some(answer),
        _ => None,
    });
    answers.next().expect("nothing can be rated")
}

/// The details of the ratings on record.
async fn feedback(world: &World) -> Vec<String> {
    let entries = world.entries().await.into_iter().filter(|entry| entry.event.action == AuditAction::Feedback);
    entries.map(|entry| entry.event.detail.unwrap().split(':').next().unwrap().to_owned()).collect()
}

#[test]
fn the_one_who_asked_rates_a_result_and_may_change_their_mind() {
    run_test(async |world| {
        world.say(&camille(), "Combien de clients avons-nous ?").await;
        world.command(&camille(), "execute").await;
        let answer = rated(world);
        world.click(&camille(), ButtonAction::Rate(answer.clone(), Rating::Bad)).await;
        assert_snapshot!(world.newest(), @"C’est noté. Posez la question autrement, ou modifiez la requête avec /modifier.");
        world.click(&alex(), ButtonAction::Rate(answer.clone(), Rating::Bad)).await;
        assert_snapshot!(world.newest(), @"Only the person who asked can rate this answer. Ask the question yourself to rate the answer you get.");
        world.click(&camille(), ButtonAction::Rate(answer.clone(), Rating::Good)).await;
        world.click(&camille(), ButtonAction::Rate(answer.clone(), Rating::Good)).await;
        assert_snapshot!(world.newest(), @"C’est noté, merci !");
        assert_eq!(feedback(world).await, ["bad", "good"], "the same again is nothing new");
        let user = world.store.user_named("camille").await.unwrap().unwrap();
        assert_eq!(world.store.rating(user.id, &answer).await.unwrap(), Some(Rating::Good));
        let tallies = world.store.tallies("crm").await.unwrap();
        assert_eq!(tallies.into_iter().collect::<Vec<_>>(), [("client-count".to_owned(), Tally { good: 1, bad: 0 })]);
        world.command(&sacha(), "vérifiées client-count").await;
        assert_snapshot!(world.newest(), @"
        « client-count », vérifiée dans le fichier de crm
        fr: Combien de clients avons-nous ?
        en: How many clients do we have?
        also: Combien de clients au total; Total clients; Client count
        ```sql
        SELECT count(c.id) AS client_count
        FROM clients c
        ```
        Approuvée par Claire Fontaine le 14/09/2026.
        Elle est valable dans la base telle qu’elle est.
        👍 1 · 👎 0
        ");
    });
}

#[test]
fn words_alone_are_rated_too() {
    run_test(async |world| {
        world.command(&alex(), "mode chat").await;
        world.model_says("A contract is a promise.");
        world.say(&alex(), "What is a contract?").await;
        let labels: Vec<String> = world.newest_buttons().into_iter().map(|(label, _)| label).collect();
        assert_eq!(labels, ["👍", "👎"]);
        world.click(&alex(), ButtonAction::Rate(rated(world), Rating::Bad)).await;
        assert_snapshot!(world.newest(), @"Noted. Rephrase your question and I will try again.");
        world.click(&camille(), ButtonAction::Rate(rated(world), Rating::Good)).await;
        assert!(world.newest().starts_with("Seule la personne"), "{}", world.newest());
        world.command(&alex(), "good").await;
        assert_snapshot!(world.newest(), @"Noted, thank you!");
        assert_eq!(feedback(world).await, ["bad", "good"]);
    });
}

#[test]
fn the_last_answer_is_rated_by_a_command() {
    run_test(async |world| {
        world.command(&camille(), "bien").await;
        assert_snapshot!(world.newest(), @"Il n’y a pas encore de réponse de ma part à évaluer ici. Posez d’abord une question.");
        world.say(&camille(), "Combien de clients avons-nous ?").await;
        world.command(&camille(), "pasbien").await;
        world.command(&camille(), "execute").await;
        world.command(&camille(), "bien").await;
        world.command(&camille(), "mode chat").await;
        world.model_says("Bonjour !");
        world.say(&camille(), "Bonjour").await;
        world.command(&camille(), "bad").await;
        let entries = world.entries().await.into_iter().filter(|entry| entry.event.action == AuditAction::Feedback);
        let on: Vec<bool> = entries.map(|entry| entry.event.proposal.is_some()).collect();
        assert_eq!(
            (feedback(world).await, on),
            (["bad", "good", "bad"].map(str::to_owned).into(), vec![true, true, false])
        );
    });
}

#[test]
fn without_a_record_nothing_is_rated() {
    run_test(async |world| {
        world.say(&camille(), "Combien de clients avons-nous ?").await;
        world.command(&camille(), "execute").await;
        world.audit.refuse(&[AuditAction::Feedback]);
        world.command(&camille(), "bien").await;
        assert_eq!(world.store.tallies("crm").await.unwrap().len(), 0);
    });
}
