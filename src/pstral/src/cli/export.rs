//! The audit as a file: JSON lines that hold it exactly, or CSV for spreadsheets.

use std::io::{BufWriter, Write};

use clap::ValueEnum;
use pstral_core::domain::AuditEntry;
use pstral_core::harmless;
use pstral_core::ports::{AuditFilter, AuditFound, AuditLog as _, Towards};
use pstral_store::Store;
use serde_json::Value as Json;

use super::audit::PAGE;
use super::new_file::NewFile;

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Format {
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

/// Writes entries to a file, or to standard output: how many. `None` when the reader has left, as `head` does, which is
/// no error.
pub(super) async fn write(
    store: &Store,
    filter: &AuditFilter,
    format: Format,
    output: Option<NewFile>,
) -> anyhow::Result<Option<u64>> {
    let mut out: Box<dyn Write> = match &output {
        Some(file) => Box::new(BufWriter::new(file.writer()?)),
        None => Box::new(std::io::stdout().lock()),
    };
    match write_pages(store, filter, format, &mut out).await {
        Ok(written) => {
            drop(out);
            output.map_or(Ok(()), NewFile::keep)?;
            Ok(Some(written))
        }
        Err(error) if is_broken_pipe(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn write_pages(store: &Store, filter: &AuditFilter, format: Format, out: &mut dyn Write) -> anyhow::Result<u64> {
    if let Format::Csv = format {
        out.write_all(&csv([COLUMNS.map(str::to_owned)])?)?;
    }
    let (mut from, mut written) = (None, 0);
    loop {
        let AuditFound { entries, further } = store.page(filter, from, Towards::Newer, PAGE).await?;
        written += entries.len() as u64;
        match format {
            Format::Csv => out.write_all(&csv(entries.iter().map(cells))?)?,
            Format::Jsonl => {
                for entry in &entries {
                    writeln!(out, "{}", harmless::json(&entry.to_json()))?;
                }
            }
        }
        from = further;
        if from.is_none() {
            break;
        }
    }
    out.flush()?;
    Ok(written)
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

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
