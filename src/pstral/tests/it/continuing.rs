//! An answer that was cut by its length goes on where it ended, once, for the person who asked.

use insta::assert_snapshot;
use pstral_core::domain::{AuditAction, Button, ButtonAction, EventBody, Place, Speaker, TurnId};
use pstral_core::pipeline::{Quantities, Quantity, QuotaLimits};
use pstral_core::ports::ModelError;
use pstral_core::testkit::chat_platform::FakeChat;
use pstral_core::testkit::language_model::Script;

use crate::world::{Setup, World, alex, camille, run_test, run_test_with};

/// What the newest Continue button goes on with.
fn newest_continue(world: &World) -> ButtonAction {
    let shown = world.chat.messages().into_iter().rev().flat_map(|(_, message)| message.buttons);
    let action = shown.map(|button| button.action).find(|action| matches!(action, ButtonAction::Continue(_)));
    action.expect("nothing goes on")
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
        assert_snapshot!(world.transcript(), @"");
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
        assert_snapshot!(world.audit_lines().await, @"");
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
        assert_snapshot!(first, @"");
    });
}

#[test]
fn what_stands_whole_in_the_first_half_is_offered_with_the_second() {
    run_test(async |world| {
        world.model.script(cut("```sql\nSELECT count(id) AS n FROM payments\n```\nThis counts"));
        world.say(&alex(), "How many were there, all in all?").await;
        world.model_says(" every payment.");
        world.command(&alex(), "continue").await;
        assert_snapshot!(world.transcript(), @"");
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
        assert_snapshot!(world.transcript(), @"");
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
        assert_snapshot!(world.transcript(), @"");
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
        going.abort();
        let _ = going.await;
        world.restart().await;
        world.model_says("A great deal.");
        world.command(&alex(), "retry").await;
        assert_eq!(world.model.requests()[2].messages.last().unwrap().text, "What do you know of Paris?");
    });
}
