//! Verified queries.

use async_trait::async_trait;
use pstral_core::domain::VerifiedQuery;
use pstral_core::ports::{Knowledge, StoreError};
use serde_json::{from_str, to_string};

use crate::Store;
use crate::fault::{conflict, fault};
use crate::rows::get;
use crate::sql::{Row, sql};

const FORGET: &str = "DELETE FROM verified_queries WHERE target = $1";
const ADD: &str = "INSERT INTO verified_queries (target, id, fr, en, statement, parameters, verified_by, verified_on)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const OF_TARGET: &str = "SELECT * FROM verified_queries WHERE target = $1 ORDER BY id";

#[async_trait]
impl Knowledge for Store {
    async fn put_verified(&self, target: &str, queries: &[VerifiedQuery]) -> Result<(), StoreError> {
        let mut writing = self.begin().await?;
        sql(FORGET).bind(target).execute(&mut writing).await.map_err(fault)?;
        for verified in queries {
            let parameters = to_string(&verified.parameters).map_err(not_json)?;
            sql(ADD)
                .bind(target)
                .bind(&verified.id)
                .bind(&verified.fr)
                .bind(&verified.en)
                .bind(&verified.statement)
                .bind(parameters)
                .bind(&verified.verified_by)
                .bind(&verified.verified_on)
                .execute(&mut writing)
                .await
                .map_err(|error| conflict(error, format!("verified query {}", verified.id), "its target"))?;
        }
        writing.commit().await.map_err(fault)
    }

    async fn verified(&self, target: &str) -> Result<Vec<VerifiedQuery>, StoreError> {
        let rows = sql(OF_TARGET).bind(target).fetch_all(self).await.map_err(fault)?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<VerifiedQuery, StoreError> {
    Ok(VerifiedQuery {
        id: get(row, "id")?,
        fr: get(row, "fr")?,
        en: get(row, "en")?,
        statement: get(row, "statement")?,
        parameters: from_str(&get::<String>(row, "parameters")?).map_err(not_json)?,
        verified_by: get(row, "verified_by")?,
        verified_on: get(row, "verified_on")?,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "map_err gives the error away")]
fn not_json(error: serde_json::Error) -> StoreError {
    StoreError::Corrupt(format!("a verified query: {error}"))
}
