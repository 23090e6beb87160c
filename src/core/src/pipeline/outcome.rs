//! A result while it is read, and as people see it: a table of its first rows and files that hold all of them.

use std::time::Duration;

use futures::StreamExt as _;
use tokio_util::sync::CancellationToken;

use super::asker::Asker;
use super::{Pipeline, Target};
use crate::domain::{Column, Ending, FileRef, Locale, Outgoing, OutgoingState, Proposal, Row, Value};
use crate::guard::ApprovedStatement;
use crate::ports::{Batch, FileError, ResultSheet, TargetError};
use crate::results::{Preview, TableFormat, readable};
use crate::text::{Text, text};

/// A result that has ended well.
pub(super) struct Outcome {
    columns: Vec<Column>,
    /// The first rows, as many as a preview can show.
    head: Vec<Row>,
    pub(super) rows: u64,
    ending: Ending,
    /// The files, which are only finished once the result is recorded; `None` when they could not be written.
    sheet: Option<Box<dyn ResultSheet>>,
}

impl Pipeline {
    /// Reads all rows into the files and the first ones into memory.
    pub(super) async fn collect(
        &self,
        asker: &Asker,
        target: &Target,
        proposal: &Proposal,
        approved: &ApprovedStatement,
        stop: &CancellationToken,
    ) -> Result<Outcome, TargetError> {
        let settings = &self.parts.settings;
        let mut result = target.port.execute(approved, &asker.user.username, stop.clone()).await?;
        let mut sheet = self.begin_files(proposal, &result.columns, asker);
        let (mut head, mut rows) = (Vec::new(), 0);
        let ending = loop {
            match result.batches.next().await {
                Some(Ok(Batch::Rows(batch))) => {
                    rows += batch.len() as u64;
                    head.extend(batch.iter().take(settings.preview_rows.saturating_sub(head.len())).cloned());
                    sheet = write_rows(sheet, batch).await;
                }
                Some(Ok(Batch::End(ending))) => break ending,
                Some(Err(error)) => return Err(error),
                None => return Err(TargetError::Failed("the result ended without its end".to_owned())),
            }
        };
        Ok(Outcome { columns: result.columns, head, rows, ending, sheet })
    }

    fn begin_files(&self, proposal: &Proposal, columns: &[Column], asker: &Asker) -> Option<Box<dyn ResultSheet>> {
        let now = self.parts.clock.now().strftime("%Y%m%d-%H%M%S");
        let name = format!("{}-{now}-{}", proposal.target, &proposal.id.0[..proposal.id.0.len().min(6)]);
        logged(self.parts.files.begin(&name, columns, asker.user.locale))
    }

    /// The files of a result: none of one without rows, `None` when they could not be written.
    async fn finish_files(
        &self,
        sheet: Option<Box<dyn ResultSheet>>,
        asker: &Asker,
        proposal: &Proposal,
        rows: u64,
    ) -> Option<Vec<FileRef>> {
        let sheet = sheet?;
        if rows == 0 {
            return Some(Vec::new());
        }
        let locale = asker.user.locale;
        let fact = |label: &Text, value: String| (label.render(locale), value);
        let facts = [
            fact(&text("fact-question"), proposal.question.clone()),
            fact(&text("fact-statement"), proposal.statement.clone()),
            fact(&text("fact-person"), asker.user.full_name.clone()),
            fact(&text("fact-target"), proposal.target.clone()),
            fact(&text("fact-time"), self.parts.clock.now().strftime("%Y-%m-%d %H:%M:%S UTC").to_string()),
            fact(&text("fact-rows"), rows.to_string()),
        ];
        logged(sheet.finish(&facts).await)
    }

    /// The table and the files of a result that is recorded.
    pub(super) async fn result_message(
        &self,
        asker: &Asker,
        proposal: &Proposal,
        mut outcome: Outcome,
        took: Duration,
    ) -> Outgoing {
        let locale = asker.user.locale;
        let capabilities = asker.platform.capabilities();
        let format = TableFormat {
            max_chars: capabilities.max_chars.saturating_sub(600),
            max_rows: self.parts.settings.preview_rows,
            locale,
        };
        let files = self.finish_files(outcome.sheet.take(), asker, proposal, outcome.rows).await;
        let took = text("took").with("seconds", seconds(took, locale));
        let mut lines = vec![format!("{} {}", summary(&outcome).render(locale), took.render(locale))];
        if outcome.rows > 0 {
            let preview = Preview::draw(&outcome.columns, &outcome.head, format);
            if (preview.rows as u64) < outcome.rows {
                lines.push(text("preview-rows").count("shown", preview.rows as u64).render(locale));
            }
            if preview.hidden_columns > 0 {
                lines.push(text("preview-columns").count("hidden", preview.hidden_columns as u64).render(locale));
            }
            let partial = lines.len() > 1;
            lines.insert(0, preview.text);
            match (&files, partial) {
                (None, _) => lines.push(text("files-failed").render(locale)),
                (Some(_), true) => lines.push(text("files-hold-all").render(locale)),
                (Some(_), false) => {}
            }
        }
        let files = files.unwrap_or_default();
        let (files, too_large): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|file| file.bytes <= capabilities.max_file_bytes);
        if !too_large.is_empty() {
            lines.push(text("files-too-large").count("count", too_large.len() as u64).render(locale));
        }
        Outgoing { text: lines.join("\n"), buttons: Vec::new(), files, state: OutgoingState::Final }
    }
}

/// Adds rows; a file that fails is given up, the table is still shown.
async fn write_rows(sheet: Option<Box<dyn ResultSheet>>, rows: Vec<Row>) -> Option<Box<dyn ResultSheet>> {
    let mut sheet = sheet?;
    logged(sheet.rows(rows).await).map(|()| sheet)
}

fn logged<T>(written: Result<T, FileError>) -> Option<T> {
    written.inspect_err(|error| tracing::error!(%error, "the files of a result")).ok()
}

/// How many rows, in a sentence.
pub(super) fn summary(outcome: &Outcome) -> Text {
    match (outcome.rows, outcome.ending.truncated) {
        (0, _) => text("no-rows"),
        (rows, None) => text("rows").count("rows", rows),
        (rows, Some(_)) => text("rows-of-more").count("rows", rows),
    }
}

fn seconds(took: Duration, locale: Locale) -> String {
    let exact = Value::Decimal(format!("{:.2}", took.as_secs_f64()));
    readable(&exact, locale, false)
}
