//! Proposals in memory.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{MemoryState, count};
use crate::domain::{Agreement, ConversationId, Proposal, ProposalId, ProposalState, UserId};
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
        if let Some(proposal) =
            self.tables().proposals.iter_mut().find(|one| one.id == *id && one.state == ProposalState::Used)
        {
            proposal.state = ProposalState::Pending;
        }
        Ok(())
    }
}
