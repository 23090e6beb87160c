//! Recent refusals for lack of a permission: the request is not repeated for ten minutes, because Discord counts forbidden
//! requests and bans clients that insist.

use std::hash::Hash;
use std::time::Duration;

use parking_lot::Mutex;
use pstral_core::bounded_map::BoundedMap;
use tokio::time::Instant;

/// The number of refusals remembered. Those forgotten are found again by another attempt.
const REMEMBERED: usize = 256;
/// Time before the next attempt: the permission may have been granted since.
const RETRY_AFTER: Duration = Duration::from_mins(10);

/// Places where we may not write, or channels where we may not create threads, each with the time of the refusal.
pub(crate) struct RecentRefusals<K>(Mutex<BoundedMap<K, Instant, REMEMBERED>>);

impl<K: Clone + Eq + Hash> RecentRefusals<K> {
    /// Records a refusal. One that is known is not prolonged.
    pub(crate) fn record(&self, key: &K) {
        let mut refused = self.0.lock();
        if refused.get(key).is_none_or(|since| since.elapsed() >= RETRY_AFTER) {
            refused.insert_newest(key.clone(), Instant::now());
        }
    }

    /// Forgets a refusal: somebody asks there, and the permission may have been granted since.
    pub(crate) fn forget(&self, key: &K) {
        self.0.lock().remove(key);
    }

    /// Checks whether we were refused there recently.
    pub(crate) fn contains(&self, key: &K) -> bool {
        self.0.lock().get(key).is_some_and(|since| since.elapsed() < RETRY_AFTER)
    }
}

impl<K> Default for RecentRefusals<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_place_is_tried_again_after_a_while_or_when_something_is_asked_there() {
        let refused = RecentRefusals::default();
        refused.record(&1);
        assert!(refused.contains(&1) && !refused.contains(&2));
        refused.forget(&1);
        assert!(!refused.contains(&1));
        refused.record(&1);
        tokio::time::advance(RETRY_AFTER).await;
        assert!(!refused.contains(&1));
        refused.record(&1);
        assert!(refused.contains(&1));
    }
}
