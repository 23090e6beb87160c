//! Statements that people change themselves.

use std::sync::Arc;

use crate::access::gate::Access;
use crate::access::gauge::QuotaKind;
use crate::asker::Asker;
use crate::domain::{Capability, Form, Locale, Origin, Outgoing, Proposal, ProposalId};
use crate::error::PipelineError;
use crate::guard::Verdict;
use crate::history::History;
use crate::history::latest::Latest;
use crate::outbox::cards::Cards;
use crate::outbox::send::Outbox;
use crate::outbox::signature::signed;
use crate::pipeline::inquiry::{Inquiry, Question};
use crate::pipeline::proposal_maker::{Draft, ProposalMaker};
use crate::ports::{Clock, Proposals, ResultFiles};
use crate::settings::Settings;
use crate::statements::card::BESIDE;
use crate::statements::file_name::FileName;
use crate::statements::recheck::Statements;
use crate::targets::{Schema, Targets};
use crate::text::text;

/// Lets people change statements.
pub(crate) struct StatementEditor {
    pub(crate) settings: Arc<Settings>,
    pub(crate) access: Arc<Access>,
    pub(crate) targets: Arc<Targets>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) cards: Arc<Cards>,
    pub(crate) history: Arc<History>,
    pub(crate) statements: Arc<Statements>,
    pub(crate) proposal_maker: Arc<ProposalMaker>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) proposals: Arc<dyn Proposals>,
    pub(crate) files: Arc<dyn ResultFiles>,
}

impl StatementEditor {
    /// Shows a statement in a form in which it can be changed, or, where there are none, as it is typed and sent back.
    pub(crate) async fn show_for_editing(
        &self,
        asker: &Asker,
        id: &ProposalId,
        latest: Option<&Latest>,
    ) -> Result<(), PipelineError> {
        let proposal = self.statements.own_proposal(asker, id).await?;
        let form = form(&proposal, asker.own_locale);
        match asker.platform.open_form(&asker.event, &form).await {
            Ok(()) => return Ok(()),
            Err(error) => tracing::debug!(%error, "statement not shown in a form; asking for it as a message"),
        }
        let prefix = asker.prefix();
        let sentence = text("edit-how").with("prefix", prefix).render(asker.user.locale);
        let target = self.targets.target_named(&proposal.target)?;
        let schemas = self.targets.schemas(&target).await?;
        let statement = on_one_line(&schemas.of(&asker.user.role), &proposal);
        let message = Outgoing::text(format!("{sentence}\n```sql\n{prefix}edit {statement}\n```"));
        let room = asker.platform.capabilities().length.less(BESIDE);
        let message = if room.holds(&message.text) { message } else { self.as_a_file(asker, &proposal).await? };
        self.statements.show_statement(asker, &target, &schemas, &proposal, message, latest).await;
        Ok(())
    }

    /// A statement that no message holds whole, to be changed in a file.
    async fn as_a_file(&self, asker: &Asker, proposal: &Proposal) -> Result<Outgoing, PipelineError> {
        let name = FileName::of(asker, proposal, self.clock.now());
        let written = self.files.statement(&name.stored, &proposal.statement).await;
        let file = name.show(written.map_err(|error| PipelineError::Broken(error.to_string()))?);
        let sentence = text("edit-how-file").with("prefix", asker.prefix()).render(asker.user.locale);
        Ok(Outgoing { files: vec![file], ..Outgoing::text(sentence) })
    }

    /// Takes a statement the person wrote: a new proposal, through the guard like any other. Parameters keep the
    /// values they had in the one that was changed, the latest where none is named.
    pub(crate) async fn edit(
        &self,
        asker: &Asker,
        changed: Option<&ProposalId>,
        statement: &str,
    ) -> Result<(), PipelineError> {
        self.access.require(asker, Capability::Ask, "edit", text("ask-not-allowed")).await?;
        self.access.consume_quota(asker, QuotaKind::Questions).await?;
        let conversation = self.history.current(asker).await?;
        let before = match changed {
            Some(id) => Some(self.statements.own_proposal(asker, id).await?),
            None => self.proposals.latest(conversation.id).await?,
        };
        let target = match &before {
            Some(proposal) => self.targets.target_named(&proposal.target)?,
            None => self.targets.target_of("", None, &asker.place)?,
        };
        self.targets.require_here(asker, &target).await?;
        let schemas = self.targets.schemas(&target).await?;
        let (question, parameters, turns) =
            before.map(|proposal| (proposal.question, proposal.parameters, proposal.asked)).unwrap_or_default();
        let question = Question::of_statement(&question, turns);
        let inquiry = Inquiry::new(asker, &conversation, &question, target, &schemas, &self.settings);
        let statement = statement.trim_end_matches(';');
        let offer = self
            .proposal_maker
            .propose(&inquiry, Draft { statement, parameters, origin: Origin::Person, told: None, repairs: 0 })
            .await?;
        let proposal = offer.proposal.clone();
        let card = self.proposal_maker.placed(asker, offer, str::to_owned).await;
        let message = Outgoing { text: signed(asker, &card.text), ..card };
        self.cards.show_card(asker, &proposal, &message).await;
        self.outbox.release_uploaded_files(asker, &message.files).await;
        Ok(())
    }
}

fn form(proposal: &Proposal, locale: Locale) -> Form {
    Form {
        proposal: proposal.id.clone(),
        title: text("edit-form-title").with("target", &proposal.target).render(locale),
        label: text("edit-form-label").render(locale),
        text: proposal.statement.clone(),
    }
}

/// The statement as it can be typed where a line is a message, unless that would change it, as in a literal.
fn on_one_line(schema: &Schema, proposal: &Proposal) -> String {
    let line = proposal.statement.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    match schema.guard.check(&line) {
        Verdict::Allow(approved) if approved.text() == proposal.statement => line,
        _ => proposal.statement.clone(),
    }
}
