//! The real audit log, which a test can make refuse.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use pstral_core::domain::{AuditAction, AuditCheckpoint, AuditEntry, AuditEvent, ChainHead};
use pstral_core::ports::{AuditChange, AuditFilter, AuditFound, AuditLog, AuditMark, StoreError, Towards};
use pstral_core::text::text;

/// The real audit log, which a test can make refuse.
pub(crate) struct UnreliableAudit {
    real: Arc<dyn AuditLog>,
    refused: Mutex<Vec<AuditAction>>,
    is_changed: AtomicBool,
}

impl UnreliableAudit {
    pub(super) fn over(real: Arc<dyn AuditLog>) -> Self {
        Self { real, refused: Mutex::default(), is_changed: AtomicBool::default() }
    }

    /// From now on nothing can be written: the audit is not what was signed last.
    pub(crate) fn change(&self) {
        self.is_changed.store(true, Ordering::SeqCst);
    }

    /// From now on everything can be written again.
    pub(crate) fn restore(&self) {
        self.is_changed.store(false, Ordering::SeqCst);
    }

    /// From now on events of these actions cannot be written, as on a full disk.
    pub(crate) fn refuse(&self, actions: &[AuditAction]) {
        *self.refused.lock().unwrap() = actions.to_vec();
    }
}

#[async_trait]
impl AuditLog for UnreliableAudit {
    async fn append(&self, event: AuditEvent) -> Result<AuditEntry, StoreError> {
        if self.is_changed.load(Ordering::SeqCst) {
            let what = text("signed-end-unsigned").with("instance", "test");
            return Err(StoreError::AuditChanged(AuditChange::Chain(what)));
        }
        if self.refused.lock().unwrap().contains(&event.action) {
            return Err(StoreError::Unavailable("no space left on device".to_owned()));
        }
        self.real.append(event).await
    }

    async fn after(&self, position: i64, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        self.real.after(position, filter, limit).await
    }

    async fn page(
        &self,
        filter: &AuditFilter,
        from: Option<AuditMark>,
        towards: Towards,
        limit: u32,
    ) -> Result<AuditFound, StoreError> {
        self.real.page(filter, from, towards, limit).await
    }

    async fn heads(&self) -> Result<Vec<ChainHead>, StoreError> {
        self.real.heads().await
    }

    async fn chain(&self, instance: &str, after: i64, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        self.real.chain(instance, after, limit).await
    }

    async fn checkpoints(&self) -> Result<Vec<AuditCheckpoint>, StoreError> {
        self.real.checkpoints().await
    }
}
