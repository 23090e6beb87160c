//! The audit log: appends go to the audit writer, reads come from here.

use async_trait::async_trait;
use pstral_core::domain::{AuditAction, AuditEntry, AuditEvent, AuditHash, AuditStatus, UserId};
use pstral_core::ports::{AuditFilter, AuditLog, StoreError};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite, query_scalar};
use tokio::sync::oneshot;

use crate::Store;
use crate::audit_writer::Append;
use crate::fault::fault;
use crate::rows::{get, time, word};

// A view and a virtual table have no page of their own.
const IS_TABLE: &str = "SELECT EXISTS (SELECT 1 FROM sqlite_schema
    WHERE name = 'audit_events' AND type = 'table' AND rootpage > 0)";
// Nobody is added and nothing is asked without an entry before it.
const IS_EMPTIED: &str = "SELECT NOT EXISTS (SELECT 1 FROM audit_events)
    AND (EXISTS (SELECT 1 FROM users) OR EXISTS (SELECT 1 FROM conversations))";
// The entry that tells of a new user comes before them and so cannot hold their number: its detail begins with the name.
const OF_USER: &str = " OR user_id IS NULL AND action = 'user.added' AND EXISTS (SELECT 1 FROM users
    WHERE substr(audit_events.detail || ' ', 1, length(username) + 1) = username || ' ' AND users.id = ";

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

/// What is wrong with an audit that no chain can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditFault {
    /// In the place of its table is something else, or nothing.
    NoTable,
    /// It holds no entry, though what is audited first is there.
    Emptied,
}

impl Store {
    /// Looks for what its entries cannot show: that they are all gone, or are not entries but what a view makes of others.
    pub async fn audit_fault(&self) -> Result<Option<AuditFault>, StoreError> {
        let is_table: bool = query_scalar(IS_TABLE).fetch_one(&self.readers).await.map_err(fault)?;
        if !is_table {
            return Ok(Some(AuditFault::NoTable));
        }
        let emptied: bool = query_scalar(IS_EMPTIED).fetch_one(&self.readers).await.map_err(fault)?;
        Ok(emptied.then_some(AuditFault::Emptied))
    }
}

fn narrow(select: &mut QueryBuilder<Sqlite>, filter: &AuditFilter) {
    if let Some(user) = filter.user {
        select.push(" AND (user_id = ").push_bind(user.0).push(OF_USER).push_bind(user.0).push("))");
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
