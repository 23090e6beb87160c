//! Checks before an offered statement runs: its author, the guard again, and the rules under which it was offered.

use std::sync::Arc;

use jiff::Timestamp;

use crate::access::AccessDecision;
use crate::access::version::version_now;
use crate::asker::Asker;
use crate::domain::{AuditAction, AuditEvent, AuditStatus, Place, Proposal, ProposalId, ProposalState};
use crate::egress::neutralized;
use crate::error::PipelineError;
use crate::guard::{ApprovedStatement, Verdict};
use crate::history::History;
use crate::outbox::cards::Cards;
use crate::outbox::send::Outbox;
use crate::ports::{Clock, Conversations, Proposals, ResultFiles};
use crate::recorder::Recorder;
use crate::recorder::event::about;
use crate::refusal::refusal_text;
use crate::settings::Settings;
use crate::targets::{Schema, Schemas, Target, Targets};
use crate::text::{Text, text};

/// A statement that may run now.
pub(crate) struct Checked {
    pub(crate) approved: ApprovedStatement,
    /// Decides if its result is shown in the place of the request.
    pub(crate) shown: AccessDecision,
    pub(crate) schemas: Arc<Schemas>,
    /// The place of the conversation from which it comes.
    pub(crate) held_in: Place,
}

/// The reason that a proposal may no longer run.
pub(crate) struct Changed {
    /// The guard's rule, where it is one.
    rule: Option<&'static str>,
    detail: String,
    /// For the person.
    pub(crate) sentence: Text,
}

/// Statements that were offered: whose they are, whether they may still run, and how they are shown.
pub(crate) struct Statements {
    pub(crate) settings: Arc<Settings>,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) targets: Arc<Targets>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) cards: Arc<Cards>,
    pub(crate) history: Arc<History>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) conversations: Arc<dyn Conversations>,
    pub(crate) proposals: Arc<dyn Proposals>,
    pub(crate) files: Arc<dyn ResultFiles>,
}

impl Statements {
    /// The proposal, if it is the asker's own.
    pub(crate) async fn own_proposal(&self, asker: &Asker, id: &ProposalId) -> Result<Proposal, PipelineError> {
        self.proposal_of(asker, id, text("proposal-not-yours")).await
    }

    /// Returns the asker's own proposal; anybody else is recorded as denied and told `not_yours`.
    pub(crate) async fn proposal_of(
        &self,
        asker: &Asker,
        id: &ProposalId,
        not_yours: Text,
    ) -> Result<Proposal, PipelineError> {
        let Some(proposal) = self.proposals.get(id).await? else {
            return Err(PipelineError::Tell(text("proposal-unknown")));
        };
        if proposal.author != asker.user.id {
            let event = self.recorder.event(asker, AuditAction::Denied, AuditStatus::Refused);
            self.recorder.record(about(event, &proposal, &[])).await?;
            return Err(PipelineError::TellAlone(not_yours));
        }
        self.usable(asker, proposal).await
    }

    /// Returns anybody's proposal that reads nothing closed to the asker, as one of theirs.
    pub(crate) async fn readable_proposal(&self, asker: &Asker, id: &ProposalId) -> Result<Proposal, PipelineError> {
        let Some(proposal) = self.proposals.get(id).await? else {
            return Err(PipelineError::Tell(text("proposal-unknown")));
        };
        if proposal.author != asker.user.id {
            let schema = self.targets.schema_named(&proposal.target, asker).await;
            let is_open = |schema: Arc<Schema>| matches!(schema.guard.check(&proposal.statement), Verdict::Allow(_));
            if !schema.is_some_and(is_open) {
                let event = self.recorder.event(asker, AuditAction::Denied, AuditStatus::Refused);
                self.recorder.record(about(event, &proposal, &[])).await?;
                return Err(PipelineError::TellAlone(text("proposal-unknown")));
            }
        }
        self.usable(asker, proposal).await
    }

    /// The proposal, if it is as it was offered and its target is queried here.
    async fn usable(&self, asker: &Asker, proposal: Proposal) -> Result<Proposal, PipelineError> {
        let id = &proposal.id;
        if let Some(target) = self.targets.all.get(&proposal.target) {
            self.targets.require_here(asker, target).await?;
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

    /// The statement as it may run now, and where its result is shown; that it may no longer run is recorded.
    pub(crate) async fn approve(
        &self,
        asker: &Asker,
        target: &Target,
        proposal: &Proposal,
    ) -> Result<Checked, PipelineError> {
        match self.check_again(asker, target, proposal).await? {
            Ok(checked) => Ok(checked),
            Err(changed) => {
                let event =
                    about(self.recorder.event(asker, AuditAction::Refusal, AuditStatus::Refused), proposal, &[]);
                let rule = changed.rule.map(str::to_owned);
                self.recorder.record(AuditEvent { rule, detail: Some(changed.detail), ..event }).await?;
                Err(PipelineError::Tell(changed.sentence))
            }
        }
    }

    /// The word on the statement as things are now: the guard's, whether the rules are those it was offered under, and
    /// who may see what comes of it. Anything but the exact text the person saw is refused.
    pub(crate) async fn check_again(
        &self,
        asker: &Asker,
        target: &Target,
        proposal: &Proposal,
    ) -> Result<Result<Checked, Changed>, PipelineError> {
        let schemas = self.targets.schemas(target).await?;
        let approved = match schemas.of(&asker.user.role).guard.check(&proposal.statement) {
            Verdict::Allow(approved) if approved.text() == proposal.statement => approved,
            Verdict::Allow(approved) => {
                let detail = format!("it would now run as: {}", approved.text());
                return Ok(Err(Changed { rule: None, detail, sentence: text("proposal-changed") }));
            }
            Verdict::Deny(refusal) => {
                let (rule, detail) = (Some(refusal.rule.id()), neutralized(&refusal.to_string()));
                // What it suggests instead is read by everybody there.
                let welcome = self.settings.welcome(&asker.user.role, &asker.place);
                let sentence = match schemas.of_all(&welcome).guard.check(&proposal.statement) {
                    Verdict::Deny(common) => refusal_text(&common),
                    Verdict::Allow(_) => refusal_text(&refusal),
                };
                return Ok(Err(Changed { rule, detail, sentence }));
            }
        };
        let conversation = self.conversations.conversation(proposal.conversation).await?;
        let held_in = conversation.map_or_else(|| asker.place.clone(), |conversation| conversation.place);
        let policy =
            version_now(&proposal.policy, &self.settings, &target.name, &target.terms, &asker.user.role, &held_in);
        if policy != proposal.policy {
            let detail = format!("offered under the rules {}, now {policy}", proposal.policy);
            return Ok(Err(Changed { rule: Some("policy-changed"), detail, sentence: text("proposal-changed") }));
        }
        let shown = self.targets.shown(asker, target, &schemas, &approved);
        Ok(match approved.bind(&proposal.parameters) {
            Ok(approved) => Ok(Checked { approved, shown, schemas, held_in }),
            Err(missing) => {
                let sentence = text("parameter-missing").with("name", missing.0.as_str());
                Err(Changed { rule: None, detail: missing.to_string(), sentence })
            }
        })
    }
}

/// True of a proposal that was not used, refused or expired.
pub(crate) fn can_run(proposal: &Proposal, now: Timestamp) -> bool {
    proposal.state == ProposalState::Pending && proposal.expires_at > now
}

/// Rejects a refused proposal: it can be corrected, not run or explained.
pub(crate) fn refuse_refused(proposal: &Proposal) -> Result<(), PipelineError> {
    match proposal.state {
        ProposalState::Refused => Err(PipelineError::Tell(text("proposal-refused"))),
        ProposalState::Pending | ProposalState::Used => Ok(()),
    }
}
