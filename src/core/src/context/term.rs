//! Business terms that a question uses, with the definitions that stewards have approved.

use minijinja::context;

use super::fence::{code, line};
use crate::guard::ApprovedStatement;

/// Characters of a term's name and note in a prompt.
const LONGEST: usize = 200;

/// A business term that a question uses.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// Its name in the language of who asks.
    pub name: String,
    /// The remark that explains the term to people, such as its unit; may be empty.
    pub note: String,
    /// The statement that defines it.
    pub definition: ApprovedStatement,
}

impl Term {
    /// Checks whether a statement that reads these columns can be one that follows the definition: it reads all that the
    /// definition reads, and compares with the same texts.
    pub fn may_be_followed_by(&self, statement: &str, columns: &[String]) -> bool {
        self.definition.columns().iter().all(|column| columns.contains(column))
            && texts(self.definition.text()).all(|text| texts(statement).any(|other| other == text))
    }

    pub(super) fn value(&self) -> minijinja::Value {
        context! {
            name => line(&self.name, LONGEST),
            note => line(&self.note, LONGEST),
            definition => code(self.definition.text()),
        }
    }
}

/// The texts in single quotes of a statement as the guard writes it, without the quotes; a quote within one parts it. Names in
/// double quotes or backticks may hold single ones.
pub(crate) fn texts(statement: &str) -> impl Iterator<Item = &str> {
    let mut rest = statement;
    std::iter::from_fn(move || {
        loop {
            let start = rest.find(['\'', '"', '`'])?;
            let quote = rest[start..].chars().next()?;
            let (inside, after) = rest[start + 1..].split_once(quote)?;
            rest = after;
            if quote == '\'' {
                return Some(inside);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_beside_names_in_quotes() {
        for (statement, expected) in [
            ("SELECT a AS \"chiffre d'affaires\" FROM t WHERE s = 'paid' AND u = 'x'", &["paid", "x"][..]),
            ("SELECT `l'a` FROM t WHERE s = 'say \"hi\"'", &["say \"hi\""]),
            ("SELECT 'it''s'", &["it", "s"]),
            ("SELECT 1", &[]),
            ("SELECT 'open", &[]),
        ] {
            assert_eq!(texts(statement).collect::<Vec<_>>(), expected, "{statement}");
        }
    }
}
