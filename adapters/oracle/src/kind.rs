//! The meaning of a column's type for its values.

use pstral_core::domain::ColumnKind;

/// The way in which the values of a column are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text, which includes row ids.
    Text,
    /// Exact numbers with at least so many decimals.
    Number {
        /// Decimals that the column declares.
        decimals: u8,
    },
    /// Binary floating-point numbers.
    Real,
    /// `DATE` values, which include a time: midnight is read as a date alone.
    Date,
    /// Timestamps without an offset.
    Timestamp,
    /// Timestamps with an offset.
    Zoned,
    /// Intervals, as text.
    Interval,
    /// Byte strings.
    Bytes,
    /// Long text, read through its locator.
    Clob,
    /// Long byte strings, read through their locator.
    Blob,
    /// Booleans.
    Boolean,
    /// Unsupported values, replaced by the name of the type.
    Unsupported(String),
}

impl Kind {
    /// Returns the kind of column to report when no value decides it.
    pub(crate) fn declared(&self) -> ColumnKind {
        match self {
            Self::Text | Self::Interval | Self::Clob | Self::Unsupported(_) => ColumnKind::Text,
            Self::Number { .. } | Self::Real => ColumnKind::Number,
            Self::Date | Self::Timestamp => ColumnKind::Timestamp,
            Self::Zoned => ColumnKind::Instant,
            Self::Bytes | Self::Blob => ColumnKind::Bytes,
            Self::Boolean => ColumnKind::Boolean,
        }
    }
}

/// Types that are read, by their numbers in `DBMS_SQL`, which are those of the internal data types:
/// <https://docs.oracle.com/en/database/oracle/oracle-database/19/arpls/DBMS_SQL.html>.
const READ: &[u32] = &[1, 2, 11, 12, 23, 69, 96, 100, 101, 112, 113, 114, 180, 181, 182, 183, 208, 231, 252];

/// The name of a type that the driver cannot read or would read whole into memory, by its number; `None` for the others.
pub(crate) fn unreadable(code: u32, type_name: &str) -> Option<String> {
    let name = match code {
        _ if READ.contains(&code) => return None,
        8 => "LONG",
        24 => "LONG RAW",
        102 => "CURSOR",
        111 => "REF",
        119 => "JSON",
        127 => "VECTOR",
        _ if !type_name.is_empty() => type_name,
        _ => "this type",
    };
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_named() {
        for (code, type_name, expected) in [
            (1, "", None),
            (2, "", None),
            (112, "", None),
            (252, "", None),
            (8, "", Some("LONG")),
            (24, "", Some("LONG RAW")),
            (109, "XMLTYPE", Some("XMLTYPE")),
            (109, "SDO_GEOMETRY", Some("SDO_GEOMETRY")),
            (119, "", Some("JSON")),
            (127, "", Some("VECTOR")),
            (999, "", Some("this type")),
        ] {
            assert_eq!(unreadable(code, type_name).as_deref(), expected, "{code} {type_name}");
        }
    }

    #[test]
    fn a_column_without_values_reads_as_its_type_says() {
        for (kind, expected) in [
            (Kind::Text, ColumnKind::Text),
            (Kind::Number { decimals: 2 }, ColumnKind::Number),
            (Kind::Real, ColumnKind::Number),
            (Kind::Date, ColumnKind::Timestamp),
            (Kind::Zoned, ColumnKind::Instant),
            (Kind::Interval, ColumnKind::Text),
            (Kind::Blob, ColumnKind::Bytes),
            (Kind::Clob, ColumnKind::Text),
            (Kind::Boolean, ColumnKind::Boolean),
            (Kind::Unsupported("VECTOR".to_owned()), ColumnKind::Text),
        ] {
            assert_eq!(kind.declared(), expected, "{kind:?}");
        }
    }
}
