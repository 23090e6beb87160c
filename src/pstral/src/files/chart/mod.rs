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
use pstral_core::results::{Chart, Shape};

use super::part::{Part, fault};
use canvas::{Canvas, INK, QUIET, Size};

/// Pixels of a picture's width.
const WIDTH: u32 = 1200;
/// Around everything.
const MARGIN: i32 = 28;
/// Apart for every kind of colour vision, and dark enough on a light card (Okabe and Ito, "Color Universal Design",
/// <https://jfly.uni-koeln.de/color/>): blue, vermilion, green.
const COLOURS: [RGBColor; 3] = [RGBColor(0, 114, 178), RGBColor(213, 94, 0), RGBColor(0, 158, 115)];

/// Draws a chart into a PNG file.
pub(super) fn write(folder: &Path, name: String, chart: &Chart, locale: Locale) -> Result<FileRef, FileError> {
    let (part, file) = Part::create(folder)?;
    let (pixels, height) = pixels(chart, locale).map_err(|error| fault(folder, &error))?;
    let mut encoder = png::Encoder::new(BufWriter::new(file), WIDTH, height);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().map_err(|error| fault(folder, &error))?;
    writer.write_image_data(&pixels).map_err(|error| fault(folder, &error))?;
    writer.finish().map_err(|error| fault(folder, &error))?;
    part.finish(name, "image/png")
}

/// The picture, three bytes a pixel, and its height.
fn pixels(chart: &Chart, locale: Locale) -> Result<(Vec<u8>, u32), canvas::Fault> {
    let height = match chart.shape {
        Shape::Line => 640,
        Shape::Bars => bars::height(chart) + head_height(chart) + 2 * MARGIN,
    };
    let height = u32::try_from(height).unwrap_or(640);
    let mut pixels = Canvas::blank((WIDTH, height));
    let canvas = Canvas::over(&mut pixels, (WIDTH, height))?;
    let top = head(&canvas, chart)?;
    let (right, bottom) = (WIDTH.cast_signed() - MARGIN, height.cast_signed() - MARGIN);
    let room = Room { left: MARGIN, top, right, bottom };
    match chart.shape {
        Shape::Line => line::draw(&canvas, chart, room, locale)?,
        Shape::Bars => bars::draw(&canvas, chart, room, locale)?,
    }
    drop(canvas);
    Ok((pixels, height))
}

/// Where something is drawn, in pixels.
#[derive(Debug, Clone, Copy)]
struct Room {
    left: i32,
    top: i32,
    right: i32,
    bottom: i32,
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
