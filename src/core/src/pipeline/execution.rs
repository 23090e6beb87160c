//! From a click to a table: whose click, the guard again, one use, a durable audit row, and only then the database.

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::Arc;
use std::time::Duration;

use futures::{FutureExt as _, join};
use tokio_util::sync::CancellationToken;

use super::asker::Asker;
use super::audience::{closed, signed};
use super::finalize::Messages;
use super::latest::GIST;
use super::ledger::{about, delivery};
use super::outcome::Outcome;
use super::question::is_aside;
use super::quotas::Counted;
use super::ruling::AccessDecision;
use super::schema::Schemas;
use super::version::version_now;
use super::{Pipeline, PipelineError, Target};
use crate::domain::{
    Agreement, AuditAction, AuditDelivery, AuditEvent, AuditStatus, Capability, Outgoing, Place, Proposal, ProposalId,
    ProposalState, TurnEnd, TurnState, User,
};
use crate::egress::{neutralized, quoted};
use crate::guard::{ApprovedStatement, Verdict};
use crate::ports::{Claim, TargetError};
use crate::refusal::refusal_text;
use crate::text::{Text, text};

/// A statement that may run now.
pub(super) struct Checked {
    pub(super) approved: ApprovedStatement,
    /// Whether its result is shown where it is asked for.
    pub(super) shown: AccessDecision,
    pub(super) schemas: Arc<Schemas>,
    /// Where the conversation is held that it comes from.
    pub(super) held_in: Place,
}

/// Why a proposal may not run any more.
pub(super) struct Changed {
    /// The guard's rule, where it is one.
    rule: Option<&'static str>,
    detail: String,
    /// For the person.
    pub(super) sentence: Text,
}

impl Pipeline {
    /// Runs a proposal for the person who clicked.
    pub(super) async fn execute(&self, asker: &Asker, id: &ProposalId) -> Result<(), PipelineError> {
        self.require(asker, Capability::Execute, "execute", text("execute-not-allowed")).await?;
        self.running.has_offered(asker.user.id, id).await;
        let proposal = self.own_proposal(asker, id).await?;
        refuse_refused(&proposal)?;
        let target = self.target_named(&proposal.target)?;
        let Checked { approved, shown, held_in, .. } = self.approve(asker, &target, &proposal).await?;
        // Before anything is used up: what cannot be delivered is not run.
        let reader = if shown.allowed { asker.clone() } else { self.in_private(asker).await? };
        if reader.place != asker.place && !self.can_be_told(asker, &reader, &proposal).await {
            self.show_here(asker, closed(id, asker.user.locale)).await;
            return Ok(());
        }
        let Some(work) = self.running.begin_in(asker.user.id, &[&asker.place, &reader.place]) else {
            return Err(PipelineError::Tell(text("still-answering").with("prefix", asker.prefix())));
        };
        // Who takes the click back, as a reaction can be, stops it; before it has begun, nothing was done.
        work.answers(&asker.actor.platform, &asker.event);
        if work.stop.token.is_cancelled() {
            return Ok(());
        }
        self.refuse_withdrawn(asker, &proposal).await?;
        match self.parts.proposals.claim(id, self.parts.clock.now()).await? {
            Claim::Granted => {}
            Claim::Used => return Err(PipelineError::Tell(text("proposal-used"))),
            Claim::Expired => return Err(PipelineError::Tell(text("proposal-expired"))),
            Claim::NotAgreed => {
                let sentence = text("proposal-not-agreed").with("prefix", asker.prefix());
                return Err(PipelineError::Tell(sentence.with("name", id.short())));
            }
            Claim::Unknown => return Err(PipelineError::Tell(text("proposal-unknown"))),
        }
        // What does not run is not counted.
        if let Err(too_much) = self.within_quota(asker, Counted::Executions).await {
            self.give_back(id).await;
            return Err(too_much);
        }
        let event = self.event(asker, AuditAction::Execution, AuditStatus::Ok);
        if let Err(unrecorded) = self.record(about(event, &proposal, approved.relations())).await {
            // Nothing runs: the person may try again once the audit can be written.
            self.give_back(id).await;
            return Err(unrecorded);
        }
        if reader.place != asker.place {
            self.tell_here(asker, &text("result-in-private")).await;
        }
        let aside = is_aside(&held_in, &reader.place);
        let delivery = delivery(&asker.place, &reader.place);
        let ran = self.run(&reader, &target, (&proposal, aside), (&approved, delivery), &work.stop.token).await;
        // They need not wait for it with their next question.
        drop(work);
        self.retire_execute(asker, id).boxed().await;
        ran
    }

    /// Says that the asker can be written to in private: tried where they could be shown it beside a click, and there was
    /// none. What cannot be delivered is not run.
    async fn can_be_told(&self, asker: &Asker, reader: &Asker, proposal: &Proposal) -> bool {
        if asker.aside.is_some() || !asker.platform.capabilities().asides {
            return true;
        }
        let coming = text("result-coming").with("question", quoted(&proposal.question, GIST));
        self.send(&*reader.platform, &reader.place, &Outgoing::text(coming.render(reader.user.locale))).await
    }

    /// An agreement holds as long as who gave it may give one.
    async fn refuse_withdrawn(&self, asker: &Asker, proposal: &Proposal) -> Result<(), PipelineError> {
        let Agreement::By(steward) = proposal.agreement else { return Ok(()) };
        let (users, roles) = (self.parts.people.users().await?, &self.parts.settings.roles);
        let may = |user: &User| !user.disabled && roles.may(&user.role, Capability::ApproveCostly);
        if users.iter().any(|user| user.id == steward && may(user)) {
            return Ok(());
        }
        let refused = about(self.event(asker, AuditAction::Refusal, AuditStatus::Refused), proposal, &[]);
        let detail = Some(format!("user {} agreed and may not any more", steward.0));
        self.record(AuditEvent { detail, ..refused }).await?;
        Err(PipelineError::Tell(text("agreement-withdrawn")))
    }

    /// Gives a proposal its one use back where nothing ran.
    async fn give_back(&self, id: &ProposalId) {
        if let Err(error) = self.parts.proposals.release(id).await {
            tracing::error!(%error, proposal = %id, "a statement that did not run stays used");
        }
    }

    /// The proposal, if it is the asker's own.
    pub(super) async fn own_proposal(&self, asker: &Asker, id: &ProposalId) -> Result<Proposal, PipelineError> {
        self.proposal_of(asker, id, text("proposal-not-yours")).await
    }

    /// The same, with what others are told.
    pub(super) async fn proposal_of(
        &self,
        asker: &Asker,
        id: &ProposalId,
        not_yours: Text,
    ) -> Result<Proposal, PipelineError> {
        let Some(proposal) = self.parts.proposals.get(id).await? else {
            return Err(PipelineError::Tell(text("proposal-unknown")));
        };
        if proposal.author != asker.user.id {
            let event = self.event(asker, AuditAction::Denied, AuditStatus::Refused);
            self.record(about(event, &proposal, &[])).await?;
            return Err(PipelineError::TellAlone(not_yours));
        }
        if let Some(target) = self.parts.targets.get(&proposal.target) {
            self.require_here(asker, target).await?;
        }
        if proposal.is_unsealed() {
            // Of a release that did not seal them: it ends as one whose rules have changed.
            return Err(PipelineError::Tell(text("proposal-changed")));
        }
        if !proposal.is_untouched() {
            return Err(PipelineError::Broken(format!(
                "proposal {id} is not as it was offered: the state was changed"
            )));
        }
        Ok(proposal)
    }

    pub(super) fn target_named(&self, name: &str) -> Result<Arc<Target>, PipelineError> {
        self.parts
            .targets
            .get(name)
            .cloned()
            .ok_or_else(|| PipelineError::Tell(text("target-removed").with("target", name)))
    }

    /// The statement as it may run now, and where its result is shown; that it may no longer run is recorded.
    pub(super) async fn approve(
        &self,
        asker: &Asker,
        target: &Target,
        proposal: &Proposal,
    ) -> Result<Checked, PipelineError> {
        match self.check_again(asker, target, proposal).await? {
            Ok(checked) => Ok(checked),
            Err(changed) => {
                let event = about(self.event(asker, AuditAction::Refusal, AuditStatus::Refused), proposal, &[]);
                let rule = changed.rule.map(str::to_owned);
                self.record(AuditEvent { rule, detail: Some(changed.detail), ..event }).await?;
                Err(PipelineError::Tell(changed.sentence))
            }
        }
    }

    /// The word on the statement as things are now: the guard's, whether the rules are those it was offered under, and
    /// who may see what comes of it. Anything but the exact text the person saw is refused.
    pub(super) async fn check_again(
        &self,
        asker: &Asker,
        target: &Target,
        proposal: &Proposal,
    ) -> Result<Result<Checked, Changed>, PipelineError> {
        let verified = self.parts.knowledge.verified(&target.name).await?;
        let schemas = self.schemas(target, &verified).await?;
        let approved = match schemas.of(&asker.user.role).guard.check(&proposal.statement) {
            Verdict::Allow(approved) if approved.text() == proposal.statement => approved,
            Verdict::Allow(approved) => {
                let detail = format!("it would now run as: {}", approved.text());
                return Ok(Err(Changed { rule: None, detail, sentence: text("proposal-changed") }));
            }
            Verdict::Deny(refusal) => {
                let (rule, detail) = (Some(refusal.rule.id()), neutralized(&refusal.to_string()));
                // What it suggests instead is read by everybody there.
                let welcome = self.parts.settings.welcome(&asker.user.role, &asker.place);
                let sentence = match schemas.of_all(&welcome).guard.check(&proposal.statement) {
                    Verdict::Deny(common) => refusal_text(&common),
                    Verdict::Allow(_) => refusal_text(&refusal),
                };
                return Ok(Err(Changed { rule, detail, sentence }));
            }
        };
        let conversation = self.parts.conversations.conversation(proposal.conversation).await?;
        let held_in = conversation.map_or_else(|| asker.place.clone(), |conversation| conversation.place);
        let policy = version_now(&proposal.policy, &self.parts.settings, target, &asker.user.role, &held_in);
        if policy != proposal.policy {
            let detail = format!("offered under the rules {}, now {policy}", proposal.policy);
            return Ok(Err(Changed { rule: Some("policy-changed"), detail, sentence: text("proposal-changed") }));
        }
        let shown = self.shown(asker, target, &schemas, &approved);
        Ok(match approved.bind(&proposal.parameters) {
            Ok(approved) => Ok(Checked { approved, shown, schemas, held_in }),
            Err(missing) => {
                let sentence = text("parameter-missing").with("name", missing.0.as_str());
                Err(Changed { rule: None, detail: missing.to_string(), sentence })
            }
        })
    }

    async fn run(
        &self,
        asker: &Asker,
        target: &Arc<Target>,
        (proposal, aside): (&Proposal, bool),
        (approved, delivery): (&ApprovedStatement, AuditDelivery),
        stop: &CancellationToken,
    ) -> Result<(), PipelineError> {
        let locale = asker.user.locale;
        let began = self.parts.clock.elapsed();
        let turn = self.begin_turn(proposal.conversation, Some(&proposal.id), aside).await?;
        let mut live = self.live_message(asker);
        live.reserve();
        let (note, on_sent) = (text("running").render(locale), self.on_sent(turn));
        // A platform that is slow to show it does not keep the database waiting; what it shows is noted down even where
        // there is a bug.
        let collecting = AssertUnwindSafe(self.collect(asker, target, approved, stop)).catch_unwind();
        let (announced, outcome) = join!(live.announce(&note, &on_sent), collecting);
        let outcome = outcome.unwrap_or_else(|bug| resume_unwind(bug));
        if let Err(error) = announced {
            tracing::info!(%error, "the progress of an execution could not be shown");
        }
        if outcome.as_ref().is_err_and(did_not_run) {
            self.give_back(&proposal.id).await;
        }
        let took = Duration::from_millis(self.millis_since(began).unsigned_abs());
        let event = self.result_event(asker, proposal, approved, &outcome, took);
        let recorded = self.parts.audit.append(AuditEvent { delivery: Some(delivery), ..event }).await;
        let is_recorded = recorded.is_ok();
        let (message, end) = match (recorded, outcome) {
            (Ok(_), Ok(outcome)) => {
                let (message, table, kept) = self.result_message(asker, (proposal, turn), outcome, took).await;
                (message, TurnEnd { table, ..TurnEnd::words(kept, TurnState::Complete) })
            }
            (Ok(_), Err(TargetError::Cancelled)) => self.offered_again(asker, target, proposal).await,
            (Ok(_), Err(error)) => {
                let sentence = signed(asker, &error.text().render(locale));
                (Outgoing::text(&sentence), TurnEnd::words(sentence, TurnState::Failed))
            }
            (Err(error), _) => {
                tracing::error!(%error, "the audit cannot be written: a result is not shown");
                let sentence = text("result-not-recorded").render(locale);
                (Outgoing::text(&sentence), TurnEnd::words(sentence, TurnState::Failed))
            }
        };
        let mut messages = Messages::from(message);
        let shown = self.settle(asker, &mut live, turn, &mut messages, &end).await;
        self.pages.stands(turn, shown.as_ref().ok().and_then(Option::as_ref));
        let shown = if is_recorded { shown } else { shown.or_else(PipelineError::unless_unnoted) };
        if let Some(at) = shown? {
            self.forget_files(asker, &messages.last.files).await;
            if let Some(again) = &end.proposal {
                self.remember_card(again, at, &messages.last).await;
            }
        }
        Ok(())
    }

    fn result_event(
        &self,
        asker: &Asker,
        proposal: &Proposal,
        approved: &ApprovedStatement,
        outcome: &Result<Outcome, TargetError>,
        took: Duration,
    ) -> AuditEvent {
        let (status, rows, error) = match outcome {
            Ok(outcome) => (AuditStatus::Ok, i64::try_from(outcome.rows).ok(), None),
            Err(TargetError::Cancelled) => (AuditStatus::Stopped, None, None),
            Err(error) => (AuditStatus::Failed, None, Some(error.to_string())),
        };
        AuditEvent {
            rows,
            error,
            duration_ms: i64::try_from(took.as_millis()).ok(),
            ..about(self.event(asker, AuditAction::Result, status), proposal, approved.relations())
        }
    }
}

/// What was refused is there to be mended, not to be run or explained.
pub(super) fn refuse_refused(proposal: &Proposal) -> Result<(), PipelineError> {
    match proposal.state {
        ProposalState::Refused => Err(PipelineError::Tell(text("proposal-refused"))),
        ProposalState::Pending | ProposalState::Used => Ok(()),
    }
}

/// Whether the database was never reached, or never began: who tries again does not run anything twice.
fn did_not_run(error: &TargetError) -> bool {
    match error {
        TargetError::Unavailable(_)
        | TargetError::ClientMissing(_)
        | TargetError::Privileged(_)
        | TargetError::NoAccount { .. }
        | TargetError::Busy(_) => true,
        TargetError::Rejected(_)
        | TargetError::Timeout { .. }
        | TargetError::OutOfMemory(_)
        | TargetError::Cancelled
        | TargetError::Failed(_) => false,
    }
}
