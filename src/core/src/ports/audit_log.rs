//! What happened, in an order and a content nobody can change unseen.

use async_trait::async_trait;
use jiff::Timestamp;

use super::StoreError;
use crate::domain::{AuditAction, AuditEntry, AuditEvent, AuditStatus, UserId};

/// Which entries to return. Members that are `None` do not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only of this user.
    pub user: Option<UserId>,
    /// Only this action.
    pub action: Option<AuditAction>,
    /// Only of this target.
    pub target: Option<String>,
    /// Only with this status.
    pub status: Option<AuditStatus>,
    /// Only at or after this time.
    pub since: Option<Timestamp>,
}

/// What happened, in an order and a content nobody can change unseen.
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Chains an event and makes it durable: when this returns, a power cut does not lose it.
    async fn append(&self, event: AuditEvent) -> Result<AuditEntry, StoreError>;

    /// At most `limit` entries after a position (0 for the beginning), in order.
    async fn after(&self, position: i64, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, StoreError>;

    /// The newest `limit` entries, in order.
    async fn tail(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, StoreError>;
}
