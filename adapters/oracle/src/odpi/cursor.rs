//! Rows of the driver as values.

use std::io::Read;

use oracle::sql_type::{Blob, Clob, IntervalDS, IntervalYM, Lob, Nclob, OracleType, Timestamp};
use oracle::{ResultSet, Row, SqlValue};
use pstral_core::domain::Value;

use crate::error::{Code, OracleError};
use crate::kind::Kind;
use crate::lob;
use crate::moment::{Moment, day_interval, month_interval};
use crate::number::number;
use crate::session::{Cursor, ResultColumn};

/// A query that runs.
pub(super) struct Rows {
    read: ResultSet<'static, Row>,
    columns: Vec<ResultColumn>,
    cell_bytes: usize,
}

impl Rows {
    /// Creates a cursor; `kinds` has one entry per column.
    pub(super) fn new(rows: ResultSet<'static, Row>, kinds: Vec<Kind>, cell_bytes: usize) -> Self {
        let names = rows.column_info().iter().map(|column| column.name().to_owned());
        let columns = names.zip(kinds).map(|(name, kind)| ResultColumn { name, kind }).collect();
        Self { read: rows, columns, cell_bytes }
    }
}

impl Cursor for Rows {
    fn columns(&self) -> &[ResultColumn] {
        &self.columns
    }

    fn next(&mut self) -> Result<Option<Vec<Value>>, OracleError> {
        let Some(row) = self.read.next() else { return Ok(None) };
        let row = row?;
        let cells = self.columns.iter().zip(row.sql_values());
        cells.map(|(column, cell)| value(cell, &column.kind, self.cell_bytes)).collect::<Result<_, _>>().map(Some)
    }
}

/// Types that come whole into memory, however long they are.
pub(super) fn whole(kind: &OracleType) -> bool {
    matches!(kind, OracleType::Long | OracleType::LongRaw | OracleType::Xml)
}

/// Returns the way in which a column of that type is read.
pub(super) fn kind(kind: &OracleType) -> Kind {
    match kind {
        OracleType::Varchar2(_)
        | OracleType::NVarchar2(_)
        | OracleType::Char(_)
        | OracleType::NChar(_)
        | OracleType::Rowid => Kind::Text,
        OracleType::Number(_, scale) => Kind::Number { decimals: u8::try_from(*scale).unwrap_or(0) },
        // Oracle's FLOAT is a NUMBER whose digits are counted in bits.
        OracleType::Float(_) | OracleType::Int64 | OracleType::UInt64 => Kind::Number { decimals: 0 },
        OracleType::BinaryFloat | OracleType::BinaryDouble => Kind::Real,
        OracleType::Date => Kind::Date,
        OracleType::Timestamp(_) => Kind::Timestamp,
        OracleType::TimestampTZ(_) | OracleType::TimestampLTZ(_) => Kind::Zoned,
        OracleType::IntervalDS(..) | OracleType::IntervalYM(_) => Kind::Interval,
        OracleType::Raw(_) => Kind::Bytes,
        OracleType::CLOB | OracleType::NCLOB => Kind::Clob,
        OracleType::BLOB => Kind::Blob,
        OracleType::Boolean => Kind::Boolean,
        other => Kind::Unsupported(other.to_string()),
    }
}

fn value(cell: &SqlValue<'_>, kind: &Kind, cell_bytes: usize) -> Result<Value, OracleError> {
    if let Kind::Unsupported(name) = kind {
        return Ok(Value::Unsupported(name.clone()));
    }
    if cell.is_null()? {
        return Ok(Value::Null);
    }
    match kind {
        Kind::Clob => text_of(cell, cell_bytes),
        Kind::Blob => {
            let locator = cell.get::<Blob>()?;
            let length = locator.size()?;
            lob::bytes(locator, length, cell_bytes).map(Value::Bytes).map_err(|error| of_lob(&error))
        }
        kind => Ok(plain(cell, kind)?),
    }
}

fn plain(cell: &SqlValue<'_>, kind: &Kind) -> oracle::Result<Value> {
    Ok(match kind {
        Kind::Number { decimals } => number(&cell.get::<String>()?, *decimals),
        // The shortest text of a float of 32 bits is what people wrote; of 64 bits, it is the same number.
        Kind::Real if cell.oracle_type()? == &OracleType::BinaryFloat => {
            cell.get::<f32>()?.to_string().parse().map_or(Value::Null, Value::Real)
        }
        Kind::Real => Value::Real(cell.get()?),
        Kind::Date => moment(&cell.get::<Timestamp>()?, false).date(),
        Kind::Timestamp => moment(&cell.get::<Timestamp>()?, false).timestamp(),
        Kind::Zoned => moment(&cell.get::<Timestamp>()?, true).timestamp(),
        Kind::Interval if matches!(cell.oracle_type()?, OracleType::IntervalYM(_)) => {
            let interval: IntervalYM = cell.get()?;
            month_interval(interval.years(), interval.months())
        }
        Kind::Interval => {
            let all: IntervalDS = cell.get()?;
            day_interval(all.days(), all.hours(), all.minutes(), all.seconds(), all.nanoseconds())
        }
        Kind::Bytes => Value::Bytes(cell.get()?),
        Kind::Boolean => Value::Boolean(cell.get()?),
        _ => Value::Text(cell.get()?),
    })
}

fn text_of(cell: &SqlValue<'_>, cell_bytes: usize) -> Result<Value, OracleError> {
    let national = matches!(cell.oracle_type(), Ok(OracleType::NCLOB));
    if national { text_in(cell.get::<Nclob>()?, cell_bytes) } else { text_in(cell.get::<Clob>()?, cell_bytes) }
}

fn text_in(locator: impl Lob + Read, cell_bytes: usize) -> Result<Value, OracleError> {
    let units = locator.size()?;
    lob::text(locator, units, cell_bytes).map(Value::Text).map_err(|error| of_lob(&error))
}

/// The driver wraps its own error in one of reading.
fn of_lob(error: &std::io::Error) -> OracleError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<oracle::Error>()) {
        Some(inner) => inner.into(),
        None => OracleError::new(Code::Other, error.to_string()),
    }
}

fn moment(time: &Timestamp, zoned: bool) -> Moment {
    Moment {
        year: time.year(),
        month: time.month(),
        day: time.day(),
        hour: time.hour(),
        minute: time.minute(),
        second: time.second(),
        nanosecond: time.nanosecond(),
        offset: zoned.then(|| time.tz_hour_offset() * 60 + time.tz_minute_offset()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_is_read_as_what_it_is() {
        let number = |decimals| Kind::Number { decimals };
        let unsupported = |name: &str| Kind::Unsupported(name.to_owned());
        for (oracle, expected) in [
            (OracleType::Varchar2(40), Kind::Text),
            (OracleType::NVarchar2(40), Kind::Text),
            (OracleType::Char(1), Kind::Text),
            (OracleType::NChar(1), Kind::Text),
            (OracleType::Rowid, Kind::Text),
            (OracleType::Number(0, 0), number(0)),
            (OracleType::Number(0, -127), number(0)),
            (OracleType::Number(10, 2), number(2)),
            (OracleType::Number(10, -2), number(0)),
            (OracleType::Float(126), number(0)),
            (OracleType::BinaryFloat, Kind::Real),
            (OracleType::BinaryDouble, Kind::Real),
            (OracleType::Date, Kind::Date),
            (OracleType::Timestamp(6), Kind::Timestamp),
            (OracleType::TimestampTZ(6), Kind::Zoned),
            (OracleType::TimestampLTZ(6), Kind::Zoned),
            (OracleType::IntervalDS(2, 6), Kind::Interval),
            (OracleType::IntervalYM(2), Kind::Interval),
            (OracleType::Raw(16), Kind::Bytes),
            (OracleType::CLOB, Kind::Clob),
            (OracleType::NCLOB, Kind::Clob),
            (OracleType::BLOB, Kind::Blob),
            (OracleType::Boolean, Kind::Boolean),
            (OracleType::BFILE, unsupported("BFILE")),
            (OracleType::RefCursor, unsupported("REF CURSOR")),
            (OracleType::Json, unsupported("JSON")),
        ] {
            assert_eq!(kind(&oracle), expected, "{oracle}");
        }
        assert!([OracleType::Long, OracleType::LongRaw, OracleType::Xml].iter().all(whole));
        assert!(!whole(&OracleType::CLOB));
    }

    #[test]
    fn an_offset_keeps_its_minutes() {
        let time = Timestamp::new(2024, 2, 29, 1, 0, 0, 5).unwrap().and_tz_hm_offset(-3, -30).unwrap();
        assert_eq!(moment(&time, true).offset, Some(-210));
        assert_eq!(moment(&time, false).offset, None);
        assert_eq!(moment(&time, true).timestamp(), Value::Timestamp("2024-02-29 01:00:00.000000005-03:30".to_owned()));
    }
}
