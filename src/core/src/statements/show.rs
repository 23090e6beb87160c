//! Shows a statement whole: in a message, or in a file beside it where no message holds it.

use std::sync::Arc;

use crate::asker::Asker;
use crate::domain::{FileRef, Length, Outgoing, Proposal, ProposalId};
use crate::error::PipelineError;
use crate::history::latest::Latest;
use crate::outbox::buttons::buttons;
use crate::outbox::signature::signed;
use crate::statements::card::{BESIDE, card, waits};
use crate::statements::file_name::FileName;
use crate::statements::recheck::{Checked, Statements, can_run};
use crate::targets::audience::Audience;
use crate::targets::{Schemas, Target};
use crate::text::text;

impl Statements {
    /// Shows a statement to its asker alone, which could not be sent to them in private before.
    pub(crate) async fn show_alone(&self, asker: &Asker, id: &ProposalId) -> Result<(), PipelineError> {
        let proposal = self.own_proposal(asker, id).await?;
        let (_, _, message) = self.card_again(asker, &proposal).await?;
        let handed_over = self.cards.hand_over(asker, id, &message).await;
        self.outbox.release_uploaded_files(asker, &message.files).await;
        if let Err(closed) = handed_over {
            self.outbox.post_in_place(asker, closed).await;
        }
        Ok(())
    }

    /// The text that shows a statement whole, as `told` writes it, and its file: none where a message has room for the
    /// statement itself, else the one that `told` is given the name of. `None` where people could not see all of it: then
    /// nobody may be asked to approve it.
    pub(crate) async fn shown_whole(
        &self,
        asker: &Asker,
        proposal: &Proposal,
        room: Length,
        told: impl Fn(Option<&str>) -> String + Send + Sync,
    ) -> Option<(String, Vec<FileRef>)> {
        let text = told(None);
        // In a message, a fence would end at the first one in the statement.
        if room.holds(&text) && !proposal.statement.contains("```") {
            return Some((text, Vec::new()));
        }
        let name = FileName::of(asker, proposal, self.clock.now());
        let written = self.files.statement(&name.stored, &proposal.statement).await;
        let logged =
            |error| tracing::error!(%error, proposal = %proposal.id, "a statement could not be put into a file");
        let file = name.show(written.map_err(logged).ok()?);
        let text = told(Some(&file.name));
        if room.holds(&text) && file.bytes <= asker.platform.capabilities().max_file_bytes {
            return Some((text, vec![file]));
        }
        self.files.discard(&[file]).await;
        None
    }

    /// A statement that can still run, as it is shown once more.
    pub(crate) async fn card_again(
        &self,
        asker: &Asker,
        proposal: &Proposal,
    ) -> Result<(Arc<Target>, Arc<Schemas>, Outgoing), PipelineError> {
        if !can_run(proposal, self.clock.now()) {
            return Err(PipelineError::Tell(text("nothing-offered")));
        }
        let target = self.targets.target_named(&proposal.target)?;
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

    /// Shows what holds a statement where it was asked for, or to the asker alone where not everybody may see what it
    /// reads. Where the last answer does not offer it, a line says so, and it is what they look at from then on.
    pub(crate) async fn show_statement(
        &self,
        asker: &Asker,
        target: &Target,
        schemas: &Schemas,
        proposal: &Proposal,
        message: Outgoing,
        latest: Option<&Latest>,
    ) {
        let note = latest.and_then(Latest::note).map(|note| note.render(asker.user.locale) + "\n").unwrap_or_default();
        let (files, message) = (message.files.clone(), Outgoing { text: note + &message.text, ..message });
        let audience = Audience::of(&self.settings, schemas, &asker.user.role, &asker.place);
        let shown = if self.targets.shown_itself(&asker.place, target, audience.bar(&proposal.statement)).allowed {
            let message = Outgoing { text: signed(asker, &message.text), ..message };
            self.cards.show_card(asker, &proposal.id, &message).await
        } else {
            let handed_over = self.cards.hand_over(asker, &proposal.id, &message).await;
            let shown = handed_over.is_ok();
            let (Ok(said) | Err(said)) = handed_over;
            self.outbox.post_in_place(asker, said).await;
            shown
        };
        self.outbox.release_uploaded_files(asker, &files).await;
        if let (true, Some(latest)) = (shown, latest) {
            self.history.shown_again.remember(latest);
        }
    }
}
