//! The hash chain of audit entries, which shows any later change to them.

use std::collections::HashMap;
use std::fmt;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::{AuditEvent, hex};
use crate::text::{Text, text};

/// The SHA-256 of an entry, as 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct AuditHash(pub String);

impl AuditHash {
    /// What the first entry of a chain names as the one before it.
    pub fn origin() -> Self {
        Self("0".repeat(64))
    }
}

impl fmt::Display for AuditHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The time without what is finer than a millisecond.
fn to_millisecond(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).expect("invariant: cutting a time keeps it in range")
}

/// An event in its chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its place in the store, growing with time; not part of the hash.
    pub position: i64,
    /// The program instance that wrote it: each has a chain of its own.
    pub instance: String,
    /// 1 for the first entry of an instance, then without gaps.
    pub seq: i64,
    /// The hash of the entry before.
    pub previous: AuditHash,
    /// The hash of this one.
    pub hash: AuditHash,
    /// What happened.
    pub event: AuditEvent,
}

impl AuditEntry {
    /// Chains `event` after the entry of the same instance whose number and hash are given.
    /// `position` is left at 0 for the store to fill; the time is cut to the milliseconds that are hashed and
    /// stored, so that the entry equals the one read back.
    pub fn chain(instance: &str, after: Option<(i64, &AuditHash)>, mut event: AuditEvent) -> Self {
        event.at = to_millisecond(event.at);
        let (seq, previous) = after.map_or((1, AuditHash::origin()), |(seq, hash)| (seq + 1, hash.clone()));
        let hash = hash_of(instance, seq, &previous, &event);
        Self { position: 0, instance: instance.to_owned(), seq, previous, hash, event }
    }

    /// All of it as one JSON object, for exports.
    pub fn json(&self) -> Json {
        let mut members: serde_json::Map<String, Json> =
            self.event.members().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        members.insert("instance".to_owned(), Json::from(self.instance.as_str()));
        members.insert("seq".to_owned(), Json::from(self.seq));
        members.insert("previous".to_owned(), Json::from(self.previous.0.as_str()));
        members.insert("hash".to_owned(), Json::from(self.hash.0.as_str()));
        Json::Object(members)
    }
}

/// SHA-256 over the canonical JSON (RFC 8785) of the event with its instance, number and predecessor. All members
/// are strings or whole numbers under 2^53 and all names are ASCII, so sorted names and `serde_json`'s own escapes
/// are that form.
fn hash_of(instance: &str, seq: i64, previous: &AuditHash, event: &AuditEvent) -> AuditHash {
    let mut members = event.members();
    members.insert("instance", Json::from(instance));
    members.insert("seq", Json::from(seq));
    members.insert("previous", Json::from(previous.0.as_str()));
    let canonical = serde_json::to_vec(&members).expect("invariant: strings and numbers always serialise");
    AuditHash(hex(&Sha256::digest(canonical)))
}

/// The first entry at which a chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainFault {
    /// The content is not what was hashed.
    #[error("entry {seq} of {instance} was changed")]
    Changed {
        /// Whose chain.
        instance: String,
        /// Which entry.
        seq: i64,
    },
    /// The entry before is not the one it was chained to: some are missing, swapped or added.
    #[error("entry {seq} of {instance} does not follow the one before it: entries are missing, swapped or added")]
    Broken {
        /// Whose chain.
        instance: String,
        /// Which entry.
        seq: i64,
    },
}

impl ChainFault {
    /// What a person reads.
    pub fn text(&self) -> Text {
        let (Self::Changed { instance, seq } | Self::Broken { instance, seq }) = self;
        let sentence = match self {
            Self::Changed { .. } => text("chain-changed"),
            Self::Broken { .. } => text("chain-broken"),
        };
        sentence.with("seq", seq.to_string()).with("instance", instance)
    }
}

/// Checks entries in the order of their positions, holding only the head of each chain in memory.
#[derive(Debug, Default)]
pub struct ChainVerifier {
    heads: HashMap<String, (i64, AuditHash)>,
    checked: u64,
}

impl ChainVerifier {
    /// Checks the next entry against the head of its chain.
    pub fn check(&mut self, entry: &AuditEntry) -> Result<(), ChainFault> {
        let (instance, seq) = (entry.instance.clone(), entry.seq);
        let follows = match self.heads.get(&instance) {
            None => seq == 1 && entry.previous == AuditHash::origin(),
            Some((head, hash)) => seq == head + 1 && entry.previous == *hash,
        };
        if !follows {
            return Err(ChainFault::Broken { instance, seq });
        }
        if hash_of(&instance, seq, &entry.previous, &entry.event) != entry.hash {
            return Err(ChainFault::Changed { instance, seq });
        }
        self.heads.insert(instance, (seq, entry.hash.clone()));
        self.checked += 1;
        Ok(())
    }

    /// How many entries were checked.
    pub fn checked(&self) -> u64 {
        self.checked
    }

    /// The last number and hash of each instance, to be written down elsewhere.
    pub fn heads(&self) -> impl Iterator<Item = (&str, i64, &AuditHash)> {
        self.heads.iter().map(|(instance, (seq, hash))| (instance.as_str(), *seq, hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AuditAction, AuditStatus};

    fn event(detail: &str) -> AuditEvent {
        let mut event = AuditEvent::new(Timestamp::UNIX_EPOCH, AuditAction::Question, AuditStatus::Ok);
        event.detail = Some(detail.to_owned());
        event
    }

    fn chain(details: &[&str]) -> Vec<AuditEntry> {
        let mut entries: Vec<AuditEntry> = Vec::new();
        for detail in details {
            let after = entries.last().map(|entry| (entry.seq, &entry.hash));
            entries.push(AuditEntry::chain("one", after, event(detail)));
        }
        entries
    }

    fn verify(entries: &[AuditEntry]) -> Result<(), ChainFault> {
        let mut verifier = ChainVerifier::default();
        entries.iter().try_for_each(|entry| verifier.check(entry))
    }

    #[test]
    fn an_untouched_chain_holds() {
        assert_eq!(verify(&chain(&["a", "b", "c"])), Ok(()));
    }

    #[test]
    fn the_hash_is_the_one_anybody_can_compute() {
        let entry = &chain(&["été"])[0];
        let canonical = format!(
            r#"{{"action":"question","at":"1970-01-01T00:00:00.000Z","detail":"été","instance":"one","previous":"{}","seq":1,"status":"ok"}}"#,
            "0".repeat(64)
        );
        assert_eq!(entry.hash.0, format!("{:x}", Sha256::digest(canonical)));
    }

    #[test]
    fn a_time_finer_than_a_millisecond_is_cut_before_it_is_hashed() {
        let mut fine = event("a");
        fine.at = "2026-11-21T10:00:00.999999999Z".parse().unwrap();
        let mut cut = event("a");
        cut.at = "2026-11-21T10:00:00.999Z".parse().unwrap();
        assert_eq!(AuditEntry::chain("one", None, fine), AuditEntry::chain("one", None, cut));
    }

    #[test]
    fn a_changed_missing_or_swapped_entry_is_found() {
        let whole = chain(&["a", "b", "c"]);
        let mut changed = whole.clone();
        changed[1].event.detail = Some("B".to_owned());
        assert!(matches!(verify(&changed), Err(ChainFault::Changed { seq: 2, .. })));

        let mut missing = whole.clone();
        missing.remove(1);
        assert!(matches!(verify(&missing), Err(ChainFault::Broken { seq: 3, .. })));

        let mut swapped = whole;
        swapped.swap(0, 1);
        assert!(matches!(verify(&swapped), Err(ChainFault::Broken { seq: 2, .. })));
    }
}
