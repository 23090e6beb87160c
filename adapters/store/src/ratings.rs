//! Ratings of answers.

use std::collections::BTreeMap;

use pstral_core::domain::{AnswerId, Rated, Rating, Tally, UserId};
use pstral_core::ports::StoreError;

use crate::Store;
use crate::fault::{conflict, fault};
use crate::rows::{get, unexpected, word};
use crate::sql::sql;

const RATE: &str = "INSERT INTO ratings (user_id, answer, conversation_id, rating, rated_at, target, verified_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (user_id, answer) DO UPDATE SET rating = excluded.rating, rated_at = excluded.rated_at";
const GIVEN: &str = "SELECT rating FROM ratings WHERE user_id = $1 AND answer = $2";
const TALLIES: &str = "SELECT verified_id, rating, count(*) AS many FROM ratings WHERE target = $1
    GROUP BY verified_id, rating";

pub(crate) async fn rate(store: &Store, rated: &Rated) -> Result<(), StoreError> {
    let answer = rated.answer.to_string();
    let (target, id) = rated.verified.clone().unzip();
    let rating = sql(RATE)
        .bind(rated.user.0)
        .bind(&answer)
        .bind(rated.conversation.0)
        .bind(rated.rating.word())
        .bind(rated.at.as_millisecond())
        .bind(target)
        .bind(id);
    let kept = rating.execute(store).await.map(|_| ());
    kept.map_err(|error| conflict(error, format!("rating of {answer}"), "its user or its conversation"))
}

pub(crate) async fn rating(store: &Store, user: UserId, answer: &AnswerId) -> Result<Option<Rating>, StoreError> {
    let given = sql(GIVEN).bind(user.0).bind(answer.to_string()).fetch_optional(store).await;
    given.map_err(fault)?.map(|row| word(&row, "rating", Rating::from_word)).transpose()
}

pub(crate) async fn tallies(store: &Store, target: &str) -> Result<BTreeMap<String, Tally>, StoreError> {
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    for row in sql(TALLIES).bind(target).fetch_all(store).await.map_err(fault)? {
        let counted: i64 = get(&row, "many")?;
        let many = u64::try_from(counted).map_err(|_| unexpected("count", &counted.to_string()))?;
        let tally = tallies.entry(get(&row, "verified_id")?).or_default();
        match word(&row, "rating", Rating::from_word)? {
            Rating::Good => tally.good = many,
            Rating::Bad => tally.bad = many,
        }
    }
    Ok(tallies)
}
