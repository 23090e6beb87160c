//! Horizontal bars: labels of any length can be read, and there is room for as many as there are.

use plotters::chart::ChartBuilder;
use plotters::element::{EmptyElement, PathElement, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, ShapeStyle, TRANSPARENT};
use pstral_core::domain::Locale;
use pstral_core::results::Chart;

use super::Room;
use super::canvas::{Canvas, Fault, GRID, INK, QUIET, Size, style};
use super::scale::{Axis, Scale, written};

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

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "few bars")]
pub(super) fn draw(canvas: &Canvas<'_>, chart: &Chart, room: Room, locale: Locale) -> Result<(), Fault> {
    let size = if thickness(chart) > 20 { Size::Label } else { Size::Small };
    let labels: Vec<String> = chart.labels.iter().map(|label| canvas.fitted(label, size, LABEL)).collect();
    let rows = labels.len() as f64;
    let scale = Scale::over(chart, false);
    let room = Room { right: room.right - NUMBER, ..room };
    let left = canvas.widest(&labels, size) + 14;
    let area = canvas.area(room);
    let mut plot = ChartBuilder::on(&area).x_label_area_size(AXIS).y_label_area_size(left).build_cartesian_2d(
        numbers(canvas, chart, &scale, (room.right - room.left - left, locale)),
        Axis { from: rows, to: 0.0, marks: (0..labels.len()).map(|row| row as f64 + 0.5).collect() },
    )?;
    plot.configure_mesh()
        .disable_y_mesh()
        .axis_style(TRANSPARENT)
        .bold_line_style(GRID)
        .x_label_style(style(Size::Small, QUIET))
        .y_label_style(style(size, INK))
        .set_all_tick_mark_size(5)
        .x_label_formatter(&|tick| scale.label(*tick, locale))
        .y_label_formatter(&|row| labels.get(row.floor() as usize).cloned().unwrap_or_default())
        .draw()?;
    let (thick, pitch) = (thickness(chart), pitch(chart));
    let gap = (pitch - thick * i32::try_from(chart.series.len()).unwrap_or(1)) / 2;
    let zero = scale.clamp(0.0);
    for ((at, series), colour) in (0..).zip(&chart.series).zip(room.colours) {
        let part = |pixels: i32| f64::from(gap + at * thick + pixels) / f64::from(pitch);
        let bars = (0_u32..).map(f64::from).zip(&series.values).filter_map(|(row, value)| Some((row, (*value)?)));
        plot.draw_series(bars.clone().map(|(row, number)| {
            let (top, bottom) = (row + part(1), row + part(thick - 1));
            Rectangle::new([(zero, top), (scale.clamp(number), bottom)], colour.filled())
        }))?;
        // Numbers smaller than their bars are no help.
        if thick > 12 {
            plot.draw_series(bars.map(|(row, number)| {
                let (edge, apart) = if number < 0.0 { (HPos::Right, -6) } else { (HPos::Left, 6) };
                let style = style(Size::Small, INK).pos(Pos::new(edge, VPos::Center));
                let place = (scale.clamp(number), row + part(thick / 2));
                EmptyElement::at(place) + Text::new(written(number, locale), (apart, 0), style)
            }))?;
        }
    }
    plot.draw_series([PathElement::new([(zero, 0.0), (zero, rows)], ShapeStyle::from(QUIET).stroke_width(2))])?;
    Ok(())
}

/// The axis of the numbers over so many pixels: with room on the left for the number of a negative bar, and with as many
/// marks as have room for theirs.
fn numbers(canvas: &Canvas<'_>, chart: &Chart, scale: &Scale, (pixels, locale): (i32, Locale)) -> Axis {
    let negative = chart.series.iter().flat_map(|series| series.values.iter().flatten()).any(|number| *number < 0.0);
    let below = if negative { NUMBER } else { 0 };
    let Axis { from, to, marks } = scale.axis();
    let labels: Vec<String> = marks.iter().map(|mark| scale.label(*mark, locale)).collect();
    let fitting = usize::try_from((pixels - below) / (canvas.widest(&labels, Size::Small) + 10)).unwrap_or(0).max(1);
    let every = (marks.len() - 1).div_ceil(fitting);
    let from = from - (to - from) * f64::from(below) / f64::from(pixels - below);
    Axis { from, to, marks: marks.into_iter().step_by(every).collect() }
}
