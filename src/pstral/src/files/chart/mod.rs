//! A chart as a picture: an opaque light card, legible in a dark chat and in a light one.

mod bars;
mod canvas;
mod line;
mod scale;

use std::io::BufWriter;
use std::path::Path;

use plotters::prelude::RGBColor;
use pstral_core::domain::{FileRef, Locale};
use pstral_core::ports::FileError;
use pstral_core::results::{Chart, Series, Shape};

use super::part::{Part, fault};
use canvas::{Canvas, INK, QUIET, Size};

/// Pixels of a picture's width.
const WIDTH: u32 = 1200;
/// Around everything.
const MARGIN: i32 = 28;
/// Apart for every kind of colour vision, and dark enough on a light card (Okabe and Ito, "Color Universal Design",
/// <https://jfly.uni-koeln.de/color/>): blue, vermilion, green.
const COLOURS: [RGBColor; 3] = [RGBColor(0, 114, 178), RGBColor(213, 94, 0), RGBColor(0, 158, 115)];

/// Pixels of a panel of lines.
const LINES: i32 = 512;
/// Pixels between two panels.
const GAP: i32 = 30;
/// Bars of more labels stay together: apart they would make a picture that nobody scrolls through.
const LABELS_APART: usize = 40;
/// The ratio of two series from which the smaller one looks flat beside the other.
const FLAT: f64 = 20.0;

/// A chart as it is drawn.
pub(super) struct Picture {
    /// Three bytes each: red, green and blue.
    pub(super) pixels: Vec<u8>,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// Draws a chart.
pub(super) fn picture(chart: &Chart, locale: Locale) -> Result<Picture, FileError> {
    let (pixels, height) = pixels(chart, locale).map_err(|error| FileError(error.to_string()))?;
    Ok(Picture { pixels, width: WIDTH, height })
}

/// Draws a chart into a PNG file.
pub(super) fn write(folder: &Path, name: String, chart: &Chart, locale: Locale) -> Result<FileRef, FileError> {
    let (part, file) = Part::create(folder)?;
    let Picture { pixels, width, height } = picture(chart, locale)?;
    let mut encoder = png::Encoder::new(BufWriter::new(file), width, height);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().map_err(|error| fault(folder, &error))?;
    writer.write_image_data(&pixels).map_err(|error| fault(folder, &error))?;
    writer.finish().map_err(|error| fault(folder, &error))?;
    part.finish(name, "image/png")
}

/// The picture, three bytes a pixel, and its height.
fn pixels(chart: &Chart, locale: Locale) -> Result<(Vec<u8>, u32), canvas::Fault> {
    let panels = panels(chart);
    let between = GAP * i32::try_from(panels.len() - 1).unwrap_or(0);
    let height = head_height(chart) + 2 * MARGIN + between + panels.iter().map(height).sum::<i32>();
    let height = u32::try_from(height).unwrap_or(LINES.cast_unsigned());
    let mut pixels = Canvas::blank((WIDTH, height));
    let canvas = Canvas::over(&mut pixels, (WIDTH, height))?;
    let mut top = head(&canvas, chart)?;
    for (at, panel) in panels.iter().enumerate() {
        let (right, bottom) = (WIDTH.cast_signed() - MARGIN, top + self::height(panel));
        let room = Room { left: MARGIN, top, right, bottom, colours: &COLOURS[at..] };
        match panel.shape {
            Shape::Line => line::draw(&canvas, panel, room, locale)?,
            Shape::Bars => bars::draw(&canvas, panel, room, locale)?,
        }
        top = bottom + GAP;
    }
    drop(canvas);
    Ok((pixels, height))
}

/// The chart whole, or each series by itself where one would be flat beside another.
fn panels(chart: &Chart) -> Vec<Chart> {
    let largest = |series: &Series| series.values.iter().flatten().fold(0.0_f64, |most, number| most.max(number.abs()));
    let sizes: Vec<f64> = chart.series.iter().map(largest).filter(|size| *size > 0.0).collect();
    let (least, most) =
        sizes.iter().fold((f64::MAX, 0.0_f64), |(least, most), size| (least.min(*size), most.max(*size)));
    let is_long = chart.shape == Shape::Bars && chart.labels.len() > LABELS_APART;
    if sizes.is_empty() || most / least < FLAT || is_long {
        return vec![chart.clone()];
    }
    chart.series.iter().map(|series| Chart { series: vec![series.clone()], ..chart.clone() }).collect()
}

/// Pixels of a panel from top to bottom.
fn height(panel: &Chart) -> i32 {
    match panel.shape {
        Shape::Line => LINES,
        Shape::Bars => bars::height(panel),
    }
}

/// The area of a drawing, in pixels, and the colours of its series.
#[derive(Debug, Clone, Copy)]
struct Room {
    left: i32,
    top: i32,
    right: i32,
    bottom: i32,
    colours: &'static [RGBColor],
}

/// Pixels from the top margin to the chart itself.
fn head_height(chart: &Chart) -> i32 {
    let lines = 1 + i32::from(chart.note.is_some());
    lines * 34 + 38
}

/// The title, what is missing, and which colour is which; says where they end.
fn head(canvas: &Canvas<'_>, chart: &Chart) -> Result<i32, canvas::Fault> {
    let width = WIDTH.cast_signed() - 2 * MARGIN;
    let mut y = MARGIN;
    canvas.text(&canvas.fitted(&chart.title, Size::Title, width), (MARGIN, y), Size::Title, INK)?;
    y += 34;
    if let Some(note) = &chart.note {
        canvas.text(&canvas.fitted(note, Size::Label, width), (MARGIN, y), Size::Label, QUIET)?;
        y += 34;
    }
    let mut x = MARGIN;
    for (series, colour) in chart.series.iter().zip(COLOURS) {
        canvas.bar((x, y - 2), (x + 18, y + 16), colour)?;
        let name = canvas.fitted(&series.name, Size::Label, width / 3 - 40);
        canvas.text(&name, (x + 26, y), Size::Label, INK)?;
        x += 26 + canvas.width(&name, Size::Label) + 32;
    }
    Ok(y + 38)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_of_other_sizes_are_drawn_apart() {
        let series = |name: &str, values: &[f64]| Series {
            name: name.to_owned(),
            values: values.iter().copied().map(Some).collect(),
        };
        for (second, apart) in [([5.0, 12.0], true), ([90_000.0, -1.0], false), ([0.0, 0.0], false)] {
            let chart = Chart {
                title: "revenue, clients · month".to_owned(),
                note: None,
                shape: Shape::Line,
                labels: ["2026-01", "2026-02"].map(str::to_owned).to_vec(),
                series: vec![series("revenue", &[80_000.0, 95_000.0]), series("clients", &second)],
            };
            let panels = panels(&chart);
            assert_eq!(panels.len(), if apart { 2 } else { 1 }, "{second:?}");
            let (_, height) = pixels(&chart, Locale::En).unwrap();
            assert_eq!(height > 1000, apart, "{second:?}");
        }
    }
}
