//! What is wrong with a file of verified queries, said so that its steward can put it right.

use std::fmt;

/// Every fault of a file, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

/// A fault of one entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{entry}: {what}")]
pub struct Fault {
    /// The entry's id, its place (`entry 3`) when it has none, or `file`.
    pub entry: String,
    /// What is wrong with it.
    pub what: WhatIsWrong,
}

/// What is wrong with an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhatIsWrong {
    /// It cannot be read as a verified query.
    #[error("{0}")]
    Form(String),
    /// Another entry has the same id.
    #[error("this id is taken by an earlier entry: give each its own")]
    DuplicateId,
    /// The id or a parameter's name has characters it may not have.
    #[error("{0:?} is not a name: use lower-case letters and digits, with - in an id and _ in a parameter")]
    Name(String),
    /// A member that must say something is empty.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// `verified_on` is no date.
    #[error("verified_on = {0:?} is not a date: write it as 2026-01-31")]
    Date(String),
    /// The statement has a placeholder that is not declared.
    #[error("the statement uses :{0}, which is not among the parameters")]
    Undeclared(String),
    /// A parameter the statement does not use.
    #[error("the parameter {0} is not used: write :{0} in the statement or remove it")]
    Unused(String),
    /// A parameter declared twice.
    #[error("the parameter {0} is declared twice")]
    DuplicateParameter(String),
    /// A question has a slot that is no parameter.
    #[error("the question {language} has {{{name}}}, which is not among the parameters")]
    UnknownSlot {
        /// `fr` or `en`.
        language: &'static str,
        /// The slot's name.
        name: String,
    },
    /// A question has no place for a parameter that has no default.
    #[error("the question {language} lacks {{{name}}}: say where its value stands, or give it a default")]
    MissingSlot {
        /// `fr` or `en`.
        language: &'static str,
        /// The parameter's name.
        name: String,
    },
    /// A text parameter without a column.
    #[error("the text parameter {0} has no column: name the table.column its values are known from")]
    NoColumn(String),
    /// A default that its kind may not hold.
    #[error("the default of {0} does not fit its kind")]
    Default(String),
}

impl Fault {
    pub(super) fn new(entry: &str, what: WhatIsWrong) -> Self {
        Self { entry: entry.to_owned(), what }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(Fault::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Faults {}
