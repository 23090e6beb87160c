//! The statement that a command means without naming one: the last that was offered. Where something else was answered
//! since, it is shown again before it runs: nobody runs what they do not look at.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};

use crate::asker::Asker;
use crate::domain::{Origin, Proposal, ProposalId, Turn, TurnId};
use crate::egress::quoted;
use crate::error::PipelineError;
use crate::history::History;
use crate::text::{Text, text};

/// Statements shown again that are remembered.
const REMEMBERED: usize = 256;

/// Conversations among others that are looked at for what was shown in private.
const ELSEWHERE: u32 = 20;

/// Characters of a question that is told again.
pub(crate) const GIST: usize = 100;

/// Statements that were shown again, each with the last turn of that moment. In memory only: after a restart one is shown
/// once more.
#[derive(Debug, Default)]
pub(crate) struct ShownAgain(Mutex<VecDeque<(ProposalId, TurnId)>>);

impl ShownAgain {
    /// From now on the statement is what the asker looks at.
    pub(crate) fn remember(&self, latest: &Latest) {
        let Some(since) = latest.since else { return };
        let mut shown = self.shown();
        if shown.len() >= REMEMBERED {
            shown.pop_front();
        }
        shown.push_back((latest.proposal.id.clone(), since));
    }

    fn holds(&self, proposal: &ProposalId, since: TurnId) -> bool {
        self.shown().iter().any(|(shown, turn)| shown == proposal && *turn == since)
    }

    fn shown(&self) -> MutexGuard<'_, VecDeque<(ProposalId, TurnId)>> {
        self.0.lock().expect("invariant: nothing panics while the lock is held")
    }
}

/// The last statement that was offered.
pub(crate) struct Latest {
    pub(crate) proposal: Proposal,
    /// The last turn, where it offers nothing and the statement was not shown again since.
    pub(crate) since: Option<TurnId>,
}

impl Latest {
    /// Said above a statement that the last answer does not offer.
    pub(crate) fn note(&self) -> Option<Text> {
        self.since?;
        let question = quoted(&self.proposal.question, GIST);
        let is_known = !question.trim().is_empty();
        Some(if is_known { text("offered-before-for").with("question", question) } else { text("offered-before") })
    }
}

impl History {
    /// The last statement that was offered here.
    pub(crate) async fn latest(&self, asker: &Asker) -> Result<Latest, PipelineError> {
        let conversation = self.current(asker).await?;
        let own = self.proposals.latest(conversation.id).await?;
        let mut last = self.finals.noted_turns(conversation.id, 1).await?.pop();
        let written = own.as_ref().filter(|own| own.origin == Origin::Person).map(|own| own.created_at);
        if let Some(aside) = self.last_aside(asker).await?
            && last.as_ref().is_none_or(|last| last.id < aside.id)
            && written.is_none_or(|written| written < aside.at)
        {
            if let Some(id) = &aside.proposal
                && let Some(proposal) = self.proposals.get(id).await?
            {
                return Ok(Latest { proposal, since: None });
            }
            last = Some(aside);
        }
        let proposal = own.ok_or_else(|| PipelineError::Tell(text("no-proposal")))?;
        let since = last.filter(|turn| offers_less(turn, &proposal)).map(|turn| turn.id);
        Ok(Latest { since: since.filter(|turn| !self.shown_again.holds(&proposal.id, *turn)), proposal })
    }

    /// Where only the asker reads: the newest turn of what they asked among others that is the last of its conversation
    /// and is shown here, itself or by its statement.
    async fn last_aside(&self, asker: &Asker) -> Result<Option<Turn>, PipelineError> {
        let mut newest = None;
        if !asker.place.private {
            return Ok(newest);
        }
        for held in self.conversations.of_user(asker.user.id, ELSEWHERE).await? {
            if held.place.private {
                continue;
            }
            let Some(turn) = self.finals.noted_turns(held.id, 1).await?.pop() else { continue };
            let cards = match &turn.proposal {
                Some(proposal) => self.proposals.cards(proposal).await?,
                None => Vec::new(),
            };
            let mut shown = turn.message.iter().chain(cards.iter().map(|card| &card.message));
            if shown.any(|at| at.place == asker.place) && newest.as_ref().is_none_or(|one: &Turn| one.id < turn.id) {
                newest = Some(turn);
            }
        }
        Ok(newest)
    }
}

/// Whether the last turn offers nothing, though it is newer than the proposal. What a person wrote stands in no turn.
fn offers_less(last: &Turn, proposal: &Proposal) -> bool {
    last.proposal.is_none() && (proposal.origin != Origin::Person || last.at > proposal.created_at)
}
