//! Another page of a result, for the person who had it.

use std::sync::Arc;

use crate::access::gate::Access;
use crate::asker::Asker;
use crate::domain::{
    AuditAction, AuditEvent, AuditStatus, Capability, Column, ColumnKind, MessageRef, Outgoing, Proposal, ResultPage,
    Row, Turn, Value,
};
use crate::error::PipelineError;
use crate::outbox::buttons::lasting_buttons;
use crate::outbox::result_pages::{Page, ResultPages};
use crate::outbox::signature::signed;
use crate::pipeline::outcome::Results;
use crate::ports::{Clock, Conversations, PlatformError};
use crate::recorder::Recorder;
use crate::recorder::event::{about, delivery};
use crate::results::Preview;
use crate::statements::recheck::{Checked, Statements};
use crate::targets::Targets;
use crate::text::text;

/// Turns the pages of results.
pub(crate) struct ResultPager {
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) access: Arc<Access>,
    pub(crate) targets: Arc<Targets>,
    pub(crate) pages: Arc<ResultPages>,
    pub(crate) statements: Arc<Statements>,
    pub(crate) results: Arc<Results>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) conversations: Arc<dyn Conversations>,
}

impl ResultPager {
    /// Shows another page of a result to the person who had it, in its message. As with the result itself: who may no
    /// longer read it, or read it there, gets nothing, and nothing is shown before it is recorded.
    pub(crate) async fn show_rows(&self, asker: &Asker, wanted: &ResultPage) -> Result<(), PipelineError> {
        self.access.require(asker, Capability::Execute, "rows", text("execute-not-allowed")).await?;
        let gone = || PipelineError::Tell(text("rows-gone"));
        let turn = self.conversations.turn(wanted.turn).await?.ok_or_else(gone)?;
        let (Some(id), Some(noted)) = (&turn.proposal, turn.message.clone()) else { return Err(gone()) };
        let proposal = self.statements.proposal_of(asker, id, text("rows-not-yours")).await?;
        let target = self.targets.target_named(&proposal.target)?;
        let at = self.pages.kept.at(turn.id).unwrap_or(noted);
        // Who reads them is decided by where they are shown, wherever the click is answered.
        let reader = Asker { place: at.place.clone(), ..asker.clone() };
        let Checked { approved, shown, held_in, .. } = self.statements.approve(&reader, &target, &proposal).await?;
        if !shown.allowed {
            let refused = self.recorder.event(&reader, AuditAction::Refusal, AuditStatus::Refused);
            let refused = about(refused, &proposal, approved.relations());
            let (rule, detail) = (Some(shown.why.word().to_owned()), Some(shown.to_string()));
            self.recorder.record(AuditEvent { rule, detail, ..refused }).await?;
            return Err(PipelineError::TellAlone(text("rows-not-here")));
        }
        let Some(Page { message, rows, detail }) = self.pages.kept.page(wanted, self.clock.now()) else {
            self.close_pages(&reader, &proposal, &turn, at).await;
            return Err(gone());
        };
        let event = self.recorder.event(&reader, AuditAction::ResultPage, AuditStatus::Ok);
        let event = about(event, &proposal, approved.relations());
        let delivery = Some(delivery(&held_in, &at.place));
        self.recorder.record(AuditEvent { rows: Some(rows), detail: Some(detail), delivery, ..event }).await?;
        match self.pages.change_result(at, &message).await {
            // What is shown beside what somebody did takes no changes after a while.
            Err(PlatformError::Gone | PlatformError::Rejected(_)) => Err(gone()),
            Err(error) => {
                tracing::warn!(%error, turn = wanted.turn.0, "page of a result not shown");
                Err(PipelineError::Tell(text("rows-not-shown")))
            }
            Ok(()) => {
                self.pages.kept.shows(turn.id, &message.text);
                Ok(())
            }
        }
    }

    /// Takes the buttons that turn pages from a result whose rows are no longer kept: where not even its text is, as after a
    /// restart, it shows its first rows again, as the conversation keeps them.
    async fn close_pages(&self, reader: &Asker, proposal: &Proposal, turn: &Turn, at: MessageRef) {
        let known = self.pages.kept.close(turn.id);
        let Some(message) = known.or_else(|| self.first_page(reader, proposal, turn)) else { return };
        if let Err(error) = self.pages.change_result(at, &message).await {
            tracing::debug!(%error, turn = turn.id.0, "page buttons of an expired result not removed");
        }
    }

    fn first_page(&self, reader: &Asker, proposal: &Proposal, turn: &Turn) -> Option<Outgoing> {
        let table = turn.table.as_ref()?;
        let kind = |number| if number { ColumnKind::Number } else { ColumnKind::Text };
        let columns = table.columns.iter().map(|one| Column { name: one.name.clone(), kind: kind(one.number) });
        let rows = table.rows.iter().map(|row| row.iter().cloned().map(Value::Text).collect());
        let columns: Vec<Column> = columns.collect();
        let preview = Preview::draw(&columns, &rows.collect::<Vec<Row>>(), self.results.table_format(reader));
        let said = signed(reader, &format!("{}\n{}", preview.text, turn.text));
        Some(Outgoing { buttons: lasting_buttons(proposal, reader.user.locale), ..Outgoing::text(said) })
    }
}
