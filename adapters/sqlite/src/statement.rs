//! One statement of someone else, prepared and run on its own connection.

use std::collections::BTreeMap;
use std::path::Path;

use pstral_core::domain::{Limits, Value};
use pstral_core::ports::{LimitReached, TargetError};
use rusqlite::{Connection, Statement};

use crate::brake::Brake;
use crate::declared::{Declared, weight};
use crate::fault::fault;
use crate::open;
use crate::outlet::Outlet;
use crate::parameters::bind;
use crate::shape::check_shape;

/// Prepares the one statement of `text`. A second one, even a harmless one, is refused before SQLite sees either.
pub(crate) fn prepare<'c>(connection: &'c Connection, text: &str, brake: &Brake) -> Result<Statement<'c>, TargetError> {
    check_shape(text).map_err(|fault| TargetError::Rejected(fault.to_owned()))?;
    let statement = connection.prepare(text).map_err(|error| fault(&error, brake))?;
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
    brake.hold(&connection);
    let mut statement = prepare(&connection, text, brake)?;
    bind(&mut statement, values, brake)?;
    let (names, declared): (Vec<String>, Vec<Declared>) =
        statement.columns().iter().map(|column| (column.name().to_owned(), Declared::of(column.decl_type()))).unzip();
    outlet.describe(names, declared.clone());

    let (mut delivered, mut bytes) = (0, 0);
    let mut rows = statement.raw_query();
    let reached = loop {
        let Some(row) = rows.next().map_err(|error| fault(&error, brake))? else { break None };
        if delivered == limits.rows {
            break Some(LimitReached::Rows);
        }
        let mut cells = Vec::with_capacity(declared.len());
        for (index, declared) in declared.iter().enumerate() {
            let stored = row.get_ref(index).map_err(|error| fault(&error, brake))?;
            cells.push(declared.value(stored, limits.cell_bytes));
        }
        let size: usize = cells.iter().map(weight).sum();
        bytes += size as u64;
        if bytes > limits.bytes {
            break Some(LimitReached::Bytes);
        }
        delivered += 1;
        outlet.push(cells, size)?;
    };
    outlet.finish()?;
    Ok(reached)
}
