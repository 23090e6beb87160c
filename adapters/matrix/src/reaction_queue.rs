//! A queue of messages whose reactions need an update: each message gets its first reaction before any gets its second.

use std::collections::VecDeque;
use std::time::Duration;

use matrix_sdk::ruma::{EventId, OwnedEventId};
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;

/// The first wait after a failed attempt, which doubles, and the number of attempts.
const RETRY_AFTER: Duration = Duration::from_secs(1);
const TRIES: u32 = 8;

/// The interval at which completion is checked.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// A message whose reactions need an update.
#[derive(Debug)]
struct Want {
    message: OwnedEventId,
    at: Instant,
    failed: u32,
    /// True while it is being handled, and true if it was queued again meanwhile.
    is_busy: bool,
    again: bool,
}

/// The queued messages, in the order in which they came.
#[derive(Default)]
pub(crate) struct ReactionQueue {
    line: Mutex<VecDeque<Want>>,
    pub(crate) changed: Notify,
}

impl ReactionQueue {
    /// Queues a message for an update after a wait; sooner, if it is queued already.
    pub(crate) fn put(&self, message: &EventId, wait: Duration) {
        let at = Instant::now() + wait;
        let mut line = self.line.lock();
        if let Some(known) = line.iter_mut().find(|known| known.message == message) {
            (known.at, known.again) = (known.at.min(at), true);
        } else {
            let message = message.to_owned();
            line.push_back(Want { message, at, failed: 0, is_busy: false, again: false });
        }
        drop(line);
        self.changed.notify_one();
    }

    /// Returns the first due message of the lowest rank and marks it as busy, until one of the methods below; otherwise
    /// the time at which one is due.
    pub(crate) fn next(&self, rank: impl Fn(&EventId) -> u32) -> Result<OwnedEventId, Option<Instant>> {
        let now = Instant::now();
        let mut line = self.line.lock();
        let due = line.iter_mut().filter(|want| !want.is_busy && want.at <= now);
        if let Some(want) = due.min_by_key(|want| rank(&want.message)) {
            (want.is_busy, want.again) = (true, false);
            return Ok(want.message.clone());
        }
        Err(line.iter().filter(|want| !want.is_busy).map(|want| want.at).min())
    }

    /// Releases a message for which nothing was done yet.
    pub(crate) fn release(&self, message: &EventId) {
        if let Some(want) = self.line.lock().iter_mut().find(|want| want.message == message) {
            want.is_busy = false;
        }
    }

    /// Releases a message for which there is more to do, and queues it after the others.
    pub(crate) fn requeue(&self, message: &EventId) {
        let mut line = self.line.lock();
        if let Some(want) = taken(&mut line, message) {
            line.push_back(Want { is_busy: false, failed: 0, ..want });
        }
    }

    /// Removes a message that needs nothing any more, unless it was queued again meanwhile.
    pub(crate) fn done(&self, message: &EventId) {
        let mut line = self.line.lock();
        if let Some(want) = taken(&mut line, message).filter(|want| want.again) {
            line.push_back(Want { is_busy: false, ..want });
        }
    }

    /// Releases a message whose update failed: it is retried at growing intervals, and at last dropped.
    pub(crate) fn failed(&self, message: &EventId, wait: Duration) -> bool {
        let mut line = self.line.lock();
        let Some(tried) = taken(&mut line, message).filter(|tried| tried.failed < TRIES) else { return false };
        let at = Instant::now() + wait.max(RETRY_AFTER * 2_u32.pow(tried.failed));
        line.push_back(Want { at, failed: tried.failed + 1, is_busy: false, ..tried });
        true
    }

    /// Waits until the queue is empty.
    pub(crate) async fn wait_until_empty(&self) {
        while !self.line.lock().is_empty() {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }
}

fn taken(line: &mut VecDeque<Want>, message: &EventId) -> Option<Want> {
    let place = line.iter().position(|want| want.message == message)?;
    line.remove(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_gets_its_first_before_any_gets_its_second() {
        let queue = ReactionQueue::default();
        let id = |name: &str| OwnedEventId::try_from(name).unwrap();
        for (name, wait) in [("$has_one", 0), ("$has_none", 0), ("$later", 2)] {
            queue.put(&id(name), Duration::from_secs(wait));
        }
        let rank = |id: &EventId| u32::from(id == "$has_one");
        let next = || queue.next(rank).map(|message| message.to_string());
        assert_eq!(next().unwrap(), "$has_none");
        queue.put(&id("$has_none"), Duration::ZERO);
        assert_eq!(next().unwrap(), "$has_one", "one thing at a time is done for a message");
        let later = Instant::now() + Duration::from_secs(2);
        assert_eq!(next(), Err(Some(later)));
        assert!(queue.failed(&id("$has_one"), Duration::ZERO));
        queue.done(&id("$has_none"));
        assert_eq!(next().unwrap(), "$has_none", "it was put again meanwhile");
        queue.done(&id("$has_none"));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(next().unwrap(), "$has_one", "again");
        queue.put(&id("$later"), Duration::ZERO);
        assert_eq!(next().unwrap(), "$later", "sooner than it was to be");
        assert_eq!(next(), Err(None));
    }
}
