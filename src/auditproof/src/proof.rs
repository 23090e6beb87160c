//! Proofs as files: what they hold, and how they are verified.

use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::error::Category;
use sha2::Sha256;

use crate::unambiguous::Unambiguous;
use crate::{EntryHash, Hash, PublicKey, SignedHead};

/// A proof, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "proof", rename_all = "lowercase", deny_unknown_fields)]
pub enum Proof {
    /// An entry is in the audit that a head vouches for.
    Inclusion {
        /// The entry, as `pstral audit export` writes it.
        entry: Value,
        /// The hashes beside the way to the root, the lowest first.
        path: Vec<String>,
        /// The signed head.
        head: String,
    },
    /// A head adds entries to another, and changes none.
    Consistency {
        /// The hashes of RFC 6962, section 2.1.2.
        path: Vec<String>,
        /// The earlier signed head.
        old: String,
        /// The later signed head.
        new: String,
    },
}

/// What a proof shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    /// This entry is in the audit.
    Entry(EntryHash),
    /// The instance's audit went on from one entry to another.
    Grown {
        /// The instance.
        instance: String,
        /// The number of the last entry of the earlier head.
        from: u64,
        /// The number of the last entry of the later head.
        to: u64,
    },
}

/// Why a proof shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// It is not JSON from this line on.
    #[error("this is not a proof of Pstral's: it is not JSON (line {0})")]
    NotJson(usize),
    /// A member stands twice in one object: which of them counts would be a matter of taste.
    #[error("this is not a proof of Pstral's: a member is there twice (line {line}, column {column})")]
    Repeated {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// Its members are not those of a proof.
    #[error("this is not a proof of Pstral's: a member is missing, or is not one of a proof")]
    Members,
    /// A head in it is none.
    #[error("this is not a proof of Pstral's: a head in it is no signed head")]
    Head,
    /// A hash in its path is none.
    #[error("this is not a proof of Pstral's: a hash in its path is not 64 hexadecimal digits")]
    Hash,
    /// A head is not signed by the key that it names.
    #[error("the signature of a head does not match")]
    Signature,
    /// A head is signed by a key that is not trusted.
    #[error("a head is signed with another key: {0}")]
    OtherKey(PublicKey),
    /// The content of the entry does not give its hash.
    #[error("the entry was changed")]
    EntryChanged,
    /// The entry and the heads are not of one instance.
    #[error("the parts of the proof are of different instances")]
    OtherInstance,
    /// The hashes do not lead to the root.
    #[error("the proof does not lead to the signed root")]
    Path,
}

impl Proof {
    /// Reads a proof from its JSON.
    pub fn read(json: &str) -> Result<Self, ProofError> {
        let Unambiguous(value) = serde_json::from_str(json).map_err(|error| match error.classify() {
            Category::Data => ProofError::Repeated { line: error.line(), column: error.column() },
            Category::Io | Category::Syntax | Category::Eof => ProofError::NotJson(error.line()),
        })?;
        serde_json::from_value(value).map_err(|_| ProofError::Members)
    }

    /// Returns the entry that it is about, as it was read.
    pub fn entry(&self) -> Option<&Value> {
        match self {
            Self::Inclusion { entry, .. } => Some(entry),
            Self::Consistency { .. } => None,
        }
    }

    /// Verifies it against the keys that are trusted.
    pub fn verify(&self, keys: &[PublicKey]) -> Result<Verified, ProofError> {
        match self {
            Self::Inclusion { entry, path, head } => {
                let SignedHead { head, .. } = trusted(head, keys)?;
                let entry = EntryHash::of(entry).ok_or(ProofError::EntryChanged)?;
                if entry.instance != head.instance {
                    return Err(ProofError::OtherInstance);
                }
                let path =
                    InclusionProof::<Sha256>::try_from_bytes(joined(&hashes(path)?)).map_err(|_| ProofError::Path)?;
                let leaf = entry.seq.checked_sub(1).ok_or(ProofError::Path)?;
                let shown = root(head.root, head.seq).verify_inclusion(&entry.hash.0, leaf, &path);
                shown.map(|()| Verified::Entry(entry)).map_err(|_| ProofError::Path)
            }
            Self::Consistency { path, old, new } => {
                let (SignedHead { head: old, .. }, SignedHead { head: new, .. }) =
                    (trusted(old, keys)?, trusted(new, keys)?);
                if old.instance != new.instance {
                    return Err(ProofError::OtherInstance);
                }
                let shown = is_consistent((old.seq, old.root), (new.seq, new.root), &hashes(path)?);
                let grown = Verified::Grown { instance: new.instance, from: old.seq, to: new.seq };
                if shown { Ok(grown) } else { Err(ProofError::Path) }
            }
        }
    }
}

/// A head that one of these keys has signed.
fn trusted(note: &str, keys: &[PublicKey]) -> Result<SignedHead, ProofError> {
    let head: SignedHead = note.parse().map_err(|_| ProofError::Head)?;
    match (keys.contains(&head.head.key), head.is_signed()) {
        (true, true) => Ok(head),
        (true, false) => Err(ProofError::Signature),
        (false, _) => Err(ProofError::OtherKey(head.head.key)),
    }
}

fn root(hash: Hash, size: u64) -> RootHash<Sha256> {
    RootHash::new(hash.0.into(), size)
}

/// True if the tree of one size and root is the beginning of another.
pub(crate) fn is_consistent(old: (u64, Hash), new: (u64, Hash), path: &[Hash]) -> bool {
    // The library expects a tree that is not larger than the other.
    let path = (0 < old.0 && old.0 <= new.0).then(|| ConsistencyProof::<Sha256>::try_from_bytes(joined(path)).ok());
    let holds = |path| root(new.1, new.0).verify_consistency(&root(old.1, old.0), &path).is_ok();
    path.flatten().is_some_and(holds)
}

fn hashes(path: &[String]) -> Result<Vec<Hash>, ProofError> {
    path.iter().map(|text| text.parse().map_err(|_| ProofError::Hash)).collect()
}

fn joined(path: &[Hash]) -> Vec<u8> {
    path.iter().flat_map(|hash| hash.0).collect()
}
