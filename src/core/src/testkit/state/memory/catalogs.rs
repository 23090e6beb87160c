//! Catalogs in memory.

use async_trait::async_trait;
use jiff::Timestamp;

use super::MemoryState;
use crate::domain::KeptCatalog;
use crate::ports::{Catalogs, StoreError};

#[async_trait]
impl Catalogs for MemoryState {
    async fn keep_catalog(&self, target: &str, catalog: &KeptCatalog) -> Result<(), StoreError> {
        self.tables().catalogs.insert(target.to_owned(), catalog.clone());
        Ok(())
    }

    async fn forget_catalog(&self, target: &str) -> Result<(), StoreError> {
        self.tables().catalogs.remove(target);
        Ok(())
    }

    async fn catalog_read_at(&self, target: &str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.tables().catalogs.get(target).map(|kept| kept.read_at))
    }

    async fn kept_catalog(&self, target: &str) -> Result<Option<KeptCatalog>, StoreError> {
        Ok(self.tables().catalogs.get(target).cloned())
    }
}
