//! Cells, columns and rows of a result.

use serde::{Deserialize, Serialize};

/// One cell. Numbers that a float cannot hold travel as their exact text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// No value; not the same as an empty text.
    Null,
    /// A truth value.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A binary floating-point number, as the database holds it.
    Real(f64),
    /// An exact decimal number as text, `-?\d+(\.\d+)?`.
    Decimal(String),
    /// Text.
    Text(String),
    /// A date, `YYYY-MM-DD`.
    Date(String),
    /// A point in time, `YYYY-MM-DD HH:MM:SS[.fff][±HH:MM]`.
    Timestamp(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A float as text without the noise of its last binary digits: 15 significant decimal digits at most, and no exponent
/// where that stays short.
pub fn real_text(number: f64) -> String {
    let tidy = tidied(number);
    let long = tidy != 0.0 && (tidy.abs() >= 1e15 || tidy.abs() < 1e-6);
    if long { format!("{tidy:e}") } else { tidy.to_string() }
}

/// A float rounded to 15 significant decimal digits: a double holds as many exactly (IEEE 754, `DBL_DIG`); beyond them
/// sums show 0.30000000000000004.
pub fn tidied(number: f64) -> f64 {
    format!("{number:.14e}").parse().unwrap_or(number)
}

/// How a column's cells read, as far as the database says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Text, or not known.
    Text,
    /// Whole or decimal numbers: right-aligned.
    Number,
    /// Dates without a time.
    Date,
    /// Dates with a time.
    Timestamp,
    /// Truth values.
    Boolean,
    /// Bytes.
    Bytes,
}

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// As the database names it; not necessarily unique.
    pub name: String,
    /// How its cells read.
    pub kind: ColumnKind,
}

/// One row, a cell a column.
pub type Row = Vec<Value>;
