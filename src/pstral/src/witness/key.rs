//! The key of this installation as a witness: made before it cosigns anything, and never a second time in silence.

use std::path::Path;

use pstral_core::text::text;

use super::records::{self, Records};
use crate::audit_heads::key_error;
use crate::audit_key::AuditKey;
use crate::compose::StartError;

/// Returns the key of a file, and makes it where nothing was cosigned yet.
pub(super) fn installed(path: &Path) -> Result<AuditKey, StartError> {
    match existing(path)? {
        Some(key) => Ok(key),
        None => AuditKey::read_or_make(path).map_err(|error| unusable(&error)),
    }
}

/// Returns the key of a file; `None` where there is none and nothing was cosigned. A key that is gone is an error: the logs
/// would take nothing that another one signs.
pub(super) fn existing(path: &Path) -> Result<Option<AuditKey>, StartError> {
    let key = AuditKey::read(path).map_err(|error| unusable(&error))?;
    if key.is_none() && records::is_any_beside(path).map_err(|error| unusable(&error.into()))? {
        let found = text("found-witness-key-gone").with("path", path.display().to_string());
        let fact = format!("{}: the key is gone", path.display());
        let gone = StartError::new("witness", fact, text("remedy-witness-key-gone"));
        return Err(StartError { found: Some(Box::new(found)), ..gone });
    }
    Ok(key)
}

/// Checks the key and each record without making anything; returns the number of records.
pub(super) fn check(path: &Path) -> Result<usize, StartError> {
    let Some(key) = existing(path)? else { return Ok(0) };
    let checked = Records::beside(path, key.public()).check();
    checked.map_err(|error| StartError::new("witness", error.to_string(), text("remedy-witness-records")))
}

fn unusable(error: &anyhow::Error) -> StartError {
    StartError { part: "witness".to_owned(), remedy: text("remedy-witness-key"), ..key_error(error) }
}
