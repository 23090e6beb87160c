//! The meaning of a column's declared type, which SQLite does not enforce.

use pstral_core::domain::{ColumnKind, Value, tidied};
use rusqlite::types::ValueRef;

use crate::moment;

/// The reading of a declared type. A value that does not fit it keeps its storage class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Declared {
    /// `DATE`: texts `YYYY-MM-DD`.
    Date,
    /// `DATETIME`, `TIMESTAMP…`: texts with a date and a time.
    Timestamp,
    /// `DECIMAL`, `NUMERIC`, `NUMBER`: exact numbers with at least so many decimals.
    Decimal {
        /// The number of decimals; zero if none is declared.
        scale: usize,
    },
    /// `BOOLEAN`: 0 and 1.
    Boolean,
    /// Anything else: by storage class, of this kind where no value says otherwise.
    Other(Option<ColumnKind>),
}

impl Declared {
    /// Reads a declared type; expressions have none.
    pub(crate) fn of(declared: Option<&str>) -> Self {
        let declared = declared.unwrap_or_default().to_ascii_uppercase();
        let (base, arguments) = declared.split_once('(').unwrap_or((&declared, ""));
        match base.trim() {
            "DATE" => Self::Date,
            "DATETIME" => Self::Timestamp,
            base if base.starts_with("TIMESTAMP") => Self::Timestamp,
            "BOOLEAN" | "BOOL" => Self::Boolean,
            "DECIMAL" | "DEC" | "NUMERIC" | "NUMBER" => {
                let scale = arguments.trim_end_matches(')').split(',').nth(1).and_then(|part| part.trim().parse().ok());
                // Nobody prices in more; a schema that says so would only pad zeros.
                Self::Decimal { scale: scale.unwrap_or(0).min(38) }
            }
            base => Self::Other(affinity(base)),
        }
    }

    /// The value of a cell. Of a text or bytes longer than `most` bytes, only so many more that this can be seen.
    pub(crate) fn value(self, stored: ValueRef<'_>, most: usize) -> Value {
        match (self, stored) {
            (_, ValueRef::Null) => Value::Null,
            (Self::Boolean, ValueRef::Integer(number @ (0 | 1))) => Value::Boolean(number == 1),
            (Self::Decimal { scale }, ValueRef::Integer(number)) => Value::Decimal(padded(&number.to_string(), scale)),
            (Self::Decimal { scale }, ValueRef::Real(number)) if number.is_finite() => {
                Value::Decimal(padded(&plain(number), scale))
            }
            (_, ValueRef::Integer(number)) => Value::Integer(number),
            (_, ValueRef::Real(number)) => Value::Real(number),
            (_, ValueRef::Text(bytes)) => self.text(bytes, most),
            (_, ValueRef::Blob(bytes)) => Value::Bytes(bytes[..bytes.len().min(most.saturating_add(1))].to_vec()),
        }
    }

    fn text(self, bytes: &[u8], most: usize) -> Value {
        // A character more than fits is enough to know that it does not; the rest is not worth decoding.
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(most.saturating_add(4))]);
        if matches!(self, Self::Date | Self::Timestamp) && text.len() <= most {
            if moment::is_date(&text) {
                return Value::Date(text.into_owned());
            }
            if let Some(timestamp) = moment::timestamp(&text) {
                return Value::Timestamp(timestamp);
            }
        }
        Value::Text(text.into_owned())
    }

    /// Returns the kind of its values, if the declared type determines it.
    pub(crate) fn kind(self) -> Option<ColumnKind> {
        match self {
            Self::Date => Some(ColumnKind::Date),
            Self::Timestamp => Some(ColumnKind::Timestamp),
            Self::Decimal { .. } => Some(ColumnKind::Number),
            Self::Boolean => Some(ColumnKind::Boolean),
            Self::Other(kind) => kind,
        }
    }
}

/// SQLite's own rules, <https://www.sqlite.org/datatype3.html#determination_of_column_affinity>.
fn affinity(declared: &str) -> Option<ColumnKind> {
    let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
    if has(&["INT", "REAL", "FLOA", "DOUB"]) {
        Some(ColumnKind::Number)
    } else if has(&["CHAR", "CLOB", "TEXT"]) {
        Some(ColumnKind::Text)
    } else if has(&["BLOB"]) {
        Some(ColumnKind::Bytes)
    } else {
        None
    }
}

/// A finite number without exponent. Below 10^15 it has the 15 significant digits that SQLite prints, which give back
/// every decimal number that was stored with as many and hide the float's noise; above, all of its digits.
fn plain(number: f64) -> String {
    if number.abs() >= 1e15 {
        return format!("{number}");
    }
    let text = format!("{}", tidied(number));
    if text == "-0" { "0".to_owned() } else { text }
}

/// Zeros up to the declared decimals; never fewer digits than are stored.
fn padded(number: &str, scale: usize) -> String {
    let decimals = number.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    if decimals >= scale {
        return number.to_owned();
    }
    let point = if decimals == 0 { "." } else { "" };
    format!("{number}{point}{}", "0".repeat(scale - decimals))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(declared: &str, stored: ValueRef<'_>, expected: &Value) {
        assert_eq!(&Declared::of(Some(declared)).value(stored, 100), expected, "{declared}");
    }

    #[test]
    fn decimals_are_exact_and_padded() {
        let decimal = |text: &str| Value::Decimal(text.to_owned());
        for (declared, stored, expected) in [
            ("DECIMAL(10,2)", ValueRef::Real(1234.5), "1234.50"),
            ("decimal(10, 2)", ValueRef::Integer(-3), "-3.00"),
            ("NUMERIC(10,2)", ValueRef::Real(0.1 + 0.2), "0.30"),
            ("NUMERIC(10,2)", ValueRef::Real(1.005), "1.005"),
            ("NUMERIC", ValueRef::Real(0.000_001_25), "0.00000125"),
            ("NUMERIC", ValueRef::Real(-0.0), "0"),
            ("NUMBER(38)", ValueRef::Integer(i64::MIN), "-9223372036854775808"),
            ("NUMBER", ValueRef::Real(1e21), "1000000000000000000000"),
            ("NUMERIC(12,3)", ValueRef::Real(99_999_999.999), "99999999.999"),
        ] {
            check(declared, stored, &decimal(expected));
        }
        check("DECIMAL(10,2)", ValueRef::Real(f64::INFINITY), &Value::Real(f64::INFINITY));
        check("DECIMAL(10,2)", ValueRef::Text(b"n/a"), &Value::Text("n/a".to_owned()));
    }

    #[test]
    fn a_value_that_does_not_fit_its_type_stays_what_it_is() {
        check("DATE", ValueRef::Text(b"2024-02-29"), &Value::Date("2024-02-29".to_owned()));
        check("DATE", ValueRef::Text(b"soon"), &Value::Text("soon".to_owned()));
        check("DATE", ValueRef::Integer(1_700_000_000), &Value::Integer(1_700_000_000));
        check("TIMESTAMP", ValueRef::Text(b"2024-02-29T10:00"), &Value::Timestamp("2024-02-29 10:00:00".to_owned()));
        check("BOOLEAN", ValueRef::Integer(1), &Value::Boolean(true));
        check("BOOLEAN", ValueRef::Integer(2), &Value::Integer(2));
        check("VARCHAR(10)", ValueRef::Text(b"2024-02-29"), &Value::Text("2024-02-29".to_owned()));
        check("BLOB", ValueRef::Blob(&[0, 255]), &Value::Bytes(vec![0, 255]));
        check("TEXT", ValueRef::Text(&[b'a', 0xff, b'b']), &Value::Text("a\u{fffd}b".to_owned()));
        check("TEXT", ValueRef::Text(b""), &Value::Text(String::new()));
    }
}
