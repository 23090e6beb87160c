//! What a homeserver says when it does not do what it was asked, and what that decides.

use std::error::Error as _;
use std::time::{Duration, SystemTime};

use matrix_sdk::ruma::api::error::{ErrorKind, RetryAfter};
use matrix_sdk::{Error, HttpError};
use pstral_core::ports::PlatformError;

/// How long a budget is left alone where the server refuses and says nothing more.
const UNSAID: Duration = Duration::from_secs(1);

/// Why a request came to nothing.
pub(crate) fn fault(error: Error) -> PlatformError {
    match error {
        Error::Http(error) => http_fault(&error),
        // Left, banned, or never there.
        Error::WrongRoomState(_) => PlatformError::Gone,
        Error::AuthenticationRequired => PlatformError::Unavailable("not logged in".to_owned()),
        Error::Io(error) => PlatformError::Rejected(error.to_string()),
        other => PlatformError::Unavailable(other.to_string()),
    }
}

/// The same, of a request by itself.
pub(crate) fn http_fault(error: &HttpError) -> PlatformError {
    let Some(api) = error.as_client_api_error() else { return PlatformError::Unavailable(cause(error)) };
    let said = || api.to_string();
    match api.error_kind() {
        Some(ErrorKind::LimitExceeded(data)) => {
            PlatformError::RateLimited { retry_after: data.retry_after.map_or(UNSAID, wait) }
        }
        Some(ErrorKind::NotFound) => PlatformError::Gone,
        Some(ErrorKind::Forbidden) if says(api, "not in room") => PlatformError::Gone,
        Some(ErrorKind::UnknownToken(_) | ErrorKind::MissingToken) => PlatformError::Unavailable(said()),
        _ if api.status_code.is_server_error() => PlatformError::Unavailable(said()),
        _ => PlatformError::Rejected(said()),
    }
}

/// Whether the account is logged in no more: only a person can mend that.
pub(crate) fn is_logged_out(error: &Error) -> bool {
    let kind = match error {
        Error::Http(error) => error.client_api_error_kind(),
        _ => None,
    };
    matches!(kind, Some(ErrorKind::UnknownToken(_) | ErrorKind::MissingToken | ErrorKind::UserDeactivated))
}

fn says(api: &matrix_sdk::ruma::api::error::Error, words: &str) -> bool {
    api.to_string().contains(words)
}

/// What lies below, without an address: those of some requests hold names of rooms.
fn cause(error: &HttpError) -> String {
    match error {
        HttpError::Reqwest(error) => {
            let mut cause: &dyn std::error::Error = error;
            while let Some(below) = cause.source() {
                cause = below;
            }
            if error.source().is_none() { "the request failed".to_owned() } else { cause.to_string() }
        }
        other => other.to_string(),
    }
}

fn wait(after: RetryAfter) -> Duration {
    match after {
        RetryAfter::Delay(delay) => delay,
        RetryAfter::DateTime(then) => then.duration_since(SystemTime::now()).unwrap_or_default(),
    }
}
