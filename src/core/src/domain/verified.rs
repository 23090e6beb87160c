//! Questions and business terms with a statement that a steward has approved.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::words::words;
use super::{ColumnRef, Locale, UserId};

/// A question with its approved statement, or a business term with the statement that defines it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifiedQuery {
    /// A question or a term. A file says it by the name of the table, `[[query]]` or `[[term]]`.
    #[serde(skip)]
    pub kind: VerifiedKind,
    /// Short, unique within its target, such as `clients-of-city`.
    pub id: String,
    /// The question in French; `{name}` stands for a parameter. Empty where nobody has put it in French.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub fr: String,
    /// The question in English; `{name}` stands for a parameter. Empty where nobody has put it in English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub en: String,
    /// Other wordings of the question, in either language, that the steward vouches for as well. A parameter that has a
    /// default may be left out of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// The remark that explains a term to people, such as its unit; empty for a question.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// One statement; `:name` stands for a parameter.
    pub statement: String,
    /// Every `:name` of the statement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
    /// The user who approved it; empty if it is not approved.
    pub verified_by: String,
    /// The day of the approval, as `YYYY-MM-DD`; empty if it is not approved.
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

    /// The question in each language it is put in, and its other wordings.
    pub fn wordings(&self) -> impl Iterator<Item = &str> {
        self.questions().chain(self.also.iter().map(String::as_str))
    }
}

words! {
    /// The kind of a verified entry.
    #[derive(Default)]
    VerifiedKind {
        /// A question, which the statement answers.
        #[default]
        Question = "question",
        /// A business term, which the statement defines: the model follows it where a question uses the term.
        Term = "term",
    }
}

/// A named, typed value that a question brings to a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Lower-case letters, digits and `_`.
    pub name: String,
    /// The type of its values.
    pub kind: ParameterKind,
    /// The column that its values come from; required for text, so that a value is one the data holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<ColumnRef>,
    /// Used when the question names no value; without it such a question does not match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
}

words! {
    /// The type of a parameter's values.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    ParameterKind {
        /// One of the values known for its column.
        Text = "text",
        /// A whole number from 1 to 1,000,000,000.
        Integer = "integer",
        /// A year from 1900 to 2199.
        Year = "year",
    }
}

/// A verified query, or one that is to be, with what has become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptQuery {
    /// The target it asks.
    pub target: String,
    /// The question and the statement.
    pub query: VerifiedQuery,
    /// The place where it was written.
    pub source: QuerySource,
    /// The state.
    pub state: QueryState,
    /// Grows with each change: a change is made to the version that was seen, or not at all.
    pub version: i64,
    /// The user who proposed it, and the time.
    pub proposed: Option<Step>,
    /// The user who approved it last, and the time.
    pub approved: Option<Step>,
    /// The user who last edited it, and the time.
    pub edited: Option<Step>,
    /// The user who retired it, and the time, while it is retired.
    pub retired: Option<Step>,
    /// The reason why it is no longer valid, if it is not.
    pub fault: Option<QueryFault>,
    /// True if a file has another one of the same id, which is used instead.
    pub hidden: bool,
}

impl KeptQuery {
    /// One that somebody has just proposed in a chat.
    pub(crate) fn proposed(target: &str, query: VerifiedQuery, step: Step) -> Self {
        Self {
            target: target.to_owned(),
            query,
            source: QuerySource::Chat,
            state: QueryState::Proposed,
            version: 1,
            proposed: Some(step),
            approved: None,
            edited: None,
            retired: None,
            fault: None,
            hidden: false,
        }
    }

    /// Checks whether it is used to answer questions.
    pub fn is_used(&self) -> bool {
        self.state == QueryState::Approved && self.fault.is_none() && !self.hidden
    }
}

words! {
    /// The place where a verified query was written.
    #[derive(PartialOrd, Ord)]
    QuerySource {
        /// In the file of its target, which alone can change it.
        File = "file",
        /// In a chat.
        Chat = "chat",
    }
}

words! {
    /// The state of a verified query.
    QueryState {
        /// Proposed, and not decided yet.
        Proposed = "proposed",
        /// Approved: it answers questions while it is valid.
        Approved = "approved",
        /// Retired: it answers no more questions.
        Retired = "retired",
    }
}

/// A user's action and its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The user.
    pub by: UserId,
    /// The time.
    pub at: Timestamp,
}

/// The reason why a verified query is no longer valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryFault {
    /// The sentence in French.
    pub fr: String,
    /// The sentence in English.
    pub en: String,
    /// The time at which it was first found.
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
