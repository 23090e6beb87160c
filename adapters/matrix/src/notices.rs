//! A record of sent notices, so that nobody reads the same one again too soon: who votes on others' answers need not read
//! each time that the vote does not count.

use std::hash::Hash;
use std::time::Duration;

use parking_lot::Mutex;
use pstral_core::bounded_map::BoundedMap;
use tokio::time::Instant;

/// The number of notices remembered.
const REMEMBERED: usize = 1_024;

/// The latest notices by whom they were sent to, each with the message that it is.
#[derive(Debug)]
pub(crate) struct SentNotices<K, V> {
    repeat_after: Duration,
    sent: Mutex<BoundedMap<K, (V, Instant), REMEMBERED>>,
}

impl<K: Clone + Eq + Hash, V: Clone> SentNotices<K, V> {
    /// Creates a record of notices that may be repeated after this time.
    pub(crate) fn new(repeat_after: Duration) -> Self {
        Self { repeat_after, sent: Mutex::default() }
    }

    /// Returns the message of a notice that need not be repeated yet.
    pub(crate) fn find(&self, notice: &K) -> Option<V> {
        let sent = self.sent.lock();
        sent.get(notice).filter(|(_, at)| at.elapsed() < self.repeat_after).map(|(message, _)| message.clone())
    }

    /// Records that a notice was sent now.
    pub(crate) fn record(&self, notice: K, message: V) {
        self.sent.lock().insert(notice, (message, Instant::now()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_notice_is_repeated_after_a_while() {
        let notices = SentNotices::new(Duration::from_mins(10));
        assert_eq!(notices.find(&"@zoe:x"), None);
        notices.record("@zoe:x", "$a");
        assert_eq!((notices.find(&"@zoe:x"), notices.find(&"@leo:x")), (Some("$a"), None));
        tokio::time::advance(Duration::from_mins(10)).await;
        assert_eq!(notices.find(&"@zoe:x"), None);
        notices.record("@zoe:x", "$b");
        assert_eq!(notices.find(&"@zoe:x"), Some("$b"));
    }
}
