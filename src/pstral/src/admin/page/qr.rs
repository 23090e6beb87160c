//! A text as a QR code, laid out for an SVG.

use qrcode::{Color, QrCode};
use serde::Serialize;

/// The quiet zone around the code, in modules, as ISO/IEC 18004 asks for.
const MARGIN: usize = 4;

/// A code to be drawn.
#[derive(Debug, Serialize)]
pub(super) struct Drawing {
    /// Modules on each side, the margin included.
    side: usize,
    /// The dark modules as the data of an SVG path.
    path: String,
}

/// Draws a text.
pub(super) fn qr(text: &str) -> anyhow::Result<Drawing> {
    let code = QrCode::new(text)?;
    let width = code.width();
    let colors = code.to_colors();
    let dark = colors.iter().enumerate().filter(|(_, color)| **color == Color::Dark);
    let squares = dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + MARGIN, at / width + MARGIN));
    Ok(Drawing { side: width + 2 * MARGIN, path: squares.collect::<Vec<_>>().concat() })
}

#[cfg(test)]
mod tests {
    use super::qr;

    #[test]
    fn a_code_has_its_finder_patterns_within_its_margin() {
        let drawn = qr("1234-5678-9012").unwrap();
        assert_eq!(drawn.side, 21 + 8, "the smallest version holds it");
        assert!(drawn.path.starts_with("M4 4h1v1h-1zM5 4h1v1h-1z"), "{}", drawn.path);
        assert!(qr(&"x".repeat(5000)).is_err());
    }
}
