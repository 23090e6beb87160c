//! What vouches for Pstral's audit outside its database: signed heads, and proofs against them.
//!
//! The entries of an instance are the leaves of a Merkle tree ([RFC 6962], section 2.1): leaf number `seq - 1` is the hash of
//! entry `seq`, 32 bytes. A *head* signs the root of that tree; it is a checkpoint of transparency logs ([C2SP]), so that
//! tools made for those can read it. A *proof* shows that an entry is in the tree of a head, or that one head only adds entries
//! to another.
//!
//! `cargo run -p pstral-auditproof -- PROOF KEY` verifies one where nothing else of Pstral is.
//!
//! [RFC 6962]: https://www.rfc-editor.org/rfc/rfc6962#section-2.1
//! [C2SP]: https://c2sp.org/tlog-checkpoint

mod entry;
mod frontier;
mod hash;
mod head;
mod key;
mod note;
mod proof;
mod tree;
mod unambiguous;
mod witness;

pub use entry::EntryHash;
pub use frontier::Frontier;
pub use hash::{Hash, from_hex};
pub use head::{Head, HeadsInText, SignedHead};
pub use key::PublicKey;
pub use note::{Note, NoteSignature, SignatureKind, VerifierKey, is_key_name};
pub use proof::{Proof, ProofError, Verified};
pub use tree::{Pruned, Tree};
pub use witness::{AddCheckpoint, Checkpoint, cosigned_message};
