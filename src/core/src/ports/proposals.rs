//! Statements waiting for a decision.

use async_trait::async_trait;
use jiff::Timestamp;

use super::StoreError;
use crate::domain::{Card, ConversationId, PlatformName, Proposal, ProposalId, UserId};

/// The result of claiming a proposal's only use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// It was pending and is now used: run it.
    Granted,
    /// Its one use is already taken.
    Used,
    /// Its deadline is past.
    Expired,
    /// A steward must agree first.
    NotAgreed,
    /// There is none of that name that could ever run.
    Unknown,
}

/// Statements waiting for a decision.
#[async_trait]
pub trait Proposals: Send + Sync {
    /// Keeps a new proposal.
    async fn add(&self, proposal: &Proposal) -> Result<(), StoreError>;

    /// The proposal of that name.
    async fn get(&self, id: &ProposalId) -> Result<Option<Proposal>, StoreError>;

    /// The newest proposal of a conversation.
    async fn latest(&self, conversation: ConversationId) -> Result<Option<Proposal>, StoreError>;

    /// Takes the one use of a proposal. Of any number of claims at once, one is granted.
    async fn claim(&self, id: &ProposalId, at: Timestamp) -> Result<Claim, StoreError>;

    /// Pending proposals that need an agreement and have none, not expired at `at`, the oldest first.
    async fn awaiting_agreement(&self, at: Timestamp, limit: u32) -> Result<Vec<Proposal>, StoreError>;

    /// Gives a pending proposal that is not expired the agreement it waits for; whether there was one to give.
    async fn agree(&self, id: &ProposalId, by: UserId, at: Timestamp) -> Result<bool, StoreError>;

    /// Gives back the use of a claim after which nothing ran: it can be claimed again. Does nothing to one that is
    /// not used.
    async fn release(&self, id: &ProposalId) -> Result<(), StoreError>;

    /// The proposals of a conversation, the oldest first.
    async fn of_conversation(&self, conversation: ConversationId) -> Result<Vec<Proposal>, StoreError>;

    /// Remembers a message that shows a proposal with its buttons. There may be several of one proposal.
    async fn add_card(&self, id: &ProposalId, card: &Card) -> Result<(), StoreError>;

    /// The remembered messages of a proposal, the oldest first.
    async fn cards(&self, id: &ProposalId) -> Result<Vec<Card>, StoreError>;

    /// Remembered messages on a platform whose proposals have expired at `at`, the oldest first, at most `limit`.
    async fn expired_cards(
        &self,
        platform: &PlatformName,
        at: Timestamp,
        limit: u32,
    ) -> Result<Vec<(Proposal, Card)>, StoreError>;

    /// Forgets a message; does nothing where it is not remembered.
    async fn forget_card(&self, id: &ProposalId, card: &Card) -> Result<(), StoreError>;
}
