//! The lock of the state: one program at a time answers from a file, or under one name from a server. A second one would
//! take the answers of the first for those that a crash interrupted, and close them.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use pstral_core::text::{Text, text};
use pstral_store::{InstanceLease, Location, Store};

use crate::compose::{StartError, make_folder_of, state_error};
use crate::config::Config;
use crate::paths::path_error;

/// Held while a program answers. The operating system lets go of it when the program ends, however it ends; the file
/// stays.
#[derive(Debug)]
pub enum InstanceLock {
    /// The file of the state, and the one beside it that older versions lock.
    OnFile(Vec<File>),
    /// A name of its own, on a server.
    OnServer(InstanceLease),
}

impl InstanceLock {
    /// Locks the file of the state database, or takes the name of this instance on its server; says that another
    /// program has it.
    pub async fn take(config: &Config) -> Result<Self, StartError> {
        match config.location() {
            Location::File(file) => Self::take_file(&file),
            Location::Server(url) => {
                let instance = &config.store.instance;
                let taken = InstanceLease::take(&url, instance).await.map_err(|error| state_error(&error))?;
                let found = text("found-instance-running").with("instance", instance);
                taken
                    .map(Self::OnServer)
                    .ok_or_else(|| running("another program answers under this name", found, "remedy-instance-running"))
            }
        }
    }

    /// From now on the open state database writes only as long as the lock is held. Where an earlier program may still be
    /// writing its last answers, this waits until it has surely stopped.
    pub async fn fence(&mut self, store: &Store) -> Result<(), StartError> {
        match self {
            Self::OnFile(_) => Ok(()),
            Self::OnServer(lease) => lease.fence(store).await.map_err(|error| state_error(&error)),
        }
    }

    /// Locks the file of a state database, which is made where it is missing, and its folder; says that another program
    /// has it.
    pub fn take_file(file: &Path) -> Result<Self, StartError> {
        make_folder_of(file)?;
        let found = text("found-running").with("path", file.display().to_string());
        Self::on_file(file)?.ok_or_else(|| running("another program answers from this file", found, "remedy-running"))
    }

    /// `None` where another program has it.
    fn on_file(file: &Path) -> Result<Option<Self>, StartError> {
        let failed = |error: &io::Error| StartError::new("state", path_error(file, error), text("remedy-data"));
        let mut held = Vec::new();
        for lock in opened(file).map_err(|error| failed(&error))? {
            match lock.try_lock() {
                Ok(()) => held.push(lock),
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(failed(&error)),
            }
        }
        Ok(Some(Self::OnFile(held)))
    }
}

fn running(fact: &str, found: Text, remedy: &'static str) -> StartError {
    StartError { found: Some(Box::new(found)), ..StartError::new("state", fact, text(remedy)) }
}

/// The state database itself: another name of the same file, such as a link, is the same lock. This lock of whole files
/// (`flock`) and those of SQLite, of ranges of bytes, do not see each other
/// (<https://man7.org/linux/man-pages/man2/flock.2.html>). A file that an older version left beside it is locked too.
#[cfg(target_os = "linux")]
fn opened(state: &Path) -> io::Result<Vec<File>> {
    let own = match File::open(state) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(state),
        opened => opened,
    };
    let older = Some(beside(state)).filter(|older| older.exists()).map(|older| create(&older));
    std::iter::once(own).chain(older).collect()
}

/// A file beside the state database: elsewhere the two kinds of locks may be one.
#[cfg(not(target_os = "linux"))]
fn opened(state: &Path) -> io::Result<Vec<File>> {
    create(&beside(state)).map(|lock| vec![lock])
}

fn beside(state: &Path) -> PathBuf {
    let mut name = state.canonicalize().unwrap_or_else(|_| state.to_owned()).into_os_string();
    name.push(".lock");
    name.into()
}

/// Opens a file to lock it, and makes it where it is missing.
fn create(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
