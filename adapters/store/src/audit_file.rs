//! Reads chain links directly from a SQLite file, to verify long logs: the driver used elsewhere passes and copies
//! every value through a thread, which takes most of the time of a verification.

use std::borrow::Cow;

use pstral_core::domain::ChainLink;
use pstral_core::ports::StoreError;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row, named_params};

use crate::audit_rows::{Held, link, misplaced, place_of};
use crate::engine::SqliteFile;

/// Reads what a statement with the parameters `:instance`, `:after` and `:until` yields.
pub(crate) fn stretch(
    file: &SqliteFile,
    select: &str,
    instance: &str,
    (after, until): (i64, i64),
) -> Result<Vec<ChainLink>, StoreError> {
    let connection = open(file).map_err(unreadable)?;
    let mut statement = connection.prepare(select).map_err(unreadable)?;
    let names: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    let values = named_params! { ":instance": instance, ":after": after, ":until": until };
    let mut rows = statement.query(values).map_err(unreadable)?;
    let (mut links, mut buffer) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next().map_err(unreadable)? {
        links.push(link(&Fields { row, names: &names }, instance, &mut buffer)?);
    }
    Ok(links)
}

fn open(file: &SqliteFile) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(file.uri(), flags)?;
    connection.busy_timeout(crate::open::PATIENCE)?;
    Ok(connection)
}

/// A row, and the names of its columns.
struct Fields<'a> {
    row: &'a Row<'a>,
    names: &'a [String],
}

impl Fields<'_> {
    fn misplaced(&self, at: usize) -> StoreError {
        misplaced(self.names, at)
    }
}

impl Held for Fields<'_> {
    fn place_of(&self, column: &str, from: usize) -> Option<usize> {
        place_of(self.names, column, from)
    }

    fn number(&self, at: usize) -> Result<Option<i64>, StoreError> {
        match self.row.get_ref(at).map_err(unreadable)? {
            ValueRef::Null => Ok(None),
            ValueRef::Integer(number) => Ok(Some(number)),
            _ => Err(self.misplaced(at)),
        }
    }

    fn text(&self, at: usize) -> Result<Option<Cow<'_, str>>, StoreError> {
        match self.row.get_ref(at).map_err(unreadable)? {
            ValueRef::Null => Ok(None),
            ValueRef::Text(text) => {
                str::from_utf8(text).map(|text| Some(Cow::Borrowed(text))).map_err(|_| self.misplaced(at))
            }
            _ => Err(self.misplaced(at)),
        }
    }
}

/// Converts an error of a file that could be opened: its content cannot be read any more, or not now.
#[expect(clippy::needless_pass_by_value, reason = "map_err gives the error away")]
fn unreadable(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => {
            StoreError::Corrupt(error.to_string())
        }
        _ => StoreError::Unavailable(error.to_string()),
    }
}
