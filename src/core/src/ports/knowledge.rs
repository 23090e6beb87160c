//! Verified queries, and ratings of answers.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::StoreError;
use crate::domain::{AnswerId, KeptQuery, Rated, Rating, Tally, UserId, VerifiedQuery};

/// A store of verified queries and of ratings of answers.
#[async_trait]
pub trait Knowledge: Send + Sync {
    /// Makes `queries` the verified queries that the file of a target holds, replacing those before. One that is as it was
    /// keeps its mark. Those written in chats stay.
    async fn put_verified(&self, target: &str, queries: &[VerifiedQuery]) -> Result<(), StoreError>;

    /// The verified queries of a target that answer questions, by id: approved, holding, and of two with the same id
    /// the one of the file.
    async fn verified(&self, target: &str) -> Result<Vec<VerifiedQuery>, StoreError>;

    /// All of a target, whatever became of them, by id; of two with the same id the one of the file first.
    async fn kept_verified(&self, target: &str) -> Result<Vec<KeptQuery>, StoreError>;

    /// Keeps a query that somebody proposes in a chat; its version is 1 whatever it says.
    async fn propose_verified(&self, query: &KeptQuery) -> Result<(), StoreError>;

    /// Replaces a query written in a chat that has the same target, id and version, and increments the version. Returns
    /// false if there was none: of two concurrent changes, one fails.
    async fn change_verified(&self, query: &KeptQuery) -> Result<bool, StoreError>;

    /// Says of the query with this target, id, source and version whether it holds, changing nothing else of it. Whether
    /// there was one.
    async fn mark_verified(&self, query: &KeptQuery) -> Result<bool, StoreError>;

    /// Keeps what somebody thinks of an answer, in the place of what they thought before.
    async fn rate(&self, rated: &Rated) -> Result<(), StoreError>;

    /// Returns a user's rating of an answer.
    async fn rating(&self, user: UserId, answer: &AnswerId) -> Result<Option<Rating>, StoreError>;

    /// Returns the ratings of answers from a target's verified queries, by query id; those never rated are missing.
    async fn tallies(&self, target: &str) -> Result<BTreeMap<String, Tally>, StoreError>;
}
