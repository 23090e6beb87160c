//! Deletes expired data of every class.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use jiff::Timestamp;
use pstral_core::domain::{AuditAction, AuditCheckpoint, AuditEvent, AuditHash, Covers};
use pstral_core::ports::{AuditLog, StoreError};

use super::chains::ChainPrefix;
use super::due::{ExpiryLimits, Pruning, PruningClass};
use super::part::{TableRows, rest};
use super::seal::{CLOSE, OPEN};
use super::{AT_ONCE, KEEPING_LOCK, event};
use crate::Store;
use crate::audit_hashes::frontier_until;
use crate::engine::StateTransaction;
use crate::fault::fault;
use crate::rows::get;
use crate::sql::sql;

const HASH: &str = "SELECT hash FROM audit_events WHERE instance = $1 AND seq = $2";
const REPLACE: &str = "INSERT INTO audit_checkpoints (instance, seq, hash, count, at, frontier, key, signature)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (instance) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, count = excluded.count,
        at = excluded.at, frontier = excluded.frontier, key = excluded.key, signature = excluded.signature
    WHERE excluded.seq > audit_checkpoints.seq";
const NAMED: &str = "SELECT at, relations FROM audit_events
    WHERE instance = $1 AND seq > $2 AND seq <= $3 AND relations IS NOT NULL";
const FORGET_NAMED: &str = "DELETE FROM audit_relations WHERE relation = $1 AND at >= $2 AND at <= $3
    AND position IN (SELECT position FROM audit_events WHERE instance = $4 AND seq > $5 AND seq <= $6)";
const REMOVE: &str = "DELETE FROM audit_events WHERE instance = $1 AND seq > $2 AND seq <= $3";

/// Gives a checkpoint the name of its key and its signature.
pub type Sign = dyn Fn(AuditCheckpoint) -> AuditCheckpoint + Send + Sync;

impl Store {
    /// Returns the expired data by class, without the classes that have none.
    pub async fn prunings(&self, due: &ExpiryLimits) -> Result<Vec<Pruning>, StoreError> {
        let mut prunings = Vec::new();
        for (class, before, parts) in due.rows() {
            prunings.push(Pruning { class, before, rows: self.counted(parts, before).await? });
        }
        if let Some(before) = due.audit {
            let entries = self.beginnings(before).await?.iter().map(ChainPrefix::entries).sum();
            prunings.push(Pruning { class: PruningClass::Audit, before, rows: vec![("audit_events", entries)] });
        }
        if let Some(before) = due.audit_texts {
            let mut entries = 0;
            for beginning in self.texts_of(due, before).await? {
                entries += self.whole_entries(&beginning).await?;
            }
            prunings.push(Pruning { class: PruningClass::AuditTexts, before, rows: vec![("audit_events", entries)] });
        }
        prunings.retain(|pruning| pruning.total() > 0);
        Ok(prunings)
    }

    /// Deletes expired data class by class, after recording what of each will go. Whoever prunes the audit has
    /// proved it before ([`Store::verify_audit`]): the signature says that it held.
    pub async fn prune(
        &self,
        audit: &dyn AuditLog,
        due: &ExpiryLimits,
        by: Option<&str>,
        sign: &Sign,
    ) -> Result<Vec<Pruning>, StoreError> {
        let prunings = self.prunings(due).await?;
        let planned = |class| prunings.iter().find(|pruning| pruning.class == class);
        for (class, before, parts) in due.rows() {
            let Some(pruning) = planned(class) else { continue };
            audit.append(recorded(due.now, by, pruning, None)).await?;
            for part in parts {
                part.remove(self, before.as_millisecond()).await?;
            }
        }
        if let Some(pruning) = planned(PruningClass::Audit) {
            let beginnings = self.beginnings(pruning.before).await?;
            let covers = self.pruning_covers(&beginnings).await?;
            audit.append(recorded(due.now, by, pruning, Some(&covers))).await?;
            for beginning in &beginnings {
                self.prune_beginning(beginning, due.now, sign).await?;
            }
        }
        if let Some(pruning) = planned(PruningClass::AuditTexts) {
            let beginnings = self.beginnings(pruning.before).await?;
            let until: BTreeMap<_, _> = beginnings.iter().map(|one| (one.instance.clone(), one.until)).collect();
            audit.append(recorded(due.now, by, pruning, Some(&Covers { until, ..Covers::default() }))).await?;
            for ChainPrefix { instance, after, until } in &beginnings {
                self.seal_stretch(instance, *after, *until).await?;
            }
        }
        Ok(prunings)
    }

    async fn counted(&self, parts: &[TableRows], before: Timestamp) -> Result<Vec<(&'static str, u64)>, StoreError> {
        let mut rows = Vec::new();
        for part in parts {
            rows.push((part.table, part.count(self, before.as_millisecond()).await?));
        }
        Ok(rows)
    }

    /// The entries whose texts are over, without those that go as a whole.
    async fn texts_of(&self, due: &ExpiryLimits, before: Timestamp) -> Result<Vec<ChainPrefix>, StoreError> {
        let mut texts = self.beginnings(before).await?;
        for gone in if let Some(audit) = due.audit { self.beginnings(audit).await? } else { Vec::new() } {
            for one in texts.iter_mut().filter(|one| one.instance == gone.instance) {
                one.after = one.after.max(gone.until.min(one.until));
            }
        }
        Ok(texts)
    }

    /// Replaces the beginning of a chain by a checkpoint that moves on with every transaction.
    async fn prune_beginning(&self, beginning: &ChainPrefix, now: Timestamp, sign: &Sign) -> Result<(), StoreError> {
        let ChainPrefix { instance, mut after, until } = beginning.clone();
        while after < until {
            let (begun, end) = (Instant::now(), until.min(after + i64::from(AT_ONCE)));
            let mut writing = self.engine.begin_locked(KEEPING_LOCK).await?;
            let row = sql(HASH).bind(&instance).bind(end).fetch_optional(&mut writing).await.map_err(fault)?;
            // Where it is gone, somebody else prunes at the same time, and was quicker.
            if let Some(row) = row {
                let hash = AuditHash(get(&row, "hash")?);
                let frontier = frontier_until(&mut writing, &instance, end).await?.to_string();
                let (key, signature) = (String::new(), String::new());
                let checkpoint = AuditCheckpoint {
                    instance: instance.clone(),
                    seq: end,
                    hash,
                    count: end,
                    at: now,
                    frontier,
                    key,
                    signature,
                };
                replace(&mut writing, &sign(checkpoint), after).await?;
            }
            writing.commit().await.map_err(fault)?;
            after = end;
            rest(begun).await;
        }
        Ok(())
    }
}

/// Puts a checkpoint in the place of the entries after a number.
async fn replace(writing: &mut StateTransaction, by: &AuditCheckpoint, after: i64) -> Result<(), StoreError> {
    sql(OPEN).bind("prune").execute(&mut *writing).await.map_err(fault)?;
    let replace = sql(REPLACE).bind(&by.instance).bind(by.seq).bind(&by.hash.0).bind(by.count);
    let replace = replace.bind(by.at.as_millisecond()).bind(&by.frontier).bind(&by.key).bind(&by.signature);
    replace.execute(&mut *writing).await.map_err(fault)?;
    let named = sql(NAMED).bind(&by.instance).bind(after).bind(by.seq);
    let (mut relations, mut times) = (BTreeSet::new(), Vec::new());
    for row in named.fetch_all(&mut *writing).await.map_err(fault)? {
        times.push(get::<i64>(&row, "at")?);
        relations.extend(get::<String>(&row, "relations")?.split(' ').map(str::to_owned));
    }
    if let (Some(first), Some(last)) = (times.iter().min(), times.iter().max()) {
        for relation in relations {
            let forget = sql(FORGET_NAMED).bind(relation).bind(*first).bind(*last);
            let forget = forget.bind(&by.instance).bind(after).bind(by.seq);
            forget.execute(&mut *writing).await.map_err(fault)?;
        }
    }
    let remove = sql(REMOVE).bind(&by.instance).bind(after).bind(by.seq);
    remove.execute(&mut *writing).await.map_err(fault)?;
    sql(CLOSE).execute(&mut *writing).await.map_err(fault)?;
    Ok(())
}

fn recorded(now: Timestamp, by: Option<&str>, pruning: &Pruning, covers: Option<&Covers>) -> AuditEvent {
    AuditEvent {
        rows: i64::try_from(pruning.total()).ok(),
        detail: Some(format!("{} before {}", pruning.class.word(), pruning.before)),
        ..event(now, AuditAction::AuditPruned, by, covers)
    }
}
