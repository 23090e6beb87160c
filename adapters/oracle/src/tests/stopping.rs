//! Deadlines and stops at each step, and threads that come back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use pstral_core::domain::{Ending, LimitReached, Limits};
use pstral_core::ports::{Batch, QueryTarget as _, TargetError};
use tokio_util::sync::CancellationToken;

use super::fake::{Act, Log, Script};
use super::{CAMILLE, WIDE, config, drain, over, run, run_with, target};
use crate::error::Code;
use crate::{OracleConfig, OracleTarget};

const SHORT: Limits = Limits { time: Duration::from_millis(200), ..WIDE };

/// The one thread comes back, with a session that nothing was wrong with.
async fn still_answers(target: &OracleTarget) {
    assert_eq!(run(target, "SELECT 1 FROM others").await.unwrap().rows.len(), 1);
}

/// Stops a statement when the log has a line with that word.
async fn cancelled_at(target: &OracleTarget, log: &Log, word: &str) -> Option<TargetError> {
    let cancel = CancellationToken::new();
    let text = "SELECT 1 FROM clients".to_owned();
    let asked = async { drain(target.run(text, [].into(), WIDE, CAMILLE, cancel.clone()).await?).await };
    let (ended, ()) = tokio::join!(asked, async {
        log.until(word, 1).await;
        cancel.cancel();
    });
    ended.err()
}

#[tokio::test]
async fn a_stop_before_it_starts_opens_nothing() {
    let (target, log) = target(Script::default());
    let cancel = CancellationToken::new();
    cancel.cancel();
    let never = target.run("SELECT 1 FROM clients".to_owned(), [].into(), WIDE, CAMILLE, cancel).await;
    assert_eq!((never.err(), log.count("open")), (Some(TargetError::Cancelled), 0));
}

#[tokio::test]
async fn a_stop_while_connecting_is_told_at_once_and_runs_nothing() {
    let (target, log) = target(Script::default().door(Ok(Duration::from_millis(400))));
    let started = Instant::now();
    assert_eq!(cancelled_at(&target, &log, "open").await, Some(TargetError::Cancelled));
    assert!(started.elapsed() < Duration::from_millis(350), "{:?}", started.elapsed());
    still_answers(&target).await;
    assert_eq!(log.count("query SELECT 1 FROM clients"), 0, "the statement never ran");
}

#[tokio::test]
async fn a_stop_while_it_runs_breaks_it_and_closes_the_session() {
    for act in [Act::Hangs, Act::HangsAfter(0), Act::HangsAfter(3)] {
        let (target, log) = target(Script::default().on("clients", act));
        assert_eq!(cancelled_at(&target, &log, "hangs").await, Some(TargetError::Cancelled));
        still_answers(&target).await;
        assert_eq!((log.count("1 break"), log.count("1 rollback"), log.count("1 close")), (1, 1, 1));
        assert_eq!((log.count("2 open"), log.count("2 break")), (1, 0));
    }
}

#[tokio::test]
async fn a_session_that_was_broken_is_closed_whatever_it_says() {
    let (target, log) = target(Script::default().on("clients", Act::HangsThen(Code::Ora(942))));
    assert_eq!(cancelled_at(&target, &log, "hangs").await, Some(TargetError::Cancelled));
    still_answers(&target).await;
    assert_eq!((log.count("1 close"), log.count("2 open")), (1, 1), "the break may yet come");
}

#[tokio::test]
async fn a_stop_between_rows_breaks_it() {
    // More than a round trip brings, so that rows are there.
    let (target, log) = target(Script::default().on("clients", Act::HangsAfter(300)));
    let cancel = CancellationToken::new();
    let text = "SELECT 1 FROM clients".to_owned();
    let mut stream = target.run(text, [].into(), WIDE, CAMILLE, cancel.clone()).await.unwrap();
    assert!(matches!(stream.batches.next().await, Some(Ok(Batch::Rows(rows))) if rows.len() == 100));
    log.until("hangs", 1).await;
    cancel.cancel();
    assert_eq!(stream.batches.next().await, Some(Err(TargetError::Cancelled)));
    assert_eq!(stream.batches.next().await, None);
    drop(stream);
    still_answers(&target).await;
    assert_eq!((log.count("1 break"), log.count("1 close")), (1, 1));
}

#[tokio::test]
async fn dropping_a_stream_breaks_it() {
    let (target, log) = target(Script::default().on("clients", Act::HangsAfter(300)));
    for time in 1..=3 {
        let text = "SELECT 1 FROM clients".to_owned();
        let mut stream = target.run(text, [].into(), WIDE, CAMILLE, CancellationToken::new()).await.unwrap();
        assert!(matches!(stream.batches.next().await, Some(Ok(Batch::Rows(_)))));
        log.until("hangs", time).await;
    }
    still_answers(&target).await;
    assert_eq!((log.count("break"), log.count("close"), log.count("open")), (3, 3, 4));
}

#[tokio::test]
async fn the_deadline_ends_what_hangs() {
    let (target, log) = target(Script::default().on("clients", Act::Hangs));
    let ended = run_with(&target, "SELECT 1 FROM clients", CAMILLE, SHORT).await.err();
    assert_eq!(ended, Some(TargetError::Timeout { seconds: 1 }));
    still_answers(&target).await;
    assert_eq!((log.count("1 break"), log.count("1 close")), (1, 1));
}

#[tokio::test]
async fn rows_that_came_before_the_deadline_stand() {
    let (target, _) = target(Script::default().on("clients", Act::HangsAfter(300)));
    let whole = run_with(&target, "SELECT 1 FROM clients", CAMILLE, SHORT).await.unwrap();
    assert_eq!(whole.rows.len(), 300, "all that had come");
    assert_eq!(whole.ending, Ending { truncated: Some(LimitReached::Time), cut_cells: 0 });
    still_answers(&target).await;
}

#[tokio::test]
async fn a_driver_that_hears_nothing_holds_its_thread_but_not_the_person() {
    let (target, log) = target(Script::default().on("clients", Act::Deaf(Duration::from_millis(600))));
    let started = Instant::now();
    let ended = run_with(&target, "SELECT 1 FROM clients", CAMILLE, SHORT).await.err();
    assert_eq!(ended, Some(TargetError::Timeout { seconds: 1 }));
    assert!(started.elapsed() < Duration::from_millis(500), "{:?}", started.elapsed());
    let busy = run_with(&target, "SELECT 1 FROM others", CAMILLE, SHORT).await.err();
    assert!(matches!(busy, Some(TargetError::Busy(_))), "its thread still counts: {busy:?}");
    still_answers(&target).await;
    assert_eq!(log.count("1 close"), 1);
}

#[tokio::test]
async fn a_read_that_hangs_is_told_at_its_deadline() {
    let script = Script::default().on("EXPLAIN", Act::Hangs).door(Ok(Duration::ZERO));
    let config = OracleConfig { read_timeout: Duration::from_millis(200), ..config() };
    let target = over(script, config);
    let ended = target.plan("SELECT 1 FROM clients".to_owned(), CAMILLE).await.err();
    assert_eq!(ended, Some(TargetError::Timeout { seconds: 1 }));
    still_answers(&target).await;

    let script = Script::default().door(Ok(Duration::from_millis(600)));
    let config = OracleConfig { read_timeout: Duration::from_millis(100), ..super::config() };
    let target = over(script, config);
    assert_eq!(target.health().await.err(), Some(TargetError::Timeout { seconds: 1 }), "a listener that never answers");
}

#[tokio::test]
async fn checks_that_hang_hold_one_thread_between_them() {
    let script = Script::default().door(Ok(Duration::from_millis(600))).on("FOR UPDATE", Act::Fails(Code::Ora(1456)));
    let log = Arc::clone(&script.log);
    let config = OracleConfig { read_timeout: Duration::from_millis(100), ..config() };
    let target = over(script, config);
    let (first, second) = tokio::join!(target.health(), target.health());
    assert_eq!(first.err(), Some(TargetError::Timeout { seconds: 1 }));
    let waits = TargetError::Unavailable("the last check still waits for an answer".to_owned());
    assert_eq!((second.err(), log.count("open")), (Some(waits.clone()), 1));
    let started = Instant::now();
    assert_eq!(target.health().await.err(), Some(waits));
    assert!(started.elapsed() < Duration::from_millis(50), "{:?}", started.elapsed());
    still_answers(&target).await;
    log.until("1 close", 1).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    target.health().await.expect("its thread came back");
}

#[tokio::test]
async fn checks_that_are_asked_for_together_all_have_an_answer() {
    let (target, _) = target(Script::default().on("FOR UPDATE", Act::Fails(Code::Ora(1456))));
    let all = futures::future::join_all((0..3).map(|_| target.health())).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");
}

/// The bounds told to the driver, in milliseconds.
fn bounds(log: &Log) -> Vec<u64> {
    log.all().iter().filter_map(|line| line.strip_prefix("1 timeout ")?.parse().ok()).collect()
}

#[tokio::test]
async fn each_round_trip_has_no_more_time_than_is_left() {
    let script = Script::default().on("clients", Act::Rows(3)).on("READ ONLY", Act::Rows(0));
    let (target, log) = target(script.door(Ok(Duration::from_millis(300))));
    let limits = Limits { time: Duration::from_secs(2), ..WIDE };
    run_with(&target, "SELECT 1 FROM clients", CAMILLE, limits).await.unwrap();
    let bounds = bounds(&log);
    // The last is that of the farewell.
    let (farewell, calls) = bounds.split_last().unwrap();
    assert_eq!(*farewell, 2000);
    assert!(calls.iter().all(|bound| *bound <= 1700), "what connecting took is gone: {calls:?}");
    assert!(calls.is_sorted_by(|a, b| a >= b), "{calls:?}");
    assert!(calls.len() >= 2, "the setting up, and the statement");
}

#[tokio::test]
async fn a_late_stop_reaches_nobody_else() {
    let (target, log) = target(Script::default().on("clients", Act::Rows(600)));
    for _ in 0..5 {
        run(&target, "SELECT n FROM clients").await.unwrap();
    }
    assert_eq!((log.count("open"), log.count("break")), (1, 0), "the end of a stream interrupts what has ended");
}
