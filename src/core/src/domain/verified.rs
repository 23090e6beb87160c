//! Questions with a statement a steward has approved.

use serde::{Deserialize, Serialize};

use super::ColumnRef;

/// A question in both languages with its approved statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifiedQuery {
    /// Short, unique within its target, such as `clients-of-city`.
    pub id: String,
    /// The question in French; `{name}` stands for a parameter.
    pub fr: String,
    /// The question in English; `{name}` stands for a parameter.
    pub en: String,
    /// One statement; `:name` stands for a parameter.
    pub statement: String,
    /// Every `:name` of the statement.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    /// Who approved it.
    pub verified_by: String,
    /// When, as `YYYY-MM-DD`.
    pub verified_on: String,
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
