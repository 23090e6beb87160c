//! A rest for an endpoint that fails again and again, and the one question that tries whether it is back.

use std::time::Duration;

/// Failures in a row after which an endpoint rests.
const FAILURES: u32 = 3;
/// The first rest; each next one without an answer in between is twice as long.
const FIRST_REST: Duration = Duration::from_secs(10);
/// The longest rest.
const LONGEST_REST: Duration = Duration::from_mins(5);

/// The significance of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// It may be an accident.
    One,
    /// It took so long to find out that nobody else should have to.
    All,
}

/// The state of an endpoint's circuit breaker. Times are since a fixed moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Breaker {
    /// Questions are sent there.
    Closed {
        /// Failures since its last whole answer.
        failures: u32,
        /// The length of its next rest.
        rest: Duration,
    },
    /// It rests after failures, and no question is sent there.
    Open {
        /// The time of the failure after which it rested first.
        since: Duration,
        /// The end of the rest.
        until: Duration,
        rest: Duration,
    },
    /// One question tries whether it is back; the others wait for what comes of it.
    HalfOpen { since: Duration, rest: Duration },
}

impl Default for Breaker {
    fn default() -> Self {
        Self::Closed { failures: 0, rest: FIRST_REST }
    }
}

impl Breaker {
    /// Checks whether a question may be sent there now.
    pub(super) fn admits(self, now: Duration) -> bool {
        match self {
            Self::Closed { .. } => true,
            Self::Open { until, .. } => now >= until,
            Self::HalfOpen { .. } => false,
        }
    }

    /// Checks whether it rests, so that waiting for it is of no use.
    pub(super) fn rests(self, now: Duration) -> bool {
        matches!(self, Self::Open { until, .. } if now < until)
    }

    /// Returns the end of its rest, if it rests.
    pub(super) fn until(self) -> Option<Duration> {
        match self {
            Self::Open { until, .. } => Some(until),
            Self::Closed { .. } | Self::HalfOpen { .. } => None,
        }
    }

    /// Returns the time for which it has not been asked, and the time after which it is tried again, if it rests.
    pub(super) fn resting(self, now: Duration) -> Option<(Duration, Duration)> {
        match self {
            Self::Open { since, until, .. } => Some((now.saturating_sub(since), until.saturating_sub(now))),
            Self::Closed { .. } | Self::HalfOpen { .. } => None,
        }
    }

    /// Checks whether its last complete answer is newer than its last failure.
    pub(super) fn is_well(self) -> bool {
        self == Self::default()
    }

    /// A question goes there; whether it is the one that tries.
    pub(super) fn asked(&mut self) -> bool {
        let Self::Open { since, rest, .. } = *self else { return false };
        *self = Self::HalfOpen { since, rest };
        true
    }

    /// It began to answer: the others may go there too. Its failures are forgotten when it has come to an end.
    pub(super) fn began(&mut self) {
        if let Self::HalfOpen { rest, .. } = *self {
            *self = Self::Closed { failures: FAILURES - 1, rest: longer(rest) };
        }
    }

    /// It answered to the end.
    pub(super) fn answered(&mut self) {
        *self = Self::default();
    }

    /// It did not, or not to the end.
    pub(super) fn failed(&mut self, weight: Weight, now: Duration) {
        *self = match *self {
            Self::Closed { failures, rest } if failures + 1 < FAILURES && weight == Weight::One => {
                Self::Closed { failures: failures + 1, rest }
            }
            Self::Closed { rest, .. } => Self::Open { since: now, until: now + rest, rest },
            Self::HalfOpen { since, rest } => {
                let rest = longer(rest);
                Self::Open { since, until: now + rest, rest }
            }
            // One that was asked before the rest began.
            resting @ Self::Open { .. } => resting,
        };
    }

    /// It cannot be reached: it rests, and on where its rest is over.
    pub(super) fn is_away(&mut self, now: Duration) {
        let (since, rest) = match *self {
            Self::Closed { rest, .. } => (now, rest),
            Self::Open { until, .. } if now < until => return,
            Self::Open { since, rest, .. } | Self::HalfOpen { since, rest } => (since, longer(rest)),
        };
        *self = Self::Open { since, until: now + rest, rest };
    }

    /// The question that tried was withdrawn before anything came of it: the next one tries.
    pub(super) fn untried(&mut self, now: Duration) {
        if let Self::HalfOpen { since, rest } = *self {
            *self = Self::Open { since, until: now, rest };
        }
    }

    /// It says of itself that it is well: a question may try.
    pub(super) fn says_well(&mut self, now: Duration) {
        if let Self::Open { since, until, rest } = *self {
            *self = Self::Open { since, until: until.min(now), rest };
        }
    }
}

/// The rest after the next failure.
fn longer(rest: Duration) -> Duration {
    (rest * 2).min(LONGEST_REST)
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    #[test]
    fn it_opens_after_three_failures_in_a_row_and_tries_one_question_after_each_rest() {
        let mut breaker = Breaker::default();
        for _ in 0..2 {
            breaker.failed(Weight::One, S(0));
        }
        assert!(breaker.admits(S(0)) && !breaker.is_well());
        breaker.answered();
        assert!(breaker.is_well(), "what failed before the last answer does not count");
        for _ in 0..3 {
            breaker.failed(Weight::One, S(0));
        }
        let mut now = S(0);
        for rest in [10, 20, 40, 80, 160, 300, 300] {
            assert!(!breaker.admits(now) && breaker.rests(now));
            let almost = now + S(rest).saturating_sub(Duration::from_millis(1));
            assert!(!breaker.admits(almost) && breaker.rests(almost), "{rest}");
            now += S(rest);
            assert!(breaker.admits(now) && !breaker.rests(now), "{rest}");
            breaker.asked();
            assert!(!breaker.admits(now) && !breaker.rests(now), "one question tries, the others wait for it");
            breaker.failed(Weight::One, now);
        }
        breaker.asked();
        breaker.answered();
        assert!(breaker.is_well());
    }

    #[test]
    fn an_answer_that_begins_lets_the_others_in_and_one_that_ends_makes_it_well() {
        let mut breaker = Breaker::Open { since: S(0), until: S(10), rest: S(20) };
        assert_eq!(breaker.resting(S(4)), Some((S(4), S(6))));
        breaker.asked();
        breaker.began();
        assert!(breaker.admits(S(10)) && !breaker.is_well());
        breaker.failed(Weight::One, S(12));
        assert_eq!(breaker.until(), Some(S(52)), "it broke off: the rest grows as if it had said nothing");
        breaker.asked();
        breaker.began();
        breaker.answered();
        assert!(breaker.is_well());
    }

    #[test]
    fn one_failure_that_took_minutes_is_enough() {
        let mut breaker = Breaker::default();
        breaker.failed(Weight::All, S(300));
        assert_eq!(breaker.until(), Some(S(310)));
        // Others that were asked before fail too: that makes the rest no longer.
        breaker.failed(Weight::All, S(305));
        assert_eq!(breaker.until(), Some(S(310)));
    }

    #[test]
    fn a_trial_that_was_withdrawn_leaves_it_to_the_next_question() {
        let mut breaker = Breaker::Open { since: S(0), until: S(10), rest: S(10) };
        breaker.asked();
        breaker.untried(S(12));
        assert!(breaker.admits(S(12)));
        breaker.asked();
        breaker.failed(Weight::One, S(12));
        assert_eq!(breaker.until(), Some(S(32)), "and the rest grows as before");
        let mut well = Breaker::default();
        well.untried(S(1));
        assert!(well.is_well());
    }

    #[test]
    fn an_endpoint_that_says_it_is_well_is_tried_at_once() {
        let mut breaker = Breaker::Open { since: S(0), until: S(10), rest: S(10) };
        breaker.says_well(S(3));
        assert!(breaker.admits(S(3)));
        assert_eq!(breaker.until(), Some(S(3)));
        breaker.is_away(S(4));
        assert_eq!(breaker.until(), Some(S(24)), "it was well for a moment");
        breaker.is_away(S(14));
        assert_eq!(breaker.until(), Some(S(24)));
        breaker.is_away(S(24));
        assert_eq!(breaker.until(), Some(S(64)), "as long as it is away, it rests");
        let mut failing = Breaker::Closed { failures: 2, rest: FIRST_REST };
        failing.says_well(S(3));
        assert_eq!(failing, Breaker::Closed { failures: 2, rest: FIRST_REST }, "only an answer shows that it answers");
    }
}
