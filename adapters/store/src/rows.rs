//! Columns of rows as words of the domain.

use jiff::Timestamp;
use pstral_core::domain::{Place, PlatformName};
use pstral_core::ports::StoreError;

use crate::fault::fault;
use crate::sql::{FromColumn, Row};

/// A column as it is stored.
pub(crate) fn get<T: FromColumn>(row: &Row, column: &str) -> Result<T, StoreError> {
    T::from_column(row, column).map_err(fault)
}

/// A column of milliseconds.
pub(crate) fn time(row: &Row, column: &str) -> Result<Timestamp, StoreError> {
    let milliseconds: i64 = get(row, column)?;
    timestamp(milliseconds).ok_or_else(|| unexpected(column, &milliseconds.to_string()))
}

/// A column that holds one of a few words.
pub(crate) fn word<T>(row: &Row, column: &str, meaning: impl FnOnce(&str) -> Option<T>) -> Result<T, StoreError> {
    let word: String = get(row, column)?;
    meaning(&word).ok_or_else(|| unexpected(column, &word))
}

/// A place from its three columns.
pub(crate) fn place(row: &Row, columns: [&str; 3]) -> Result<Place, StoreError> {
    let [platform, path, private] = columns;
    let path: String = get(row, path)?;
    Ok(Place::at_path(PlatformName(get(row, platform)?), &path, get(row, private)?))
}

/// Returns the error of a column with an unexpected value.
pub(crate) fn unexpected(column: &str, held: &str) -> StoreError {
    StoreError::Corrupt(format!("{column} is {held:?}"))
}

/// Returns the error of a column or a value that is not the JSON it should be; `what` names what it is of.
pub(crate) fn corrupt_json(what: &'static str) -> impl Fn(serde_json::Error) -> StoreError {
    move |error| StoreError::Corrupt(format!("{what}: {error}"))
}

/// A time from the milliseconds it is stored as.
pub(crate) fn timestamp(milliseconds: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(milliseconds).ok()
}
