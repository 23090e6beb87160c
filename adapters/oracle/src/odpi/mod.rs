//! Oracle's own client library, through ODPI-C. Tests run it on a double of the library (`tests/double`).

mod bind;
mod cursor;
mod describe;
mod session;

use std::path::PathBuf;

use oracle::{Connector, InitParams};
use secrecy::ExposeSecret as _;

use crate::error::{Code, OracleError};
use crate::session::{Driver, Login, Session};

/// Opens sessions with the Instant Client, which is loaded when the first one is opened. Where it is missing, every
/// attempt says so at once and looks again: it may have been installed meanwhile.
pub(crate) struct Odpi {
    folder: Option<PathBuf>,
}

impl Odpi {
    /// Loads nothing yet.
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    fn load(&self) -> Result<(), OracleError> {
        let mut params = InitParams::new();
        params.default_driver_name("pstral")?;
        if let Some(folder) = &self.folder {
            params.oracle_client_lib_dir(folder.as_os_str())?;
        }
        params.init()?;
        Ok(())
    }
}

impl Driver for Odpi {
    fn open(&self, login: &Login) -> Result<Box<dyn Session>, OracleError> {
        self.load()?;
        let user = match &login.through {
            Some(account) => format!("{}[{account}]", login.user),
            None => login.user.clone(),
        };
        let connection = Connector::new(user, login.password.expose_secret(), login.connect.as_str()).connect()?;
        // Travels with the first round trip; a database that has no such attribute is still one.
        let _ = connection.set_module("pstral");
        Ok(Box::new(session::Connected::new(connection)))
    }
}

/// The binding's error with its number. What it says of types it does not know has none.
impl From<&oracle::Error> for OracleError {
    fn from(error: &oracle::Error) -> Self {
        let number = |code: Option<i32>| code.and_then(|code| u32::try_from(code).ok());
        let message = error.to_string();
        let code = match (number(error.oci_code()), number(error.dpi_code())) {
            (Some(code), _) => Code::Ora(code),
            (None, Some(1008 | 1014 | 1021)) => Code::Unreadable,
            (None, Some(code)) => Code::Dpi(code),
            (None, None) if is_of_types(&message) => Code::Unreadable,
            (None, None) => Code::Other,
        };
        Self { code, message }
    }
}

impl From<oracle::Error> for OracleError {
    fn from(error: oracle::Error) -> Self {
        Self::from(&error)
    }
}

/// The binding's own words: `from_type_info` and `var_create_param` in its `oracle_type.rs`, version 0.6.3.
fn is_of_types(message: &str) -> bool {
    message.contains("unknown Oracle type number") || message.contains("unsupported Oracle type")
}

#[cfg(test)]
mod tests {
    use oracle::{Error, ErrorKind};

    use super::*;

    #[test]
    fn a_type_that_is_not_known_is_told_apart() {
        for (message, expected) in [
            ("unsupported Oracle type JSON", Code::Unreadable),
            ("unknown Oracle type number 2033", Code::Unreadable),
            ("dpVar handle isn't initialized", Code::Other),
        ] {
            assert_eq!(OracleError::from(Error::new(ErrorKind::InternalError, message)).code, expected);
        }
    }
}
