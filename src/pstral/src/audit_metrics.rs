//! Metrics derived from audit events, so that they cannot contradict the audit.

use std::sync::Arc;

use async_trait::async_trait;
use metrics::{counter, gauge, histogram};
use pstral_core::domain::{AuditCheckpoint, AuditEntry, AuditEvent, ChainHead};
use pstral_core::models::{Load, ModelPool};
use pstral_core::ports::{AuditFilter, AuditFound, AuditLog, AuditMark, StoreError, Towards};
use tokio::sync::watch;

/// An audit log that counts what goes through it:
/// `pstral_audit_events_total{action,status}`, `pstral_audit_failures_total`,
/// `pstral_duration_seconds{action}` for answers and results, `pstral_result_rows_total`.
pub struct MeteredAudit {
    log: Arc<dyn AuditLog>,
    head: watch::Sender<Option<ChainHead>>,
}

impl MeteredAudit {
    /// Counts what goes through a log.
    pub fn over(log: Arc<dyn AuditLog>) -> Self {
        Self { log, head: watch::Sender::new(None) }
    }

    /// The newest entry that was written through it.
    pub fn head(&self) -> watch::Receiver<Option<ChainHead>> {
        self.head.subscribe()
    }
}

/// Sets the gauges of the model's current load: `pstral_generations_running{endpoint}`, `pstral_generations_waiting`
/// and `pstral_endpoint_resting{endpoint}`, which is 1 while an endpoint is not used because it failed.
pub fn gauge_generations(model: &ModelPool) {
    for Load { endpoint, running, rests, .. } in model.loads() {
        gauge!("pstral_generations_running", "endpoint" => endpoint.clone()).set(f64::from(running));
        gauge!("pstral_endpoint_resting", "endpoint" => endpoint).set(f64::from(u8::from(rests)));
    }
    gauge!("pstral_generations_waiting").set(f64::from(u32::try_from(model.waiting()).unwrap_or(u32::MAX)));
}

#[async_trait]
impl AuditLog for MeteredAudit {
    async fn append(&self, event: AuditEvent) -> Result<AuditEntry, StoreError> {
        let entry =
            self.log.append(event).await.inspect_err(|_| counter!("pstral_audit_failures_total").increment(1))?;
        let event = &entry.event;
        let (action, status) = (event.action.word(), event.status.word());
        counter!("pstral_audit_events_total", "action" => action, "status" => status).increment(1);
        if let Some(millis) = event.duration_ms.and_then(|millis| u32::try_from(millis).ok()) {
            histogram!("pstral_duration_seconds", "action" => action).record(f64::from(millis) / 1000.0);
        }
        if let Some(rows) = event.rows.and_then(|rows| u64::try_from(rows).ok()) {
            counter!("pstral_result_rows_total").increment(rows);
        }
        // Those that were written together need not come back in their order.
        self.head.send_if_modified(|head| {
            let is_newer = head.as_ref().is_none_or(|head| head.seq < entry.seq);
            if is_newer {
                *head = Some(entry.head());
            }
            is_newer
        });
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
