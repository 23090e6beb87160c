//! Folders beside a key file: of the heads that the key signed, with what time stamp servers and witnesses say of them, and
//! of the heads that it cosigned as a witness.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use pstral_core::domain::sha256;
use pstral_store::KeptHeadsError;

use crate::paths::path_error;

/// Returns the folder of the heads that were signed, and of what others say of them.
pub(crate) fn heads_folder(key: &Path) -> PathBuf {
    beside(key, ".heads")
}

/// Returns the folder of the heads that a witness cosigned.
pub(crate) fn records_folder(key: &Path) -> PathBuf {
    beside(key, ".logs")
}

fn beside(key: &Path, ending: &str) -> PathBuf {
    let mut name = key.file_name().map(OsString::from).unwrap_or_default();
    name.push(ending);
    key.with_file_name(name)
}

/// Returns the file name of a chain's note. The name of a chain may hold anything.
pub(crate) fn note_name(chain: &str) -> String {
    format!("{}.note", short_hash(chain))
}

/// Returns the hash of a name as files have it: sixteen hexadecimal digits.
pub(crate) fn short_hash(name: &str) -> String {
    sha256(name)[..16].to_owned()
}

/// Lists the notes in a folder; none where there is no folder.
pub(crate) fn notes(folder: &Path) -> Result<Vec<PathBuf>, KeptHeadsError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(folder, &error)),
    };
    let files = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>();
    let mut files = files.map_err(|error| unreadable(folder, &error))?;
    files.retain(|file| file.extension().is_some_and(|ending| ending == "note"));
    files.sort();
    Ok(files)
}

/// Holds the lock of a folder while `change` runs. Creates the folder first.
pub(crate) fn with_lock<T>(folder: &Path, change: impl FnOnce(&Path) -> Result<T, String>) -> Result<T, String> {
    fs::create_dir_all(folder).map_err(|error| path_error(folder, &error))?;
    let path = folder.join("lock");
    let lock = File::create(&path).and_then(|lock| lock.lock().map(|()| lock));
    let lock = lock.map_err(|error| path_error(&path, &error))?;
    let changed = change(folder);
    drop(lock);
    changed
}

pub(crate) fn unreadable(path: &Path, error: &io::Error) -> KeptHeadsError {
    KeptHeadsError::Unreadable(path_error(path, error))
}
