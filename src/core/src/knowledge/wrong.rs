//! The errors of a verified query, worded so that its steward can correct them.

use crate::text::{Text, text};

/// An error in the form of a verified query, or in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhatIsWrong {
    /// It cannot be read as a verified query, in the words of the parser.
    Form(String),
    /// The key is not a list of tables.
    NotAList(&'static str),
    /// The file or an entry has a key that means nothing there.
    UnknownKey(String),
    /// A term is named by words that stand in nearly every question.
    TermName(String),
    /// Another term has the same name.
    DuplicateTerm(String),
    /// A term has parameters, or a question a note.
    Misplaced(&'static str),
    /// Another entry has the same id.
    DuplicateId,
    /// The id or a parameter's name has characters it may not have.
    Name(String),
    /// A member that must say something is empty.
    Empty(&'static str),
    /// `verified_on` is no date.
    Date(String),
    /// The statement has a placeholder that is not declared.
    Undeclared(String),
    /// A parameter the statement does not use.
    Unused(String),
    /// A parameter declared twice.
    DuplicateParameter(String),
    /// A question has a slot that is no parameter.
    UnknownSlot {
        /// `fr` or `en`.
        language: &'static str,
        /// The slot's name.
        name: String,
    },
    /// A question has no place for a parameter that has no default.
    MissingSlot {
        /// `fr` or `en`.
        language: &'static str,
        /// The parameter's name.
        name: String,
    },
    /// A text parameter without a column.
    NoColumn(String),
    /// A default that its kind may not hold.
    Default(String),
}

impl WhatIsWrong {
    /// Returns the sentence for the steward.
    pub fn text(&self) -> Text {
        match self {
            Self::Form(error) => text("verified-form").with("error", error),
            Self::NotAList(name) => text("verified-not-a-list").with("name", *name),
            Self::UnknownKey(name) => text("verified-unknown-key").with("name", name),
            Self::TermName(name) => text("verified-term-name").with("name", name),
            Self::DuplicateTerm(name) => text("verified-duplicate-term").with("name", name),
            Self::Misplaced(name) => text("verified-misplaced").with("name", *name),
            Self::DuplicateId => text("verified-duplicate-id"),
            Self::Name(name) => text("verified-name").with("name", name),
            Self::Empty(name) => text("verified-empty").with("name", *name),
            Self::Date(given) => text("verified-date").with("given", given),
            Self::Undeclared(name) => text("verified-undeclared").with("name", name),
            Self::Unused(name) => text("verified-unused").with("name", name),
            Self::DuplicateParameter(name) => text("verified-duplicate-parameter").with("name", name),
            Self::UnknownSlot { language, name } => slot(text("verified-unknown-slot"), language, name),
            Self::MissingSlot { language, name } => slot(text("verified-missing-slot"), language, name),
            Self::NoColumn(name) => text("verified-no-column").with("name", name),
            Self::Default(name) => text("verified-default").with("name", name),
        }
    }
}

/// Slots are shown as they are written, in braces.
fn slot(sentence: Text, language: &'static str, name: &str) -> Text {
    sentence.with("language", language).with("slot", format!("{{{name}}}"))
}
