//! A conversation as a file holds it: whole, and readable without Pstral.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{Origin, ShownTable, Value};

/// A conversation with everything its user was shown. Times are RFC 3339, UTC.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Transcript {
    /// The number people call it by.
    pub conversation: i64,
    /// Empty where there was no question yet.
    pub title: String,
    /// The assumed subject of its questions, in the word that people type.
    pub mode: &'static str,
    /// The databases asked, in alphabetical order.
    pub targets: Vec<String>,
    /// The username of whose it is.
    pub username: String,
    /// Their name.
    pub full_name: String,
    /// The platform it is held on.
    pub platform: String,
    /// True if only they read it.
    pub private: bool,
    /// The time of its beginning.
    pub started_at: Timestamp,
    /// The time of the export.
    pub exported_at: Timestamp,
    /// The oldest first.
    pub turns: Vec<TranscriptTurn>,
}

/// One message of a [`Transcript`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TranscriptTurn {
    /// The time of its beginning.
    pub at: Timestamp,
    /// `user` or `assistant`.
    pub speaker: &'static str,
    /// `complete`, `stopped`, `interrupted`, `failed`, or `streaming` where it is still being written.
    pub state: &'static str,
    /// The text.
    pub text: String,
    /// The statement it offers or runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<TranscriptStatement>,
    /// The rows it showed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<ShownTable>,
}

/// A statement of a [`TranscriptTurn`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TranscriptStatement {
    /// The name of its proposal, by which the audit knows it.
    pub proposal: String,
    /// The database it is for.
    pub target: String,
    /// `pending`, `used` or `refused`.
    pub state: &'static str,
    /// The author of the statement.
    pub origin: Origin,
    /// Exactly as it runs.
    pub text: String,
    /// The values of its named parameters.
    pub parameters: BTreeMap<String, Value>,
}
