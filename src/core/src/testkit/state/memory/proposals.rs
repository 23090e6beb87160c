//! Proposals in memory.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{MemoryState, count};
use crate::domain::{Agreement, Card, ConversationId, PlatformName, Proposal, ProposalId, ProposalState, UserId};
use crate::ports::{Claim, Proposals, StoreError};

#[async_trait]
impl Proposals for MemoryState {
    async fn add(&self, proposal: &Proposal) -> Result<(), StoreError> {
        let mut tables = self.tables();
        tables.user(proposal.author)?;
        tables.conversation(proposal.conversation)?;
        if tables.proposals.iter().any(|one| one.id == proposal.id) {
            return Err(StoreError::Duplicate(format!("proposal {}", proposal.id)));
        }
        tables.proposals.push(proposal.clone());
        Ok(())
    }

    async fn get(&self, id: &ProposalId) -> Result<Option<Proposal>, StoreError> {
        Ok(self.tables().proposals.iter().find(|one| one.id == *id).cloned())
    }

    async fn latest(&self, conversation: ConversationId) -> Result<Option<Proposal>, StoreError> {
        Ok(self.tables().proposals.iter().rev().find(|one| one.conversation == conversation).cloned())
    }

    async fn claim(&self, id: &ProposalId, at: Timestamp) -> Result<Claim, StoreError> {
        let mut tables = self.tables();
        Ok(match tables.proposals.iter_mut().find(|one| one.id == *id) {
            None => Claim::Unknown,
            Some(proposal) if proposal.state == ProposalState::Refused => Claim::Unknown,
            Some(proposal) if proposal.state == ProposalState::Used => Claim::Used,
            Some(proposal) if at >= proposal.expires_at => Claim::Expired,
            Some(proposal) if proposal.agreement == Agreement::Needed => Claim::NotAgreed,
            Some(proposal) => {
                proposal.state = ProposalState::Used;
                Claim::Granted
            }
        })
    }

    async fn awaiting_agreement(&self, at: Timestamp, limit: u32) -> Result<Vec<Proposal>, StoreError> {
        let waits = |one: &&Proposal| {
            one.agreement == Agreement::Needed && one.state == ProposalState::Pending && one.expires_at > at
        };
        Ok(self.tables().proposals.iter().filter(waits).take(count(limit)).cloned().collect())
    }

    async fn agree(&self, id: &ProposalId, by: UserId, at: Timestamp) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        tables.user(by)?;
        let waits = |one: &&mut Proposal| {
            let waits = one.agreement == Agreement::Needed && one.state == ProposalState::Pending;
            // Never the author themselves.
            one.id == *id && one.author != by && waits && one.expires_at > at
        };
        let waiting = tables.proposals.iter_mut().find(waits);
        Ok(waiting.map(|proposal| proposal.agreement = Agreement::By(by)).is_some())
    }

    async fn release(&self, id: &ProposalId) -> Result<(), StoreError> {
        let mut tables = self.tables();
        if tables.refuse_audit {
            return Err(StoreError::Full("the test refuses writes".to_owned()));
        }
        if let Some(proposal) =
            tables.proposals.iter_mut().find(|one| one.id == *id && one.state == ProposalState::Used)
        {
            proposal.state = ProposalState::Pending;
        }
        Ok(())
    }

    async fn of_conversation(&self, conversation: ConversationId) -> Result<Vec<Proposal>, StoreError> {
        Ok(self.tables().proposals.iter().filter(|one| one.conversation == conversation).cloned().collect())
    }

    async fn add_card(&self, id: &ProposalId, card: &Card) -> Result<(), StoreError> {
        let mut tables = self.tables();
        if !tables.proposals.iter().any(|one| one.id == *id) {
            return Err(StoreError::Missing(format!("proposal {id}")));
        }
        tables.cards.push((id.clone(), card.clone()));
        Ok(())
    }

    async fn cards(&self, id: &ProposalId) -> Result<Vec<Card>, StoreError> {
        let tables = self.tables();
        Ok(tables.cards.iter().filter(|(of, _)| of == id).map(|(_, card)| card.clone()).collect())
    }

    async fn expired_cards(
        &self,
        platform: &PlatformName,
        at: Timestamp,
        limit: u32,
    ) -> Result<Vec<(Proposal, Card)>, StoreError> {
        let tables = self.tables();
        let expired = tables.cards.iter().filter_map(|(id, card)| {
            let proposal = tables.proposals.iter().find(|one| one.id == *id && one.expires_at <= at)?;
            (card.message.place.platform == *platform).then(|| (proposal.clone(), card.clone()))
        });
        Ok(expired.take(count(limit)).collect())
    }

    async fn forget_card(&self, id: &ProposalId, card: &Card) -> Result<(), StoreError> {
        self.tables().cards.retain(|(of, kept)| of != id || kept.message != card.message);
        Ok(())
    }
}
