//! The layers below the guard, on a real server: statements get here without it.

mod faults;
mod hostile;
mod people;
mod planning;
mod schema;
mod stopping;
mod types;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use pstral_core::domain::{Column, Ending, LimitReached, Limits, Row, Value};
use pstral_core::ports::{Batch, ResultStream, TargetError};
use tokio_util::sync::CancellationToken;

use crate::statement::Asked;
use crate::{PostgresConfig, PostgresTarget};
use pstral_pgserver::Server;

const WIDE: Limits = Limits { rows: u64::MAX, bytes: 1 << 30, cell_bytes: 1 << 20, time: Duration::from_mins(1) };
/// Yields rows for ever.
const ENDLESS: &str = "SELECT generate_series(1, 1000000000000) AS n";
/// Yields nothing for as long.
const SILENT: &str = "SELECT count(*) FROM (SELECT generate_series(1, 1000000000000)) AS n";
/// Longest that anything takes which should take no time, on a machine that is busy with something else.
const SOON: Duration = Duration::from_secs(8);

/// A server with an account that may read.
async fn server(script: &str) -> Option<Server> {
    let server = Server::start()?;
    let account = "CREATE ROLE pstral LOGIN; REVOKE TEMPORARY ON DATABASE postgres FROM PUBLIC;";
    let grants = "GRANT SELECT ON ALL TABLES IN SCHEMA public TO pstral;";
    server.batch(&format!("{account} {script}; {grants}")).await;
    Some(server)
}

fn config(server: &Server) -> PostgresConfig {
    PostgresConfig {
        max_concurrent: 2,
        connect_time: Duration::from_secs(3),
        ..PostgresConfig::new(server.url("pstral"))
    }
}

fn target(server: &Server) -> PostgresTarget {
    PostgresTarget::new(config(server)).unwrap()
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

async fn start(target: &PostgresTarget, sql: &str, limits: Limits) -> Result<ResultStream, TargetError> {
    start_with(target, sql, &[], limits, CancellationToken::new()).await
}

async fn start_with(
    target: &PostgresTarget,
    sql: &str,
    values: &[(&str, Value)],
    limits: Limits,
    cancel: CancellationToken,
) -> Result<ResultStream, TargetError> {
    let values: BTreeMap<String, Value> =
        values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    target.run(Asked { text: sql.to_owned(), values, limits }, "camille.durand", cancel).await
}

async fn run(target: &PostgresTarget, sql: &str) -> Result<Whole, TargetError> {
    drain(start(target, sql, WIDE).await?).await
}

async fn first_rows(stream: &mut ResultStream) {
    assert!(matches!(stream.batches.next().await, Some(Ok(Batch::Rows(rows))) if !rows.is_empty()));
}

/// The person has an answer soon, whatever it is.
async fn soon<T>(answer: impl Future<Output = T>) -> T {
    tokio::time::timeout(SOON, answer).await.expect("it hangs")
}

/// Both connections serve again, some are kept and no more than may be, and the server has nothing of ours to do that
/// nobody waits for.
async fn is_healthy(server: &Server, target: &PostgresTarget) {
    let patient = Limits { time: SOON, ..WIDE };
    let one = async || drain(start(target, "SELECT 1 AS n", patient).await?).await;
    for result in [tokio::join!(one(), one()), tokio::join!(one(), one())] {
        assert_eq!(result.0.unwrap().rows, [[Value::Integer(1)]]);
        assert_eq!(result.1.unwrap().rows, [[Value::Integer(1)]]);
    }
    let count = "SELECT concat(count(*) FILTER (WHERE state <> 'idle'), ' of ', count(*)) FROM pg_stat_activity
        WHERE application_name = 'pstral'";
    let started = Instant::now();
    loop {
        let counted = server.value(count).await;
        if ["0 of 1", "0 of 2"].contains(&counted.as_str()) {
            return;
        }
        assert!(started.elapsed() < SOON, "{counted} connections are busy, or none is kept");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
