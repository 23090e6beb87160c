//! Keeps the newest signed head of each instance's audit in a file of its own, beside the key: whoever can change the state
//! database alone cannot take it back.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use pstral_auditproof::{PublicKey, SignedHead};
use pstral_core::domain::sha256;
use pstral_store::HeadKeeper;

use crate::audit_key::AuditKey;

/// A key, and the folder of its heads.
#[derive(Debug)]
pub struct HeadFiles {
    key: AuditKey,
    folder: PathBuf,
}

impl HeadFiles {
    /// The heads of a key file, which is made if there is none.
    pub fn open(key: &Path) -> anyhow::Result<Self> {
        Ok(Self { key: AuditKey::read_or_make(key)?, folder: folder(key) })
    }

    /// The file of an instance, whose name may hold anything.
    fn file(&self, instance: &str) -> PathBuf {
        self.folder.join(format!("{}.note", &sha256(instance)[..16]))
    }
}

/// The heads that were kept beside a key file, by the names of their files; none where there is no folder.
pub fn kept_heads(key: &Path) -> anyhow::Result<Vec<SignedHead>> {
    let entries = match fs::read_dir(folder(key)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|ending| ending == "note"));
    files.sort();
    files.iter().map(|file| read(file).map_err(anyhow::Error::msg)).collect()
}

fn folder(key: &Path) -> PathBuf {
    let mut name = key.file_name().map(OsString::from).unwrap_or_default();
    name.push(".heads");
    key.with_file_name(name)
}

fn read(file: &Path) -> Result<SignedHead, String> {
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    fs::read_to_string(file).map_err(|error| named(&error))?.parse().map_err(|error: &str| named(&error))
}

impl HeadKeeper for HeadFiles {
    fn key(&self) -> PublicKey {
        self.key.public().0
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message)
    }

    fn last(&self, instance: &str) -> Result<Option<SignedHead>, String> {
        let file = self.file(instance);
        if !file.exists() {
            return Ok(None);
        }
        let head = read(&file)?;
        let is_own = head.head.key == self.key() && head.is_signed() && head.head.instance == instance;
        if is_own {
            Ok(Some(head))
        } else {
            Err(format!("{}: not signed with this installation's key", file.display()))
        }
    }

    /// Replaces the file at once, so that there always is a whole one.
    fn keep(&self, head: &SignedHead) -> Result<(), String> {
        let file = self.file(&head.head.instance);
        let write = || {
            fs::create_dir_all(&self.folder)?;
            let next = file.with_extension(format!("{}.tmp", std::process::id()));
            let mut written = File::create(&next)?;
            written.write_all(head.to_string().as_bytes())?;
            written.sync_all()?;
            fs::rename(&next, &file)
        };
        write().map_err(|error: std::io::Error| format!("{}: {error}", file.display()))
    }
}

#[cfg(test)]
mod tests {
    use pstral_auditproof::{Hash, Head};

    use super::*;

    fn signed(keeper: &HeadFiles, instance: &str, seq: u64) -> SignedHead {
        let (root, chain) = (Hash::of(b"root"), Hash::of(b"chain"));
        let head = Head {
            instance: instance.to_owned(),
            seq,
            root,
            chain,
            at: "2026-11-25T10:00:00Z".to_owned(),
            key: keeper.key(),
        };
        SignedHead { signature: keeper.sign(head.message().as_bytes()), head }
    }

    #[test]
    fn the_newest_head_of_each_instance_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("audit.key");
        let keeper = HeadFiles::open(&key).unwrap();
        assert_eq!((keeper.last("one"), kept_heads(&key).unwrap().len()), (Ok(None), 0));
        for head in [signed(&keeper, "one", 1), signed(&keeper, "../é", 7), signed(&keeper, "one", 2)] {
            keeper.keep(&head).unwrap();
            assert_eq!(keeper.last(&head.head.instance), Ok(Some(head)));
        }
        let mut kept: Vec<_> =
            kept_heads(&key).unwrap().into_iter().map(|kept| (kept.head.instance, kept.head.seq)).collect();
        kept.sort();
        assert_eq!(kept, [("../é".to_owned(), 7), ("one".to_owned(), 2)]);
    }

    #[test]
    fn a_head_that_was_changed_is_an_error_and_not_none() {
        let folder = tempfile::tempdir().unwrap();
        let keeper = HeadFiles::open(&folder.path().join("audit.key")).unwrap();
        let other = HeadFiles::open(&folder.path().join("other.key")).unwrap();
        for wrong in [String::new(), signed(&other, "one", 1).to_string(), signed(&keeper, "two", 1).to_string()] {
            keeper.keep(&signed(&keeper, "one", 1)).unwrap();
            fs::write(keeper.file("one"), wrong).unwrap();
            assert!(keeper.last("one").is_err());
        }
    }
}
