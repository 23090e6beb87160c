//! A record of sent notices, so that nobody reads the same one again too soon: who votes on others' answers need not read
//! each time that the vote does not count.

use std::hash::Hash;
use std::time::Duration;

use parking_lot::Mutex;
use pstral_core::bounded_map::BoundedMap;
use tokio::time::Instant;

/// The number of notices remembered.
const REMEMBERED: usize = 1_024;

/// The latest notices by whom they were sent to, each with a value, such as its message.
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
        self.sent.lock().insert_newest(notice, (message, Instant::now()));
    }
}

impl<K: Clone + Eq + Hash> SentNotices<K, ()> {
    /// Checks whether a notice is due, and if so records it as sent now.
    pub(crate) fn is_due(&self, notice: K) -> bool {
        let mut sent = self.sent.lock();
        let is_due = sent.get(&notice).is_none_or(|((), at)| at.elapsed() >= self.repeat_after);
        if is_due {
            sent.insert_newest(notice, ((), Instant::now()));
        }
        is_due
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
