//! Private conversations: whose they are, and where somebody's is.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Both ways, as Discord keeps one private conversation with each person.
#[derive(Default)]
pub(crate) struct Privates(Mutex<(HashMap<u64, u64>, HashMap<u64, u64>)>);

impl Privates {
    /// The private conversation with somebody.
    pub(crate) fn with(&self, user: u64) -> Option<u64> {
        self.both().0.get(&user).copied()
    }

    /// Whose private conversation it is.
    pub(crate) fn of(&self, channel: u64) -> Option<u64> {
        self.both().1.get(&channel).copied()
    }

    /// It is theirs.
    pub(crate) fn learn(&self, user: u64, channel: u64) {
        let mut both = self.both();
        both.0.insert(user, channel);
        both.1.insert(channel, user);
    }

    fn both(&self) -> MutexGuard<'_, (HashMap<u64, u64>, HashMap<u64, u64>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
