//! Escapes NUL characters in texts for PostgreSQL, which cannot store them
//! (<https://www.postgresql.org/docs/current/datatype-character.html>).
//!
//! Texts of people and models are kept unchanged: the hash of an audit event is of the very text. So the character 0
//! is written as two others, the first of which is written as two itself.

use std::borrow::Cow;

/// A private character (U+E000 to U+F8FF) that hardly anybody writes.
const MARK: char = '\u{f8f0}';

/// The form in which a text is held.
pub(crate) fn escape(text: String) -> String {
    if !text.contains(['\0', MARK]) {
        return text;
    }
    text.chars().fold(String::with_capacity(text.len() + 8), |mut held, c| {
        match c {
            '\0' => held.extend([MARK, '0']),
            MARK => held.extend([MARK, '1']),
            other => held.push(other),
        }
        held
    })
}

/// The text that is held in this form.
pub(crate) fn unescape(held: String) -> String {
    if held.contains(MARK) { restored(&held) } else { held }
}

/// Restores a borrowed text, copying it only if something was escaped.
pub(crate) fn unescape_borrowed(held: &str) -> Cow<'_, str> {
    if held.contains(MARK) { Cow::Owned(restored(held)) } else { Cow::Borrowed(held) }
}

fn restored(held: &str) -> String {
    let mut meant = String::with_capacity(held.len());
    let mut held = held.chars();
    while let Some(c) = held.next() {
        match c {
            MARK => meant.push(if held.next() == Some('0') { '\0' } else { MARK }),
            other => meant.push(other),
        }
    }
    meant
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back_as_it_was() {
        for text in ["", "été", "a\0b", "\0\0", "\u{f8f0}", "\u{f8f0}0", "\u{f8f0}1\0\u{f8f0}"] {
            let held = escape(text.to_owned());
            assert!(!held.contains('\0'), "{text:?}");
            assert_eq!(unescape_borrowed(&held), text, "{text:?}");
            assert_eq!(unescape(held), text, "{text:?}");
        }
    }
}
