//! Values as the texts that SQLite makes of them.

use std::sync::Mutex;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Result};

use super::Bytes;

/// Converts for the database of one connection.
pub(super) struct Texts {
    /// As `PRAGMA encoding` names it: a blob taken for a text is read in the encoding of its database.
    encoding: String,
    /// An empty database, opened when first needed, whose SQLite converts what only SQLite can convert alike.
    other: Mutex<Option<Connection>>,
}

impl Texts {
    pub(super) fn like_those_of(connection: &Connection) -> Result<Self> {
        let encoding = connection.query_row("PRAGMA encoding", [], |row| row.get(0))?;
        Ok(Self { encoding, other: Mutex::new(None) })
    }

    /// The text, which need not be valid UTF-8; none of NULL.
    pub(super) fn of<'v>(&self, value: ValueRef<'v>) -> Result<Option<Bytes<'v>>> {
        match value {
            ValueRef::Null => Ok(None),
            ValueRef::Text(bytes) => Ok(Some(bytes.into())),
            ValueRef::Blob(bytes) if self.encoding == "UTF-8" => Ok(Some(bytes.into())),
            ValueRef::Integer(number) => Ok(Some(number.to_string().into_bytes().into())),
            ValueRef::Real(_) | ValueRef::Blob(_) => Ok(Some(self.cast(value)?.into())),
        }
    }

    fn cast(&self, value: ValueRef<'_>) -> Result<Vec<u8>> {
        let mut other = self.other.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let connection = match &mut *other {
            Some(connection) => connection,
            none => {
                let connection = Connection::open_in_memory()?;
                connection.pragma_update(None, "encoding", &self.encoding)?;
                none.insert(connection)
            }
        };
        let mut cast = connection.prepare_cached("SELECT CAST(?1 AS TEXT)")?;
        cast.query_row([ToSqlOutput::Borrowed(value)], |row| Ok(row.get_ref(0)?.as_bytes()?.to_vec()))
    }
}
