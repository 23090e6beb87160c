//! What stewards have approved.

use async_trait::async_trait;

use super::StoreError;
use crate::domain::VerifiedQuery;

/// What stewards have approved.
#[async_trait]
pub trait Knowledge: Send + Sync {
    /// Makes `queries` the verified queries of a target, replacing those before.
    async fn put_verified(&self, target: &str, queries: &[VerifiedQuery]) -> Result<(), StoreError>;

    /// The verified queries of a target, by id.
    async fn verified(&self, target: &str) -> Result<Vec<VerifiedQuery>, StoreError>;
}
