//! Statements that are stopped, and connections that come back.

use std::time::{Duration, Instant};

use futures::StreamExt as _;
use pstral_core::domain::{LimitReached, Limits};
use pstral_core::ports::{Batch, QueryTarget as _, TargetError};
use tokio_util::sync::CancellationToken;

use super::{
    ENDLESS, PostgresConfig, PostgresTarget, SILENT, WIDE, config, drain, first_rows, is_healthy, run, server, soon,
    start, start_with, target,
};

#[tokio::test]
async fn a_person_stops_it_at_each_step() {
    let Some(server) = server("SELECT 1").await else { return };
    let target = target(&server);

    let cancel = CancellationToken::new();
    cancel.cancel();
    let never = start_with(&target, "SELECT 1 AS n", &[], WIDE, cancel).await;
    assert_eq!(never.err(), Some(TargetError::Cancelled));

    for after in [0, 1, 5, 20, 300] {
        let cancel = CancellationToken::new();
        let (started, ()) = tokio::join!(soon(start_with(&target, SILENT, &[], WIDE, cancel.clone())), async {
            tokio::time::sleep(Duration::from_millis(after)).await;
            cancel.cancel();
        });
        assert_eq!(started.err(), Some(TargetError::Cancelled), "after {after} ms");
    }

    let cancel = CancellationToken::new();
    let mut stream = start_with(&target, ENDLESS, &[], WIDE, cancel.clone()).await.unwrap();
    first_rows(&mut stream).await;
    cancel.cancel();
    assert_eq!(soon(stream.batches.next()).await, Some(Err(TargetError::Cancelled)));
    assert_eq!(stream.batches.next().await, None);
    is_healthy(&server, &target).await;
}

#[tokio::test]
async fn what_nobody_reads_any_more_ends_on_the_server() {
    let Some(server) = server("SELECT 1").await else { return };
    let target = target(&server);
    for _ in 0..6 {
        let mut stream = soon(start(&target, ENDLESS, WIDE)).await.unwrap();
        first_rows(&mut stream).await;
    }
    let start = start(&target, SILENT, WIDE);
    assert!(tokio::time::timeout(Duration::from_millis(200), start).await.is_err(), "it yields nothing");
    is_healthy(&server, &target).await;
}

#[tokio::test]
async fn the_time_limit_ends_it_on_the_server() {
    let Some(server) = server("SELECT 1").await else { return };
    let target = target(&server);
    let short = Limits { time: Duration::from_millis(300), ..WIDE };
    for _ in 0..3 {
        let ended = soon(start(&target, SILENT, short)).await;
        assert_eq!(ended.err(), Some(TargetError::Timeout { seconds: 1 }));
    }
    let mut stream = start(&target, ENDLESS, short).await.unwrap();
    first_rows(&mut stream).await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(soon(drain(stream)).await.unwrap().truncated, Some(LimitReached::Time));
    is_healthy(&server, &target).await;
}

#[tokio::test]
async fn a_slow_reader_makes_the_server_wait() {
    let Some(server) = server("SELECT 1").await else { return };
    let target = target(&server);
    let mut stream = start(&target, ENDLESS, WIDE).await.unwrap();
    first_rows(&mut stream).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let waits = "SELECT coalesce(string_agg(wait_event, ' '), '') FROM pg_stat_activity
        WHERE application_name = 'pstral' AND state = 'active'";
    let started = Instant::now();
    while server.value(waits).await != "ClientWrite" {
        assert!(started.elapsed() < super::SOON, "{}", server.value(waits).await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(matches!(stream.batches.next().await, Some(Ok(Batch::Rows(_)))), "and goes on");
    drop(stream);
    is_healthy(&server, &target).await;
}

#[tokio::test]
async fn rows_that_come_slowly_are_shown_as_they_come() {
    let Some(server) = server("SELECT 1").await else { return };
    let target = target(&server);
    // The server keeps up to 8 kB to itself before it sends anything: some 430 rows are sent, and no batch is that long.
    let slow = "SELECT n, pg_sleep(CASE WHEN n > 600 THEN 600 ELSE 0 END) FROM
        (SELECT generate_series(1, 1000) AS n) AS s";
    let mut stream = soon(start(&target, slow, WIDE)).await.unwrap();
    let mut shown = 0;
    while shown <= 256 {
        let Some(Ok(Batch::Rows(rows))) = soon(stream.batches.next()).await else { panic!("{shown} rows") };
        shown += rows.len();
    }
    drop(stream);
    is_healthy(&server, &target).await;
}

#[tokio::test]
async fn who_waits_too_long_for_a_turn_is_told_and_health_is_not_kept_waiting() {
    let Some(server) = server("SELECT 1").await else { return };
    let target = target(&server);
    let (mut one, mut two) =
        (start(&target, ENDLESS, WIDE).await.unwrap(), start(&target, ENDLESS, WIDE).await.unwrap());
    first_rows(&mut one).await;
    first_rows(&mut two).await;
    let short = Limits { time: Duration::from_millis(100), ..WIDE };
    let busy = soon(start(&target, "SELECT 1 AS n", short)).await;
    assert!(matches!(busy.err(), Some(TargetError::Busy(_))));
    soon(target.health()).await.unwrap();
    drop((one, two));
    is_healthy(&server, &target).await;
}

#[tokio::test]
async fn a_refused_statement_leaves_its_connection_sound() {
    let Some(server) = server("SELECT 1").await else { return };
    let single = PostgresConfig { max_concurrent: 1, ..config(&server) };
    let target = PostgresTarget::new(single).unwrap();
    for sql in ["SELECT nothing", "SELECT 1/0", "SELECT 'x'::integer", "SELEC 1", "SELECT 1; SELECT 2", ""] {
        let refused = run(&target, sql).await.expect_err(sql);
        assert!(matches!(refused, TargetError::Rejected(_)), "{sql}: {refused:?}");
    }
    let one = "SELECT count(DISTINCT pid)::text FROM pg_stat_activity WHERE application_name = 'pstral'";
    assert_eq!(server.value(one).await, "1", "the same connection served them all");
    is_healthy(&server, &target).await;
}
