//! Many times as few numbers.

use serde_json::{Value, json};

use crate::clock::Micros;

/// Times, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spread(Vec<Micros>);

impl FromIterator<Micros> for Spread {
    fn from_iter<T: IntoIterator<Item = Micros>>(times: T) -> Self {
        let mut times: Vec<Micros> = times.into_iter().collect();
        times.sort_unstable();
        Self(times)
    }
}

impl Spread {
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Milliseconds that so many in a hundred do not pass: a time that was measured, none between two.
    pub(crate) fn percentile(&self, hundredths: usize) -> Option<f64> {
        let place = (self.0.len() * hundredths).div_ceil(100).max(1) - 1;
        self.0.get(place).copied().map(millis)
    }

    pub(crate) fn max(&self) -> Option<f64> {
        self.0.last().copied().map(millis)
    }

    pub(crate) fn json(&self) -> Value {
        json!({ "p50": self.percentile(50), "p95": self.percentile(95), "p99": self.percentile(99), "max": self.max() })
    }
}

/// To the hundredth.
#[expect(clippy::cast_precision_loss, reason = "no run lasts centuries")]
fn millis(time: Micros) -> f64 {
    (time as f64 / 10.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_time_that_was_measured() {
        let spread: Spread = (1..=100).rev().map(|time| time * 1_000).collect();
        for (hundredths, expected) in [(50, 50.0), (95, 95.0), (99, 99.0), (100, 100.0)] {
            assert_eq!(spread.percentile(hundredths), Some(expected));
        }
        assert_eq!([3_000].into_iter().collect::<Spread>().percentile(50), Some(3.0));
        assert_eq!(Spread::default().percentile(95), None);
    }
}
