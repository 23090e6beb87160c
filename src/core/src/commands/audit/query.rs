//! Audit queries written as words, kept for a while so that their pages can be turned.

use std::collections::VecDeque;
use std::sync::Mutex;

use jiff::Timestamp;

use crate::domain::UserId;
use crate::lock::lock;
use crate::ports::{AuditFilter, AuditMark};

/// Queries kept at most, the latest ones.
const KEPT: usize = 64;

/// Entries shown at most.
pub(crate) const MOST: u32 = 50;

/// An audit query with the pages shown so far.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    /// Names it in buttons.
    pub(crate) name: String,
    pub(crate) user: UserId,
    /// As it was typed.
    pub(crate) words: String,
    pub(crate) filter: AuditFilter,
    /// Entries of a page.
    pub(crate) limit: u32,
    /// Start of each page reachable by now; the first page starts at the newest entry.
    pub(crate) begins: Vec<Option<AuditMark>>,
    /// The page that was shown last.
    pub(crate) page: usize,
    pub(crate) until: Timestamp,
}

/// The latest queries. In memory only: after a restart one asks again.
#[derive(Debug, Default)]
pub(crate) struct Queries(Mutex<VecDeque<Query>>);

impl Queries {
    /// Keeps a query, in place of the one of that name.
    pub(crate) fn keep(&self, query: Query) {
        let mut queries = lock(&self.0);
        queries.retain(|kept| kept.name != query.name);
        if queries.len() >= KEPT {
            queries.pop_front();
        }
        queries.push_back(query);
    }

    /// The newest that is meant and not too old; what is too old is forgotten.
    pub(crate) fn newest(&self, now: Timestamp, is_meant: impl Fn(&Query) -> bool) -> Option<Query> {
        let mut queries = lock(&self.0);
        queries.retain(|query| now < query.until);
        queries.iter().rev().find(|query| is_meant(query)).cloned()
    }
}
