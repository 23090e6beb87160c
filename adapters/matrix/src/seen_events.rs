//! A record of received events, so that each is handed over only once even if the server repeats it.

use matrix_sdk::ruma::{EventId, OwnedEventId};
use parking_lot::Mutex;
use pstral_core::bounded_map::BoundedMap;

/// The number of events remembered.
const REMEMBERED: usize = 8_192;

/// The ids of the latest events.
#[derive(Debug, Default)]
pub(crate) struct SeenEvents(Mutex<BoundedMap<OwnedEventId, (), REMEMBERED>>);

impl SeenEvents {
    /// Checks whether an event was received before.
    pub(crate) fn contains(&self, id: &EventId) -> bool {
        self.0.lock().contains_key(id)
    }

    /// Forgets an event, which will be received again.
    pub(crate) fn forget(&self, id: &EventId) {
        self.0.lock().remove(id);
    }

    /// Adds an event, and returns true if it was not received before.
    pub(crate) fn insert(&self, id: &EventId) -> bool {
        self.0.lock().insert(id.to_owned(), ()).is_none()
    }
}
