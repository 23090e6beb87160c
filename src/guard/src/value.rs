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
    /// A value of a type that cannot be shown here, with the database's name of that type.
    Unsupported(String),
}

/// Put where a text was cut.
const CUT: &str = "…";

impl Value {
    /// Bytes it counts for against a limit.
    pub fn weight(&self) -> usize {
        match self {
            Self::Null | Self::Unsupported(_) => 0,
            Self::Boolean(_) => 1,
            Self::Integer(_) | Self::Real(_) => 8,
            Self::Decimal(text) | Self::Text(text) | Self::Date(text) | Self::Timestamp(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }

    /// Cuts a text, bytes or digits to `most` bytes and says whether it had to. A text is cut between two characters and
    /// ends with `…`, which counts.
    pub fn cut(&mut self, most: usize) -> bool {
        if self.weight() <= most {
            return false;
        }
        match self {
            Self::Text(text) if most < CUT.len() => text.clear(),
            Self::Text(text) => {
                text.truncate(text.floor_char_boundary(most - CUT.len()));
                text.push_str(CUT);
            }
            Self::Bytes(bytes) => bytes.truncate(most),
            // Half a number is another number: as text it says that something is missing.
            Self::Decimal(digits) => {
                let mut text = Self::Text(std::mem::take(digits));
                text.cut(most);
                *self = text;
            }
            // The others are short.
            _ => return false,
        }
        true
    }

    /// The number as a float, as near as one can be; `None` of anything else.
    #[expect(clippy::cast_precision_loss, reason = "whoever asks for a float needs no more digits than it has")]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Integer(number) => Some(*number as f64),
            Self::Real(number) => Some(*number),
            Self::Decimal(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The whole number, from 0 to `u64::MAX`; `None` of anything else, also of a float.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Integer(number) => u64::try_from(*number).ok(),
            Self::Decimal(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The text; `None` of anything else.
    pub fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The kind of the value; `None` where it says nothing of its column.
    pub fn kind(&self) -> Option<ColumnKind> {
        match self {
            Self::Null => None,
            Self::Boolean(_) => Some(ColumnKind::Boolean),
            Self::Integer(_) | Self::Real(_) | Self::Decimal(_) => Some(ColumnKind::Number),
            Self::Text(_) | Self::Unsupported(_) => Some(ColumnKind::Text),
            Self::Date(_) => Some(ColumnKind::Date),
            Self::Timestamp(_) => Some(ColumnKind::Timestamp),
            Self::Bytes(_) => Some(ColumnKind::Bytes),
        }
    }
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
#[expect(clippy::float_cmp, reason = "a number that is not the very same takes the long way")]
pub fn tidied(number: f64) -> f64 {
    // Nearly all numbers of a business are millionths of fewer than 15 digits, and tidy as they are.
    if number.abs() < 1e9 && (number * 1e6).round() / 1e6 == number {
        return number;
    }
    format!("{number:.14e}").parse().unwrap_or(number)
}

/// The kind of a column's cells, as far as the database says.
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
    /// Points in time that are the same everywhere: with an offset.
    Instant,
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
    /// The kind of its cells.
    pub kind: ColumnKind,
}

/// One row, a cell a column.
pub type Row = Vec<Value>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_float_has_no_noise() {
        for (number, expected) in [
            (0.1 + 0.2, "0.3"),
            (1234.5, "1234.5"),
            (-0.000_001, "-0.000001"),
            (999_999_999.123_456, "999999999.123456"),
            (1.0 / 3.0, "0.333333333333333"),
            (123_456_789_012.345_67, "123456789012.346"),
            (1e15, "1e15"),
            (0.0, "0"),
        ] {
            assert_eq!(real_text(number), expected);
        }
    }

    #[test]
    fn numbers_and_texts_are_taken_out() {
        let decimal = |text: &str| Value::Decimal(text.to_owned());
        for (value, float, whole) in [
            (Value::Integer(7), Some(7.0), Some(7)),
            (Value::Integer(-7), Some(-7.0), None),
            (decimal("18446744073709551615"), Some(18_446_744_073_709_551_615.0), Some(u64::MAX)),
            (decimal("99999999999999999999999"), Some(1e23), None),
            (decimal("1.5"), Some(1.5), None),
            (Value::Real(2.0), Some(2.0), None),
            (Value::Text("7".to_owned()), None, None),
            (Value::Null, None, None),
        ] {
            assert_eq!((value.as_f64(), value.as_u64()), (float, whole), "{value:?}");
        }
        assert_eq!(Value::Text("a".to_owned()).into_text().as_deref(), Some("a"));
        assert_eq!(Value::Date("2024-02-29".to_owned()).into_text(), None);
    }

    #[test]
    fn a_long_cell_is_cut_within_its_limit() {
        for (text, most, expected) in [
            ("abcdef", 6, "abcdef"),
            ("abcdefg", 6, "abc…"),
            ("éééé", 8, "éééé"),
            ("éééé", 7, "éé…"),
            ("éééé", 6, "é…"),
            ("🦀🦀", 7, "🦀…"),
            ("abc", 2, ""),
            ("abc", 0, ""),
            ("", 0, ""),
        ] {
            let mut value = Value::Text(text.to_owned());
            assert_eq!(value.cut(most), text != expected, "{text} in {most}");
            assert_eq!(value, Value::Text(expected.to_owned()), "{text} in {most}");
        }
        let mut bytes = Value::Bytes(vec![1, 2, 3]);
        assert!(bytes.cut(2));
        assert_eq!(bytes, Value::Bytes(vec![1, 2]));
        let mut number = Value::Decimal("1234567890.12".to_owned());
        assert!(number.cut(7));
        assert_eq!(number, Value::Text("1234…".to_owned()), "half a number is another number");
        assert!(!Value::Integer(1_234_567).cut(4), "it is short");
    }
}
