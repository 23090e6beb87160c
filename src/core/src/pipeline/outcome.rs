//! A result while it is read, and as people see it: a table of its first rows and files that hold all of them.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;

use crate::asker::Asker;
use crate::attached::own_words;
use crate::domain::{
    Button, ButtonAction, Column, Ending, LimitReached, Locale, Origin, Outgoing, Proposal, Row, TurnEnd, TurnId,
    TurnState, Value,
};
use crate::guard::ApprovedStatement;
use crate::outbox::buttons::lasting_buttons;
use crate::outbox::result_pages::{FirstRows, Head, PagedResult, ResultPages};
use crate::outbox::signature::{signature, signed};
use crate::pipeline::charts::ChartMaker;
use crate::ports::{Batch, Clock, Colophon, FileError, Finished, ResultFiles, ResultSheet, TargetError};
use crate::results::{Below, Chart, Preview, TableFormat, heading, hidden_columns, in_zone, readable, zone_name};
use crate::settings::Settings;
use crate::statements::card::day;
use crate::statements::file_name::FileName;
use crate::targets::Target;
use crate::text::{Text, text};

/// A result that has ended well.
pub(crate) struct Outcome {
    columns: Vec<Column>,
    /// The first rows: as many as a preview or a chart can show, and where pages are turned, those that are kept for that.
    head: Vec<Row>,
    pub(crate) rows: u64,
    ending: Ending,
    /// Rows that the statement itself asks for at most.
    row_limit: Option<u64>,
    /// The files, which are only finished once the result is recorded; `None` when they could not be written.
    sheet: Option<Box<dyn ResultSheet>>,
}

/// All rows of a result, as a program reads them.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// Their columns, headed as in files.
    pub columns: Vec<Column>,
    /// The rows, times in the time zone of whoever reads them.
    pub rows: Vec<Row>,
    /// The limit that cut them off, if one did.
    pub truncated: Option<LimitReached>,
    /// True if the statement itself asked for no more than these: there may be others.
    pub may_be_more: bool,
}

/// Reads results and shows them.
pub(crate) struct Results {
    pub(crate) settings: Arc<Settings>,
    pub(crate) pages: Arc<ResultPages>,
    pub(crate) charting: Arc<ChartMaker>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) files: Arc<dyn ResultFiles>,
}

impl Results {
    /// Reads all rows into the files and the first ones into memory.
    pub(crate) async fn collect(
        &self,
        asker: &Asker,
        target: &Target,
        approved: &ApprovedStatement,
        stop: &CancellationToken,
    ) -> Result<Outcome, TargetError> {
        let settings = &self.settings;
        let mut result = target.port.execute(approved, &asker.user.username, stop.clone()).await?;
        // Here, so that the table, the chart and the files have the same headings, whatever the database.
        result.columns.iter_mut().for_each(|column| column.name = heading(&column.name));
        let mut sheet = logged(self.files.begin(&result.columns, asker.user.locale, &asker.zone));
        // One row more than a chart can show: then it is known that there is none.
        let drawn = if Chart::may_be(&result.columns) { Chart::MOST_ROWS + 1 } else { 0 };
        let least = settings.preview_rows.max(drawn);
        let (mut head, mut rows) = (Head::new(least, asker.platform.capabilities().pages), 0);
        let ending = loop {
            match result.batches.next().await {
                Some(Ok(Batch::Rows(mut batch))) => {
                    in_zone(&mut batch, &result.columns, &asker.zone);
                    rows += batch.len() as u64;
                    head.add(&batch);
                    sheet = write_rows(sheet, batch).await;
                }
                Some(Ok(Batch::End(ending))) => break ending,
                Some(Err(error)) => return Err(error),
                None => return Err(TargetError::Failed("the result ended without its end".to_owned())),
            }
        };
        let row_limit = approved.row_limit();
        Ok(Outcome { columns: result.columns, head: head.rows, rows, ending, row_limit, sheet })
    }

    /// Reads all rows into memory, within the limits of the target.
    pub(crate) async fn rows(
        &self,
        asker: &Asker,
        target: &Target,
        approved: &ApprovedStatement,
        stop: &CancellationToken,
    ) -> Result<Rows, TargetError> {
        let mut result = target.port.execute(approved, &asker.user.username, stop.clone()).await?;
        result.columns.iter_mut().for_each(|column| column.name = heading(&column.name));
        let mut rows = Vec::new();
        while let Some(batch) = result.batches.next().await {
            match batch? {
                Batch::Rows(mut batch) => {
                    in_zone(&mut batch, &result.columns, &asker.zone);
                    rows.extend(batch);
                }
                Batch::End(Ending { truncated, .. }) => {
                    let may_be_more = approved.row_limit() == Some(rows.len() as u64);
                    return Ok(Rows { columns: result.columns, rows, truncated, may_be_more });
                }
            }
        }
        Err(TargetError::Failed("the result ended without its end".to_owned()))
    }

    /// The files of a result: none of one without rows, `None` when they could not be written.
    async fn finish_files(&self, asker: &Asker, proposal: &Proposal, outcome: &mut Outcome) -> Option<Finished> {
        let sheet = outcome.sheet.take()?;
        if outcome.rows == 0 {
            return Some(Finished::default());
        }
        let locale = asker.user.locale;
        let mut name = FileName::of(asker, proposal, self.clock.now());
        if outcome.ending.truncated.is_some() {
            // Plain digits: it is a name.
            let first = text("file-first-rows").with("rows", outcome.rows.to_string()).render(locale);
            name = name.with(&first);
        }
        let facts = self.facts(asker, proposal, outcome);
        let max_file_bytes = asker.platform.capabilities().max_file_bytes;
        let finished = logged(sheet.finish(&Colophon { name: name.stored.clone(), facts, max_file_bytes }).await)?;
        let files = finished.files.into_iter().map(|file| name.show(file)).collect();
        Some(Finished { files, ..finished })
    }

    /// The result's origin and what is missing from it, by label.
    fn facts(&self, asker: &Asker, proposal: &Proposal, outcome: &Outcome) -> Vec<(String, String)> {
        let locale = asker.user.locale;
        let fact = |label: &'static str, value: String| (text(label).render(locale), value);
        let mut facts = vec![
            fact("fact-question", proposal.question.clone()),
            fact("fact-statement", proposal.statement.clone()),
            fact("fact-person", asker.user.full_name.clone()),
            fact("fact-target", proposal.target.clone()),
            fact("fact-time", told(self.clock.now(), &asker.zone)),
            fact("fact-rows", outcome.rows.to_string()),
        ];
        let values = proposal.parameters.iter();
        let values = values.map(|(name, value)| (format!(":{name}"), readable(value, locale, false)));
        facts.splice(2..2, values);
        if let Origin::Verified { by, on, .. } = &proposal.origin {
            let verified = text("origin-verified").with("by", by).with("on", day(on, locale));
            facts.push(fact("fact-verified", verified.render(locale)));
        }
        if may_be_more(outcome) {
            facts.push(fact("fact-truncated", summary(outcome).render(locale)));
        }
        if let Some(cut) = cut_cells(outcome) {
            facts.push(fact("fact-cut", cut.render(locale)));
        }
        facts
    }

    /// The table and the files of a result that is recorded, and the end of its turn: the rows the table shows, how many there
    /// are, and what the table leaves out. `hints` go below it.
    pub(crate) async fn finish_result(
        &self,
        asker: &Asker,
        proposal: &Proposal,
        turn: TurnId,
        mut outcome: Outcome,
        hints: Vec<Text>,
        took: Duration,
    ) -> (Outgoing, TurnEnd) {
        let locale = asker.user.locale;
        let capabilities = asker.platform.capabilities();
        let format = self.table_format(asker);
        let finished = self.finish_files(asker, proposal, &mut outcome).await;
        let took = text("took").with("seconds", seconds(took, locale));
        let mut kept = summary(&outcome).render(locale);
        let mut below = Below { summary: format!("{kept} {}", took.render(locale)), rest: hints };
        let preview = (outcome.rows > 0).then(|| Preview::draw(&outcome.columns, &outcome.head, format));
        let partial = preview.as_ref().map(|preview| left_out(preview, outcome.rows)).unwrap_or_default();
        for sentence in &partial {
            kept = format!("{kept} {}", sentence.render(locale));
        }
        if preview.is_some() {
            below.rest.extend(cut_cells(&outcome));
            match (&finished, partial.is_empty()) {
                (None, _) => below.rest.push(text("files-failed")),
                (Some(_), false) => below.rest.push(text("files-hold-all").count("rows", outcome.rows)),
                (Some(_), true) => {}
            }
        }
        let finished = finished.unwrap_or_default();
        let (files, too_large): (Vec<_>, Vec<_>) =
            finished.files.into_iter().partition(|file| file.bytes <= capabilities.max_file_bytes);
        if finished.beyond_sheet {
            below.rest.push(text("files-beyond-sheet"));
        }
        if finished.compressed {
            below.rest.push(text("files-compressed"));
        }
        if !too_large.is_empty() {
            below.rest.push(text("files-too-large").count("count", too_large.len() as u64));
        }
        let mut buttons = self.store_chart_and_button(asker, proposal, turn, &outcome);
        buttons.extend(lasting_buttons(proposal, locale));
        let text = below.under(preview.as_ref(), &partial, locale);
        let message = Outgoing { buttons, ..Outgoing::text(signed(asker, &text)) };
        let is_partial = preview.as_ref().is_some_and(|preview| (preview.rows as u64) < outcome.rows);
        let message = if capabilities.pages && is_partial {
            let first = FirstRows { columns: outcome.columns, rows: outcome.head, total: outcome.rows };
            let result = PagedResult::of(proposal.conversation, signature(asker), first, format, below);
            self.pages.offer_pages(turn, result, message)
        } else {
            message
        };
        let table = preview.map(|preview| preview.table);
        (Outgoing { files, ..message }, TurnEnd { table, ..TurnEnd::words(kept, TurnState::Complete) })
    }

    /// The largest table for the asker's chat that leaves room for the lines below it.
    pub(crate) fn table_format(&self, asker: &Asker) -> TableFormat {
        let length = asker.platform.capabilities().length.less(600);
        let columns = asker.platform.columns();
        TableFormat { length, columns, max_rows: self.settings.preview_rows, locale: asker.user.locale }
    }

    /// A button for the chart of a result that can be one.
    fn store_chart_and_button(
        &self,
        asker: &Asker,
        proposal: &Proposal,
        turn: TurnId,
        outcome: &Outcome,
    ) -> Vec<Button> {
        let locale = asker.user.locale;
        let is_whole = outcome.rows == outcome.head.len() as u64;
        let chart = if is_whole { Chart::of(&outcome.columns, &outcome.head, locale) } else { None };
        let Some(chart) = chart else {
            self.charting.keep_chart(asker, &proposal.id, turn, None);
            return Vec::new();
        };
        let note = may_be_more(outcome).then(|| summary(outcome).render(locale));
        // A statement that somebody wrote themselves may answer no question.
        let title =
            if proposal.question.trim().is_empty() { chart.title } else { own_words(&proposal.question).into_owned() };
        self.charting.keep_chart(asker, &proposal.id, turn, Some(Chart { title, note, ..chart }));
        vec![Button { action: ButtonAction::Chart(proposal.id.clone()), label: text("button-chart").render(locale) }]
    }
}

/// Sentences on the rows and columns of the result that the table does not show.
pub(crate) fn left_out(preview: &Preview, rows: u64) -> Vec<Text> {
    let shown = preview.rows as u64;
    let fewer_rows = (shown < rows).then(|| text("preview-rows").count("shown", shown));
    fewer_rows.into_iter().chain(hidden_columns(preview)).collect()
}

/// True where a limit of ours or of the statement itself ended the result. Who asks for one row means the first of them.
fn may_be_more(outcome: &Outcome) -> bool {
    let is_full = outcome.rows > 1 && outcome.row_limit == Some(outcome.rows);
    outcome.ending.truncated.is_some() || is_full
}

fn cut_cells(outcome: &Outcome) -> Option<Text> {
    (outcome.ending.cut_cells > 0).then(|| text("cells-cut").count("cells", outcome.ending.cut_cells))
}

/// Adds rows; a file that fails is given up, the table is still shown.
async fn write_rows(sheet: Option<Box<dyn ResultSheet>>, rows: Vec<Row>) -> Option<Box<dyn ResultSheet>> {
    let mut sheet = sheet?;
    logged(sheet.rows(rows).await).map(|()| sheet)
}

fn logged<T>(written: Result<T, FileError>) -> Option<T> {
    written
        .inspect_err(|error| tracing::error!(%error, "result files not written; the table is shown without them"))
        .ok()
}

/// The row count as a sentence.
pub(crate) fn summary(outcome: &Outcome) -> Text {
    match (outcome.rows, outcome.ending.truncated) {
        (0, None) => text("no-rows"),
        // The very first one is larger than a whole result may be, or took all of the time.
        (0, Some(_)) => text("no-row-fits"),
        (rows, None) if may_be_more(outcome) => text("rows-as-limited").count("rows", rows),
        (rows, None) => text("rows").count("rows", rows),
        (rows, Some(LimitReached::Time)) => text("rows-in-time").count("rows", rows),
        (rows, Some(LimitReached::Rows | LimitReached::Bytes)) => text("rows-of-more").count("rows", rows),
    }
}

/// A moment as people read it, with the name of its zone.
fn told(moment: Timestamp, zone: &TimeZone) -> String {
    format!("{} {}", moment.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S"), zone_name(zone))
}

fn seconds(took: Duration, locale: Locale) -> String {
    let exact = Value::Decimal(format!("{:.2}", took.as_secs_f64()));
    readable(&exact, locale, false)
}
