//! Reads chain links directly from PostgreSQL's COPY output, to verify long logs: the driver used elsewhere creates a
//! value for every column, which takes most of the time of a verification.
//!
//! The form is PostgreSQL's binary one (<https://www.postgresql.org/docs/current/sql-copy.html>, "Binary Format").

use std::borrow::Cow;
use std::ops::Range;

use futures::TryStreamExt as _;
use pstral_core::domain::ChainLink;
use pstral_core::ports::StoreError;
use sqlx::PgPool;
use sqlx::postgres::PgPoolCopyExt as _;

use crate::audit_rows::{COLUMNS, Held, link, misplaced, place_of};
use crate::engine::Engine;
use crate::fault::fault;
use crate::nul;
use crate::rows::get;
use crate::sql::sql;

const ATTRIBUTES: &str = "SELECT attname::text AS name, atttypid::bigint AS kind FROM pg_catalog.pg_attribute
    WHERE attrelid = to_regclass('audit_events') AND attnum > 0 AND NOT attisdropped ORDER BY attnum";
/// The types of columns, by numbers that do not change (<https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat>).
const INT8: i64 = 20;
const TEXT: i64 = 25;
/// The signature at the start of every copy, before its flags and the length of the header extension.
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";

/// The links of one chain after a number up to another, in order.
pub(crate) async fn stretch(
    engine: &Engine,
    pool: &PgPool,
    instance: &str,
    (after, until): (i64, i64),
) -> Result<Vec<ChainLink>, StoreError> {
    let columns = Columns::of(engine).await?;
    let (names, chain) = (columns.names.join(", "), quoted(instance));
    let copy = format!(
        "COPY (SELECT {names} FROM audit_events WHERE instance = {chain} AND seq > {after} AND seq <= {until}
        ORDER BY seq) TO STDOUT (FORMAT binary)"
    );
    let mut pieces = pool.copy_out_raw(&copy).await.map_err(fault)?;
    let mut copied = Vec::new();
    while let Some(piece) = pieces.try_next().await.map_err(fault)? {
        copied.extend_from_slice(&piece);
    }
    links(&columns, instance, &copied)
}

/// A text as it stands in a statement, whatever the server takes a backslash for: COPY knows no parameters.
fn quoted(text: &str) -> String {
    format!("E'{}'", nul::held(text.to_owned()).replace('\\', "\\\\").replace('\'', "''"))
}

/// The columns of the audit that are there: one of an older version, which is only looked at, lacks some.
struct Columns {
    names: Vec<String>,
    kinds: Vec<i64>,
}

impl Columns {
    async fn of(engine: &Engine) -> Result<Self, StoreError> {
        let (mut names, mut kinds) = (Vec::new(), Vec::new());
        for row in sql(ATTRIBUTES).fetch_all(engine).await.map_err(fault)? {
            let name: String = get(&row, "name")?;
            if ["position", "sealed"].contains(&name.as_str()) || COLUMNS.contains(&name.as_str()) {
                names.push(name);
                kinds.push(get(&row, "kind")?);
            }
        }
        Ok(Self { names, kinds })
    }
}

fn links(columns: &Columns, instance: &str, copied: &[u8]) -> Result<Vec<ChainLink>, StoreError> {
    let mut reader = Reader { copied, at: 0 };
    reader.header().ok_or_else(unreadable)?;
    let (mut links, mut fields, mut buffer) = (Vec::new(), Vec::new(), Vec::new());
    while reader.row(&mut fields).ok_or_else(unreadable)? {
        if fields.len() != columns.names.len() {
            return Err(unreadable());
        }
        links.push(link(&Copied { columns, copy: copied, fields: &fields }, instance, &mut buffer)?);
    }
    Ok(links)
}

fn unreadable() -> StoreError {
    StoreError::Unavailable("it copied its rows in a form that is not known".to_owned())
}

/// Reads the copy from its start; nothing where it ends too early.
struct Reader<'a> {
    copied: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let taken = self.copied.get(self.at..)?.first_chunk()?;
        self.at += N;
        Some(*taken)
    }

    fn header(&mut self) -> Option<()> {
        let _flags =
            self.copied.starts_with(SIGNATURE).then(|| self.at = SIGNATURE.len()).and_then(|()| self.take::<4>())?;
        self.at += usize::try_from(u32::from_be_bytes(self.take()?)).ok()?;
        Some(())
    }

    /// Reads the positions of the next row's fields; false at the end, `None` if the bytes are not a valid copy.
    fn row(&mut self, fields: &mut Vec<Option<Range<usize>>>) -> Option<bool> {
        fields.clear();
        let Ok(count) = u16::try_from(i16::from_be_bytes(self.take()?)) else { return Some(false) };
        for _ in 0..count {
            let length = i32::from_be_bytes(self.take()?);
            fields.push(usize::try_from(length).ok().map(|length| self.at..self.at + length));
            if let Some(Some(field)) = fields.last() {
                self.at = field.end;
            }
        }
        (self.at <= self.copied.len()).then_some(true)
    }
}

/// A row within the copy.
struct Copied<'a> {
    columns: &'a Columns,
    copy: &'a [u8],
    fields: &'a [Option<Range<usize>>],
}

impl Copied<'_> {
    /// The bytes at a place, where the column is of a type.
    fn bytes(&self, at: usize, kind: i64) -> Result<Option<&[u8]>, StoreError> {
        let Some(Some(field)) = self.fields.get(at) else { return Ok(None) };
        let is_of_kind = self.columns.kinds.get(at) == Some(&kind);
        let bytes = self.copy.get(field.clone()).filter(|_| is_of_kind);
        bytes.map(Some).ok_or_else(|| self.misplaced(at))
    }

    fn misplaced(&self, at: usize) -> StoreError {
        misplaced(&self.columns.names, at)
    }
}

impl Held for Copied<'_> {
    fn place_of(&self, column: &str, from: usize) -> Option<usize> {
        place_of(&self.columns.names, column, from)
    }

    fn number(&self, at: usize) -> Result<Option<i64>, StoreError> {
        let Some(bytes) = self.bytes(at, INT8)? else { return Ok(None) };
        bytes.try_into().map(|bytes| Some(i64::from_be_bytes(bytes))).map_err(|_| self.misplaced(at))
    }

    fn text(&self, at: usize) -> Result<Option<Cow<'_, str>>, StoreError> {
        let Some(bytes) = self.bytes(at, TEXT)? else { return Ok(None) };
        str::from_utf8(bytes).map(|text| Some(nul::read(text))).map_err(|_| self.misplaced(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_that_ends_anywhere_is_no_copy() {
        let columns = Columns { names: vec!["position".to_owned()], kinds: vec![INT8] };
        let mut copied = [SIGNATURE, &[0; 8]].concat();
        copied.extend([0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 7]);
        copied.extend([0xff, 0xff]);
        let named = |copied: &[u8]| links(&columns, "one", copied).unwrap_err().to_string();
        // Whole, it is read as far as this entry goes, which lacks what every other column holds.
        assert!(named(&copied).contains("position 7"), "{}", named(&copied));
        for end in 0..copied.len() - 2 {
            assert!(named(&copied[..end]).contains("not known"), "{end}: {}", named(&copied[..end]));
        }
    }

    #[test]
    fn a_name_is_one_text_in_a_statement() {
        assert_eq!(quoted(r"a'; DROP TABLE \x"), r"E'a''; DROP TABLE \\x'");
    }
}
