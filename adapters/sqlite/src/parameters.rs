//! Values for the `:name` parameters of a statement.

use std::collections::BTreeMap;

use pstral_core::domain::Value;
use pstral_core::ports::TargetError;
use pstral_reading::Brake;
use rusqlite::Statement;
use rusqlite::types::Value as Stored;

use crate::fault::fault;

/// Gives every parameter its value; one without is refused, since SQLite would take it for null.
pub(crate) fn bind(
    statement: &mut Statement<'_>,
    values: &BTreeMap<String, Value>,
    brake: &Brake,
) -> Result<(), TargetError> {
    for index in 1..=statement.parameter_count() {
        let name = statement.parameter_name(index).and_then(|name| name.strip_prefix(':')).unwrap_or_default();
        let Some(value) = values.get(name) else {
            return Err(TargetError::Rejected(format!("parameter :{name} has no value")));
        };
        let stored = stored(value);
        statement.raw_bind_parameter(index, stored).map_err(|error| fault(&error, brake))?;
    }
    Ok(())
}

/// SQLite has no decimals: one is compared as a whole number where it is one, else as the nearest float, which is
/// also how a decimal column stores it.
fn stored(value: &Value) -> Stored {
    match value {
        Value::Null | Value::Unsupported(_) => Stored::Null,
        Value::Boolean(truth) => Stored::Integer(i64::from(*truth)),
        Value::Integer(number) => Stored::Integer(*number),
        Value::Real(number) => Stored::Real(*number),
        Value::Decimal(text) => match (text.parse(), text.parse()) {
            (Ok(whole), _) => Stored::Integer(whole),
            (_, Ok(number)) => Stored::Real(number),
            _ => Stored::Text(text.clone()),
        },
        Value::Text(text) | Value::Date(text) | Value::Timestamp(text) => Stored::Text(text.clone()),
        Value::Bytes(bytes) => Stored::Blob(bytes.clone()),
    }
}
