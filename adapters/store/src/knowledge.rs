//! Verified queries, and the results of using them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use pstral_core::domain::{
    AnswerId, KeptQuery, QueryFault, QuerySource, QueryState, Rated, Rating, ReviewItem, Step, Tally, UserId,
    VerifiedKind, VerifiedQuery,
};
use pstral_core::ports::{Knowledge, StoreError};
use serde_json::{from_str, to_string};

use crate::Store;
use crate::fault::{conflict, fault};
use crate::rows::{corrupt_json, get, time, word};
use crate::sql::{Row, Sql, sql};
use crate::{ratings, reviews};

const FORGET: &str = "DELETE FROM verified_queries WHERE target = $1 AND source = 'file'";
const ADD: &str = "INSERT INTO verified_queries (target, id, source, state, version, fr, en, statement, parameters,
    verified_by, verified_on, proposed_by, proposed_at, approved_by, approved_at, edited_by, edited_at, retired_by,
    retired_at, fault_fr, fault_en, fault_since, also, kind, note)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)";
// The name of who approved one in a chat is the one they have now; who was erased has none but that of the account.
const OF_TARGET: &str = "SELECT v.*, coalesce(nullif(u.full_name, ''), u.username) AS approver FROM verified_queries v
    LEFT JOIN users u ON u.id = v.approved_by WHERE v.target = $1";
const CHANGE: &str = "UPDATE verified_queries SET version = version + 1, state = $4, fr = $6, en = $7, statement = $8,
    parameters = $9, verified_by = $10, verified_on = $11, proposed_by = $12, proposed_at = $13, approved_by = $14,
    approved_at = $15, edited_by = $16, edited_at = $17, retired_by = $18, retired_at = $19, fault_fr = $20,
    fault_en = $21, fault_since = $22, also = $23, kind = $24,
    note = $25 WHERE target = $1 AND id = $2 AND source = $3 AND version = $5";
const MARK: &str = "UPDATE verified_queries SET fault_fr = $5, fault_en = $6, fault_since = $7
    WHERE target = $1 AND id = $2 AND source = $3 AND version = $4";

#[async_trait]
impl Knowledge for Store {
    async fn put_verified(&self, target: &str, queries: &[VerifiedQuery]) -> Result<(), StoreError> {
        let mut writing = self.begin().await?;
        let rows = sql(OF_TARGET).bind(target).fetch_all(&mut writing).await.map_err(fault)?;
        let before = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        sql(FORGET).bind(target).execute(&mut writing).await.map_err(fault)?;
        for verified in queries {
            let same = before.iter().find(|kept| kept.source == QuerySource::File && kept.query == *verified);
            let kept = KeptQuery {
                target: target.to_owned(),
                query: verified.clone(),
                source: QuerySource::File,
                state: QueryState::Approved,
                version: 1,
                proposed: None,
                approved: None,
                edited: None,
                retired: None,
                fault: same.and_then(|kept| kept.fault.clone()),
                hidden: false,
            };
            written(ADD, &kept)?
                .execute(&mut writing)
                .await
                .map_err(|error| conflict(error, name(&kept), "its target"))?;
        }
        writing.commit().await.map_err(fault)
    }

    async fn verified(&self, target: &str) -> Result<Vec<VerifiedQuery>, StoreError> {
        let kept = self.kept_verified(target).await?;
        Ok(kept.into_iter().filter(KeptQuery::is_used).map(|kept| kept.query).collect())
    }

    async fn kept_verified(&self, target: &str) -> Result<Vec<KeptQuery>, StoreError> {
        let rows = sql(OF_TARGET).bind(target).fetch_all(self).await.map_err(fault)?;
        let mut all = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        // Databases do not agree on the order of texts.
        all.sort_by(|a, b| (&a.query.id, a.source).cmp(&(&b.query.id, b.source)));
        for at in 1..all.len() {
            all[at].hidden = all[at].query.id == all[at - 1].query.id;
        }
        Ok(all)
    }

    async fn propose_verified(&self, proposed: &KeptQuery) -> Result<(), StoreError> {
        let proposed = KeptQuery { version: 1, source: QuerySource::Chat, ..proposed.clone() };
        let added = written(ADD, &proposed)?.execute(self).await;
        added.map(|_| ()).map_err(|error| conflict(error, name(&proposed), "who proposes it"))
    }

    async fn change_verified(&self, changed: &KeptQuery) -> Result<bool, StoreError> {
        let changed = KeptQuery { source: QuerySource::Chat, ..changed.clone() };
        let met = written(CHANGE, &changed)?.execute(self).await;
        met.map(|met| met == 1).map_err(|error| conflict(error, name(&changed), "who changes it"))
    }

    async fn mark_verified(&self, marked: &KeptQuery) -> Result<bool, StoreError> {
        let why = marked.fault.as_ref();
        let mark = sql(MARK)
            .bind(&marked.target)
            .bind(&marked.query.id)
            .bind(marked.source.word())
            .bind(marked.version)
            .bind(why.map(|why| why.fr.as_str()))
            .bind(why.map(|why| why.en.as_str()))
            .bind(why.map(|why| why.since.as_millisecond()));
        mark.execute(self).await.map(|met| met == 1).map_err(fault)
    }

    async fn rate(&self, rated: &Rated) -> Result<(), StoreError> {
        ratings::rate(self, rated).await
    }

    async fn rating(&self, user: UserId, answer: &AnswerId) -> Result<Option<Rating>, StoreError> {
        ratings::rating(self, user, answer).await
    }

    async fn tallies(&self, target: &str) -> Result<BTreeMap<String, Tally>, StoreError> {
        ratings::tallies(self, target).await
    }

    async fn add_review(&self, item: &ReviewItem) -> Result<(), StoreError> {
        reviews::add(self, item).await
    }

    async fn open_reviews(&self, target: &str) -> Result<Vec<ReviewItem>, StoreError> {
        reviews::open(self, target).await
    }

    async fn close_review(&self, number: i64, by: UserId, at: Timestamp) -> Result<bool, StoreError> {
        reviews::close(self, number, by, at).await
    }
}

/// A statement with every member of a query, in the order of [`ADD`].
fn written(statement: &'static str, kept: &KeptQuery) -> Result<Sql, StoreError> {
    let KeptQuery { query: verified, fault: why, .. } = kept;
    let also = to_string(&verified.also).map_err(corrupt_json("a verified query"))?;
    let parameters = to_string(&verified.parameters).map_err(corrupt_json("a verified query"))?;
    // Who approved it is the user: their name is looked up, so that it can change and be forgotten.
    let verified_by = if kept.approved.is_some() { String::new() } else { verified.verified_by.clone() };
    let mut writing = sql(statement)
        .bind(&kept.target)
        .bind(&verified.id)
        .bind(kept.source.word())
        .bind(kept.state.word())
        .bind(kept.version)
        .bind(&verified.fr)
        .bind(&verified.en)
        .bind(&verified.statement)
        .bind(parameters)
        .bind(verified_by)
        .bind(&verified.verified_on);
    for step in [kept.proposed, kept.approved, kept.edited, kept.retired] {
        writing = writing.bind(step.map(|step| step.by.0)).bind(step.map(|step| step.at.as_millisecond()));
    }
    Ok(writing
        .bind(why.as_ref().map(|why| why.fr.clone()))
        .bind(why.as_ref().map(|why| why.en.clone()))
        .bind(why.as_ref().map(|why| why.since.as_millisecond()))
        .bind(also)
        .bind(verified.kind.word())
        .bind(verified.note.clone()))
}

fn read(row: &Row) -> Result<KeptQuery, StoreError> {
    let approver: Option<String> = get(row, "approver")?;
    let query = VerifiedQuery {
        kind: word(row, "kind", VerifiedKind::from_word)?,
        id: get(row, "id")?,
        fr: get(row, "fr")?,
        en: get(row, "en")?,
        also: from_str(&get::<String>(row, "also")?).map_err(corrupt_json("a verified query"))?,
        note: get(row, "note")?,
        statement: get(row, "statement")?,
        parameters: from_str(&get::<String>(row, "parameters")?).map_err(corrupt_json("a verified query"))?,
        verified_by: approver.map_or_else(|| get(row, "verified_by"), Ok)?,
        verified_on: get(row, "verified_on")?,
    };
    Ok(KeptQuery {
        target: get(row, "target")?,
        query,
        source: word(row, "source", QuerySource::from_word)?,
        state: word(row, "state", QueryState::from_word)?,
        version: get(row, "version")?,
        proposed: step(row, "proposed_by", "proposed_at")?,
        approved: step(row, "approved_by", "approved_at")?,
        edited: step(row, "edited_by", "edited_at")?,
        retired: step(row, "retired_by", "retired_at")?,
        fault: why(row)?,
        hidden: false,
    })
}

fn step(row: &Row, by: &str, at: &str) -> Result<Option<Step>, StoreError> {
    let (Some(by), Some(_)) = (get::<Option<i64>>(row, by)?, get::<Option<i64>>(row, at)?) else { return Ok(None) };
    Ok(Some(Step { by: UserId(by), at: time(row, at)? }))
}

fn why(row: &Row) -> Result<Option<QueryFault>, StoreError> {
    let Some(_) = get::<Option<i64>>(row, "fault_since")? else { return Ok(None) };
    Ok(Some(QueryFault { fr: get(row, "fault_fr")?, en: get(row, "fault_en")?, since: time(row, "fault_since")? }))
}

fn name(kept: &KeptQuery) -> String {
    format!("verified query {}", kept.query.id)
}
