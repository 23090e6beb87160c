//! What platforms may ask before they hand something over.

use std::sync::{Arc, Weak};

use async_trait::async_trait;

use super::Pipeline;
use crate::domain::{Actor, Capability, Place, PlatformName, ProposalState, Turn};
use crate::ports::{Advice, StoreError, Suggested, Suggestion};

/// Of a pipeline, while it is there.
struct Adviser(Weak<Pipeline>);

impl Pipeline {
    /// What platforms are given to ask.
    pub fn advice(pipeline: &Arc<Self>) -> Arc<dyn Advice> {
        Arc::new(Adviser(Arc::downgrade(pipeline)))
    }

    async fn may_ask(&self, actor: &Actor, place: &Place) -> Result<bool, StoreError> {
        let user = self.parts.people.linked(actor).await?.filter(|user| !user.disabled);
        Ok(user.is_some_and(|user| self.parts.settings.rule(&user.role, place, Capability::Ask).allowed))
    }

    async fn was_run(&self, platform: &PlatformName, event: &str) -> Result<bool, StoreError> {
        for asked in self.running.asked_by(platform, event) {
            let Some(turn) = self.parts.conversations.turn(asked).await? else { continue };
            let offered = self.parts.proposals.of_conversation(turn.conversation).await?;
            let is_used = |state| matches!(state, ProposalState::Used);
            if offered.iter().any(|one| is_used(one.state) && comes_of(&one.question, one.created_at, &turn)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether a statement answers the question of a turn; one that was changed by hand still does. What answers a question of
/// ours stands behind the question it belongs to.
fn comes_of(question: &str, offered: jiff::Timestamp, turn: &Turn) -> bool {
    offered >= turn.at && question.contains(turn.text.trim())
}

#[async_trait]
impl Advice for Adviser {
    async fn suggestions(&self, actor: &Actor, suggested: Suggested) -> Vec<Suggestion> {
        let Some(pipeline) = self.0.upgrade() else { return Vec::new() };
        pipeline.suggestions_for(actor, suggested).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "nothing could be suggested");
            Vec::new()
        })
    }

    async fn may_ask(&self, actor: &Actor, place: &Place) -> bool {
        let Some(pipeline) = self.0.upgrade() else { return false };
        pipeline.may_ask(actor, place).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "nobody knows who may ask");
            false
        })
    }

    async fn was_run(&self, platform: &PlatformName, event: &str) -> bool {
        let Some(pipeline) = self.0.upgrade() else { return true };
        pipeline.was_run(platform, event).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "nobody knows what was run");
            true
        })
    }
}
