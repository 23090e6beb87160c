//! Opens the state database: its file, its settings, its migrations.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::str::FromStr as _;
use std::time::{Duration, Instant};

use pstral_core::ports::StoreError;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, SqlitePool};
use tokio::sync::mpsc;
use tokio::time::sleep;

use crate::audit_writer::write_events;
use crate::fault::{fault, is_busy};
use crate::health::write_check;
use crate::{Store, begin};

/// Embedded, so that the program needs no file beside it.
static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// How long to wait for another program that writes.
const BUSY: Duration = Duration::from_secs(10);

/// Connections that read.
const READERS: u32 = 4;

/// Audit events that may wait to be written before appending waits too.
const WAITING: usize = 1024;

impl Store {
    /// Opens the file that `url` names (`sqlite://data/pstral.db`, or `sqlite:///var/lib/…` from the root), makes it
    /// and its folder where they are missing, and brings it up to date. `instance` names the audit chain this
    /// program writes.
    ///
    /// [`StoreError::Unavailable`] when the file cannot be made, is read-only or is no database;
    /// [`StoreError::Corrupt`] when a newer program, or a hand, has changed its tables.
    pub async fn open(url: &str, instance: &str) -> Result<Self, StoreError> {
        let options = options(url)?;
        let file = options.get_filename().to_owned();
        let named = |error| match error {
            StoreError::Unavailable(why) => StoreError::Unavailable(format!("{}: {why}", file.display())),
            StoreError::Corrupt(what) => StoreError::Corrupt(format!("{}: {what}", file.display())),
            other => other,
        };
        if !url.contains('?') {
            make_file(&file).map_err(|why| named(StoreError::Unavailable(why)))?;
        }
        let writer = writer(options.clone()).await.map_err(fault).map_err(named)?;
        migrate(&writer).await.map_err(named)?;
        let readers = SqlitePoolOptions::new().max_connections(READERS).connect_lazy_with(options.read_only(true));
        let (audit, waiting) = mpsc::channel(WAITING);
        tokio::spawn(write_events(writer.clone(), instance.to_owned(), waiting));
        Ok(Self { writer, readers, audit })
    }
}

fn options(url: &str) -> Result<SqliteConnectOptions, StoreError> {
    let refuse = |why: String| StoreError::Unavailable(format!("{url}: {why}"));
    if !url.starts_with("sqlite:") {
        return Err(refuse("this is not an address of the form sqlite://folder/file.db".to_owned()));
    }
    if url.contains(":memory:") || url.contains("mode=memory") {
        return Err(refuse("a state in memory would be lost: name a file".to_owned()));
    }
    let options = SqliteConnectOptions::from_str(url).map_err(|error| refuse(error.to_string()))?;
    if options.get_filename().as_os_str().is_empty() {
        return Err(refuse("a file must be named, as in sqlite://folder/file.db".to_owned()));
    }
    Ok(options.foreign_keys(true).busy_timeout(BUSY))
}

/// Makes the file, which only its owner may read, and its folder. A folder above that one is not made: it is more
/// likely misspelt, or a disk that is not mounted.
fn make_file(file: &Path) -> Result<(), String> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        match fs::create_dir(folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(format!("the folder {} cannot be made: the one above it is missing", folder.display()));
            }
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(format!("the folder {} cannot be made: {error}", folder.display()));
            }
            _ => {}
        }
    }
    match create(file) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && file.is_dir() => Err("this is a folder".to_owned()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made.map_err(|error| format!("the file cannot be made: {error}")),
    }
}

/// SQLite gives the files it keeps beside this one the same permissions.
fn create(file: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(|_| ())
}

/// The change to a write-ahead log needs the file for itself, and SQLite does not wait for that: programs that start
/// together on a new file try in turn.
async fn writer(options: SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    let patience = Instant::now() + BUSY;
    loop {
        match connect(options.clone()).await {
            Err(error) if is_busy(&error) && Instant::now() < patience => sleep(Duration::from_millis(20)).await,
            answer => return answer,
        }
    }
}

async fn connect(options: SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    let durable = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
    SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        // SQLite may end a transaction by itself, on a full disk for one; the driver then counts it as still open
        // and could begin no other on this connection.
        .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        .connect_with(durable)
        .await
}

/// Under the write lock and in one transaction: two programs that start together do not both migrate, and a
/// migration that fails leaves nothing behind.
async fn migrate(writer: &SqlitePool) -> Result<(), StoreError> {
    let mut writing = begin(writer).await?;
    // `run` takes the same way, but what it gives back could not be awaited in a spawned task.
    MIGRATIONS.run_direct(None, &mut *writing, false).await.map_err(not_migrated)?;
    // SQLite lets a transaction begin on a file that it may only read: a write shows it now, not at the first question.
    write_check(&mut writing).await?;
    writing.commit().await.map_err(fault)
}

fn not_migrated(error: MigrateError) -> StoreError {
    let known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => fault(error),
        MigrateError::VersionMissing(version) if version > known => StoreError::Corrupt(format!(
            "a newer version of Pstral has changed it (migration {version}, this one knows {known}): update Pstral"
        )),
        other => StoreError::Corrupt(other.to_string()),
    }
}
