//! The audit log: appends go to the audit writer, reads come from here.

use async_trait::async_trait;
use pstral_core::domain::{AuditAction, AuditEntry, AuditEvent, AuditHash, AuditStatus, UserId};
use pstral_core::ports::{AuditFilter, AuditLog, StoreError};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite};
use tokio::sync::oneshot;

use crate::Store;
use crate::audit_writer::Append;
use crate::fault::fault;
use crate::rows::{get, time, word};

#[async_trait]
impl AuditLog for Store {
    async fn append(&self, event: AuditEvent) -> Result<AuditEntry, StoreError> {
        let (done, written) = oneshot::channel();
        let ended = || StoreError::Unavailable("the audit log is no longer written".to_owned());
        self.audit.send(Append { event, done }).await.map_err(|_| ended())?;
        written.await.map_err(|_| ended())?
    }

    async fn after(&self, position: i64, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let mut select = QueryBuilder::new("SELECT * FROM audit_events WHERE position > ");
        select.push_bind(position);
        narrow(&mut select, filter);
        select.push(" ORDER BY position LIMIT ").push_bind(i64::from(limit));
        let rows = select.build().fetch_all(&self.readers).await.map_err(fault)?;
        rows.iter().map(read).collect()
    }

    async fn tail(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let mut select = QueryBuilder::new("SELECT * FROM audit_events WHERE position > 0");
        narrow(&mut select, filter);
        select.push(" ORDER BY position DESC LIMIT ").push_bind(i64::from(limit));
        let rows = select.build().fetch_all(&self.readers).await.map_err(fault)?;
        rows.iter().rev().map(read).collect()
    }
}

fn narrow(select: &mut QueryBuilder<Sqlite>, filter: &AuditFilter) {
    if let Some(user) = filter.user {
        select.push(" AND user_id = ").push_bind(user.0);
    }
    if let Some(action) = filter.action {
        select.push(" AND action = ").push_bind(action.word());
    }
    if let Some(target) = &filter.target {
        select.push(" AND target = ").push_bind(target.clone());
    }
    if let Some(status) = filter.status {
        select.push(" AND status = ").push_bind(status.word());
    }
    if let Some(since) = filter.since {
        select.push(" AND at >= ").push_bind(since.as_millisecond());
    }
}

/// An entry, or which one cannot be understood.
fn read(row: &SqliteRow) -> Result<AuditEntry, StoreError> {
    let position = get(row, "position")?;
    read_at(row, position).map_err(|error| StoreError::Corrupt(format!("audit entry at position {position}: {error}")))
}

fn read_at(row: &SqliteRow, position: i64) -> Result<AuditEntry, StoreError> {
    Ok(AuditEntry {
        position,
        instance: get(row, "instance")?,
        seq: get(row, "seq")?,
        previous: AuditHash(get(row, "previous")?),
        hash: AuditHash(get(row, "hash")?),
        event: AuditEvent {
            at: time(row, "at")?,
            action: word(row, "action", AuditAction::from_word)?,
            status: word(row, "status", AuditStatus::from_word)?,
            platform: get(row, "platform")?,
            actor: get(row, "actor")?,
            user: get::<Option<i64>>(row, "user_id")?.map(UserId),
            place: get(row, "place")?,
            conversation: get(row, "conversation")?,
            proposal: get(row, "proposal")?,
            target: get(row, "target")?,
            relations: get(row, "relations")?,
            statement: get(row, "statement")?,
            parameters: get(row, "parameters")?,
            rule: get(row, "rule")?,
            model: get(row, "model")?,
            rows: get(row, "row_count")?,
            duration_ms: get(row, "duration_ms")?,
            detail: get(row, "detail")?,
        },
    })
}
