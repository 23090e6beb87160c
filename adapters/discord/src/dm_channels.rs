//! Private conversations: the person of each, and which of them do not accept our messages.

use std::collections::{HashMap, HashSet};

use parking_lot::Mutex;

/// The known private conversations. Discord keeps one with each person.
#[derive(Default)]
pub(crate) struct DmChannels(Mutex<State>);

#[derive(Default)]
struct State {
    with: HashMap<u64, u64>,
    of: HashMap<u64, u64>,
    closed: HashSet<u64>,
}

impl DmChannels {
    /// Returns the channel of the private conversation with a user.
    pub(crate) fn with(&self, user: u64) -> Option<u64> {
        self.0.lock().with.get(&user).copied()
    }

    /// Returns the user of a private conversation.
    pub(crate) fn of(&self, channel: u64) -> Option<u64> {
        self.0.lock().of.get(&channel).copied()
    }

    /// Records that a channel is the private conversation with a user.
    pub(crate) fn learn(&self, user: u64, channel: u64) {
        let mut known = self.0.lock();
        known.with.insert(user, channel);
        known.of.insert(channel, user);
    }

    /// Notes that the user does not accept our messages.
    pub(crate) fn close(&self, channel: u64) {
        self.0.lock().closed.insert(channel);
    }

    /// Notes that the user accepts our messages.
    pub(crate) fn open(&self, channel: u64) {
        self.0.lock().closed.remove(&channel);
    }

    /// Checks whether the last attempt to write there was refused.
    pub(crate) fn is_closed(&self, channel: u64) -> bool {
        self.0.lock().closed.contains(&channel)
    }
}
