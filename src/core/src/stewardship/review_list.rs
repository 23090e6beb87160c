//! The stewards' list of questions: those that nobody could answer, whose statement was changed before it ran, or whose
//! answer was rated as bad.

use std::sync::Arc;

use crate::domain::{ConversationId, Proposal, ProposalId, ReviewItem, ReviewReason};
use crate::ports::{Clock, Knowledge};

/// Puts questions on the stewards' list.
pub(crate) struct ReviewList {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) knowledge: Arc<dyn Knowledge>,
}

impl ReviewList {
    /// Adds a question. Best effort: what the person is shown does not depend on it.
    pub(crate) async fn add(
        &self,
        target: &str,
        question: &str,
        reason: ReviewReason,
        proposal: Option<ProposalId>,
        conversation: ConversationId,
    ) {
        if question.trim().is_empty() {
            return;
        }
        let item = ReviewItem {
            number: 0,
            target: target.to_owned(),
            question: question.trim().to_owned(),
            reason,
            proposal,
            conversation,
            times: 1,
            at: self.clock.now(),
        };
        if let Err(error) = self.knowledge.add_review(&item).await {
            tracing::warn!(%error, target, reason = reason.word(), "question not added to the stewards' list");
        }
    }

    /// Adds the question of a statement.
    pub(crate) async fn add_proposal(&self, proposal: &Proposal, reason: ReviewReason) {
        let (id, conversation) = (Some(proposal.id.clone()), proposal.conversation);
        self.add(&proposal.target, &proposal.question, reason, id, conversation).await;
    }
}
