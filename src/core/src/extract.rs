//! Finds the statement in what a model wrote.

mod prose;

use std::ops::Range;

/// A statement and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Without fence and final semicolon.
    pub text: String,
    /// The bytes of the answer it takes, its fence included: what to replace by the text that will really run.
    pub range: Range<usize>,
}

/// Finds the statements of an answer in order: those in code fences (closed or not), or, where no fence holds one,
/// those in lines of prose. In a fence only the beginning decides what is a statement, in prose its whole look (see
/// `prose`); what it may do is the guard's matter.
pub fn statements(answer: &str) -> Vec<Statement> {
    let found = fenced(answer);
    if found.is_empty() { unfenced(answer) } else { found }
}

/// The lines of a text with the byte each begins at.
fn lines_at(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let begin = at;
        at += line.len();
        (begin, line)
    })
}

/// An open fence: its marker, where it began, where its body begins.
struct Fence {
    marker: &'static str,
    begin: usize,
    body: usize,
}

fn fenced(answer: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut keep = |body: &str, range| {
        if begins_statement(body) {
            found.push(Statement { text: tidy(body), range });
        }
    };
    let mut open: Option<Fence> = None;
    for (at, line) in lines_at(answer) {
        let (trimmed, end) = (line.trim(), at + line.len());
        match &open {
            None => {
                let Some(marker) = ["```", "~~~"].into_iter().find(|marker| trimmed.starts_with(marker)) else {
                    continue;
                };
                let said = &trimmed[marker.len()..];
                match said.strip_suffix(marker) {
                    // A fence on one line: ```SELECT 1``` or ```sql SELECT 1```
                    Some(inline) if !inline.is_empty() => keep(after_language(inline), at..end),
                    // A statement that begins beside the mark.
                    _ if begins_statement(after_language(said)) => {
                        let body = at + line.trim_end().len() - after_language(said).len();
                        open = Some(Fence { marker, begin: at, body });
                    }
                    _ => open = Some(Fence { marker, begin: at, body: end }),
                }
            }
            Some(fence) if trimmed.starts_with(fence.marker) => {
                keep(&answer[fence.body..at], fence.begin..end);
                open = None;
            }
            Some(_) => {}
        }
    }
    if let Some(fence) = open {
        keep(&answer[fence.body..], fence.begin..answer.len());
    }
    found
}

/// A statement in prose begins a line and ends at a semicolon that ends a line, or at a blank line.
fn unfenced(answer: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut taken = 0;
    for (begin, line) in lines_at(answer) {
        if begin < taken || !prose::may_begin(line) {
            continue;
        }
        let end = block_end(answer, begin);
        if prose::is_query(&answer[begin..end]) {
            found.push(Statement { text: tidy(&answer[begin..end]), range: begin..end });
            taken = end;
        }
    }
    found
}

fn block_end(answer: &str, begin: usize) -> usize {
    let ends = |line: &str| line.trim().is_empty() || line.trim_end().ends_with(';');
    let last = lines_at(&answer[begin..]).find(|(_, line)| ends(line));
    last.map_or(answer.len(), |(at, line)| begin + at + line.len())
}

/// What follows the word that names a fence's language, when the text itself does not begin with a statement.
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

fn tidy(statement: &str) -> String {
    statement.trim().trim_end_matches([';', ' ', '\n', '\t']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(answer: &str) -> Vec<String> {
        statements(answer).into_iter().map(|statement| statement.text).collect()
    }

    #[test]
    fn one_statement_is_found_wherever_it_stands() {
        for (answer, expected) in [
            ("Voici :\n```sql\nSELECT 1\n```\nVoilà.", "SELECT 1"),
            ("```\nselect a\nfrom b;\n```", "select a\nfrom b"),
            ("~~~SQL\nWITH x AS (SELECT 1) SELECT 2\n~~~", "WITH x AS (SELECT 1) SELECT 2"),
            ("```sql\nSELECT 1 -- never closed", "SELECT 1 -- never closed"),
            ("```SELECT 1```", "SELECT 1"),
            ("```sql SELECT 1 FROM t```", "SELECT 1 FROM t"),
            ("~~~ SQL (SELECT 1) ~~~", "(SELECT 1)"),
            ("```sql SELECT a\nFROM t\n```", "SELECT a\nFROM t"),
            ("```sql DROP TABLE t```", "DROP TABLE t"),
            ("```sql\n-- the clients\nSELECT 1\n```", "-- the clients\nSELECT 1"),
            ("SELECT name\nFROM clients\n\nThis lists the clients.", "SELECT name\nFROM clients"),
            ("Use this:\nSELECT name FROM clients;\nDone.", "SELECT name FROM clients"),
            ("```sql\nDELETE FROM clients\n```", "DELETE FROM clients"),
            ("```sql\nSELECT 1; DROP TABLE a\n```", "SELECT 1; DROP TABLE a"),
            ("```python\nprint(1)\n```\n```sql\nSELECT 2\n```", "SELECT 2"),
        ] {
            assert_eq!(texts(answer), [expected], "{answer}");
        }
    }

    #[test]
    fn prose_is_no_statement() {
        for answer in [
            "",
            "Bonjour !",
            "Select",
            "With pleasure.",
            "Update: the clients are fine.",
            "```python\nprint(1)\n```",
            "```python print(1)```",
            "```sql```",
            "```",
        ] {
            assert_eq!(texts(answer), Vec::<String>::new(), "{answer}");
        }
    }

    #[test]
    fn several_are_told_apart() {
        assert_eq!(texts("```sql\nSELECT 1\n```\nou\n```sql\nSELECT 2\n```"), ["SELECT 1", "SELECT 2"]);
        assert_eq!(texts("SELECT 1;\nSELECT 2;"), ["SELECT 1", "SELECT 2"]);
    }

    #[test]
    fn the_range_covers_the_fence() {
        let answer = "Voilà :\n```sql\nSELECT 1\n```\nFin.";
        let found = statements(answer).remove(0);
        assert_eq!(&answer[found.range], "```sql\nSELECT 1\n```\n");
    }

    proptest::proptest! {
        #[test]
        fn no_answer_panics_and_every_range_is_within(parts in proptest::collection::vec(proptest::sample::select(vec![
            "```", "~~~", "sql", " ", "\n", "SELECT", "with", "é", "(", ")", "as", "\"", "[", "*", "1", ";", ".", "from", "--", "/*", "the",
        ]), 0..40)) {
            let answer = parts.concat();
            for statement in statements(&answer) {
                proptest::prop_assert!(answer.get(statement.range.clone()).is_some_and(|place| place.contains(&statement.text)));
            }
        }
    }
}
