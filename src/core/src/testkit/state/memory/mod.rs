//! State in memory: the six ports over plain vectors, for tests of what stands on them.

mod audit_log;
mod catalogs;
mod conversations;
mod knowledge;
mod people;
mod proposals;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

use jiff::Timestamp;

use crate::domain::{
    AuditEntry, Card, Conversation, ConversationId, KeptCatalog, KeptQuery, Link, PlatformName, Proposal, ProposalId,
    Rated, ReviewItem, Turn, TurnId, User, UserId,
};
use crate::ports::{LinkCode, LinkRequest, StoreError};

/// State that is gone with the value, and an audit log that can be made to fail.
#[derive(Debug, Default)]
pub struct MemoryState {
    tables: Mutex<Tables>,
}

/// An actor without the name, which decides nothing.
type ActorKey = (PlatformName, String);

#[derive(Debug, Default)]
struct Tables {
    users: Vec<User>,
    /// The last number given to a user.
    last_user: i64,
    passwords: BTreeMap<UserId, String>,
    links: BTreeMap<ActorKey, Link>,
    codes: Vec<LinkCode>,
    requests: Vec<LinkRequest>,
    wrong_tries: Vec<(ActorKey, Timestamp)>,
    conversations: Vec<Conversation>,
    /// Every beginning and opening of a conversation, in order.
    openings: Vec<ConversationId>,
    turns: Vec<Turn>,
    retried: BTreeSet<TurnId>,
    proposals: Vec<Proposal>,
    cards: Vec<(ProposalId, Card)>,
    verified: Vec<KeptQuery>,
    ratings: Vec<Rated>,
    /// Each with true once it is taken off.
    reviews: Vec<(ReviewItem, bool)>,
    catalogs: BTreeMap<String, KeptCatalog>,
    audit: Vec<AuditEntry>,
    refuse_audit: bool,
}

impl MemoryState {
    /// From now on the audit log is [`StoreError::Unavailable`] to writers, and no claim can be given back, as on a full disk;
    /// with `false`, both work again.
    pub fn refuse_audit(&self, refuse: bool) {
        self.tables().refuse_audit = refuse;
    }

    /// Returns the entries of the audit log, in order.
    pub fn audit_entries(&self) -> Vec<AuditEntry> {
        self.tables().audit.clone()
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().expect("invariant: nothing panics while it holds the tables")
    }
}

impl Tables {
    fn user(&mut self, id: UserId) -> Result<&mut User, StoreError> {
        let found = self.users.iter_mut().find(|user| user.id == id);
        found.ok_or_else(|| StoreError::Missing(format!("user {}", id.0)))
    }
}

/// The number of the next row of a table that never loses one.
fn next_number<T>(table: &[T]) -> i64 {
    i64::try_from(table.len()).expect("invariant: memory holds fewer than 2^63 rows") + 1
}

/// A limit as a count of things in memory.
fn count(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}
