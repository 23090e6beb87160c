//! Remembers events, so that one delivered twice is answered once.

use std::sync::Mutex;

use crate::bounded_map::BoundedMap;
use crate::domain::{Event, PlatformName};
use crate::lock::lock;

/// Events remembered: platforms deliver again within seconds, not after thousands of other events.
const REMEMBERED: usize = 4096;

#[derive(Debug, Default)]
pub(crate) struct Seen(Mutex<BoundedMap<(PlatformName, String), (), REMEMBERED>>);

impl Seen {
    /// Records an event; true if it was not seen before.
    pub(crate) fn first_time(&self, event: &Event) -> bool {
        let key = (event.actor.platform.clone(), event.id.clone());
        lock(&self.0).insert(key, ()).is_none()
    }
}
