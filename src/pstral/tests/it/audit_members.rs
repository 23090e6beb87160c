//! Tests of the details of each audit entry.

use pstral_core::domain::{AuditAction, AuditDelivery, AuditEvent, AuditVerdict, ButtonAction, EventBody, sha256};
use pstral_core::settings::KeptAnswers;
use pstral_core::settings::{Delivery, Terms};
use pstral_core::testkit::chat_platform::FakeChat;

use crate::world::{Setup, World, alex, run_test, run_test_with};

async fn of(world: &World, action: AuditAction) -> AuditEvent {
    let mut entries = world.entries().await.into_iter().filter(|entry| entry.event.action == action);
    entries.next().unwrap().event
}

#[test]
fn a_statement_is_recorded_with_its_hash_and_its_verdict() {
    run_test(async |world| {
        world.model_says("Here:\n```sql\nSELECT id FROM clients\n```");
        world.say(&alex(), "Every client there is, whatever their city").await;
        world.click(&alex(), ButtonAction::Execute(world.newest_proposal())).await;
        world.command(&alex(), "edit DELETE FROM clients").await;
        for action in [AuditAction::Proposal, AuditAction::Execution, AuditAction::Result] {
            let event = of(world, action).await;
            assert_eq!(event.statement_hash, event.statement.as_deref().map(sha256), "{action:?}");
            assert!(event.statement_hash.is_some() && event.verdict == Some(AuditVerdict::Allow), "{event:?}");
        }
        let refusal = of(world, AuditAction::Refusal).await;
        assert_eq!((refusal.verdict, refusal.rule.as_deref()), (Some(AuditVerdict::Deny), Some("not-a-query")));
        let result = of(world, AuditAction::Result).await;
        assert_eq!(result.delivery, Some(AuditDelivery::Here));

        let answer = of(world, AuditAction::Answer).await;
        let request = world.model.requests().remove(0);
        let mut told = vec![request.system.as_str()];
        for message in &request.messages {
            told.extend([message.speaker.word(), &message.text]);
        }
        assert_eq!(answer.prompt_hash, Some(sha256(&serde_json::to_string(&told).unwrap())));
        assert!(answer.detail.unwrap().contains("SELECT id"), "the text is kept");
    });
}

#[test]
fn where_a_result_was_shown_is_recorded() {
    let terms = Terms { delivery: Delivery { private: true, ..Delivery::default() }, ..Terms::default() };
    run_test_with(Setup { terms, ..Setup::default() }, async |world| {
        let channel = FakeChat::channel("sales");
        world.act(&alex(), &channel, EventBody::Said("How many clients do we have in Paris?".to_owned())).await;
        world.act(&alex(), &channel, EventBody::Clicked(ButtonAction::Execute(world.newest_proposal()))).await;
        assert_eq!(of(world, AuditAction::Result).await.delivery, Some(AuditDelivery::Private));
    });
}

#[test]
fn of_an_answer_only_the_hash_can_be_kept() {
    run_test_with(Setup { kept_answers: KeptAnswers::Hash, ..Setup::default() }, async |world| {
        world.model_says("I know nothing of that.");
        world.say(&alex(), "Every client there is, whatever their city").await;
        let answer = of(world, AuditAction::Answer).await;
        assert_eq!(answer.detail, Some(format!("sha256 {}", sha256("I know nothing of that."))));
    });
}
