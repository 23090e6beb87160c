//! A result that was shown, as a chart: drawn when its author asks, from numbers kept for a while.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};

use crate::access::gate::Access;
use crate::asker::Asker;
use crate::domain::{
    AuditAction, AuditEvent, AuditStatus, Capability, Outgoing, OutgoingState, Place, ProposalId, ShownTable, TurnEnd,
    TurnId, UserId,
};
use crate::egress::echo;
use crate::error::PipelineError;
use crate::lock::lock;
use crate::outbox::running::{Running, still_answering};
use crate::outbox::send::Outbox;
use crate::outbox::signature::signed;
use crate::ports::{Clock, Conversations, ResultFiles};
use crate::recorder::Recorder;
use crate::recorder::event::about;
use crate::results::Chart;
use crate::statements::file_name::FileName;
use crate::statements::recheck::{Checked, Statements};
use crate::targets::Targets;
use crate::text::text;

/// Charts kept at most, the latest ones: some 200 labels and 600 numbers each.
const KEPT: usize = 64;

/// Time for which a chart can be requested.
const LIFETIME: SignedDuration = SignedDuration::from_mins(30);

/// Charts of the latest results. In memory until one is shown: company rows are not written to disk for a button that
/// is seldom pressed.
#[derive(Debug, Default)]
pub(crate) struct Charts(Mutex<VecDeque<Kept>>);

#[derive(Debug)]
struct Kept {
    id: ProposalId,
    /// The turn that shows the result.
    turn: TurnId,
    user: UserId,
    /// The place in which the result was shown: a chart is shown nowhere else.
    place: Place,
    /// `None` where the result can be none: it is the last one all the same.
    chart: Option<Chart>,
    until: Timestamp,
}

impl Charts {
    fn keep(&self, kept: Kept) {
        let mut charts = lock(&self.0);
        if charts.len() >= KEPT {
            charts.pop_front();
        }
        charts.push_back(kept);
    }

    /// The newest that answers `wanted` and is not too old; what is too old is forgotten.
    fn newest<T>(&self, now: Timestamp, wanted: impl Fn(&Kept) -> Option<T>) -> Option<T> {
        let mut charts = lock(&self.0);
        charts.retain(|kept| now < kept.until);
        charts.iter().rev().find_map(wanted)
    }
}

/// Draws results as charts.
pub(crate) struct ChartMaker {
    pub(crate) running: Running,
    pub(crate) charts: Charts,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) access: Arc<Access>,
    pub(crate) targets: Arc<Targets>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) statements: Arc<Statements>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) conversations: Arc<dyn Conversations>,
    pub(crate) files: Arc<dyn ResultFiles>,
}

impl ChartMaker {
    /// Keeps what a chart needs, or that the last result can be none.
    pub(crate) fn keep_chart(&self, asker: &Asker, id: &ProposalId, turn: TurnId, chart: Option<Chart>) {
        let until = self.clock.now() + LIFETIME;
        self.charts.keep(Kept { id: id.clone(), turn, user: asker.user.id, place: asker.place.clone(), chart, until });
    }

    /// Draws the asker's last result in this place.
    pub(crate) async fn chart_latest(&self, asker: &Asker) -> Result<(), PipelineError> {
        let latest = self.charts.newest(self.clock.now(), |kept| {
            let is_theirs = kept.user == asker.user.id && kept.place == asker.place;
            is_theirs.then(|| kept.chart.is_some().then(|| kept.id.clone()))
        });
        match latest.flatten() {
            Some(id) => self.chart(asker, &id).await,
            None => Err(PipelineError::Tell(text("no-chart"))),
        }
    }

    /// Draws a result for the person who had it, where they had it. As with the result itself: who may no longer read
    /// it gets nothing, and nothing is shown before it is recorded.
    pub(crate) async fn chart(&self, asker: &Asker, id: &ProposalId) -> Result<(), PipelineError> {
        self.access.require(asker, Capability::Execute, "chart", text("execute-not-allowed")).await?;
        let proposal = self.statements.own_proposal(asker, id).await?;
        let _work = self.running.begin(asker.user.id, &asker.place).ok_or_else(|| still_answering(asker))?;
        let kept = self.charts.newest(self.clock.now(), |kept| {
            let is_it = kept.id == *id && kept.place == asker.place;
            is_it.then(|| kept.chart.clone().map(|chart| (kept.turn, chart))).flatten()
        });
        let (turn, chart) = kept.ok_or_else(|| PipelineError::Tell(text("chart-gone")))?;
        let target = self.targets.target_named(&proposal.target)?;
        let Checked { approved, shown, .. } = self.statements.approve(asker, &target, &proposal).await?;
        // Since the result was shown, somebody may have come who may not see it.
        let reader = if shown.allowed { asker.clone() } else { self.outbox.open_private(asker).await? };
        let locale = asker.user.locale;
        let name = FileName::of(asker, &proposal, self.clock.now()).with(&text("file-chart").render(locale));
        let drawn = self.files.chart(&name.stored, &chart, locale).await;
        let file = name.show(drawn.map_err(|error| PipelineError::Broken(error.to_string()))?);
        let event =
            about(self.recorder.event(asker, AuditAction::Chart, AuditStatus::Ok), &proposal, approved.relations());
        let rows = i64::try_from(chart.labels.len()).ok();
        if let Err(unrecorded) = self.recorder.record(AuditEvent { rows, ..event }).await {
            self.files.discard(&[file]).await;
            return Err(unrecorded);
        }
        let message = if file.bytes <= asker.platform.capabilities().max_file_bytes {
            let title = text("quoted").with("words", echo(&chart.title)).render(locale);
            let caption = [Some(title), chart.note.clone()].into_iter().flatten().collect::<Vec<_>>().join("\n");
            Outgoing { text: caption, buttons: Vec::new(), files: vec![file], state: OutgoingState::Final }
        } else {
            Outgoing::text(text("files-too-large").count("count", 1).render(locale))
        };
        if reader.place != asker.place {
            self.outbox.notify_in_place(asker, &text("result-in-private")).await;
        }
        let message = Outgoing { text: signed(&reader, &message.text), ..message };
        if self.outbox.send(&*reader.platform, &reader.place, &message).await {
            self.outbox.release_uploaded_files(asker, &message.files).await;
            if !message.files.is_empty() {
                self.note_chart(turn, chart).await;
            }
        }
        Ok(())
    }

    /// Keeps a chart that was shown with the rows that were, so that it can be handed over with them. It is shown all the same
    /// where that fails.
    async fn note_chart(&self, turn: TurnId, chart: Chart) {
        let noted = async {
            let Some(shown) = self.conversations.turn(turn).await? else { return Ok(()) };
            let Some(table) = shown.table else { return Ok(()) };
            let (words, state, cut) = (shown.text, shown.state, shown.cut);
            let table = Some(ShownTable { chart: Some(chart), ..table });
            self.conversations.finish_turn(turn, &TurnEnd { table, cut, ..TurnEnd::words(words, state) }).await
        };
        if let Err(error) = noted.await {
            tracing::warn!(%error, turn = turn.0, "chart not recorded; exports leave it out");
        }
    }
}
