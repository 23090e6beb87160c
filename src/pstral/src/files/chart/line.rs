//! Lines through moments, one a series, broken where a value is missing.

use plotters::chart::ChartBuilder;
use plotters::element::{Circle, PathElement};
use plotters::style::{Color as _, ShapeStyle, TRANSPARENT};
use pstral_core::domain::Locale;
use pstral_core::results::{Chart, Series};

use super::Room;
use super::canvas::{Canvas, Fault, GRID, QUIET, Size, style};
use super::scale::{Axis, Scale};

/// Below the lines, for the moments.
const AXIS: i32 = 34;
/// Between two labels of moments.
const APART: i32 = 24;
/// With more points than this, dots would hide the line.
const DOTS: usize = 40;

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "few moments")]
pub(super) fn draw(canvas: &Canvas<'_>, chart: &Chart, room: Room, locale: Locale) -> Result<(), Fault> {
    let scale = Scale::over(chart, true);
    let ticks: Vec<String> = scale.ticks().into_iter().map(|tick| scale.label(tick, locale)).collect();
    let moments: Vec<String> = chart.labels.iter().map(|label| canvas.fitted(label, Size::Small, 220)).collect();
    let (left, widest) = (canvas.widest(&ticks, Size::Small) + 12, canvas.widest(&moments, Size::Small));
    // Half a label must fit beside the first and the last point: plotters centres it and cuts nothing.
    let (before, after) = ((widest / 2 - left).max(12), (widest / 2).max(12));
    let between = room.right - room.left - left - before - after;
    let last = moments.len().saturating_sub(1).max(1);
    let beside = |pixels: i32| last as f64 * f64::from(pixels) / f64::from(between);
    let every = last.div_ceil(usize::try_from(between / (widest + APART)).unwrap_or(0).max(1));
    // The first and the last moment always have theirs.
    let mut marks: Vec<f64> = (0..=last - every).step_by(every).map(|at| at as f64).collect();
    marks.push(last as f64);
    let area = canvas.area(room);
    let mut plot = ChartBuilder::on(&area)
        .x_label_area_size(AXIS)
        .y_label_area_size(left)
        .build_cartesian_2d(Axis { from: -beside(before), to: last as f64 + beside(after), marks }, scale.axis())?;
    plot.configure_mesh()
        .disable_x_mesh()
        .axis_style(TRANSPARENT)
        .bold_line_style(GRID)
        .label_style(style(Size::Small, QUIET))
        .set_all_tick_mark_size(5)
        .x_label_formatter(&|at| moments.get(at.round() as usize).cloned().unwrap_or_default())
        .y_label_formatter(&|tick| scale.label(*tick, locale))
        .draw()?;
    for (series, colour) in chart.series.iter().zip(room.colours) {
        for points in stretches(series, &scale) {
            if series.values.len() <= DOTS || points.len() == 1 {
                plot.draw_series(points.iter().map(|point| Circle::new(*point, 5, colour.filled())))?;
            }
            plot.draw_series([PathElement::new(points, ShapeStyle::from(colour).stroke_width(4))])?;
        }
    }
    Ok(())
}

/// The points of a series, without those that have no value.
#[expect(clippy::cast_precision_loss, reason = "a chart shows some hundred moments")]
fn stretches(series: &Series, scale: &Scale) -> Vec<Vec<(f64, f64)>> {
    let points: Vec<Option<(f64, f64)>> = series
        .values
        .iter()
        .enumerate()
        .map(|(at, value)| value.map(|number| (at as f64, scale.clamp(number))))
        .collect();
    let runs = points.split(Option::is_none).filter(|run| !run.is_empty());
    runs.map(|run| run.iter().copied().flatten().collect()).collect()
}
