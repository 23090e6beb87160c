//! Verified queries, ratings of answers, and questions that stewards should look at.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;

use super::StoreError;
use crate::domain::{AnswerId, KeptQuery, Rated, Rating, ReviewItem, Tally, UserId, VerifiedQuery};

/// A store of verified queries, of ratings of answers, and of questions that stewards should look at.
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

    /// Puts a question on the stewards' list. One that is there already, whatever its marks and capitals, counts once more;
    /// one that was taken off stays off.
    async fn add_review(&self, item: &ReviewItem) -> Result<(), StoreError>;

    /// Returns the questions about a target on the list, the most frequent first, then in their order.
    async fn open_reviews(&self, target: &str) -> Result<Vec<ReviewItem>, StoreError>;

    /// Takes a question off the list; false if it was not on it.
    async fn close_review(&self, number: i64, by: UserId, at: Timestamp) -> Result<bool, StoreError>;
}
