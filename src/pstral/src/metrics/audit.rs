//! Metrics derived from audit events, so that they cannot contradict the audit.

use std::sync::Arc;

use async_trait::async_trait;
use metrics::{Counter, Histogram, counter, histogram};
use pstral_core::domain::{AuditAction, AuditCheckpoint, AuditEntry, AuditEvent, AuditStatus, ChainHead};
use pstral_core::ports::{AuditFilter, AuditFound, AuditLog, AuditMark, StoreError, Towards};
use tokio::sync::watch;

use super::audit_clock::AuditClock;
use super::audit_gap::AuditGap;

/// An audit log that counts what goes through it, and what does not, which it records once it can.
pub struct MeteredAudit {
    log: Arc<dyn AuditLog>,
    gap: AuditGap,
    clock: AuditClock,
    head: watch::Sender<Option<ChainHead>>,
}

impl MeteredAudit {
    /// Counts what goes through a log. Until something does, each counter is 0: what appears with its first event has no
    /// rate for it.
    pub fn over(log: Arc<dyn AuditLog>) -> Self {
        for action in AuditAction::ALL {
            for status in AuditStatus::ALL {
                events(*action, *status).increment(0);
            }
        }
        for action in [AuditAction::Answer, AuditAction::Result] {
            let _ = duration(action);
        }
        failures().increment(0);
        result_rows().increment(0);
        Self { log, gap: AuditGap::default(), clock: AuditClock::default(), head: watch::Sender::new(None) }
    }

    fn count(&self, entry: &AuditEntry) {
        let event = &entry.event;
        events(event.action, event.status).increment(1);
        if let Some(millis) = event.duration_ms.and_then(|millis| u32::try_from(millis).ok()) {
            duration(event.action).record(f64::from(millis) / 1000.0);
        }
        if let Some(rows) = event.rows.and_then(|rows| u64::try_from(rows).ok()) {
            result_rows().increment(rows);
        }
        // Those that were written together need not come back in their order.
        self.head.send_if_modified(|head| {
            let is_newer = head.as_ref().is_none_or(|head| head.seq < entry.seq);
            if is_newer {
                *head = Some(entry.head());
            }
            is_newer
        });
    }

    /// The newest entry that was written through it.
    pub fn head(&self) -> watch::Receiver<Option<ChainHead>> {
        self.head.subscribe()
    }
}

fn events(action: AuditAction, status: AuditStatus) -> Counter {
    counter!("pstral_audit_events_total", "action" => action.word(), "status" => status.word())
}

fn failures() -> Counter {
    counter!("pstral_audit_failures_total")
}

fn duration(action: AuditAction) -> Histogram {
    histogram!("pstral_duration_seconds", "action" => action.word())
}

fn result_rows() -> Counter {
    counter!("pstral_result_rows_total")
}

#[async_trait]
impl AuditLog for MeteredAudit {
    async fn append(&self, event: AuditEvent) -> Result<AuditEntry, StoreError> {
        self.clock.begin(&*self.log).await;
        if let Some(back) = self.clock.note(event.at) {
            match self.log.append(back).await {
                Ok(entry) => self.count(&entry),
                Err(error) => tracing::error!(%error, "that the clock was set back could not be recorded in the audit"),
            }
        }
        let entry = match self.log.append(event.clone()).await {
            Ok(entry) => entry,
            Err(error) => {
                failures().increment(1);
                self.gap.add(event, &error).await;
                return Err(error);
            }
        };
        self.count(&entry);
        for late in self.gap.close(&*self.log, entry.event.at).await {
            self.count(&late);
        }
        Ok(entry)
    }

    async fn after(&self, position: i64, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        self.log.after(position, filter, limit).await
    }

    async fn page(
        &self,
        filter: &AuditFilter,
        from: Option<AuditMark>,
        towards: Towards,
        limit: u32,
    ) -> Result<AuditFound, StoreError> {
        self.log.page(filter, from, towards, limit).await
    }

    async fn heads(&self) -> Result<Vec<ChainHead>, StoreError> {
        self.log.heads().await
    }

    async fn chain(&self, instance: &str, after: i64, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        self.log.chain(instance, after, limit).await
    }

    async fn checkpoints(&self) -> Result<Vec<AuditCheckpoint>, StoreError> {
        self.log.checkpoints().await
    }
}
