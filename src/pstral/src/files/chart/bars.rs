//! Horizontal bars: labels of any length can be read, and there is room for as many as there are.

use plotters::prelude::RGBColor;
use pstral_core::domain::Locale;
use pstral_core::results::Chart;

use super::Room;
use super::canvas::{Canvas, Fault, GRID, INK, QUIET, Size};
use super::scale::{Scale, written};

/// The widest label, in pixels.
const LABEL: i32 = 330;
/// Below the bars, for the numbers of the axis.
const AXIS: i32 = 30;
/// Beside the longest bar, for its number.
const NUMBER: i32 = 130;

/// Pixels of one bar, its gap not counted.
fn thickness(chart: &Chart) -> i32 {
    match chart.labels.len() * chart.series.len() {
        0..=20 => 26,
        21..=60 => 18,
        61..=200 => 12,
        _ => 6,
    }
}

/// Pixels of one label with all its bars.
fn pitch(chart: &Chart) -> i32 {
    let bars = i32::try_from(chart.series.len()).unwrap_or(1);
    bars * thickness(chart) + if thickness(chart) > 20 { 14 } else { 8 }
}

/// Pixels from top to bottom.
pub(super) fn height(chart: &Chart) -> i32 {
    i32::try_from(chart.labels.len()).unwrap_or(i32::MAX / 1000) * pitch(chart) + AXIS
}

pub(super) fn draw(canvas: &Canvas<'_>, chart: &Chart, room: Room, locale: Locale) -> Result<(), Fault> {
    let size = if thickness(chart) > 20 { Size::Label } else { Size::Small };
    let labels: Vec<String> = chart.labels.iter().map(|label| canvas.fitted(label, size, LABEL)).collect();
    let widest = labels.iter().map(|label| canvas.width(label, size)).max().unwrap_or(0);
    let left = room.left + widest + 14;
    let scale = Scale::over(chart, false, (left + below_zero(chart), room.right - NUMBER));
    grid(canvas, &scale, room, locale)?;
    for (at, label) in (0..).zip(&labels) {
        let top = room.top + at * pitch(chart);
        let middle = top + pitch(chart) / 2;
        canvas.text_before(label, (left - 12, middle), size, INK)?;
        group(canvas, chart, (&scale, room.colours), (usize::try_from(at).unwrap_or(0), top), locale)?;
    }
    canvas.line(vec![(scale.zero(), room.top), (scale.zero(), room.bottom - AXIS)], 2, QUIET)
}

/// Room on the left for the number of a negative bar.
fn below_zero(chart: &Chart) -> i32 {
    let negative = chart.series.iter().flat_map(|series| series.values.iter().flatten()).any(|number| *number < 0.0);
    if negative { NUMBER } else { 0 }
}

fn grid(canvas: &Canvas<'_>, scale: &Scale, room: Room, locale: Locale) -> Result<(), Fault> {
    let bottom = room.bottom - AXIS;
    let mut free_from = i32::MIN;
    for tick in scale.ticks() {
        let x = scale.pixel(tick);
        canvas.line(vec![(x, room.top), (x, bottom)], 1, GRID)?;
        let label = scale.label(tick, locale);
        let half = canvas.width(&label, Size::Small) / 2;
        if x - half > free_from {
            canvas.text_below(&label, (x, bottom + 8), Size::Small, QUIET)?;
            free_from = x + half + 10;
        }
    }
    Ok(())
}

/// The bars of one label, each with its number.
fn group(
    canvas: &Canvas<'_>,
    chart: &Chart,
    (scale, colours): (&Scale, &[RGBColor]),
    (row, top): (usize, i32),
    locale: Locale,
) -> Result<(), Fault> {
    let thick = thickness(chart);
    let gap = (pitch(chart) - thick * i32::try_from(chart.series.len()).unwrap_or(1)) / 2;
    for ((at, series), colour) in (0..).zip(&chart.series).zip(colours) {
        let Some(number) = series.values.get(row).copied().flatten() else { continue };
        let (zero, end) = (scale.zero(), scale.pixel(number));
        let y = top + gap + at * thick;
        canvas.bar((zero.min(end), y + 1), (zero.max(end), y + thick - 1), *colour)?;
        // Numbers smaller than their bars are no help.
        if thick > 12 {
            let (text, middle) = (written(number, locale), y + thick / 2);
            if number < 0.0 {
                canvas.text_before(&text, (end - 6, middle), Size::Small, INK)?;
            } else {
                canvas.text_after(&text, (end + 6, middle), Size::Small, INK)?;
            }
        }
    }
    Ok(())
}
