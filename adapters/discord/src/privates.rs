//! Private conversations: whose they are, where somebody's is, and which are closed to us.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Discord keeps one private conversation with each person.
#[derive(Default)]
pub(crate) struct Privates(Mutex<Known>);

#[derive(Default)]
struct Known {
    with: HashMap<u64, u64>,
    of: HashMap<u64, u64>,
    closed: HashSet<u64>,
}

impl Privates {
    /// The private conversation with somebody.
    pub(crate) fn with(&self, user: u64) -> Option<u64> {
        self.known().with.get(&user).copied()
    }

    /// Whose private conversation it is.
    pub(crate) fn of(&self, channel: u64) -> Option<u64> {
        self.known().of.get(&channel).copied()
    }

    /// It is theirs.
    pub(crate) fn learn(&self, user: u64, channel: u64) {
        let mut known = self.known();
        known.with.insert(user, channel);
        known.of.insert(channel, user);
    }

    /// We may not write there.
    pub(crate) fn close(&self, channel: u64) {
        self.known().closed.insert(channel);
    }

    /// We may write there.
    pub(crate) fn open(&self, channel: u64) {
        self.known().closed.remove(&channel);
    }

    /// Whether we might not write there when it was tried last.
    pub(crate) fn is_closed(&self, channel: u64) -> bool {
        self.known().closed.contains(&channel)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
