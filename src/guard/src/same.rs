//! Tells whether two texts are the same words in the same order. The parser reads words and nothing else: both are then
//! one tree.
//!
//! It stays because each rendering is parsed again without it: with `prefix` gone too, the benchmark's largest
//! allowed inputs took two to five times as long.

use crate::Dialect;

/// Tells whether `rendered` is `text` but for the amount of white space, the case of what is not quoted, and a `;` at
/// the end.
///
/// Says no wherever it is not sure: of comments, and of literals that do not simply end at the next quote.
pub(super) fn same_words(text: &str, rendered: &str, dialect: Dialect) -> bool {
    let text = text.trim_end_matches([' ', '\t', '\r', '\n', ';']);
    let (mut one, mut other) = (Reader::new(text), Reader::new(rendered));
    let mut before = b'(';
    loop {
        let (read, again) = match (one.next(), other.next()) {
            (Some(read), Some(again)) => (read, again),
            (None, None) => return one.quote.is_none(),
            _ => return false,
        };
        let spaced_alike = read.spaced == again.spaced || always_apart(before, read.byte);
        let touched = if read.spaced { b' ' } else { before };
        if read.byte != again.byte || !spaced_alike || (!read.inside && unsure(touched, read.byte, dialect)) {
            return false;
        }
        before = read.byte;
    }
}

/// Tells whether two bytes end one word and begin another, with space between them or without: brackets and commas
/// beside anything, and the signs of comparison beside anything but signs.
fn always_apart(before: u8, byte: u8) -> bool {
    let alone = |byte| matches!(byte, b'(' | b')' | b',');
    let compares = |byte| matches!(byte, b'=' | b'<' | b'>' | b'|');
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'\'' | b'"') || byte >= 0x80;
    alone(before) || alone(byte) || (compares(before) && plain(byte)) || (plain(before) && compares(byte))
}

/// Where a comment begins, or a literal that needs more than its quotes to be read.
fn unsure(before: u8, byte: u8, dialect: Dialect) -> bool {
    match byte {
        b'-' => before == b'-',
        b'*' => before == b'/',
        b'\'' | b'"' | b'`' => before.is_ascii_alphanumeric() || matches!(before, b'_' | b'&') || before >= 0x80,
        b'$' => dialect.facts().texts.dollar_quotes,
        b'[' => dialect.facts().texts.names_in_brackets,
        _ => false,
    }
}

/// A byte that is not white space between words.
struct Read {
    /// In lower case where case means nothing.
    byte: u8,
    /// True if white space stood before it.
    spaced: bool,
    /// True if it is inside quotes, or ends them.
    inside: bool,
}

struct Reader<'t> {
    rest: std::slice::Iter<'t, u8>,
    quote: Option<u8>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self { rest: text.as_bytes().iter(), quote: None }
    }
}

impl Iterator for Reader<'_> {
    type Item = Read;

    fn next(&mut self) -> Option<Read> {
        let mut byte = *self.rest.next()?;
        if let Some(quote) = self.quote {
            self.quote = (byte != quote).then_some(quote);
            return Some(Read { byte, spaced: false, inside: true });
        }
        let mut spaced = false;
        while matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
            (byte, spaced) = (*self.rest.next()?, true);
        }
        self.quote = matches!(byte, b'\'' | b'"' | b'`').then_some(byte);
        Some(Read { byte: byte.to_ascii_lowercase(), spaced, inside: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_are_told_from_others() {
        use Dialect::{Oracle, Postgres, Sqlite};
        for (dialect, text, rendered, same) in [
            (Sqlite, "select  a,b\nfrom t ;; ", "SELECT a, b FROM t", true),
            (Sqlite, "SELECT f (a) FROM t", "SELECT f(a)\nFROM t", true),
            (Sqlite, "SELECT 'a  b', \"c  D\" FROM t", "SELECT 'a  b', \"c  D\" FROM t", true),
            (Sqlite, "SELECT 'it''s' FROM t", "SELECT 'it''s' FROM t", true),
            (Oracle, "SELECT a FROM t WHERE a = b ( + )", "SELECT a FROM t WHERE a = b(+)", true),
            (Sqlite, "SELECT prénom FROM t", "SELECT prénom FROM t", true),
            (Sqlite, "SELECT 'a  b' FROM t", "SELECT 'a b' FROM t", false),
            (Sqlite, "SELECT 'A' FROM t", "SELECT 'a' FROM t", false),
            (Sqlite, "SELECT \"A\" FROM t", "SELECT \"a\" FROM t", false),
            (Sqlite, "SELECT a b FROM t", "SELECT ab FROM t", false),
            (Sqlite, "SELECT a FROM t WHERE a<=1 AND b='x'||c", "SELECT a FROM t WHERE a <= 1 AND b = 'x' || c", true),
            (Sqlite, "SELECT 1e-5", "SELECT 1e - 5", false),
            (Sqlite, "SELECT t. a, 1 .5", "SELECT t.a, 1.5", false),
            (Postgres, "SELECT a <-1", "SELECT a < -1", false),
            (Sqlite, "SELECT a < = b FROM t", "SELECT a <= b FROM t", false),
            (Sqlite, "SELECT a b FROM t", "SELECT a AS b FROM t", false),
            (Sqlite, "SELECT a FROM t", "SELECT a FROM t WHERE a", false),
            (Sqlite, "SELECT a FROM t WHERE a", "SELECT a FROM t", false),
            (Sqlite, "SELECT - -1", "SELECT --1", false),
            (Sqlite, "SELECT --1\na", "SELECT --1 a", false),
            (Sqlite, "SELECT /* a */ 1", "SELECT /* a */ 1", false),
            (Sqlite, "SELECT [a  b] FROM t", "SELECT [a  b] FROM t", false),
            (Oracle, "SELECT q'[it's  a]' FROM t", "SELECT q'[it's a]' FROM t", false),
            (Postgres, "SELECT E'\\'  ' FROM t", "SELECT E'\\' ' FROM t", false),
            (Postgres, "SELECT $$a  b$$", "SELECT $$a b$$", false),
            (Sqlite, "SELECT 'a", "SELECT 'a", false),
            (Sqlite, "", "", true),
        ] {
            assert_eq!(same_words(text, rendered, dialect), same, "{text} / {rendered}");
        }
    }
}
