//! The key that signs the heads of the audit and what stands in place of pruned entries, and its public half.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use pstral_auditproof::{PublicKey, from_hex};
use pstral_core::domain::{AuditCheckpoint, Locale, Signatures, hex};
use pstral_core::text::{Text, text};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _};

/// A file that should hold a key holds something else.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.text().render(Locale::En))]
pub struct NotAKey(PathBuf);

impl NotAKey {
    /// Returns the sentence that names the file.
    pub fn text(&self) -> Text {
        text("found-not-a-key").with("path", self.0.display().to_string())
    }
}

/// A private key: Ed25519, in a file of its own that only its owner may read, as the hexadecimal digits of PKCS #8.
#[derive(Debug)]
pub struct AuditKey(Ed25519KeyPair);

impl AuditKey {
    /// The key of a file; `None` where there is none yet.
    pub fn read(path: &Path) -> anyhow::Result<Option<Self>> {
        let held = match fs::read_to_string(path) {
            Ok(held) => held,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        };
        let key = from_hex(held.trim()).and_then(|pkcs8| Ed25519KeyPair::from_pkcs8(&pkcs8).ok());
        key.map(Self).map(Some).ok_or_else(|| NotAKey(path.to_owned()).into())
    }

    /// Reads the key, creating it if it does not exist.
    pub fn read_or_make(path: &Path) -> anyhow::Result<Self> {
        if let Some(key) = Self::read(path)? {
            return Ok(key);
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        let no_chance = |_| anyhow!("the system gives no random bytes");
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(no_chance)?;
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // Put into its place as a whole, and only where there is none: another program may make one at the same time.
        let next = path.with_extension(format!("{}.next", std::process::id()));
        let mut file = options.open(&next).with_context(|| next.display().to_string())?;
        writeln!(file, "{}", hex(pkcs8.as_ref())).and_then(|()| file.sync_all())?;
        match fs::hard_link(&next, path).and(fs::remove_file(&next)) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(error).with_context(|| path.display().to_string());
            }
            _ => {}
        }
        Self::read(path)?.ok_or_else(|| anyhow!("{}: it is gone again", path.display()))
    }

    /// The half that anybody may know.
    pub fn public(&self) -> PublicAuditKey {
        let key = self.0.public_key().as_ref().try_into();
        PublicAuditKey(PublicKey(key.expect("invariant: an Ed25519 public key has 32 bytes")))
    }

    /// Signs a message.
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).as_ref().try_into().expect("invariant: an Ed25519 signature has 64 bytes")
    }

    /// A checkpoint with its signature.
    #[must_use]
    pub fn signed(&self, checkpoint: AuditCheckpoint) -> AuditCheckpoint {
        let checkpoint = AuditCheckpoint { key: self.public().to_string(), ..checkpoint };
        let signature = hex(&self.sign(&checkpoint.signed()));
        AuditCheckpoint { signature, ..checkpoint }
    }
}

/// The public half of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicAuditKey(pub PublicKey);

impl std::fmt::Display for PublicAuditKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for PublicAuditKey {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl Signatures for PublicAuditKey {
    fn knows(&self, key: &str) -> bool {
        self.to_string() == key.to_ascii_lowercase()
    }

    fn holds(&self, message: &[u8], signature: &str) -> bool {
        from_hex(signature).is_some_and(|signature| self.0.has_signed(message, &signature))
    }
}

/// Any of several keys, as where more than one has signed.
#[derive(Debug, Clone, Default)]
pub struct KnownAuditKeys(pub Vec<PublicAuditKey>);

impl Signatures for KnownAuditKeys {
    fn knows(&self, key: &str) -> bool {
        self.0.iter().any(|one| one.knows(key))
    }

    fn holds(&self, message: &[u8], signature: &str) -> bool {
        self.0.iter().any(|one| one.holds(message, signature))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use pstral_core::domain::AuditHash;

    use super::*;

    #[test]
    fn what_one_key_signs_no_other_has_signed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.key");
        assert!(AuditKey::read(&path).unwrap().is_none());
        let key = AuditKey::read_or_make(&path).unwrap();
        let again = AuditKey::read_or_make(&path).unwrap();
        assert_eq!(key.public(), again.public());
        assert_eq!(key.public().to_string().parse(), Ok(key.public()));
        let checkpoint = AuditCheckpoint {
            instance: "one".to_owned(),
            seq: 7,
            hash: AuditHash::origin(),
            count: 7,
            at: Timestamp::UNIX_EPOCH,
            frontier: String::new(),
            key: String::new(),
            signature: String::new(),
        };
        let signed = key.signed(checkpoint);
        assert!(again.public().knows(&signed.key));
        assert!(again.public().holds(&signed.signed(), &signed.signature));
        let changed = AuditCheckpoint { seq: 8, ..signed.clone() };
        assert!(!again.public().holds(&changed.signed(), &signed.signature));
        assert!(!again.public().holds(&signed.signed(), "00"));
        let another = AuditKey::read_or_make(&folder.path().join("another.key")).unwrap();
        assert!(!another.public().knows(&signed.key));
        assert!(!another.public().holds(&signed.signed(), &signed.signature));
        fs::write(&path, "not a key").unwrap();
        assert!(AuditKey::read(&path).is_err());
    }
}
