//! The distinct values of a column.

use std::path::Path;

use pstral_core::domain::ColumnRef;
use pstral_core::ports::TargetError;
use pstral_reading::Brake;

use crate::fault::fault;
use crate::open;
use crate::schema::quoted;

/// Characters of a value at most: longer ones are prose, which no question quotes.
const LONGEST: usize = 200;

/// At most `limit` values as text in their order, without nulls, blobs and long ones.
pub(crate) fn read(path: &Path, column: &ColumnRef, limit: usize, brake: &Brake) -> Result<Vec<String>, TargetError> {
    let unknown = || TargetError::Rejected(format!("there is no column {}.{}", column.relation, column.column));
    let (connection, found) = open::for_catalog(path, brake)?;
    let relation = found.iter().find(|named| named.name.eq_ignore_ascii_case(&column.relation)).ok_or_else(unknown)?;
    let name: Option<String> = connection
        .prepare("SELECT name FROM pragma_table_xinfo(?1, 'main') WHERE name = ?2 COLLATE NOCASE AND hidden <> 1")
        .and_then(|mut names| names.query_map([&relation.name, &column.column], |row| row.get(0))?.next().transpose())
        .map_err(|error| fault(&error, brake))?;
    let (cell, relation) = (quoted(&name.ok_or_else(unknown)?), quoted(&relation.name));

    // The catalog's names, but a view's statement is its author's: it runs under the authorizer too.
    let (connection, _) = open::for_statements(path, brake)?;
    let select = format!(
        "SELECT DISTINCT CAST({cell} AS TEXT) FROM main.{relation} WHERE typeof({cell}) NOT IN ('null', 'blob') \
         AND length({cell}) <= {LONGEST} ORDER BY 1 LIMIT {limit}"
    );
    let read = || -> rusqlite::Result<Vec<String>> {
        let mut statement = connection.prepare(&select)?;
        let mut rows = statement.query([])?;
        let mut values = Vec::new();
        while let Some(row) = rows.next()? {
            values.push(String::from_utf8_lossy(row.get_ref(0)?.as_bytes()?).into_owned());
        }
        Ok(values)
    };
    read().map_err(|error| fault(&error, brake))
}
