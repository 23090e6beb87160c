//! When the next edit of a message is due.

use std::time::Duration;

/// Text after which the first message goes out without waiting, in characters.
const FIRST_CHARS: usize = 30;
/// Time after which the first message goes out however short it is.
const FIRST_WAIT: Duration = Duration::from_millis(400);
/// Edits after which the interval grows with every edit, so that a long answer does not cost hundreds of them.
const EASY_EDITS: u32 = 20;

/// Decides when to write, from what was written so far and what the platform said. Times are since a fixed moment.
#[derive(Debug, Clone)]
pub struct Pacing {
    interval: Duration,
    not_before: Duration,
    refused_until: Duration,
    written: u32,
    first_text_at: Option<Duration>,
}

impl Pacing {
    /// Paces edits at least `interval` apart.
    pub fn new(interval: Duration) -> Self {
        Self { interval, not_before: Duration::ZERO, refused_until: Duration::ZERO, written: 0, first_text_at: None }
    }

    /// How long to wait before showing a text of `chars` characters: `None` while there is nothing to show.
    pub fn wait(&mut self, now: Duration, chars: usize) -> Option<Duration> {
        if chars == 0 {
            return None;
        }
        let first_text_at = *self.first_text_at.get_or_insert(now);
        let due = if self.written == 0 && chars < FIRST_CHARS { first_text_at + FIRST_WAIT } else { self.not_before };
        Some(due.max(self.not_before).saturating_sub(now))
    }

    /// Notes that a write was finished.
    pub fn wrote(&mut self, now: Duration) {
        self.written += 1;
        let growth = 1 + self.written.saturating_sub(EASY_EDITS) / 4;
        self.not_before = now + self.interval * growth;
    }

    /// Notes that the platform asked to wait.
    pub fn refused(&mut self, now: Duration, retry_after: Duration) {
        self.not_before = now + retry_after.max(self.interval);
        self.refused_until = now + retry_after;
    }

    /// How long the platform still wants no write at all: the last edit waits for this, and for nothing else.
    pub fn refused_for(&self, now: Duration) -> Duration {
        self.refused_until.saturating_sub(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn the_first_text_goes_out_at_once_when_there_is_enough_of_it() {
        let mut pacing = Pacing::new(MS(1000));
        assert_eq!(pacing.wait(MS(0), 0), None);
        assert_eq!(pacing.wait(MS(100), 3), Some(MS(400)));
        assert_eq!(pacing.wait(MS(200), 29), Some(MS(300)));
        assert_eq!(pacing.wait(MS(210), 30), Some(MS(0)));
        assert_eq!(pacing.wait(MS(500), 5), Some(MS(0)));
    }

    #[test]
    fn later_texts_wait_for_the_interval_and_for_what_the_platform_says() {
        let mut pacing = Pacing::new(MS(1000));
        pacing.wrote(MS(0));
        assert_eq!(pacing.wait(MS(300), 50), Some(MS(700)));
        pacing.refused(MS(1000), MS(4000));
        assert_eq!(pacing.wait(MS(1500), 60), Some(MS(3500)));
        assert_eq!(pacing.refused_for(MS(1500)), MS(3500));
        assert_eq!(pacing.refused_for(MS(9000)), MS(0));
    }

    #[test]
    fn a_long_answer_is_edited_less_and_less_often() {
        let mut pacing = Pacing::new(MS(100));
        let (mut now, mut edits) = (MS(0), 0);
        while now < MS(60_000) {
            now += pacing.wait(now, 100).unwrap();
            pacing.wrote(now);
            edits += 1;
        }
        assert!(edits < 90, "{edits} edits in a minute");
    }
}
