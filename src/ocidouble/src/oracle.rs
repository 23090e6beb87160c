//! A database behind the double.

use std::fs;

use rusqlite::Connection;
use tempfile::TempDir;

/// Tables of the double's own. An account of `double_accounts` may enter as another whose `through` is its name.
const OWN: &str =
    "CREATE TABLE double_faults (at TEXT, pattern TEXT, row INTEGER, code INTEGER, wait INTEGER, message TEXT);
    CREATE TABLE double_accounts (name TEXT, password TEXT, through TEXT);
    INSERT INTO double_accounts VALUES ('bot', 'secret', NULL);";

/// A database of a test's own; gone when dropped.
pub struct Oracle {
    folder: TempDir,
}

/// The call in which something goes wrong.
#[derive(Debug, Clone, Copy)]
pub enum At {
    /// The network connection.
    Attach,
    /// The login.
    Login,
    /// The statement itself.
    Execute,
    /// A fetch of more rows.
    Fetch,
    /// A read of a large object.
    Lob,
    /// A look whether the session lives.
    Ping,
    /// The end of the transaction.
    Rollback,
}

impl At {
    fn name(self) -> &'static str {
        match self {
            Self::Attach => "attach",
            Self::Login => "login",
            Self::Execute => "execute",
            Self::Fetch => "fetch",
            Self::Lob => "lob",
            Self::Ping => "ping",
            Self::Rollback => "rollback",
        }
    }
}

/// An injected fault.
#[derive(Debug, Clone, Copy)]
pub struct Fault<'f> {
    /// The call that fails.
    pub at: At,
    /// Pattern of LIKE for the statement, or for the account at the login; `%` for other calls.
    pub pattern: &'f str,
    /// First row at which it happens, or first character of a large object.
    pub row: u64,
    /// Oracle's number; none for a call that only takes long.
    pub code: Option<u32>,
    /// Milliseconds that the call takes before.
    pub wait: u64,
}

impl Oracle {
    /// Creates a database from a SQLite script, with the account `bot` and its password `secret`.
    ///
    /// # Panics
    /// Panics if the script fails.
    pub fn new(script: &str) -> Self {
        let oracle = Self { folder: TempDir::new().expect("there is room") };
        oracle.batch(OWN);
        oracle.batch(script);
        oracle
    }

    /// The connect string.
    pub fn connect(&self) -> String {
        self.folder.path().join("oracle.db").display().to_string()
    }

    /// Changes the database outside its sessions.
    ///
    /// # Panics
    /// Panics if the script fails.
    pub fn batch(&self, script: &str) {
        let connection = Connection::open(self.folder.path().join("oracle.db")).expect("it can be opened");
        connection.execute_batch(script).expect("the script is SQLite's");
    }

    /// Injects this fault from now on, replacing any other.
    ///
    /// # Panics
    /// Panics if the database cannot be written.
    pub fn fault(&self, fault: Fault<'_>) {
        let Fault { at, pattern, row, code, wait } = fault;
        let message = format!("of the scenario ({})", at.name());
        self.batch("DELETE FROM double_faults");
        let connection = Connection::open(self.folder.path().join("oracle.db")).expect("it can be opened");
        let values = rusqlite::params![
            at.name(),
            pattern,
            i64::try_from(row).unwrap_or(i64::MAX),
            code.unwrap_or(0),
            i64::try_from(wait).unwrap_or(i64::MAX),
            message
        ];
        connection.execute("INSERT INTO double_faults VALUES (?, ?, ?, ?, ?, ?)", values).expect("it can be written");
    }

    /// Returns the calls that reached the server, one per line: the call, a tab, its subject.
    ///
    /// # Panics
    /// Panics if the record cannot be read.
    pub fn record(&self) -> Vec<String> {
        let path = self.folder.path().join("oracle.db.log");
        if !path.exists() {
            return Vec::new();
        }
        let record = fs::read(path).expect("it can be read");
        String::from_utf8_lossy(&record).lines().map(str::to_owned).collect()
    }

    /// Counts the lines of the record with this prefix.
    pub fn count(&self, beginning: &str) -> usize {
        self.record().iter().filter(|line| line.starts_with(beginning)).count()
    }
}

impl Drop for Oracle {
    #[expect(clippy::print_stdout, reason = "a test that fails shows what reached the server")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{}", self.record().join("\n"));
        }
    }
}
