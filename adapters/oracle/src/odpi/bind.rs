//! Values as the driver takes them.

use oracle::Result;
use oracle::sql_type::{OracleType, Timestamp, ToSql};

use crate::bind_value::BindValue;
use crate::moment::Moment;

/// A value with its type, to be bound by reference.
pub(super) enum Typed {
    Null(OracleType),
    Text(String, OracleType),
    Double(f64, OracleType),
    Time(Timestamp, OracleType),
    Raw(Vec<u8>),
}

/// Returns the size in bytes of a parameter's buffer, at least one: the driver would take none for a null.
fn size(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX).max(1)
}

impl Typed {
    /// A NUMBER travels as its text: the driver makes Oracle's decimal digits of it, no float.
    pub(super) fn of(bound: &BindValue) -> Result<Self> {
        Ok(match bound {
            BindValue::Null => Self::Null(OracleType::Varchar2(1)),
            BindValue::Number(text) => Self::Text(text.clone(), OracleType::Number(0, 0)),
            BindValue::Text(text) => Self::Text(text.clone(), OracleType::Varchar2(size(text))),
            BindValue::Double(number) => Self::Double(*number, OracleType::BinaryDouble),
            BindValue::Date(moment) => Self::Time(timestamp(moment)?, OracleType::Date),
            BindValue::Timestamp(moment) => {
                let kind = moment.offset.map_or(OracleType::Timestamp(9), |_| OracleType::TimestampTZ(9));
                Self::Time(timestamp(moment)?, kind)
            }
            BindValue::Raw(bytes) => Self::Raw(bytes.clone()),
        })
    }

    /// Hands it to `take` in the driver's form.
    pub(super) fn with<T>(&self, take: impl FnOnce(&dyn ToSql) -> Result<T>) -> Result<T> {
        match self {
            Self::Null(kind) => take(kind),
            Self::Text(text, kind) => take(&(text, kind)),
            Self::Double(number, kind) => take(&(number, kind)),
            Self::Time(time, kind) => take(&(time, kind)),
            Self::Raw(bytes) => take(bytes),
        }
    }
}

fn timestamp(moment: &Moment) -> Result<Timestamp> {
    let Moment { year, month, day, hour, minute, second, nanosecond, offset } = *moment;
    let time = Timestamp::new(year, month, day, hour, minute, second, nanosecond)?;
    match offset {
        Some(minutes) => time.and_tz_hm_offset(minutes / 60, minutes % 60),
        None => Ok(time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_has_its_type() {
        let day = Moment { year: 2024, month: 2, day: 29, ..Moment::default() };
        let zoned = Moment { offset: Some(-210), ..day };
        for (bound, expected) in [
            (BindValue::Null, OracleType::Varchar2(1)),
            (BindValue::Number("1".to_owned()), OracleType::Number(0, 0)),
            (BindValue::Text("é".to_owned()), OracleType::Varchar2(2)),
            (BindValue::Text(String::new()), OracleType::Varchar2(1)),
            (BindValue::Double(0.5), OracleType::BinaryDouble),
            (BindValue::Date(day), OracleType::Date),
            (BindValue::Timestamp(day), OracleType::Timestamp(9)),
            (BindValue::Timestamp(zoned), OracleType::TimestampTZ(9)),
        ] {
            let typed = Typed::of(&bound).unwrap();
            let (Typed::Null(kind) | Typed::Text(_, kind) | Typed::Double(_, kind) | Typed::Time(_, kind)) = typed
            else {
                panic!("{bound:?} has no type")
            };
            assert_eq!(kind, expected, "{bound:?}");
        }
        let time = timestamp(&zoned).unwrap();
        assert_eq!((time.tz_hour_offset(), time.tz_minute_offset()), (-3, -30));
        assert!(timestamp(&Moment { month: 13, ..day }).is_err());
    }
}
