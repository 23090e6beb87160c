//! Remembers events, so that one delivered twice is answered once.

use std::collections::{HashSet, VecDeque};
use std::sync::Mutex;

use crate::domain::{Event, PlatformName};
use crate::lock::lock;

/// Events remembered: platforms deliver again within seconds, not after thousands of other events.
const REMEMBERED: usize = 4096;

type Key = (PlatformName, String);

#[derive(Debug, Default)]
pub(crate) struct Seen(Mutex<(HashSet<Key>, VecDeque<Key>)>);

impl Seen {
    /// Records an event; true if it was not seen before.
    pub(crate) fn first_time(&self, event: &Event) -> bool {
        let key = (event.actor.platform.clone(), event.id.clone());
        let mut seen = lock(&self.0);
        let (known, order) = &mut *seen;
        if !known.insert(key.clone()) {
            return false;
        }
        order.push_back(key);
        if order.len() > REMEMBERED
            && let Some(oldest) = order.pop_front()
        {
            known.remove(&oldest);
        }
        true
    }
}
