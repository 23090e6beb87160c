//! The pace of a message's texts on its own account; the platform's limits are enforced by its budget.

use std::time::Duration;

/// Text after which the first message goes out without waiting, in characters.
const FIRST_CHARS: usize = 30;
/// Time after which the first message goes out however short it is.
const FIRST_WAIT: Duration = Duration::from_millis(400);
/// Changes of a message that are kept: for when it is full, and for its last state.
const KEPT: u32 = 2;
/// In the first second of a message, changes come at equal distances.
const EVENLY: Duration = Duration::from_secs(1);
/// Then the time between two changes grows with the time that has passed, so that all changes of a message last for ten
/// minutes: 1 + ln(600 s / 1 s).
const SHARES: f64 = 7.4;

/// Decides when to write, from what was written so far. Times are since a fixed moment.
#[derive(Debug, Clone, Default)]
pub struct Pacing {
    /// Since when the message shows what is said, and how often it could be changed from then on.
    began: Option<(Duration, u32)>,
    /// The number of edits left.
    left: u32,
    last_shown: Duration,
    not_before: Duration,
    first_text: Option<Duration>,
    chars: usize,
}

impl Pacing {
    /// Forgets what was heard and shown; a platform that failed is given its time all the same.
    pub fn begin_anew(&mut self) {
        *self = Self { not_before: self.not_before, ..Self::default() };
    }

    /// Notes that text came; `true` once, when a first text that would have waited is long enough to go at once.
    pub fn heard(&mut self, now: Duration, text: &str) -> bool {
        if self.chars >= FIRST_CHARS || (self.chars == 0 && text.trim().is_empty()) {
            return false;
        }
        self.first_text.get_or_insert(now);
        self.chars += text.chars().count();
        self.chars >= FIRST_CHARS
    }

    /// Returns the wait before new text is shown; `None` if there is none, or if all edits allowed before the message
    /// is full were made.
    pub fn wait(&self, now: Duration) -> Option<Duration> {
        let due = match (self.began, self.first_text?) {
            (None, _) if self.chars >= FIRST_CHARS => now,
            (None, first_text) => first_text + FIRST_WAIT,
            (Some(_), _) if self.left <= KEPT => return None,
            (Some((began, changes)), _) => {
                let shown_for = self.last_shown.saturating_sub(began);
                self.last_shown + shown_for.max(EVENLY).mul_f64(SHARES / f64::from(changes.max(1)))
            }
        };
        Some(due.max(self.not_before).saturating_sub(now))
    }

    /// Returns the remaining pause after a failed write.
    pub fn pause(&self, now: Duration) -> Duration {
        self.not_before.saturating_sub(now)
    }

    /// Notes that a message shows text for the first time, which may be changed so often.
    pub fn begins(&mut self, now: Duration, changes: u32) {
        (self.began, self.left, self.last_shown) = (Some((now, changes)), changes, now);
    }

    /// Notes that it shows more, and how often it may still be changed.
    pub fn wrote(&mut self, now: Duration, left: u32) {
        (self.left, self.last_shown) = (left, now);
    }

    /// Notes that a write failed, and that another is of no use for a while.
    pub fn failed(&mut self, now: Duration, wait: Duration) {
        self.not_before = now + wait;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn the_first_text_goes_out_at_once_when_there_is_enough_of_it() {
        let mut pacing = Pacing::default();
        assert_eq!(pacing.wait(MS(0)), None);
        assert!(!pacing.heard(MS(50), " \n"), "what nobody sees is no text");
        assert_eq!(pacing.wait(MS(60)), None);
        assert!(!pacing.heard(MS(100), "Two"));
        assert_eq!(pacing.wait(MS(100)), Some(MS(400)));
        assert!(!pacing.heard(MS(200), &"x".repeat(26)));
        assert_eq!(pacing.wait(MS(200)), Some(MS(300)));
        assert_eq!(pacing.wait(MS(600)), Some(MS(0)));
        assert!(pacing.heard(MS(210), "é"));
        assert_eq!(pacing.wait(MS(210)), Some(MS(0)));
        assert!(!pacing.heard(MS(220), "more"), "it is said once");
    }

    #[test]
    fn what_failed_waits() {
        let mut pacing = Pacing::default();
        pacing.heard(MS(0), &"x".repeat(30));
        pacing.failed(MS(10), MS(1000));
        assert_eq!(pacing.wait(MS(510)), Some(MS(500)));
        pacing.begin_anew();
        assert_eq!(pacing.wait(MS(510)), None, "what was put aside need not be shown");
        pacing.heard(MS(510), &"x".repeat(30));
        assert_eq!(pacing.wait(MS(510)), Some(MS(500)));
    }

    /// Returns the times at which texts are shown, of an answer that never ends.
    fn shown(most: u32, until: Duration) -> Vec<Duration> {
        let (mut pacing, mut now, mut shown, mut left) = (Pacing::default(), MS(0), Vec::new(), most);
        pacing.heard(now, &"x".repeat(30));
        while now < until {
            let Some(wait) = pacing.wait(now) else { break };
            now += wait.max(MS(1));
            if shown.is_empty() {
                pacing.begins(now, most);
            } else {
                left -= 1;
                pacing.wrote(now, left);
            }
            shown.push(now);
        }
        shown
    }

    #[test]
    fn changes_last_for_a_long_answer_and_the_last_ones_are_kept() {
        for most in [10, 30, 100, 1000] {
            let shown = shown(most, Duration::from_mins(30));
            assert_eq!(u32::try_from(shown.len()).unwrap(), most - 1, "the first text, and all changes but two");
            let last = shown[shown.len() - 1];
            assert!(last > Duration::from_secs(30), "{most} are spent after {last:?}");
        }
        let within = |most, seconds| shown(most, Duration::from_secs(seconds)).len();
        assert_eq!([within(30, 1), within(30, 10), within(30, 60)], [6, 16, 24]);
        assert!(within(u32::MAX, 1) > 900, "what costs nothing is not spared");
    }

    #[test]
    fn one_that_may_hardly_change_shows_its_first_text_and_its_last() {
        for most in [0, 1, 2] {
            assert_eq!(shown(most, Duration::from_mins(1)).len(), 1);
        }
    }
}
