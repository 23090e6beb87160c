//! Statements that people change themselves.

use super::asker::Asker;
use super::proposing::Draft;
use super::question::Inquiry;
use super::{Pipeline, Trouble};
use crate::domain::{Origin, Outgoing, OutgoingState, Proposal, ProposalId};
use crate::guard::Verdict;
use crate::text::text;

impl Pipeline {
    /// Shows a statement in the form in which it can be changed and sent back.
    pub(super) async fn show_for_editing(&self, asker: &Asker, id: &ProposalId) -> Result<(), Trouble> {
        let proposal = self.own_proposal(asker, id).await?;
        let prefix = asker.prefix();
        let sentence = text("edit-how").with("prefix", prefix).render(asker.user.locale);
        let statement = self.on_one_line(asker, &proposal).await?;
        self.show(asker, &Outgoing::text(format!("{sentence}\n```sql\n{prefix}edit {statement}\n```"))).await;
        Ok(())
    }

    /// The statement as it can be typed where a line is a message, unless that would change it, as in a literal.
    async fn on_one_line(&self, asker: &Asker, proposal: &Proposal) -> Result<String, Trouble> {
        let target = self.target_named(&proposal.target)?;
        let verified = self.parts.knowledge.verified(&target.name).await?;
        let line = proposal.statement.lines().map(str::trim).collect::<Vec<_>>().join(" ");
        Ok(match self.schema(asker.user.role, &target, &verified).await?.guard.check(&line) {
            Verdict::Allow(approved) if approved.text() == proposal.statement => line,
            _ => proposal.statement.clone(),
        })
    }

    /// Takes a statement the person wrote: a new proposal, through the guard like any other. Parameters keep the
    /// values they had.
    pub(super) async fn edit(&self, asker: &Asker, statement: &str) -> Result<(), Trouble> {
        let now = self.parts.clock.now();
        let conversation = self.parts.conversations.current(asker.user.id, &asker.place, now).await?;
        let before = self.parts.proposals.latest(conversation.id).await?;
        let target = match &before {
            Some(proposal) => self.target_named(&proposal.target)?,
            None => self.target_of("", &asker.place)?,
        };
        let verified = self.parts.knowledge.verified(&target.name).await?;
        let schema = self.schema(asker.user.role, &target, &verified).await?;
        let (question, parameters) =
            before.map(|proposal| (proposal.question, proposal.parameters)).unwrap_or_default();
        let inquiry = Inquiry { asker, conversation: &conversation, target, schema, question: &question };
        let statement = statement.trim_end_matches(';');
        let offer = self.propose(&inquiry, Draft { statement, parameters, origin: Origin::Person }).await?;
        let text = offer.card().to_owned();
        self.show(asker, &Outgoing { text, buttons: offer.buttons, files: Vec::new(), state: OutgoingState::Final })
            .await;
        Ok(())
    }
}
