//! Questions with a statement a steward has approved.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ColumnRef, Locale, UserId};

/// A question with its approved statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifiedQuery {
    /// Short, unique within its target, such as `clients-of-city`.
    pub id: String,
    /// The question in French; `{name}` stands for a parameter. Empty where nobody has put it in French.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub fr: String,
    /// The question in English; `{name}` stands for a parameter. Empty where nobody has put it in English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub en: String,
    /// One statement; `:name` stands for a parameter.
    pub statement: String,
    /// Every `:name` of the statement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
    /// Who approved it; empty before somebody has.
    pub verified_by: String,
    /// When, as `YYYY-MM-DD`; empty before.
    pub verified_on: String,
}

impl VerifiedQuery {
    /// The question in a language, or in the other where it is not put in this one.
    pub fn question(&self, locale: Locale) -> &str {
        let (own, other) = match locale {
            Locale::Fr => (&self.fr, &self.en),
            Locale::En => (&self.en, &self.fr),
        };
        if own.trim().is_empty() { other } else { own }
    }

    /// The question in each language it is put in.
    pub fn questions(&self) -> impl Iterator<Item = &str> {
        [self.fr.as_str(), self.en.as_str()].into_iter().filter(|text| !text.trim().is_empty())
    }
}

/// A named, typed value that a question brings to a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Lower-case letters, digits and `_`.
    pub name: String,
    /// What it may hold.
    pub kind: ParameterKind,
    /// Where its values are known from; required for text, so that a value is one the data holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<ColumnRef>,
    /// Used when the question names no value; without it such a question does not match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
}

/// What a parameter may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParameterKind {
    /// One of the values known for its column.
    Text,
    /// A whole number from 1 to 1,000,000,000.
    Integer,
    /// A year from 1900 to 2199.
    Year,
}

/// A verified query, or one that is to be, with what has become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptQuery {
    /// The target it asks.
    pub target: String,
    /// What it asks, and how.
    pub query: VerifiedQuery,
    /// Where it was written.
    pub source: QuerySource,
    /// How far it has come.
    pub state: QueryState,
    /// Grows with each change: a change is made to the version that was seen, or not at all.
    pub version: i64,
    /// Who proposed it.
    pub proposed: Option<Step>,
    /// Who approved it last.
    pub approved: Option<Step>,
    /// Who changed its words last.
    pub edited: Option<Step>,
    /// Who retired it, while it is.
    pub retired: Option<Step>,
    /// Why it does not hold any more, where it does not.
    pub fault: Option<QueryFault>,
    /// Whether a file has another of the same id, which is used instead.
    pub hidden: bool,
}

impl KeptQuery {
    /// Whether it answers questions.
    pub fn is_used(&self) -> bool {
        self.state == QueryState::Approved && self.fault.is_none() && !self.hidden
    }
}

/// Where a verified query was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum QuerySource {
    /// In the file of its target, which alone can change it.
    File,
    /// In a chat.
    Chat,
}

impl QuerySource {
    /// The word stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Chat => "chat",
        }
    }

    /// The source a stored word names.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::File, Self::Chat].into_iter().find(|source| source.word() == word)
    }
}

/// How far a verified query has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryState {
    /// Somebody would like it to be one.
    Proposed,
    /// It answers questions, as long as it holds.
    Approved,
    /// It answers no more.
    Retired,
}

impl QueryState {
    /// The word stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Approved => "approved",
            Self::Retired => "retired",
        }
    }

    /// The state a stored word names.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Proposed, Self::Approved, Self::Retired].into_iter().find(|state| state.word() == word)
    }
}

/// Who did something, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// Why a verified query does not hold any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryFault {
    /// The sentence in French.
    pub fr: String,
    /// The sentence in English.
    pub en: String,
    /// When it was first seen.
    pub since: Timestamp,
}

impl QueryFault {
    /// The sentence in a language.
    pub fn why(&self, locale: Locale) -> &str {
        match locale {
            Locale::Fr => &self.fr,
            Locale::En => &self.en,
        }
    }
}
