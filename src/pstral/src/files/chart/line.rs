//! Lines through moments, one a series, broken where a value is missing.

use pstral_core::domain::Locale;
use pstral_core::results::{Chart, Series};

use super::Room;
use super::canvas::{Canvas, Fault, GRID, QUIET, Size};
use super::scale::Scale;

/// Below the lines, for the moments.
const AXIS: i32 = 34;
/// With more points than this, dots would hide the line.
const DOTS: usize = 40;

pub(super) fn draw(canvas: &Canvas<'_>, chart: &Chart, room: Room, locale: Locale) -> Result<(), Fault> {
    let bottom = room.bottom - AXIS;
    let scale = Scale::over(chart, true, (bottom, room.top));
    let ticks: Vec<(i32, String)> =
        scale.ticks().into_iter().map(|tick| (scale.pixel(tick), scale.label(tick, locale))).collect();
    let widest = ticks.iter().map(|(_, label)| canvas.width(label, Size::Small)).max().unwrap_or(0);
    let left = room.left + widest + 12;
    for (y, label) in &ticks {
        canvas.line(vec![(left, *y), (room.right, *y)], 1, GRID)?;
        canvas.text_before(label, (left - 10, *y), Size::Small, QUIET)?;
    }
    // Half a label must fit beside the first and the last point.
    let across = Across { from: left + 12, to: room.right - 12, last: chart.labels.len().saturating_sub(1).max(1) };
    moments(canvas, chart, &across, bottom)?;
    for (series, colour) in chart.series.iter().zip(room.colours) {
        for points in stretches(series, &across, &scale) {
            if series.values.len() <= DOTS || points.len() == 1 {
                points.iter().try_for_each(|point| canvas.dot(*point, *colour))?;
            }
            canvas.line(points, 4, *colour)?;
        }
    }
    Ok(())
}

/// Points at equal distances.
struct Across {
    from: i32,
    to: i32,
    last: usize,
}

impl Across {
    fn pixel(&self, at: usize) -> i32 {
        let (at, last) = (i32::try_from(at).unwrap_or(0), i32::try_from(self.last).unwrap_or(1));
        self.from + (self.to - self.from) * at / last
    }
}

/// As many moments below the axis as have room, the first and the last among them.
fn moments(canvas: &Canvas<'_>, chart: &Chart, across: &Across, bottom: i32) -> Result<(), Fault> {
    let labels: Vec<Moment> =
        chart.labels.iter().enumerate().map(|(at, label)| Moment::of(canvas, label, at, across)).collect();
    let Some((last, others)) = labels.split_last() else { return Ok(()) };
    let mut free_from = 0;
    for label in others {
        if label.left() >= free_from && label.right() + APART <= last.left() {
            label.draw(canvas, bottom)?;
            free_from = label.right() + APART;
        }
    }
    last.draw(canvas, bottom)
}

/// Between two labels.
const APART: i32 = 24;

/// A label below the axis.
struct Moment {
    text: String,
    half: i32,
    /// Its middle, which is moved where it would leave the picture.
    x: i32,
    tick: i32,
}

impl Moment {
    fn of(canvas: &Canvas<'_>, label: &str, at: usize, across: &Across) -> Self {
        let text = canvas.fitted(label, Size::Small, 220);
        let (half, tick) = (canvas.width(&text, Size::Small) / 2, across.pixel(at));
        Self { text, half, x: tick.min(across.to + 12 - half).max(half + 8), tick }
    }

    fn left(&self) -> i32 {
        self.x - self.half
    }

    fn right(&self) -> i32 {
        self.x + self.half
    }

    fn draw(&self, canvas: &Canvas<'_>, bottom: i32) -> Result<(), Fault> {
        canvas.line(vec![(self.tick, bottom), (self.tick, bottom + 6)], 1, QUIET)?;
        canvas.text_below(&self.text, (self.x, bottom + 12), Size::Small, QUIET)
    }
}

/// The points of a series, without those that have no value.
fn stretches(series: &Series, across: &Across, scale: &Scale) -> Vec<Vec<(i32, i32)>> {
    let points: Vec<Option<(i32, i32)>> = series
        .values
        .iter()
        .enumerate()
        .map(|(at, value)| value.map(|number| (across.pixel(at), scale.pixel(number))))
        .collect();
    points
        .split(Option::is_none)
        .filter(|run| !run.is_empty())
        .map(|run| run.iter().copied().flatten().collect())
        .collect()
}
