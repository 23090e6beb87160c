//! What the audit could not record: it is told there as soon as writing works again.

use std::collections::VecDeque;

use jiff::Timestamp;
use pstral_core::domain::{AuditAction, AuditEntry, AuditEvent, AuditStatus};
use pstral_core::ports::{AuditLog, StoreError};
use tokio::sync::Mutex;

/// Ends of executions that are kept until they can be recorded. Of others the next start records that they are unknown.
const RESULTS: usize = 256;

/// The events that could not be recorded since the last one that could.
#[derive(Debug, Default)]
pub(super) struct AuditGap(Mutex<Lost>);

#[derive(Debug, Default)]
struct Lost {
    /// How many.
    events: u64,
    /// The time of the first, and why it could not be recorded.
    first: Option<(Timestamp, String)>,
    /// The ends of executions among them.
    results: VecDeque<AuditEvent>,
}

impl AuditGap {
    /// Adds an event.
    pub(super) async fn add(&self, event: AuditEvent, error: &StoreError) {
        let mut lost = self.0.lock().await;
        lost.events += 1;
        lost.first.get_or_insert_with(|| (event.at, error.to_string()));
        if event.action == AuditAction::Result && lost.results.len() < RESULTS {
            lost.results.push_back(not_shown(event));
        }
    }

    /// Records how many events were lost, since when and why, and then the end of each execution among them; returns what
    /// was written. What cannot be written now is left to the next time.
    pub(super) async fn close(&self, log: &dyn AuditLog, now: Timestamp) -> Vec<AuditEntry> {
        // Somebody else is at it, or adds to it.
        let Ok(mut lost) = self.0.try_lock() else { return Vec::new() };
        let mut written = Vec::new();
        if let Some((since, why)) = &lost.first {
            let gap = AuditEvent {
                detail: Some(format!("{} events since {since}", lost.events)),
                error: Some(why.clone()),
                ..AuditEvent::new(now, AuditAction::AuditGap, AuditStatus::Failed)
            };
            let Ok(entry) = log.append(gap).await else { return written };
            tracing::warn!(events = lost.events, %since, why, "the audit can be written again; recorded the gap in it");
            written.push(entry);
            (lost.events, lost.first) = (0, None);
        }
        while let Some(result) = lost.results.front() {
            let Ok(entry) = log.append(result.clone()).await else { return written };
            written.push(entry);
            lost.results.pop_front();
        }
        written
    }
}

/// A result is shown only after it is recorded.
fn not_shown(event: AuditEvent) -> AuditEvent {
    if event.status != AuditStatus::Ok {
        return event;
    }
    let error = Some("not shown: its end could not be recorded".to_owned());
    AuditEvent { status: AuditStatus::Failed, rows: None, error, ..event }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use pstral_core::ports::AuditFilter;
    use pstral_core::testkit::state::{MemoryState, at};

    use super::super::audit::MeteredAudit;
    use super::*;

    fn event(time: &str, action: AuditAction) -> AuditEvent {
        AuditEvent { proposal: Some(time.to_owned()), ..AuditEvent::new(at(time), action, AuditStatus::Ok) }
    }

    #[tokio::test]
    async fn what_was_lost_is_recorded_once_when_writing_works_again() {
        let state = Arc::new(MemoryState::default());
        let audit = MeteredAudit::over(Arc::clone(&state) as _);
        state.refuse_audit(true);
        for event in [event("10:00:00", AuditAction::Question), event("10:01:00", AuditAction::Result)] {
            audit.append(event).await.unwrap_err();
        }
        state.refuse_audit(false);
        for time in ["10:02:00", "10:03:00"] {
            audit.append(event(time, AuditAction::Question)).await.unwrap();
        }
        let told: Vec<String> = state
            .after(0, &AuditFilter::default(), 10)
            .await
            .unwrap()
            .into_iter()
            .map(|AuditEntry { event: AuditEvent { action, status, proposal, detail, error, .. }, .. }| {
                let words = [Some(action.word().to_owned()), Some(status.word().to_owned()), proposal, detail, error];
                words.into_iter().flatten().collect::<Vec<_>>().join(" | ")
            })
            .collect();
        assert_eq!(
            told,
            [
                "question | ok | 10:02:00",
                "audit.gap | failed | 2 events since 2026-11-21T10:00:00Z | the state database is not available: the \
                 test refuses audit events",
                "result | failed | 10:01:00 | not shown: its end could not be recorded",
                "question | ok | 10:03:00",
            ]
        );
    }
}
