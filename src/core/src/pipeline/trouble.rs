//! What stops a question, and what the person is told of it.

use super::Pipeline;
use crate::domain::AuditEvent;
use crate::ports::StoreError;
use crate::text::{Text, text};

/// Why a question, a command or a click came to nothing.
#[derive(Debug)]
pub(super) enum PipelineError {
    /// The person can do something about it: tell them what.
    Tell(Text),
    /// The same, but it concerns them alone: others in the place do not read it.
    TellAlone(Text),
    /// Nothing was recorded, so nothing was done.
    NoAudit(StoreError),
    /// What is shown could not be noted down. That is tried again.
    Unnoted(StoreError),
    /// It is our fault or the machine's: the person gets an incident number, the log gets all of it.
    Broken(String),
}

impl PipelineError {
    /// Leaves it at what is shown, where that says itself that nothing can be noted down.
    pub(super) fn unless_unnoted<T>(self) -> Result<Option<T>, Self> {
        if matches!(self, Self::Unnoted(_)) { Ok(None) } else { Err(self) }
    }

    /// The same, told to the person alone.
    pub(super) fn alone(self) -> Self {
        match self {
            Self::Tell(sentence) => Self::TellAlone(sentence),
            other => other,
        }
    }
}

impl From<StoreError> for PipelineError {
    fn from(error: StoreError) -> Self {
        match error.text() {
            Some(sentence) => {
                tracing::error!(%error, "the state database did not do what was asked");
                Self::Tell(sentence)
            }
            None => Self::Broken(error.to_string()),
        }
    }
}

impl Pipeline {
    /// The sentence for the person. `incident` is what the audit would say of it, were it our fault.
    pub(super) async fn explain_trouble(&self, trouble: PipelineError, incident: AuditEvent) -> Text {
        match trouble {
            PipelineError::Tell(sentence) | PipelineError::TellAlone(sentence) => sentence,
            PipelineError::NoAudit(error) => {
                tracing::error!(%error, "the audit cannot be written: nothing was run");
                text("audit-unavailable")
            }
            PipelineError::Unnoted(error) => {
                tracing::error!(%error, "what is shown could not be noted down");
                text("not-noted")
            }
            PipelineError::Broken(cause) => {
                let id = self.random_hex(4);
                tracing::error!(incident = id, cause, "a request failed");
                let event = AuditEvent { detail: Some(id.clone()), error: Some(cause), ..incident };
                if let Err(error) = self.parts.audit.append(event).await {
                    tracing::error!(incident = id, %error, "the incident could not be audited either");
                }
                text("incident").with("id", id)
            }
        }
    }

    /// Random bytes as hexadecimal digits, two a byte.
    pub(super) fn random_hex(&self, bytes: usize) -> String {
        let mut random = vec![0; bytes];
        self.parts.entropy.fill(&mut random);
        crate::domain::hex(&random)
    }
}
