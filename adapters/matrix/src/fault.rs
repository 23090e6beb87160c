//! Converts errors of the homeserver to [`PlatformError`].

use std::error::Error as _;
use std::time::{Duration, SystemTime};

use matrix_sdk::reqwest::StatusCode;
use matrix_sdk::ruma::api::error::{ErrorKind, RetryAfter};
use matrix_sdk::{Error, HttpError};
use pstral_core::ports::PlatformError;

/// The wait assumed when the server rate-limits without saying for how long, and the longest wait that is accepted from
/// it.
const UNSAID: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(2);

/// Converts an error of matrix-sdk.
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

/// Converts an error of an HTTP request.
pub(crate) fn http_fault(error: &HttpError) -> PlatformError {
    let Some(api) = error.as_client_api_error() else { return PlatformError::Unavailable(cause(error)) };
    let said = || api.to_string();
    match api.error_kind() {
        Some(ErrorKind::LimitExceeded(data)) => {
            PlatformError::RateLimited { retry_after: data.retry_after.map_or(UNSAID, wait) }
        }
        // Whatever stands before the homeserver may have its own words for it.
        _ if api.status_code == StatusCode::TOO_MANY_REQUESTS => PlatformError::RateLimited { retry_after: UNSAID },
        Some(ErrorKind::NotFound) => PlatformError::Gone,
        Some(ErrorKind::Forbidden) if says(api, "not in room") => PlatformError::Gone,
        Some(ErrorKind::UnknownToken(_) | ErrorKind::MissingToken) => PlatformError::Unavailable(said()),
        _ if api.status_code.is_server_error() => PlatformError::Unavailable(said()),
        _ => PlatformError::Rejected(said()),
    }
}

/// Checks whether the account is no longer logged in, which only a person can resolve.
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

/// Describes the underlying cause without the URL: some contain names of rooms.
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
    let said = match after {
        RetryAfter::Delay(delay) => delay,
        RetryAfter::DateTime(then) => then.duration_since(SystemTime::now()).unwrap_or_default(),
    };
    said.min(LONGEST)
}

#[cfg(test)]
mod tests {
    use matrix_sdk::ruma::api::EndpointError as _;
    use matrix_sdk::ruma::api::client::uiaa::UiaaResponse;
    use matrix_sdk::ruma::api::error::{Error as ApiError, FromHttpResponseError};
    use matrix_sdk::ruma::exports::http::Response;

    use super::*;

    #[test]
    fn a_refusal_is_one_whoever_says_it_and_however_long() {
        let limited = |retry_after| PlatformError::RateLimited { retry_after };
        let said =
            |millis: &str| format!(r#"{{ "errcode": "M_LIMIT_EXCEEDED", "error": "no", "retry_after_ms": {millis} }}"#);
        for (status, header, body, expected) in [
            (429, None, said("1500"), limited(Duration::from_millis(1500))),
            (429, None, said("86400000"), limited(LONGEST)),
            (
                429,
                Some("18446744073709551615"),
                r#"{ "errcode": "M_LIMIT_EXCEEDED", "error": "no" }"#.to_owned(),
                limited(LONGEST),
            ),
            (429, None, "<html>Too many</html>".to_owned(), limited(UNSAID)),
            (429, None, r#"{ "message": "slow down" }"#.to_owned(), limited(UNSAID)),
            (404, None, r#"{ "errcode": "M_NOT_FOUND", "error": "no" }"#.to_owned(), PlatformError::Gone),
        ] {
            let mut response = Response::builder().status(status);
            if let Some(after) = header {
                response = response.header("Retry-After", after);
            }
            let error = ApiError::from_http_response(response.body(body.clone().into_bytes()).unwrap());
            let error = HttpError::Api(Box::new(FromHttpResponseError::Server(UiaaResponse::MatrixError(error))));
            assert_eq!(http_fault(&error), expected, "{body}");
        }
    }
}
