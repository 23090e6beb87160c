//! The distinct values of a column.

use std::path::Path;

use pstral_core::domain::ColumnPath;
use pstral_core::ports::TargetError;
use pstral_reading::Brake;

use crate::fault::fault;
use crate::open;
use crate::schema::quoted;

/// Characters of a value at most: longer ones are prose, which no question quotes.
const LONGEST: usize = 200;

/// At most `limit` values as text in their order, without nulls, blobs and long ones.
pub(crate) fn read(path: &Path, column: &ColumnPath, limit: usize, brake: &Brake) -> Result<Vec<String>, TargetError> {
    let (connection, found) = open::for_statements(path, brake)?;
    if !found.iter().any(|named| named.name == column.relation) {
        return Err(TargetError::Rejected(format!("there is no column {column}")));
    }
    let (cell, relation) = (quoted(&column.column), quoted(&column.relation));
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
