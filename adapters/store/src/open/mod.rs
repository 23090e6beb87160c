//! Opens the state database, wherever it is, and brings it up to date.

mod postgres;
mod sqlite;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use pstral_core::ports::StoreError;
use sqlx::PgConnection;
use tokio::sync::mpsc;

use crate::Store;
use crate::audit_heads::{HeadKeeper, HeadSigner};
use crate::audit_writer::write_events;
use crate::engine::Engine;
use crate::migrations::{check_version, migrate};

/// The time-out for another program's write lock, and for a server.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// The length of the queue of audit events, above which appending waits.
const WAITING: usize = 1024;

/// The location of the state.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A SQLite file.
    File(PathBuf),
    /// A PostgreSQL URL, which may contain a password.
    Server(String),
}

impl Location {
    /// Reads an address: `sqlite://FILE`, `postgres://…` or `postgresql://…`. `None` where it is of neither kind, names
    /// no file, or cannot be read.
    pub fn of(url: &str) -> Option<Self> {
        if let Some(file) = url.strip_prefix("sqlite://") {
            return (!file.is_empty() && !file.ends_with('/')).then(|| Self::File(PathBuf::from(file)));
        }
        let is_server = ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
        (is_server && postgres::is_address(url)).then(|| Self::Server(url.to_owned()))
    }

    /// The file, where it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(file) => Some(file),
            Self::Server(_) => None,
        }
    }

    /// The file, where it is one that is missing. That a server is missing shows on connecting.
    pub fn missing_file(&self) -> Option<&Path> {
        self.file().filter(|path| !path.exists())
    }
}

/// Omits the password.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => write!(f, "{}", file.display()),
            Self::Server(url) => f.write_str(&postgres::shown(url)),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}

impl Location {
    /// Brings the tables up to date, creating a missing file; returns the numbers of the last migration before and
    /// after.
    pub async fn migrate(&self) -> Result<(i64, i64), StoreError> {
        let engine = open_writable(self).await?;
        let migrated = migrate(&engine).await.map_err(|error| named(self, error));
        engine.close().await;
        migrated
    }
}

impl Store {
    /// Opens a file as [`Store::open_at`] does.
    pub async fn open(file: &Path, instance: &str) -> Result<Self, StoreError> {
        Self::open_at(&Location::File(file.to_owned()), instance).await
    }

    /// Opens a state database and brings it up to date; makes a file, and its folder, where they are missing. `instance`
    /// names the audit chain this program writes.
    ///
    /// [`StoreError::Unavailable`] when a file cannot be made or is read-only, or a server cannot be reached;
    /// [`StoreError::Busy`] when another program holds it; [`StoreError::Corrupt`] when it is no database or a hand has
    /// changed its tables; [`StoreError::Newer`] when a newer program has.
    pub async fn open_at(location: &Location, instance: &str) -> Result<Self, StoreError> {
        Self::open_with(location, instance, None).await
    }

    /// Opens a state database as [`Store::open_at`] does, and signs the head of the audit with each entry. Where the chain is
    /// not what was signed last, writing fails with [`StoreError::AuditChanged`].
    pub async fn open_signing(
        location: &Location,
        instance: &str,
        keeper: Arc<dyn HeadKeeper>,
    ) -> Result<Self, StoreError> {
        Self::open_with(location, instance, Some(HeadSigner::new(keeper, instance))).await
    }

    async fn open_with(location: &Location, instance: &str, signer: Option<HeadSigner>) -> Result<Self, StoreError> {
        let engine = open_writable(location).await?;
        migrate(&engine).await.map_err(|error| named(location, error))?;
        let (audit, waiting) = mpsc::channel(WAITING);
        let signer = signer.map(Arc::new);
        tokio::spawn(write_events(engine.clone(), instance.to_owned(), signer.clone(), waiting));
        Ok(Self { engine, instance: instance.to_owned(), audit, signer })
    }

    /// Opens a file as [`Store::open_at_to_read`] does.
    pub async fn open_to_read(file: &Path) -> Result<Self, StoreError> {
        Self::open_at_to_read(&Location::File(file.to_owned())).await
    }

    /// Opens a state database that is there to look at it, as evidence is looked at: it is neither brought up to date nor
    /// written, and every change is refused. A file may be a copy that can only be read.
    ///
    /// [`StoreError::Unavailable`] when it cannot be read; [`StoreError::Corrupt`] when it is none of Pstral's;
    /// [`StoreError::Newer`] when it is a newer program's.
    pub async fn open_at_to_read(location: &Location) -> Result<Self, StoreError> {
        let engine = match location {
            Location::File(file) => Ok(sqlite::open_read_only(&sqlite::absolute(file)?)),
            Location::Server(url) => postgres::open_read_only(url).await,
        };
        let engine = engine.map_err(|error| named(location, error))?;
        check_version(&engine).await.map_err(|error| named(location, error))?;
        let (audit, _) = mpsc::channel(1);
        Ok(Self { engine, instance: String::new(), audit, signer: None })
    }
}

/// A database to write, as it stands.
pub(crate) async fn open_writable(location: &Location) -> Result<Engine, StoreError> {
    let opened = match location {
        Location::File(file) => sqlite::open_writable(&sqlite::absolute(file)?).await,
        Location::Server(url) => postgres::open_writable(url).await,
    };
    opened.map_err(|error| named(location, error))
}

/// A session on a server, beside the pool.
pub(crate) async fn connect_alone(location: &Location) -> Result<PgConnection, StoreError> {
    let Location::Server(url) = location else {
        return Err(StoreError::Unavailable(format!("{location}: this is no server")));
    };
    postgres::alone(url).await.map_err(|error| named(location, error))
}

/// An error with the name of the database.
fn named(location: &Location, error: StoreError) -> StoreError {
    match error {
        StoreError::Unavailable(why) => StoreError::Unavailable(format!("{location}: {why}")),
        StoreError::Full(why) => StoreError::Full(format!("{location}: {why}")),
        StoreError::Busy(why) => StoreError::Busy(format!("{location}: {why}")),
        StoreError::Newer(what) => StoreError::Newer(format!("{location}: {what}")),
        StoreError::Corrupt(what) => StoreError::Corrupt(format!("{location}: {what}")),
        other => other,
    }
}
