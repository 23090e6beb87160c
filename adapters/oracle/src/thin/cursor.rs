//! Rows of the driver as values.

use std::panic::{AssertUnwindSafe, catch_unwind};

use oracledb::{Error, Metadata, OracleIntervalDS, OracleIntervalYM, OracleTimestamp, Row};
use pstral_core::domain::Value;

use crate::error::{Code, OracleError};
use crate::kind::Kind;
use crate::moment::{Moment, day_interval, month_interval};
use crate::number::number;
use crate::session::{ColumnDescription, Cursor, ResultColumn};

/// A query that runs; without its cursor once that broke.
pub(super) struct Rows {
    read: Option<oracledb::Cursor>,
    columns: Vec<ResultColumn>,
}

impl Rows {
    /// Over a result whose columns can all be read, or left unread.
    pub(super) fn new(read: oracledb::Cursor) -> Self {
        let described = |column: &Metadata| ResultColumn { name: column.name().to_owned(), kind: kind(column) };
        let columns = read.columns().iter().map(described).collect();
        Self { read: Some(read), columns }
    }
}

impl Cursor for Rows {
    fn columns(&self) -> &[ResultColumn] {
        &self.columns
    }

    /// The driver panics over values that it does not expect, and its cursor panics again where it is dropped: that is
    /// kept for after the first panic. The session cannot be used any more.
    fn next(&mut self) -> Result<Option<Vec<Value>>, OracleError> {
        let Some(mut read) = self.read.take() else { return Ok(None) };
        if let Ok(row) = catch_unwind(AssertUnwindSafe(|| row(&mut read, &self.columns))) {
            self.read = Some(read);
            return row;
        }
        let _ = catch_unwind(AssertUnwindSafe(|| drop(read)));
        Err(OracleError::new(Code::Other, "the driver broke down reading a row"))
    }
}

fn row(read: &mut oracledb::Cursor, columns: &[ResultColumn]) -> Result<Option<Vec<Value>>, OracleError> {
    let Some(row) = read.next() else { return Ok(None) };
    let mut row = row?;
    let cells = columns.iter().enumerate();
    cells.map(|(at, column)| value(&mut row, at, &column.kind)).collect::<Result<_, _>>().map(Some)
}

/// True of a column whose values come whole, however long they are.
pub(super) fn comes_whole(column: &Metadata) -> bool {
    matches!(kind(column), Kind::Clob | Kind::Blob)
}

/// The way in which a column is read.
fn kind(column: &Metadata) -> Kind {
    match column.db_type().name().trim_start_matches("DB_TYPE_") {
        "VARCHAR" | "NVARCHAR" | "CHAR" | "NCHAR" | "ROWID" | "UROWID" => Kind::Text,
        "NUMBER" => Kind::Number { decimals: u8::try_from(column.scale()).unwrap_or(0) },
        "BINARY_INTEGER" => Kind::Number { decimals: 0 },
        "BINARY_FLOAT" | "BINARY_DOUBLE" => Kind::Real,
        "DATE" => Kind::Date,
        // One with a local time zone comes in the session's, which is the database's.
        "TIMESTAMP" | "TIMESTAMP_LTZ" => Kind::Timestamp,
        "INTERVAL_DS" | "INTERVAL_YM" => Kind::Interval,
        "RAW" => Kind::Bytes,
        // Large objects come in this form too.
        "LONG" | "LONG_NVARCHAR" => Kind::Clob,
        "LONG_RAW" => Kind::Blob,
        "BOOLEAN" => Kind::Boolean,
        _ => Kind::Unsupported(column.data_type()),
    }
}

/// The number in `DBMS_SQL` of a type that is read by a wrapped query or not at all; 1, which is read, stands for the
/// others.
fn code(column: &Metadata) -> u32 {
    match column.db_type().name().trim_start_matches("DB_TYPE_") {
        "CURSOR" => 102,
        "OBJECT" | "XMLTYPE" => 109,
        "JSON" => 119,
        "VECTOR" => 127,
        "UNKNOWN" => 0,
        _ => 1,
    }
}

/// The columns as a wrapped query needs them. The driver takes the offset from a `TIMESTAMP WITH TIME ZONE`.
pub(super) fn named(columns: &[Metadata]) -> Vec<ColumnDescription> {
    let one = |column: &Metadata| ColumnDescription {
        name: column.name().to_owned(),
        code: code(column),
        type_name: column.data_type(),
        as_text: column.db_type().name() == "DB_TYPE_TIMESTAMP_TZ",
    };
    columns.iter().map(one).collect()
}

fn value(row: &mut Row, at: usize, kind: &Kind) -> Result<Value, OracleError> {
    if let Kind::Unsupported(name) = kind {
        return Ok(Value::Unsupported(name.clone()));
    }
    Ok(plain(row, at, kind)?.unwrap_or(Value::Null))
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
        Kind::Bytes | Kind::Blob => row.take::<Option<Vec<u8>>>(at)?.map(Value::Bytes),
        Kind::Boolean => row.get::<Option<bool>>(at)?.map(Value::Boolean),
        _ => row.take::<Option<String>>(at)?.map(Value::Text),
    })
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
