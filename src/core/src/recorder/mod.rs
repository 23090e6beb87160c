//! The audit as the parts write it: what cannot be recorded does not happen.
//!
//! Never decides: who records a refusal has refused already.

pub(crate) mod event;

use std::sync::Arc;

use crate::asker::Asker;
use crate::domain::{Actor, AuditAction, AuditEvent, AuditStatus, Place, UserId};
use crate::error::PipelineError;
use crate::ports::{AuditLog, Clock, Entropy, StoreError};
use crate::text::{Text, text};

/// Writes what happens to the audit: nothing else does.
pub(crate) struct Recorder {
    pub(crate) audit: Arc<dyn AuditLog>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl Recorder {
    /// Makes an event durable, or says why it is not.
    pub(crate) async fn append(&self, event: AuditEvent) -> Result<(), StoreError> {
        self.audit.append(event).await.map(drop)
    }

    /// Records the end of an action whose start is recorded; a failure is only logged.
    pub(crate) async fn append_or_log(&self, event: AuditEvent) {
        if let Err(error) = self.append(event).await {
            tracing::error!(%error, "the result of a linking attempt could not be recorded in the audit");
        }
    }

    /// An event that already says who and where.
    pub(crate) fn event(&self, asker: &Asker, action: AuditAction, status: AuditStatus) -> AuditEvent {
        let event = self.event_by(&asker.actor, &asker.place, Some(asker.user.id), action, status);
        AuditEvent { ip: asker.ip.clone(), ..event }
    }

    /// Builds an audit event by an actor who may not be linked to a user.
    pub(crate) fn event_by(
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
            place: Some(place.path()),
            ..AuditEvent::new(self.clock.now(), action, status)
        }
    }

    /// Makes an event durable. When that fails, what it is about must not happen.
    pub(crate) async fn record(&self, event: AuditEvent) -> Result<(), PipelineError> {
        self.append(event).await.map_err(PipelineError::NoAudit)
    }

    pub(crate) fn incident(&self, asker: &Asker) -> AuditEvent {
        self.event(asker, AuditAction::Incident, AuditStatus::Failed)
    }

    /// The sentence for the person. `incident` is what the audit would say of it, were it our fault.
    pub(crate) async fn explain_error(&self, trouble: PipelineError, incident: AuditEvent) -> Text {
        match trouble {
            PipelineError::Tell(sentence)
            | PipelineError::TellAlone(sentence)
            | PipelineError::Invalid(sentence)
            | PipelineError::NotFound(sentence)
            | PipelineError::Unavailable(sentence) => sentence,
            PipelineError::NoAudit(error) => {
                tracing::error!(%error, "the audit cannot be written: nothing was run");
                error.unrecorded_text()
            }
            PipelineError::Unnoted(error) => {
                tracing::error!(%error, "a message was shown, but the state database could not record it");
                text("not-noted")
            }
            PipelineError::Broken(cause) => {
                let id = self.entropy.hex(4);
                tracing::error!(incident = id, cause, "a request failed");
                let event = AuditEvent { detail: Some(id.clone()), error: Some(cause), ..incident };
                if let Err(error) = self.append(event).await {
                    tracing::error!(incident = id, %error, "the incident could not be audited either");
                }
                text("incident").with("id", id)
            }
        }
    }
}
