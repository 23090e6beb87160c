//! The hash chain of audit entries, which shows any later change to them.
//!
//! An entry is hashed in one of two forms, the RFC 8785 JSON of its members each time. In the first one (entries of
//! older versions) all members are in it. In the second one it holds `"v":2` and, in place of the members that may say
//! something of a person, `"private"`: the SHA-256 of a salt of its own and of the JSON of those members. So they can
//! be taken away later (a person asks for it, their time is over) and the chain still holds; the salt goes with them,
//! or guesses at short texts could be tried.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use pstral_auditproof::Hash;
use serde::Serialize;
use serde_json::Value as Json;

use super::canonical::{Member, object};
use super::{AuditEvent, Covers, UserId, hex, sha256};

/// The SHA-256 of an entry, as 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct AuditHash(pub String);

impl AuditHash {
    /// Returns its bytes; of a text that is no digest, as in a row that was changed, the digest of that text.
    pub fn digest(&self) -> Hash {
        self.0.parse().unwrap_or_else(|_| Hash::of(self.0.as_bytes()))
    }

    /// Returns the hash that the first entry of a chain names as its predecessor.
    pub fn origin() -> Self {
        Self("0".repeat(64))
    }
}

impl fmt::Display for AuditHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The way in which the private members of an entry are kept out of its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditSeal {
    /// Not at all: the hash covers them as they are.
    None,
    /// Hashed with this salt, 32 hexadecimal digits.
    Salted(String),
    /// Redacted; this is the digest that is left of them.
    Sealed(AuditHash),
}

/// An event in its chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its place in the store, growing with the numbers of its chain; not part of the hash.
    pub position: i64,
    /// The program instance that wrote it: each has a chain of its own.
    pub instance: String,
    /// 1 for the first entry of an instance, then without gaps.
    pub seq: i64,
    /// The hash of the entry before.
    pub previous: AuditHash,
    /// The hash of this one.
    pub hash: AuditHash,
    /// The way in which its private members are kept out of the hash.
    pub seal: AuditSeal,
    /// The event.
    pub event: AuditEvent,
}

impl AuditEntry {
    /// Chains `event` after the entry of the same instance whose number and hash are given, with 16 random bytes as its
    /// salt. `position` is left at 0 for the store to fill; the time is cut to the milliseconds that are hashed and
    /// stored, so that the entry equals the one read back.
    pub fn chain(instance: &str, after: Option<(i64, &AuditHash)>, mut event: AuditEvent, salt: [u8; 16]) -> Self {
        event.at = to_millisecond(event.at);
        let (seq, previous) = after.map_or((1, AuditHash::origin()), |(seq, hash)| (seq + 1, hash.clone()));
        let (hash, seal) = (AuditHash::origin(), AuditSeal::Salted(hex(&salt)));
        let mut entry = Self { position: 0, instance: instance.to_owned(), seq, previous, hash, seal, event };
        entry.hash = entry.hashed();
        entry
    }

    /// Returns the entry with its private members redacted, leaving only their digest; `None` where that would break
    /// the chain: in an entry of the first format, and in one that is sealed already.
    #[must_use]
    pub fn sealed(&self) -> Option<Self> {
        let AuditSeal::Salted(salt) = &self.seal else { return None };
        let seal = AuditSeal::Sealed(private_digest(salt, &self.event));
        Some(Self { seal, event: self.event.without_private(), ..self.clone() })
    }

    /// Returns the entries that it sealed or pruned, if it records that: see [`Covers`].
    pub fn covers(&self) -> Option<Covers> {
        Covers::of(&self.event)
    }

    /// Returns the head of its chain after this entry.
    pub fn head(&self) -> ChainHead {
        ChainHead { instance: self.instance.clone(), seq: self.seq, hash: self.hash.clone() }
    }

    /// Returns the whole entry as one JSON object, for exports.
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.to_json()).expect("invariant: what is written here is JSON")
    }

    /// Returns the whole entry as JSON text, with names sorted and without spaces or line ends.
    pub fn to_json(&self) -> String {
        let (salt, sealed) = match &self.seal {
            AuditSeal::None => (None, None),
            AuditSeal::Salted(salt) => (Some(Member::Text(salt)), None),
            AuditSeal::Sealed(digest) => (None, Some(Member::Text(&digest.0))),
        };
        let chained = [
            ("hash", Some(Member::Text(&self.hash.0))),
            ("instance", Some(Member::Text(&self.instance))),
            ("previous", Some(Member::Text(&self.previous.0))),
            ("salt", salt),
            ("sealed", sealed),
            ("seq", Some(Member::Number(self.seq))),
        ];
        object(self.event.public().into_iter().chain(self.event.private()).chain(chained))
    }

    /// Checks whether the entry matches its own hash.
    pub fn is_itself(&self) -> bool {
        self.hashed() == self.hash
    }

    /// Returns the part that proves the chain of an instance, for which the entry is hashed.
    pub fn link(&self, instance: &str) -> ChainLink {
        ChainLink {
            seq: self.seq,
            position: self.position,
            previous: self.previous.clone(),
            hash: self.hash.clone(),
            user: self.event.user,
            is_sealed: matches!(self.seal, AuditSeal::Sealed(_)),
            is_itself: self.instance == instance && self.is_itself(),
        }
    }

    /// The hash its members give.
    pub(super) fn hashed(&self) -> AuditHash {
        let digest;
        let (private, version) = match &self.seal {
            AuditSeal::None => (None, None),
            AuditSeal::Salted(salt) => {
                digest = private_digest(salt, &self.event);
                (Some(Member::Text(&digest.0)), Some(Member::Number(2)))
            }
            AuditSeal::Sealed(digest) => (Some(Member::Text(&digest.0)), Some(Member::Number(2))),
        };
        let chained = [
            ("instance", Some(Member::Text(&self.instance))),
            ("previous", Some(Member::Text(&self.previous.0))),
            ("private", private),
            ("seq", Some(Member::Number(self.seq))),
            ("v", version),
        ];
        let members = self.event.public().into_iter().chain(chained);
        let hashed = match &self.seal {
            AuditSeal::Salted(_) => object(members),
            // What stands in a member that was taken away takes part, and so gives another hash.
            AuditSeal::None | AuditSeal::Sealed(_) => object(members.chain(self.event.private())),
        };
        AuditHash(sha256(&hashed))
    }
}

/// The part of an entry that proves its chain, so that the rest need not be held in memory.
#[derive(Debug, Clone)]
pub struct ChainLink {
    /// The number of its entry.
    pub seq: i64,
    pub(super) position: i64,
    /// The hash of the entry before.
    pub(super) previous: AuditHash,
    pub(super) hash: AuditHash,
    pub(super) user: Option<UserId>,
    pub(super) is_sealed: bool,
    /// True if the entry matches its own hash, for the instance it was read for.
    pub(super) is_itself: bool,
}

impl ChainLink {
    /// Checks whether its entry is the one with this hash.
    pub fn is(&self, hash: &AuditHash) -> bool {
        self.is_itself && self.hash == *hash
    }
}

/// The time without what is finer than a millisecond.
fn to_millisecond(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).expect("invariant: cutting a time keeps it in range")
}

/// SHA-256 over the digits of the salt and the canonical JSON of the private members.
fn private_digest(salt: &str, event: &AuditEvent) -> AuditHash {
    AuditHash(sha256(&format!("{salt}{}", object(event.private()))))
}

/// The last entry of a chain, to be written down where nobody can change it: `INSTANCE:SEQ:HASH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainHead {
    /// Whose chain.
    pub instance: String,
    /// The number of its last entry.
    pub seq: i64,
    /// That entry's hash.
    pub hash: AuditHash,
}

impl fmt::Display for ChainHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.instance, self.seq, self.hash)
    }
}

/// A text that is no head.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a head is INSTANCE:SEQ:HASH, as `pstral audit verify` prints it")]
pub struct NoHead;

impl FromStr for ChainHead {
    type Err = NoHead;

    /// The name of an instance may hold colons: the number and the hash are read from the end.
    fn from_str(text: &str) -> Result<Self, NoHead> {
        let mut parts = text.trim().rsplitn(3, ':');
        let (hash, seq, instance) = (parts.next(), parts.next(), parts.next());
        let (Some(hash), Some(seq), Some(instance)) = (hash, seq, instance) else { return Err(NoHead) };
        let seq = seq.parse().ok().filter(|seq| *seq > 0).ok_or(NoHead)?;
        let is_hash = hash.len() == 64 && hash.bytes().all(|digit| digit.is_ascii_hexdigit());
        if !is_hash || instance.is_empty() {
            return Err(NoHead);
        }
        Ok(Self { instance: instance.to_owned(), seq, hash: AuditHash(hash.to_ascii_lowercase()) })
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;
    use crate::domain::{AuditAction, AuditStatus};

    fn event() -> AuditEvent {
        let mut event = AuditEvent::new(Timestamp::UNIX_EPOCH, AuditAction::Question, AuditStatus::Ok);
        event.detail = Some("été".to_owned());
        event.actor = Some("zoé".to_owned());
        event
    }

    #[test]
    fn the_hash_is_the_one_anybody_can_compute() {
        let entry = AuditEntry::chain("one", None, event(), [0xab; 16]);
        let private = format!(r#"{}{{"actor":"zoé","detail":"été"}}"#, "ab".repeat(16));
        let private = format!("{:x}", Sha256::digest(private));
        let canonical = format!(
            r#"{{"action":"question","at":"1970-01-01T00:00:00.000Z","instance":"one","previous":"{}","private":"{private}","seq":1,"status":"ok","v":2}}"#,
            "0".repeat(64)
        );
        assert_eq!(entry.hash.0, format!("{:x}", Sha256::digest(canonical)));
    }

    #[test]
    fn an_entry_of_the_first_form_is_hashed_with_all_its_members() {
        let canonical = format!(
            r#"{{"action":"question","actor":"zoé","at":"1970-01-01T00:00:00.000Z","detail":"été","instance":"one","previous":"{}","seq":1,"status":"ok"}}"#,
            "0".repeat(64)
        );
        let entry = AuditEntry { seal: AuditSeal::None, ..AuditEntry::chain("one", None, event(), [0; 16]) };
        assert_eq!(entry.hashed().0, format!("{:x}", Sha256::digest(canonical)));
        assert_eq!(entry.sealed(), None);
    }

    #[test]
    fn sealing_takes_every_private_member_and_keeps_the_hash() {
        let entry = AuditEntry::chain("one", None, crate::testkit::state::full_event(), [7; 16]);
        let sealed = entry.sealed().unwrap();
        assert!(sealed.event.private().iter().all(|(_, member)| member.is_none()));
        assert!(entry.event.private().iter().all(|(_, member)| member.is_some()));
        assert!(entry.event.public().iter().all(|(_, member)| member.is_some()));
        assert_eq!(sealed.hashed(), entry.hash);
        assert_eq!(sealed.sealed(), None);
    }

    #[test]
    fn members_are_written_in_the_order_of_their_names_and_as_serde_would() {
        let entry = AuditEntry::chain("one", None, crate::testkit::state::full_event(), [7; 16]);
        assert_eq!(entry.to_json(), entry.json().to_string());
    }

    #[test]
    fn a_time_finer_than_a_millisecond_is_cut_before_it_is_hashed() {
        let [fine, cut] = ["2026-11-21T10:00:00.999999999Z", "2026-11-21T10:00:00.999Z"]
            .map(|at| AuditEvent { at: at.parse().unwrap(), ..event() });
        assert_eq!(AuditEntry::chain("one", None, fine, [1; 16]), AuditEntry::chain("one", None, cut, [1; 16]));
    }

    #[test]
    fn a_head_is_read_as_it_is_printed() {
        let head = AuditEntry::chain("a:b", None, event(), [1; 16]).head();
        assert_eq!(head.to_string().parse(), Ok(head));
        for wrong in ["", "one", "one:1", "one:1:abc", ":1:00", &format!("one:0:{}", "0".repeat(64))] {
            assert_eq!(wrong.parse::<ChainHead>(), Err(NoHead), "{wrong}");
        }
    }
}
