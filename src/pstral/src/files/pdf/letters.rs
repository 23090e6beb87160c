//! The letters a document uses: how wide each is, and how the file names it.

use std::collections::HashMap;

use pstral_core::harmless;
use ttf_parser::Face;
use unicode_normalization::UnicodeNormalization as _;

use crate::files::font::face;

/// Different letters a document can have: names are 16 bits wide, and nought means "none".
const MOST: usize = 0xfffe;

/// A letter of the document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Letter {
    /// The number of the letter in the file: letters are numbered in order of appearance, so that even one missing from
    /// the font can be copied out of the file correctly.
    pub(super) name: u16,
    /// Thousandths of the size of the text.
    pub(super) width: f32,
    /// True if the font has it; otherwise a box is drawn.
    pub(super) drawn: bool,
}

/// The letters used so far.
pub(super) struct Letters {
    face: Face<'static>,
    known: HashMap<char, Letter>,
    /// The character and the font's glyph of each name, from 1.
    named: Vec<(char, u16)>,
}

impl Letters {
    pub(super) fn new() -> Self {
        Self { face: face(), known: HashMap::new(), named: Vec::new() }
    }

    pub(super) fn face(&self) -> &Face<'static> {
        &self.face
    }

    /// Every letter by name, from 1: its character, its glyph (0 for none) and its width.
    pub(super) fn named(&self) -> impl ExactSizeIterator<Item = (char, u16, f32)> {
        self.named.iter().map(|(c, glyph)| (*c, *glyph, self.known.get(c).map_or(0.0, |letter| letter.width)))
    }

    pub(super) fn letter(&mut self, c: char) -> Letter {
        if let Some(letter) = self.known.get(&c) {
            return *letter;
        }
        if self.named.len() >= MOST {
            // What nobody could tell apart any more.
            return Letter { name: 1, width: 600.0, drawn: false };
        }
        let glyph = self.face.glyph_index(c);
        let advance = self.face.glyph_hor_advance(glyph.unwrap_or_default()).unwrap_or(1229);
        let width = f32::from(advance) * 1000.0 / f32::from(self.face.units_per_em());
        self.named.push((c, glyph.map_or(0, |glyph| glyph.0)));
        let name = u16::try_from(self.named.len()).unwrap_or(1);
        let letter = Letter { name, width, drawn: glyph.is_some() };
        self.known.insert(c, letter);
        letter
    }

    /// Points a text takes at a size.
    pub(super) fn width(&mut self, text: &str, size: f32) -> f32 {
        text.chars().map(|c| self.letter(c).width).sum::<f32>() * size / 1000.0
    }

    /// A text as it can be drawn: accents on their letters, no marks that steer or that nobody sees.
    pub(super) fn drawable(&self, text: &str) -> String {
        let text = signs(text);
        let blank = |c: char| c != '\n' && c.is_whitespace() && self.face.glyph_index(c).is_none();
        let drawn = harmless::text(&text).nfc().filter(|c| !is_unseen(*c)).collect::<String>().replace('\t', "    ");
        drawn.chars().map(|c| if blank(c) { ' ' } else { c }).collect()
    }
}

/// The signs of our own sentences as the font has them. One that it lacks goes with the blank behind it: the words say the
/// same.
fn signs(text: &str) -> String {
    let mut text = text.replace('✅', "✔").replace('⏹', "■");
    for sign in ["🔒", "🛡", "⏳", "👍", "👎", "🔥"] {
        if text.contains(sign) {
            text = text.replace(&format!("{sign}\u{fe0f} "), "").replace(&format!("{sign} "), "").replace(sign, "");
        }
    }
    text
}

/// Joiners, selectors and spaces without width: without the letters they belong to they are nothing.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}
