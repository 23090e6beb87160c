//! The audit log: events in an order and with contents that nobody can change undetected.

use async_trait::async_trait;
use jiff::Timestamp;

use super::StoreError;
use crate::domain::{AuditAction, AuditCheckpoint, AuditEntry, AuditEvent, AuditStatus, ChainHead, UserId};

/// A filter of audit entries. Members that are `None` do not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only of this user.
    pub user: Option<UserId>,
    /// Only of this platform.
    pub platform: Option<String>,
    /// Only this action.
    pub action: Option<AuditAction>,
    /// Only of this target.
    pub target: Option<String>,
    /// Only where this relation was read, as its name is written in the entry.
    pub relation: Option<String>,
    /// Only with this status.
    pub status: Option<AuditStatus>,
    /// Only with these words in the statement, the parameters, the detail or the error, whatever the case of ASCII
    /// letters. No index helps to find them: the entries that the other members leave are looked at one by one.
    pub text: Option<String>,
    /// Only at or after this time.
    pub since: Option<Timestamp>,
    /// Only before this time.
    pub until: Option<Timestamp>,
}

impl AuditFilter {
    /// Checks whether an event passes the filter, exactly as the log itself would.
    pub fn lets_through(&self, event: &AuditEvent) -> bool {
        let millisecond = |at: Timestamp| at.as_millisecond();
        let relations = || event.relations.iter().flat_map(|relations| relations.split(' '));
        self.user.is_none_or(|user| event.user == Some(user))
            && self.platform.as_ref().is_none_or(|platform| event.platform.as_ref() == Some(platform))
            && self.action.is_none_or(|action| event.action == action)
            && self.target.as_ref().is_none_or(|target| event.target.as_ref() == Some(target))
            && self.relation.as_ref().is_none_or(|relation| relations().any(|one| one == relation))
            && self.status.is_none_or(|status| event.status == status)
            && self.text.as_ref().is_none_or(|text| holds(event, text))
            && self.since.is_none_or(|since| millisecond(event.at) >= millisecond(since))
            && self.until.is_none_or(|until| millisecond(event.at) < millisecond(until))
    }
}

fn holds(event: &AuditEvent, text: &str) -> bool {
    let searched = [&event.statement, &event.parameters, &event.detail, &event.error];
    let text = text.to_ascii_lowercase();
    searched.into_iter().flatten().any(|held| held.to_ascii_lowercase().contains(&text))
}

/// The end of a page: the time of an entry, in milliseconds, and its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AuditMark {
    /// The time.
    pub at: Timestamp,
    /// The position among entries of the same time.
    pub position: i64,
}

impl AuditMark {
    /// That of an entry.
    pub fn of(entry: &AuditEntry) -> Self {
        Self { at: entry.event.at, position: entry.position }
    }
}

/// The entries found for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditFound {
    /// The entries, in the direction that pages are turned.
    pub entries: Vec<AuditEntry>,
    /// The mark from which the next page continues; `None` if nothing is left. A page with one that is not full was
    /// ended because enough entries had been examined.
    pub further: Option<AuditMark>,
}

/// The direction of turning pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Towards {
    /// Each entry is older than the one before it.
    Older,
    /// Each entry is newer than the one before it.
    Newer,
}

/// A log of events in an order and with contents that nobody can change undetected.
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Chains an event and makes it durable: when this returns, a power cut does not lose it.
    async fn append(&self, event: AuditEvent) -> Result<AuditEntry, StoreError>;

    /// At most `limit` entries after a position (0 for the beginning), in the order of positions. Where several
    /// instances write, one with a lower position may come later: what must miss nothing reads chain by chain.
    async fn after(&self, position: i64, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, StoreError>;

    /// At most `limit` entries beyond a mark, in the order of their times; from the end or the beginning where there is
    /// no mark. Whatever was durable when the first page was read is in one of the pages. So that no page takes long,
    /// not all of the log is looked at for it where no index leads to what the filter asks for.
    async fn page(
        &self,
        filter: &AuditFilter,
        from: Option<AuditMark>,
        towards: Towards,
        limit: u32,
    ) -> Result<AuditFound, StoreError>;

    /// The newest `limit` entries, the newest last, however many must be looked at for them.
    async fn tail(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let (mut newest, mut from) = (Vec::new(), None);
        let mut missing = limit;
        while missing > 0 {
            let found = self.page(filter, from, Towards::Older, missing).await?;
            missing = missing.saturating_sub(u32::try_from(found.entries.len()).unwrap_or(u32::MAX));
            newest.extend(found.entries);
            from = found.further;
            if from.is_none() {
                break;
            }
        }
        newest.reverse();
        Ok(newest)
    }

    /// The last entry of each chain, by the names of the instances.
    async fn heads(&self) -> Result<Vec<ChainHead>, StoreError>;

    /// At most `limit` entries of one chain after a number, in order. An entry of a chain is seen only when all before
    /// it are.
    async fn chain(&self, instance: &str, after: i64, limit: u32) -> Result<Vec<AuditEntry>, StoreError>;

    /// Returns the checkpoints that replace the pruned beginnings of chains.
    async fn checkpoints(&self) -> Result<Vec<AuditCheckpoint>, StoreError>;
}
