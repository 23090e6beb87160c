//! What stands in place of the beginning of a chain that was pruned.

use jiff::Timestamp;

use super::canonical::{Member, object};
use super::{AuditHash, ChainHead};

/// The signed word of the program that all entries of a chain up to one were there, held, and were taken away. A chain
/// has one at most: a later pruning replaces it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditCheckpoint {
    /// Whose chain.
    pub instance: String,
    /// The number of the last entry that was pruned.
    pub seq: i64,
    /// Its hash, which the next one names as the one before it.
    pub hash: AuditHash,
    /// How many entries were taken away, this time and before: all of them, and so equal to `seq`.
    pub count: i64,
    /// When, UTC; kept to the millisecond.
    pub at: Timestamp,
    /// The public half of the key that signed it, 64 hexadecimal digits: what was signed with a key that nobody here
    /// knows can so be told from what was forged.
    pub key: String,
    /// The Ed25519 signature of [`AuditCheckpoint::signed`], 128 hexadecimal digits.
    pub signature: String,
}

impl AuditCheckpoint {
    /// What is signed: the RFC 8785 JSON of everything but the signature.
    pub fn signed(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let members = [
            ("at", Some(Member::Time(self.at))),
            ("checkpoint", Some(Member::Number(1))),
            ("count", Some(Member::Number(self.count))),
            ("hash", Some(Member::Text(&self.hash.0))),
            ("instance", Some(Member::Text(&self.instance))),
            ("key", Some(Member::Text(&self.key))),
            ("seq", Some(Member::Number(self.seq))),
        ];
        object(&mut out, members);
        out
    }

    /// The head of what was pruned.
    pub fn head(&self) -> ChainHead {
        ChainHead { instance: self.instance.clone(), seq: self.seq, hash: self.hash.clone() }
    }
}

/// Who can tell a signature from a forged one: core does no such arithmetic itself.
pub trait Signatures: Send + Sync {
    /// Whether a public key (hexadecimal digits) is one of those this knows.
    fn knows(&self, key: &str) -> bool;

    /// Whether `signature` (hexadecimal digits) is that of `message` by a key this knows.
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
