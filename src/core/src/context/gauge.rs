//! The ratio of the tokens that servers count to those estimated.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::lock::lock;

/// Below this the server's own template weighs too much to compare.
const TELLING: usize = 200;
/// A count of less than half is of a prompt that the server had partly read before.
const LEAST_SEEN: usize = 500;
/// The limits of a gauge.
const LEAST: usize = 700;
const MOST: usize = 2_000;
/// The upper limit after a prompt of which only that it was too long is known: one unusual text does not represent all
/// texts.
const MOST_GUESSED: usize = 1_500;

/// For one model: tokens counted for a thousand estimated. It rises at once, so that the next prompt fits, and comes down
/// slowly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gauge(usize);

impl Default for Gauge {
    fn default() -> Self {
        Self(1_000)
    }
}

impl Gauge {
    /// Learns from a prompt that the server read to its end.
    pub fn observe(&mut self, estimated: usize, counted: u64) {
        let seen = usize::try_from(counted).unwrap_or(MOST).saturating_mul(1_000) / estimated.max(1);
        if estimated < TELLING || seen < LEAST_SEEN {
            return;
        }
        self.0 = if seen > self.0 { seen.min(MOST) } else { (self.0 - (self.0 - seen) / 8).max(LEAST) };
    }

    /// Learns that a prompt was longer than the window, by how much nobody said.
    pub fn too_long(&mut self) {
        self.0 = self.0.max((self.0 + self.0 / 3).min(MOST_GUESSED));
    }

    /// Tokens, as they are estimated, that a prompt may take in a window beside an answer. A long answer does not take
    /// more than half of the window.
    pub fn room(self, window: usize, answer: usize) -> usize {
        let prompt = window - answer.min(window / 2);
        prompt * 1_000 / self.0
    }
}

/// The gauge of each model.
#[derive(Debug, Default)]
pub struct Gauges(Mutex<BTreeMap<String, Gauge>>);

impl Gauges {
    /// The gauge of a model as it is now.
    pub fn of(&self, model: &str) -> Gauge {
        lock(&self.0).get(model).copied().unwrap_or_default()
    }

    /// Changes the gauge of a model.
    pub fn learn(&self, model: &str, learn: impl FnOnce(&mut Gauge)) {
        learn(lock(&self.0).entry(model.to_owned()).or_default());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_rises_at_once_and_comes_down_slowly() {
        for (estimated, counted, expected) in [
            (1_000, 1_000, 1_000),
            (1_000, 1_300, 1_300),
            (1_000, 900, 988),
            // Little, or read before: it says nothing.
            (100, 300, 1_000),
            (1_000, 15, 1_000),
            (1_000, u64::MAX, MOST),
        ] {
            let mut gauge = Gauge::default();
            gauge.observe(estimated, counted);
            assert_eq!(gauge, Gauge(expected), "{counted} for {estimated}");
        }
    }

    #[test]
    fn an_answer_leaves_half_of_the_window() {
        for (window, answer, room) in [(8_192, 1_024, 7_168), (1_024, 1_024, 512), (1_024, 4_096, 512), (0, 1, 0)] {
            assert_eq!(Gauge::default().room(window, answer), room, "{answer} of {window}");
        }
        let mut gauge = Gauge::default();
        gauge.too_long();
        assert_eq!(gauge.room(4_096, 1_024), 2_304);
        gauge.too_long();
        gauge.too_long();
        assert_eq!(gauge, Gauge(MOST_GUESSED), "strange texts leave room to others");
        gauge = Gauge(MOST);
        gauge.too_long();
        assert_eq!(gauge, Gauge(MOST), "what was counted stays");
    }

    #[test]
    fn each_model_has_its_own() {
        let gauges = Gauges::default();
        gauges.learn("a", Gauge::too_long);
        assert_ne!(gauges.of("a"), gauges.of("b"));
    }

    proptest! {
        #[test]
        fn it_stays_within_its_bounds(seen in proptest::collection::vec((0usize..100_000, any::<u64>()), 0..40)) {
            let mut gauge = Gauge::default();
            for (estimated, counted) in seen {
                gauge.observe(estimated, counted);
                if counted % 5 == 0 {
                    gauge.too_long();
                }
                prop_assert!((LEAST..=MOST).contains(&gauge.0));
            }
        }
    }
}
