//! The layers below the guard, shown to hold by themselves.

mod files;
mod functions;
mod hostile;
mod memory;
mod rows;
mod schema;
mod stopping;

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt as _;
use pstral_core::domain::{Column, Ending, LimitReached, Limits, Row, Value};
use pstral_core::ports::{Batch, ResultStream, TargetError};
use rusqlite::Connection;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::{SqliteConfig, SqliteTarget};

/// More than any test needs.
const WIDE: Limits = Limits { rows: 1_000_000, bytes: 1 << 30, cell_bytes: 1 << 20, time: Duration::from_mins(1) };

/// Yields rows until something stops it.
const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";

/// Works until something stops it, without a row.
pub(crate) const SILENT: &str =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

/// A database file made by a script, in a folder of its own.
struct Place {
    folder: TempDir,
}

impl Place {
    fn with(script: &str) -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        place.writer().execute_batch(script).unwrap();
        place
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("company.db")
    }

    fn writer(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }

    fn target(&self) -> SqliteTarget {
        SqliteTarget::new(SqliteConfig::new(self.path()))
    }
}

/// A result read to its end.
#[derive(Debug)]
struct Whole {
    columns: Vec<Column>,
    rows: Vec<Row>,
    truncated: Option<LimitReached>,
}

async fn drain(mut stream: ResultStream) -> Result<Whole, TargetError> {
    let mut rows = Vec::new();
    loop {
        match stream.batches.next().await.expect("a stream ends with an end or an error") {
            Ok(Batch::Rows(more)) => rows.extend(more),
            Ok(Batch::End(Ending { truncated, .. })) => {
                assert!(stream.batches.next().await.is_none(), "nothing comes after the end");
                return Ok(Whole { columns: stream.columns, rows, truncated });
            }
            Err(error) => {
                assert!(stream.batches.next().await.is_none(), "nothing comes after an error");
                return Err(error);
            }
        }
    }
}

async fn run_with(
    target: &SqliteTarget,
    sql: &str,
    values: &[(&str, Value)],
    limits: Limits,
) -> Result<Whole, TargetError> {
    let values: BTreeMap<String, Value> =
        values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    drain(target.run(sql.to_owned(), values, limits, CancellationToken::new()).await?).await
}

async fn run(target: &SqliteTarget, sql: &str) -> Result<Whole, TargetError> {
    run_with(target, sql, &[], WIDE).await
}
