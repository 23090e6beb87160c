//! One statement of someone else, prepared and run in the transaction that was begun for it.

use std::collections::BTreeMap;

use futures::StreamExt as _;
use pstral_core::domain::{LimitReached, Limits, Row, Value};
use pstral_core::ports::TargetError;
use pstral_reading::{Brake, Outlet};
use sqlx::postgres::{PgConnection, PgRow, PgStatement};
use sqlx::{AssertSqlSafe, Column as _, Row as _, Statement as _, TypeInfo as _, ValueRef as _};

use crate::fault::{fault, is_canceled};
use crate::parameters;
use crate::pool::Done;
use crate::values::Shape;

/// The statement to run, with its parameters and limits.
pub(crate) struct Asked {
    pub(crate) text: String,
    pub(crate) values: BTreeMap<String, Value>,
    pub(crate) limits: Limits,
}

/// The decoding of a column.
struct Reading {
    shape: Shape,
    type_name: String,
}

/// Runs a statement to its end or a limit, handing rows to `outlet`.
pub(crate) async fn run(
    connection: &mut PgConnection,
    asked: Asked,
    brake: &Brake,
    mut outlet: Outlet,
) -> Result<Done<Option<LimitReached>>, TargetError> {
    let (statement, arguments) = parameters::prepare(connection, &asked.text, &asked.values).await?;
    let columns = statement.columns();
    if columns.is_empty() {
        return Err(TargetError::Rejected("not a query".to_owned()));
    }
    let readings: Vec<Reading> = columns.iter().map(reading).collect();
    let names = columns.iter().map(|column| column.name().to_owned()).collect();
    outlet.describe(names, readings.iter().map(|reading| Some(reading.shape.kind())).collect());

    let text = AssertSqlSafe(statement.sql().as_str().to_owned());
    let mut rows = sqlx::query_with(text, arguments).fetch(connection);
    let mut begun = false;
    loop {
        let next = match outlet.due() {
            Some(due) => tokio::time::timeout_at(due, rows.next()).await,
            None => Ok(rows.next().await),
        };
        match next {
            Err(_) => outlet.flush_soon().await?,
            Ok(None) => break,
            Ok(Some(Err(error))) => return Err(stopped(&error, brake).unwrap_or_else(|| fault(&error, begun))),
            Ok(Some(Ok(row))) => {
                begun = true;
                if let Some(reached) = outlet.push_soon(cells(&row, &readings, asked.limits.cell_bytes)).await? {
                    outlet.flush_soon().await?;
                    return Ok(Done { value: Some(reached), whole: false });
                }
            }
        }
    }
    outlet.flush_soon().await?;
    Ok(Done::whole(None))
}

fn reading(column: &sqlx::postgres::PgColumn) -> Reading {
    let type_info = column.type_info();
    Reading { shape: Shape::of(type_info), type_name: type_info.name().to_lowercase() }
}

fn cells(row: &PgRow, readings: &[Reading], most: usize) -> Row {
    let cell = |(at, reading): (usize, &Reading)| {
        let unsupported = || Value::Unsupported(reading.type_name.clone());
        let Ok(raw) = row.try_get_raw(at) else { return unsupported() };
        if raw.is_null() {
            return Value::Null;
        }
        let bytes = raw.as_bytes().ok();
        bytes.and_then(|bytes| reading.shape.value(bytes, most)).unwrap_or_else(unsupported)
    };
    readings.iter().enumerate().map(cell).collect()
}

/// The server's own clock starts after ours: where it stops a statement before our deadline, somebody else did.
pub(crate) fn stopped(error: &sqlx::Error, brake: &Brake) -> Option<TargetError> {
    if is_canceled(error) { brake.pulled() } else { None }
}

/// Prepares a text without running it.
pub(crate) async fn prepared(
    connection: &mut PgConnection,
    text: &str,
    types: &[sqlx::postgres::PgTypeInfo],
) -> Result<PgStatement, sqlx::Error> {
    use sqlx::{Executor as _, SqlSafeStr as _};
    connection.prepare_with(AssertSqlSafe(text.to_owned()).into_sql_str(), types).await
}
