//! The head of each log that was cosigned last, with the cosignature, in a file of its own beside the witness's key.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use pstral_auditproof::{Checkpoint, Hash, Note, NoteSignature, SignatureKind, VerifierKey};
use pstral_store::KeptHeadsError;

use super::WitnessError;
use crate::atomic_file;
use crate::audit_key::PublicAuditKey;
use crate::key_folder::{self, note_name, notes, records_folder};
use crate::paths::path_error;

/// The folder of the records, and the key that signed them.
#[derive(Debug)]
pub(super) struct Records {
    folder: PathBuf,
    key: PublicAuditKey,
}

impl Records {
    /// The records beside the file of a key.
    pub(super) fn beside(file: &Path, key: PublicAuditKey) -> Self {
        Self { folder: records_folder(file), key }
    }

    /// Does something while no other program reads or writes a record, so that no head is compared with one that another
    /// request replaces.
    pub(super) fn locked<T>(&self, change: impl FnOnce() -> Result<T, WitnessError>) -> Result<T, WitnessError> {
        key_folder::with_lock(&self.folder, |_| Ok(change())).map_err(WitnessError::Files)?
    }

    /// Returns the head of a log that was cosigned last; an empty one if none was. A record that cannot be read, or that the
    /// witness has not signed, is not taken for none.
    pub(super) fn last(&self, origin: &str) -> Result<Checkpoint, WitnessError> {
        let file = self.file(origin);
        match self.read(&file)? {
            Some(head) if head.origin == origin => Ok(head),
            Some(_) => Err(unusable(&file, &"this is the head of another log")),
            None => Ok(Checkpoint { origin: origin.to_owned(), size: 0, root: Hash::of(&[]) }),
        }
    }

    /// Reads every record; returns their number.
    pub(super) fn check(&self) -> Result<usize, WitnessError> {
        let notes = notes(&self.folder).map_err(|error| WitnessError::Files(error.to_string()))?;
        for file in &notes {
            if self.read(file)?.is_some_and(|head| self.file(&head.origin) != *file) {
                return Err(unusable(file, &"this is the head of another log"));
            }
        }
        Ok(notes.len())
    }

    fn read(&self, file: &Path) -> Result<Option<Checkpoint>, WitnessError> {
        match fs::read_to_string(file) {
            Ok(note) => {
                let unsigned = || unusable(file, &"this is not a head that this witness has signed");
                self.cosigned(&note).map(Some).ok_or_else(unsigned)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unusable(file, &error)),
        }
    }

    /// Puts a cosigned head in the place of the last one of its log, durably.
    pub(super) fn keep(&self, origin: &str, note: &Note) -> Result<(), WitnessError> {
        let file = self.file(origin);
        atomic_file::replace(&file, note.to_string().as_bytes()).map_err(|error| unusable(&file, &error))
    }

    /// The head of a record; `None` unless the witness has signed it, under the name it has now or had then.
    fn cosigned(&self, note: &str) -> Option<Checkpoint> {
        let note: Note = note.parse().ok()?;
        let is_ours = |line: &NoteSignature| {
            let (name, kind) = (line.name.clone(), SignatureKind::Cosignature);
            VerifierKey { name, kind, key: self.key.0 }.cosigned_at(&note).is_some()
        };
        if note.signatures.iter().any(is_ours) { Checkpoint::of(&note) } else { None }
    }

    fn file(&self, origin: &str) -> PathBuf {
        self.folder.join(note_name(origin))
    }
}

/// True if anything was cosigned with the key of a file.
pub(super) fn is_any_beside(file: &Path) -> Result<bool, KeptHeadsError> {
    notes(&records_folder(file)).map(|notes| !notes.is_empty())
}

fn unusable(file: &Path, error: &dyn std::fmt::Display) -> WitnessError {
    WitnessError::Files(path_error(file, error))
}
