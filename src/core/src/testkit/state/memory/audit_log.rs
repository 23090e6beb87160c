//! The audit log in memory, chained like a real one.

use async_trait::async_trait;

use super::{MemoryState, count, next_number};
use crate::domain::{AuditEntry, AuditEvent};
use crate::ports::{AuditFilter, AuditLog, StoreError};

/// The one instance that writes to memory.
const INSTANCE: &str = "memory";

#[async_trait]
impl AuditLog for MemoryState {
    async fn append(&self, event: AuditEvent) -> Result<AuditEntry, StoreError> {
        let mut tables = self.tables();
        if tables.refuse_audit {
            return Err(StoreError::Unavailable("the test refuses audit events".to_owned()));
        }
        let head = tables.audit.last().map(|entry| (entry.seq, &entry.hash));
        let mut entry = AuditEntry::chain(INSTANCE, head, event);
        entry.position = next_number(&tables.audit);
        tables.audit.push(entry.clone());
        Ok(entry)
    }

    async fn after(&self, position: i64, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let tables = self.tables();
        let later = tables.audit.iter().filter(|entry| entry.position > position && wanted(filter, &entry.event));
        Ok(later.take(count(limit)).cloned().collect())
    }

    async fn tail(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let tables = self.tables();
        let newest = tables.audit.iter().rev().filter(|entry| wanted(filter, &entry.event));
        let mut entries: Vec<AuditEntry> = newest.take(count(limit)).cloned().collect();
        entries.reverse();
        Ok(entries)
    }
}

fn wanted(filter: &AuditFilter, event: &AuditEvent) -> bool {
    filter.user.is_none_or(|user| event.user == Some(user))
        && filter.action.is_none_or(|action| event.action == action)
        && filter.target.as_ref().is_none_or(|target| event.target.as_ref() == Some(target))
        && filter.status.is_none_or(|status| event.status == status)
        && filter.since.is_none_or(|since| event.at.as_millisecond() >= since.as_millisecond())
}
