//! Notices a clock that is set back: without a word in the audit, its times would contradict its order.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus};
use pstral_core::ports::AuditLog;

/// A difference that events of the same moment, written one after the other, may have.
const JITTER: SignedDuration = SignedDuration::from_secs(10);

/// The newest time of the audit.
#[derive(Debug, Default)]
pub(super) struct AuditClock(Mutex<Option<Timestamp>>);

impl AuditClock {
    /// Looks up the last time of an earlier run; does nothing if a time is known.
    pub(super) async fn begin(&self, log: &dyn AuditLog) {
        if self.newest(|newest| newest.is_some()) {
            return;
        }
        // The last of each chain, whatever their times: what was told in an earlier run is not told again.
        for head in log.heads().await.unwrap_or_default() {
            let last = log.chain(&head.instance, head.seq - 1, 1).await.ok().and_then(|mut entries| entries.pop());
            self.newest(|newest| *newest = (*newest).max(last.map(|last| last.event.at)));
        }
    }

    /// Notes the time of an event, and returns what is to be recorded before it where the clock was set back.
    pub(super) fn note(&self, at: Timestamp) -> Option<AuditEvent> {
        let before = self.newest(|newest| {
            let before = *newest;
            let is_back = before.is_some_and(|before| at.duration_since(before) < -JITTER);
            *newest = if is_back { Some(at) } else { before.max(Some(at)) };
            before.filter(|_| is_back)
        })?;
        tracing::warn!(from = %before, to = %at, "the clock of this machine was set back");
        let detail = Some(format!("from {before} to {at}"));
        Some(AuditEvent { detail, ..AuditEvent::new(at, AuditAction::ClockSetBack, AuditStatus::Ok) })
    }

    fn newest<T>(&self, with: impl FnOnce(&mut Option<Timestamp>) -> T) -> T {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use pstral_core::ports::AuditFilter;
    use pstral_core::testkit::state::{MemoryState, at};

    use super::super::audit::MeteredAudit;
    use super::*;

    #[tokio::test]
    async fn a_clock_that_goes_back_is_told_once() {
        let state = Arc::new(MemoryState::default());
        for run in [&["10:00:00", "10:30:00", "10:29:55", "09:00:00", "09:00:01"][..], &["08:00:00", "08:10:00"]] {
            let audit = MeteredAudit::over(Arc::clone(&state) as _);
            for time in run {
                audit.append(AuditEvent::new(at(time), AuditAction::Question, AuditStatus::Ok)).await.unwrap();
            }
        }
        let back = AuditFilter { action: Some(AuditAction::ClockSetBack), ..AuditFilter::default() };
        let told = state.tail(&back, 10).await.unwrap().into_iter().filter_map(|entry| entry.event.detail);
        assert_eq!(
            told.collect::<Vec<_>>(),
            ["from 2026-11-21T09:00:01Z to 2026-11-21T08:00:00Z", "from 2026-11-21T10:30:00Z to 2026-11-21T09:00:00Z",]
        );
    }
}
