//! From a click to a table: whose click, the guard again, one use, a durable audit row, and only then the database.

use std::time::Duration;

use futures::StreamExt as _;
use tokio_util::sync::CancellationToken;

use super::asker::Asker;
use super::ledger::about;
use super::{Pipeline, Target, Trouble};
use crate::domain::{
    AuditAction, AuditEvent, AuditStatus, Column, FileRef, Locale, Outgoing, OutgoingState, Proposal, ProposalId, Row,
    TurnState, Value,
};
use crate::guard::{ApprovedStatement, Verdict};
use crate::ports::{Batch, Claim, LimitReached, ResultSheet, TargetError};
use crate::results::{Preview, TableFormat, readable};
use crate::text::{Text, text};

/// Why a proposal may not run any more.
pub(super) struct Changed {
    /// The guard's rule, where it is one.
    rule: Option<&'static str>,
    detail: String,
    /// For the person.
    pub(super) sentence: Text,
}

/// A result that has ended well.
struct Outcome {
    columns: Vec<Column>,
    /// The first rows, as many as a preview can show.
    head: Vec<Row>,
    rows: u64,
    truncated: Option<LimitReached>,
    /// `None` when they could not be written.
    files: Option<Vec<FileRef>>,
}

impl Pipeline {
    /// Runs a proposal for the person who clicked.
    pub(super) async fn execute(&self, asker: &Asker, id: &ProposalId) -> Result<(), Trouble> {
        let proposal = self.own_proposal(asker, id).await?;
        let Some(work) = self.running.begin(asker.user.id, &asker.place) else {
            return Err(Trouble::Tell(text("still-answering").with("prefix", asker.prefix())));
        };
        let target = self.target_named(&proposal.target)?;
        let approved = self.approve(asker, &target, &proposal).await?;
        match self.parts.proposals.claim(id, self.parts.clock.now()).await? {
            Claim::Granted(_) => {}
            Claim::Used => return Err(Trouble::Tell(text("proposal-used"))),
            Claim::Expired => return Err(Trouble::Tell(text("proposal-expired"))),
            Claim::Unknown => return Err(Trouble::Tell(text("proposal-unknown"))),
        }
        let event = self.event(asker, AuditAction::Execution, AuditStatus::Ok);
        self.record(about(event, &proposal, approved.relations())).await?;
        self.run(asker, &target, &proposal, &approved, &work.stop).await
    }

    /// The proposal, if it is the asker's own.
    pub(super) async fn own_proposal(&self, asker: &Asker, id: &ProposalId) -> Result<Proposal, Trouble> {
        let Some(proposal) = self.parts.proposals.get(id).await? else {
            return Err(Trouble::Tell(text("proposal-unknown")));
        };
        if proposal.author != asker.user.id {
            let event = self.event(asker, AuditAction::Denied, AuditStatus::Refused);
            self.record(about(event, &proposal, &[])).await?;
            return Err(Trouble::TellAlone(text("proposal-not-yours")));
        }
        Ok(proposal)
    }

    pub(super) fn target_named(&self, name: &str) -> Result<std::sync::Arc<Target>, Trouble> {
        self.parts.targets.get(name).cloned().ok_or_else(|| Trouble::Tell(text("target-removed").with("target", name)))
    }

    /// The statement as it may run now; that it may no longer is recorded.
    async fn approve(&self, asker: &Asker, target: &Target, proposal: &Proposal) -> Result<ApprovedStatement, Trouble> {
        match self.check_again(target, proposal).await? {
            Ok(approved) => Ok(approved),
            Err(changed) => {
                let event = about(self.event(asker, AuditAction::Refusal, AuditStatus::Refused), proposal, &[]);
                let rule = changed.rule.map(str::to_owned);
                self.record(AuditEvent { rule, detail: Some(changed.detail), ..event }).await?;
                Err(Trouble::Tell(changed.sentence))
            }
        }
    }

    /// The guard's word on the statement as things are now. Anything but the exact text the person saw is refused.
    pub(super) async fn check_again(
        &self,
        target: &Target,
        proposal: &Proposal,
    ) -> Result<Result<ApprovedStatement, Changed>, Trouble> {
        let verified = self.parts.knowledge.verified(&target.name).await?;
        let schema = self.schema(target, &verified).await?;
        Ok(match schema.guard.check(&proposal.statement) {
            Verdict::Allow(approved) if approved.text() == proposal.statement => {
                approved.bind(&proposal.parameters).map_err(|missing| Changed {
                    rule: None,
                    detail: missing.to_string(),
                    sentence: text("parameter-missing").with("name", missing.0),
                })
            }
            Verdict::Allow(approved) => Err(Changed {
                rule: None,
                detail: format!("it would now run as: {}", approved.text()),
                sentence: text("proposal-changed"),
            }),
            Verdict::Deny(refusal) => {
                Err(Changed { rule: Some(refusal.rule.id()), detail: refusal.to_string(), sentence: refusal.text() })
            }
        })
    }

    async fn run(
        &self,
        asker: &Asker,
        target: &Target,
        proposal: &Proposal,
        approved: &ApprovedStatement,
        stop: &CancellationToken,
    ) -> Result<(), Trouble> {
        let locale = asker.user.locale;
        let began = self.parts.clock.elapsed();
        let turn = self.begin_turn(proposal.conversation).await?;
        let mut live = self.live_message(asker);
        if let Err(error) = live.announce(&text("running").render(locale), &self.on_sent(turn)).await {
            tracing::warn!(%error, "the progress of an execution could not be shown");
        }
        let outcome = self.collect(asker, target, proposal, approved, stop).await;
        let took = Duration::from_millis(self.millis_since(began).unsigned_abs());
        let recorded = self.parts.audit.append(self.result_event(asker, proposal, approved, &outcome, took)).await;
        let (message, said, state) = match (recorded, outcome) {
            (Ok(_), Ok(outcome)) => {
                let said = summary(&outcome).render(locale);
                (self.result_message(asker, outcome, took), said, TurnState::Complete)
            }
            (Ok(_), Err(error)) => {
                let sentence = error.text().render(locale);
                let state = if error == TargetError::Cancelled { TurnState::Stopped } else { TurnState::Failed };
                (Outgoing::text(&sentence), sentence, state)
            }
            (Err(error), _) => {
                tracing::error!(%error, "the audit cannot be written: a result is not shown");
                let sentence = text("result-not-recorded").render(locale);
                (Outgoing::text(&sentence), sentence, TurnState::Failed)
            }
        };
        self.settle(asker, &mut live, turn, &message, (&said, state)).await
    }

    /// Reads all rows into the files and the first ones into memory.
    async fn collect(
        &self,
        asker: &Asker,
        target: &Target,
        proposal: &Proposal,
        approved: &ApprovedStatement,
        stop: &CancellationToken,
    ) -> Result<Outcome, TargetError> {
        let settings = &self.parts.settings;
        let mut result = target.port.execute(approved, settings.limits, stop.clone()).await?;
        let mut sheet = self.begin_files(proposal, &result.columns, asker);
        let (mut head, mut rows) = (Vec::new(), 0);
        let truncated = loop {
            match result.batches.next().await {
                Some(Ok(Batch::Rows(batch))) => {
                    rows += batch.len() as u64;
                    head.extend(batch.iter().take(settings.preview_rows.saturating_sub(head.len())).cloned());
                    sheet = write_rows(sheet, batch).await;
                }
                Some(Ok(Batch::End { truncated })) => break truncated,
                Some(Err(error)) => return Err(error),
                None => return Err(TargetError::Failed("the result ended without its end".to_owned())),
            }
        };
        let files = match sheet {
            Some(_) if rows == 0 => Some(Vec::new()),
            Some(sheet) => self.finish_files(sheet, asker, proposal, rows).await,
            None => None,
        };
        Ok(Outcome { columns: result.columns, head, rows, truncated, files })
    }

    fn begin_files(&self, proposal: &Proposal, columns: &[Column], asker: &Asker) -> Option<Box<dyn ResultSheet>> {
        let now = self.parts.clock.now().strftime("%Y%m%d-%H%M%S");
        let name = format!("{}-{now}-{}", proposal.target, &proposal.id.0[..proposal.id.0.len().min(6)]);
        let begun = self.parts.files.begin(&name, columns, asker.user.locale);
        begun.inspect_err(|error| tracing::error!(%error, "the files of a result")).ok()
    }

    async fn finish_files(
        &self,
        sheet: Box<dyn ResultSheet>,
        asker: &Asker,
        proposal: &Proposal,
        rows: u64,
    ) -> Option<Vec<FileRef>> {
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
        sheet.finish(&facts).await.inspect_err(|error| tracing::error!(%error, "the files of a result")).ok()
    }

    fn result_event(
        &self,
        asker: &Asker,
        proposal: &Proposal,
        approved: &ApprovedStatement,
        outcome: &Result<Outcome, TargetError>,
        took: Duration,
    ) -> AuditEvent {
        let (status, rows, detail) = match outcome {
            Ok(outcome) => (AuditStatus::Ok, i64::try_from(outcome.rows).ok(), None),
            Err(TargetError::Cancelled) => (AuditStatus::Stopped, None, None),
            Err(error) => (AuditStatus::Failed, None, Some(error.to_string())),
        };
        AuditEvent {
            rows,
            detail,
            duration_ms: i64::try_from(took.as_millis()).ok(),
            ..about(self.event(asker, AuditAction::Result, status), proposal, approved.relations())
        }
    }

    fn result_message(&self, asker: &Asker, outcome: Outcome, took: Duration) -> Outgoing {
        let locale = asker.user.locale;
        let capabilities = asker.platform.capabilities();
        let format = TableFormat {
            max_chars: capabilities.max_chars.saturating_sub(600),
            max_rows: self.parts.settings.preview_rows,
            locale,
        };
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
            lines.insert(0, preview.text);
        }
        let files = outcome.files.unwrap_or_else(|| {
            lines.push(text("files-failed").render(locale));
            Vec::new()
        });
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
    match sheet.rows(rows).await {
        Ok(()) => Some(sheet),
        Err(error) => {
            tracing::error!(%error, "the files of a result");
            None
        }
    }
}

fn summary(outcome: &Outcome) -> Text {
    match (outcome.rows, outcome.truncated) {
        (0, _) => text("no-rows"),
        (rows, None) => text("rows").count("rows", rows),
        (rows, Some(_)) => text("rows-of-more").count("rows", rows),
    }
}

fn seconds(took: Duration, locale: Locale) -> String {
    let exact = Value::Decimal(format!("{:.2}", took.as_secs_f64()));
    readable(&exact, locale, false)
}
