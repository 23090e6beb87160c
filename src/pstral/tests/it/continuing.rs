//! An answer that was cut by its length goes on where it ended, once, for the person who asked.

use insta::assert_snapshot;
use pstral_core::domain::{AuditAction, Button, ButtonAction, EventBody, Place, Speaker, TurnId};
use pstral_core::ports::ModelError;
use pstral_core::settings::{Quantities, Quantity, QuotaLimits};
use pstral_core::testkit::chat_platform::FakeChat;
use pstral_core::testkit::language_model::Script;

use crate::world::{Setup, World, alex, camille, killed, run_test, run_test_with};

/// The newest Continue button.
fn newest_continue(world: &World) -> ButtonAction {
    world.newest_button(|action| matches!(action, ButtonAction::Continue(_))).expect("nothing goes on")
}

fn cut(words: &str) -> Script {
    Script::words(words).cut_by_length()
}

#[test]
fn the_rest_is_a_new_message_of_the_same_conversation() {
    run_test(async |world| {
        world.command(&alex(), "mode chat").await;
        world.model.script(cut("Paris lies on the Seine, has twenty districts and"));
        world.say(&alex(), "What do you know of Paris?").await;
        let rest = newest_continue(world);
        world.click(&camille(), rest.clone()).await;
        world.model.script(cut(" two million people, and its metro"));
        world.click(&alex(), rest.clone()).await;
        world.click(&alex(), rest).await;
        world.model_says(" opened in 1900.");
        world.command(&alex(), "continue").await;
        world.command(&alex(), "continue").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        Chat mode: I answer without looking at the data.
        ── #2 private
        Paris lies on the Seine, has twenty districts and

        ✂️ The answer reached the model’s longest length and ends here. Continue goes on from there; or ask something more precise.
        [Continue]
        ── #3 private
        Seule la personne qui a posé cette question peut en demander la suite. Posez-la vous-même pour recevoir votre réponse.
        ── #4 private
        two million people, and its metro

        ✂️ The answer reached the model’s longest length and ends here. Continue goes on from there; or ask something more precise.
        [Continue]
        ── #5 private
        The rest of this answer was asked for already. See further down, or ask your question again.
        ── #6 private
        opened in 1900.
        ── #7 private
        The rest of this answer was asked for already. See further down, or ask your question again.
        ");
        let asked = &world.model.requests()[2];
        let told: Vec<(Speaker, &str)> =
            asked.messages.iter().map(|message| (message.speaker, message.text.as_str())).collect();
        assert_eq!(
            told,
            [
                (Speaker::Person, "What do you know of Paris?"),
                (
                    Speaker::Pstral,
                    "Paris lies on the Seine, has twenty districts and two million people, and its metro"
                ),
                (Speaker::Person, "Go on exactly where your answer ended, without repeating any of it."),
            ]
        );
        assert_snapshot!(world.audit_lines().await, @"
        question ok alex
        answer ok alex
        denied refused camille
        question ok alex
        answer ok alex
        question ok alex
        answer ok alex
        ");
    });
}

#[test]
fn a_statement_cut_in_the_middle_is_offered_once_it_is_whole() {
    run_test(async |world| {
        let mut first = String::new();
        for rest in ["ents WHERE city = 'Lyon'\n```\nVoilà.", "```sql\nFROM clients WHERE city = 'Lyon'\n```\nVoilà."]
        {
            world.model.script(cut("Je regarde les clients.\n```sql\nSELECT company_name\nFROM cli"));
            world.say(&camille(), "Quelles entreprises à Lyon, peu importe lesquelles ?").await;
            let offered = world.chat.messages().pop().unwrap().1.buttons;
            let runs = |button: &Button| matches!(button.action, ButtonAction::Execute(_));
            assert!(!offered.iter().any(runs), "half a statement may mean something else");
            world.model_says(rest);
            world.command(&camille(), "continuer").await;
            let proposal = world.newest_proposal();
            world.click(&camille(), ButtonAction::Execute(proposal.clone())).await;
            let kept = pstral_core::ports::Proposals::get(&*world.store, &proposal).await.unwrap().unwrap();
            assert_eq!(kept.question, "Quelles entreprises à Lyon, peu importe lesquelles ?");
            world.command(&camille(), "new").await;
            if first.is_empty() {
                first = world.transcript();
            }
        }
        let ran = world.target.ran();
        assert_eq!(ran.len(), 2);
        assert_eq!(ran[0], ran[1]);
        assert_snapshot!(first, @"
        ── #1 private
        ⚠️ Ceci ne vient pas de vos données : aucune requête n’a été exécutée.
        Je regarde les clients.
        ```sql
        SELECT company_name
        FROM cli
        ```

        ✂️ La réponse a atteint la longueur maximale du modèle et s’arrête là. Continuer reprend à cet endroit ; vous pouvez aussi poser une question plus précise.
        [Continuer]
        ── #2 private
        ```sql
        SELECT
          company_name
        FROM
          clients
        WHERE
          city = 'Lyon'
        ```
        Requête écrite par le modèle, non vérifiée.
        Lit la table clients de la base crm.

        Voilà.
        [Modifier] [Expliquer]
        ── #3 private
        ```
        company_name
        ───────────────────────────────
        Paysages de la Loire SAS
        Logistique Martin EURL
        Architecture du Nord SAS
        Hôtel Renard SARL
        Recyclage Pelletier SAS
        Pépinières du Marché SAS
        Plomberie du Languedoc EURL
        Traiteur du Moulin SAS
        Traiteur Clément SAS
        Hôtel Blanchard SARL
        Mécanique de l'Étoile SAS
        Conseil du Nord SAS
        Boréal Logistique SARL
        Télécoms Delorme SAS
        Hôtel Charpentier & Fils SAS
        Laboratoires Haddad & Fils EURL
        Restaurant Roy & Fils SARL
        Optique Gaillard & Fils EURL
        Entrepôts du Rhône SARL
        Brasserie Prévost SAS
        ```
        22 lignes. Temps : … s.
        Lignes 1 à 20 sur 22.
        Les fichiers contiennent les 22 lignes, avec toutes les colonnes.
        <entreprises-lyon-importe-2026-11-21.csv>
        <entreprises-lyon-importe-2026-11-21.xlsx>
        [▶]
        ── #4 private
        Nouvelle conversation. J’ai oublié ce qui précède ; je vous écoute.
        ");
    });
}

#[test]
fn what_stands_whole_in_the_first_half_is_offered_with_the_second() {
    run_test(async |world| {
        world.model.script(cut("```sql\nSELECT count(id) AS n FROM payments\n```\nThis counts"));
        world.say(&alex(), "How many were there, all in all?").await;
        world.model_says(" every payment.");
        world.command(&alex(), "continue").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        ⚠️ Not from your data: no statement was run for this answer.
        ```sql
        SELECT count(id) AS n FROM payments
        ```
        This counts

        ✂️ The answer reached the model’s longest length and ends here. Continue goes on from there; or ask something more precise.
        [Continue]
        ── #2 private
        ```sql
        SELECT
          count(id) AS n
        FROM
          payments
        ```
        Written by the model, not verified.
        Reads the table payments of the database crm.

        every payment.
        [Execute] [Edit] [Explain]
        ");
    });
}

#[test]
fn what_does_not_go_on_can_be_tried_again() {
    let questions = Quantity { per_minute: 2, per_day: 0 };
    let user = Quantities { questions, ..Quantities::default() };
    let setup = Setup { quotas: QuotaLimits { user, ..QuotaLimits::default() }, ..Setup::default() };
    run_test_with(setup, async |world| {
        world.command(&camille(), "mode chat").await;
        world.model.script(cut("Paris est"));
        world.say(&camille(), "Que savez-vous de Paris ?").await;
        let rest = newest_continue(world);
        world.model.script(Script::refuses(ModelError::Unavailable("connection refused".to_owned())));
        world.click(&camille(), rest.clone()).await;
        assert_eq!(newest_continue(world), rest);
        world.click(&camille(), rest.clone()).await;
        world.restart().await;
        world.audit.refuse(&[AuditAction::Question]);
        world.click(&camille(), rest.clone()).await;
        world.audit.refuse(&[]);
        world.model.script(Script::words(" une vil").fails(ModelError::Interrupted));
        world.click(&camille(), rest.clone()).await;
        world.restart().await;
        world.model_says(" la capitale.");
        world.click(&camille(), rest.clone()).await;
        world.click(&camille(), rest).await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        Mode discussion : je réponds sans consulter les données.
        ── #2 private
        Paris est

        ✂️ La réponse a atteint la longueur maximale du modèle et s’arrête là. Continuer reprend à cet endroit ; vous pouvez aussi poser une question plus précise.
        [Continuer]
        ── #3 private
        Le modèle de langue est injoignable. Reposez la question dans quelques minutes. Si cela dure, prévenez votre administrateur : le serveur du modèle est arrêté ou hors d’atteinte.
        [Continuer]
        ── #4 private
        Vous avez posé beaucoup de questions. Revenez dans une minute et je reprendrai volontiers.
        ── #5 private
        Le journal d’audit ne peut pas être écrit : par sécurité, rien n’a été exécuté. Prévenez un administrateur (espace disque, base d’état).
        ── #6 private
        une vil

        La réponse a été coupée avant la fin. Reposez la question ; si elle est coupée au même endroit, posez-la autrement. Si cela dure, prévenez votre administrateur : le journal du serveur du modèle dit pourquoi.
        [Continuer]
        ── #7 private
        la capitale.
        ── #8 private
        La suite de cette réponse a déjà été demandée. Voyez plus bas, ou posez votre question à nouveau.
        ");
    });
}

#[test]
fn what_was_asked_since_comes_first_and_what_is_private_stays_so() {
    run_test(async |world| {
        world.command(&alex(), "mode chat").await;
        world.command(&alex(), "continue").await;
        world.model.script(cut("Paris lies"));
        world.say(&alex(), "What do you know of Paris?").await;
        let rest = newest_continue(world);
        let channel: Place = FakeChat::channel("sales");
        world.act(&alex(), &channel, EventBody::Clicked(rest.clone())).await;
        world.click(&alex(), ButtonAction::Continue(TurnId(12345))).await;
        world.model_says("It lies on the Rhône.");
        world.say(&alex(), "And Lyon?").await;
        world.click(&alex(), rest).await;
        world.command(&alex(), "continue").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        Chat mode: I answer without looking at the data.
        ── #2 private
        The last answer was not cut: there is nothing to go on with. Ask another question.
        ── #3 private
        Paris lies

        ✂️ The answer reached the model’s longest length and ends here. Continue goes on from there; or ask something more precise.
        [Continue]
        ── #4 sales
        This answer goes on where it was given, or in private. Ask for the rest there.
        ── #5 private
        This answer is no longer there. Ask your question again.
        ── #6 private
        It lies on the Rhône.
        ── #7 private
        Something else was asked since this answer. Ask your question again, more precisely.
        ── #8 private
        Something else was asked since this answer. Ask your question again, more precisely.
        ");
    });
}

#[test]
fn after_a_crash_in_the_second_half_the_question_is_asked_again() {
    run_test(async |world| {
        world.command(&alex(), "mode chat").await;
        world.model.script(cut("Paris lies"));
        world.say(&alex(), "What do you know of Paris?").await;
        world.model.script(Script::words(" on the river Seine, which is to say").hangs());
        let going = world.begin(&alex(), EventBody::Clicked(newest_continue(world)));
        world.sent_and_remembered().await;
        killed(going).await;
        world.restart().await;
        world.model_says("A great deal.");
        world.command(&alex(), "retry").await;
        assert_eq!(world.model.requests()[2].messages.last().unwrap().text, "What do you know of Paris?");
    });
}

#[test]
fn only_the_end_of_a_long_answer_is_told_with_the_wish() {
    run_test(async |world| {
        let question = "Quelles entreprises à Lyon, peu importe lesquelles ?";
        let said = format!("{}```sql\nSELECT company_name\nFROM cli", "Il y a tant à dire ici.\n".repeat(1_200));
        world.model.script(cut(&said));
        world.say(&camille(), question).await;
        world.model_says("ents WHERE city = 'Lyon'\n```");
        world.command(&camille(), "continuer").await;
        assert!(world.offers_something(), "{}", world.newest());
        let asked = &world.model.requests()[1].messages;
        assert_eq!(asked[0].text, question);
        assert!(asked[1].text.starts_with("…\nIl y a tant"), "{}", asked[1].text);
        assert!(asked[1].text.ends_with("\nFROM cli") && asked[1].text.len() < said.len() / 2);
    });
}

#[test]
fn the_wish_for_the_rest_is_no_question() {
    run_test(async |world| {
        world.model.script(cut("I can do two things. Do you mean the companies"));
        world.say(&alex(), "Give me some names, whichever they are").await;
        world.model_says(" or their people?");
        world.command(&alex(), "continue").await;
        world.model_says("```sql\nSELECT company_name FROM clients\n```");
        world.say(&alex(), "companies").await;
        let proposal =
            pstral_core::ports::Proposals::get(&*world.store, &world.newest_proposal()).await.unwrap().unwrap();
        assert_eq!(proposal.question, "Give me some names, whichever they are (companies)");
        let told: Vec<Speaker> = world.model.requests()[2].messages.iter().map(|message| message.speaker).collect();
        assert_eq!(told, [Speaker::Person, Speaker::Pstral, Speaker::Pstral, Speaker::Person]);
    });
}

#[test]
fn what_broke_off_does_not_go_on() {
    let broken = ModelError::Failed("it broke".to_owned());
    run_test(async |world| {
        world.command(&alex(), "continue").await;
        world.model.script(cut("Paris lies on the Seine and"));
        world.say(&alex(), "What do you know of Paris?").await;
        world.model.script(Script::words("Lyon lies on").fails(broken.clone()));
        world.say(&alex(), "What do you know of Lyon?").await;
        world.command(&alex(), "continue").await;
        world.model.script(cut("Lyon lies on the Rhône, and"));
        world.command(&alex(), "retry").await;
        world.model.script(Script::words(" on the").fails(broken));
        world.command(&alex(), "continue").await;
        world.model_says(" Saône.");
        world.command(&alex(), "continue").await;
        let asked = world.model.requests().pop().unwrap();
        let said: Vec<&str> = asked.messages.iter().map(|message| message.text.as_str()).collect();
        assert!(said.contains(&"Lyon lies on the Rhône, and on the"), "what broke off was read: {said:?}");
        world.model_says("It is a town.");
        world.say(&alex(), "What do you know of Nantes?").await;
        world.command(&alex(), "continue").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        The last answer was not cut: there is nothing to go on with. Ask another question.
        ── #2 private
        ⚠️ Not from your data: no statement was run for this answer.
        Paris lies on the Seine and

        ✂️ The answer reached the model’s longest length and ends here. Continue goes on from there; or ask something more precise.
        [Continue]
        ── #3 private
        ⚠️ Not from your data: no statement was run for this answer.
        Lyon lies on

        The model broke down while answering. Ask again. If this continues, contact your administrator: the model server’s log says why, and often it is short of memory.
        [Try again]
        ── #4 private
        The last answer broke off before its end; only an answer that was too long can be continued. /retry asks its question again.
        ── #5 private
        ⚠️ Not from your data: no statement was run for this answer.
        Lyon lies on the Rhône, and

        ✂️ The answer reached the model’s longest length and ends here. Continue goes on from there; or ask something more precise.
        [Continue]
        ── #6 private
        ⚠️ Not from your data: no statement was run for this answer.
        on the

        The model broke down while answering. Ask again. If this continues, contact your administrator: the model server’s log says why, and often it is short of memory.
        [Continue]
        ── #7 private
        ⚠️ Not from your data: no statement was run for this answer.
        Saône.
        ── #8 private
        ⚠️ Not from your data: no statement was run for this answer.
        It is a town.
        ── #9 private
        Something else was asked since this answer. Ask your question again, more precisely.
        ");
    });
}
