//! The adapter over sessions that follow a script, and over a made dictionary.

mod ages;
mod asked;
mod columns;
mod dictionary;
mod fake;
mod frames;
mod guarded;
mod made;
mod plans;
mod reuse;
mod rights;
mod sample;
mod second_parser;
mod stopping;

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use pstral_core::domain::{Catalog, Column, Dialect, Ending, Limits, Row};
use pstral_core::ports::{Batch, ResultStream, TargetError};
use tokio_util::sync::CancellationToken;

use crate::{OracleConfig, OracleTarget};
use fake::{Log, Script};

/// Limits beyond what any test needs.
const WIDE: Limits = Limits { rows: 1_000_000, bytes: 1 << 30, cell_bytes: 1 << 20, time: Duration::from_secs(20) };

const CAMILLE: &str = "camille.durand";

fn config() -> OracleConfig {
    let config = OracleConfig::new("//db.example:1521/crm", "pstral", "secret".to_owned().into());
    OracleConfig { max_concurrent: 1, read_timeout: Duration::from_secs(20), ..config }
}

/// A target with a single thread: whatever does not give it back is found at once.
fn target(script: Script) -> (OracleTarget, Arc<Log>) {
    let log = Arc::clone(&script.log);
    (over(script, config()), log)
}

/// A target that has read a catalog without large objects.
fn over(script: Script, config: OracleConfig) -> OracleTarget {
    let target = OracleTarget::over(Arc::new(script), config);
    target.learn(&Catalog::new(Dialect::Oracle, "PSTRAL", Vec::new()));
    target
}

/// A result read to its end.
#[derive(Debug)]
struct Whole {
    columns: Vec<Column>,
    rows: Vec<Row>,
    ending: Ending,
}

async fn drain(mut stream: ResultStream) -> Result<Whole, TargetError> {
    let mut rows = Vec::new();
    loop {
        match stream.batches.next().await.expect("a stream ends with an end or an error")? {
            Batch::Rows(more) => rows.extend(more),
            Batch::End(ending) => return Ok(Whole { columns: stream.columns, rows, ending }),
        }
    }
}

async fn run_with(target: &OracleTarget, sql: &str, person: &str, limits: Limits) -> Result<Whole, TargetError> {
    drain(target.run(sql.to_owned(), [].into(), limits, person, CancellationToken::new()).await?).await
}

async fn run(target: &OracleTarget, sql: &str) -> Result<Whole, TargetError> {
    run_with(target, sql, CAMILLE, WIDE).await
}
