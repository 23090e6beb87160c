//! Oracle's and its driver's errors as the decisions of the port.

mod numbers;

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
pub(crate) struct Fault {
    /// Its number.
    pub(crate) code: Code,
    /// The whole message, which may name hosts and accounts.
    pub(crate) message: String,
}

impl Fault {
    /// An error with the driver's message.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The decision that follows from an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
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
pub(crate) enum Stage {
    /// Neither planning nor rows have begun: a lost connection says nothing about the statement.
    Before,
    /// Rows have come, or the statement is being planned: it may be why a connection is lost.
    Begun,
}

/// The decision for a number. Meanings: <https://docs.oracle.com/en/error-help/db/> and ODPI-C's `dpiErrorMessages.h`.
pub(crate) fn decision(code: Code) -> Decision {
    match code {
        Code::Ora(number) => numbers::by_ora(number),
        Code::Dpi(number) => numbers::by_dpi(number),
        Code::Unreadable => Decision::Rejected,
        #[cfg(feature = "thin")]
        Code::Unsupported => Decision::Rejected,
        Code::Other => Decision::Failed,
    }
}

/// The error for the port: a stop is told apart by what pulled the brake.
pub(crate) fn fault(fault: &Fault, brake: &Brake, stage: Stage) -> TargetError {
    let decision = decision(fault.code);
    let message = match decision {
        Decision::Lost | Decision::Unavailable | Decision::NoAccount | Decision::Busy => nameless(fault),
        _ => short(&fault.message),
    };
    match decision {
        Decision::Rejected => TargetError::Rejected(message),
        // Somebody on the server's side can cancel a call too.
        Decision::Stopped => brake.pulled().unwrap_or(TargetError::Failed(message)),
        Decision::Timeout => brake.pulled().unwrap_or_else(|| brake.timeout()),
        // A broken call can also show as a lost connection.
        Decision::Lost => brake.pulled().unwrap_or(match stage {
            Stage::Before => TargetError::Unavailable(message),
            Stage::Begun => TargetError::Failed(message),
        }),
        // Where it is a person's account, the pool has said so.
        Decision::Unavailable | Decision::NoAccount => TargetError::Unavailable(message),
        Decision::Busy => TargetError::Busy(message),
        Decision::ClientMissing => TargetError::ClientMissing(message),
        Decision::OutOfMemory => TargetError::OutOfMemory(message),
        Decision::Failed => TargetError::Failed(message),
    }
}

/// Checks whether the session is unaffected by an error.
pub(crate) fn is_clean(error: &TargetError) -> bool {
    matches!(error, TargetError::Rejected(_))
}

/// Shortens a message of the network layer or the login so that it names no hosts, files or accounts: since 23ai those
/// are in a second sentence.
fn nameless(fault: &Fault) -> String {
    match fault.code {
        Code::Ora(1045) => "ORA-01045: the account lacks CREATE SESSION".to_owned(),
        _ => short(fault.message.split_once(". ").map_or(fault.message.as_str(), |(first, _)| first)),
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
        let decided = |code, brake: Brake, stage| fault(&Fault::new(code, "ORA-1: x"), &brake, stage);
        let (broken, gone, slow) = (Code::Ora(1013), Code::Ora(3113), Code::Dpi(1067));
        for code in [broken, gone, slow] {
            assert_eq!(decided(code, stopped(), Stage::Begun), TargetError::Cancelled);
            assert_eq!(decided(code, late(), Stage::Begun), TargetError::Timeout { seconds: 1 });
        }
        assert_eq!(decided(slow, free(), Stage::Before), TargetError::Timeout { seconds: 60 });
        assert!(matches!(decided(broken, free(), Stage::Before), TargetError::Failed(_)), "an administrator's hand");
        assert!(matches!(decided(gone, free(), Stage::Before), TargetError::Unavailable(_)));
        assert!(matches!(decided(gone, free(), Stage::Begun), TargetError::Failed(_)));
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
            let error = fault(&Fault::new(Code::Ora(number), message), &brake, Stage::Before);
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
