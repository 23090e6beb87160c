//! A bitmap to draw charts on, with text in a font of our own: no system font is needed.

use std::sync::{LazyLock, OnceLock};

use plotters::backend::BitMapBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea as _};
use plotters::element::Rectangle;
use plotters::prelude::RGBColor;
use plotters::style::{Color as _, FontStyle, IntoFont as _, TextStyle, register_font};
use ttf_parser::Face;

use super::Room;
use crate::files::font::{FONT, face};

const FAMILY: &str = "pstral";

const CARD: RGBColor = RGBColor(247, 247, 244);
/// Text: 15 : 1 against the card.
pub(super) const INK: RGBColor = RGBColor(31, 35, 40);
/// Numbers on an axis: 6 : 1.
pub(super) const QUIET: RGBColor = RGBColor(89, 94, 101);
/// Lines behind the data.
pub(super) const GRID: RGBColor = RGBColor(214, 214, 208);

/// The reason why a picture could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("a chart could not be drawn: {0}")]
pub(super) struct Fault(String);

impl<E: std::error::Error + Send + Sync> From<DrawingAreaErrorKind<E>> for Fault {
    fn from(error: DrawingAreaErrorKind<E>) -> Self {
        Self(error.to_string())
    }
}

/// Sizes of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    Title,
    Label,
    Small,
}

impl Size {
    fn pixels(self) -> i32 {
        match self {
            Self::Title => 28,
            Self::Label => 22,
            Self::Small => 17,
        }
    }
}

pub(super) type Area<'a> = DrawingArea<BitMapBackend<'a>, Shift>;

/// A picture while it is drawn.
pub(super) struct Canvas<'a>(Area<'a>);

impl<'a> Canvas<'a> {
    /// An empty card.
    pub(super) fn blank((width, height): (u32, u32)) -> Vec<u8> {
        let (RGBColor(red, green, blue), pixels) = (CARD, width as usize * height as usize);
        [red, green, blue].repeat(pixels)
    }

    pub(super) fn over(pixels: &'a mut [u8], size: (u32, u32)) -> Result<Self, Fault> {
        static REGISTERED: OnceLock<bool> = OnceLock::new();
        if !REGISTERED.get_or_init(|| register_font(FAMILY, FontStyle::Normal, FONT).is_ok()) {
            return Err(Fault("its font cannot be read".to_owned()));
        }
        let area = BitMapBackend::with_buffer(pixels, size).into_drawing_area();
        Ok(Self(area))
    }

    pub(super) fn bar(&self, from: (i32, i32), to: (i32, i32), colour: RGBColor) -> Result<(), Fault> {
        Ok(self.0.draw(&Rectangle::new([from, to], colour.filled()))?)
    }

    /// Part of the picture, to draw axes and series on.
    pub(super) fn area(&self, room: Room) -> Area<'a> {
        self.0.clone().shrink((room.left, room.top), (room.right - room.left, room.bottom - room.top))
    }

    /// Text whose upper left corner is there.
    pub(super) fn text(&self, text: &str, at: (i32, i32), size: Size, colour: RGBColor) -> Result<(), Fault> {
        if text.is_empty() {
            return Ok(());
        }
        Ok(self.0.draw_text(text, &style(size, colour), at)?)
    }

    /// Pixels that a text takes from left to right.
    #[expect(clippy::unused_self, reason = "a canvas knows its font is there")]
    pub(super) fn width(&self, text: &str, size: Size) -> i32 {
        let measured = style(size, INK).font.layout_box(text);
        measured.map_or(0, |((left, _), (right, _))| right - left)
    }

    /// Pixels of the widest of some texts.
    pub(super) fn widest<'t>(&self, texts: impl IntoIterator<Item = &'t String>, size: Size) -> i32 {
        texts.into_iter().map(|text| self.width(text, size)).max().unwrap_or(0)
    }

    /// As much of a text as has room, ending in `…` where something is missing.
    pub(super) fn fitted(&self, text: &str, size: Size, room: i32) -> String {
        // No picture shows more.
        let mut kept: String = text.chars().take(200).map(drawable).collect();
        let whole = text.chars().nth(200).is_none();
        if whole && self.width(&kept, size) <= room {
            return kept;
        }
        while !kept.is_empty() && self.width(&format!("{kept}…"), size) > room {
            kept.pop();
        }
        kept + "…"
    }
}

/// Replaces a character that the font cannot draw: if a letter left nothing behind, two labels would look alike.
fn drawable(c: char) -> char {
    static FACE: LazyLock<Face<'static>> = LazyLock::new(face);
    match c {
        c if c.is_control() => ' ',
        c if FACE.glyph_index(c).is_some() => c,
        _ => '?',
    }
}

/// Text of this size and colour.
pub(super) fn style(size: Size, colour: RGBColor) -> TextStyle<'static> {
    TextStyle { color: colour.to_backend_color(), ..TextStyle::from((FAMILY, size.pixels()).into_font()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_font_lacks_leaves_a_mark() {
        let drawn: String = "Éts Müller\t€ ≥ 東京 שלום 🚀 Ωж".chars().map(drawable).collect();
        assert_eq!(drawn, "Éts Müller € ≥ ?? ???? ? Ωж");
    }
}
