//! The driver's errors with the numbers by which the adapter decides.

use oracledb::{Error, ErrorKind};

use crate::error::{Code, OracleError};

/// ODPI-C's numbers for the two faults that it shares with this driver.
const TIMED_OUT: Code = Code::Dpi(1067);
const DISCONNECTED: Code = Code::Dpi(1010);

/// An error of a call.
impl From<&Error> for OracleError {
    fn from(error: &Error) -> Self {
        let code = match error.kind() {
            ErrorKind::DbError(error) => ora(error.code()),
            ErrorKind::CallTimeoutExceeded => TIMED_OUT,
            ErrorKind::DeadConnection
            | ErrorKind::NotConnected
            | ErrorKind::UnableToRecover
            | ErrorKind::StreamOperation
            | ErrorKind::LockPoisoned => DISCONNECTED,
            ErrorKind::UnsupportedDbType(_)
            | ErrorKind::InvalidOracleNumber(_)
            | ErrorKind::InvalidBindName(_)
            | ErrorKind::MissingBindValue(_) => Code::Unsupported,
            _ => Code::Other,
        };
        Self { code, message: error.to_string() }
    }
}

impl From<Error> for OracleError {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

/// An error before there is a session: with the numbers of Oracle's own client, and without the hosts and files that
/// the driver names.
pub(super) fn while_connecting(error: &Error) -> OracleError {
    let (number, words) = match error.kind() {
        ErrorKind::InvalidServiceName(..) => (12_514, "the listener does not know the service"),
        ErrorKind::InvalidSid(..) => (12_505, "the listener does not know the SID"),
        ErrorKind::ListenerRefusedConnection(.., number) => (*number, "the listener refuses the connection"),
        ErrorKind::CallTimeoutExceeded => (12_170, "the host does not answer"),
        ErrorKind::StreamOperation => (12_541, "the host cannot be reached, or no listener answers there"),
        ErrorKind::TlsOperation => (12_560, "TLS with the server fails"),
        ErrorKind::TnsAliasNotFound(..) | ErrorKind::NoConfigDir => (12_154, "the alias is not found"),
        ErrorKind::InvalidConnectString(..) | ErrorKind::InvalidDescriptorNode(..) | ErrorKind::ParseError(..) => {
            (12_154, "the connect string cannot be read")
        }
        ErrorKind::DbError(_) => return error.into(),
        _ => return OracleError::new(OracleError::from(error).code, "the driver cannot connect"),
    };
    OracleError { code: ora(number), message: format!("ORA-{number:05}: {words}") }
}

fn ora(number: usize) -> Code {
    u32::try_from(number).map_or(Code::Other, Code::Ora)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connect_string_that_cannot_be_read_is_not_repeated() {
        let error = oracledb::Config::default().set_connect_string("//secret.example:x/crm").err().unwrap();
        let fault = while_connecting(&error);
        assert_eq!(fault.code, Code::Ora(12_154));
        assert!(!fault.message.contains("secret"), "{fault}");
    }
}
