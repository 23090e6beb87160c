//! This installation as a witness of other audits (<https://c2sp.org/tlog-witness>): it cosigns each head that only adds to the
//! one before, and so never two histories of one log.
//!
//! The newest head of each log lies in a file beside the witness's key. A file that is lost is a witness that forgot.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{fs, io};

use anyhow::Context as _;
use pstral_auditproof::{AddCheckpoint, Checkpoint, Hash, Note, SignatureKind, VerifierKey, cosigned_message};

use crate::atomic_file;
use crate::audit_head_files;
use crate::audit_key::AuditKey;
use crate::config::WitnessConfig;

/// The most refused heads of a log that are remembered as recorded.
const MOST_RECORDED: usize = 1024;

/// Cosigns the heads of the logs it knows.
#[derive(Debug)]
pub struct Witness {
    key: AuditKey,
    /// The public half with the witness's name.
    verifier: VerifierKey,
    /// The keys of the logs, by name; a log may have several.
    logs: Vec<VerifierKey>,
    folder: PathBuf,
    /// The hashes of the refused heads that were recorded, by log, the newest last.
    recorded: Mutex<BTreeMap<String, VecDeque<Hash>>>,
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
    /// A signed head is older than the one that was cosigned last, or has another root at the same size.
    #[error("it does not go on from the last head that was cosigned, of {last} entries")]
    OtherHead {
        /// The size of the head that was cosigned last.
        last: u64,
        /// The refused head.
        head: Note,
    },
    /// A signed head, with a proof that does not lead to it from the one that was cosigned last.
    #[error("the proof that it only adds entries does not hold")]
    Proof(Note),
    /// What was cosigned last cannot be read or written.
    #[error("{0}")]
    Files(String),
}

impl WitnessError {
    /// Returns the signed head that was refused, if it may show that its log forked. It need not: anybody can send an old head
    /// again, or a new one with a wrong proof.
    pub fn suspicious_head(&self) -> Option<&Note> {
        match self {
            Self::OtherHead { head, .. } | Self::Proof(head) => Some(head),
            _ => None,
        }
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
        let file = self.folder.join(audit_head_files::name(&head.origin));
        // Held until the head is durable, so that no other request is compared with the one before it.
        let answer = audit_head_files::locked(&self.folder, |_| {
            let last = last_head(&file, &head.origin);
            Ok(last
                .and_then(|last| follows(&last, &head, old, &path, &note))
                .and_then(|()| self.cosign(&file, note, at)))
        });
        answer.map_err(WitnessError::Files)?
    }

    /// Signs the head and returns the signature only once it is kept: what others saw signed must never be forgotten.
    fn cosign(&self, file: &Path, mut note: Note, at: u64) -> Result<String, WitnessError> {
        let line = self.verifier.cosignature(at, self.key.sign(cosigned_message(&note, at).as_bytes()));
        note.signatures.push(line.clone());
        atomic_file::replace(file, note.to_string().as_bytes()).map_err(|error| unusable(file, &error))?;
        Ok(format!("{line}\n"))
    }

    /// True if the refusal of this head was recorded before.
    pub fn is_recorded(&self, head: &Note) -> bool {
        let hash = Hash::of(head.text.as_bytes());
        self.recorded().get(origin(head)).is_some_and(|recorded| recorded.contains(&hash))
    }

    /// Notes that the refusal of this head was recorded. Each head is noted by itself, so that an old one that somebody sends
    /// again hides no other.
    pub fn note_recorded(&self, head: &Note) {
        let mut logs = self.recorded();
        let recorded = logs.entry(origin(head).to_owned()).or_default();
        if recorded.len() == MOST_RECORDED {
            recorded.pop_front();
        }
        recorded.push_back(Hash::of(head.text.as_bytes()));
    }

    fn recorded(&self) -> MutexGuard<'_, BTreeMap<String, VecDeque<Hash>>> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name of the log that a head is of.
fn origin(head: &Note) -> &str {
    head.text.lines().next().unwrap_or_default()
}

/// Checks that a head only adds entries to the last one, as its proof shows.
fn follows(last: &Checkpoint, head: &Checkpoint, old: u64, path: &[Hash], note: &Note) -> Result<(), WitnessError> {
    if head.size < last.size || (head.size == last.size && head.root != last.root) {
        return Err(WitnessError::OtherHead { last: last.size, head: note.clone() });
    }
    if old != last.size {
        return Err(WitnessError::OtherSize(last.size));
    }
    if head.extends(last, path) { Ok(()) } else { Err(WitnessError::Proof(note.clone())) }
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
