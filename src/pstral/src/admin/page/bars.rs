//! Numbers over time as bars, laid out for an SVG.

use serde::Serialize;

/// The size of the drawing in its own units.
const WIDTH: f64 = 240.0;
const HEIGHT: f64 = 48.0;
/// The part of its place that a bar fills.
const FILLED: f64 = 0.7;

/// Bars from left to right.
#[derive(Debug, Serialize)]
pub(super) struct Bars {
    width: f64,
    height: f64,
    /// The largest value; none if all are 0.
    most: Option<f64>,
    drawn: Vec<Bar>,
}

#[derive(Debug, Serialize)]
struct Bar {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// Lays out a bar for each value, the largest as high as the drawing.
#[expect(clippy::cast_precision_loss, reason = "there are only so many bars")]
pub(super) fn bars(values: &[f64]) -> Bars {
    let largest = values.iter().copied().reduce(f64::max).filter(|largest| *largest > 0.0);
    let most = largest.unwrap_or(1.0);
    let place = WIDTH / values.len().max(1) as f64;
    let bar = |(number, value): (usize, &f64)| {
        // Any value but none can be seen.
        let height = if *value <= 0.0 { 0.0 } else { (value / most * HEIGHT).max(1.5) };
        let x = place * (number as f64 + (1.0 - FILLED) / 2.0);
        Bar { x: tenths(x), y: tenths(HEIGHT - height), width: tenths(place * FILLED), height: tenths(height) }
    };
    Bars { width: WIDTH, height: HEIGHT, most: largest, drawn: values.iter().enumerate().map(bar).collect() }
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::bars;

    #[test]
    fn the_largest_is_as_high_as_the_drawing_and_none_is_nothing() {
        let three = bars(&[0.0, 1.0, 1000.0]);
        let heights: Vec<f64> = three.drawn.iter().map(|bar| bar.height).collect();
        assert_eq!(heights, [0.0, 1.5, 48.0]);
        assert!(three.drawn.iter().all(|bar| (bar.y + bar.height - 48.0).abs() < 0.11), "they stand on one line");
        assert!(bars(&[]).drawn.is_empty());
        assert!(bars(&[0.0, 0.0]).drawn.iter().all(|bar| bar.height == 0.0));
    }
}
