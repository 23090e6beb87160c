//! The audit as a file: JSON lines that hold it exactly, or CSV for spreadsheets.

use pstral_core::domain::AuditEntry;
use pstral_core::harmless;
use serde_json::Value as Json;

/// The form of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    Csv,
    Jsonl,
}

/// The columns of CSV.
const COLUMNS: [&str; 32] = [
    "instance",
    "seq",
    "at",
    "action",
    "status",
    "platform",
    "actor",
    "user",
    "ip",
    "place",
    "conversation",
    "proposal",
    "target",
    "relations",
    "statement",
    "statement_hash",
    "parameters",
    "verdict",
    "rule",
    "model",
    "prompt_hash",
    "cost",
    "rows",
    "duration_ms",
    "delivery",
    "detail",
    "error",
    "covers",
    "previous",
    "hash",
    "salt",
    "sealed",
];

impl Format {
    /// What stands before the first entry.
    pub(crate) fn head(self) -> anyhow::Result<Vec<u8>> {
        match self {
            Self::Csv => csv([COLUMNS.map(str::to_owned)]),
            Self::Jsonl => Ok(Vec::new()),
        }
    }

    /// Entries, a line or a record each.
    pub(crate) fn lines(self, entries: &[AuditEntry]) -> anyhow::Result<Vec<u8>> {
        match self {
            Self::Csv => csv(entries.iter().map(cells)),
            Self::Jsonl => {
                Ok(entries.iter().flat_map(|one| (harmless::json(&one.to_json()) + "\n").into_bytes()).collect())
            }
        }
    }
}

fn csv(records: impl IntoIterator<Item = [String; COLUMNS.len()]>) -> anyhow::Result<Vec<u8>> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    for record in records {
        csv.write_record(record)?;
    }
    Ok(csv.into_inner()?)
}

fn cells(entry: &AuditEntry) -> [String; COLUMNS.len()] {
    let json = entry.json();
    COLUMNS.map(|name| cell(&json[name]))
}

/// A member as a cell; text that would steer a terminal or that a spreadsheet would take for a formula is disarmed. What
/// must be exact is in the JSON lines.
fn cell(json: &Json) -> String {
    match json {
        Json::Null => String::new(),
        Json::String(text) => crate::files::harmless(&harmless::text(text)).into_owned(),
        other => other.to_string(),
    }
}
