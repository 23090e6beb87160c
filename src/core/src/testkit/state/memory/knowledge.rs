//! Verified queries in memory.

use async_trait::async_trait;

use super::MemoryState;
use crate::domain::VerifiedQuery;
use crate::ports::{Knowledge, StoreError};

#[async_trait]
impl Knowledge for MemoryState {
    async fn put_verified(&self, target: &str, queries: &[VerifiedQuery]) -> Result<(), StoreError> {
        let mut queries = queries.to_vec();
        queries.sort_by(|a, b| a.id.cmp(&b.id));
        if let Some(twice) = queries.windows(2).find(|pair| pair[0].id == pair[1].id) {
            return Err(StoreError::Duplicate(format!("verified query {}", twice[0].id)));
        }
        self.tables().verified.insert(target.to_owned(), queries);
        Ok(())
    }

    async fn verified(&self, target: &str) -> Result<Vec<VerifiedQuery>, StoreError> {
        Ok(self.tables().verified.get(target).cloned().unwrap_or_default())
    }
}
