//! Reads the files in which stewards write verified queries.

mod check;
mod fault;

pub use fault::{Fault, Faults};
pub use pstral_core::knowledge::WhatIsWrong;

use pstral_core::domain::VerifiedQuery;
use serde::Serialize;
use toml::{Table, Value};

/// Reads the `[[query]]` tables of a file, in order. Every fault of the file is told, not only the first.
pub fn verified_queries(text: &str) -> Result<Vec<VerifiedQuery>, Faults> {
    let mut faults = Vec::new();
    let mut queries = Vec::new();
    for (place, entry) in entries(text)?.into_iter().enumerate() {
        let name = name(&entry, place);
        match entry.try_into::<VerifiedQuery>() {
            Ok(query) => {
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
        query: &'q [VerifiedQuery],
    }
    toml::to_string_pretty(&File { query: queries })
}

fn entries(text: &str) -> Result<Vec<Value>, Faults> {
    let file = |what: WhatIsWrong| Faults(vec![Fault::new("file", what)]);
    let mut table: Table = toml::from_str(text).map_err(|error| file(WhatIsWrong::Form(error.to_string())))?;
    let entries = match table.remove("query") {
        None => Vec::new(),
        Some(Value::Array(entries)) => entries,
        Some(_) => return Err(file(WhatIsWrong::NotAList)),
    };
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
