//! Opens a state database that is a file: its folder, its settings, who may read it.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pstral_core::ports::StoreError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, SqlitePool};
use tokio::time::sleep;

use super::PATIENCE;
use crate::engine::Engine;
use crate::fault::{fault, is_busy};
use crate::state_file::StateFile;

/// Connections that read.
const READERS: u32 = 4;

/// Memory for pages of the connection that writes: a negative number is in KiB
/// (<https://www.sqlite.org/pragma.html#pragma_cache_size>).
const CACHE: &str = "-4000";
/// Pages of 4 KiB in the write-ahead log before they are moved to the file itself, which waits for the disk twice.
const CHECKPOINT: &str = "4000";

/// A file to read and write, made where it is missing.
pub(super) async fn open_writable(file: &Path) -> Result<Engine, StoreError> {
    make_file(file).map_err(StoreError::Unavailable)?;
    let unreadable = |error: io::Error| StoreError::Unavailable(error.to_string());
    let opening = StateFile::at(file).map_err(unreadable)?;
    let options = options(file);
    let writer = writer(options.clone()).await.map_err(fault)?;
    // The same before and after: then it is the one that was opened.
    opening.check()?;
    let readers = SqlitePoolOptions::new().max_connections(READERS).connect_lazy_with(options.read_only(true));
    Ok(Engine::Sqlite { writer, readers, file: Some(opening) })
}

/// A file to look at, as evidence is looked at.
pub(super) fn open_read_only(file: &Path) -> Engine {
    // Where nobody has it open, SQLite would make the files of the write-ahead log beside it to read it.
    let still = !write_ahead_log(file).exists();
    let options = options(file).read_only(true).immutable(still);
    let readers = SqlitePoolOptions::new().max_connections(READERS).connect_lazy_with(options);
    Engine::Sqlite { writer: readers.clone(), readers, file: None }
}

/// The path from the root: SQLite gives relative names such as `:memory:` and `file:x` a meaning of their own.
pub(super) fn absolute(file: &Path) -> Result<PathBuf, StoreError> {
    let unreadable = |error: io::Error| StoreError::Unavailable(format!("{}: {error}", file.display()));
    std::path::absolute(file).map_err(unreadable)
}

fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(file).foreign_keys(true).busy_timeout(PATIENCE)
}

/// Returns the path of SQLite's write-ahead log (<https://www.sqlite.org/wal.html>).
fn write_ahead_log(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
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

/// Creates the file with private permissions, which SQLite also gives to the files beside it.
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
    let patience = Instant::now() + PATIENCE;
    loop {
        match connect(options.clone()).await {
            Err(error) if is_busy(&error) && Instant::now() < patience => sleep(Duration::from_millis(20)).await,
            answer => return answer,
        }
    }
}

async fn connect(options: SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    let durable = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
    // What is removed is written over: of who was forgotten no word stays in the file.
    let durable = durable.pragma("secure_delete", "ON");
    // The pages at the ends of all indexes of a long audit: without room for them each entry would read them anew.
    let durable = durable.pragma("cache_size", CACHE).pragma("wal_autocheckpoint", CHECKPOINT);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;
    use crate::migrations::migrate;

    #[tokio::test]
    async fn a_file_that_may_only_be_read_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.db");
        Store::open(&file, "one").await.unwrap().close().await;
        // Said by SQLite as of a file without the right to write, which root has of any file.
        let writer = writer(options(&file).read_only(true)).await;
        let why = match writer {
            Ok(writer) => migrate(&Engine::Sqlite { readers: writer.clone(), writer, file: None }).await.unwrap_err(),
            Err(error) => fault(error),
        };
        assert!(why.to_string().contains("its file is read-only"), "{why}");
    }
}
