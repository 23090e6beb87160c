//! Statements in blocks of code.

use std::ops::Range;

use super::{Statement, lines, marks, tidy};

/// An open fence: what closes it, the byte it began at, and the one at which what stands in it begins.
struct Fence<'a> {
    marks: &'a str,
    begin: usize,
    body: usize,
}

/// The statements in fences, closed or not.
pub(super) fn in_fences(answer: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut open: Option<Fence<'_>> = None;
    for (at, line) in lines(answer) {
        let end = at + line.len();
        match open.take() {
            Some(fence) if line.trim().starts_with(fence.marks) => {
                found.extend(kept(&answer[fence.body..at], fence.begin..end));
            }
            Some(fence) => open = Some(fence),
            None => {
                let Some(marks) = marks(line.trim()) else { continue };
                let said = &line.trim()[marks.len()..];
                match said.strip_suffix(marks) {
                    // A fence on one line: ```SELECT 1``` or ```sql SELECT 1```
                    Some(inline) if !inline.is_empty() => found.extend(kept(after_language(inline), at..end)),
                    // A statement that begins beside the mark.
                    _ => {
                        let text = after_language(said);
                        let body = if begins_statement(text) { at + line.trim_end().len() - text.len() } else { end };
                        open = Some(Fence { marks, begin: at, body });
                    }
                }
            }
        }
    }
    found.extend(open.and_then(|fence| kept(&answer[fence.body..], fence.begin..answer.len())));
    found
}

fn kept(body: &str, range: Range<usize>) -> Option<Statement> {
    begins_statement(body).then(|| Statement { text: tidy(body), range })
}

/// Returns the text after the word that names a fence's language, or all of it if it begins with a statement.
fn after_language(said: &str) -> &str {
    if begins_statement(said) {
        return said;
    }
    let word = said.trim_start().find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '_' | '/')));
    word.map_or(said, |end| said.trim_start()[end..].trim_start())
}

/// In a fence, whatever begins like a statement is one, so that the guard says why it is refused.
fn begins_statement(text: &str) -> bool {
    const WORDS: [&str; 21] = [
        "SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE", "DROP", "ALTER", "CREATE", "TRUNCATE", "GRANT",
        "REVOKE", "EXPLAIN", "PRAGMA", "ATTACH", "CALL", "BEGIN", "DECLARE", "EXEC", "REPLACE", "VALUES",
    ];
    let word: String = code(text).chars().take_while(char::is_ascii_alphabetic).collect();
    WORDS.contains(&word.to_ascii_uppercase().as_str())
}

/// The text after leading comments and blanks.
fn code(mut text: &str) -> &str {
    loop {
        text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
        let rest = if text.starts_with("--") {
            text.split_once('\n').map(|(_, rest)| rest)
        } else if text.starts_with("/*") {
            text.split_once("*/").map(|(_, rest)| rest)
        } else {
            return text;
        };
        match rest {
            Some(rest) => text = rest,
            None => return "",
        }
    }
}
