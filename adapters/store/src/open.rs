//! Opens the state database: its file, its settings, its migrations.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pstral_core::ports::StoreError;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, SqlitePool, query_scalar};
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
    /// Opens a file, makes it and its folder where they are missing, and brings it up to date. `instance` names the
    /// audit chain this program writes.
    ///
    /// [`StoreError::Unavailable`] when the file cannot be made or is read-only; [`StoreError::Busy`] when another
    /// program holds it; [`StoreError::Corrupt`] when it is no database or a hand has changed its tables;
    /// [`StoreError::Newer`] when a newer program has.
    pub async fn open(file: &Path, instance: &str) -> Result<Self, StoreError> {
        let file = absolute(file)?;
        make_file(&file).map_err(|why| of_file(&file, StoreError::Unavailable(why)))?;
        let options = options(&file);
        let writer = up_to_date(options.clone()).await.map_err(|error| of_file(&file, error))?;
        let readers = SqlitePoolOptions::new().max_connections(READERS).connect_lazy_with(options.read_only(true));
        let (audit, waiting) = mpsc::channel(WAITING);
        tokio::spawn(write_events(writer.clone(), instance.to_owned(), waiting));
        Ok(Self { writer, readers, audit })
    }

    /// Opens a file that is there to look at it, as evidence is looked at: it is neither brought up to date nor written,
    /// and every change is refused. It may be a copy that can only be read.
    ///
    /// [`StoreError::Unavailable`] when the file cannot be read; [`StoreError::Corrupt`] when it is none of Pstral's;
    /// [`StoreError::Newer`] when it is a newer program's.
    pub async fn open_to_read(file: &Path) -> Result<Self, StoreError> {
        let file = absolute(file)?;
        // Where nobody has it open, SQLite would make the files of the write-ahead log beside it to read it.
        let still = !write_ahead_log(&file).exists();
        let options = options(&file).read_only(true).immutable(still);
        let readers = SqlitePoolOptions::new().max_connections(READERS).connect_lazy_with(options);
        understood(&readers).await.map_err(|error| of_file(&file, error))?;
        let (audit, _) = mpsc::channel(1);
        Ok(Self { writer: readers.clone(), readers, audit })
    }
}

/// The path from the root: SQLite gives relative names such as `:memory:` and `file:x` a meaning of their own.
fn absolute(file: &Path) -> Result<PathBuf, StoreError> {
    std::path::absolute(file).map_err(|error| of_file(file, StoreError::Unavailable(error.to_string())))
}

/// An error with the name of the file.
fn of_file(file: &Path, error: StoreError) -> StoreError {
    match error {
        StoreError::Unavailable(why) => StoreError::Unavailable(format!("{}: {why}", file.display())),
        StoreError::Busy(why) => StoreError::Busy(format!("{}: {why}", file.display())),
        StoreError::Newer(what) => StoreError::Newer(format!("{}: {what}", file.display())),
        StoreError::Corrupt(what) => StoreError::Corrupt(format!("{}: {what}", file.display())),
        other => other,
    }
}

fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(file).foreign_keys(true).busy_timeout(BUSY)
}

/// Where SQLite keeps what is written but not yet in the file itself (<https://www.sqlite.org/wal.html>).
fn write_ahead_log(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}

/// A connection that writes, to tables that are up to date.
async fn up_to_date(options: SqliteConnectOptions) -> Result<SqlitePool, StoreError> {
    let writer = writer(options).await.map_err(fault)?;
    migrate(&writer).await?;
    Ok(writer)
}

/// Whether this program knows what the last migration of a file made.
async fn understood(readers: &SqlitePool) -> Result<(), StoreError> {
    let last: i64 =
        query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(readers).await.map_err(fault)?;
    if last > known() { Err(newer(last)) } else { Ok(()) }
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
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => fault(error),
        MigrateError::VersionMissing(version) if version > known() => newer(version),
        other => StoreError::Corrupt(other.to_string()),
    }
}

/// The last migration of this program.
fn known() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

fn newer(version: i64) -> StoreError {
    let known = known();
    StoreError::Newer(format!(
        "a newer version of Pstral has changed it (migration {version}, this one knows {known}): update Pstral"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_that_may_only_be_read_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.db");
        Store::open(&file, "one").await.unwrap().close().await;
        // Said by SQLite as of a file without the right to write, which root has of any file.
        let error = up_to_date(options(&file).read_only(true)).await.map(|_| ()).unwrap_err();
        let why = of_file(&file, error).to_string();
        assert!(why.contains("state.db: its file is read-only"), "{why}");
    }
}
