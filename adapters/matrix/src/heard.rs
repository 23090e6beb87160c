//! A record of received events, so that each is handed over only once even if the server repeats it.

use std::collections::{HashSet, VecDeque};

use matrix_sdk::ruma::{EventId, OwnedEventId};
use parking_lot::Mutex;

/// The number of events remembered.
const REMEMBERED: usize = 8_192;

/// The ids of the latest events.
#[derive(Debug, Default)]
pub(crate) struct Heard(Mutex<(HashSet<OwnedEventId>, VecDeque<OwnedEventId>)>);

impl Heard {
    /// Checks whether an event was received before.
    pub(crate) fn has(&self, id: &EventId) -> bool {
        self.0.lock().0.contains(id)
    }

    /// Forgets an event, which will be received again.
    pub(crate) fn forget(&self, id: &EventId) {
        let mut heard = self.0.lock();
        heard.0.remove(id);
        heard.1.retain(|known| known != id);
    }

    /// Adds an event, and returns true if it was not received before.
    pub(crate) fn is_new(&self, id: &EventId) -> bool {
        let mut heard = self.0.lock();
        let (known, order) = &mut *heard;
        if !known.insert(id.to_owned()) {
            return false;
        }
        order.push_back(id.to_owned());
        if order.len() > REMEMBERED
            && let Some(oldest) = order.pop_front()
        {
            known.remove(&oldest);
        }
        true
    }
}
