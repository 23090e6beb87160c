//! Oracle's driver in Rust alone, without a client library. Tests run it on a server of its network protocol
//! (`tests/thin`).
//!
//! A preview: `docs/oracle.md` has its limits.

mod bind;
mod cursor;
mod error;
mod session;

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use oracledb::{Config, Connection};
use secrecy::ExposeSecret as _;

use self::error::while_connecting;
use crate::error::{Code, OracleError};
use crate::session::{Driver, Login, Session};

/// Attempts to connect that nobody waits for any more, each with a thread: beyond these there are no new ones.
const LINGERING: usize = 8;

/// Opens sessions with the crate `oracledb`.
pub(crate) struct Thin {
    connect_timeout: Duration,
    lingering: Arc<()>,
}

impl Thin {
    /// Connects to nothing yet.
    pub(crate) fn new(connect_timeout: Duration) -> Self {
        Self { connect_timeout, lingering: Arc::new(()) }
    }

    /// The driver bounds the time to reach the host, not that for its answers: it waits for those on a thread of its
    /// own, which lives until the server answers or hangs up.
    fn connect(&self, config: Config) -> Result<Connection, OracleError> {
        if Arc::strong_count(&self.lingering) > LINGERING {
            return Err(unanswered("earlier attempts to connect still wait for an answer"));
        }
        let (sender, connected) = channel();
        let (linger, lingers) = channel::<Arc<()>>();
        let work = move || {
            // A connection that comes too late is closed where it is dropped.
            drop(sender.send(oracledb::connect(config)));
            drop(lingers);
        };
        let thread = thread::Builder::new().name("oracle-connect".to_owned()).spawn(work);
        thread.map_err(|error| OracleError::new(Code::Other, error.to_string()))?;
        match connected.recv_timeout(self.connect_timeout) {
            Ok(connected) => connected.map_err(|error| while_connecting(&error)),
            Err(RecvTimeoutError::Timeout) => {
                // Counted until the thread ends.
                let _ = linger.send(Arc::clone(&self.lingering));
                Err(unanswered("the server does not answer"))
            }
            // It takes what a server says for granted, and panics where that is missing.
            Err(RecvTimeoutError::Disconnected) => {
                Err(OracleError::new(Code::Other, "the driver broke down connecting"))
            }
        }
    }
}

/// The number that Oracle's own client has for a time-out while connecting.
fn unanswered(words: &str) -> OracleError {
    OracleError::new(Code::Ora(12_170), format!("ORA-12170: {words}"))
}

impl Driver for Thin {
    fn open(&self, login: &Login) -> Result<Box<dyn Session>, OracleError> {
        if login.through.is_some() {
            let words =
                "each person's own account needs the client library: this driver cannot enter one through another";
            return Err(OracleError::new(Code::Unsupported, words));
        }
        // For `tcps`: with two implementations of TLS in the program the driver would not know which to take. Another
        // that is installed already stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let config = Config::default()
            .set_credentials(&login.user, login.password.expose_secret())
            .set_transport_connect_timeout(Some(self.connect_timeout))
            .set_driver_name("pstral")
            .set_connect_string(&login.connect)
            .map_err(|error| while_connecting(&error))?;
        let connection = self.connect(config)?;
        // Travels with the first round trip.
        let _ = connection.set_module("pstral");
        Ok(Box::new(session::Connected::new(connection)))
    }
}
