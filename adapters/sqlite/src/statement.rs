//! One statement of someone else, prepared and run on its own connection.

use std::collections::BTreeMap;
use std::path::Path;

use pstral_core::domain::{LimitReached, Limits, Value};
use pstral_core::ports::TargetError;
use pstral_reading::{Brake, Outlet};
use rusqlite::{Connection, Statement};

use crate::declared::Declared;
use crate::fault::fault;
use crate::open;
use crate::parameters::bind;
use crate::shape::check_shape;

/// Prepares the one statement of `text`. A second one, even a harmless one, is refused before SQLite sees either.
pub(crate) fn prepare<'c>(connection: &'c Connection, text: &str, brake: &Brake) -> Result<Statement<'c>, TargetError> {
    check_shape(text).map_err(|fault| TargetError::Rejected(fault.to_owned()))?;
    let prepared = open::watch_preparing(connection, brake, || connection.prepare(text));
    let statement = prepared.map_err(|error| fault(&error, brake))?;
    // The authorizer has already said so; this is SQLite's own word on what it compiled.
    if statement.readonly() && statement.column_count() > 0 {
        Ok(statement)
    } else {
        Err(TargetError::Rejected("not a query".to_owned()))
    }
}

/// Runs a statement to its end, its limits or its brake, handing rows to `outlet`.
pub(crate) fn run(
    path: &Path,
    text: &str,
    values: &BTreeMap<String, Value>,
    limits: Limits,
    brake: &Brake,
    mut outlet: Outlet,
) -> Result<Option<LimitReached>, TargetError> {
    let (connection, _) = open::for_statements(path, brake)?;
    let mut statement = prepare(&connection, text, brake)?;
    bind(&mut statement, values, brake)?;
    let (names, declared): (Vec<String>, Vec<Declared>) =
        statement.columns().iter().map(|column| (column.name().to_owned(), Declared::of(column.decl_type()))).unzip();
    outlet.describe(names, declared.iter().map(|declared| declared.kind()).collect());

    let mut rows = statement.raw_query();
    let reached = loop {
        let Some(row) = rows.next().map_err(|error| fault(&error, brake))? else { break None };
        let mut cells = Vec::with_capacity(declared.len());
        for (index, declared) in declared.iter().enumerate() {
            let stored = row.get_ref(index).map_err(|error| fault(&error, brake))?;
            cells.push(declared.value(stored, limits.cell_bytes));
        }
        if let Some(reached) = outlet.push(cells)? {
            break Some(reached);
        }
    };
    outlet.finish()?;
    Ok(reached)
}
