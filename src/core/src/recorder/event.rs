//! Audit events of conversations, proposals and prompts.

use crate::domain::{AuditAction, AuditDelivery, AuditEvent, AuditVerdict, Conversation, Place, Proposal, sha256};
use crate::ports::ChatRequest;

/// Says which conversation an event belongs to.
pub(crate) fn within(event: AuditEvent, conversation: &Conversation) -> AuditEvent {
    AuditEvent { conversation: Some(conversation.id.0), ..event }
}

/// Says which proposal an event is about, and what the guard said of it.
pub(crate) fn about(event: AuditEvent, proposal: &Proposal, relations: &[String]) -> AuditEvent {
    let parameters = (!proposal.parameters.is_empty())
        .then(|| serde_json::to_string(&proposal.parameters).expect("invariant: values always serialise"));
    AuditEvent {
        conversation: Some(proposal.conversation.0),
        proposal: Some(proposal.id.0.clone()),
        target: Some(proposal.target.clone()),
        relations: (!relations.is_empty()).then(|| relations.join(" ")),
        statement: Some(proposal.statement.clone()),
        statement_hash: Some(sha256(&proposal.statement)),
        parameters,
        verdict: verdict(event.action),
        ..event
    }
}

fn verdict(action: AuditAction) -> Option<AuditVerdict> {
    match action {
        AuditAction::Proposal
        | AuditAction::Agreed
        | AuditAction::Execution
        | AuditAction::Result
        | AuditAction::ResultPage
        | AuditAction::Chart => Some(AuditVerdict::Allow),
        AuditAction::Refusal => Some(AuditVerdict::Deny),
        _ => None,
    }
}

/// The audit's delivery value for something asked in one place and shown in another or the same.
pub(crate) fn delivery(asked: &Place, shown: &Place) -> AuditDelivery {
    if asked == shown { AuditDelivery::Here } else { AuditDelivery::Private }
}

/// The SHA-256 of all that a model is told, as a JSON list: the instructions, then who said each message and what.
pub(crate) fn prompt_hash(request: &ChatRequest) -> String {
    let said = request.messages.iter().flat_map(|message| [message.speaker.word(), &message.text]);
    let told: Vec<&str> = std::iter::once(request.system.as_str()).chain(said).collect();
    sha256(&serde_json::to_string(&told).expect("invariant: texts always serialise"))
}
