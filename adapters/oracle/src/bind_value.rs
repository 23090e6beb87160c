//! Values as parameters: of the type that lets the database use its indexes.

use std::collections::BTreeMap;

use pstral_core::domain::Value;
use pstral_core::ports::TargetError;

use crate::moment::Moment;

/// The type and value that a parameter is bound as.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum BindValue {
    /// A null of type `VARCHAR2`.
    Null,
    /// A `NUMBER` from its text.
    Number(String),
    /// A `BINARY_DOUBLE`.
    Double(f64),
    /// A `VARCHAR2`, not an `NVARCHAR2`: compared with that, a `VARCHAR2` column would be converted row by row.
    Text(String),
    /// A `DATE`: compared with a `TIMESTAMP`, a `DATE` column would be converted row by row.
    Date(Moment),
    /// A `TIMESTAMP`, or one with its time zone where it has an offset.
    Timestamp(Moment),
    /// A `RAW`.
    Raw(Vec<u8>),
}

/// The values of a statement's parameters.
pub(crate) fn bind_values(values: &BTreeMap<String, Value>) -> Result<Vec<(String, BindValue)>, TargetError> {
    let one = |(name, value): (&String, &Value)| match bound(value) {
        Some(bound) => Ok((name.clone(), bound)),
        None => Err(TargetError::Rejected(format!("the value of :{name} is no date"))),
    };
    values.iter().map(one).collect()
}

/// Converts a value for binding. Booleans become 1 and 0, as databases before 23ai store them.
fn bound(value: &Value) -> Option<BindValue> {
    Some(match value {
        Value::Null | Value::Unsupported(_) => BindValue::Null,
        Value::Boolean(truth) => BindValue::Number(u8::from(*truth).to_string()),
        Value::Integer(number) => BindValue::Number(number.to_string()),
        Value::Real(number) => BindValue::Double(*number),
        Value::Decimal(text) => BindValue::Number(text.clone()),
        Value::Text(text) => BindValue::Text(text.clone()),
        Value::Date(text) | Value::Timestamp(text) => {
            let moment = Moment::read(text)?;
            if moment.nanosecond == 0 && moment.offset.is_none() {
                BindValue::Date(moment)
            } else {
                BindValue::Timestamp(moment)
            }
        }
        Value::Bytes(bytes) => BindValue::Raw(bytes.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_bound_as_what_they_are() {
        let text = |text: &str| text.to_owned();
        let day = Moment { year: 2024, month: 2, day: 29, ..Moment::default() };
        let fine = Moment { hour: 1, nanosecond: 500_000_000, ..day };
        for (value, expected) in [
            (Value::Null, BindValue::Null),
            (Value::Boolean(true), BindValue::Number(text("1"))),
            (Value::Integer(-7), BindValue::Number(text("-7"))),
            (Value::Decimal(text("0.1000000000000000000001")), BindValue::Number(text("0.1000000000000000000001"))),
            (Value::Real(0.5), BindValue::Double(0.5)),
            (Value::Text(text("2024-02-29")), BindValue::Text(text("2024-02-29"))),
            (Value::Date(text("2024-02-29")), BindValue::Date(day)),
            (Value::Timestamp(text("2024-02-29 00:00:00")), BindValue::Date(day)),
            (Value::Timestamp(text("2024-02-29 01:00:00.5")), BindValue::Timestamp(fine)),
            (
                Value::Timestamp(text("2024-02-29 00:00:00+02:00")),
                BindValue::Timestamp(Moment { offset: Some(120), ..day }),
            ),
            (Value::Bytes(vec![1, 2]), BindValue::Raw(vec![1, 2])),
        ] {
            assert_eq!(bound(&value), Some(expected), "{value:?}");
        }
        let wrong = BTreeMap::from([(text("since"), Value::Date(text("hier")))]);
        assert_eq!(bind_values(&wrong), Err(TargetError::Rejected(text("the value of :since is no date"))));
    }
}
