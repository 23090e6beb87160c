//! Keeps the newest signed head of each instance's audit in a file of its own, beside the key: whoever can change the state
//! database alone cannot take it back.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use pstral_auditproof::{PublicKey, SignedHead};
use pstral_core::text::text;
use pstral_store::{HeadKeeper, KeptHeadsError};

use crate::atomic_file;
use crate::audit_key::AuditKey;
use crate::key_folder::{heads_folder, note_name, notes, unreadable, with_lock};
use crate::paths::path_error;

/// A key, and the folder of its heads.
#[derive(Debug)]
pub struct HeadFiles {
    key: AuditKey,
    /// `None` where heads are signed and not kept: those of a state that is not this installation's.
    folder: Option<PathBuf>,
}

/// The heads that were kept beside a key file; none where there is no folder.
pub fn kept_heads(key: &Path) -> Result<Vec<SignedHead>, KeptHeadsError> {
    Ok(read_all(&heads_folder(key))?.into_iter().map(|(_, head)| head).collect())
}

/// The heads that were kept beside a key file, and what is wrong with each file that holds none. An error if a file cannot be
/// read now.
pub(crate) fn heads_and_faults(key: &Path) -> Result<(Vec<SignedHead>, Vec<KeptHeadsError>), KeptHeadsError> {
    let (mut heads, mut faults) = (Vec::new(), Vec::new());
    for file in notes(&heads_folder(key))? {
        match read(&file) {
            Ok(head) => heads.extend(head),
            Err(fault @ KeptHeadsError::NotOurs(_)) => faults.push(fault),
            Err(error) => return Err(error),
        }
    }
    Ok((heads, faults))
}

/// The heads that were kept beside a key file, each signed with this key.
pub(crate) fn own_heads(file: &Path, key: PublicKey) -> Result<Vec<SignedHead>, KeptHeadsError> {
    own_heads_in(&heads_folder(file), key)
}

impl HeadFiles {
    /// Signs with the key of a file, and keeps heads beside that file.
    pub fn beside(file: &Path, key: AuditKey) -> Self {
        Self { key, folder: Some(heads_folder(file)) }
    }

    /// Signs with a key, and keeps nothing.
    pub fn signing_only(key: AuditKey) -> Self {
        Self { key, folder: None }
    }
}

impl HeadKeeper for HeadFiles {
    fn key(&self) -> PublicKey {
        self.key.public().0
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message)
    }

    fn kept(&self) -> Result<Vec<SignedHead>, KeptHeadsError> {
        let Some(folder) = &self.folder else { return Ok(Vec::new()) };
        own_heads_in(folder, self.key())
    }

    fn keep(&self, head: &SignedHead) -> Result<(), String> {
        let Some(folder) = &self.folder else { return Ok(()) };
        with_lock(folder, |folder| {
            let file = folder.join(note_name(&head.head.instance));
            let is_later = |kept: SignedHead| kept.head.seq >= head.head.seq;
            let kept = read(&file).map_err(|error| error.to_string())?;
            if kept.is_some_and(is_later) { Ok(()) } else { write(&file, head) }
        })
    }

    fn replace(&self, heads: &[SignedHead]) -> Result<(), String> {
        let Some(folder) = &self.folder else { return Ok(()) };
        with_lock(folder, |folder| {
            // First those that are new: where the disk is full, the others stay.
            let new: Vec<_> = heads.iter().map(|head| (folder.join(note_name(&head.head.instance)), head)).collect();
            new.iter().try_for_each(|(file, head)| write(file, head))?;
            let mut others = notes(folder).map_err(|error| error.to_string())?;
            others.retain(|other| new.iter().all(|(file, _)| file != other));
            others.iter().try_for_each(|file| fs::remove_file(file).map_err(|error| path_error(file, &error)))
        })
    }
}

fn write(file: &Path, head: &SignedHead) -> Result<(), String> {
    atomic_file::replace(file, head.to_string().as_bytes()).map_err(|error| path_error(file, &error))
}

fn own_heads_in(folder: &Path, key: PublicKey) -> Result<Vec<SignedHead>, KeptHeadsError> {
    let own = read_all(folder)?.into_iter().map(|(file, head)| match head {
        head if head.head.key == key && head.is_signed() => Ok(head),
        _ => Err(not_ours("kept-head-not-ours", &file)),
    });
    own.collect()
}

/// The heads of a folder, each with its file.
fn read_all(folder: &Path) -> Result<Vec<(PathBuf, SignedHead)>, KeptHeadsError> {
    let read = notes(folder)?.into_iter().map(|file| Ok(read(&file)?.map(|head| (file, head))));
    read.filter_map(Result::transpose).collect()
}

/// The head of a file; `None` if there is none.
fn read(file: &Path) -> Result<Option<SignedHead>, KeptHeadsError> {
    match fs::read_to_string(file) {
        Ok(note) => note.parse().map(Some).map_err(|_| not_ours("kept-head-unreadable", file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        // Not text: whoever wrote it was not Pstral.
        Err(error) if error.kind() == ErrorKind::InvalidData => Err(not_ours("kept-head-unreadable", file)),
        Err(error) => Err(unreadable(file, &error)),
    }
}

fn not_ours(sentence: &'static str, file: &Path) -> KeptHeadsError {
    KeptHeadsError::NotOurs(text(sentence).with("path", file.display().to_string()))
}

#[cfg(test)]
mod tests {
    use pstral_auditproof::{Hash, Head};

    use super::*;

    fn made(file: &Path) -> HeadFiles {
        HeadFiles::beside(file, AuditKey::read_or_make(file).unwrap())
    }

    /// The file of the head of instance `one`.
    fn note(folder: &tempfile::TempDir) -> PathBuf {
        heads_folder(&folder.path().join("audit.key")).join(note_name("one"))
    }

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
        let keeper = made(&key);
        assert_eq!((keeper.kept(), kept_heads(&key).unwrap().len()), (Ok(Vec::new()), 0));
        for (instance, seq) in [("one", 2), ("../é", 7), ("one", 1), ("one", 3)] {
            keeper.keep(&signed(&keeper, instance, seq)).unwrap();
        }
        let kept = |heads: Vec<SignedHead>| {
            let mut kept: Vec<_> = heads.into_iter().map(|kept| (kept.head.instance, kept.head.seq)).collect();
            kept.sort();
            kept
        };
        assert_eq!(kept(keeper.kept().unwrap()), [("../é".to_owned(), 7), ("one".to_owned(), 3)]);
        keeper.replace(&[signed(&keeper, "one", 1)]).unwrap();
        assert_eq!(kept(kept_heads(&key).unwrap()), [("one".to_owned(), 1)]);
        let other = HeadFiles::signing_only(AuditKey::read_or_make(&key).unwrap());
        other.keep(&signed(&other, "two", 1)).unwrap();
        assert_eq!((other.kept(), kept_heads(&key).unwrap().len()), (Ok(Vec::new()), 1));
    }

    #[test]
    fn heads_that_cannot_be_replaced_stay() {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("audit.key");
        let keeper = made(&key);
        keeper.replace(&[signed(&keeper, "one", 1)]).unwrap();
        // A folder in the place of the file that is written before it is renamed.
        let taken = heads_folder(&key).join(format!("{}.next", note_name("two")));
        fs::create_dir(&taken).unwrap();
        keeper.replace(&[signed(&keeper, "two", 1)]).unwrap_err();
        assert_eq!(kept_heads(&key).unwrap(), [signed(&keeper, "one", 1)]);
    }

    #[test]
    fn a_head_that_was_changed_is_an_error_and_not_none() {
        let folder = tempfile::tempdir().unwrap();
        let keeper = made(&folder.path().join("audit.key"));
        let other = made(&folder.path().join("other.key"));
        for wrong in [String::new(), signed(&other, "one", 1).to_string()] {
            keeper.replace(&[signed(&keeper, "one", 1)]).unwrap();
            let file = note(&folder);
            fs::write(&file, wrong).unwrap();
            let told = keeper.kept().unwrap_err();
            assert!(matches!(told, KeptHeadsError::NotOurs(_)));
            assert!(told.to_string().contains(&file.display().to_string()), "{told}");
        }
    }

    #[test]
    fn heads_that_cannot_be_read_are_not_taken_for_changed() {
        let folder = tempfile::tempdir().unwrap();
        let keeper = made(&folder.path().join("audit.key"));
        // A file in the place of the folder, and a folder in the place of a head.
        fs::write(heads_folder(&folder.path().join("audit.key")), "").unwrap();
        assert!(matches!(keeper.kept(), Err(KeptHeadsError::Unreadable(_))));
        fs::remove_file(heads_folder(&folder.path().join("audit.key"))).unwrap();
        fs::create_dir_all(note(&folder)).unwrap();
        assert!(matches!(keeper.kept(), Err(KeptHeadsError::Unreadable(_))));
    }

    #[cfg(unix)]
    #[test]
    fn a_head_is_readable_by_its_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let keeper = made(&folder.path().join("audit.key"));
        keeper.keep(&signed(&keeper, "one", 1)).unwrap();
        let file = note(&folder);
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
