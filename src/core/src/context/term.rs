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
    /// What people should know of it, such as its unit; may be empty.
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

/// The texts in single quotes of a statement as the guard writes it, without the quotes; a quote within one parts it.
pub(crate) fn texts(statement: &str) -> impl Iterator<Item = &str> {
    statement.split('\'').skip(1).step_by(2)
}
