//! Typed text, without the control sequences that a terminal delivers with it.

use unicode_width::UnicodeWidthChar as _;

/// A thing that a person typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Typed {
    /// An entered text: a line, or several that were pasted at once.
    Line(String),
    /// Ctrl-C at the prompt of the line editor. Elsewhere it is a signal.
    Interrupt,
    /// The end of the input.
    End,
}

/// Returns true if a line alone asks to leave, as shells and database clients understand it.
pub(crate) fn leaves(line: &str, prefix: &str) -> bool {
    let line = line.trim();
    let word = line.strip_prefix(prefix).unwrap_or(line).to_lowercase();
    matches!(word.as_str(), "quit" | "exit" | "quitter")
}

/// The text without what keys such as the arrows leave in it: control sequences (ECMA-48 §5.4,
/// <https://ecma-international.org/publications-and-standards/standards/ecma-48/>) and other control characters.
pub(crate) fn plain(line: &str) -> String {
    let (mut chars, mut out) = (line.chars(), String::new());
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => skip_sequence(&mut chars),
            c if matches!(c, '\t' | '\n') || !c.is_control() => out.push(c),
            _ => {}
        }
    }
    out
}

/// Skips an escape sequence after ESC: `[` to a final character, `O` and a character, or one character.
fn skip_sequence(chars: &mut impl Iterator<Item = char>) {
    match chars.next() {
        Some('[') => drop(chars.find(|c| matches!(c, '@'..='~'))),
        Some('O') => drop(chars.next()),
        _ => {}
    }
}

/// Returns the maximum number of columns of the terminal's own echo, which shows control characters as `^[`.
pub(crate) fn columns(line: &str) -> usize {
    line.chars().map(|c| if c == '\t' { 8 } else { c.width().unwrap_or(2) }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_are_no_letters_leave_nothing() {
        for (typed, expected) in [
            ("", ""),
            ("Été 東京\t🦀 caf\u{fffd}", "Été 東京\t🦀 caf\u{fffd}"),
            ("\u{1b}[A", ""),
            ("a\u{1b}[Db\u{1b}[1;5Cc\u{1b}[3~", "abc"),
            ("\u{1b}OPa\u{1b}xb\u{1b}", "ab"),
            ("\u{c}a\u{9b}\u{7f}\0", "a"),
            ("SELECT 1\nFROM a", "SELECT 1\nFROM a"),
            ("a [b] /c\u{1b}[12", "a [b] /c"),
        ] {
            assert_eq!(plain(typed), expected, "{typed:?}");
        }
        assert_eq!(columns("a\u{1b}[A東"), 7);
    }

    #[test]
    fn a_word_alone_asks_to_leave() {
        for (line, expected) in [
            ("quit", true),
            (" EXIT ", true),
            ("Quitter", true),
            ("/quit", true),
            ("//quit", false),
            ("quit smoking", false),
            ("Who quits?", false),
            ("", false),
        ] {
            assert_eq!(leaves(line, "/"), expected, "{line:?}");
        }
    }
}
