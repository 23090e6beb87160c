//! One program at a time answers from a state database: a second one would take the answers of the first for what a crash
//! left behind, and close them.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use pstral_core::domain::Locale;
use pstral_core::text::text;

use crate::compose::{StartError, make_state_folder, state_file};
use crate::config::Config;

/// Held while a program answers. The operating system lets go of it when the program ends, however it ends; the file
/// stays.
#[derive(Debug)]
pub struct Alone {
    _lock: File,
}

impl Alone {
    /// Locks the file beside the state database, or says that another program has it.
    pub fn take(config: &Config, locale: Locale) -> Result<Self, StartError> {
        make_state_folder(config)?;
        let path = lock_file(state_file(config));
        let failed =
            |error: &io::Error| StartError::new("state", format!("{}: {error}", path.display()), text("remedy-data"));
        let lock = open(&path).map_err(|error| failed(&error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                let state = state_file(config).display().to_string();
                let fact = text("found-running").with("path", state).render(locale);
                Err(StartError::new("state", fact, text("remedy-running")))
            }
            Err(TryLockError::Error(error)) => Err(failed(&error)),
        }
    }
}

fn lock_file(state: &Path) -> PathBuf {
    let mut name = state.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
