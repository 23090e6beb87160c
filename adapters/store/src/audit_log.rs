//! The audit log: appends go to the audit writer, reads come from here.

use std::fmt::Write as _;

use async_trait::async_trait;
use pstral_core::domain::{AuditAction, AuditEntry, AuditEvent, AuditHash, AuditStatus, UserId};
use pstral_core::ports::{AuditFilter, AuditLog, StoreError};
use tokio::sync::oneshot;

use crate::Store;
use crate::audit_writer::Append;
use crate::engine::Engine;
use crate::fault::fault;
use crate::rows::{get, time, word};
use crate::sql::{Row, Sql, Value, composed, sql};

// A view and a virtual table have no page of their own.
const IS_TABLE_OF_SQLITE: &str = "SELECT count(*) AS tables FROM sqlite_schema
    WHERE name = 'audit_events' AND type = 'table' AND rootpage > 0";
const IS_TABLE_OF_POSTGRES: &str = "SELECT count(*) AS tables FROM pg_catalog.pg_class
    WHERE oid = to_regclass('audit_events') AND relkind = 'r'";
// Nobody is added and nothing is asked without an entry before it.
const IS_EMPTIED: &str =
    "SELECT count(*) AS emptied FROM (SELECT 1) AS one WHERE NOT EXISTS (SELECT 1 FROM audit_events)
    AND (EXISTS (SELECT 1 FROM users) OR EXISTS (SELECT 1 FROM conversations))";
// The entry that tells of a new user comes before them and so cannot hold their number: its detail begins with the name.
const OF_USER: &str = " AND (user_id = ? OR user_id IS NULL AND action = 'user.added' AND EXISTS (SELECT 1 FROM users
    WHERE substr(audit_events.detail || ' ', 1, length(username) + 1) = username || ' ' AND users.id = ?))";

#[async_trait]
impl AuditLog for Store {
    async fn append(&self, event: AuditEvent) -> Result<AuditEntry, StoreError> {
        let (done, written) = oneshot::channel();
        let ended = || StoreError::Unavailable("the audit log is no longer written".to_owned());
        self.audit.send(Append { event, done }).await.map_err(|_| ended())?;
        written.await.map_err(|_| ended())?
    }

    async fn after(&self, position: i64, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let select = narrowed(position, filter, "ASC", limit);
        let rows = select.fetch_all(self).await.map_err(fault)?;
        rows.iter().map(read).collect()
    }

    async fn tail(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let rows = narrowed(0, filter, "DESC", limit).fetch_all(self).await.map_err(fault)?;
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
        let is_table = match self.engine {
            Engine::Sqlite { .. } => IS_TABLE_OF_SQLITE,
            Engine::Postgres { .. } => IS_TABLE_OF_POSTGRES,
        };
        let is_table = sql(is_table).fetch_one(self).await.map_err(fault)?;
        if !get::<bool>(&is_table, "tables")? {
            return Ok(Some(AuditFault::NoTable));
        }
        let emptied = sql(IS_EMPTIED).fetch_one(self).await.map_err(fault)?;
        Ok(get::<bool>(&emptied, "emptied")?.then_some(AuditFault::Emptied))
    }
}

/// Entries after a position that a filter lets through.
fn narrowed(position: i64, filter: &AuditFilter, order: &str, limit: u32) -> Sql {
    let mut text = "SELECT * FROM audit_events WHERE position > $1".to_owned();
    let mut values: Vec<Value> = vec![position.into()];
    let mut narrow = |condition: &str, value: Value| {
        values.push(value);
        text.push_str(&condition.replace('?', &format!("${}", values.len())));
    };
    if let Some(user) = filter.user {
        narrow(OF_USER, user.0.into());
    }
    if let Some(action) = filter.action {
        narrow(" AND action = ?", action.word().into());
    }
    if let Some(target) = &filter.target {
        narrow(" AND target = ?", target.into());
    }
    if let Some(status) = filter.status {
        narrow(" AND status = ?", status.word().into());
    }
    if let Some(since) = filter.since {
        narrow(" AND at >= ?", since.as_millisecond().into());
    }
    values.push(limit.into());
    let _ = write!(text, " ORDER BY position {order} LIMIT ${}", values.len());
    values.into_iter().fold(composed(text), Sql::bind)
}

/// An entry, or which one cannot be understood.
fn read(row: &Row) -> Result<AuditEntry, StoreError> {
    let position = get(row, "position")?;
    read_at(row, position).map_err(|error| StoreError::Corrupt(format!("audit entry at position {position}: {error}")))
}

fn read_at(row: &Row, position: i64) -> Result<AuditEntry, StoreError> {
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
