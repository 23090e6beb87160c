//! SQLite's errors as the decisions of the port.

use pstral_core::ports::TargetError;
use pstral_reading::Brake;
use rusqlite::{ErrorCode, ffi};

/// Characters kept of SQLite's own message: it quotes the statement, which may be long.
const MESSAGE: usize = 300;

/// The decision an error calls for. An interruption is told apart by what pulled the brake.
pub(crate) fn fault(error: &rusqlite::Error, brake: &Brake) -> TargetError {
    match error {
        rusqlite::Error::SqliteFailure(failure, message) => {
            if needs_memory(*failure) {
                return TargetError::OutOfMemory("it needs more than SQLite may take".to_owned());
            }
            let message = message.clone().unwrap_or_else(|| failure.to_string());
            by_code(failure.code, short(&message), brake)
        }
        rusqlite::Error::SqlInputError { msg, .. } => TargetError::Rejected(short(msg)),
        rusqlite::Error::NulError(_) => TargetError::Rejected("the statement holds a NUL character".to_owned()),
        rusqlite::Error::MultipleStatement => TargetError::Rejected("more than one statement".to_owned()),
        other => TargetError::Failed(short(&other.to_string())),
    }
}

/// True where an allocation failed, also one for a page or for a program that is too long.
fn needs_memory(failure: ffi::Error) -> bool {
    failure.code == ErrorCode::OutOfMemory || failure.extended_code == ffi::SQLITE_IOERR_NOMEM
}

fn by_code(code: ErrorCode, message: String, brake: &Brake) -> TargetError {
    match code {
        ErrorCode::OperationInterrupted => brake.pulled().unwrap_or(TargetError::Cancelled),
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => TargetError::Busy(message),
        ErrorCode::NotADatabase => {
            TargetError::Unavailable("the file is not a SQLite database, or it is encrypted".to_owned())
        }
        // SQLite's message holds the path here, which nobody but the operator needs to know.
        ErrorCode::CannotOpen | ErrorCode::PermissionDenied => {
            TargetError::Unavailable("the file cannot be opened for reading".to_owned())
        }
        // On a read-only connection: an interrupted write must first be rolled back by someone who may write.
        ErrorCode::ReadOnly => TargetError::Unavailable(format!("its last write was not finished: {message}")),
        ErrorCode::Unknown
        | ErrorCode::AuthorizationForStatementDenied
        | ErrorCode::TooBig
        | ErrorCode::TypeMismatch
        | ErrorCode::ParameterOutOfRange => TargetError::Rejected(message),
        _ => TargetError::Failed(message),
    }
}

fn short(message: &str) -> String {
    message.chars().take(MESSAGE).collect()
}
