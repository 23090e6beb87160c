//! The statement that a command means without naming one: the last that was offered. Where something else was answered
//! since, it is shown again before it runs: nobody runs what they do not look at.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::Timestamp;

use super::agreeing::waits;
use super::asker::Asker;
use super::execution::Checked;
use super::offer::{buttons, card};
use super::proposing::BESIDE;
use super::schema::Schemas;
use super::{Pipeline, PipelineError, Target};
use crate::domain::{Capability, Origin, Outgoing, Proposal, ProposalId, ProposalState, Turn, TurnId};
use crate::egress::quoted;
use crate::text::{Text, text};

/// Statements shown again that are remembered.
const REMEMBERED: usize = 256;
/// Conversations among others that are looked at for what was shown in private.
const ELSEWHERE: u32 = 20;
/// Characters of a question that is told again.
pub(super) const GIST: usize = 100;

/// Statements that were shown again, each with the last turn of that moment. In memory only: after a restart one is shown
/// once more.
#[derive(Debug, Default)]
pub(super) struct ShownAgain(Mutex<VecDeque<(ProposalId, TurnId)>>);

impl ShownAgain {
    /// From now on the statement is what the asker looks at.
    pub(super) fn remember(&self, latest: &Latest) {
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
pub(super) struct Latest {
    pub(super) proposal: Proposal,
    /// The last turn, where it offers nothing and the statement was not shown again since.
    since: Option<TurnId>,
}

impl Latest {
    /// Said above a statement that the last answer does not offer.
    pub(super) fn note(&self) -> Option<Text> {
        self.since?;
        let question = quoted(&self.proposal.question, GIST);
        let is_known = !question.trim().is_empty();
        Some(if is_known { text("offered-before-for").with("question", question) } else { text("offered-before") })
    }
}

impl Pipeline {
    /// The last statement that was offered here.
    pub(super) async fn latest(&self, asker: &Asker) -> Result<Latest, PipelineError> {
        let conversation = self.current(asker).await?;
        let own = self.parts.proposals.latest(conversation.id).await?;
        let mut last = self.noted_turns(conversation.id, 1).await?.pop();
        let written = own.as_ref().filter(|own| own.origin == Origin::Person).map(|own| own.created_at);
        if let Some(aside) = self.last_aside(asker).await?
            && last.as_ref().is_none_or(|last| last.id < aside.id)
            && written.is_none_or(|written| written < aside.at)
        {
            if let Some(id) = &aside.proposal
                && let Some(proposal) = self.parts.proposals.get(id).await?
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
        for held in self.parts.conversations.of_user(asker.user.id, ELSEWHERE).await? {
            if held.place.private {
                continue;
            }
            let Some(turn) = self.noted_turns(held.id, 1).await?.pop() else { continue };
            let cards = match &turn.proposal {
                Some(proposal) => self.parts.proposals.cards(proposal).await?,
                None => Vec::new(),
            };
            let mut shown = turn.message.iter().chain(cards.iter().map(|card| &card.message));
            if shown.any(|at| at.place == asker.place) && newest.as_ref().is_none_or(|one: &Turn| one.id < turn.id) {
                newest = Some(turn);
            }
        }
        Ok(newest)
    }

    /// Runs the last statement that was offered, where that is what the asker looks at; else shows it first.
    pub(super) async fn execute_latest(&self, asker: &Asker) -> Result<(), PipelineError> {
        let latest = self.latest(asker).await?;
        // A statement whose message was never shown, such as one whose file was refused, is shown before it runs.
        let is_unseen = can_run(&latest.proposal, self.parts.clock.now())
            && self.parts.proposals.cards(&latest.proposal.id).await?.is_empty();
        match latest.since {
            None if !is_unseen => self.execute(asker, &latest.proposal.id).await,
            _ => self.show_again(asker, &latest).await,
        }
    }

    async fn show_again(&self, asker: &Asker, latest: &Latest) -> Result<(), PipelineError> {
        self.require(asker, Capability::Execute, "execute", text("execute-not-allowed")).await?;
        let proposal = self.own_proposal(asker, &latest.proposal.id).await?;
        let Some(_work) = self.running.begin(asker.user.id, &asker.place) else {
            return Err(PipelineError::Tell(text("still-answering").with("prefix", asker.prefix())));
        };
        let (target, schemas, message) = self.card_again(asker, &proposal).await?;
        self.show_statement(asker, &target, &schemas, &proposal, message.clone(), Some(latest)).await;
        self.forget_files(asker, &message.files).await;
        Ok(())
    }

    /// A statement that can still run, as it is shown once more.
    pub(super) async fn card_again(
        &self,
        asker: &Asker,
        proposal: &Proposal,
    ) -> Result<(Arc<Target>, Arc<Schemas>, Outgoing), PipelineError> {
        if !can_run(proposal, self.parts.clock.now()) {
            return Err(PipelineError::Tell(text("nothing-offered")));
        }
        let target = self.target_named(&proposal.target)?;
        let Checked { approved, schemas, .. } = self.approve(asker, &target, proposal).await?;
        let locale = asker.user.locale;
        let waits = waits(proposal, asker.prefix()).map(|waits| waits.render(locale));
        let told = |in_file: Option<&str>| {
            let card = card(proposal, approved.relations(), in_file, locale);
            std::iter::once(card).chain(waits.clone()).collect::<Vec<_>>().join("\n")
        };
        let room = asker.platform.capabilities().length.less(BESIDE);
        let shown = self.shown_whole(asker, proposal, room, told).await;
        let (text, files) = shown.ok_or_else(|| PipelineError::Tell(text("statement-not-showable")))?;
        Ok((target, schemas, Outgoing { buttons: buttons(proposal, locale), files, ..Outgoing::text(text) }))
    }
}

/// True of a proposal that was not used, refused or expired.
fn can_run(proposal: &Proposal, now: Timestamp) -> bool {
    proposal.state == ProposalState::Pending && proposal.expires_at > now
}

/// Whether the last turn offers nothing, though it is newer than the proposal. What a person wrote stands in no turn.
fn offers_less(last: &Turn, proposal: &Proposal) -> bool {
    last.proposal.is_none() && (proposal.origin != Origin::Person || last.at > proposal.created_at)
}
