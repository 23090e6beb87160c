//! The binary format of each PostgreSQL type.

use sqlx::TypeInfo as _;
use sqlx::postgres::{PgTypeInfo, PgTypeKind};

/// The binary format of a type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    Boolean,
    Int2,
    Int4,
    Int8,
    /// `oid` and its like.
    Unsigned,
    Float4,
    Float8,
    Numeric,
    Text,
    /// A text behind a byte that tells its version: `jsonb`.
    Versioned,
    Bytes,
    Date,
    Time,
    TimeTz,
    Timestamp,
    TimestampTz,
    Interval,
    Uuid,
    /// `inet` and `cidr`.
    Address,
    /// `macaddr` and `macaddr8`.
    Hardware,
    Bits,
    Range(Box<Shape>),
    Array(Box<Shape>),
    /// A row. Its fields say their types themselves; those that PostgreSQL does not have from the start are told here.
    Record(Vec<Shape>),
    /// Not shown: the cell says its type's name.
    Unsupported,
}

impl Shape {
    /// Of a column's type, through domains, arrays and ranges.
    pub(crate) fn of(type_info: &PgTypeInfo) -> Self {
        match type_info.kind() {
            PgTypeKind::Simple => match type_info.oid().and_then(|number| Self::of_number(number.0)) {
                Some(shape) => shape,
                // Extensions have no numbers of their own; `regtype` writes the schema of those that are not on the path.
                None if type_info.name().rsplit('.').next() == Some("citext") => Self::Text,
                None => Self::Unsupported,
            },
            PgTypeKind::Domain(of) => Self::of(of),
            PgTypeKind::Array(of) => Self::Array(Box::new(Self::of(of))),
            PgTypeKind::Range(of) => Self::Range(Box::new(Self::of(of))),
            PgTypeKind::Enum(_) => Self::Text,
            PgTypeKind::Composite(fields) => Self::Record(fields.iter().map(|(_, field)| Self::of(field)).collect()),
            PgTypeKind::Pseudo => match type_info.oid().map(|number| number.0) {
                Some(2249) => Self::Record(Vec::new()),
                _ => Self::Unsupported,
            },
        }
    }

    /// Of a type that every PostgreSQL has under the same number.
    /// Source: <https://github.com/postgres/postgres/blob/REL_15_STABLE/src/include/catalog/pg_type.dat>.
    pub(super) fn of_number(number: u32) -> Option<Self> {
        Some(match number {
            16 => Self::Boolean,
            17 => Self::Bytes,
            20 => Self::Int8,
            21 => Self::Int2,
            23 => Self::Int4,
            26 | 28 | 29 => Self::Unsigned,
            // "char", name, text, json, xml, unknown, char(n), varchar, refcursor.
            18 | 19 | 25 | 114 | 142 | 705 | 1042 | 1043 | 1790 => Self::Text,
            700 => Self::Float4,
            701 => Self::Float8,
            650 | 869 => Self::Address,
            774 | 829 => Self::Hardware,
            1082 => Self::Date,
            1083 => Self::Time,
            1114 => Self::Timestamp,
            1184 => Self::TimestampTz,
            1186 => Self::Interval,
            1266 => Self::TimeTz,
            1560 | 1562 => Self::Bits,
            1700 => Self::Numeric,
            2249 => Self::Record(Vec::new()),
            2950 => Self::Uuid,
            3802 | 4072 => Self::Versioned,
            1000 => Self::array(Self::Boolean),
            1005 => Self::array(Self::Int2),
            1007 => Self::array(Self::Int4),
            1016 => Self::array(Self::Int8),
            1002 | 1003 | 1009 | 1014 | 1015 | 199 => Self::array(Self::Text),
            1021 => Self::array(Self::Float4),
            1022 => Self::array(Self::Float8),
            1182 => Self::array(Self::Date),
            1115 => Self::array(Self::Timestamp),
            1185 => Self::array(Self::TimestampTz),
            1231 => Self::array(Self::Numeric),
            2951 => Self::array(Self::Uuid),
            3904 => Self::range(Self::Int4),
            3906 => Self::range(Self::Numeric),
            3908 => Self::range(Self::Timestamp),
            3910 => Self::range(Self::TimestampTz),
            3912 => Self::range(Self::Date),
            3926 => Self::range(Self::Int8),
            _ => return None,
        })
    }

    fn array(of: Self) -> Self {
        Self::Array(Box::new(of))
    }

    fn range(of: Self) -> Self {
        Self::Range(Box::new(of))
    }
}
