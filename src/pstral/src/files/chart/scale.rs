//! The axes of a chart: from numbers to pixels, and round numbers on the way.

use std::ops::Range;

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use pstral_core::domain::{Locale, Value, real_text};
use pstral_core::results::{Chart, readable};

/// Beyond this, differences of two numbers would not be numbers any more.
const LARGEST: f64 = 1e300;

/// A range of numbers with round ends.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    /// Between two round numbers.
    step: f64,
}

impl Scale {
    /// Holds every number of a chart, and zero unless `free` lets numbers far from it do without.
    pub(super) fn over(chart: &Chart, free: bool) -> Self {
        let numbers = chart.series.iter().flat_map(|series| series.values.iter().flatten());
        let (mut low, mut high) = numbers.fold((f64::MAX, f64::MIN), |(low, high), number| {
            let number = number.clamp(-LARGEST, LARGEST);
            (low.min(number), high.max(number))
        });
        let far = free && (low > 0.0 && low > 0.6 * high || high < 0.0 && high < 0.6 * low);
        if !far {
            (low, high) = (low.min(0.0), high.max(0.0));
        }
        if low >= high {
            (low, high) = (low - 1.0, high + 1.0);
        }
        let step = round_up((high - low) / 6.0);
        Self { low: (low / step).floor() * step, high: (high / step).ceil() * step, step }
    }

    /// The axis from end to end, with its round numbers.
    pub(super) fn axis(&self) -> Axis {
        Axis { from: self.low, to: self.high, marks: self.ticks() }
    }

    /// The number of the scale nearest to a number; bars begin at that nearest to zero.
    pub(super) fn clamp(&self, number: f64) -> f64 {
        number.clamp(self.low, self.high)
    }

    /// Round numbers from end to end.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "there are about seven")]
    pub(super) fn ticks(&self) -> Vec<f64> {
        let count = ((self.high - self.low) / self.step).round() as u32;
        (0..=count.min(20)).map(|at| self.low + f64::from(at) * self.step).collect()
    }

    /// A round number as people write it.
    pub(super) fn label(&self, tick: f64, locale: Locale) -> String {
        // Not 0.30000000000000004, nor a zero that is not quite one.
        let tick = if tick.abs() < self.step / 1e6 { 0.0 } else { tick };
        let text = real_text(tick);
        let value = if text.contains('e') { Value::Real(tick) } else { Value::Decimal(text) };
        readable(&value, locale, true)
    }
}

/// An axis of a chart, with grid lines and labels at its marks. plotters' own `WithKeyPoints` cannot be labelled where it
/// holds reals, and its own choice of marks leaves the ends of an axis without one.
pub(super) struct Axis {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) marks: Vec<f64>,
}

impl Ranged for Axis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    #[expect(clippy::cast_possible_truncation, reason = "within the picture")]
    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let share = (value - self.from) / (self.to - self.from);
        from + (share * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.marks.clone()
    }

    fn range(&self) -> Range<f64> {
        self.from..self.to
    }
}

/// A number of the data as people write it, with at most two decimals where it is not small.
pub(super) fn written(number: f64, locale: Locale) -> String {
    let short = if number.abs() >= 100.0 { (number * 100.0).round() / 100.0 } else { number };
    let short = if short.is_finite() { short } else { number };
    let text = real_text(short);
    let value = if text.contains('e') { Value::Real(short) } else { Value::Decimal(text) };
    readable(&value, locale, true)
}

/// The next of 1, 2, 5, 10, 20 …
fn round_up(number: f64) -> f64 {
    let power = 10.0_f64.powf(number.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * power).find(|step| *step >= number * 0.999).unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use pstral_core::results::{Series, Shape};

    use super::*;

    fn scale(values: &[f64], free: bool) -> Scale {
        let series = vec![Series { name: String::new(), values: values.iter().copied().map(Some).collect() }];
        let labels = vec![String::new(); values.len()];
        let chart = Chart { title: String::new(), note: None, shape: Shape::Bars, labels, series };
        Scale::over(&chart, free)
    }

    #[test]
    fn numbers_on_an_axis_are_round() {
        for (values, free, expected) in [
            (&[3.0, 12.0][..], false, "0 2 4 6 8 10 12"),
            (&[-3.0, 12.0], false, "-5 0 5 10 15"),
            (&[1000.0, 1010.0], true, "1,000 1,002 1,004 1,006 1,008 1,010"),
            (&[0.1, 0.3], false, "0 0.05 0.1 0.15 0.2 0.25 0.3"),
            (&[0.0, 0.0], false, "-1 -0.5 0 0.5 1"),
            (&[1_234_567.0, 5.0], false, "0 500,000 1,000,000 1,500,000"),
        ] {
            let scale = scale(values, free);
            let ticks: Vec<String> = scale.ticks().into_iter().map(|tick| scale.label(tick, Locale::En)).collect();
            assert_eq!(ticks.join(" "), expected, "{values:?}");
        }
    }

    #[test]
    fn every_number_has_its_pixel() {
        for values in [&[f64::MAX, f64::MIN][..], &[1e-300, 2e-300], &[5.0, 5.0], &[-7.0, -3.0]] {
            for free in [false, true] {
                let scale = scale(values, free);
                let axis = scale.axis();
                let pixel = |value: f64| axis.map(&scale.clamp(value), (0, 1000));
                assert!(values.iter().all(|value| (0..=1000).contains(&pixel(*value))), "{values:?} {scale:?}");
                assert!((0..=1000).contains(&pixel(0.0)) && scale.ticks().len() > 1, "{scale:?}");
            }
        }
    }
}
