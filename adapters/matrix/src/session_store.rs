//! Persistent state: the session, encrypted with the passphrase, beside the store of keys, and the lock that keeps a
//! second process away from both.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use matrix_sdk_store_encryption::StoreCipher;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

/// The session of a logged-in device.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Session {
    /// The address of the homeserver's client-server API.
    pub(crate) homeserver: String,
    /// The homeserver address that was configured at login, from which that was discovered.
    #[serde(default)]
    pub(crate) configured: Option<String>,
    pub(crate) user: String,
    pub(crate) device: String,
    pub(crate) token: String,
    /// The key that identifies this device. A store with another one does not belong to it.
    pub(crate) fingerprint: String,
}

/// The reason why the state could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SessionStoreError {
    /// Another process uses it.
    #[error("another process uses {0}")]
    InUse(String),
    /// Nobody has logged in.
    #[error("nobody is logged in")]
    Empty,
    /// The session exists, but its keys do not.
    #[error("the keys of the device are gone")]
    StoreLost,
    /// The passphrase is not the one it was encrypted with.
    #[error("the passphrase does not open the session")]
    Passphrase,
    /// Reading or writing the disk failed.
    #[error("{0}: {1}")]
    Disk(String, io::Error),
}

/// The folder of one account.
#[derive(Debug, Clone)]
pub(crate) struct SessionStore {
    folder: PathBuf,
    /// The configured homeserver, whose address may have changed since the login.
    homeserver: String,
    /// The decrypted session, cached because decrypting is deliberately slow.
    unsealed: Arc<OnceLock<Session>>,
}

/// The lock, held by one process at a time.
#[derive(Debug)]
pub(crate) struct StoreLock {
    _lock: File,
}

impl SessionStore {
    pub(crate) fn new(folder: &Path, homeserver: &str) -> Self {
        Self { folder: folder.to_owned(), homeserver: homeserver.to_owned(), unsealed: Arc::default() }
    }

    /// Returns the path of the store.
    pub(crate) fn store(&self) -> PathBuf {
        self.folder.join("store")
    }

    /// Locks the state against other processes: two that use the same keys create messages that nobody can decrypt.
    pub(crate) fn lock(&self) -> Result<StoreLock, SessionStoreError> {
        self.make()?;
        let path = self.folder.join("lock");
        let file = File::create(&path).map_err(|error| disk(&path, error))?;
        match file.try_lock() {
            Ok(()) => Ok(StoreLock { _lock: file }),
            Err(TryLockError::WouldBlock) => Err(SessionStoreError::InUse(self.folder.display().to_string())),
            Err(TryLockError::Error(error)) => Err(disk(&path, error)),
        }
    }

    /// Reads the session, whose keys must exist.
    pub(crate) fn open(&self, passphrase: &SecretString) -> Result<Session, SessionStoreError> {
        let session = self.session(passphrase)?;
        let keys = self.store().join("matrix-sdk-crypto.sqlite3");
        if keys.exists() { Ok(session) } else { Err(SessionStoreError::StoreLost) }
    }

    /// Reads the session, with its keys or without.
    pub(crate) fn session(&self, passphrase: &SecretString) -> Result<Session, SessionStoreError> {
        if let Some(session) = self.unsealed.get() {
            return Ok(session.clone());
        }
        let mut session = self.unseal(passphrase)?;
        if session.configured.as_ref() != Some(&self.homeserver) {
            session.homeserver.clone_from(&self.homeserver);
        }
        Ok(self.unsealed.get_or_init(|| session).clone())
    }

    fn unseal(&self, passphrase: &SecretString) -> Result<Session, SessionStoreError> {
        let path = self.sealed();
        let sealed = match std::fs::read(&path) {
            Ok(sealed) => sealed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(SessionStoreError::Empty),
            Err(error) => return Err(disk(&path, error)),
        };
        let sealed: Sealed = serde_json::from_slice(&sealed).map_err(|error| disk(&path, error.into()))?;
        let cipher = StoreCipher::import(passphrase.expose_secret(), &sealed.cipher);
        let cipher = cipher.map_err(|_| SessionStoreError::Passphrase)?;
        cipher.decrypt_value(&sealed.session).map_err(|_| SessionStoreError::Passphrase)
    }

    /// Writes a session.
    pub(crate) fn save(&self, session: &Session, passphrase: &SecretString) -> Result<(), SessionStoreError> {
        let path = self.sealed();
        let seal = || {
            let cipher = StoreCipher::new()?;
            let exported = cipher.export(passphrase.expose_secret())?;
            Ok::<_, matrix_sdk_store_encryption::Error>(Sealed {
                cipher: exported,
                session: cipher.encrypt_value(session)?,
            })
        };
        let sealed = seal().map_err(|error| disk(&path, io::Error::other(error.to_string())))?;
        let sealed = serde_json::to_vec(&sealed).map_err(|error| disk(&path, error.into()))?;
        let new = path.with_extension("new");
        std::fs::write(&new, sealed).map_err(|error| disk(&new, error))?;
        private(&new)?;
        std::fs::rename(&new, &path).map_err(|error| disk(&path, error))
    }

    /// Removes the remains of a store, for a new device.
    pub(crate) fn clear_store(&self) -> Result<(), SessionStoreError> {
        let store = self.store();
        match std::fs::remove_dir_all(&store) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(disk(&store, error)),
            _ => {}
        }
        std::fs::create_dir_all(&store).map_err(|error| disk(&store, error))
    }

    fn make(&self) -> Result<(), SessionStoreError> {
        std::fs::create_dir_all(&self.folder).map_err(|error| disk(&self.folder, error))?;
        private(&self.folder)
    }

    fn sealed(&self) -> PathBuf {
        self.folder.join("session.sealed")
    }
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    cipher: Vec<u8>,
    session: Vec<u8>,
}

/// Restricts a path to the operating-system account that the program runs under.
#[cfg(unix)]
fn private(path: &Path) -> Result<(), SessionStoreError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = if path.is_dir() { 0o700 } else { 0o600 };
    let mode = std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(path, mode).map_err(|error| disk(path, error))
}

#[cfg(not(unix))]
fn private(_: &Path) -> Result<(), SessionStoreError> {
    Ok(())
}

fn disk(path: &Path, error: io::Error) -> SessionStoreError {
    SessionStoreError::Disk(path.display().to_string(), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_kept_for_one_process_that_knows_the_passphrase() {
        let folder = tempfile::tempdir().unwrap();
        let session_store = SessionStore::new(&folder.path().join("matrix"), "https://matrix.example.org");
        let (right, wrong) = (SecretString::from("right"), SecretString::from("wrong"));
        let lock = session_store.lock().unwrap();
        assert!(matches!(session_store.lock(), Err(SessionStoreError::InUse(_))));
        assert!(matches!(session_store.session(&right), Err(SessionStoreError::Empty)));
        let word = |word: &str| word.to_owned();
        let session = Session {
            homeserver: word("https://example.org"),
            configured: None,
            user: word("@pstral:example.org"),
            device: word("D"),
            token: word("syt_token"),
            fingerprint: word("key"),
        };
        session_store.save(&session, &right).unwrap();
        assert_eq!(session_store.session(&right).unwrap().token, session.token);
        assert!(matches!(
            SessionStore::new(&session_store.folder, "").session(&wrong),
            Err(SessionStoreError::Passphrase)
        ));
        assert!(matches!(session_store.open(&right), Err(SessionStoreError::StoreLost)));
        let kept = std::fs::read(folder.path().join("matrix/session.sealed")).unwrap();
        assert!(!String::from_utf8_lossy(&kept).contains("syt_token"));
        drop(lock);
        session_store.lock().unwrap();
    }
}
