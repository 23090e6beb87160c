//! Classifies errors by what they say about the endpoint.

use super::breaker::Weight;
use crate::ports::ModelError;

/// Returns the significance of an error: a time-out, which cost time, says more than a connection refused at once.
pub(super) fn weight(error: &ModelError) -> Weight {
    if matches!(error, ModelError::Timeout { .. }) { Weight::All } else { Weight::One }
}

/// Checks whether an endpoint that reports itself healthy has recovered from this error.
pub(super) fn is_seen_from_outside(fault: &ModelError) -> bool {
    matches!(fault, ModelError::Unavailable(_) | ModelError::ModelMissing { .. } | ModelError::Forbidden)
}

/// Checks whether another endpoint might succeed: not if the question itself is at fault.
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
