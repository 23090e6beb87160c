//! Events that were heard: each is handed over once, also where the server tells of it twice.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use matrix_sdk::ruma::{EventId, OwnedEventId};

/// Events remembered.
const REMEMBERED: usize = 8_192;

/// The latest events.
#[derive(Debug, Default)]
pub(crate) struct Heard(Mutex<(HashSet<OwnedEventId>, VecDeque<OwnedEventId>)>);

impl Heard {
    /// Whether this one was heard before.
    pub(crate) fn has(&self, id: &EventId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.contains(id)
    }

    /// It was not, after all: it comes again.
    pub(crate) fn forget(&self, id: &EventId) {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        heard.0.remove(id);
        heard.1.retain(|known| known != id);
    }

    /// The same the other way round; from now on it was.
    pub(crate) fn is_new(&self, id: &EventId) -> bool {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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
