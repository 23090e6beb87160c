//! A catalog that was read once.

use jiff::Timestamp;

use super::{Catalog, sha256};

/// A catalog as it was read once, to be used again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptCatalog {
    /// The catalog.
    pub catalog: Catalog,
    /// SHA-256 of it: two of the same hash are the same.
    pub hash: String,
    /// The time at which it was read.
    pub read_at: Timestamp,
}

impl KeptCatalog {
    /// A catalog read at this time.
    pub fn new(catalog: Catalog, read_at: Timestamp) -> Self {
        let json = serde_json::to_string(&catalog).expect("invariant: a catalog is plain data with text for keys");
        Self { hash: sha256(&json), catalog, read_at }
    }
}
