//! What is being written or run for whom, so that it can be stopped.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio_util::sync::CancellationToken;

use crate::domain::{Place, UserId};

type Key = (UserId, Place);

#[derive(Debug, Default, Clone)]
pub(super) struct Running(Arc<Mutex<HashMap<Key, CancellationToken>>>);

/// One piece of work; dropping it ends its entry.
#[derive(Debug)]
pub(super) struct Work {
    running: Running,
    key: Key,
    /// Cancelled when the person stops it.
    pub(super) stop: CancellationToken,
}

impl Running {
    /// Begins work for a user in a place; `None` while other work of theirs is going on there.
    pub(super) fn begin(&self, user: UserId, place: &Place) -> Option<Work> {
        let key = (user, place.clone());
        let mut running = self.0.lock().expect("invariant: nothing panics while the lock is held");
        if running.contains_key(&key) {
            return None;
        }
        let stop = CancellationToken::new();
        running.insert(key.clone(), stop.clone());
        Some(Work { running: self.clone(), key, stop })
    }

    /// Stops the work of a user in a place; whether there was any.
    pub(super) fn stop(&self, user: UserId, place: &Place) -> bool {
        let running = self.0.lock().expect("invariant: nothing panics while the lock is held");
        running.get(&(user, place.clone())).inspect(|stop| stop.cancel()).is_some()
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.running.0.lock().expect("invariant: nothing panics while the lock is held").remove(&self.key);
    }
}
