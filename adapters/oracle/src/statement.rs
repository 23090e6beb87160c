//! Runs one statement of a person: read-only, with its parameters, row by row.

use std::collections::BTreeMap;

use pstral_core::domain::{LimitReached, Limits, Row, Value};
use pstral_core::ports::TargetError;
use pstral_reading::{Brake, Outlet};

use crate::bind_value::{BindValue, bind_values};
use crate::calls::BoundedSession;
use crate::error::{Code, OracleError, Phase};
use crate::lob_columns::is_lob;
use crate::pool::{Pool, Purpose};
use crate::session::{Cursor, Query, ResultColumn};
use crate::wrapped_query::{WrappedQuery, restore_timestamp};

/// Stops writing and locking, but not what functions of the database do in transactions of their own: that is the
/// guard's and the account's to stop.
/// <https://docs.oracle.com/en/database/oracle/oracle-database/19/sqlrf/SET-TRANSACTION.html>
const READ_ONLY: &str = "SET TRANSACTION READ ONLY";

/// Begins a read-only transaction. If that fails, the error is not the statement's.
pub(crate) fn begin_read_only(bounded: &mut BoundedSession<'_>) -> Result<(), TargetError> {
    bounded.call(|session| session.run(READ_ONLY)).map_err(|error| match error {
        TargetError::Rejected(reason) => TargetError::Failed(reason),
        other => other,
    })
}

/// A statement as it came through the guard.
pub(crate) struct Statement {
    /// The exact text that runs.
    pub(crate) text: String,
    /// The values of its parameters.
    pub(crate) values: BTreeMap<String, Value>,
    /// The limits of time, rows and bytes.
    pub(crate) limits: Limits,
    /// Rows a round trip.
    pub(crate) fetch_size: u32,
    /// True if it may create temporary LOBs, even if its result has none.
    pub(crate) may_have_lobs: bool,
}

/// The person who asks.
pub(crate) struct Person {
    /// The local user's name.
    pub(crate) name: String,
    /// The account it runs under, where it is not ours.
    pub(crate) account: Option<String>,
}

/// Runs a statement to its end, its limits or its brake, handing rows to `outlet`.
pub(crate) fn run(
    pool: &Pool,
    person: &Person,
    statement: &Statement,
    brake: &Brake,
    outlet: Outlet,
) -> Result<Option<LimitReached>, TargetError> {
    let parameters = bind_values(&statement.values)?;
    with_person(pool, Purpose::Reading, person, brake, |bounded| {
        bounded.discard = statement.may_have_lobs;
        begin_read_only(bounded)?;
        rows(bounded, statement, &parameters, outlet)
    })
}

/// Does work on a session that is entered as the person, and that says who it is.
pub(crate) fn with_person<T>(
    pool: &Pool,
    purpose: fn(Option<String>) -> Purpose,
    person: &Person,
    brake: &Brake,
    work: impl FnOnce(&mut BoundedSession<'_>) -> Result<T, TargetError>,
) -> Result<T, TargetError> {
    let done = pool.with(purpose(person.account.clone()), brake, |bounded| {
        bounded.call(|session| session.identify(&person.name))?;
        work(bounded)
    });
    done.map_err(|error| match error {
        TargetError::NoAccount { .. } => TargetError::NoAccount { person: person.name.clone() },
        other => other,
    })
}

/// A query of our own on the dictionary, read whole. The rows of one reading are those of one moment.
pub(crate) fn query_all(
    bounded: &mut BoundedSession<'_>,
    text: &str,
    parameters: &[(String, BindValue)],
) -> Result<Vec<Row>, TargetError> {
    // Many, and narrow.
    let query = Query { text, parameters, rows: 1000, ahead: 101, may_have_lobs: false, cell_bytes: 4000 };
    let mut cursor = bounded.call(|session| session.query(&query))?;
    let mut rows = Vec::new();
    while let Some(row) = bounded.call(|_| cursor.next())? {
        rows.push(row);
    }
    Ok(rows)
}

fn rows(
    bounded: &mut BoundedSession<'_>,
    statement: &Statement,
    parameters: &[(String, BindValue)],
    mut outlet: Outlet,
) -> Result<Option<LimitReached>, TargetError> {
    let (mut cursor, wrapped) = open(bounded, statement, parameters)?;
    let columns =
        wrapped.as_ref().map_or_else(|| cursor.columns().to_vec(), |wrapped| wrapped.all_columns(cursor.columns()));
    bounded.discard |= columns.iter().any(|column| is_lob(&column.kind));
    let names = columns.iter().map(|column| column.name.clone()).collect();
    outlet.describe(names, columns.iter().map(|column| Some(column.kind.declared())).collect());
    // A large object is a round trip of its own.
    let each = if columns.iter().any(|column| is_lob(&column.kind)) { 1 } else { statement.fetch_size.max(1) };
    let mut delivered: u32 = 0;
    let reached = loop {
        let Some(row) = bounded.call(|_| cursor.next())? else { break None };
        bounded.phase = Phase::Running;
        if let Some(reached) = outlet.push(if wrapped.is_some() { restore_omitted(row, &columns) } else { row })? {
            break Some(reached);
        }
        delivered = delivered.wrapping_add(1);
        // The next row may take another round trip.
        if delivered.is_multiple_of(each) {
            outlet.flush()?;
        }
    };
    outlet.finish()?;
    Ok(reached)
}

/// Opens the statement; if the driver does not support a column, a wrapped query reads the others.
fn open(
    bounded: &mut BoundedSession<'_>,
    statement: &Statement,
    parameters: &[(String, BindValue)],
) -> Result<(Box<dyn Cursor>, Option<WrappedQuery>), TargetError> {
    let Statement { limits, fetch_size, may_have_lobs, .. } = statement;
    // One more than is delivered shows that there are more.
    let rows = u32::try_from(limits.rows).unwrap_or(u32::MAX).saturating_add(1).min(*fetch_size).max(1);
    let ahead = rows.saturating_add(1);
    let query =
        |text| Query { text, parameters, rows, ahead, may_have_lobs: *may_have_lobs, cell_bytes: limits.cell_bytes };
    let found = bounded.call(|session| match session.query(&query(&statement.text)) {
        Ok(cursor) => Ok(Some(cursor)),
        Err(OracleError { code: Code::Unreadable, .. }) => Ok(None),
        Err(other) => Err(other),
    })?;
    if let Some(cursor) = found {
        return Ok((cursor, None));
    }
    let named = bounded.call(|session| session.describe(&statement.text))?;
    let wrapped = WrappedQuery::around(&statement.text, &named)?;
    tracing::debug!("wrapping a statement to leave out columns that cannot be read");
    let cursor = bounded.call(|session| session.query(&query(&wrapped.text)))?;
    Ok((cursor, Some(wrapped)))
}

/// Returns a row with its omitted columns, each as the name of its type.
fn restore_omitted(row: Row, columns: &[ResultColumn]) -> Row {
    let mut read = row.into_iter();
    let cell = |column: &ResultColumn| match &column.kind {
        crate::kind::Kind::Unsupported(name) => Value::Unsupported(name.clone()),
        kind => restore_timestamp(read.next().unwrap_or(Value::Null), kind),
    };
    columns.iter().map(cell).collect()
}
