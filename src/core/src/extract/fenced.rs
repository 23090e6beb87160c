//! Statements in blocks of code.

use std::ops::Range;

use super::{Statement, marks, tidy};

/// Statements in fences.
#[derive(Debug, Default)]
pub(super) struct Fenced {
    open: Option<Fence>,
    found: Vec<Statement>,
}

/// An open fence: what closes it, the byte it began at, and what stands in it so far.
#[derive(Debug)]
struct Fence {
    marks: String,
    begin: usize,
    body: String,
}

impl Fenced {
    pub(super) fn take(&mut self, line: &str, at: usize) {
        let (trimmed, end) = (line.trim(), at + line.len());
        match self.open.take() {
            None => self.begin(line, at),
            Some(fence) if trimmed.starts_with(&fence.marks) => self.keep(&fence.body, fence.begin..end),
            Some(mut fence) => {
                fence.body.push_str(line);
                self.open = Some(fence);
            }
        }
    }

    fn begin(&mut self, line: &str, at: usize) {
        let Some(marks) = marks(line.trim()) else { return };
        let said = &line.trim()[marks.len()..];
        match said.strip_suffix(marks) {
            // A fence on one line: ```SELECT 1``` or ```sql SELECT 1```
            Some(inline) if !inline.is_empty() => self.keep(after_language(inline), at..at + line.len()),
            // A statement that begins beside the mark.
            _ => {
                let text = after_language(said);
                let beside = begins_statement(text);
                let body = if beside { &line[line.trim_end().len() - text.len()..] } else { "" };
                self.open = Some(Fence { marks: marks.to_owned(), begin: at, body: body.to_owned() });
            }
        }
    }

    fn keep(&mut self, body: &str, range: Range<usize>) {
        if begins_statement(body) {
            self.found.push(Statement { text: tidy(body), range });
        }
    }

    pub(super) fn finish(mut self, end: usize) -> Vec<Statement> {
        if let Some(fence) = self.open.take() {
            self.keep(&fence.body, fence.begin..end);
        }
        self.found
    }
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
