//! Oracle's and its driver's errors as the decisions of the port.

mod numbers;

use std::fmt;

use pstral_core::ports::TargetError;
use pstral_reading::Brake;

/// Characters kept of a message: it quotes the statement, which may be long.
const MESSAGE: usize = 300;

/// Who says so, with its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// The database or its network layer.
    Ora(u32),
    /// ODPI-C.
    Dpi(u32),
    /// A column is of a type that cannot be read, or only whole.
    Unreadable,
    /// The binding to Rust, by its own words.
    Other,
}

/// What went wrong, in the driver's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Its number.
    pub(crate) code: Code,
    /// All it said; may name hosts and accounts.
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

/// What an error calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    /// The statement's own fault.
    Rejected,
    /// What pulled the brake says which.
    Stopped,
    /// The call's time is over.
    Timeout,
    /// The connection is gone, or never came.
    Lost,
    /// Not reached, not let in, not open.
    Unavailable,
    /// The person's own account is not let in.
    NoAccount,
    /// No room, or someone else holds it.
    Busy,
    /// There is no client library that works.
    ClientMissing,
    /// It broke while running.
    Failed,
}

/// How far work had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// No row has come.
    Before,
    /// Rows have come.
    Rows,
}

/// The decision for a number. Meanings: <https://docs.oracle.com/en/error-help/db/> and ODPI-C's `dpiErrorMessages.h`.
pub(crate) fn decision(code: Code) -> Decision {
    match code {
        Code::Ora(number) => numbers::by_ora(number),
        Code::Dpi(1047 | 1049 | 1050 | 1072 | 1079) => Decision::ClientMissing,
        Code::Dpi(1067) => Decision::Timeout,
        Code::Dpi(1010 | 1080) => Decision::Lost,
        // A number or a text that the driver cannot take as a value.
        Code::Dpi(1006 | 1043 | 1044 | 1045) | Code::Unreadable => Decision::Rejected,
        Code::Dpi(_) | Code::Other => Decision::Failed,
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
            Stage::Rows => TargetError::Failed(message),
        }),
        // Where it is a person's account, the pool has said so.
        Decision::Unavailable | Decision::NoAccount => TargetError::Unavailable(message),
        Decision::Busy => TargetError::Busy(message),
        Decision::ClientMissing => TargetError::ClientMissing(message),
        Decision::Failed => TargetError::Failed(message),
    }
}

/// Whether the session is as good as before.
pub(crate) fn is_clean(error: &TargetError) -> bool {
    matches!(error, TargetError::Rejected(_))
}

/// What the network layer and the door say, without the hosts, files and accounts that they name: since 23ai those stand
/// in a second sentence.
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
    fn each_number_has_its_decision() {
        use Decision::{Busy, ClientMissing, Failed, Lost, NoAccount, Rejected, Stopped, Timeout, Unavailable};
        let ora: &[(Decision, &[u32])] = &[
            (
                Rejected,
                &[
                    // Syntax and names.
                    900, 904, 907, 911, 918, 923, 933, 936, 942, 979, 980, 999, 1747, 2289, 32034,
                    // Privileges, read-only.
                    1031, 1039, 1456, 16000, 41900, // Data and limits of SQL.
                    1426, 1427, 1476, 1489, 1722, 1790, 1795, 1821, 1830, 1839, 1858, 6502, 6503, 12899, 22835, 30009,
                    1436, 1873, 40441, // Raised by views and functions; profiles; row-level rules.
                    20000, 20001, 20999, 2392, 2393, 2394, 2395, 28113, 28115, 4043, 4063, 2014,
                ],
            ),
            (Stopped, &[1013]),
            (Timeout, &[3136, 3156, 12161]),
            (Lost, &[28, 603, 1012, 1092, 2396, 3113, 3114, 3135, 12537, 12547, 12570, 12571]),
            (
                Unavailable,
                &[
                    1033, 1034, 1089, 1090, 27101, 12154, 12170, 12505, 12514, 12521, 12541, 12543, 12545, 12560, 1017,
                    1005, 1045, 28000, 28001,
                ],
            ),
            (NoAccount, &[28150, 28183]),
            (Busy, &[18, 20, 54, 60, 2391, 4021, 12516, 12519, 12520, 12528, 24418, 24459, 30006]),
            (Failed, &[600, 1410, 1555, 1652, 4031, 7445, 8103, 24999, 65000]),
        ];
        for (expected, numbers) in ora {
            for number in *numbers {
                assert_eq!(decision(Code::Ora(*number)), *expected, "ORA-{number:05}");
            }
        }
        for (expected, numbers) in [
            (ClientMissing, &[1047_u32, 1049, 1050, 1072][..]),
            (Timeout, &[1067]),
            (Lost, &[1010, 1080]),
            (Rejected, &[1043, 1044, 1045]),
            (Failed, &[1001, 1007, 1037, 1062]),
        ] {
            for number in numbers {
                assert_eq!(decision(Code::Dpi(*number)), expected, "DPI-{number}");
            }
        }
        assert_eq!((decision(Code::Unreadable), decision(Code::Other)), (Rejected, Failed));
    }

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
            assert_eq!(decided(code, stopped(), Stage::Rows), TargetError::Cancelled);
            assert_eq!(decided(code, late(), Stage::Rows), TargetError::Timeout { seconds: 1 });
        }
        assert_eq!(decided(slow, free(), Stage::Before), TargetError::Timeout { seconds: 60 });
        assert!(matches!(decided(broken, free(), Stage::Before), TargetError::Failed(_)), "an administrator's hand");
        assert!(matches!(decided(gone, free(), Stage::Before), TargetError::Unavailable(_)));
        assert!(matches!(decided(gone, free(), Stage::Rows), TargetError::Failed(_)));
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
