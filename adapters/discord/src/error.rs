//! Errors of Discord's API, and what follows from them.

use std::error::Error as _;
use std::time::Duration;

use pstral_core::ports::PlatformError;

/// The wait assumed when Discord rate-limits a request without saying for how long.
const UNSAID: Duration = Duration::from_secs(1);

/// Error codes of Discord's answers (<https://discord.com/developers/docs/topics/opcodes-and-status-codes#json>).
pub(crate) mod codes {
    pub(crate) const UNKNOWN_CHANNEL: i64 = 10_003;
    pub(crate) const UNKNOWN_MESSAGE: i64 = 10_008;
    pub(crate) const UNKNOWN_WEBHOOK: i64 = 10_015;
    pub(crate) const UNKNOWN_INTERACTION: i64 = 10_062;
    /// The limit for edits of a message that is over an hour old was reached.
    pub(crate) const EDITED_TOO_OFTEN: i64 = 30_046;
    pub(crate) const ALREADY_ANSWERED: i64 = 40_060;
    pub(crate) const MISSING_ACCESS: i64 = 50_001;
    pub(crate) const MISSING_PERMISSIONS: i64 = 50_013;
    pub(crate) const CANNOT_MESSAGE_USER: i64 = 50_007;
    pub(crate) const INVALID_TOKEN: i64 = 50_027;
    pub(crate) const THREAD_EXISTS: i64 = 160_004;
}

/// The reason why a request failed.
#[derive(Debug, Clone)]
pub(crate) enum DiscordError {
    /// The rate limit was reached, so the request was refused or not made. It may be retried after this time.
    RateLimited(Duration),
    /// Discord refused the request.
    Rejected {
        /// The HTTP status.
        status: u16,
        /// Discord's error code; 0 if none was given.
        code: i64,
        /// Discord's error message.
        message: String,
    },
    /// No connection was made: Discord did not receive the request.
    NotSent(String),
    /// Discord did not answer, or failed with a server error: the request may have been carried out.
    Unavailable(String),
}

impl DiscordError {
    /// Builds the error of an unsuccessful answer. The limit for edits of an old message comes as a rate limit without
    /// a wait; it is treated as a refusal, as a retry would be of no use.
    pub(crate) fn of_answer(status: u16, code: i64, message: String, wait: Option<Duration>) -> Self {
        match status {
            429 if code != codes::EDITED_TOO_OFTEN => Self::RateLimited(wait.unwrap_or(UNSAID)),
            500.. => Self::Unavailable(format!("{status} {message}")),
            _ => Self::Rejected { status, code, message },
        }
    }

    /// Returns Discord's error code, if it refused.
    pub(crate) fn code(&self) -> Option<i64> {
        match self {
            Self::Rejected { code, .. } => Some(*code),
            Self::RateLimited(_) | Self::NotSent(_) | Self::Unavailable(_) => None,
        }
    }
}

impl From<reqwest::Error> for DiscordError {
    fn from(error: reqwest::Error) -> Self {
        let cause = error.source().map_or_else(String::new, |cause| format!(": {cause}"));
        let is_unreached = error.is_connect();
        // Its own words hold the address, and some addresses hold a token.
        let fact = format!("{}{cause}", error.without_url());
        if is_unreached { Self::NotSent(fact) } else { Self::Unavailable(fact) }
    }
}

impl From<DiscordError> for PlatformError {
    fn from(fault: DiscordError) -> Self {
        match fault {
            DiscordError::RateLimited(retry_after) => Self::RateLimited { retry_after },
            DiscordError::NotSent(fact) | DiscordError::Unavailable(fact) => Self::Unavailable(fact),
            DiscordError::Rejected { code, status, message } => match code {
                codes::UNKNOWN_CHANNEL
                | codes::UNKNOWN_MESSAGE
                | codes::UNKNOWN_WEBHOOK
                | codes::UNKNOWN_INTERACTION
                | codes::INVALID_TOKEN
                | codes::MISSING_ACCESS => Self::Gone,
                _ => Self::Rejected(format!("{status} {code} {message}")),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_is_told_from_what_is_refused() {
        let refused = |status, code| DiscordError::Rejected { status, code, message: "no".to_owned() };
        for (fault, expected) in [
            (refused(404, codes::UNKNOWN_MESSAGE), PlatformError::Gone),
            (refused(403, codes::MISSING_ACCESS), PlatformError::Gone),
            (refused(401, codes::INVALID_TOKEN), PlatformError::Gone),
            (refused(403, codes::CANNOT_MESSAGE_USER), PlatformError::Rejected("403 50007 no".to_owned())),
            (refused(400, 50_035), PlatformError::Rejected("400 50035 no".to_owned())),
            (DiscordError::RateLimited(UNSAID), PlatformError::RateLimited { retry_after: UNSAID }),
            (DiscordError::NotSent("refused".to_owned()), PlatformError::Unavailable("refused".to_owned())),
            (DiscordError::Unavailable("503".to_owned()), PlatformError::Unavailable("503".to_owned())),
        ] {
            assert_eq!(PlatformError::from(fault), expected);
        }
    }
}
