//! Oracle's and its driver's errors as the decisions of the port.

mod error_codes;

use std::fmt;

use pstral_core::ports::TargetError;
use pstral_reading::Brake;

/// Characters kept of a message: it quotes the statement, which may be long.
const MESSAGE: usize = 300;

/// The origin of an error, with its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// The database or its network layer.
    Ora(u32),
    /// ODPI-C, or another driver with the same fault.
    Dpi(u32),
    /// The driver cannot do it: take such a value, or enter an account through another.
    #[cfg(feature = "thin")]
    Unsupported,
    /// A column is of a type that cannot be read, or only whole.
    Unreadable,
    /// The driver or its binding to Rust, by its own words.
    Other,
}

/// An error of the driver or the database, with its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OracleError {
    /// Its number.
    pub(crate) code: Code,
    /// The whole message, which may name hosts and accounts.
    pub(crate) message: String,
}

impl OracleError {
    /// An error with the driver's message.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl fmt::Display for OracleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The decision that follows from an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorClass {
    /// The statement's own fault.
    Rejected,
    /// The statement was interrupted by the brake, which knows the reason.
    Stopped,
    /// The call's time is over.
    Timeout,
    /// The connection is gone, or never came.
    Lost,
    /// The database was not reached, refused the login, or is not open.
    Unavailable,
    /// The person's own account is not let in.
    NoAccount,
    /// A limit was reached, or somebody else holds a lock.
    Busy,
    /// There is no working client library.
    ClientMissing,
    /// Memory or temporary space is exhausted.
    OutOfMemory,
    /// The statement failed while running.
    Failed,
}

/// The progress of the work when an error occurred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Neither planning nor rows have begun: a lost connection says nothing about the statement.
    BeforeRows,
    /// Rows have come, or the statement is being planned: it may be why a connection is lost.
    Running,
}

/// The decision for a number. Meanings: <https://docs.oracle.com/en/error-help/db/> and ODPI-C's `dpiErrorMessages.h`.
pub(crate) fn classify(code: Code) -> ErrorClass {
    match code {
        Code::Ora(number) => error_codes::by_ora(number),
        Code::Dpi(number) => error_codes::by_dpi(number),
        Code::Unreadable => ErrorClass::Rejected,
        #[cfg(feature = "thin")]
        Code::Unsupported => ErrorClass::Rejected,
        Code::Other => ErrorClass::Failed,
    }
}

/// The error for the port: a stop is told apart by what pulled the brake.
pub(crate) fn to_target_error(error: &OracleError, brake: &Brake, phase: Phase) -> TargetError {
    let class = classify(error.code);
    let message = match class {
        ErrorClass::Lost | ErrorClass::Unavailable | ErrorClass::NoAccount | ErrorClass::Busy => without_hosts(error),
        _ => short(&error.message),
    };
    match class {
        ErrorClass::Rejected => TargetError::Rejected(message),
        // Somebody on the server's side can cancel a call too.
        ErrorClass::Stopped => brake.pulled().unwrap_or(TargetError::Failed(message)),
        ErrorClass::Timeout => brake.pulled().unwrap_or_else(|| brake.timeout()),
        // A broken call can also show as a lost connection.
        ErrorClass::Lost => brake.pulled().unwrap_or(match phase {
            Phase::BeforeRows => TargetError::Unavailable(message),
            Phase::Running => TargetError::Failed(message),
        }),
        // Where it is a person's account, the pool has said so.
        ErrorClass::Unavailable | ErrorClass::NoAccount => TargetError::Unavailable(message),
        ErrorClass::Busy => TargetError::Busy(message),
        ErrorClass::ClientMissing => TargetError::ClientMissing(message),
        ErrorClass::OutOfMemory => TargetError::OutOfMemory(message),
        ErrorClass::Failed => TargetError::Failed(message),
    }
}

/// Checks whether the session is unaffected by an error.
pub(crate) fn is_clean(error: &TargetError) -> bool {
    matches!(error, TargetError::Rejected(_))
}

/// Shortens a message of the network layer or the login so that it names no hosts, files or accounts: since 23ai those
/// are in a second sentence.
fn without_hosts(error: &OracleError) -> String {
    match error.code {
        Code::Ora(1045) => "ORA-01045: the account lacks CREATE SESSION".to_owned(),
        _ => short(error.message.split_once(". ").map_or(error.message.as_str(), |(first, _)| first)),
    }
}

/// The first line, which says what is wrong; the others say where in the server, or where to read more.
fn short(message: &str) -> String {
    let line = message.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("Help: "));
    let line = line.unwrap_or("no message").trim_start_matches("OCI Error: ").trim_start_matches("DPI Error: ");
    line.chars().take(MESSAGE).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio_util::sync::CancellationToken;

    use super::*;

    #[test]
    fn what_pulled_the_brake_decides_what_a_broken_call_is() {
        let free = || Brake::new(Duration::from_mins(1), CancellationToken::new());
        let stopped = || {
            let token = CancellationToken::new();
            token.cancel();
            Brake::new(Duration::from_mins(1), token)
        };
        let late = || Brake::new(Duration::ZERO, CancellationToken::new());
        let decided = |code, brake: Brake, phase| to_target_error(&OracleError::new(code, "ORA-1: x"), &brake, phase);
        let (broken, gone, slow) = (Code::Ora(1013), Code::Ora(3113), Code::Dpi(1067));
        for code in [broken, gone, slow] {
            assert_eq!(decided(code, stopped(), Phase::Running), TargetError::Cancelled);
            assert_eq!(decided(code, late(), Phase::Running), TargetError::Timeout { seconds: 1 });
        }
        assert_eq!(decided(slow, free(), Phase::BeforeRows), TargetError::Timeout { seconds: 60 });
        assert!(
            matches!(decided(broken, free(), Phase::BeforeRows), TargetError::Failed(_)),
            "an administrator's hand"
        );
        assert!(matches!(decided(gone, free(), Phase::BeforeRows), TargetError::Unavailable(_)));
        assert!(matches!(decided(gone, free(), Phase::Running), TargetError::Failed(_)));
    }

    #[test]
    fn what_is_out_of_reach_is_told_without_names() {
        let brake = Brake::new(Duration::from_mins(1), CancellationToken::new());
        for (number, message, expected) in [
            (12_541, "ORA-12541: Cannot connect. No listener at host 10.1.2.3 port 1521.", "ORA-12541: Cannot connect"),
            (12_541, "ORA-12541: TNS:no listener", "ORA-12541: TNS:no listener"),
            (
                12_154,
                "ORA-12154: Cannot connect to database. Cannot find alias CRM in /etc/tnsnames.ora.",
                "ORA-12154: Cannot connect to database",
            ),
            (
                1045,
                "ORA-01045: user PSTRAL lacks CREATE SESSION privilege; logon denied",
                "ORA-01045: the account lacks CREATE SESSION",
            ),
        ] {
            let error = to_target_error(&OracleError::new(Code::Ora(number), message), &brake, Phase::BeforeRows);
            assert_eq!(error, TargetError::Unavailable(expected.to_owned()));
        }
    }

    #[test]
    fn only_what_is_wrong_is_told() {
        for (message, expected) in [
            (
                "ORA-00942: table or view \"CRM\".\"CLIENT\" does not exist\nHelp: https://docs.oracle.com/error-help/db/ora-00942/",
                "ORA-00942: table or view \"CRM\".\"CLIENT\" does not exist",
            ),
            ("ORA-20001: closed year\nORA-06512: at \"CRM.YEARS\", line 12", "ORA-20001: closed year"),
            ("OCI Error: ORA-01476: divisor is equal to zero", "ORA-01476: divisor is equal to zero"),
            ("", "no message"),
        ] {
            assert_eq!(short(message), expected);
        }
        assert_eq!(short(&"é".repeat(400)).chars().count(), MESSAGE);
    }
}
