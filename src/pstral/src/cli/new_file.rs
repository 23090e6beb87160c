//! A file that a command makes for its owner alone: it bears its name only once it is whole, and replaces nothing.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use pstral_core::domain::Locale;
use pstral_core::text::text;
use tempfile::NamedTempFile;

use super::out::say_error;

/// A file under another name, which nobody can have guessed, until it is kept; gone if it is not.
#[derive(Debug)]
pub(super) struct NewFile {
    file: NamedTempFile,
    path: PathBuf,
}

impl NewFile {
    /// Begins it where it will be. [`io::ErrorKind::AlreadyExists`] where something of that name is there.
    pub(super) fn begin(path: &Path) -> io::Result<Self> {
        if path.symlink_metadata().is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // Only its owner may read it: 0600 (https://docs.rs/tempfile).
        Ok(Self { file: NamedTempFile::new_in(folder)?, path: path.to_owned() })
    }

    /// Begins a file that a person named; where something of that name is there, they are told so.
    pub(super) fn begin_named(path: &Path, locale: Locale) -> anyhow::Result<Option<Self>> {
        let shown = path.display().to_string();
        match Self::begin(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                say_error(&text("file-exists").with("path", shown).render(locale));
                Ok(None)
            }
            file => Ok(Some(file.context(shown)?)),
        }
    }

    /// Returns a writer for the file.
    pub(super) fn writer(&self) -> io::Result<File> {
        self.file.as_file().try_clone()
    }

    /// Gives it its name, once it is on the disk; nothing that came there meanwhile is replaced.
    pub(super) fn keep(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist_noclobber(&self.path).map(drop).map_err(|error| error.error)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn it_is_whole_private_and_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new");
        let new = NewFile::begin(&path).unwrap();
        new.writer().unwrap().write_all(b"all of it").unwrap();
        assert!(!path.exists());
        new.keep().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"all of it");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(NewFile::begin(&path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        let late = folder.path().join("late");
        let new = NewFile::begin(&late).unwrap();
        std::fs::write(&late, "quicker").unwrap();
        assert_eq!(new.keep().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&late).unwrap(), "quicker");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
