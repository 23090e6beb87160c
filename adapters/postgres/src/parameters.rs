//! Values for the parameters of a statement: of the types that PostgreSQL expects where they stand, so that its indexes
//! are used, unless a value would lose something by it.

use std::collections::BTreeMap;

use pstral_core::domain::Value;
use pstral_core::ports::TargetError;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgConnection, PgStatement, PgTypeInfo};
use sqlx::{Arguments as _, Either, Encode, Row as _, Statement as _, Type, TypeInfo as _, ValueRef as _};

use crate::fault::fault;
use crate::placeholders::numbered;
use crate::session::ask;
use crate::statement::prepared;
use crate::values::hexadecimal;

/// PostgreSQL cannot tell what a parameter is, or which operator is meant: "indeterminate data type", "ambiguous
/// function", "undefined function".
const UNDECIDED: [&str; 3] = ["42P18", "42725", "42883"];

/// Prepares a statement and encodes its values.
pub(crate) async fn prepare(
    connection: &mut PgConnection,
    text: &str,
    values: &BTreeMap<String, Value>,
) -> Result<(PgStatement, PgArguments), TargetError> {
    let (text, names) = numbered(text);
    let value = |name: &String| {
        values.get(name).ok_or_else(|| TargetError::Rejected(format!("parameter :{name} has no value")))
    };
    let values: Vec<&Value> = names.iter().map(value).collect::<Result<_, _>>()?;
    let work = async {
        if values.is_empty() {
            return Ok((prepared(connection, &text, &[]).await?, PgArguments::default()));
        }
        let (statement, types) = declared(connection, &text, &values).await?;
        let arguments = encoded(connection, &values, &types).await?;
        Ok((statement, arguments))
    };
    work.await.map_err(|error: sqlx::Error| fault(&error, false))
}

/// The statement and the types of its parameters: those PostgreSQL infers, but the value's own where it does not fit.
async fn declared(
    connection: &mut PgConnection,
    text: &str,
    values: &[&Value],
) -> Result<(PgStatement, Vec<PgTypeInfo>), sqlx::Error> {
    ask("SAVEPOINT before").execute(&mut *connection).await?;
    let inferred = match prepared(connection, text, &[]).await {
        Ok(statement) => statement,
        Err(error) if is_undecided(&error) => {
            ask("ROLLBACK TO before").execute(&mut *connection).await?;
            let own: Vec<PgTypeInfo> = values.iter().map(|value| own(value)).collect();
            let statement = prepared(connection, text, &own).await?;
            let types = types(&statement);
            return Ok((statement, types));
        }
        Err(error) => return Err(error),
    };
    let expected = types(&inferred);
    let fits: Vec<bool> = values.iter().zip(&expected).map(|(value, expected)| fits(value, expected)).collect();
    if fits.iter().all(|fits| *fits) {
        return Ok((inferred, expected));
    }
    let hints = values.iter().zip(fits).map(|(value, fits)| if fits { infer() } else { own(value) });
    let hints: Vec<PgTypeInfo> = hints.collect();
    // The one that was prepared is known by its text.
    sqlx::Connection::clear_cached_statements(connection).await?;
    let statement = prepared(connection, text, &hints).await?;
    let types = types(&statement);
    Ok((statement, types))
}

fn is_undecided(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(error) if error.code().is_some_and(|code| UNDECIDED.contains(&&*code)))
}

fn types(statement: &PgStatement) -> Vec<PgTypeInfo> {
    match statement.parameters() {
        Some(Either::Left(types)) => types.to_vec(),
        _ => Vec::new(),
    }
}

/// Asks PostgreSQL to infer the type: <https://www.postgresql.org/docs/current/protocol-message-formats.html>, Parse.
fn infer() -> PgTypeInfo {
    PgTypeInfo::with_oid(Oid(0))
}

/// The type of the value itself.
fn own(value: &Value) -> PgTypeInfo {
    let number = match value {
        Value::Boolean(_) => 16,
        Value::Integer(number) if i32::try_from(*number).is_ok() => 23,
        Value::Integer(_) => 20,
        Value::Real(_) => 701,
        Value::Decimal(_) => 1700,
        Value::Text(_) | Value::Null | Value::Unsupported(_) => 25,
        Value::Date(_) => 1082,
        Value::Timestamp(text) if has_zone(text) => 1184,
        Value::Timestamp(_) => 1114,
        Value::Bytes(_) => 17,
    };
    PgTypeInfo::with_oid(Oid(number))
}

fn has_zone(timestamp: &str) -> bool {
    timestamp.get(19..).is_some_and(|rest| rest.contains(['+', '-', 'Z', 'z']))
}

/// Checks whether the value keeps its digits and its time of day when converted to this type.
fn fits(value: &Value, expected: &PgTypeInfo) -> bool {
    let whole = |most: i64| match value {
        Value::Integer(number) => (-most - 1..=most).contains(number),
        Value::Decimal(_) | Value::Real(_) => false,
        _ => true,
    };
    match expected.name() {
        "INT2" => whole(i64::from(i16::MAX)),
        "INT4" => whole(i64::from(i32::MAX)),
        "INT8" => whole(i64::MAX),
        "DATE" => !matches!(value, Value::Timestamp(_)),
        "TIMESTAMP" => !matches!(value, Value::Timestamp(text) if has_zone(text)),
        _ => true,
    }
}

/// PostgreSQL itself turns each value's text into its type, whatever that is, and what it answers is what is bound.
async fn encoded(
    connection: &mut PgConnection,
    values: &[&Value],
    types: &[PgTypeInfo],
) -> Result<PgArguments, sqlx::Error> {
    let casts = types.iter().enumerate().map(|(at, expected)| format!("CAST(${}::text AS {})", at + 1, name(expected)));
    let mut question = ask(&format!("SELECT {}", casts.collect::<Vec<_>>().join(", ")));
    for value in values {
        question = question.bind(written(value));
    }
    let row = question.fetch_one(connection).await?;
    let mut arguments = PgArguments::default();
    for at in 0..types.len() {
        let raw = row.try_get_raw(at)?;
        let bytes = if raw.is_null() { None } else { Some(raw.as_bytes().map_err(sqlx::Error::Decode)?.to_vec()) };
        arguments.add(Encoded(bytes)).map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

/// The type without a length: `char` and `bit` by themselves have the length one.
fn name(expected: &PgTypeInfo) -> &str {
    match expected.oid().map(|number| number.0) {
        Some(18) => "\"char\"",
        Some(1042) => "bpchar",
        Some(1560) => "varbit",
        _ => expected.name(),
    }
}

/// As PostgreSQL reads it.
fn written(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Unsupported(_) => None,
        Value::Boolean(truth) => Some(truth.to_string()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Real(number) => Some(number.to_string()),
        Value::Decimal(text) | Value::Text(text) | Value::Date(text) | Value::Timestamp(text) => Some(text.clone()),
        Value::Bytes(bytes) => Some(hexadecimal(bytes)),
    }
}

/// A value in the form in which PostgreSQL sent it.
struct Encoded(Option<Vec<u8>>);

impl Type<sqlx::Postgres> for Encoded {
    fn type_info() -> PgTypeInfo {
        infer()
    }
}

impl Encode<'_, sqlx::Postgres> for Encoded {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        match &self.0 {
            Some(bytes) => {
                buffer.extend_from_slice(bytes);
                Ok(IsNull::No)
            }
            None => Ok(IsNull::Yes),
        }
    }
}
