//! This installation as a witness of other audits (<https://c2sp.org/tlog-witness>): it cosigns each head that only adds to the
//! one before, and so never two histories of one log.
//!
//! The newest head of each log lies in a file beside the witness's key. A file that is lost is a witness that forgot.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use pstral_auditproof::{AddCheckpoint, Checkpoint, Hash, Note, SignatureKind, VerifierKey, cosigned_message};
use pstral_core::domain::sha256;

use crate::atomic_file;
use crate::audit_key::AuditKey;
use crate::config::WitnessConfig;

/// The time in which one refusal of a log is recorded: a head is no secret, so anybody can send one again.
const RECORDING: Duration = Duration::from_mins(1);

/// Cosigns the heads of the logs it knows.
#[derive(Debug)]
pub struct Witness {
    key: AuditKey,
    /// The public half with the witness's name.
    verifier: VerifierKey,
    /// The keys of the logs, by name; a log may have several.
    logs: Vec<VerifierKey>,
    folder: PathBuf,
    recorded: Mutex<BTreeMap<String, Instant>>,
}

/// The reason why a head is not cosigned.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum WitnessError {
    /// The request cannot be read, or its old size is larger than its head.
    #[error("this is not a head with its proof")]
    Malformed,
    /// No key is configured for the log.
    #[error("this log is not known here")]
    UnknownLog,
    /// No configured key of the log has signed the head.
    #[error("no known key has signed this head")]
    UnknownKey,
    /// The proof does not begin at the head that was cosigned last, which has this size.
    #[error("the last head that was cosigned has {0} entries")]
    OtherSize(u64),
    /// A signed head goes back behind, or beside, the one that was cosigned last, which has this size.
    #[error("it does not go on from the last head that was cosigned, of {0} entries")]
    OtherHead(u64),
    /// A signed head comes with a proof that does not lead to it.
    #[error("the proof that it only adds entries does not hold")]
    Proof,
    /// What was cosigned last cannot be read or written.
    #[error("{0}")]
    Files(String),
}

impl WitnessError {
    /// True if a log that only grows never causes it: its key signed a head that the last one does not lead to, or somebody
    /// sent such a head again.
    pub fn is_suspicious(&self) -> bool {
        matches!(self, Self::OtherHead(_) | Self::Proof)
    }
}

impl Witness {
    /// Returns the public key of the witness of a configuration, if it has a name. Makes the private key if there is none.
    pub(crate) fn public_key(config: &WitnessConfig) -> anyhow::Result<Option<VerifierKey>> {
        let Some(name) = &config.name else { return Ok(None) };
        AuditKey::read_or_make(&config.key).map(|key| Some(verifier(name, &key)))
    }

    /// The witness of a configuration; `None` if it knows no log.
    pub fn new(config: &WitnessConfig) -> anyhow::Result<Option<Self>> {
        let logs = config.log.iter().map(|log| log.key.parse()).collect::<Result<Vec<VerifierKey>, _>>();
        let logs = logs.map_err(anyhow::Error::msg).context("witness.log")?;
        let Some(name) = config.name.as_ref().filter(|_| !logs.is_empty()) else { return Ok(None) };
        let key = AuditKey::read_or_make(&config.key)?;
        let mut folder = config.key.clone().into_os_string();
        folder.push(".logs");
        let (verifier, folder) = (verifier(name, &key), folder.into());
        Ok(Some(Self { key, verifier, logs, folder, recorded: Mutex::default() }))
    }

    /// Cosigns the head in a request; returns the line with the cosignature. `at` is the time in seconds since 1970. Waits for
    /// the disk.
    pub fn add_checkpoint(&self, request: &str, at: u64) -> Result<String, WitnessError> {
        let AddCheckpoint { old, path, note } = request.parse().map_err(|_| WitnessError::Malformed)?;
        let head = Checkpoint::of(&note).ok_or(WitnessError::Malformed)?;
        let mut keys = self.logs.iter().filter(|key| key.name == head.origin).peekable();
        keys.peek().ok_or(WitnessError::UnknownLog)?;
        if !keys.any(|key| key.has_signed(&note)) {
            return Err(WitnessError::UnknownKey);
        }
        if old > head.size {
            return Err(WitnessError::Malformed);
        }
        let file = self.folder.join(format!("{}.note", &sha256(&head.origin)[..16]));
        // Held until the head is durable, so that no other request is compared with the one before it.
        let _lock = self.lock().map_err(|error| WitnessError::Files(error.to_string()))?;
        let last = last_head(&file, &head.origin)?;
        if head.size < last.size || (head.size == last.size && head.root != last.root) {
            return Err(WitnessError::OtherHead(last.size));
        }
        if old != last.size {
            return Err(WitnessError::OtherSize(last.size));
        }
        if !head.extends(&last, &path) {
            return Err(WitnessError::Proof);
        }
        self.cosign(&file, note, at)
    }

    /// Keeps the head and then signs it: what was signed must never be forgotten.
    fn cosign(&self, file: &Path, mut note: Note, at: u64) -> Result<String, WitnessError> {
        let line = self.verifier.cosignature(at, self.key.sign(cosigned_message(&note, at).as_bytes()));
        note.signatures.push(line.clone());
        atomic_file::replace(file, note.to_string().as_bytes()).map_err(|error| unusable(file, &error))?;
        Ok(format!("{line}\n"))
    }

    fn lock(&self) -> io::Result<File> {
        fs::create_dir_all(&self.folder)?;
        let lock = File::create(self.folder.join("lock"))?;
        lock.lock().map(|()| lock)
    }

    /// True if a refusal of this request is to be recorded: one a minute and log.
    pub fn is_recorded(&self, request: &str) -> bool {
        let request: Option<AddCheckpoint> = request.parse().ok();
        let Some(head) = request.and_then(|request| Checkpoint::of(&request.note)) else { return false };
        let mut recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = recorded.get(&head.origin).is_none_or(|last| last.elapsed() >= RECORDING);
        if is_due {
            recorded.insert(head.origin, Instant::now());
        }
        is_due
    }
}

fn verifier(name: &str, key: &AuditKey) -> VerifierKey {
    VerifierKey { name: name.to_owned(), kind: SignatureKind::Cosignature, key: key.public().0 }
}

/// The head of a log that was cosigned last; an empty one if none was. A file that cannot be read is not taken for none.
fn last_head(file: &Path, origin: &str) -> Result<Checkpoint, WitnessError> {
    match fs::read_to_string(file) {
        Ok(note) => {
            let head = note.parse::<Note>().ok().as_ref().and_then(Checkpoint::of);
            head.filter(|head| head.origin == origin).ok_or_else(|| unusable(file, &"this is not a head of the log"))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Ok(Checkpoint { origin: origin.to_owned(), size: 0, root: Hash::of(&[]) })
        }
        Err(error) => Err(unusable(file, &error)),
    }
}

fn unusable(file: &Path, error: &dyn std::fmt::Display) -> WitnessError {
    WitnessError::Files(format!("{}: {error}", file.display()))
}

#[cfg(test)]
mod tests;
