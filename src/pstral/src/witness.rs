//! This installation as a witness of other audits (<https://c2sp.org/tlog-witness>): it cosigns each head that only adds to the
//! one before, and so never two histories of one log.
//!
//! The newest head of each log lies in a file beside the witness's key. A file that is lost is a witness that forgot.

mod key;
mod records;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use pstral_auditproof::{AddCheckpoint, Checkpoint, Hash, Note, SignatureKind, VerifierKey, cosigned_message};
use pstral_core::text::text;

use crate::audit_key::AuditKey;
use crate::compose::StartError;
use crate::config::WitnessConfig;
use records::Records;

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
    records: Records,
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
    pub(crate) fn public_key(config: &WitnessConfig) -> Result<Option<VerifierKey>, StartError> {
        let Some(name) = &config.name else { return Ok(None) };
        key::installed(&config.key).map(|key| Some(verifier(name, &key)))
    }

    /// Checks the key and the records of a configuration, and makes nothing; returns the number of logs of which a head was
    /// cosigned.
    pub(crate) fn check(config: &WitnessConfig) -> Result<usize, StartError> {
        key::check(&config.key)
    }

    /// The witness of a configuration; `None` if it knows no log.
    pub fn new(config: &WitnessConfig) -> Result<Option<Self>, StartError> {
        let Some(name) = config.name.as_ref().filter(|_| config.is_witness()) else { return Ok(None) };
        let logs = config.log.iter().map(|log| log.key.parse()).collect::<Result<Vec<VerifierKey>, _>>();
        let logs = logs.map_err(|error| StartError::new("witness", error, text("config-witness-log-key")))?;
        let key = key::installed(&config.key)?;
        let (verifier, records) = (verifier(name, &key), Records::beside(&config.key, key.public()));
        Ok(Some(Self { key, verifier, logs, records, recorded: Mutex::default() }))
    }

    /// Cosigns the head in a request; returns the line with the cosignature. `at` is the time in seconds since 1970. Waits for
    /// the disk.
    pub fn add_checkpoint(&self, request: &str, at: u64) -> Result<String, WitnessError> {
        let AddCheckpoint { old, path, mut note } = request.parse().map_err(|_| WitnessError::Malformed)?;
        let head = Checkpoint::of(&note).ok_or(WitnessError::Malformed)?;
        let mut keys = self.logs.iter().filter(|key| key.name == head.origin).peekable();
        keys.peek().ok_or(WitnessError::UnknownLog)?;
        // Below a signed text, anybody can add lines.
        note.signatures = keys.filter_map(|key| key.signature_of(&note).cloned()).collect();
        if note.signatures.is_empty() {
            return Err(WitnessError::UnknownKey);
        }
        if old > head.size {
            return Err(WitnessError::Malformed);
        }
        self.records.locked(|| {
            let last = self.records.last(&head.origin)?;
            follows(&last, &head, old, &path, &note)?;
            self.cosign(&head.origin, note, at)
        })
    }

    /// Signs the head and returns the signature only once it is kept: what others saw signed must never be forgotten.
    fn cosign(&self, origin: &str, mut note: Note, at: u64) -> Result<String, WitnessError> {
        let line = self.verifier.cosignature(at, self.key.sign(cosigned_message(&note, at).as_bytes()));
        note.signatures.push(line.clone());
        self.records.keep(origin, &note)?;
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

#[cfg(test)]
mod tests;
