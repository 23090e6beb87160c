//! Clauses and words people know that are not supported, told from the text around the place where the parser stopped.

use super::fault::{Fault, at_byte};
use super::refusal::Rule;

/// A clause of other databases.
pub(super) const QUALIFY: &str = "QUALIFY";
/// The form that replaces it here.
pub(super) const QUALIFY_INSTEAD: &str =
    "SELECT … FROM (SELECT …, ROW_NUMBER() OVER (ORDER BY …) AS n FROM …) t WHERE t.n = 1";

/// The refusal of the clause that the parser stopped in, when it is one of these.
pub(super) fn clause(text: &str, byte: usize) -> Option<Fault> {
    let (before, after) = text.split_at_checked(byte)?;
    let refused = |found: &str, instead: &str| Some(at_byte(Rule::Unsupported, text, byte, found).instead(instead));
    // The parser took its words for a name, and stopped behind it.
    let passed = |found: &str, instead: &str| {
        let byte = before.to_ascii_uppercase().rfind(found).unwrap_or(byte);
        Some(at_byte(Rule::Unsupported, text, byte, found).instead(instead))
    };
    if let Some(name) = after.strip_prefix('&') {
        // SQL*Plus puts a value there before the database sees the statement.
        let name: String = name.trim_start_matches('&').chars().take_while(|c| is_word(*c)).collect();
        let letter = if name.starts_with(|c: char| c.is_ascii_alphabetic()) { "" } else { "p" };
        return if name.is_empty() { None } else { refused(&format!("&{name}"), &format!(":{letter}{name}")) };
    }
    if after.trim_end() == "/" {
        return refused(SLASH, "");
    }
    let mut here = words(after);
    let at = if after.starts_with(is_word) { here.next().unwrap_or_default() } else { "" };
    let next = here.next().unwrap_or_default();
    let mut back = words(before).rev();
    let [last, second, third] = [(); 3].map(|()| back.next().unwrap_or_default());
    let [one, two, three, four, five] = [third, second, last, at, next].map(str::to_uppercase);
    match (one.as_str(), two.as_str(), three.as_str(), four.as_str(), five.as_str()) {
        (.., "SEARCH", "DEPTH" | "BREADTH") => refused("SEARCH", ""),
        (.., "CYCLE", _) if before.trim_end().ends_with(')') => refused("CYCLE", ""),
        (.., "EXCLUDE", "CURRENT" | "GROUP" | "TIES" | "NO") => refused("EXCLUDE", ""),
        (.., "SUBSET", _) if words(before).any(|word| word.eq_ignore_ascii_case("MATCH_RECOGNIZE")) => {
            refused("SUBSET", "")
        }
        (.., "QUALIFY", _) => refused(QUALIFY, QUALIFY_INSTEAD),
        (_, "AS", "OF", ..) => passed("AS OF", ""),
        (_, _, "VERSIONS", "BETWEEN", _) => passed("VERSIONS", ""),
        (_, _, "UNIQUE", ..) => passed("UNIQUE", "DISTINCT"),
        ("FROM" | "JOIN", "ONLY", ..) => passed("ONLY", last),
        _ => None,
    }
}

/// The line that makes SQL*Plus run what is above it.
pub const SLASH: &str = "/";

/// A sign, word, number or short literal as it stands in the text.
pub(super) fn token_at(text: &str, byte: usize) -> &str {
    let rest = text.get(byte..).unwrap_or_default();
    let is_sign = |c: char| "<>=!|&^~*+-/%:#@?".contains(c);
    let length = |belongs: &dyn Fn(char) -> bool| rest.find(|c| !belongs(c)).unwrap_or(rest.len());
    let length = match rest.chars().next() {
        Some(c) if is_word(c) => length(&is_word),
        Some(c) if is_sign(c) => length(&is_sign),
        Some(c) => c.len_utf8(),
        None => 0,
    };
    &rest[..length]
}

/// The byte of a line and a column in characters, both from 1.
pub(super) fn byte_of(text: &str, line: u64, column: u64) -> Option<usize> {
    let line = usize::try_from(line).ok()?.checked_sub(1)?;
    let column = usize::try_from(column).ok()?.checked_sub(1)?;
    let start = if line == 0 { 0 } else { text.match_indices('\n').nth(line - 1)?.0 + 1 };
    let rest = &text[start..];
    Some(start + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

fn words(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.split(|c: char| !is_word(c)).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bytes_of_the_text() {
        let text = "a é\nbc";
        for (line, column, expected) in
            [(1, 1, Some(0)), (1, 4, Some(4)), (2, 1, Some(5)), (2, 9, Some(7)), (3, 1, None), (0, 1, None)]
        {
            assert_eq!(byte_of(text, line, column), expected, "{line}:{column}");
        }
    }

    #[test]
    fn a_token_is_what_a_person_sees() {
        for (text, expected) in [("<< 2", "<<"), ("été = 1", "été"), ("1.5", "1"), (") x", ")"), ("", ""), ("'a'", "'")]
        {
            assert_eq!(token_at(text, 0), expected, "{text}");
        }
    }
}
