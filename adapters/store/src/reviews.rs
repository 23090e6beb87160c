//! Questions that stewards should look at.

use jiff::Timestamp;
use pstral_core::domain::{ConversationId, ProposalId, ReviewItem, ReviewReason, UserId};
use pstral_core::knowledge::fold;
use pstral_core::ports::StoreError;

use crate::Store;
use crate::fault::{conflict, fault};
use crate::rows::{get, time, word};
use crate::sql::{Row, sql};

// One closed stays closed: who asks it again is told nothing new.
const ADD: &str = "INSERT INTO reviews
    (number, target, words, question, reason, proposal, conversation_id, times, noted_at)
    VALUES ((SELECT coalesce(max(number), 0) + 1 FROM reviews), $1, $2, $3, $4, $5, $6, 1, $7)
    ON CONFLICT (target, words) DO UPDATE SET question = excluded.question, reason = excluded.reason,
        proposal = excluded.proposal, times = reviews.times + 1, noted_at = excluded.noted_at";
const OPEN: &str = "SELECT * FROM reviews WHERE target = $1 AND closed_at IS NULL ORDER BY times DESC, number";
const CLOSE: &str = "UPDATE reviews SET closed_by = $2, closed_at = $3 WHERE number = $1 AND closed_at IS NULL";

pub(crate) async fn add(store: &Store, item: &ReviewItem) -> Result<(), StoreError> {
    let adding = sql(ADD)
        .bind(&item.target)
        .bind(fold(&item.question).join(" "))
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
