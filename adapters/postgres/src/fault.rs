//! PostgreSQL's errors as the decisions of the port.

use std::io::ErrorKind;

use pstral_core::ports::TargetError;
use sqlx::error::DatabaseError;
use sqlx::postgres::{PgDatabaseError, PgSeverity};

use crate::session::Terms;

/// Characters kept of PostgreSQL's own message: it quotes the statement, which may be long.
const MESSAGE: usize = 300;

/// Somebody or a time limit of the server stopped the statement.
const CANCELED: &str = "57014";

/// There is no such role, or the account is no member of it: "invalid parameter value", "insufficient privilege".
const NO_ROLE: [&str; 2] = ["22023", "42501"];

/// The decision an error calls for. A server that goes away is away before the first row, and has failed once rows came.
pub(crate) fn fault(error: &sqlx::Error, begun: bool) -> TargetError {
    let gone = |message: String| {
        if begun { TargetError::Failed(message) } else { TargetError::Unavailable(message) }
    };
    match error {
        sqlx::Error::Database(error) => match error.try_downcast_ref::<PgDatabaseError>() {
            Some(error) => by_code(error, gone),
            None => TargetError::Failed("the server refuses without saying why".to_owned()),
        },
        sqlx::Error::Io(error) => gone(connection(error.kind())),
        // Its text may name the server.
        sqlx::Error::Tls(_) => TargetError::Unavailable("no encrypted connection could be made".to_owned()),
        sqlx::Error::Configuration(_) => {
            TargetError::Unavailable("the connection's settings are not usable".to_owned())
        }
        sqlx::Error::Protocol(message) => gone(short(message)),
        sqlx::Error::TypeNotFound { .. } | sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
            TargetError::Rejected("a column has a type that cannot be read here: cast it to text".to_owned())
        }
        other => TargetError::Failed(short(&other.to_string())),
    }
}

/// Checks whether the server stopped the statement on request or at a time limit.
pub(crate) fn is_canceled(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(error) if error.code().as_deref() == Some(CANCELED))
}

/// Explains why no transaction could begin. The statement is not the reason, as it has not been sent yet.
pub(crate) fn not_begun(error: &sqlx::Error, terms: &Terms) -> TargetError {
    if let (Some(role), Some(code)) = (&terms.role, error.as_database_error().and_then(DatabaseError::code))
        && NO_ROLE.contains(&&*code)
    {
        tracing::warn!(role, "the role in accounts does not exist, or the account is not a member of it");
        return TargetError::NoAccount { person: terms.person.clone() };
    }
    match fault(error, false) {
        TargetError::Rejected(why) => TargetError::Unavailable(why),
        other => other,
    }
}

/// Checks whether the connection has ended. After an error of a statement the server goes on listening; after a fatal
/// one it does not:
/// <https://www.postgresql.org/docs/current/runtime-config-logging.html#RUNTIME-CONFIG-SEVERITY-LEVELS>.
pub(crate) fn is_gone(error: &sqlx::Error) -> bool {
    let said = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    said.is_none_or(|error| matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic))
}

/// Codes: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn by_code(error: &PgDatabaseError, gone: impl FnOnce(String) -> TargetError) -> TargetError {
    let said = || match error.hint() {
        Some(hint) => short(&format!("{} ({})", error.message(), hint.trim_end_matches('.'))),
        None => short(error.message()),
    };
    let code = error.code();
    match code {
        CANCELED => TargetError::Failed("somebody stopped the statement on the server".to_owned()),
        // Their messages name the account, the address or the database.
        _ if code.starts_with("28") => TargetError::Unavailable("the account or its password is refused".to_owned()),
        "3D000" => TargetError::Unavailable("the database does not exist on this server".to_owned()),
        "53300" => TargetError::Unavailable("the server has no connection left".to_owned()),
        "57P03" => TargetError::Unavailable("the server is starting or stopping".to_owned()),
        "57P01" | "57P02" | "57P05" | "25P03" => gone("the server ended the connection".to_owned()),
        _ if code.starts_with("08") => gone("the connection was lost".to_owned()),
        "55P03" | "40001" | "40P01" => TargetError::Busy(said()),
        // Memory, and `temp_file_limit` where it is set.
        "53200" | "53400" => TargetError::OutOfMemory(said()),
        // Resources, limits, the operator, the system, a defect: nothing in the statement would mend them.
        "54000" | "54001" | "54011" | "54023" => TargetError::Rejected(said()),
        _ if ["53", "54", "57", "58", "F0", "XX"].iter().any(|class| code.starts_with(class)) => {
            TargetError::Failed(said())
        }
        _ => TargetError::Rejected(said()),
    }
}

fn connection(kind: ErrorKind) -> String {
    match kind {
        ErrorKind::ConnectionRefused => "the server refuses connections".to_owned(),
        ErrorKind::NotFound => "there is no server at this place".to_owned(),
        ErrorKind::TimedOut | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            "the server cannot be reached from here".to_owned()
        }
        ErrorKind::UnexpectedEof
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe => "the connection was lost".to_owned(),
        // The system has no kind of its own for a name that nobody knows.
        other => format!("there is no server of this name, or it cannot be reached ({other})"),
    }
}

pub(crate) fn short(message: &str) -> String {
    message.chars().take(MESSAGE).collect()
}
