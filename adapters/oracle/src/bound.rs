//! Values as parameters: of the type that lets the database use its indexes.

use std::collections::BTreeMap;

use pstral_core::domain::Value;
use pstral_core::ports::TargetError;

use crate::moment::Moment;

/// The type and value that a parameter is bound as.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Bound {
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
pub(crate) fn all(values: &BTreeMap<String, Value>) -> Result<Vec<(String, Bound)>, TargetError> {
    let one = |(name, value): (&String, &Value)| match bound(value) {
        Some(bound) => Ok((name.clone(), bound)),
        None => Err(TargetError::Rejected(format!("the value of :{name} is no date"))),
    };
    values.iter().map(one).collect()
}

/// Converts a value for binding. Booleans become 1 and 0, as databases before 23ai store them.
fn bound(value: &Value) -> Option<Bound> {
    Some(match value {
        Value::Null | Value::Unsupported(_) => Bound::Null,
        Value::Boolean(truth) => Bound::Number(u8::from(*truth).to_string()),
        Value::Integer(number) => Bound::Number(number.to_string()),
        Value::Real(number) => Bound::Double(*number),
        Value::Decimal(text) => Bound::Number(text.clone()),
        Value::Text(text) => Bound::Text(text.clone()),
        Value::Date(text) | Value::Timestamp(text) => {
            let moment = Moment::read(text)?;
            if moment.nanosecond == 0 && moment.offset.is_none() {
                Bound::Date(moment)
            } else {
                Bound::Timestamp(moment)
            }
        }
        Value::Bytes(bytes) => Bound::Raw(bytes.clone()),
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
            (Value::Null, Bound::Null),
            (Value::Boolean(true), Bound::Number(text("1"))),
            (Value::Integer(-7), Bound::Number(text("-7"))),
            (Value::Decimal(text("0.1000000000000000000001")), Bound::Number(text("0.1000000000000000000001"))),
            (Value::Real(0.5), Bound::Double(0.5)),
            (Value::Text(text("2024-02-29")), Bound::Text(text("2024-02-29"))),
            (Value::Date(text("2024-02-29")), Bound::Date(day)),
            (Value::Timestamp(text("2024-02-29 00:00:00")), Bound::Date(day)),
            (Value::Timestamp(text("2024-02-29 01:00:00.5")), Bound::Timestamp(fine)),
            (
                Value::Timestamp(text("2024-02-29 00:00:00+02:00")),
                Bound::Timestamp(Moment { offset: Some(120), ..day }),
            ),
            (Value::Bytes(vec![1, 2]), Bound::Raw(vec![1, 2])),
        ] {
            assert_eq!(bound(&value), Some(expected), "{value:?}");
        }
        let wrong = BTreeMap::from([(text("since"), Value::Date(text("hier")))]);
        assert_eq!(all(&wrong), Err(TargetError::Rejected(text("the value of :since is no date"))));
    }
}
