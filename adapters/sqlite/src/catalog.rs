//! The schema of a database as the guard and the prompt need it.

use std::path::Path;

use pstral_core::domain::{Catalog, CatalogColumn, Dialect, ForeignKey, Relation, RelationKind};
use pstral_core::ports::TargetError;
use pstral_reading::Brake;
use rusqlite::Connection;

use crate::counts::Counts;
use crate::fault::fault;
use crate::open;
use crate::schema::Named;

/// Reads the schema afresh. A view whose own statement no longer works is left out, and logged.
pub(crate) fn read(path: &Path, brake: &Brake) -> Result<Catalog, TargetError> {
    let (connection, found) = open::for_catalog(path, brake)?;
    let counts = Counts::read(&connection).map_err(|error| fault(&error, brake))?;
    let mut tables = Vec::with_capacity(found.len());
    for named in found {
        match relation(&connection, &named, &counts) {
            Ok(relation) => tables.push(relation),
            Err(error) => match fault(&error, brake) {
                TargetError::Rejected(reason) if named.view => {
                    tracing::warn!(view = named.name, reason, "a view cannot be read; it is left out of the catalog");
                }
                other => return Err(other),
            },
        }
    }
    Ok(Catalog::new(Dialect::Sqlite, "main", tables))
}

fn relation(connection: &Connection, named: &Named, counts: &Counts) -> rusqlite::Result<Relation> {
    let kind = if named.view { RelationKind::View } else { RelationKind::Table };
    let columns = columns(connection, &named.name)?;
    let relation = Relation {
        foreign_keys: foreign_keys(connection, &named.name)?,
        unique_keys: unique_keys(connection, &named.name)?,
        ..Relation::new("main", &named.name, kind, columns)
    };
    Ok(counts.with(relation))
}

/// Generated columns are read like any other.
fn columns(connection: &Connection, relation: &str) -> rusqlite::Result<Vec<CatalogColumn>> {
    let mut statement = connection.prepare_cached(
        "SELECT name, type, pk > 0 FROM pragma_table_xinfo(?1, 'main') WHERE hidden <> 1 ORDER BY cid",
    )?;
    let rows = statement.query_map([relation], |row| {
        let (name, data_type): (String, String) = (row.get(0)?, row.get(1)?);
        Ok(CatalogColumn { primary_key: row.get(2)?, ..CatalogColumn::new(&name, &data_type) })
    })?;
    rows.collect()
}

/// The columns of each unique index that holds for every row, unless it is the primary key's.
fn unique_keys(connection: &Connection, relation: &str) -> rusqlite::Result<Vec<Vec<String>>> {
    let mut statement = connection.prepare_cached(
        "SELECT i.name, c.name FROM pragma_index_list(?1, 'main') AS i, pragma_index_info(i.name, 'main') AS c \
         WHERE i.\"unique\" AND i.origin <> 'pk' AND NOT i.partial ORDER BY i.seq DESC, c.seqno",
    )?;
    let mut rows = statement.query([relation])?;
    let mut keys: Vec<(String, Vec<Option<String>>)> = Vec::new();
    while let Some(row) = rows.next()? {
        let (index, column): (String, Option<String>) = (row.get(0)?, row.get(1)?);
        match keys.last_mut() {
            Some((last, columns)) if *last == index => columns.push(column),
            _ => keys.push((index, vec![column])),
        }
    }
    // One over an expression has no columns to name.
    Ok(keys.into_iter().filter_map(|(_, columns)| columns.into_iter().collect()).collect())
}

/// A key that names no columns there points at the primary key.
fn foreign_keys(connection: &Connection, relation: &str) -> rusqlite::Result<Vec<ForeignKey>> {
    let mut statement = connection.prepare_cached(
        "SELECT k.id, k.\"table\", k.\"from\", coalesce(k.\"to\", (SELECT name FROM pragma_table_xinfo(k.\"table\", 'main') \
         WHERE pk = k.seq + 1), '') FROM pragma_foreign_key_list(?1, 'main') AS k ORDER BY k.id DESC, k.seq",
    )?;
    let mut rows = statement.query([relation])?;
    let (mut keys, mut last): (Vec<ForeignKey>, Option<i64>) = (Vec::new(), None);
    while let Some(row) = rows.next()? {
        let (id, from, to): (i64, String, String) = (row.get(0)?, row.get(2)?, row.get(3)?);
        match keys.last_mut() {
            Some(key) if last == Some(id) => {
                key.columns.push(from);
                key.references.push(to);
            }
            _ => keys.push(ForeignKey { columns: vec![from], relation: row.get(1)?, references: vec![to] }),
        }
        last = Some(id);
    }
    // The other table is missing or has no primary key.
    keys.retain(|key| key.references.iter().all(|column| !column.is_empty()));
    Ok(keys)
}
