//! Finds the statement in what a model wrote.

mod block;
mod fenced;
mod prose;

use std::ops::Range;

use block::in_prose;
use fenced::in_fences;

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
    let fenced = in_fences(answer);
    if fenced.is_empty() { in_prose(answer) } else { fenced }
}

/// The lines of a text with their ends, each with the byte it begins at.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive('\n').scan(0, |next, line| {
        let at = *next;
        *next += line.len();
        Some((at, line))
    })
}

/// The marks that a line opens a fence with: three or more of one sign.
fn marks(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches(line.chars().next().filter(|sign| matches!(sign, '`' | '~'))?);
    Some(&line[..line.len() - rest.len()]).filter(|marks| marks.len() >= 3)
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
        fn every_range_is_within_the_answer_and_behind_the_one_before(parts in prop::collection::vec(prop::sample::select(vec![
            "```", "~~~", "````", "sql", " ", "\n", "\n\n", "SELECT", "with", "é", "(", ")", "as", "\"", "[", "*", "1", ";", ".", "from", "--", "/*",
            "the", "x",
        ]), 0..40)) {
            let answer = parts.concat();
            let mut end = 0;
            for statement in statements(&answer) {
                prop_assert!(answer.get(statement.range.clone()).is_some_and(|place| place.contains(&statement.text)));
                prop_assert!(statement.range.start >= end);
                end = statement.range.end;
            }
        }
    }
}
