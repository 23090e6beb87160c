//! The columns a statement returns, which a question may name without asking for anything else: "the active clients with
//! their phone" are the active clients.

use super::lexicon::lexicon;
use super::meaning::Meaning;

/// The names of the columns a statement returns, each in the words of its meaning.
#[derive(Debug, Default)]
pub(super) struct Columns(Vec<Vec<String>>);

impl Columns {
    /// Reads the columns between `SELECT` and `FROM`; there are none if the statement begins otherwise.
    pub(super) fn of(statement: &str) -> Self {
        let meaning = |name: &str| {
            // `signed_at` is a date.
            let date = name.strip_suffix("_at").or_else(|| name.strip_suffix("_on")).map(|stem| format!("{stem} date"));
            single_words(&Meaning::of_words(&date.unwrap_or_else(|| name.to_owned())))
        };
        Self(names(statement).into_iter().map(meaning).filter(|words| !words.is_empty()).collect())
    }

    /// Checks whether words name nothing but columns. The lexicon says which ends of a name stand for all of it:
    /// `late_amount` is an amount.
    pub(super) fn are_named_by(&self, words: &[String]) -> bool {
        self.are_named(&single_words(words))
    }

    fn are_named(&self, words: &[String]) -> bool {
        let Some((first, others)) = words.split_first() else { return true };
        self.0.iter().any(|column| {
            let is_end = lexicon().is_column_end(first) && column.last() == Some(first);
            (is_end && self.are_named(others))
                || words.strip_prefix(column.as_slice()).is_some_and(|rest| self.are_named(rest))
        })
    }
}

/// `payment date` are two words.
fn single_words(words: &[String]) -> Vec<String> {
    words.iter().flat_map(|word| word.split(' ')).map(str::to_owned).collect()
}

/// The alias of each column, or the last part of its name.
fn names(statement: &str) -> Vec<&str> {
    let Some(("SELECT", mut rest)) = statement.trim_start().split_at_checked(6) else { return Vec::new() };
    let (mut names, mut depth, mut last) = (Vec::new(), 0_usize, "");
    while let Some(first) = rest.chars().next() {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let length = match first {
            // Text in quotes names nothing.
            '\'' => 2 + rest.get(1..).unwrap_or_default().find('\'').unwrap_or_default(),
            _ => rest.find(|c: char| !is_part(c)).unwrap_or(rest.len()).max(first.len_utf8()),
        };
        let (word, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        rest = after;
        match word {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            "," if depth == 0 => names.push(std::mem::take(&mut last)),
            "FROM" if depth == 0 => {
                names.push(last);
                return names;
            }
            _ if depth == 0 && is_part(first) => last = word,
            _ => {}
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_a_statement_may_be_named() {
        let columns = Columns::of(
            "SELECT c.company_name, u.full_name AS salesperson, round(sum(p.amount, 'from'), 2) AS late_amount, p.paid_at,
                    CASE WHEN x THEN 'a, b' ELSE '' END AS rib FROM clients c, users u",
        );
        for (words, expected) in [
            ("", true),
            ("client", true),
            ("salesperson client", true),
            ("late amount", true),
            ("amount date rib", true),
            ("paid date", true),
            ("paid", false),
            ("late", false),
            ("client phone", false),
            ("count", false),
        ] {
            let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
            assert_eq!(columns.are_named_by(&words), expected, "{words:?}");
        }
        for statement in ["", "WITH a AS (SELECT b FROM c) SELECT b FROM a", "SELECT 'é"] {
            assert!(names(statement).is_empty(), "{statement}");
        }
    }
}
