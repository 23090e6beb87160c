//! What an error says of the endpoint that gave it.

use super::breaker::Weight;
use crate::ports::ModelError;

/// What took long enough to be a time-out says more than a connection refused at once.
pub(super) fn weight(error: &ModelError) -> Weight {
    if matches!(error, ModelError::Timeout { .. }) { Weight::All } else { Weight::One }
}

/// Whether an endpoint that says it is well has got over it.
pub(super) fn is_seen_from_outside(fault: &ModelError) -> bool {
    matches!(fault, ModelError::Unavailable(_) | ModelError::ModelMissing { .. } | ModelError::Forbidden)
}

/// Whether another endpoint might do better: not where the question itself is at fault.
pub(super) fn is_of_the_endpoint(error: &ModelError) -> bool {
    match error {
        ModelError::Unavailable(_)
        | ModelError::ModelMissing { .. }
        | ModelError::Busy
        | ModelError::Forbidden
        | ModelError::Timeout { .. }
        | ModelError::Interrupted
        | ModelError::HungUp
        | ModelError::Failed(_)
        | ModelError::Protocol(_)
        | ModelError::Outside(_) => true,
        ModelError::PromptTooLong | ModelError::Rejected(_) | ModelError::Unsupported(_) | ModelError::Withheld => {
            false
        }
    }
}
