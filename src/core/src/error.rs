//! Errors that end a question, a command or a click.

use crate::ports::StoreError;
use crate::text::Text;

/// An error that ends a question, a command or a click.
#[derive(Debug)]
pub(crate) enum PipelineError {
    /// The person can do something about it: tell them what.
    Tell(Text),
    /// The person can fix it, and it concerns them alone: others in the place do not read the sentence.
    TellAlone(Text),
    /// The person's input is not valid: they alone are told what is wrong with it.
    Invalid(Text),
    /// Nothing has the name or number that the person gave, or nothing of theirs: both are told alike.
    NotFound(Text),
    /// The state database cannot do it for now.
    Unavailable(Text),
    /// Nothing was recorded, so nothing was done.
    NoAudit(StoreError),
    /// The shown message could not be recorded; recording it is retried.
    Unnoted(StoreError),
    /// It is our fault or the machine's: the person gets an incident number, the log gets all of it.
    Broken(String),
}

impl PipelineError {
    /// Leaves it at what is shown, where that says itself that nothing can be noted down.
    pub(crate) fn unless_unnoted(self) -> Result<(), Self> {
        if matches!(self, Self::Unnoted(_)) { Ok(()) } else { Err(self) }
    }

    /// Makes a sentence for the person private; other errors are unchanged.
    pub(crate) fn alone(self) -> Self {
        match self {
            Self::Tell(sentence) | Self::NotFound(sentence) | Self::Unavailable(sentence) => Self::TellAlone(sentence),
            other => other,
        }
    }
}

impl From<StoreError> for PipelineError {
    fn from(error: StoreError) -> Self {
        match error.text() {
            Some(sentence) => {
                tracing::error!(%error, "the state database failed");
                Self::Unavailable(sentence)
            }
            None => Self::Broken(error.to_string()),
        }
    }
}
