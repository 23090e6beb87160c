//! Questions that stewards should look at.

use jiff::Timestamp;

use super::words::words;
use super::{ConversationId, ProposalId};

words! {
    /// The reason why a question is on the stewards' list.
    ReviewReason {
        /// Neither a verified query nor the model answered it.
        Unanswered = "unanswered",
        /// The person changed the statement before it ran.
        Edited = "edited",
        /// The person rated the answer as bad.
        BadAnswer = "bad",
    }
}

/// A question that stewards should look at, without the name of who asked it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewItem {
    /// Its number, from 1 on.
    pub number: i64,
    /// The target it was asked of.
    pub target: String,
    /// The question, as it was asked last.
    pub question: String,
    /// The reason of the last time.
    pub reason: ReviewReason,
    /// The statement that was offered, edited or refused, if there was one.
    pub proposal: Option<ProposalId>,
    /// The conversation in which it was asked last: the item goes with it.
    pub conversation: ConversationId,
    /// The number of times it was noted.
    pub times: i64,
    /// The time of the last time.
    pub at: Timestamp,
}
