//! A question that was not answered is asked again, once, by the person who asked it.

use insta::assert_snapshot;
use pstral_core::domain::{AuditAction, ButtonAction, Capability, EventBody, Role, Roles, TurnId};
use pstral_core::ports::ModelError;
use pstral_core::settings::{Quantities, Quantity, QuotaLimits};
use pstral_core::testkit::language_model::Script;

use crate::world::{Setup, World, alex, camille, killed, run_test, run_test_with};

/// The newest Retry button.
fn newest_retry(world: &World) -> ButtonAction {
    world.newest_button(|action| matches!(action, ButtonAction::Retry(_))).expect("nothing can be tried again")
}

#[test]
fn once_the_model_is_back() {
    run_test(async |world| {
        world.command(&alex(), "mode chat").await;
        world.model.script(Script::refuses(ModelError::Unavailable("connection refused".to_owned())));
        world.say(&alex(), "What do you know of Paris?").await;
        let retry = newest_retry(world);
        world.click(&camille(), retry.clone()).await;
        world.model_says("It is the capital of France.");
        world.click(&alex(), retry.clone()).await;
        world.click(&alex(), retry).await;
        world.click(&alex(), ButtonAction::Retry(TurnId(12345))).await;
        world.command(&alex(), "retry").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        Chat mode: I answer without looking at the data.
        ── #2 private
        The language model cannot be reached. Ask again in a few minutes. If this continues, contact your administrator: the model server is stopped or out of reach.
        [Try again]
        ── #3 private
        Seule la personne qui a posé cette question peut la reposer. Posez-la vous-même pour recevoir votre réponse.
        ── #4 private
        It is the capital of France.
        ── #5 private
        This question was asked again already. See the answer further down, or ask it once more.
        ── #6 private
        This question is no longer there. Ask it again.
        ── #7 private
        The last question does not wait for an answer: there is nothing to try again. Ask another one.
        ");
        assert_snapshot!(world.audit_lines().await, @"
        question ok alex
        answer failed alex
        denied refused camille
        question ok alex
        answer ok alex
        ");
    });
}

#[test]
fn two_clicks_at_once_ask_once() {
    run_test(async |world| {
        world.model.script(Script::words("Well, let me").fails(ModelError::Interrupted));
        world.say(&alex(), "What do you make of our clients?").await;
        let retry = newest_retry(world);
        world.model_says("They are fine.");
        let clicks: Vec<_> = (0..20).map(|_| world.begin(&alex(), EventBody::Clicked(retry.clone()))).collect();
        for click in clicks {
            click.await.unwrap();
        }
        assert_eq!(world.model.requests().len(), 2);
    });
}

#[test]
fn a_retry_that_cannot_be_recorded_can_be_tried_again() {
    run_test(async |world| {
        world.command(&alex(), "mode chat").await;
        world.model.script(Script::refuses(ModelError::Unavailable("connection refused".to_owned())));
        world.say(&alex(), "What do you know of Paris?").await;
        world.audit.refuse(&[AuditAction::Question]);
        world.command(&alex(), "retry").await;
        world.audit.refuse(&[]);
        world.model_says("It is the capital of France.");
        world.command(&alex(), "retry").await;
        assert_eq!(world.newest(), "It is the capital of France.");
    });
}

#[test]
fn an_interrupted_answer_is_given_after_the_restart_in_its_own_conversation() {
    run_test(async |world| {
        world.dies_while_it_answers(&camille(), "Une question sans fin").await;
        world.restart().await;
        world.command(&camille(), "new").await;
        world.model_says("Finalement non.");
        world.click(&camille(), newest_retry(world)).await;
        world.command(&camille(), "historique").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        I am going to think about this for a very long time …

        ⏹ Pstral a été interrompu pendant cette réponse. Posez votre question à nouveau.
        [Réessayer]
        ── #2 private
        Nouvelle conversation. J’ai oublié ce qui précède ; je vous écoute.
        ── #3 private
        ⚠️ Ceci ne vient pas de vos données : aucune requête n’a été exécutée.
        Finalement non.
        ── #4 private
        Vos dernières conversations :
        - `1` · 2026-11-21 10:00 · Une question sans fin (celle-ci)
        Pour en reprendre une, écrivez /ouvrir et son numéro.
        ");
    });
}

#[test]
fn an_interrupted_statement_does_not_run_again_its_question_makes_a_new_one() {
    run_test(async |world| {
        let endless = "SELECT count(a.id) AS n FROM payments a JOIN payments b ON a.status = b.status \
            JOIN payments c ON c.status = b.status JOIN payments d ON d.status = c.status";
        world.model_says(&format!("```sql\n{endless}\n```"));
        world.say(&camille(), "Un compte sans fin").await;
        world.say(&camille(), "Combien de clients avons-nous à Lyon ?").await;
        let offered = world.chat.messages()[0].1.buttons[0].action.clone();
        let running = world.begin(&camille(), EventBody::Clicked(offered));
        world.sent_and_remembered().await;
        world.until(|| !world.target.ran().is_empty()).await;
        killed(running).await;
        world.restart().await;
        world.model_says("```sql\nSELECT count(id) AS n FROM payments\n```");
        world.click(&camille(), newest_retry(world)).await;
        assert_eq!(world.target.ran().len(), 1, "nothing runs before it is approved");
        assert_eq!(world.model.requests()[1].messages.last().unwrap().text, "Un compte sans fin");
        assert_snapshot!(world.transcript_from(3), @"
        ── #3 private
        ⏹ Pstral a été interrompu pendant l’exécution. Rien n’a été modifié, mais le résultat est perdu. Posez votre question à nouveau pour obtenir une nouvelle requête.
        [Réessayer]
        ── #4 private
        ```sql
        SELECT
          count(id) AS n
        FROM
          payments
        ```
        Requête écrite par le modèle, non vérifiée.
        Lit la table payments de la base crm.
        [Exécuter] [Modifier] [Expliquer]
        ");
        world.command(&camille(), "execute").await;
        assert_eq!(world.target.ran().len(), 2);
    });
}

#[test]
fn who_may_no_longer_ask_does_not_ask_again() {
    run_test(async |world| {
        world.command(&alex(), "mode chat").await;
        world.model.script(Script::refuses(ModelError::Unavailable("connection refused".to_owned())));
        world.say(&alex(), "What do you know of Paris?").await;
        let retry = newest_retry(world);
        world
            .restart_with(|setup| setup.held = Roles::default().with(Role::member(), [Capability::Execute].into()))
            .await;
        world.click(&alex(), retry.clone()).await;
        assert_snapshot!(world.newest(), @"Your role does not include asking questions. Please ask a Pstral administrator.");
        assert_snapshot!(world.audit_lines().await, @"
        question ok alex
        answer failed alex
        denied refused alex
        ");
        world.restart_with(|setup| setup.held = Roles::default()).await;
        world.model_says("It is the capital of France.");
        world.click(&alex(), retry).await;
        assert_eq!(world.newest(), "It is the capital of France.");
    });
}

#[test]
fn a_retry_over_the_quota_can_be_tried_again_later() {
    let questions = Quantity { per_minute: 1, per_day: 0 };
    let user = Quantities { questions, ..Quantities::default() };
    let setup = Setup { quotas: QuotaLimits { user, ..QuotaLimits::default() }, ..Setup::default() };
    run_test_with(setup, async |world| {
        world.command(&alex(), "mode chat").await;
        world.model.script(Script::refuses(ModelError::Unavailable("connection refused".to_owned())));
        world.say(&alex(), "What do you know of Paris?").await;
        let retry = newest_retry(world);
        world.click(&alex(), retry.clone()).await;
        assert_snapshot!(world.newest(), @"You have asked a great many questions. Come back in a minute and I will go on.");
        // Counters begin anew with the program.
        world.restart().await;
        world.model_says("It is the capital of France.");
        world.click(&alex(), retry).await;
        assert_eq!(world.newest(), "It is the capital of France.");
    });
}
