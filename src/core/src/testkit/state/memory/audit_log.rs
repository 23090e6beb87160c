//! The audit log in memory, chained like a real one.

use async_trait::async_trait;

use super::{MemoryState, count, next_number};
use crate::domain::{AuditCheckpoint, AuditEntry, AuditEvent, ChainHead};
use crate::ports::{AuditFilter, AuditFound, AuditLog, AuditMark, StoreError, Towards};

/// The one instance that writes to memory.
const INSTANCE: &str = "memory";

#[async_trait]
impl AuditLog for MemoryState {
    async fn append(&self, event: AuditEvent) -> Result<AuditEntry, StoreError> {
        let mut tables = self.tables();
        if tables.refuse_audit {
            return Err(StoreError::Unavailable("the test refuses audit events".to_owned()));
        }
        let position = next_number(&tables.audit);
        let head = tables.audit.last().map(|entry| (entry.seq, &entry.hash));
        // Another for each entry, the same in each run.
        let salt = i128::from(position).to_be_bytes();
        let mut entry = AuditEntry::chain(INSTANCE, head, event, salt);
        entry.position = position;
        tables.audit.push(entry.clone());
        Ok(entry)
    }

    async fn after(&self, position: i64, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let tables = self.tables();
        let later = tables.audit.iter().filter(|entry| entry.position > position && filter.lets_through(&entry.event));
        Ok(later.take(count(limit)).cloned().collect())
    }

    async fn page(
        &self,
        filter: &AuditFilter,
        from: Option<AuditMark>,
        towards: Towards,
        limit: u32,
    ) -> Result<AuditFound, StoreError> {
        let tables = self.tables();
        let mut entries: Vec<&AuditEntry> =
            tables.audit.iter().filter(|entry| filter.lets_through(&entry.event)).collect();
        entries.sort_by_key(|entry| AuditMark::of(entry));
        if towards == Towards::Older {
            entries.reverse();
        }
        let is_beyond = |entry: &AuditEntry| match (from, towards) {
            (None, _) => true,
            (Some(from), Towards::Older) => AuditMark::of(entry) < from,
            (Some(from), Towards::Newer) => AuditMark::of(entry) > from,
        };
        let mut beyond = entries.into_iter().filter(|entry| is_beyond(entry)).cloned();
        let entries: Vec<AuditEntry> = beyond.by_ref().take(count(limit)).collect();
        let further = beyond.next().and_then(|_| entries.last().map(AuditMark::of));
        Ok(AuditFound { entries, further })
    }

    async fn heads(&self) -> Result<Vec<ChainHead>, StoreError> {
        Ok(self.tables().audit.last().map(AuditEntry::head).into_iter().collect())
    }

    async fn chain(&self, instance: &str, after: i64, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let tables = self.tables();
        let later = tables.audit.iter().filter(|entry| entry.instance == instance && entry.seq > after);
        Ok(later.take(count(limit)).cloned().collect())
    }

    async fn checkpoints(&self) -> Result<Vec<AuditCheckpoint>, StoreError> {
        Ok(Vec::new())
    }
}
