//! Text made harmless: what a model or a database writes must not steer a terminal, nor show what is not there.

use unicode_width::UnicodeWidthChar as _;

/// So many characters without a width of their own may stand in a row: more than any writing needs.
const MARKS: usize = 6;

/// Keeps the text, its line breaks and tabs; drops what moves the cursor, colours, rings, hides or reorders, and marks that
/// pile up on one letter.
pub fn text(raw: &str) -> String {
    let mut pile = Pile::default();
    raw.chars().filter(|c| stays(*c) && pile.bears(*c)).collect()
}

/// The number of combining marks on the current letter.
#[derive(Debug, Default)]
pub(crate) struct Pile(usize);

impl Pile {
    /// Takes the next character of a text; false if it is one combining mark too many.
    pub(crate) fn bears(&mut self, c: char) -> bool {
        self.0 = if c.width() == Some(0) { self.0 + 1 } else { 0 };
        self.0 <= MARKS
    }
}

/// Cleans text that must stay on one line: like [`text`], with line breaks and tabs turned into spaces.
pub fn line(raw: &str) -> String {
    text(raw).replace(['\n', '\t'], " ")
}

/// The words alone, on one line, a space between each two.
pub fn one_line(raw: &str) -> String {
    text(raw).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Cleans JSON without losing anything: characters that [`text`] drops are written as `\u` and four digits, which reads
/// back unchanged.
pub fn json(raw: &str) -> String {
    let escaped = |c: char| format!("\\u{:04x}", u32::from(c));
    raw.chars().fold(String::with_capacity(raw.len()), |mut out, c| {
        if stays(c) {
            out.push(c);
        } else {
            out += &escaped(c);
        }
        out
    })
}

/// True if a character may stay: it is not hidden and, line breaks and tabs aside, not in C0, DEL or C1 (ISO 6429;
/// `char::is_control` is exactly these).
pub(crate) fn stays(c: char) -> bool {
    matches!(c, '\n' | '\t') || !(c.is_control() || is_hidden(c))
}

/// True for invisible characters that are part of no letter: bidirectional controls (Unicode UAX 9), zero-width blanks
/// and former control codes. Joiners are kept, since letters and emoji are made with them.
pub(crate) fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2061}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_is_left() {
        for (raw, expected) in [
            ("Été 東京 🦀\n\tfin", "Été 東京 🦀\n\tfin"),
            ("\u{1b}[2J\u{1b}]0;title\u{7}x", "[2J]0;titlex"),
            ("a\r\nb\rc\u{8}", "a\nbc"),
            ("\u{9b}31m\u{90}q\u{9c}\u{7f}\0", "31mq"),
            ("gain: \u{202e}0001\u{202c} \u{2066}x\u{2069}", "gain: 0001 x"),
            ("\u{200b}zero\u{200f}width\u{feff}\u{2060}", "zerowidth\u{2060}"),
            ("👩\u{200d}👧 1\u{fe0f}\u{20e3} Việt", "👩\u{200d}👧 1\u{fe0f}\u{20e3} Việt"),
            ("a\u{e0041}\u{e0042}", "a"),
        ] {
            assert_eq!(text(raw), expected, "{raw:?}");
        }
        let climbs = format!("e{}\u{200b}{} fin", "\u{301}".repeat(4), "\u{300}".repeat(300));
        assert_eq!(text(&climbs), format!("e{}{} fin", "\u{301}".repeat(4), "\u{300}".repeat(2)));
        assert_eq!(line("a\r\nb\tc\u{1b}"), "a b c");
        assert_eq!(one_line(" a\r\n\n b\t\u{1b}c "), "a b c");
    }

    #[test]
    fn json_reads_back_as_it_was() {
        let raw = "a\u{1b}]0;x\u{7}\u{9b}\u{7f}\u{202e}b\n";
        let written = json(&serde_json::to_string(raw).unwrap());
        assert!(!written.contains(|c: char| !stays(c)), "{written:?}");
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), raw);
    }
}
