//! What is audited is also counted: the metrics follow the audit, so that they cannot tell another story.

use std::sync::Arc;

use async_trait::async_trait;
use metrics::{counter, histogram};
use pstral_core::domain::{AuditEntry, AuditEvent};
use pstral_core::ports::{AuditFilter, AuditLog, StoreError};

/// An audit log that counts what goes through it:
/// `pstral_audit_events_total{action,status}`, `pstral_audit_failures_total`,
/// `pstral_duration_seconds{action}` for answers and results, `pstral_result_rows_total`.
pub struct MeteredAudit(pub Arc<dyn AuditLog>);

#[async_trait]
impl AuditLog for MeteredAudit {
    async fn append(&self, event: AuditEvent) -> Result<AuditEntry, StoreError> {
        let entry = self.0.append(event).await.inspect_err(|_| counter!("pstral_audit_failures_total").increment(1))?;
        let event = &entry.event;
        let (action, status) = (event.action.word(), event.status.word());
        counter!("pstral_audit_events_total", "action" => action, "status" => status).increment(1);
        if let Some(millis) = event.duration_ms.and_then(|millis| u32::try_from(millis).ok()) {
            histogram!("pstral_duration_seconds", "action" => action).record(f64::from(millis) / 1000.0);
        }
        if let Some(rows) = event.rows.and_then(|rows| u64::try_from(rows).ok()) {
            counter!("pstral_result_rows_total").increment(rows);
        }
        Ok(entry)
    }

    async fn after(&self, position: i64, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        self.0.after(position, filter, limit).await
    }

    async fn tail(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        self.0.tail(filter, limit).await
    }
}
