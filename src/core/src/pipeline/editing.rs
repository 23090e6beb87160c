//! Statements that people change themselves.

use super::asker::Asker;
use super::audience::{Audience, signed};
use super::latest::Latest;
use super::proposing::{BESIDE, Draft};
use super::question::Inquiry;
use super::quotas::Counted;
use super::schema::Schemas;
use super::{Pipeline, PipelineError, Schema, Target};
use crate::domain::{Capability, Form, Locale, Origin, Outgoing, Proposal, ProposalId};
use crate::guard::Verdict;
use crate::text::text;

impl Pipeline {
    /// Shows a statement in a form in which it can be changed, or, where there are none, as it is typed and sent back.
    pub(super) async fn show_for_editing(
        &self,
        asker: &Asker,
        id: &ProposalId,
        latest: Option<&Latest>,
    ) -> Result<(), PipelineError> {
        let proposal = self.own_proposal(asker, id).await?;
        let form = form(&proposal, asker.own_locale);
        match asker.platform.open_form(&asker.event, &form).await {
            Ok(()) => return Ok(()),
            Err(error) => tracing::debug!(%error, "a statement is not shown in a form"),
        }
        let prefix = asker.prefix();
        let sentence = text("edit-how").with("prefix", prefix).render(asker.user.locale);
        let target = self.target_named(&proposal.target)?;
        let verified = self.parts.knowledge.verified(&target.name).await?;
        let schemas = self.schemas(&target, &verified).await?;
        let statement = on_one_line(&schemas.of(&asker.user.role), &proposal);
        let message = Outgoing::text(format!("{sentence}\n```sql\n{prefix}edit {statement}\n```"));
        let room = asker.platform.capabilities().length.less(BESIDE);
        let message = if room.holds(&message.text) { message } else { self.as_a_file(asker, &proposal).await? };
        self.show_statement(asker, &target, &schemas, &proposal, message.clone(), latest).await;
        self.forget_files(asker, &message.files).await;
        Ok(())
    }

    /// A statement that no message holds whole, to be changed in a file.
    async fn as_a_file(&self, asker: &Asker, proposal: &Proposal) -> Result<Outgoing, PipelineError> {
        let name = self.file_name(asker, proposal);
        let written = self.parts.files.statement(&name.stored, &proposal.statement).await;
        let file = name.show(written.map_err(|error| PipelineError::Broken(error.to_string()))?);
        let sentence = text("edit-how-file").with("prefix", asker.prefix()).render(asker.user.locale);
        Ok(Outgoing { files: vec![file], ..Outgoing::text(sentence) })
    }

    /// Shows what holds a statement where it was asked for, or to the asker alone where not everybody may see what it
    /// reads. Where the last answer does not offer it, a line says so, and it is what they look at from then on.
    pub(super) async fn show_statement(
        &self,
        asker: &Asker,
        target: &Target,
        schemas: &Schemas,
        proposal: &Proposal,
        message: Outgoing,
        latest: Option<&Latest>,
    ) {
        let note = latest.and_then(Latest::note).map(|note| note.render(asker.user.locale) + "\n").unwrap_or_default();
        let message = Outgoing { text: note + &message.text, ..message };
        let audience = Audience::of(&self.parts.settings, schemas, &asker.user.role, &asker.place);
        let shown = if self.shown_itself(&asker.place, target, audience.bar(&proposal.statement)).allowed {
            let message = Outgoing { text: signed(asker, &message.text), ..message };
            self.show_card(asker, &proposal.id, &message).await
        } else {
            let handed_over = self.hand_over(asker, &proposal.id, &message).await;
            let shown = handed_over.is_ok();
            let (Ok(said) | Err(said)) = handed_over;
            self.show_here(asker, said).await;
            shown
        };
        if let (true, Some(latest)) = (shown, latest) {
            self.shown_again.remember(latest);
        }
    }

    /// Takes a statement the person wrote: a new proposal, through the guard like any other. Parameters keep the
    /// values they had in the one that was changed, the latest where none is named.
    pub(super) async fn edit(
        &self,
        asker: &Asker,
        changed: Option<&ProposalId>,
        statement: &str,
    ) -> Result<(), PipelineError> {
        self.require(asker, Capability::Ask, "edit", text("ask-not-allowed")).await?;
        self.within_quota(asker, Counted::Questions).await?;
        let conversation = self.current(asker).await?;
        let before = match changed {
            Some(id) => Some(self.own_proposal(asker, id).await?),
            None => self.parts.proposals.latest(conversation.id).await?,
        };
        let target = match &before {
            Some(proposal) => self.target_named(&proposal.target)?,
            None => self.target_of("", &asker.place)?,
        };
        self.require_here(asker, &target).await?;
        let verified = self.parts.knowledge.verified(&target.name).await?;
        let schemas = self.schemas(&target, &verified).await?;
        let (question, parameters) =
            before.map(|proposal| (proposal.question, proposal.parameters)).unwrap_or_default();
        let inquiry = Inquiry::new((asker, &conversation), target, &self.parts.settings, &schemas, &question);
        let statement = statement.trim_end_matches(';');
        let offer = self
            .propose(&inquiry, Draft { statement, parameters, origin: Origin::Person, told: None, repairs: 0 })
            .await?;
        let proposal = offer.proposal.clone();
        let card = self.placed(asker, offer, str::to_owned).await;
        let message = Outgoing { text: signed(asker, &card.text), ..card };
        self.show_card(asker, &proposal, &message).await;
        self.forget_files(asker, &message.files).await;
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
