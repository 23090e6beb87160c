//! PostgreSQL's binary values as cells. Formats: the `…_send` functions of
//! <https://github.com/postgres/postgres/tree/REL_15_STABLE/src/backend/utils/adt>.

mod moment;
mod nested;
mod network;
mod numeric;
mod shape;
mod wire;

#[cfg(test)]
mod tests;

use pstral_core::domain::{ColumnKind, Value, hex};

pub(crate) use shape::Shape;
use wire::Wire;

impl Shape {
    /// Returns the kind of its cells.
    pub(crate) fn kind(&self) -> ColumnKind {
        match self {
            Self::Boolean => ColumnKind::Boolean,
            Self::Int2 | Self::Int4 | Self::Int8 | Self::Unsigned | Self::Float4 | Self::Float8 | Self::Numeric => {
                ColumnKind::Number
            }
            Self::Date => ColumnKind::Date,
            Self::Timestamp => ColumnKind::Timestamp,
            Self::TimestampTz => ColumnKind::Instant,
            Self::Bytes => ColumnKind::Bytes,
            _ => ColumnKind::Text,
        }
    }

    /// The value of a cell; `None` where it cannot be told. Of a text or bytes longer than `most` bytes, only so many more
    /// that this can be seen.
    pub(crate) fn value(&self, bytes: &[u8], most: usize) -> Option<Value> {
        let mut wire = Wire::new(bytes);
        Some(match self {
            Self::Boolean => Value::Boolean(wire.u8()? != 0),
            Self::Int2 => Value::Integer(wire.i16()?.into()),
            Self::Int4 => Value::Integer(wire.i32()?.into()),
            Self::Int8 => Value::Integer(wire.i64()?),
            Self::Unsigned => Value::Integer(wire.u32()?.into()),
            // By way of its shortest decimal text: 0.1, not 0.10000000149011612.
            Self::Float4 => Value::Real(f32::from_bits(wire.u32()?).to_string().parse().ok()?),
            Self::Float8 => Value::Real(f64::from_bits(wire.u64()?)),
            Self::Numeric => numeric::value(&mut wire)?,
            Self::Date => moment::date(wire.i32()?),
            Self::Timestamp => moment::timestamp(wire.i64()?, ""),
            Self::TimestampTz => moment::timestamp(wire.i64()?, "+00:00"),
            Self::Bytes => Value::Bytes(bytes[..bytes.len().min(most.saturating_add(1))].to_vec()),
            Self::Text => Value::Text(start(bytes, most)),
            Self::Versioned => Value::Text(start(bytes.get(1..)?, most)),
            other => Value::Text(other.text(bytes, most)?),
        })
    }

    /// As PostgreSQL writes it within an array, a row or a range; a long one may lack its end.
    fn text(&self, bytes: &[u8], most: usize) -> Option<String> {
        let mut wire = Wire::new(bytes);
        Some(match self {
            Self::Boolean => if wire.u8()? == 0 { "f" } else { "t" }.to_owned(),
            Self::Time => moment::time(wire.i64()?),
            Self::TimeTz => moment::time_with_zone(wire.i64()?, wire.i32()?),
            Self::Interval => moment::interval(wire.i64()?, wire.i32()?, wire.i32()?),
            Self::Uuid => network::uuid(bytes)?,
            Self::Address => network::address(&mut wire)?,
            Self::Hardware => network::hardware(bytes),
            Self::Bits => network::bits(&mut wire)?,
            Self::Range(of) => nested::range(of, &mut wire, most)?,
            Self::Array(of) => nested::array(of, &mut wire, most)?,
            Self::Record(fields) => nested::record(fields, &mut wire, most)?,
            Self::Unsupported => return None,
            plain => match plain.value(bytes, most)? {
                Value::Integer(number) => number.to_string(),
                Value::Real(number) => number.to_string(),
                Value::Decimal(text) | Value::Text(text) | Value::Date(text) | Value::Timestamp(text) => text,
                Value::Bytes(bytes) => hexadecimal(&bytes),
                Value::Null | Value::Boolean(_) | Value::Unsupported(_) => return None,
            },
        })
    }
}

/// Bytes as PostgreSQL writes and reads them: <https://www.postgresql.org/docs/current/datatype-binary.html>.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    format!("\\x{}", hex(bytes))
}

/// A character more than fits is enough to know that it does not; the rest is not worth decoding.
fn start(bytes: &[u8], most: usize) -> String {
    let long = bytes.len() > most.saturating_add(4);
    let bytes = if long { &bytes[..most + 4] } else { bytes };
    String::from_utf8_lossy(bytes).into_owned()
}
