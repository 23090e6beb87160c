//! Values as the driver takes them.

use oracledb::{OracleNumber, OracleTimestamp, ToDbValue};

use crate::bind_value::BindValue;
use crate::error::{Code, OracleError};
use crate::moment::Moment;

/// A value in the driver's form. It has none for `DATE`: that travels as a `TIMESTAMP`, which compares as well with a
/// column of dates, but past its index.
pub(super) fn typed(bound: &BindValue) -> Result<Box<dyn ToDbValue>, OracleError> {
    Ok(match bound {
        BindValue::Null => Box::new(None::<String>),
        BindValue::Number(text) => Box::new(text.parse::<OracleNumber>()?),
        BindValue::Double(number) => Box::new(*number),
        BindValue::Text(text) => Box::new(text.clone()),
        BindValue::Date(moment) | BindValue::Timestamp(moment) => Box::new(timestamp(moment)?),
        BindValue::Raw(bytes) => Box::new(bytes.clone()),
    })
}

fn timestamp(moment: &Moment) -> Result<OracleTimestamp, OracleError> {
    let Moment { year, month, day, hour, minute, second, nanosecond, offset } = *moment;
    if offset.is_some() {
        return Err(OracleError::new(
            Code::Unsupported,
            "a time with an offset cannot be a value: give it without one",
        ));
    }
    let beyond = || OracleError::new(Code::Unsupported, "the value is no date");
    let small = |part: u32| u8::try_from(part).map_err(|_| beyond());
    Ok(OracleTimestamp::new_timestamp(
        i16::try_from(year).map_err(|_| beyond())?,
        small(month)?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        small(second)?,
        nanosecond,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_has_its_type() {
        let day = Moment { year: 2024, month: 2, day: 29, ..Moment::default() };
        for (bound, expected) in [
            (BindValue::Null, "DB_TYPE_VARCHAR"),
            (BindValue::Number("0.1000000000000000000001".to_owned()), "DB_TYPE_NUMBER"),
            (BindValue::Text(String::new()), "DB_TYPE_VARCHAR"),
            (BindValue::Double(0.5), "DB_TYPE_BINARY_DOUBLE"),
            (BindValue::Date(day), "DB_TYPE_TIMESTAMP"),
            (BindValue::Raw(vec![1]), "DB_TYPE_RAW"),
        ] {
            assert_eq!(typed(&bound).unwrap().db_type().name(), expected, "{bound:?}");
        }
        for bound in [BindValue::Number("1E999".to_owned()), BindValue::Timestamp(Moment { offset: Some(0), ..day })] {
            assert_eq!(typed(&bound).err().unwrap().code, Code::Unsupported, "{bound:?}");
        }
    }
}
