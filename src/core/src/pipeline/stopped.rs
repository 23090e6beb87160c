//! A statement that was stopped while it ran is offered once more.

use std::sync::Arc;

use crate::asker::Asker;
use crate::domain::{Outgoing, Proposal, TurnEnd, TurnState};
use crate::error::PipelineError;
use crate::outbox::signature::signed;
use crate::pipeline::execution::Executions;
use crate::pipeline::inquiry::{Inquiry, Question};
use crate::pipeline::offer::Offer;
use crate::pipeline::proposing::Draft;
use crate::ports::TargetError;
use crate::targets::Target;
use crate::text::{Text, text};

impl Executions {
    /// That a statement was stopped, and the same once more as a new proposal: its one use is taken.
    pub(crate) async fn offered_again(
        &self,
        asker: &Asker,
        target: &Arc<Target>,
        proposal: &Proposal,
    ) -> (Outgoing, TurnEnd) {
        let said = |sentence: Text| {
            let sentence = signed(asker, &sentence.render(asker.user.locale));
            let end = TurnEnd::words(&sentence, TurnState::Stopped);
            (sentence, end)
        };
        let not_again = || {
            let (sentence, end) = said(text("stopped-not-again"));
            (Outgoing::text(sentence), end)
        };
        match self.propose_again(asker, target, proposal).await {
            Ok(offer) if !offer.refused => {
                let (sentence, end) = said(TargetError::Cancelled.text());
                let again = Some(offer.proposal.clone());
                let card = self.proposing.placed(asker, offer, str::to_owned).await;
                let message = Outgoing { text: format!("{sentence}\n{}", card.text), ..card };
                (message, TurnEnd { proposal: again, ..end })
            }
            Ok(_) => not_again(),
            Err(trouble) => {
                tracing::warn!(?trouble, proposal = %proposal.id, "what was stopped is not offered again");
                not_again()
            }
        }
    }

    async fn propose_again(
        &self,
        asker: &Asker,
        target: &Arc<Target>,
        proposal: &Proposal,
    ) -> Result<Offer, PipelineError> {
        let held = self.conversations.conversation(proposal.conversation).await?;
        let held = held.ok_or_else(|| PipelineError::Tell(text("conversation-gone")))?;
        let schemas = self.targets.schemas(target).await?;
        let question = Question::of_statement(&proposal.question, proposal.asked.clone());
        let inquiry = Inquiry::new(asker, &held, &question, Arc::clone(target), &schemas, &self.settings);
        let Proposal { statement, parameters, origin, told, .. } = proposal.clone();
        self.proposing.propose(&inquiry, Draft { statement: &statement, parameters, origin, told, repairs: 0 }).await
    }
}
