//! The configuration of a PostgreSQL target.

use std::collections::BTreeMap;
use std::time::Duration;

use secrecy::SecretString;

/// The database, the account, and limits on the resources used.
#[derive(Debug, Clone)]
pub struct PostgresConfig {
    /// `postgres://user:password@host:port/database`, with `?sslmode=` and `sslrootcert=` where needed.
    pub url: SecretString,
    /// The schema that the guard takes names without one to be in.
    pub schema: String,
    /// Statements at once, each on a connection of its own; at least 1. One more is opened for a moment to stop a
    /// statement and for the health check.
    pub max_concurrent: usize,
    /// Time for a connection to be made.
    pub connect_time: Duration,
    /// Time for the catalog, a plan, known values and the health check; and for waiting for their turn.
    pub read_time: Duration,
    /// The account under which statements run.
    pub identity: Identity,
    /// The time zone of statements, such as `Europe/Paris`: where their days and months begin.
    pub timezone: String,
    /// True to run nothing while the account is a superuser, or may become one: looked at before each statement.
    pub refuse_privileged: bool,
}

impl PostgresConfig {
    /// Names in `public`; four at once, five seconds to connect, ten to read, everybody as the account of the URL, whatever that may do.
    pub fn new(url: SecretString) -> Self {
        Self {
            url,
            schema: "public".to_owned(),
            max_concurrent: 4,
            connect_time: Duration::from_secs(5),
            read_time: Duration::from_secs(10),
            identity: Identity::Shared,
            timezone: "UTC".to_owned(),
            refuse_privileged: false,
        }
    }
}

/// The account under which statements run. In either case the database is told who asks:
/// `current_setting('pstral.person', true)` is the local user's name, for policies on rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Identity {
    /// The account of the URL, for everybody.
    #[default]
    Shared,
    /// A role for each person, by local user name; somebody without one is told so. The account of the URL must be a
    /// member of each of these roles.
    Role(BTreeMap<String, String>),
}
