//! Catalogs of targets as they were last read.

use async_trait::async_trait;
use jiff::Timestamp;
use pstral_core::domain::KeptCatalog;
use pstral_core::ports::{Catalogs, StoreError};
use serde_json::{from_str, to_string};

use crate::Store;
use crate::fault::fault;
use crate::rows::{corrupt_json, get, time};
use crate::sql::sql;

const KEEP: &str = "INSERT INTO catalogs (target, catalog, hash, read_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (target) DO UPDATE SET catalog = excluded.catalog, hash = excluded.hash, read_at = excluded.read_at";
const FORGET: &str = "DELETE FROM catalogs WHERE target = $1";
const READ_AT: &str = "SELECT read_at FROM catalogs WHERE target = $1";
const KEPT: &str = "SELECT catalog, hash, read_at FROM catalogs WHERE target = $1";

#[async_trait]
impl Catalogs for Store {
    async fn keep_catalog(&self, target: &str, catalog: &KeptCatalog) -> Result<(), StoreError> {
        let kept = sql(KEEP)
            .bind(target)
            .bind(to_string(&catalog.catalog).map_err(corrupt_json("a catalog"))?)
            .bind(&catalog.hash)
            .bind(catalog.read_at.as_millisecond())
            .execute(self)
            .await;
        kept.map(|_| ()).map_err(fault)
    }

    async fn forget_catalog(&self, target: &str) -> Result<(), StoreError> {
        sql(FORGET).bind(target).execute(self).await.map(|_| ()).map_err(fault)
    }

    async fn catalog_read_at(&self, target: &str) -> Result<Option<Timestamp>, StoreError> {
        let row = sql(READ_AT).bind(target).fetch_optional(self).await.map_err(fault)?;
        row.map(|row| time(&row, "read_at")).transpose()
    }

    async fn kept_catalog(&self, target: &str) -> Result<Option<KeptCatalog>, StoreError> {
        let Some(row) = sql(KEPT).bind(target).fetch_optional(self).await.map_err(fault)? else {
            return Ok(None);
        };
        let catalog = from_str(&get::<String>(&row, "catalog")?).map_err(corrupt_json("a catalog"))?;
        Ok(Some(KeptCatalog { catalog, hash: get(&row, "hash")?, read_at: time(&row, "read_at")? }))
    }
}
