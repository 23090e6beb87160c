//! Reads the files in which stewards write verified queries and business terms.

mod check;
mod fault;

pub use fault::{Fault, Faults};
pub use pstral_core::knowledge::WhatIsWrong;

use pstral_core::domain::{KeptQuery, Locale, VerifiedKind, VerifiedQuery};
use serde::Serialize;
use toml::{Table, Value};

/// Reads the `[[query]]` and `[[term]]` tables of a file, each in order. Every fault of the file is told, not only the first.
pub fn verified_queries(text: &str) -> Result<Vec<VerifiedQuery>, Faults> {
    let mut faults = Vec::new();
    let mut queries = Vec::new();
    for (place, (kind, entry)) in entries(text)?.into_iter().enumerate() {
        let name = name(&entry, place);
        match entry.try_into::<VerifiedQuery>() {
            Ok(query) => {
                let query = VerifiedQuery { kind, ..query };
                faults.extend(check::query(&query, &queries).into_iter().map(|what| Fault::new(&name, what)));
                queries.push(query);
            }
            Err(error) => faults.push(Fault::new(&name, WhatIsWrong::Form(error.message().to_owned()))),
        }
    }
    if faults.is_empty() { Ok(queries) } else { Err(Faults(faults)) }
}

/// The text of a file that holds these queries.
pub fn as_file(queries: &[VerifiedQuery]) -> Result<String, toml::ser::Error> {
    #[derive(Serialize)]
    struct File<'q> {
        #[serde(skip_serializing_if = "Vec::is_empty")]
        query: Vec<&'q VerifiedQuery>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        term: Vec<&'q VerifiedQuery>,
    }
    let (query, term) = queries.iter().partition(|query| query.kind == VerifiedKind::Question);
    toml::to_string_pretty(&File { query, term })
}

/// An entry as programs read it, with the reason why it is no longer valid in a language.
pub(crate) fn to_json(kept: &KeptQuery, locale: Locale) -> serde_json::Value {
    let KeptQuery { query, fault, .. } = kept;
    serde_json::json!({
        "target": kept.target, "id": query.id, "kind": query.kind.word(), "version": kept.version,
        "source": kept.source.word(), "state": kept.state.word(), "used": kept.is_used(), "hidden": kept.hidden,
        "fr": query.fr, "en": query.en, "also": query.also, "note": query.note, "statement": query.statement,
        "parameters": query.parameters, "verified_by": query.verified_by, "verified_on": query.verified_on,
        "fault": fault.as_ref().map(|fault| fault.why(locale)),
        "fault_since": fault.as_ref().map(|fault| fault.since.to_string()),
    })
}

fn entries(text: &str) -> Result<Vec<(VerifiedKind, Value)>, Faults> {
    let file = |what: WhatIsWrong| Faults(vec![Fault::new("file", what)]);
    let mut table: Table = toml::from_str(text).map_err(|error| file(WhatIsWrong::Form(error.to_string())))?;
    let mut entries = Vec::new();
    for (key, kind) in [("query", VerifiedKind::Question), ("term", VerifiedKind::Term)] {
        match table.remove(key) {
            None => {}
            Some(Value::Array(of_kind)) => entries.extend(of_kind.into_iter().map(|entry| (kind, entry))),
            Some(_) => return Err(file(WhatIsWrong::NotAList(key))),
        }
    }
    match table.keys().next() {
        Some(key) => Err(file(WhatIsWrong::UnknownKey(key.to_owned()))),
        None => Ok(entries),
    }
}

fn name(entry: &Value, place: usize) -> String {
    match entry.get("id").and_then(Value::as_str) {
        Some(id) => id.to_owned(),
        None => format!("entry {}", place + 1),
    }
}

#[cfg(test)]
mod questions;
#[cfg(test)]
mod tests;
