//! Pages as they fill up, from top to bottom.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::TextRenderingMode;
use pdf_writer::{Content, Name, Settings, Str};

use super::letters::Letters;

/// A4 in points (ISO 216: 210 × 297 mm).
pub(super) const WIDTH: f32 = 595.28;
/// A4 in points.
pub(super) const HEIGHT: f32 = 841.89;
/// Around everything.
pub(super) const MARGIN: f32 = 56.0;
/// Between the margins.
pub(super) const ROOM: f32 = WIDTH - 2.0 * MARGIN;
/// The name of the only font.
pub(super) const FAMILY: Name<'static> = Name(b"F1");

/// Red, green and blue from 0 to 1.
pub(super) type Colour = [f32; 3];
pub(super) const INK: Colour = [0.12, 0.14, 0.16];
pub(super) const QUIET: Colour = [0.35, 0.37, 0.40];
pub(super) const RULE: Colour = [0.80, 0.81, 0.82];
pub(super) const SHADE: Colour = [0.955, 0.955, 0.945];
pub(super) const ACCENT: Colour = [0.0, 0.447, 0.698];

/// The style of a line of text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    /// Points.
    pub(super) size: f32,
    pub(super) colour: Colour,
    /// There is one font: bold letters have an outline.
    pub(super) bold: bool,
}

impl Style {
    /// From one line to the next, in points.
    pub(super) fn leading(self) -> f32 {
        self.size * 1.4
    }
}

/// A picture of the file.
pub(super) struct Image {
    /// Red, green and blue of each pixel, compressed.
    pub(super) pixels: Vec<u8>,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// A page that is written.
pub(super) struct Page {
    /// Compressed.
    pub(super) content: Vec<u8>,
    /// The numbers of its pictures.
    pub(super) images: Vec<usize>,
}

/// All that is written.
pub(super) struct Book {
    pub(super) pages: Vec<Page>,
    pub(super) images: Vec<Image>,
    pub(super) letters: Letters,
}

/// Pages while they are written. Those that are full are kept compressed.
pub(super) struct Pages {
    pub(super) letters: Letters,
    full: Vec<Page>,
    images: Vec<Image>,
    /// The numbers of the pictures on this page.
    here: Vec<usize>,
    content: Content,
    /// From the lower edge of the page: what is above is written.
    y: f32,
}

impl Pages {
    pub(super) fn new(letters: Letters) -> Self {
        Self { letters, full: Vec::new(), images: Vec::new(), here: Vec::new(), content: blank(), y: HEIGHT - MARGIN }
    }

    /// Makes sure that so many points are left on this page, or begins the next; whether it did.
    pub(super) fn need(&mut self, height: f32) -> bool {
        let fits = self.y - height >= MARGIN;
        if !fits {
            self.turn();
        }
        !fits
    }

    /// Leaves room, but none at the top of a page.
    pub(super) fn gap(&mut self, height: f32) {
        if self.y < HEIGHT - MARGIN {
            self.y -= height;
        }
    }

    /// One line across the page, `indent` points from the margin.
    pub(super) fn line(&mut self, text: &str, indent: f32, style: Style) {
        self.need(style.leading());
        self.y -= style.leading();
        let baseline = self.y + style.size * 0.38;
        draw(&mut self.content, &mut self.letters, text, (MARGIN + indent, baseline), style);
    }

    /// Text within a row: so far from the margin, and its baseline so far below what is written.
    pub(super) fn text_at(&mut self, text: &str, indent: f32, below: f32, style: Style) {
        draw(&mut self.content, &mut self.letters, text, (MARGIN + indent, self.y - below), style);
    }

    /// Fills what comes next: so far from the margin, so wide and so high. It is behind what is drawn later.
    pub(super) fn fill(&mut self, indent: f32, width: f32, height: f32, [red, green, blue]: Colour) {
        self.content.set_fill_rgb(red, green, blue);
        self.content.rect(MARGIN + indent, self.y - height, width, height).fill_nonzero();
    }

    /// A picture from margin to margin, so many points high; on the next page where this one has no room for it.
    pub(super) fn picture(&mut self, image: Image, height: f32) {
        self.need(height);
        self.y -= height;
        let number = self.images.len();
        self.images.push(image);
        self.here.push(number);
        let place = [ROOM, 0.0, 0.0, height, MARGIN, self.y];
        self.content.save_state().transform(place).x_object(Name(name_of(number).as_bytes())).restore_state();
    }

    /// Goes on so far below.
    pub(super) fn advance(&mut self, height: f32) {
        self.y -= height;
    }

    pub(super) fn finish(mut self) -> Book {
        self.turn();
        Book { pages: self.full, images: self.images, letters: self.letters }
    }

    fn turn(&mut self) {
        let content = std::mem::replace(&mut self.content, blank());
        self.full.push(Page { content: compressed(&content.finish()), images: std::mem::take(&mut self.here) });
        self.y = HEIGHT - MARGIN;
    }
}

/// The name by which a page calls a picture.
pub(super) fn name_of(image: usize) -> String {
    format!("I{image}")
}

/// A content without what would only be for the eyes of programmers.
pub(super) fn blank() -> Content {
    Content::with_settings(Settings { pretty: false })
}

/// Draws a text from its left end on its baseline. A letter that the font lacks is a box.
pub(super) fn draw(content: &mut Content, letters: &mut Letters, text: &str, (x, y): (f32, f32), style: Style) {
    let (mut names, mut boxes, mut width) = (Vec::with_capacity(2 * text.len()), Vec::new(), 0.0);
    for letter in text.chars().map(|c| letters.letter(c)) {
        names.extend(letter.name.to_be_bytes());
        if !letter.drawn {
            boxes.push((x + width, letter.width * style.size / 1000.0));
        }
        width += letter.width * style.size / 1000.0;
    }
    let [red, green, blue] = style.colour;
    content.set_fill_rgb(red, green, blue).set_stroke_rgb(red, green, blue);
    content.set_line_width(if style.bold { style.size * 0.035 } else { 0.5 });
    let mode = if style.bold { TextRenderingMode::FillStroke } else { TextRenderingMode::Fill };
    content.begin_text().set_font(FAMILY, style.size).set_text_rendering_mode(mode);
    content.next_line(x, y).show(Str(&names)).end_text();
    for (left, room) in boxes {
        content.rect(left + room * 0.12, y, room * 0.76, style.size * 0.7).stroke();
    }
}

/// As `FlateDecode` reads it.
pub(super) fn compressed(content: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(content);
    written.and_then(|()| encoder.finish()).expect("invariant: memory takes what is written to it")
}
