//! Questions that stewards should look at.

use jiff::Timestamp;
use pstral_core::domain::{ConversationId, ProposalId, ReviewItem, ReviewReason, UserId, sha256};
use pstral_core::knowledge::fold;
use pstral_core::ports::StoreError;

use crate::Store;
use crate::fault::{conflict, fault};
use crate::rows::{get, time, word};
use crate::sql::{Row, sql};

// A closed question stays closed when it is asked again.
const ADD: &str = "INSERT INTO reviews
    (target, words, question, reason, proposal, conversation_id, times, noted_at)
    VALUES ($1, $2, $3, $4, $5, $6, 1, $7)
    ON CONFLICT (target, words) DO UPDATE SET question = excluded.question, reason = excluded.reason,
        proposal = coalesce(excluded.proposal, reviews.proposal), conversation_id = excluded.conversation_id,
        times = reviews.times + 1, noted_at = excluded.noted_at";
const OPEN: &str = "SELECT * FROM reviews WHERE target = $1 AND closed_at IS NULL ORDER BY times DESC, number";
const CLOSE: &str = "UPDATE reviews SET closed_by = $2, closed_at = $3 WHERE number = $1 AND closed_at IS NULL";

pub(crate) async fn add(store: &Store, item: &ReviewItem) -> Result<(), StoreError> {
    let adding = sql(ADD)
        .bind(&item.target)
        .bind(sha256(&fold(&item.question).join(" ")))
        .bind(&item.question)
        .bind(item.reason.word())
        .bind(item.proposal.as_ref().map(|proposal| proposal.0.clone()))
        .bind(item.conversation.0)
        .bind(item.at.as_millisecond());
    let added = adding.execute(store).await.map(|_| ());
    added.map_err(|error| conflict(error, "question to review".to_owned(), "its conversation"))
}

pub(crate) async fn open(store: &Store, target: &str) -> Result<Vec<ReviewItem>, StoreError> {
    sql(OPEN).bind(target).fetch_all(store).await.map_err(fault)?.iter().map(read).collect()
}

pub(crate) async fn close(store: &Store, number: i64, by: UserId, at: Timestamp) -> Result<bool, StoreError> {
    let closing = sql(CLOSE).bind(number).bind(by.0).bind(at.as_millisecond()).execute(store).await;
    closing.map(|met| met == 1).map_err(|error| conflict(error, "question to review".to_owned(), "who closes it"))
}

fn read(row: &Row) -> Result<ReviewItem, StoreError> {
    Ok(ReviewItem {
        number: get(row, "number")?,
        target: get(row, "target")?,
        question: get(row, "question")?,
        reason: word(row, "reason", ReviewReason::from_word)?,
        proposal: get::<Option<String>>(row, "proposal")?.map(ProposalId),
        conversation: ConversationId(get(row, "conversation_id")?),
        times: get(row, "times")?,
        at: time(row, "noted_at")?,
    })
}
