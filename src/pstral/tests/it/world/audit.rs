//! The real audit log, which a test can make refuse.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use pstral_core::domain::{AuditAction, AuditEntry, AuditEvent};
use pstral_core::ports::{AuditFilter, AuditLog, StoreError};

/// The real audit log, which a test can make refuse.
pub(crate) struct UnreliableAudit {
    real: Arc<dyn AuditLog>,
    refused: Mutex<Vec<AuditAction>>,
}

impl UnreliableAudit {
    pub(super) fn over(real: Arc<dyn AuditLog>) -> Self {
        Self { real, refused: Mutex::default() }
    }

    /// From now on events of these actions cannot be written, as on a full disk.
    pub(crate) fn refuse(&self, actions: &[AuditAction]) {
        *self.refused.lock().unwrap() = actions.to_vec();
    }
}

#[async_trait]
impl AuditLog for UnreliableAudit {
    async fn append(&self, event: AuditEvent) -> Result<AuditEntry, StoreError> {
        if self.refused.lock().unwrap().contains(&event.action) {
            return Err(StoreError::Unavailable("no space left on device".to_owned()));
        }
        self.real.append(event).await
    }

    async fn after(&self, position: i64, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        self.real.after(position, filter, limit).await
    }

    async fn tail(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        self.real.tail(filter, limit).await
    }
}
