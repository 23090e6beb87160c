//! Rows of the driver as values.

use std::io::{self, Read};

use oracledb::{Error, Lob, Metadata, OracleIntervalDS, OracleIntervalYM, OracleTimestamp, Row};
use pstral_core::domain::Value;

use super::fault::{fault, of_lob};
use crate::fault::Fault;
use crate::kind::Kind;
use crate::lob;
use crate::moment::{Moment, day_interval, month_interval};
use crate::number::number;
use crate::session::{Cursor, Described, Named};

/// Bytes that a reader keeps for each unit of a text.
const UNIT: usize = 3;

/// A query that runs.
pub(super) struct Rows {
    read: oracledb::Cursor,
    columns: Vec<Described>,
    cell_bytes: usize,
}

impl Rows {
    /// Over a result whose columns can all be read, or left unread.
    pub(super) fn new(read: oracledb::Cursor, cell_bytes: usize) -> Self {
        let described = |column: &Metadata| Described { name: column.name().to_owned(), kind: kind(column) };
        let columns = read.columns().iter().map(described).collect();
        Self { read, columns, cell_bytes }
    }
}

impl Cursor for Rows {
    fn columns(&self) -> &[Described] {
        &self.columns
    }

    fn next(&mut self) -> Result<Option<Vec<Value>>, Fault> {
        let Some(row) = self.read.next() else { return Ok(None) };
        let mut row = row.map_err(|error| fault(&error))?;
        let cells = self.columns.iter().enumerate();
        cells.map(|(at, column)| value(&mut row, at, &column.kind, self.cell_bytes)).collect::<Result<_, _>>().map(Some)
    }
}

/// How a column is read.
fn kind(column: &Metadata) -> Kind {
    match column.db_type().name().trim_start_matches("DB_TYPE_") {
        "VARCHAR" | "NVARCHAR" | "CHAR" | "NCHAR" | "ROWID" | "UROWID" => Kind::Text,
        "NUMBER" => Kind::Number { decimals: u8::try_from(column.scale()).unwrap_or(0) },
        "BINARY_INTEGER" => Kind::Number { decimals: 0 },
        "BINARY_FLOAT" | "BINARY_DOUBLE" => Kind::Real,
        "DATE" => Kind::Date,
        // The second comes in the session's zone, which is the database's.
        "TIMESTAMP" | "TIMESTAMP_LTZ" => Kind::Timestamp,
        "INTERVAL_DS" | "INTERVAL_YM" => Kind::Interval,
        "RAW" => Kind::Bytes,
        "CLOB" | "NCLOB" => Kind::Clob,
        "BLOB" => Kind::Blob,
        "BOOLEAN" => Kind::Boolean,
        _ => Kind::Unsupported(column.data_type()),
    }
}

/// The number in `DBMS_SQL` of a type that is read in a frame or not at all; 1, which is read, stands for the others.
fn code(column: &Metadata) -> u32 {
    match column.db_type().name().trim_start_matches("DB_TYPE_") {
        "LONG" | "LONG_NVARCHAR" => 8,
        "LONG_RAW" => 24,
        "CURSOR" => 102,
        "OBJECT" | "XMLTYPE" => 109,
        "JSON" => 119,
        "VECTOR" => 127,
        "UNKNOWN" => 0,
        _ => 1,
    }
}

/// The columns as a frame wants them. The driver takes the offset from a `TIMESTAMP WITH TIME ZONE`.
pub(super) fn named(columns: &[Metadata]) -> Vec<Named> {
    let one = |column: &Metadata| Named {
        name: column.name().to_owned(),
        code: code(column),
        type_name: column.data_type(),
        as_text: column.db_type().name() == "DB_TYPE_TIMESTAMP_TZ",
    };
    columns.iter().map(one).collect()
}

fn value(row: &mut Row, at: usize, kind: &Kind, cell_bytes: usize) -> Result<Value, Fault> {
    let read = match kind {
        Kind::Unsupported(name) => Ok(Some(Value::Unsupported(name.clone()))),
        Kind::Clob | Kind::Blob => return large(row, at, kind, cell_bytes),
        kind => plain(row, at, kind),
    };
    read.map(|value| value.unwrap_or(Value::Null)).map_err(|error| fault(&error))
}

fn plain(row: &mut Row, at: usize, kind: &Kind) -> Result<Option<Value>, Error> {
    let column = row.columns()[at].db_type().name().to_owned();
    Ok(match kind {
        Kind::Number { decimals } => row.get::<Option<String>>(at)?.map(|text| number(&text, *decimals)),
        // The shortest text of a float of 32 bits is what people wrote.
        Kind::Real if column == "DB_TYPE_BINARY_FLOAT" => {
            row.get::<Option<f32>>(at)?.map(|real| real.to_string().parse().map_or(Value::Null, Value::Real))
        }
        Kind::Real => row.get::<Option<f64>>(at)?.map(Value::Real),
        Kind::Date => row.get::<Option<OracleTimestamp>>(at)?.map(|time| moment(&time).date()),
        Kind::Timestamp | Kind::Zoned => row.get::<Option<OracleTimestamp>>(at)?.map(|time| moment(&time).timestamp()),
        Kind::Interval if column == "DB_TYPE_INTERVAL_YM" => {
            row.get::<Option<OracleIntervalYM>>(at)?.map(|span| month_interval(span.years(), span.months().into()))
        }
        Kind::Interval => row.get::<Option<OracleIntervalDS>>(at)?.map(|span| {
            let [hours, minutes, seconds] = [span.hours(), span.minutes(), span.seconds()].map(i32::from);
            day_interval(span.days(), hours, minutes, seconds, span.nanoseconds())
        }),
        Kind::Bytes => row.take::<Option<Vec<u8>>>(at)?.map(Value::Bytes),
        Kind::Boolean => row.get::<Option<bool>>(at)?.map(Value::Boolean),
        _ => row.take::<Option<String>>(at)?.map(Value::Text),
    })
}

/// A large object, as far as a cell may be long.
fn large(row: &mut Row, at: usize, kind: &Kind, cell_bytes: usize) -> Result<Value, Fault> {
    let Some(mut locator) = row.take::<Option<Lob>>(at).map_err(|error| fault(&error))? else {
        return Ok(Value::Null);
    };
    let size = locator.get_size().map_err(|error| fault(&error))? as u64;
    let read = match kind {
        Kind::Clob => lob::text(Characters(locator), size, cell_bytes).map(Value::Text),
        _ => lob::bytes(locator, size, cell_bytes).map(Value::Bytes),
    };
    read.map_err(|error| of_lob(&error))
}

/// A text that is read. The driver ends a portion between the two units of a character of four bytes, too, and then gives
/// up (<https://github.com/oracle/rust-oracledb/issues/18>): a portion of one unit less ends before it.
struct Characters<R>(R);

impl<R: Read> Read for Characters<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::InvalidData && buffer.len() > 2 * UNIT => {
                let shorter = buffer.len() - UNIT;
                self.0.read(&mut buffer[..shorter])
            }
            other => other,
        }
    }
}

fn moment(time: &OracleTimestamp) -> Moment {
    Moment {
        year: time.year().into(),
        month: time.month().into(),
        day: time.day().into(),
        hour: time.hour().into(),
        minute: time.minute().into(),
        second: time.second().into(),
        nanosecond: time.nanoseconds(),
        offset: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails where a portion has an odd number of units, as the driver does with characters of two.
    struct Pairs(usize);

    impl Read for Pairs {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let units = (buffer.len() / UNIT).min(self.0);
            if !units.is_multiple_of(2) {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "lone surrogate found"));
            }
            self.0 -= units;
            let text = "😀".repeat(units / 2);
            buffer[..text.len()].copy_from_slice(text.as_bytes());
            Ok(text.len())
        }
    }

    #[test]
    fn no_character_is_cut_in_two() {
        for most in [10, 4096, 16_384, 100_000] {
            let text = lob::text(Characters(Pairs(60_000)), 60_000, most).unwrap();
            assert!(text.len() >= most && text.chars().all(|one| one == '😀'), "{most}");
        }
    }
}
