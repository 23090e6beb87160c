//! The statement that a command means without naming one: the last that was offered. Where something else was answered
//! since, it is shown again before it runs: nobody runs what they do not look at.

use std::collections::VecDeque;
use std::sync::Mutex;

use crate::domain::{Origin, Proposal, ProposalId, Turn, TurnId};
use crate::egress::quoted;
use crate::lock::lock;
use crate::text::{Text, text};

/// Statements shown again that are remembered.
const REMEMBERED: usize = 256;

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
        let mut shown = lock(&self.0);
        if shown.len() >= REMEMBERED {
            shown.pop_front();
        }
        shown.push_back((latest.proposal.id.clone(), since));
    }

    pub(crate) fn holds(&self, proposal: &ProposalId, since: TurnId) -> bool {
        lock(&self.0).iter().any(|(shown, turn)| shown == proposal && *turn == since)
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

/// True if the last turn offers no statement although it is newer than the proposal. Statements written by a person are
/// in no turn.
pub(crate) fn offers_less(last: &Turn, proposal: &Proposal) -> bool {
    last.proposal.is_none() && (proposal.origin != Origin::Person || last.at > proposal.created_at)
}
