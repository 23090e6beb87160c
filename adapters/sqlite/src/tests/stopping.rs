//! Statements that are stopped, and threads that come back.

use std::time::Duration;

use futures::StreamExt as _;
use pstral_core::domain::{LimitReached, Limits, Value};
use pstral_core::ports::{Batch, QueryTarget as _, TargetError};
use tokio_util::sync::CancellationToken;

use super::{ENDLESS, Place, SILENT, WIDE, drain, run_with};
use crate::{SqliteConfig, SqliteTarget};

/// A target with a single thread: whatever does not give it back is found at once.
fn single() -> (Place, SqliteTarget) {
    let place = Place::with("CREATE TABLE t(id INTEGER); INSERT INTO t VALUES (1)");
    let config = SqliteConfig { max_concurrent: 1, ..SqliteConfig::new(place.path()) };
    let target = SqliteTarget::new(config);
    (place, target)
}

/// Waits for its turn, but not until the deadline of what should have stopped.
async fn still_answers(target: &SqliteTarget) {
    let patient = Limits { time: Duration::from_secs(20), ..WIDE };
    let whole = run_with(target, "SELECT id FROM t", &[], patient).await.unwrap();
    assert_eq!(whole.rows, [[Value::Integer(1)]]);
}

#[tokio::test]
async fn dropping_a_stream_frees_its_thread() {
    let (_place, target) = single();
    for _ in 0..20 {
        let mut stream = target.run(ENDLESS.to_owned(), [].into(), WIDE, CancellationToken::new()).await.unwrap();
        assert!(matches!(stream.batches.next().await, Some(Ok(Batch::Rows(_)))));
        drop(stream);
    }
    still_answers(&target).await;
}

#[tokio::test]
async fn dropping_a_start_frees_its_thread() {
    let (_place, target) = single();
    let start = target.run(SILENT.to_owned(), [].into(), WIDE, CancellationToken::new());
    assert!(tokio::time::timeout(Duration::from_millis(100), start).await.is_err(), "it yields nothing");
    still_answers(&target).await;
}

#[tokio::test]
async fn cancelling_before_the_first_row_stops_it() {
    let (_place, target) = single();
    let cancel = CancellationToken::new();
    let (started, ()) = tokio::join!(target.run(SILENT.to_owned(), [].into(), WIDE, cancel.clone()), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        cancel.cancel();
    });
    assert_eq!(started.err(), Some(TargetError::Cancelled));
    let never = target.run("SELECT id FROM t".to_owned(), [].into(), WIDE, cancel).await;
    assert_eq!(never.err(), Some(TargetError::Cancelled));
    still_answers(&target).await;
}

#[tokio::test]
async fn cancelling_between_rows_stops_it_at_once() {
    let (_place, target) = single();
    let cancel = CancellationToken::new();
    let mut stream = target.run(ENDLESS.to_owned(), [].into(), WIDE, cancel.clone()).await.unwrap();
    assert!(matches!(stream.batches.next().await, Some(Ok(Batch::Rows(_)))));
    cancel.cancel();
    assert_eq!(stream.batches.next().await, Some(Err(TargetError::Cancelled)));
    assert_eq!(stream.batches.next().await, None);
    still_answers(&target).await;
}

#[tokio::test]
async fn a_reader_that_stalls_meets_the_deadline() {
    let (_place, target) = single();
    let short = Limits { time: Duration::from_millis(300), ..WIDE };
    let stream = target.run(ENDLESS.to_owned(), [].into(), short, CancellationToken::new()).await.unwrap();
    // The thread gives up by itself, with nobody reading: the next statement gets its turn.
    still_answers(&target).await;
    let begun = drain(stream).await.unwrap();
    assert_eq!(begun.truncated, Some(LimitReached::Time), "what came before is worth having");
}

#[tokio::test]
async fn a_reader_that_stalls_holds_a_few_batches_at_most() {
    let (_place, target) = single();
    let cancel = CancellationToken::new();
    let short = Limits { time: Duration::from_millis(300), ..WIDE };
    let mut stream = target.run(ENDLESS.to_owned(), [].into(), short, cancel).await.unwrap();
    still_answers(&target).await;
    let mut batches = 0;
    while let Some(Ok(Batch::Rows(_))) = stream.batches.next().await {
        batches += 1;
    }
    assert_eq!(batches, 2, "what waited in the channel, and no more");
}

#[tokio::test]
async fn who_waits_too_long_for_a_turn_is_told() {
    let (place, target) = single();
    let held = target.run(ENDLESS.to_owned(), [].into(), WIDE, CancellationToken::new()).await.unwrap();
    let short = Limits { time: Duration::from_millis(50), ..WIDE };
    let busy = run_with(&target, "SELECT id FROM t", &[], short).await.expect_err("there is one thread");
    assert!(matches!(busy, TargetError::Busy(_)), "{busy:?}");
    drop(held);
    still_answers(&target).await;

    let impatient = SqliteConfig { read_time: Duration::from_millis(50), ..SqliteConfig::new(place.path()) };
    let target = SqliteTarget::new(SqliteConfig { max_concurrent: 1, ..impatient });
    let _held = target.run(ENDLESS.to_owned(), [].into(), WIDE, CancellationToken::new()).await.unwrap();
    assert!(matches!(target.catalog().await, Err(TargetError::Busy(_))));
}

#[tokio::test]
async fn a_target_whose_every_turn_is_taken_is_healthy() {
    let (_place, target) = single();
    let _held = target.run(ENDLESS.to_owned(), [].into(), WIDE, CancellationToken::new()).await.unwrap();
    let told =
        tokio::time::timeout(Duration::from_secs(5), target.health()).await.expect("it does not wait for a turn");
    told.unwrap();
}

#[tokio::test]
async fn several_statements_run_side_by_side() {
    let place = Place::with("CREATE TABLE t(id INTEGER); INSERT INTO t VALUES (1)");
    let target = place.target();
    let one = target.run(ENDLESS.to_owned(), [].into(), WIDE, CancellationToken::new()).await.unwrap();
    let two = target.run(ENDLESS.to_owned(), [].into(), WIDE, CancellationToken::new()).await.unwrap();
    still_answers(&target).await;
    drop((one, two));
}
