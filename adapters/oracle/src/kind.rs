//! What a column's type means for its values.

use pstral_core::domain::ColumnKind;

/// How the values of a column are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// As text; also row ids.
    Text,
    /// As exact numbers with at least so many decimals.
    Number {
        /// Decimals that the column declares.
        decimals: u8,
    },
    /// As binary floats.
    Real,
    /// As points in time. A `DATE` has a time too: without one (midnight) it reads as a date.
    Date,
    /// As points in time.
    Timestamp,
    /// As points in time with their offset.
    Zoned,
    /// As text.
    Interval,
    /// As bytes.
    Bytes,
    /// As text, through its locator.
    Clob,
    /// As bytes, through its locator.
    Blob,
    /// As truth values.
    Boolean,
    /// Not at all; the type's name stands in its place.
    Unsupported(String),
}

impl Kind {
    /// How the column reads where no value tells.
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
