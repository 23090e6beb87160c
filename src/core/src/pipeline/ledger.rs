//! Audit events of what a person does.

use super::asker::Asker;
use super::{Pipeline, PipelineError};
use crate::domain::{
    Actor, AuditAction, AuditDelivery, AuditEvent, AuditStatus, AuditVerdict, Conversation, Place, Proposal, UserId,
    sha256,
};
use crate::ports::ChatRequest;

impl Pipeline {
    /// An event that already says who and where.
    pub(super) fn event(&self, asker: &Asker, action: AuditAction, status: AuditStatus) -> AuditEvent {
        self.event_by(&asker.actor, &asker.place, Some(asker.user.id), action, status)
    }

    /// The same of an actor who need not be anybody known.
    pub(super) fn event_by(
        &self,
        actor: &Actor,
        place: &Place,
        user: Option<UserId>,
        action: AuditAction,
        status: AuditStatus,
    ) -> AuditEvent {
        AuditEvent {
            platform: Some(actor.platform.to_string()),
            actor: Some(actor.id.clone()),
            user,
            place: Some(place.id.clone()),
            ..AuditEvent::new(self.parts.clock.now(), action, status)
        }
    }

    /// Makes an event durable. When that fails, what it is about must not happen.
    pub(super) async fn record(&self, event: AuditEvent) -> Result<(), PipelineError> {
        self.parts.audit.append(event).await.map(|_| ()).map_err(PipelineError::NoAudit)
    }
}

/// Says which conversation an event belongs to.
pub(super) fn within(event: AuditEvent, conversation: &Conversation) -> AuditEvent {
    AuditEvent { conversation: Some(conversation.id.0), ..event }
}

/// Says which proposal an event is about, and what the guard said of it.
pub(super) fn about(event: AuditEvent, proposal: &Proposal, relations: &[String]) -> AuditEvent {
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

/// Where what was asked for in one place is shown in another.
pub(super) fn delivery(asked: &Place, shown: &Place) -> AuditDelivery {
    if asked == shown { AuditDelivery::Here } else { AuditDelivery::Private }
}

/// The SHA-256 of all that a model is told, as a JSON list: the instructions, then who said each message and what.
pub(super) fn prompt_hash(request: &ChatRequest) -> String {
    let said = request.messages.iter().flat_map(|message| [message.speaker.word(), &message.text]);
    let told: Vec<&str> = std::iter::once(request.system.as_str()).chain(said).collect();
    sha256(&serde_json::to_string(&told).expect("invariant: texts always serialise"))
}
