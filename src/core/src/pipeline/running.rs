//! What is being written or run for whom, so that it can be stopped.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio_util::sync::CancellationToken;

use crate::domain::{Place, UserId};

type Key = (UserId, Place);
type Going = HashMap<Key, CancellationToken>;

#[derive(Debug, Default, Clone)]
pub(super) struct Running(Arc<Mutex<Going>>);

/// One piece of work; dropping it ends its entry.
#[derive(Debug)]
pub(super) struct Work {
    running: Running,
    keys: Mutex<Vec<Key>>,
    /// Cancelled when the person stops it.
    pub(super) stop: CancellationToken,
}

impl Running {
    /// Begins work for a user in a place; `None` while other work of theirs is going on there.
    pub(super) fn begin(&self, user: UserId, place: &Place) -> Option<Work> {
        self.begin_in(user, &[place])
    }

    /// Begins work that can be stopped in any of these places.
    pub(super) fn begin_in(&self, user: UserId, places: &[&Place]) -> Option<Work> {
        let keys: Vec<Key> = places.iter().map(|place| (user, (*place).clone())).collect();
        let mut running = self.going();
        if keys.iter().any(|key| running.contains_key(key)) {
            return None;
        }
        let stop = CancellationToken::new();
        running.extend(keys.iter().cloned().map(|key| (key, stop.clone())));
        drop(running);
        Some(Work { running: self.clone(), keys: Mutex::new(keys), stop })
    }

    /// Whether work of a user is going on in a place.
    pub(super) fn is_going(&self, user: UserId, place: &Place) -> bool {
        self.going().contains_key(&(user, place.clone()))
    }

    /// Whether work of anybody is going on in a place.
    pub(super) fn is_busy(&self, place: &Place) -> bool {
        self.going().keys().any(|(_, other)| other == place)
    }

    /// Stops the work of a user in a place; whether there was any.
    pub(super) fn stop(&self, user: UserId, place: &Place) -> bool {
        self.going().get(&(user, place.clone())).inspect(|stop| stop.cancel()).is_some()
    }

    fn going(&self) -> MutexGuard<'_, Going> {
        self.0.lock().expect("invariant: nothing panics while the lock is held")
    }
}

impl Work {
    /// Makes it stoppable in another place too; `false` while other work of the user is going on there.
    pub(super) fn also_in(&self, user: UserId, place: &Place) -> bool {
        let key = (user, place.clone());
        let mut going = self.running.going();
        let mut keys = self.keys();
        if going.contains_key(&key) {
            return keys.contains(&key);
        }
        going.insert(key.clone(), self.stop.clone());
        keys.push(key);
        true
    }

    fn keys(&self) -> MutexGuard<'_, Vec<Key>> {
        self.keys.lock().expect("invariant: nothing panics while the lock is held")
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let mut going = self.running.going();
        for key in self.keys().iter() {
            going.remove(key);
        }
    }
}
