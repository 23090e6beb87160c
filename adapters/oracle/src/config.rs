//! The configuration of the adapter: the database, the account, and limits on this machine's resources.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

/// The account under which statements run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// One account for everybody. The database's own audit tells people apart by the client identifier.
    Shared,
    /// Each person's own account, entered through the one of [`OracleConfig::user`]: local user's name to Oracle
    /// account. A person without one is refused.
    /// <https://docs.oracle.com/en/database/oracle/oracle-database/19/dbseg/configuring-authentication.html>
    Proxy(BTreeMap<String, String>),
}

/// The library that speaks to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DriverChoice {
    /// Oracle's Instant Client through ODPI-C, loaded at the first use.
    #[default]
    Client,
    /// Oracle's driver in Rust alone, with nothing to install. A preview; `docs/oracle.md` has its limits.
    #[cfg(feature = "thin")]
    Thin,
}

/// The database, the account, and limits on this machine's resources.
#[derive(Debug, Clone)]
pub struct OracleConfig {
    /// `//host:1521/service`, a TNS alias or a whole descriptor.
    pub connect: String,
    /// The account; upper case unless it stands in double quotes.
    pub user: String,
    /// Its password.
    pub password: SecretString,
    /// The library that speaks to the database, the Instant Client by default.
    pub driver: DriverChoice,
    /// The folder with the Instant Client's libraries; the loader's own path where there is none. The first target of a
    /// program decides: a client is loaded once.
    pub client_folder: Option<PathBuf>,
    /// The schema in which names without one are looked up, in the guard and in the database; `None` for the account's
    /// own.
    pub schema: Option<String>,
    /// Statements at once, each on a thread and a session of its own; at least 1.
    pub max_concurrent: usize,
    /// Time to reach the database. Told to Oracle's network layer where `connect` is of the form `//host…` without
    /// parameters of its own.
    pub connect_timeout: Duration,
    /// Time for the catalog, a plan, known values, privileges and the health check; and for waiting for their turn.
    pub read_timeout: Duration,
    /// The account under which statements run.
    pub identity: Identity,
    /// Rows a round trip brings, at least 1.
    ///
    /// 100 by default, and the first 101 come with the answer to the statement itself: a result of up to 100 rows, which
    /// most are, takes one round trip; 10,000 rows take 100. Read in
    /// <https://python-oracledb.readthedocs.io/en/latest/user_guide/tuning.html> (the same client library), not
    /// measured. More costs memory before any row is there: ODPI-C takes four bytes for each character that a column may
    /// have, 1.6 MB for a hundred cells of `VARCHAR2(4000)` (`dpiVar.c`).
    pub fetch_size: u32,
}

impl OracleConfig {
    /// Creates a configuration with defaults: four sessions at once under one account, ten seconds to connect, thirty
    /// for the catalog.
    pub fn new(connect: impl Into<String>, user: impl Into<String>, password: SecretString) -> Self {
        Self {
            connect: connect.into(),
            user: user.into(),
            password,
            driver: DriverChoice::default(),
            client_folder: None,
            schema: None,
            max_concurrent: 4,
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            identity: Identity::Shared,
            fetch_size: 100,
        }
    }
}
