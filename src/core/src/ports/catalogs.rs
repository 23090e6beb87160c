//! The catalogs of targets as they were last read.

use async_trait::async_trait;
use jiff::Timestamp;

use super::StoreError;
use crate::domain::KeptCatalog;

/// The catalogs of targets as they were last read: for when a target is away, and for other programs on the same state.
#[async_trait]
pub trait Catalogs: Send + Sync {
    /// Keeps the catalog of a target in place of the one before.
    async fn keep_catalog(&self, target: &str, catalog: &KeptCatalog) -> Result<(), StoreError>;

    /// Keeps none of a target any more.
    async fn forget_catalog(&self, target: &str) -> Result<(), StoreError>;

    /// Returns the time at which the cached catalog of a target was read; cheap enough for every question.
    async fn catalog_read_at(&self, target: &str) -> Result<Option<Timestamp>, StoreError>;

    /// The kept catalog of a target.
    async fn kept_catalog(&self, target: &str) -> Result<Option<KeptCatalog>, StoreError>;
}
