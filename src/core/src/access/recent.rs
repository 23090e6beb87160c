//! A limit on how often an actor gets the same answer.

use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;

use crate::bounded_map::BoundedMap;
use crate::domain::{Actor, Place, PlatformName};
use crate::lock::lock;

/// Actors remembered: beyond, the first ones are forgotten, and may get an answer too many.
const REMEMBERED: usize = 4096;

type Key = (PlatformName, String);

/// So many times in a while for each actor; how many times it has been is in memory only.
#[derive(Debug)]
pub(crate) struct Recent {
    most: u32,
    within: Duration,
    /// First time and count for each key.
    counted: Mutex<BoundedMap<Key, (Timestamp, u32), REMEMBERED>>,
}

impl Recent {
    pub(crate) fn new(most: u32, within: Duration) -> Self {
        Self { most, within, counted: Mutex::default() }
    }

    /// Counts one more for the actor; true if that is within the limit.
    pub(crate) fn once_more(&self, actor: &Actor, now: Timestamp) -> bool {
        self.once_more_of((actor.platform.clone(), actor.id.clone()), now)
    }

    /// Counts one more for the actor in the place's channel; true if that is within the limit. Channels are counted
    /// separately.
    pub(crate) fn once_more_in(&self, actor: &Actor, place: &Place, now: Timestamp) -> bool {
        self.once_more_of((actor.platform.clone(), format!("{}\n{}", actor.id, place.channel().id)), now)
    }

    /// Counts one more of a key and tells whether it is still within the limit; the oldest keys are forgotten first.
    fn once_more_of(&self, key: Key, now: Timestamp) -> bool {
        let mut counted = lock(&self.counted);
        if let Some((since, count)) = counted.get_mut(&key) {
            let age = now.duration_since(*since);
            // A clock that was set back starts anew too.
            if age.is_negative() || age.unsigned_abs() >= self.within {
                (*since, *count) = (now, 0);
            }
            *count = count.saturating_add(1);
            return *count <= self.most;
        }
        counted.insert(key, (now, 1));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(id: &str) -> Actor {
        Actor { platform: PlatformName("fake".to_owned()), id: id.to_owned(), name: String::new() }
    }

    #[test]
    fn each_actor_is_counted_for_a_while() {
        let recent = Recent::new(2, Duration::from_mins(10));
        let at = |seconds: i64| Timestamp::constant(1_795_255_200 + seconds, 0);
        let zoe = actor("zoe");
        let answers = [0, 1, 2, 599, 600, 601, 602].map(|seconds| recent.once_more(&zoe, at(seconds)));
        assert_eq!(answers, [true, true, false, false, true, true, false]);
        assert!(recent.once_more(&actor("max"), at(602)), "others are not counted");
        assert!(recent.once_more(&zoe, at(-1)), "a clock that was set back locks nobody out");
    }

    #[test]
    fn memory_is_bounded() {
        let recent = Recent::new(1, Duration::from_mins(10));
        for number in 0..3 * REMEMBERED {
            assert!(recent.once_more(&actor(&number.to_string()), Timestamp::UNIX_EPOCH));
        }
        let counted = recent.counted.lock().unwrap();
        assert_eq!(counted.iter().count(), REMEMBERED);
    }
}
