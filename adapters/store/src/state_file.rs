//! The file of the state, told from another that has its name: what is written to a file that was moved or deleted is lost
//! with the program.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::{fs, io};

use pstral_core::ports::StoreError;

/// An open file and the path it was opened by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StateFile {
    path: PathBuf,
    identity: Identity,
}

impl StateFile {
    /// The file that a path leads to now.
    pub(crate) fn at(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), identity: identity(path)? })
    }

    /// Fails with [`StoreError::Moved`] where the path leads to nothing or to another file. That it cannot be looked at for
    /// another reason is left to the database to tell.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        let is_there = match identity(&self.path) {
            Ok(identity) => identity == self.identity,
            Err(error) => !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
        };
        if is_there { Ok(()) } else { Err(StoreError::Moved(self.path.display().to_string())) }
    }
}

/// Device and inode.
#[cfg(unix)]
type Identity = (u64, u64);

#[cfg(unix)]
fn identity(path: &Path) -> io::Result<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).map(|file| (file.dev(), file.ino()))
}

/// Elsewhere an open file can be neither deleted nor replaced.
#[cfg(not(unix))]
type Identity = ();

#[cfg(not(unix))]
fn identity(path: &Path) -> io::Result<Identity> {
    fs::metadata(path).map(drop)
}
