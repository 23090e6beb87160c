//! Values as the texts that SQLite makes of them.

use std::sync::{Mutex, PoisonError};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result};

use super::Bytes;

/// Converts for the database of one connection.
pub(super) struct Texts {
    /// A blob taken for a text is read in the encoding of its database.
    encoding: Encoding,
    /// An empty database, opened when first needed: only SQLite writes a number as SQLite does.
    other: Mutex<Option<Connection>>,
}

enum Encoding {
    Utf8,
    Utf16(fn([u8; 2]) -> u16),
}

impl Texts {
    pub(super) fn like_those_of(connection: &Connection) -> Result<Self> {
        let name: String = connection.query_row("PRAGMA encoding", [], |row| row.get(0))?;
        let encoding = match name.as_str() {
            "UTF-16le" => Encoding::Utf16(u16::from_le_bytes),
            "UTF-16be" => Encoding::Utf16(u16::from_be_bytes),
            _ => Encoding::Utf8,
        };
        Ok(Self { encoding, other: Mutex::new(None) })
    }

    /// The text, which need not be valid UTF-8; none of NULL.
    pub(super) fn of<'v>(&self, value: ValueRef<'v>) -> Result<Option<Bytes<'v>>> {
        Ok(match (value, &self.encoding) {
            (ValueRef::Null, _) => None,
            (ValueRef::Text(bytes), _) | (ValueRef::Blob(bytes), Encoding::Utf8) => Some(bytes.into()),
            (ValueRef::Blob(bytes), Encoding::Utf16(unit)) => {
                let units = bytes.as_chunks().0.iter().map(|pair| unit(*pair));
                let text: String =
                    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
                Some(text.into_bytes().into())
            }
            (ValueRef::Integer(number), _) => Some(number.to_string().into_bytes().into()),
            (ValueRef::Real(number), _) => Some(self.written(number)?.into()),
        })
    }

    fn written(&self, number: f64) -> Result<Vec<u8>> {
        let mut other = self.other.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = match &mut *other {
            Some(connection) => connection,
            none => none.insert(Connection::open_in_memory()?),
        };
        let mut cast = connection.prepare_cached("SELECT CAST(?1 AS TEXT)")?;
        cast.query_row([number], |row| Ok(row.get_ref(0)?.as_bytes()?.to_vec()))
    }
}
