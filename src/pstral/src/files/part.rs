//! A file that appears under its name only when it is whole.

use std::fs::File;
use std::path::{Path, PathBuf};

use pstral_core::domain::FileRef;
use pstral_core::ports::FileError;
use tempfile::{Builder, NamedTempFile, TempPath};

use crate::paths::path_error;

/// The prefix of unfinished files, by which those left by a crash are recognized.
pub(super) const UNFINISHED: &str = ".pstral-";

/// A file while it is written; removed when dropped.
pub(super) struct Part {
    folder: PathBuf,
    path: TempPath,
}

impl Part {
    /// Begins a file in a folder that exists.
    pub(super) fn create(folder: &Path) -> Result<(Self, File), FileError> {
        let part = Self::named(folder).map_err(|error| fault(folder, &error))?;
        let (file, path) = part.into_parts();
        // Held until it is closed. Where the disk knows no locks, it looks left behind to another program that starts now.
        let _ = file.try_lock();
        Ok((Self { folder: folder.to_owned(), path }, file))
    }

    fn named(folder: &Path) -> std::io::Result<NamedTempFile> {
        Builder::new().prefix(UNFINISHED).suffix(".part").tempfile_in(folder)
    }

    /// Bytes written so far.
    pub(super) fn bytes(&self) -> Result<u64, FileError> {
        Ok(self.path.metadata().map_err(|error| fault(&self.path, &error))?.len())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Gives the whole file its name.
    pub(super) fn finish(self, name: String, media_type: &'static str) -> Result<FileRef, FileError> {
        let bytes = self.bytes()?;
        let path = self.folder.join(&name);
        self.path.persist(&path).map_err(|error| fault(&path, &error))?;
        let path = std::path::absolute(&path).map_err(|error| fault(&path, &error))?;
        Ok(FileRef { name, path, media_type, bytes })
    }
}

pub(super) fn fault(path: &Path, error: &dyn std::fmt::Display) -> FileError {
    FileError(path_error(path, error))
}
