//! The font of charts and of conversations on pages: no system font is needed.

use ttf_parser::Face;

/// `DejaVu Sans`, reduced to the letters of European languages; its licence stands beside it.
pub(super) static FONT: &[u8] = include_bytes!("font/DejaVuSans-subset.ttf");

/// The font as it is measured.
pub(super) fn face() -> Face<'static> {
    Face::parse(FONT, 0).expect("invariant: the built-in font can be read")
}
