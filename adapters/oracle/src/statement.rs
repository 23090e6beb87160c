//! Runs one statement of a person: read-only, with its parameters, row by row.

use std::collections::BTreeMap;

use pstral_core::domain::{LimitReached, Limits, Row, Value};
use pstral_core::ports::TargetError;
use pstral_reading::{Brake, Outlet};

use crate::bound::{self, Bound};
use crate::fault::{Code, Fault, Stage};
use crate::frame::{Frame, framed};
use crate::large::is_large;
use crate::pool::{Pool, Purpose};
use crate::session::{Cursor, Described, Query};
use crate::trips::Trips;

/// Stops writing and locking, but not what functions of the database do in transactions of their own: that is the
/// guard's and the account's to stop.
/// <https://docs.oracle.com/en/database/oracle/oracle-database/19/sqlrf/SET-TRANSACTION.html>
const READ_ONLY: &str = "SET TRANSACTION READ ONLY";

/// Begins a transaction that only reads. That it cannot be begun is nobody's statement's fault.
pub(crate) fn begin(trips: &mut Trips<'_>) -> Result<(), TargetError> {
    trips.call(|session| session.run(READ_ONLY)).map_err(|error| match error {
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
    pub(crate) fetch: u32,
    /// True if it may create temporary LOBs, even if its result has none.
    pub(crate) large: bool,
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
    let parameters = bound::all(&statement.values)?;
    with_person(pool, Purpose::Reading, person, brake, |trips| {
        trips.spent = statement.large;
        begin(trips)?;
        rows(trips, statement, &parameters, outlet)
    })
}

/// Does work on a session that is entered as the person, and that says who it is.
pub(crate) fn with_person<T>(
    pool: &Pool,
    purpose: fn(Option<String>) -> Purpose,
    person: &Person,
    brake: &Brake,
    work: impl FnOnce(&mut Trips<'_>) -> Result<T, TargetError>,
) -> Result<T, TargetError> {
    let done = pool.with(purpose(person.account.clone()), brake, |trips| {
        trips.call(|session| session.identify(&person.name))?;
        work(trips)
    });
    done.map_err(|error| match error {
        TargetError::NoAccount { .. } => TargetError::NoAccount { person: person.name.clone() },
        other => other,
    })
}

/// A query of our own on the dictionary, read whole. The rows of one reading are those of one moment.
pub(crate) fn all(trips: &mut Trips<'_>, text: &str, parameters: &[(String, Bound)]) -> Result<Vec<Row>, TargetError> {
    // Many, and narrow.
    let query = Query { text, parameters, rows: 1000, ahead: 101, large: false, cell_bytes: 4000 };
    let mut cursor = trips.call(|session| session.query(&query))?;
    let mut rows = Vec::new();
    while let Some(row) = trips.call(|_| cursor.next())? {
        rows.push(row);
    }
    Ok(rows)
}

fn rows(
    trips: &mut Trips<'_>,
    statement: &Statement,
    parameters: &[(String, Bound)],
    mut outlet: Outlet,
) -> Result<Option<LimitReached>, TargetError> {
    let (mut cursor, frame) = open(trips, statement, parameters)?;
    let columns = frame.as_ref().map_or_else(|| cursor.columns().to_vec(), |frame| frame.described(cursor.columns()));
    trips.spent |= columns.iter().any(|column| is_large(&column.kind));
    let names = columns.iter().map(|column| column.name.clone()).collect();
    outlet.describe(names, columns.iter().map(|column| Some(column.kind.declared())).collect());
    // A large object is a round trip of its own.
    let each = if columns.iter().any(|column| is_large(&column.kind)) { 1 } else { statement.fetch.max(1) };
    let mut delivered: u32 = 0;
    let reached = loop {
        let Some(row) = trips.call(|_| cursor.next())? else { break None };
        trips.stage = Stage::Begun;
        if let Some(reached) = outlet.push(if frame.is_some() { whole(row, &columns) } else { row })? {
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

/// Opens the statement; if the driver does not support a column, a frame reads the others.
fn open(
    trips: &mut Trips<'_>,
    statement: &Statement,
    parameters: &[(String, Bound)],
) -> Result<(Box<dyn Cursor>, Option<Frame>), TargetError> {
    let Statement { limits, fetch, large, .. } = statement;
    // One more than is delivered shows that there are more.
    let rows = u32::try_from(limits.rows).unwrap_or(u32::MAX).saturating_add(1).min(*fetch).max(1);
    let ahead = rows.saturating_add(1);
    let query = |text| Query { text, parameters, rows, ahead, large: *large, cell_bytes: limits.cell_bytes };
    let found = trips.call(|session| match session.query(&query(&statement.text)) {
        Ok(cursor) => Ok(Some(cursor)),
        Err(Fault { code: Code::Unreadable, .. }) => Ok(None),
        Err(other) => Err(other),
    })?;
    if let Some(cursor) = found {
        return Ok((cursor, None));
    }
    let named = trips.call(|session| session.describe(&statement.text))?;
    let frame = Frame::around(&statement.text, &named)?;
    tracing::debug!("wrapping a statement to leave out columns that cannot be read");
    let cursor = trips.call(|session| session.query(&query(&frame.text)))?;
    Ok((cursor, Some(frame)))
}

/// A row with the columns that were left away, each with the name of its type.
fn whole(row: Row, columns: &[Described]) -> Row {
    let mut read = row.into_iter();
    let cell = |column: &Described| match &column.kind {
        crate::kind::Kind::Unsupported(name) => Value::Unsupported(name.clone()),
        kind => framed(read.next().unwrap_or(Value::Null), kind),
    };
    columns.iter().map(cell).collect()
}
