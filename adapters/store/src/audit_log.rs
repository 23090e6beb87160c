//! The audit log: appends go to the audit writer, reads come from here.

use async_trait::async_trait;
use pstral_auditproof::{SignedHead, Tree};
use pstral_core::domain::{AuditCheckpoint, AuditEntry, AuditEvent, AuditHash, ChainHead, ChainLink};
use pstral_core::ports::{AuditFilter, AuditFound, AuditLog, AuditMark, StoreError, Towards};
use tokio::sync::oneshot;

use crate::Store;
use crate::audit_hashes::for_each_hash;
use crate::audit_pages::{after, page, scan_limit};
use crate::audit_rows::entry;
use crate::audit_writer::Append;
use crate::engine::{Engine, StateTransaction};
use crate::fault::fault;
use crate::rows::{get, time};
use crate::sql::{Executor, Row, Sql, sql};

// A view and a virtual table have no page of their own.
const IS_TABLE_OF_SQLITE: &str = "SELECT count(*) AS tables FROM sqlite_schema
    WHERE name = 'audit_events' AND type = 'table' AND rootpage > 0";
const IS_TABLE_OF_POSTGRES: &str = "SELECT count(*) AS tables FROM pg_catalog.pg_class
    WHERE oid = to_regclass('audit_events') AND relkind = 'r'";
// Nobody is added and nothing is asked without an entry before it.
const IS_EMPTIED: &str =
    "SELECT count(*) AS emptied FROM (SELECT 1) AS one WHERE NOT EXISTS (SELECT 1 FROM audit_events)
    AND (EXISTS (SELECT 1 FROM users) OR EXISTS (SELECT 1 FROM conversations))";
// From one name to the next, without reading what lies between: min(…) of an index is one step.
const HEADS: &str = "WITH RECURSIVE names (instance) AS (
        SELECT min(instance) FROM audit_events
        UNION ALL
        SELECT (SELECT min(e.instance) FROM audit_events e WHERE e.instance > names.instance)
        FROM names WHERE names.instance IS NOT NULL
    )
    SELECT e.instance, e.seq, e.hash FROM names JOIN audit_events e ON e.instance = names.instance
        AND e.seq = (SELECT max(last.seq) FROM audit_events last WHERE last.instance = names.instance)";
const CHAIN: &str = "SELECT * FROM audit_events WHERE instance = $1 AND seq > $2 ORDER BY seq LIMIT $3";
const STRETCH: &str = "SELECT * FROM audit_events WHERE instance = $1 AND seq > $2 AND seq <= $3 ORDER BY seq";
const HAS_TABLE_OF_SQLITE: &str = "SELECT count(*) AS tables FROM sqlite_schema WHERE name = $1";
const HAS_TABLE_OF_POSTGRES: &str = "SELECT count(*) AS tables FROM pg_catalog.pg_class WHERE oid = to_regclass($1)";
const CHECKPOINTS: &str = "SELECT * FROM audit_checkpoints ORDER BY instance";
const CHECKPOINT: &str = "SELECT * FROM audit_checkpoints WHERE instance = $1";
const SIGNED_HEADS: &str = "SELECT note FROM audit_heads ORDER BY instance";

#[async_trait]
impl AuditLog for Store {
    async fn append(&self, event: AuditEvent) -> Result<AuditEntry, StoreError> {
        let (done, written) = oneshot::channel();
        let ended = || StoreError::Unavailable("the audit writer has stopped".to_owned());
        self.audit.send(Append { event, done }).await.map_err(|_| ended())?;
        written.await.map_err(|_| ended())?
    }

    async fn after(&self, position: i64, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        entries(self, after(&self.engine, position, filter, limit)).await
    }

    async fn page(
        &self,
        filter: &AuditFilter,
        from: Option<AuditMark>,
        towards: Towards,
        limit: u32,
    ) -> Result<AuditFound, StoreError> {
        let bound = match scan_limit(&self.engine, filter, from, towards) {
            Some(select) => select.fetch_optional(self).await.map_err(fault)?.map(|row| mark(&row)).transpose()?,
            None => None,
        };
        // One more than is wanted: then it is known whether anything is left.
        let select = page(&self.engine, filter, (from, bound), towards, limit.saturating_add(1));
        let mut entries = entries(self, select).await?;
        let is_full = entries.len() > limit as usize;
        entries.truncate(limit as usize);
        let further = if is_full { entries.last().map(AuditMark::of) } else { bound };
        Ok(AuditFound { entries, further })
    }

    async fn heads(&self) -> Result<Vec<ChainHead>, StoreError> {
        let rows = sql(HEADS).fetch_all(self).await.map_err(fault)?;
        let mut heads = rows.iter().map(head).collect::<Result<Vec<_>, _>>()?;
        // In the order of bytes, whatever the database takes for the order of texts.
        heads.sort_by(|one, other| one.instance.cmp(&other.instance));
        Ok(heads)
    }

    async fn chain(&self, instance: &str, after: i64, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        entries(self, sql(CHAIN).bind(instance).bind(after).bind(limit)).await
    }

    async fn checkpoints(&self) -> Result<Vec<AuditCheckpoint>, StoreError> {
        if !self.has_table("audit_checkpoints").await? {
            return Ok(Vec::new());
        }
        let rows = sql(CHECKPOINTS).fetch_all(self).await.map_err(fault)?;
        rows.iter().map(checkpoint).collect()
    }
}

/// A fault of an audit that no chain can reveal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuditTableError {
    /// Its table is missing, or replaced by something else.
    #[error("its table audit_events is gone, or something else stands in its place")]
    NoTable,
    /// It has no entry, although its first event is known to have been recorded.
    #[error("it holds no entry, though there are users or conversations")]
    Emptied,
}

/// Entries of a page, where all of them are read.
const PAGE: u32 = 200;

impl Store {
    /// Returns the newest signed head of each chain as it is in the database, none of them verified.
    pub async fn signed_heads(&self) -> Result<Vec<SignedHead>, StoreError> {
        if !self.has_table("audit_heads").await? {
            return Ok(Vec::new());
        }
        let rows = sql(SIGNED_HEADS).fetch_all(self).await.map_err(fault)?;
        let read = |row: &Row| {
            let note: String = get(row, "note")?;
            note.parse().map_err(|error| StoreError::Corrupt(format!("signed head of the audit: {error}")))
        };
        rows.iter().map(read).collect()
    }

    /// Returns the tree of the first entries of a chain, of those that were pruned its edge only.
    pub async fn audit_tree(&self, instance: &str, size: u64) -> Result<Tree, StoreError> {
        let mut reading = self.engine.snapshot().await?;
        let checkpoint = checkpoint_of(&mut reading, instance).await?;
        let after = checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.seq);
        let pruned = checkpoint.map(|checkpoint| checkpoint.frontier()).unwrap_or_default();
        let mut hashes = Vec::new();
        let until = i64::try_from(size).unwrap_or(i64::MAX);
        for_each_hash(&mut reading, instance, (after, until), |hash| hashes.push(hash)).await?;
        Ok(Tree::new(&pruned, &hashes))
    }

    /// True unless the state is of an older version, which is only looked at and has no such table yet.
    async fn has_table(&self, name: &str) -> Result<bool, StoreError> {
        let has_any = self.engine.pick(HAS_TABLE_OF_SQLITE, HAS_TABLE_OF_POSTGRES);
        get(&sql(has_any).bind(name).fetch_one(self).await.map_err(fault)?, "tables")
    }

    /// Hands over every entry that a filter lets through, the oldest first.
    pub(crate) async fn for_each_entry(
        &self,
        filter: &AuditFilter,
        mut each: impl FnMut(AuditEntry) + Send,
    ) -> Result<(), StoreError> {
        let mut from = None;
        loop {
            let found = self.page(filter, from, Towards::Newer, PAGE).await?;
            found.entries.into_iter().for_each(&mut each);
            from = found.further;
            if from.is_none() {
                return Ok(());
            }
        }
    }

    /// Looks for what its entries cannot show: that they are all gone, or are not entries but what a view makes of others.
    pub async fn audit_fault(&self) -> Result<Option<AuditTableError>, StoreError> {
        let is_table = self.engine.pick(IS_TABLE_OF_SQLITE, IS_TABLE_OF_POSTGRES);
        let is_table = sql(is_table).fetch_one(self).await.map_err(fault)?;
        if !get::<bool>(&is_table, "tables")? {
            return Ok(Some(AuditTableError::NoTable));
        }
        let emptied = sql(IS_EMPTIED).fetch_one(self).await.map_err(fault)?;
        Ok(get::<bool>(&emptied, "emptied")?.then_some(AuditTableError::Emptied))
    }
}

/// Returns the checkpoint of a chain, within a transaction.
pub(crate) async fn checkpoint_of(
    writing: &mut StateTransaction,
    instance: &str,
) -> Result<Option<AuditCheckpoint>, StoreError> {
    let row = sql(CHECKPOINT).bind(instance).fetch_optional(writing).await.map_err(fault)?;
    row.as_ref().map(checkpoint).transpose()
}

/// Returns the checkpoints of all chains, within a transaction.
pub(crate) async fn checkpoints_of(writing: &mut StateTransaction) -> Result<Vec<AuditCheckpoint>, StoreError> {
    sql(CHECKPOINTS).fetch_all(writing).await.map_err(fault)?.iter().map(checkpoint).collect()
}

/// Returns the newest entry of each chain, within a transaction.
pub(crate) async fn heads_of(writing: &mut StateTransaction) -> Result<Vec<ChainHead>, StoreError> {
    sql(HEADS).fetch_all(writing).await.map_err(fault)?.iter().map(head).collect()
}

/// Reads the chain links of an instance in a range of numbers, the start excluded, in order.
pub(crate) async fn links_between(
    engine: &Engine,
    instance: &str,
    (after, until): (i64, i64),
) -> Result<Vec<ChainLink>, StoreError> {
    let rows = sql(STRETCH).bind(instance).bind(after).bind(until).fetch_all(engine).await.map_err(fault)?;
    rows.iter().map(|row| Ok(entry(row)?.link(instance))).collect()
}

async fn entries(on: impl Into<Executor<'_>>, select: Sql) -> Result<Vec<AuditEntry>, StoreError> {
    let rows = select.fetch_all(on).await.map_err(fault)?;
    rows.iter().map(entry).collect()
}

fn mark(row: &Row) -> Result<AuditMark, StoreError> {
    Ok(AuditMark { at: time(row, "at")?, position: get(row, "position")? })
}

fn head(row: &Row) -> Result<ChainHead, StoreError> {
    Ok(ChainHead { instance: get(row, "instance")?, seq: get(row, "seq")?, hash: AuditHash(get(row, "hash")?) })
}

fn checkpoint(row: &Row) -> Result<AuditCheckpoint, StoreError> {
    Ok(AuditCheckpoint {
        instance: get(row, "instance")?,
        seq: get(row, "seq")?,
        hash: AuditHash(get(row, "hash")?),
        count: get(row, "count")?,
        at: time(row, "at")?,
        frontier: if row.place_of("frontier", 0).is_some() { get(row, "frontier")? } else { String::new() },
        key: get(row, "key")?,
        signature: get(row, "signature")?,
    })
}
