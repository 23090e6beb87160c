//! Errors of the database as decisions of the port.

use std::borrow::Cow;

use pstral_core::ports::StoreError;
use sqlx::Error;
use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;

/// Converts an error that no row, name or number of the caller explains.
pub(crate) fn fault(error: Error) -> StoreError {
    match error {
        Error::Database(refusal) => match refusal.try_downcast_ref::<PgDatabaseError>() {
            Some(refusal) => refused_by_server(refusal),
            None => refused(refusal.as_ref()),
        },
        Error::PoolTimedOut => StoreError::Unavailable(
            "no connection within the time-out: its server is stopped, cannot be reached, or has none to spare"
                .to_owned(),
        ),
        Error::PoolClosed => StoreError::Unavailable("it is closed".to_owned()),
        Error::Io(_) | Error::WorkerCrashed | Error::BeginFailed | Error::Tls(_) | Error::Protocol(_) => {
            StoreError::Unavailable(error.to_string())
        }
        Error::ColumnDecode { index, .. } => {
            StoreError::Corrupt(format!("the column {} holds what does not belong there", index.trim_matches('"')))
        }
        Error::RowNotFound => StoreError::Corrupt("a row is missing".to_owned()),
        other => StoreError::Corrupt(other.to_string()),
    }
}

/// Checks whether somebody else holds the file's lock.
pub(crate) fn is_busy(error: &Error) -> bool {
    error.as_database_error().and_then(code).is_some_and(|code| matches!(code, 5 | 6))
}

/// The result code of SQLite (<https://www.sqlite.org/rescode.html>): the low byte of the extended one.
fn code(refusal: &dyn DatabaseError) -> Option<i32> {
    Some(refusal.code()?.parse::<i32>().ok()? & 0xff)
}

fn refused(refusal: &dyn DatabaseError) -> StoreError {
    let why = match code(refusal) {
        Some(5 | 6) => {
            let said = refusal.message().replace("database is locked", "busy");
            return StoreError::Busy(format!("another program has held its file for too long ({said})"));
        }
        Some(8) => "its file is read-only",
        Some(10) => "its file could not be read or written",
        Some(13) => return StoreError::Full(refusal.message().to_owned()),
        Some(14) => "its file could not be opened",
        Some(26) => return StoreError::Corrupt(format!("its file is not an SQLite database ({})", refusal.message())),
        Some(1 | 11 | 19 | 20) => return StoreError::Corrupt(refusal.message().to_owned()),
        _ => return StoreError::Unavailable(refusal.message().to_owned()),
    };
    StoreError::Unavailable(format!("{why} ({})", refusal.message()))
}

/// Converts a refusal by PostgreSQL's code (<https://www.postgresql.org/docs/current/errcodes-appendix.html>). Only its
/// message is passed on, as its other fields may contain values.
fn refused_by_server(refusal: &PgDatabaseError) -> StoreError {
    let said = refusal.message();
    let why = match refusal.code() {
        "40001" | "40P01" | "55P03" | "25P03" => {
            return StoreError::Busy(format!("another program has held it for too long ({said})"));
        }
        "53100" => return StoreError::Full(said.to_owned()),
        "53300" => "it takes no more connections",
        "25006" => "it can only be read",
        "3D000" => "there is no such database on its server",
        code if code.starts_with("28") => "its server does not let this account in",
        "42501" => "its account may not do this",
        "57014" => "it took too long",
        code if matches!(&code[..2], "08" | "53" | "57" | "58") => "its server is away",
        _ => return StoreError::Corrupt(said.to_owned()),
    };
    StoreError::Unavailable(format!("{why} ({said})"))
}

/// Converts an error like [`fault`], but a taken name becomes [`StoreError::Duplicate`], and a reference to a missing
/// row [`StoreError::Missing`].
pub(crate) fn conflict(error: Error, name: impl Into<Cow<'static, str>>, needed: &str) -> StoreError {
    match error.as_database_error() {
        Some(refusal) if refusal.is_unique_violation() => StoreError::Duplicate(name.into().into_owned()),
        Some(refusal) if refusal.is_foreign_key_violation() => StoreError::Missing(needed.to_owned()),
        _ => fault(error),
    }
}

/// Returns [`StoreError::Missing`] if a change affected no row.
pub(crate) fn require_changed(changed: u64, name: impl FnOnce() -> String) -> Result<(), StoreError> {
    if changed == 0 { Err(StoreError::Missing(name())) } else { Ok(()) }
}
