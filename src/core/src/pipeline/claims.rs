//! The one use of a proposal: taken before it runs, given back where nothing ran.

use std::sync::{Arc, Mutex};

use crate::domain::ProposalId;
use crate::lock::lock;
use crate::ports::{Claim, Clock, Proposals, StoreError};

/// Takes the one use of proposals and gives it back.
pub(crate) struct Claims {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) proposals: Arc<dyn Proposals>,
    /// Those that the state could not take back, as on a full disk.
    pub(crate) unreleased: Mutex<Vec<ProposalId>>,
}

impl Claims {
    /// Takes the one use of a proposal.
    pub(crate) async fn take(&self, id: &ProposalId) -> Result<Claim, StoreError> {
        self.release_kept().await;
        self.proposals.claim(id, self.clock.now()).await
    }

    /// Gives a proposal its one use back where nothing ran: now, or as soon as the state can be written.
    pub(crate) async fn give_back(&self, id: &ProposalId) {
        if let Err(error) = self.proposals.release(id).await {
            tracing::error!(%error, proposal = %id, "claim not released; retrying before the next one and every minute");
            lock(&self.unreleased).push(id.clone());
        }
    }

    /// Gives back what could not be given back before.
    pub(crate) async fn release_kept(&self) {
        let kept = std::mem::take(&mut *lock(&self.unreleased));
        for id in kept {
            self.give_back(&id).await;
        }
    }
}
