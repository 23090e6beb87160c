//! A signed checkpoint, which replaces the pruned beginning of a chain.

use jiff::Timestamp;
use pstral_auditproof::Frontier;

use super::canonical::{Member, object};
use super::{AuditHash, ChainHead};

/// The signed word of the program that all entries of a chain up to one were there, held, and were taken away. A chain
/// has one at most: a later pruning replaces it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditCheckpoint {
    /// The instance of the chain.
    pub instance: String,
    /// The number of the last entry that was pruned.
    pub seq: i64,
    /// Its hash, which the next one names as the one before it.
    pub hash: AuditHash,
    /// The total number of entries pruned so far; equal to `seq`.
    pub count: i64,
    /// The time of the pruning, UTC, in milliseconds.
    pub at: Timestamp,
    /// The edge of the tree of the entries that were pruned, as [`Frontier`] writes it; empty in a checkpoint of an older
    /// version.
    pub frontier: String,
    /// The public half of the key that signed it, 64 hexadecimal digits: what was signed with a key that nobody here
    /// knows can so be told from what was forged.
    pub key: String,
    /// The Ed25519 signature of [`AuditCheckpoint::signed`], 128 hexadecimal digits.
    pub signature: String,
}

impl AuditCheckpoint {
    /// Returns the signed message: the RFC 8785 JSON of everything but the signature.
    pub fn signed(&self) -> Vec<u8> {
        object([
            ("at", Some(Member::Time(self.at))),
            ("checkpoint", Some(Member::Number(1))),
            ("count", Some(Member::Number(self.count))),
            ("frontier", Some(Member::Text(&self.frontier)).filter(|_| !self.frontier.is_empty())),
            ("hash", Some(Member::Text(&self.hash.0))),
            ("instance", Some(Member::Text(&self.instance))),
            ("key", Some(Member::Text(&self.key))),
            ("seq", Some(Member::Number(self.seq))),
        ])
        .into_bytes()
    }

    /// The edge of the tree of what was pruned. Older versions left none: then nothing is known of its leaves.
    pub fn frontier(&self) -> Frontier {
        let size = self.seq.unsigned_abs();
        let known = self.frontier.parse().ok().filter(|frontier: &Frontier| frontier.size() == size);
        known.unwrap_or_else(|| Frontier::of_unknown(size))
    }

    /// The head of what was pruned.
    pub fn head(&self) -> ChainHead {
        ChainHead { instance: self.instance.clone(), seq: self.seq, hash: self.hash.clone() }
    }
}

/// Verifies signatures, for which core has no cryptography of its own.
pub trait Signatures: Send + Sync {
    /// Checks whether a public key (hexadecimal digits) is a known one.
    fn knows(&self, key: &str) -> bool;

    /// Checks whether `signature` (hexadecimal digits) is that of `message` by a known key.
    fn holds(&self, message: &[u8], signature: &str) -> bool;
}

/// Knows no key: no signature holds.
#[derive(Debug, Clone, Copy)]
pub struct NoKey;

impl Signatures for NoKey {
    fn knows(&self, _: &str) -> bool {
        false
    }

    fn holds(&self, _: &[u8], _: &str) -> bool {
        false
    }
}
