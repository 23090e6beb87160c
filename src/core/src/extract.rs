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
    let mut extractor = Extractor::default();
    extractor.push(answer);
    extractor.finish()
}

/// Finds the statements of an answer while it grows, wherever the chunks are cut.
#[derive(Debug, Default)]
pub struct Extractor {
    /// The line that is being written, and the byte it begins at.
    line: String,
    at: usize,
    fenced: Fenced,
    prose: Prose,
}

impl Extractor {
    /// Takes the next chunk.
    pub fn push(&mut self, chunk: &str) {
        for piece in chunk.split_inclusive('\n') {
            self.line.push_str(piece);
            if piece.ends_with('\n') {
                self.end_line();
            }
        }
    }

    /// Ends the answer: the statements it holds.
    pub fn finish(mut self) -> Vec<Statement> {
        if !self.line.is_empty() {
            self.end_line();
        }
        let fenced = self.fenced.finish(self.at);
        if fenced.is_empty() { self.prose.finish() } else { fenced }
    }

    fn end_line(&mut self) {
        self.fenced.take(&self.line, self.at);
        self.prose.take(&self.line, self.at);
        self.at += self.line.len();
        self.line.clear();
    }
}

/// Statements in fences.
#[derive(Debug, Default)]
struct Fenced {
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
    fn take(&mut self, line: &str, at: usize) {
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

    fn finish(mut self, end: usize) -> Vec<Statement> {
        if let Some(fence) = self.open.take() {
            self.keep(&fence.body, fence.begin..end);
        }
        self.found
    }
}

/// The marks that a line opens a fence with: three or more of one sign.
fn marks(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches(line.chars().next().filter(|sign| matches!(sign, '`' | '~'))?);
    Some(&line[..line.len() - rest.len()]).filter(|marks| marks.len() >= 3)
}

/// Statements in prose: one begins a line and ends at a semicolon that ends a line, at a blank line, or before a fence.
#[derive(Debug, Default)]
struct Prose {
    /// The lines since one that may begin a statement, and the byte that one begins at.
    block: String,
    begin: usize,
    /// Where in the block statements may begin.
    starts: Vec<usize>,
    /// The block is too long: nothing in it is a statement, as half of one may mean something else.
    too_long: bool,
    found: Vec<Statement>,
}

/// The longest statement in prose, in bytes: the guard takes half of that.
const LONGEST: usize = 1 << 15;
/// Lines of one block that are tried as the first of a statement.
const STARTS: usize = 64;

impl Prose {
    fn take(&mut self, line: &str, at: usize) {
        if marks(line.trim()).is_some() {
            self.end();
            return;
        }
        if self.starts.len() < STARTS && prose::may_begin(line) {
            self.starts.push(self.block.len());
            self.begin = if self.block.is_empty() { at } else { self.begin };
        }
        if self.starts.is_empty() {
            return;
        }
        self.too_long |= self.block.len() + line.len() > LONGEST;
        if !self.too_long {
            self.block.push_str(line);
        }
        if line.trim().is_empty() || line.trim_end().ends_with(';') {
            self.end();
        }
    }

    /// The first start that makes a statement of what follows it.
    fn end(&mut self) {
        let (block, mut starts) = (std::mem::take(&mut self.block), std::mem::take(&mut self.starts).into_iter());
        if std::mem::take(&mut self.too_long) {
            return;
        }
        if let Some(start) = starts.find(|start| prose::is_query(&block[*start..])) {
            let range = self.begin + start..self.begin + block.len();
            self.found.push(Statement { text: tidy(&block[start..]), range });
        }
    }

    fn finish(mut self) -> Vec<Statement> {
        self.end();
        self.found
    }
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
    use proptest::prelude::*;

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
            ("````sql\nSELECT '```'\n```\n````", "SELECT '```'\n```"),
            ("Run it:\nSELECT name FROM clients\n```python\nprint(1)\n```", "SELECT name FROM clients"),
            ("```\n# the clients\nSELECT name FROM clients\n```", "SELECT name FROM clients"),
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
    fn half_a_statement_is_none() {
        let long = format!("SELECT name\nFROM clients\nWHERE id IN (\n{})\nSELECT 1;\n", "  1234567,\n".repeat(4_000));
        assert_eq!(texts(&long), Vec::<String>::new());
        assert_eq!(texts(&(long + "\nSELECT 2;")), ["SELECT 2"]);
    }

    #[test]
    fn the_range_covers_the_fence() {
        let answer = "Voilà :\n```sql\nSELECT 1\n```\nFin.";
        let found = statements(answer).remove(0);
        assert_eq!(&answer[found.range], "```sql\nSELECT 1\n```\n");
    }

    proptest! {
        #[test]
        fn the_cuts_do_not_matter_and_every_range_is_within(parts in prop::collection::vec(prop::sample::select(vec![
            "```", "~~~", "````", "sql", " ", "\n", "\n\n", "SELECT", "with", "é", "(", ")", "as", "\"", "[", "*", "1", ";", ".", "from", "--", "/*",
            "the", "x",
        ]), 0..40), length in 1usize..9) {
            let answer = parts.concat();
            let found = statements(&answer);
            let chars: Vec<char> = answer.chars().collect();
            let mut extractor = Extractor::default();
            for chunk in chars.chunks(length) {
                extractor.push(&chunk.iter().collect::<String>());
            }
            prop_assert_eq!(&extractor.finish(), &found);
            let mut end = 0;
            for statement in found {
                prop_assert!(answer.get(statement.range.clone()).is_some_and(|place| place.contains(&statement.text)));
                prop_assert!(statement.range.start >= end);
                end = statement.range.end;
            }
        }
    }
}
