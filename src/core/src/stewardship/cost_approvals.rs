//! Costly statements that wait for the approval of a second person.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::access::gate::Access;
use crate::asker::Asker;
use crate::domain::{
    AuditAction, AuditEvent, AuditStatus, ButtonAction, Capability, Outgoing, OutgoingState, PlatformName, Proposal,
    ProposalId, Role, User,
};
use crate::egress::{echo, neutralized};
use crate::error::PipelineError;
use crate::guard::Verdict;
use crate::outbox::Platforms;
use crate::outbox::buttons::button;
use crate::outbox::cards::Cards;
use crate::outbox::send::Outbox;
use crate::outbox::signature::asked_by;
use crate::people::name_of;
use crate::ports::{Clock, Conversations, People, Proposals, StoreError};
use crate::recorder::Recorder;
use crate::recorder::event::about;
use crate::settings::Settings;
use crate::statements::card::whole_statement;
use crate::statements::recheck::Statements;
use crate::stewardship::approving::DecisionError;
use crate::targets::{Schema, Targets};
use crate::text::text;

/// Proposals looked at for the one a steward means, the oldest first.
const WAITING: u32 = 200;

/// Proposals listed at once.
const LISTED: usize = 10;

/// Costly statements that wait for a second person.
pub struct CostApprovals {
    pub(crate) settings: Arc<Settings>,
    pub(crate) platforms: Platforms,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) access: Arc<Access>,
    pub(crate) targets: Arc<Targets>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) cards: Arc<Cards>,
    pub(crate) statements: Arc<Statements>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) conversations: Arc<dyn Conversations>,
    pub(crate) proposals: Arc<dyn Proposals>,
    pub(crate) people: Arc<dyn People>,
}

impl CostApprovals {
    /// Handles a steward's words: none lists what is pending, a name shows one in full, a name and "yes" approves it.
    pub(crate) async fn agree(&self, asker: &Asker, words: &str) -> Result<(), PipelineError> {
        let tried = format!("agree {words}");
        self.access.require(asker, Capability::ApproveCostly, &tried, text("agree-not-allowed")).await?;
        let waiting = self.proposals.awaiting_agreement(self.clock.now(), WAITING).await?;
        let waiting = self.readable(asker, waiting).await;
        let mut words = words.split_whitespace();
        let Some(name) = words.next() else { return self.list_waiting(asker, &waiting).await };
        // Not by a letter or two: what is agreed to must be meant.
        let mut meant = waiting.iter().filter(|one| name.len() >= one.id.short().len() && one.id.0.starts_with(name));
        let (Some(proposal), None) = (meant.next(), meant.next()) else {
            let sentence = text("agree-unknown").with("name", echo(name)).with("prefix", asker.prefix());
            return Err(PipelineError::Tell(sentence));
        };
        match words.next().map(str::to_lowercase).as_deref() {
            Some("yes" | "oui") => self.give_agreement(asker, proposal).await,
            _ => self.show_pending(asker, proposal).await,
        }
    }

    /// Approves a statement that the steward sees in full.
    pub(crate) async fn approve_by_click(&self, asker: &Asker, id: &ProposalId) -> Result<(), PipelineError> {
        let tried = format!("agree {}", id.short());
        let refused = text("agree-not-allowed");
        self.access.require(asker, Capability::ApproveCostly, &tried, refused).await.map_err(PipelineError::alone)?;
        let waiting = self.proposals.awaiting_agreement(self.clock.now(), WAITING).await?;
        let meant = waiting.into_iter().filter(|proposal| proposal.id == *id).collect();
        let Some(proposal) = self.readable(asker, meant).await.pop() else {
            return Err(PipelineError::Tell(text("agree-too-late")));
        };
        self.give_agreement(asker, &proposal).await
    }

    /// The proposals that the asker may read and whose content is unchanged: nobody sees what they may not read, or approves
    /// what they cannot judge.
    pub(crate) async fn readable(&self, asker: &Asker, waiting: Vec<Proposal>) -> Vec<Proposal> {
        self.readable_by(&asker.user.role, &asker.place.platform, waiting).await
    }

    /// Selects those that a role may read on a platform.
    async fn readable_by(&self, role: &Role, on: &PlatformName, waiting: Vec<Proposal>) -> Vec<Proposal> {
        let mut schemas: BTreeMap<String, Option<Arc<Schema>>> = BTreeMap::new();
        let mut readable = Vec::new();
        for proposal in waiting {
            if !schemas.contains_key(&proposal.target) {
                let schema = self.targets.schema_on(&proposal.target, role, on).await;
                schemas.insert(proposal.target.clone(), schema);
            }
            let schema = schemas.get(&proposal.target).and_then(Option::as_ref);
            let is_open = schema.is_some_and(|schema| match schema.guard.check(&proposal.statement) {
                Verdict::Allow(approved) => approved.text() == proposal.statement,
                Verdict::Deny(_) => false,
            });
            if is_open && proposal.is_untouched() {
                readable.push(proposal);
            }
        }
        readable
    }

    async fn list_waiting(&self, asker: &Asker, waiting: &[Proposal]) -> Result<(), PipelineError> {
        if waiting.is_empty() {
            return Err(PipelineError::Tell(text("agree-none")));
        }
        let users = self.people.users().await?;
        let lines = waiting.iter().take(LISTED).map(|proposal| {
            let question = neutralized(&proposal.question.chars().take(100).collect::<String>());
            let name = format!("`{}`", proposal.id.short());
            let parts = [name, name_of(&users, proposal.author), proposal.target.clone(), question];
            format!("- {}", parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · "))
        });
        let locale = asker.user.locale;
        let how = text("agree-how").with("prefix", asker.prefix()).render(locale);
        let lines: Vec<String> = std::iter::once(how).chain(lines).collect();
        self.outbox.post_privately(asker, Outgoing::text(lines.join("\n"))).await
    }

    /// The statement whole: what people cannot read they cannot agree to.
    async fn show_pending(&self, asker: &Asker, proposal: &Proposal) -> Result<(), PipelineError> {
        let locale = asker.user.locale;
        let users = self.people.users().await?;
        let who = text("agree-asked").with("name", name_of(&users, proposal.author)).with("target", &proposal.target);
        let how = text("agree-confirm").with("prefix", asker.prefix()).with("name", proposal.id.short());
        let (who, how) = (who.render(locale), how.render(locale));
        let told = |in_file: Option<&str>| format!("{who}\n{}\n{how}", whole_statement(proposal, in_file, locale));
        let shown = self.statements.shown_whole(asker, proposal, asker.platform.capabilities().length, told).await;
        let (told, files) = shown.ok_or_else(|| PipelineError::Tell(text("agree-not-showable")))?;
        let agree = button(ButtonAction::Agree(proposal.id.clone()), &text("button-agree"), locale);
        let message = Outgoing { files, buttons: vec![agree], ..Outgoing::text(told) };
        let shown = self.outbox.post_privately(asker, message.clone()).await;
        self.outbox.release_uploaded_files(asker, &message.files).await;
        shown
    }

    /// Approves a statement, and tells whoever wrote for it in the chat.
    async fn give_agreement(&self, asker: &Asker, proposal: &Proposal) -> Result<(), PipelineError> {
        let event = |action, status| self.recorder.event(asker, action, status);
        self.apply(&asker.user, event, proposal).await?;
        let users = self.people.users().await?;
        let done = text("agree-done").with("name", name_of(&users, proposal.author));
        self.outbox.tell(asker, &done).await;
        self.tell_of_agreement(&asker.user, &users, proposal).await;
        Ok(())
    }

    /// Records the approval, then applies it.
    async fn apply(
        &self,
        steward: &User,
        event: impl Fn(AuditAction, AuditStatus) -> AuditEvent,
        proposal: &Proposal,
    ) -> Result<(), PipelineError> {
        if proposal.author == steward.id {
            self.recorder.record(about(event(AuditAction::Denied, AuditStatus::Refused), proposal, &[])).await?;
            return Err(PipelineError::Tell(text("agree-own")));
        }
        self.recorder.record(about(event(AuditAction::Agreed, AuditStatus::Ok), proposal, &[])).await?;
        if !self.proposals.agree(&proposal.id, steward.id, self.clock.now()).await? {
            return Err(PipelineError::Tell(text("agree-too-late")));
        }
        Ok(())
    }

    /// The statements that wait for a second person and that a steward may read on a platform.
    pub async fn waiting_for(&self, steward: &User, on: &PlatformName) -> Result<Vec<Proposal>, StoreError> {
        let waiting = self.proposals.awaiting_agreement(self.clock.now(), WAITING).await?;
        Ok(self.readable_by(&steward.role, on, waiting).await)
    }

    /// Approves a statement that a steward has read elsewhere than in a chat.
    pub async fn approve(
        &self,
        steward: &User,
        event: impl Fn(AuditAction, AuditStatus) -> AuditEvent,
        proposal: &Proposal,
    ) -> Result<(), DecisionError> {
        self.apply(steward, event, proposal).await?;
        let users = self.people.users().await.map_err(PipelineError::from)?;
        self.tell_of_agreement(steward, &users, proposal).await;
        Ok(())
    }

    /// Notifies the author in the place of the question, with Execute. Best effort: a failure changes nothing.
    async fn tell_of_agreement(&self, steward: &User, users: &[User], proposal: &Proposal) {
        let Some(author) = users.iter().find(|user| user.id == proposal.author) else { return };
        let conversation = match self.conversations.conversation(proposal.conversation).await {
            Ok(Some(conversation)) => conversation,
            Ok(None) => return,
            Err(error) => {
                return tracing::warn!(%error, "costly statement approved, but its author not notified");
            }
        };
        let Some(platform) = self.platforms.get(&conversation.place.platform) else { return };
        let locale = self.settings.language_of(&conversation.place).unwrap_or(author.locale);
        let sentence = text("agreement-given").with("name", &steward.full_name).with("target", &proposal.target);
        let execute = button(ButtonAction::Execute(proposal.id.clone()), &text("button-execute"), locale);
        let sentence = sentence.render(locale);
        let again = format!("{sentence}\n{}", whole_statement(proposal, None, locale));
        let text = if conversation.place.private {
            // One that needs a file they have read already.
            let is_plain = !proposal.statement.contains("```");
            if is_plain && platform.capabilities().length.holds(&again) { again } else { sentence }
        } else {
            // They have read it already, and others who read here need not be allowed to.
            format!("{}\n{sentence}", asked_by(author, locale))
        };
        let message = Outgoing { text, buttons: vec![execute], files: Vec::new(), state: OutgoingState::Final };
        if let Ok(at) = self.outbox.send_truncated(&**platform, &conversation.place, &message).await {
            self.cards.remember_card(&proposal.id, at, &message).await;
        }
    }
}
