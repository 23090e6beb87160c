//! Refuses texts before the parser sees them: texts too large, too deep, or that two readers could read differently.

use crate::Dialect;
use crate::dialects::Texts;

use super::fault::{Checked, at_byte};
use super::refusal::Rule;

/// Longest text, bytes.
pub(super) const LONGEST: usize = 16 * 1024;
/// Deepest nesting of brackets.
const DEEPEST: u32 = 64;
/// Most joins and other chained table factors.
const MOST_JOINS: u32 = 32;
/// Most words, literals and signs: what a verdict in a few milliseconds allows.
const MOST_TOKENS: u32 = 3_000;
/// Most queries in one statement.
const MOST_QUERIES: u32 = 64;
/// Words that make the parser recurse or chain without counting it.
const CHAINING: &[&str] =
    &["JOIN", "APPLY", "PIVOT", "UNPIVOT", "MATCH_RECOGNIZE", "JSON_TABLE", "XMLTABLE", "NESTED", "LATERAL"];

/// The size of a text for the parser.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    /// Words, numbers, literals and signs.
    pub(super) tokens: u32,
    /// Deepest nesting of brackets.
    pub(super) depth: u32,
    /// Joins and other chained table factors.
    pub(super) joins: u32,
    /// Words SELECT.
    pub(super) queries: u32,
    /// True if a literal or a name goes over the end of a line.
    pub(super) breaks: bool,
}

impl Size {
    /// Tells whether no tree of a text of this size is deep enough to matter on a thread with 2 MiB of stack.
    pub(super) fn is_small(self) -> bool {
        self.tokens <= 300 && self.depth <= 12 && self.joins <= 12 && self.queries <= 16
    }
}

/// Measures a text, or refuses it.
pub(super) fn measure(text: &str, dialect: Dialect) -> Checked<Size> {
    if text.len() > LONGEST {
        return Err(at_byte(Rule::TooLong, text, 0, format!("{} KiB", text.len() / 1024)));
    }
    let mut scan =
        Scan { text, bytes: text.as_bytes(), at: 0, texts: &dialect.facts().texts, open: 0, size: Size::default() };
    while scan.at < scan.bytes.len() {
        scan.step()?;
    }
    if scan.size.tokens > MOST_TOKENS {
        return Err(at_byte(Rule::TooLong, text, 0, format!("{} > {MOST_TOKENS}", scan.size.tokens)));
    }
    if scan.size.tokens == 0 {
        return Err(at_byte(Rule::Empty, text, 0, ""));
    }
    Ok(scan.size)
}

/// Characters that show nothing, or reorder what is around them: the text read is not the text that runs.
pub fn hides_text(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Letters of French names that no database folds to ASCII. The sharp s, the dotless i, the long s and the Kelvin sign
/// do fold.
fn is_accented_letter(c: char) -> bool {
    matches!(c, 'À'..='Ö' | 'Ø'..='Þ' | 'à'..='ö' | 'ø'..='ÿ' | 'Œ' | 'œ' | 'Ÿ')
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'#') || byte >= 0x80
}

/// Recognizes a number with letters in it and gives what to write instead, or nothing. One reader takes `1d` for a
/// number, another for a number with a name behind it, and `1_000` and `0x1F` are numbers to some versions only.
fn odd_number(word: &str, next: u8) -> Option<String> {
    let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = &word[digits..];
    if digits == 0 || rest.is_empty() {
        return None;
    }
    let exponent = rest.strip_prefix(['e', 'E']).is_some_and(|power| power.bytes().all(|byte| byte.is_ascii_digit()));
    if exponent && (rest.len() > 1 || matches!(next, b'+' | b'-')) {
        return None;
    }
    let plain: String = word.chars().filter(|c| *c != '_').collect();
    let is_number = plain.bytes().all(|byte| byte.is_ascii_digit());
    Some(if is_number {
        plain
    } else if rest.starts_with(['x', 'X', 'e', 'E', 'b', 'B', 'o', 'O']) {
        String::new()
    } else {
        word[..digits].to_owned()
    })
}

struct Scan<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    texts: &'static Texts,
    open: u32,
    size: Size,
}

impl Scan<'_> {
    fn step(&mut self) -> Checked {
        let (byte, begin) = (self.bytes[self.at], self.at);
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => {
                self.at += 1;
                return Ok(());
            }
            b'-' if self.ahead(1) == b'-' => return self.skip_line(),
            b'/' if self.ahead(1) == b'*' => return self.skip_comment(),
            b'\'' => self.quoted(b'\'', false)?,
            b'"' => self.quoted(b'"', false)?,
            b'`' if self.texts.names_in_backticks => self.quoted(b'`', false)?,
            b'[' if self.texts.names_in_brackets => self.quoted(b']', false)?,
            b'$' if self.texts.dollar_quotes && self.dollar_quote()? => {}
            b'@' => self.at_sign()?,
            b'(' | b'[' => self.open_bracket()?,
            b')' | b']' => {
                self.open = self.open.saturating_sub(1);
                self.sign();
            }
            _ if is_word(byte) => self.word()?,
            _ if byte.is_ascii_control() => return Err(self.refuse(Rule::ControlCharacter)),
            _ => self.sign(),
        }
        self.size.breaks |= self.bytes[begin..self.at].contains(&b'\n');
        Ok(())
    }

    fn ahead(&self, by: usize) -> u8 {
        self.bytes.get(self.at + by).copied().unwrap_or(0)
    }

    fn sign(&mut self) {
        self.size.tokens += 1;
        self.at += 1;
    }

    fn refuse(&self, rule: Rule) -> super::fault::Fault {
        let found = self.text.get(self.at..).and_then(|rest| rest.chars().next());
        let found = found.map_or_else(String::new, |c| match c {
            c if c.is_control() || hides_text(c) => format!("U+{:04X}", c as u32),
            c if !c.is_ascii() => format!("{c} (U+{:04X})", c as u32),
            c => c.to_string(),
        });
        at_byte(rule, self.text, self.at, found)
    }

    fn open_bracket(&mut self) -> Checked {
        self.open += 1;
        self.size.depth = self.size.depth.max(self.open);
        if self.open > DEEPEST {
            return Err(self.refuse(Rule::TooDeep));
        }
        self.sign();
        Ok(())
    }

    /// PostgreSQL has `@>` and `<@` for JSON and arrays, and `@@` for full text; everywhere else the sign names a link or a
    /// parameter.
    fn at_sign(&mut self) -> Checked {
        let before = self.at.checked_sub(1).map_or(0, |at| self.bytes[at]);
        if self.texts.at_operators && (self.ahead(1) == b'>' || before == b'<') {
            self.sign();
            return Ok(());
        }
        // With another sign behind it, it is another operator.
        let ends = !b"@+-*/<>=~!#%^&|?`".contains(&self.ahead(2));
        if self.texts.at_operators && self.ahead(1) == b'@' && ends {
            self.sign();
            self.at += 1;
            return Ok(());
        }
        Err(self.refuse(Rule::RemoteLink))
    }

    /// Any text inside literals, quoted names and comments: everything but what hides.
    fn free_text(&mut self) -> Checked {
        let c = self.text.get(self.at..).and_then(|rest| rest.chars().next()).unwrap_or('\0');
        if (c.is_control() && !matches!(c, '\t' | '\n' | '\r')) || hides_text(c) {
            return Err(self.refuse(Rule::ControlCharacter));
        }
        self.at += c.len_utf8();
        Ok(())
    }

    fn skip_line(&mut self) -> Checked {
        while self.at < self.bytes.len() && self.bytes[self.at] != b'\n' {
            self.free_text()?;
        }
        Ok(())
    }

    fn skip_comment(&mut self) -> Checked {
        self.at += 2;
        while self.at < self.bytes.len() {
            match (self.bytes[self.at], self.ahead(1)) {
                (b'*', b'/') => {
                    self.at += 2;
                    return Ok(());
                }
                (b'/', b'*') => return Err(self.refuse(Rule::NestedComment)),
                _ => self.free_text()?,
            }
        }
        Ok(())
    }

    fn quoted(&mut self, end: u8, escapes: bool) -> Checked {
        self.size.tokens += 1;
        self.at += 1;
        while self.at < self.bytes.len() {
            let byte = self.bytes[self.at];
            if escapes && byte == b'\n' {
                // Its rendering writes the end of the line as an escape: what runs would not be spread as it is shown.
                return Err(at_byte(Rule::Unsupported, self.text, self.at, "E'…'").instead("\\n"));
            }
            if escapes && byte == b'\\' {
                self.at += 1;
                if self.at < self.bytes.len() {
                    self.free_text()?;
                }
            } else if byte == end && self.ahead(1) == end && end != b']' {
                self.at += 2;
            } else if byte == end {
                self.at += 1;
                return Ok(());
            } else {
                self.free_text()?;
            }
        }
        Ok(())
    }

    /// `$tag$ … $tag$`; `false` when this dollar opens no such literal.
    fn dollar_quote(&mut self) -> Checked<bool> {
        let rest = &self.text[self.at..];
        let Some(end) = rest[1..].find('$') else { return Ok(false) };
        let tag = &rest[..end + 2];
        if !tag[1..=end].bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Ok(false);
        }
        let Some(close) = rest[tag.len()..].find(tag) else { return Ok(false) };
        self.size.tokens += 1;
        self.at += tag.len();
        let stop = self.at + close;
        while self.at < stop {
            self.free_text()?;
        }
        self.at += tag.len();
        Ok(true)
    }

    fn word(&mut self) -> Checked {
        let start = self.at;
        while self.at < self.bytes.len() && is_word(self.bytes[self.at]) {
            let c = self.text.get(self.at..).and_then(|rest| rest.chars().next()).unwrap_or('\0');
            if !c.is_ascii() && !is_accented_letter(c) {
                let rule =
                    if c.is_control() || hides_text(c) { Rule::ControlCharacter } else { Rule::UnusualCharacter };
                return Err(self.refuse(rule));
            }
            self.at += c.len_utf8();
        }
        self.size.tokens += 1;
        let word = &self.text[start..self.at];
        if let Some(number) = odd_number(word, self.ahead(0)) {
            return Err(at_byte(Rule::Unsupported, self.text, start, word).instead(number));
        }
        if CHAINING.iter().any(|chaining| chaining.eq_ignore_ascii_case(word)) {
            self.size.joins += 1;
            if self.size.joins > MOST_JOINS {
                return Err(at_byte(Rule::TooManyJoins, self.text, start, word));
            }
        }
        self.size.queries += u32::from(word.eq_ignore_ascii_case("SELECT"));
        if self.size.queries > MOST_QUERIES {
            return Err(at_byte(Rule::TooManyJoins, self.text, start, word));
        }
        self.prefixed_literal(word)
    }

    /// Literals whose prefix changes how they end.
    fn prefixed_literal(&mut self, prefix: &str) -> Checked {
        let next = self.ahead(0);
        let escapes = self.texts.escapes;
        if escapes && prefix.eq_ignore_ascii_case("u") && next == b'&' && matches!(self.ahead(1), b'\'' | b'"') {
            return Err(at_byte(Rule::UnusualCharacter, self.text, self.at - 1, "U&"));
        }
        if next != b'\'' {
            return Ok(());
        }
        if escapes && prefix.eq_ignore_ascii_case("e") {
            return self.quoted(b'\'', true);
        }
        let q_quote = prefix.eq_ignore_ascii_case("q") || prefix.eq_ignore_ascii_case("nq");
        if self.texts.q_quotes && q_quote {
            return self.q_quote();
        }
        Ok(())
    }

    /// `q'[ … ]'`: ends at the closing delimiter followed by a quote.
    fn q_quote(&mut self) -> Checked {
        self.at += 1;
        let Some(open) = self.text.get(self.at..).and_then(|rest| rest.chars().next()) else { return Ok(()) };
        let close = match open {
            '[' => ']',
            '(' => ')',
            '{' => '}',
            '<' => '>',
            other => other,
        };
        self.free_text()?;
        while self.at < self.bytes.len() {
            let rest = &self.text[self.at..];
            if rest.starts_with(close) && rest[close.len_utf8()..].starts_with('\'') {
                self.at += close.len_utf8() + 1;
                return Ok(());
            }
            self.free_text()?;
        }
        Ok(())
    }
}
