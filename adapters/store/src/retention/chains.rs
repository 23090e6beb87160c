//! The beginnings of chains that are over, and what the entry that replaces them has to say.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use pstral_core::domain::{AuditAction, AuditEntry, Covers, UserId};
use pstral_core::ports::{AuditFilter, AuditLog as _, StoreError};

use crate::Store;
use crate::fault::fault;
use crate::rows::get;
use crate::sql::sql;

const FIRST_YOUNG: &str = "SELECT seq FROM audit_events WHERE instance = $1 AND at >= $2 ORDER BY seq LIMIT 1";
const WHOLE: &str = "SELECT count(*) AS held FROM audit_events
    WHERE instance = $1 AND seq > $2 AND seq <= $3 AND salt IS NOT NULL";
const SEALED: &str = "SELECT seq, user_id FROM audit_events
    WHERE instance = $1 AND seq > $2 AND seq <= $3 AND sealed IS NOT NULL";

/// The beginning of a chain that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChainPrefix {
    /// The instance of the chain.
    pub(super) instance: String,
    /// The number up to which it was pruned before; 0 if it never was.
    pub(super) after: i64,
    /// The last one that is over.
    pub(super) until: i64,
}

impl ChainPrefix {
    /// The number of entries.
    pub(super) fn entries(&self) -> u64 {
        u64::try_from(self.until - self.after).unwrap_or_default()
    }
}

impl Store {
    /// Returns the prunable beginning of each chain, before the first entry that is not older than `before`. The last
    /// entry of a chain is never pruned, as the next one is chained to it.
    pub(super) async fn beginnings(&self, before: Timestamp) -> Result<Vec<ChainPrefix>, StoreError> {
        let pruned = self.pruned().await?;
        let mut beginnings = Vec::new();
        for head in self.heads().await? {
            let first = sql(FIRST_YOUNG).bind(&head.instance).bind(before.as_millisecond());
            let first = first.fetch_optional(self).await.map_err(fault)?;
            let young = first.map(|row| get::<i64>(&row, "seq")).transpose()?.unwrap_or(head.seq);
            let after = pruned.get(&head.instance).copied().unwrap_or_default();
            let until = young.min(head.seq) - 1;
            if until > after {
                beginnings.push(ChainPrefix { instance: head.instance, after, until });
            }
        }
        Ok(beginnings)
    }

    /// Counts the entries of a beginning whose personal texts are still there and can be redacted.
    pub(super) async fn whole_entries(&self, of: &ChainPrefix) -> Result<u64, StoreError> {
        let count = sql(WHOLE).bind(&of.instance).bind(of.after).bind(of.until);
        let held: i64 = get(&count.fetch_one(self).await.map_err(fault)?, "held")?;
        Ok(u64::try_from(held).unwrap_or_default())
    }

    /// Returns what the entry that records a pruning covers: every chain up to where it will have been pruned by this
    /// or an earlier pruning, and single entries beyond that were sealed for a reason that is pruned now. So an entry
    /// that covers others may be pruned like any other: what it covered is pruned too, or has the new entry as its
    /// reason.
    pub(super) async fn pruning_covers(&self, beginnings: &[ChainPrefix]) -> Result<Covers, StoreError> {
        let mut until = self.pruned().await?;
        until.extend(beginnings.iter().map(|one| (one.instance.clone(), one.until)));
        let (mut gone, mut kept) = (Vec::new(), Vec::new());
        for reason in self.reasons().await? {
            let is_gone = until.get(&reason.instance).is_some_and(|last| reason.seq <= *last);
            if is_gone { gone.push(reason) } else { kept.push(reason) }
        }
        let mut entries: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
        for covers in gone.iter().filter_map(AuditEntry::covers) {
            for (instance, last) in reaches(&covers) {
                let after = until.get(instance).copied().unwrap_or_default();
                for (seq, user) in self.sealed_between(instance, after, last).await? {
                    let has_another = kept.iter().any(|reason| is_reason(reason, instance, seq, user));
                    if covers.holds(instance, seq, user) && !has_another {
                        entries.entry(instance.to_owned()).or_default().insert(seq);
                    }
                }
            }
        }
        Ok(Covers { user: None, until, entries })
    }

    /// Returns the number up to which each chain has been pruned.
    async fn pruned(&self) -> Result<BTreeMap<String, i64>, StoreError> {
        Ok(self.checkpoints().await?.into_iter().map(|checkpoint| (checkpoint.instance, checkpoint.seq)).collect())
    }

    /// Returns every entry that covers others.
    async fn reasons(&self) -> Result<Vec<AuditEntry>, StoreError> {
        let mut reasons = Vec::new();
        for action in [AuditAction::UserErased, AuditAction::AuditPruned] {
            let filter = AuditFilter { action: Some(action), ..AuditFilter::default() };
            let covers_others = |entry: &AuditEntry| entry.covers().is_some();
            self.for_each_entry(&filter, |entry| reasons.extend(Some(entry).filter(covers_others))).await?;
        }
        Ok(reasons)
    }

    async fn sealed_between(
        &self,
        instance: &str,
        after: i64,
        until: i64,
    ) -> Result<Vec<(i64, Option<UserId>)>, StoreError> {
        if until <= after {
            return Ok(Vec::new());
        }
        let rows = sql(SEALED).bind(instance).bind(after).bind(until).fetch_all(self).await.map_err(fault)?;
        rows.iter().map(|row| Ok((get(row, "seq")?, get::<Option<i64>>(row, "user_id")?.map(UserId)))).collect()
    }
}

/// The last entry of each chain that may be covered.
fn reaches(covers: &Covers) -> BTreeMap<&str, i64> {
    let until = covers.until.iter().map(|(instance, last)| (instance.as_str(), *last));
    let single = covers.entries.iter().filter_map(|(instance, numbers)| Some((instance.as_str(), *numbers.last()?)));
    let mut reaches = BTreeMap::new();
    for (instance, last) in until.chain(single) {
        let reach = reaches.entry(instance).or_insert(last);
        *reach = last.max(*reach);
    }
    reaches
}

/// Checks, like the verifier, whether an entry is the reason for another: it cannot be for later ones.
fn is_reason(reason: &AuditEntry, instance: &str, seq: i64, user: Option<UserId>) -> bool {
    let is_later = reason.instance != instance || reason.seq > seq;
    is_later && reason.covers().is_some_and(|covers| covers.holds(instance, seq, user))
}
