//! A cell of a table as text of a known width on one line.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::readable;
use crate::domain::{Locale, Value};
use crate::harmless::is_hidden;

/// Bytes of a text that are looked at: no cell shows more, and a cell may hold megabytes.
const READ: usize = 1024;
/// Characters of one letter with its marks. The longest emoji, a family of four with its skin tones, has 11; there is
/// text that stacks thousands of accents on one letter.
const CLUSTER: usize = 16;

/// A text and how many columns of a terminal it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) width: usize,
}

impl Cell {
    /// A value as people read it, no wider than `widest`.
    pub(super) fn of(value: &Value, locale: Locale, group: bool, widest: usize) -> Self {
        match value {
            // These may be long: they are not copied whole.
            Value::Text(text) | Value::Date(text) | Value::Timestamp(text) => Self::from_text(text, widest),
            other => Self::from_text(&readable(other, locale, group), widest),
        }
    }

    /// A text on one line, without what breaks a code block or reorders what stands around it; cut between two letters,
    /// each with its marks, and then ending in `…`.
    pub(super) fn from_text(text: &str, widest: usize) -> Self {
        let read = &text[..text.floor_char_boundary(READ)];
        let mut cell = Self { text: String::with_capacity(read.len().min(4 * widest)), width: 0 };
        // Where the text may have to end so that an ellipsis still has room.
        let (mut last, mut width) = (0, 0);
        for cluster in read.graphemes(true) {
            cell.push(cluster);
            if cell.width > widest {
                return cell.ended_at(last, width);
            }
            if cell.width < widest {
                (last, width) = (cell.text.len(), cell.width);
            }
        }
        if read.len() < text.len() { cell.ended_at(last, width) } else { cell }
    }

    fn push(&mut self, cluster: &str) {
        let from = self.text.len();
        self.text.extend(cluster.chars().take(CLUSTER).filter_map(tamed));
        self.width += self.text[from..].width();
    }

    fn ended_at(mut self, bytes: usize, width: usize) -> Self {
        self.text.truncate(bytes);
        self.text.push('…');
        Self { width: width + 1, ..self }
    }

    /// Returns the cell shortened to at most `widest` columns.
    pub(super) fn shortened(&self, widest: usize) -> std::borrow::Cow<'_, Self> {
        if self.width <= widest {
            std::borrow::Cow::Borrowed(self)
        } else {
            std::borrow::Cow::Owned(Self::from_text(&self.text, widest))
        }
    }

    /// Appends the text with blanks up to `width`, before it for numbers.
    pub(super) fn pad_into(&self, out: &mut String, width: usize, right: bool) {
        let blanks = width.saturating_sub(self.width);
        if right {
            out.extend(std::iter::repeat_n(' ', blanks));
        }
        out.push_str(&self.text);
        if !right {
            out.extend(std::iter::repeat_n(' ', blanks));
        }
    }
}

/// A character as it may stand in a code block; `None` for what has no width of its own and is not part of a letter.
fn tamed(c: char) -> Option<char> {
    match c {
        '`' => Some('ˋ'),
        '\u{2060}' => None,
        c if is_hidden(c) => None,
        '\u{2028}' | '\u{2029}' => Some(' '),
        c if c.is_control() => Some(' '),
        c => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, widest: usize) -> (String, usize) {
        let cell = Cell::from_text(text, widest);
        assert!(cell.width <= widest, "{cell:?} is wider than {widest}");
        (cell.text, cell.width)
    }

    #[test]
    fn a_text_is_cut_between_letters_and_measured_as_it_is_seen() {
        for (text, widest, expected, width) in [
            ("abc", 3, "abc", 3),
            ("abcd", 3, "ab…", 3),
            ("", 3, "", 0),
            ("東京", 4, "東京", 4),
            ("東京都", 4, "東…", 3),
            ("e\u{301}te\u{301}", 3, "e\u{301}te\u{301}", 3),
            ("e\u{301}te\u{301}s", 3, "e\u{301}t…", 3),
            ("👨‍👩‍👧‍👦x", 3, "👨‍👩‍👧‍👦x", 3),
            ("x👨‍👩‍👧‍👦x", 3, "x…", 2),
            ("🇫🇷🇩🇪", 4, "🇫🇷🇩🇪", 4),
            ("🇫🇷🇩🇪🇮🇹", 5, "🇫🇷🇩🇪…", 5),
            ("❤️🚀", 4, "❤️🚀", 4),
        ] {
            assert_eq!(shown(text, widest), (expected.to_owned(), width), "{text} in {widest}");
        }
    }

    #[test]
    fn nothing_leaves_its_line_or_reorders_it() {
        for (text, expected) in [
            ("a\nb\tc\rd", "a b c d"),
            ("```\nx", "ˋˋˋ x"),
            ("gain \u{202e}0001\u{202c}", "gain 0001"),
            ("a\u{200b}b\u{feff}\u{ad}c", "abc"),
            ("a\u{2028}b\0", "a b "),
            ("\u{5e9}\u{5dc}\u{5d5}\u{5dd}", "\u{5e9}\u{5dc}\u{5d5}\u{5dd}"),
        ] {
            assert_eq!(shown(text, 40).0, expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_endless_is_cut() {
        assert_eq!(shown(&"x".repeat(1 << 20), 10).0, "xxxxxxxxx…");
        let stacked = format!("z{}y", "\u{301}".repeat(5000));
        assert!(shown(&stacked, 10).0.chars().count() <= CLUSTER + 2);
        let invisible = "\u{200b}".repeat(5000) + "x";
        assert_eq!(shown(&invisible, 10).0, "…");
    }
}
