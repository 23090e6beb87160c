//! Errors of the server, time limits, stops and servers that do not answer, and what the person is told.

use std::time::{Duration, Instant};

use futures::StreamExt as _;
use pstral_core::domain::{LimitReached, Limits, Locale};
use pstral_core::ports::{Batch, QueryTarget as _, TargetError};
use pstral_ocidouble::{At, Fault, Oracle};
use tokio_util::sync::CancellationToken;

use crate::company::{Table, WIDE, approved, company, drain, run, target};

const ITEMS: &str = "SELECT id, name FROM items ORDER BY id";

fn items() -> Oracle {
    let rows = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000)
        INSERT INTO ITEMS SELECT n, 'item ' || n FROM n";
    company(&[Table { name: "ITEMS", columns: "ID NUMBER(10) PRIMARY KEY, NAME VARCHAR2(40)" }], rows)
}

/// The name of the error's variant.
fn name(error: &TargetError) -> String {
    let debug = format!("{error:?}");
    debug.split(['(', ' ', '{']).next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_error_of_the_server_is_told_as_what_it_means() {
    for (at, row, code, expected) in [
        (At::Execute, 0, 942, "Rejected"),
        (At::Execute, 0, 904, "Rejected"),
        (At::Execute, 0, 1031, "Rejected"),
        (At::Execute, 0, 1652, "OutOfMemory"),
        (At::Execute, 0, 4068, "Busy"),
        (At::Execute, 0, 54, "Busy"),
        (At::Fetch, 102, 1555, "Failed"),
        (At::Execute, 0, 2396, "Unavailable"),
        (At::Execute, 0, 3113, "Unavailable"),
        // The statement may be why.
        (At::Fetch, 102, 2396, "Failed"),
        (At::Fetch, 102, 3113, "Failed"),
        (At::Fetch, 102, 3135, "Failed"),
        (At::Attach, 0, 12_170, "Unavailable"),
        (At::Attach, 0, 12_541, "Unavailable"),
        (At::Login, 0, 28_000, "Unavailable"),
        (At::Login, 0, 28_001, "Unavailable"),
        (At::Login, 0, 1017, "Unavailable"),
    ] {
        let oracle = items();
        let target = target(&oracle);
        let statement = approved(&target, ITEMS, WIDE).await;
        // The session of the catalog is not the next one's where it has to be opened.
        let before = matches!(at, At::Attach | At::Login);
        let target = if before { crate::company::target(&oracle) } else { target };
        let pattern = if before { "%" } else { "%items%" };
        oracle.fault(Fault { at, pattern, row, code: Some(code), wait: 0 });
        let ended = match target.execute(&statement, "camille.durand", CancellationToken::new()).await {
            Ok(stream) => drain(stream).await.map(|_| ()),
            Err(error) => Err(error),
        };
        let error = ended.unwrap_err();
        assert_eq!(name(&error), expected, "ORA-{code:05}: {error:?}");
        // The log and the audit hold it in these words.
        assert!(error.to_string().contains(&format!("ORA-{code:05}")), "{error}");
        for locale in [Locale::En, Locale::Fr] {
            let told = error.text().render(locale);
            // What is wrong with a statement is told in the database's words; what is wrong elsewhere is the operator's.
            let words = told.contains("scenario");
            assert_eq!(words, matches!(error, TargetError::Rejected(_)), "ORA-{code:05}: {told}");
        }
        // Whatever it was, the next one is served.
        oracle.batch("DELETE FROM double_faults");
        assert_eq!(run(&target, ITEMS).await.unwrap().rows.len(), 1000, "after ORA-{code:05}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connect_string_that_leads_nowhere_is_told() {
    let oracle = items();
    let config =
        pstral_oracle::OracleConfig { connect: "/nowhere/at/all".to_owned(), ..crate::company::config(&oracle) };
    let error = pstral_oracle::OracleTarget::new(config).health().await.unwrap_err();
    assert!(matches!(&error, TargetError::Unavailable(why) if why.starts_with("ORA-12154")), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_nothing_keeps_nobody_waiting() {
    let notes = Table { name: "NOTES", columns: "ID NUMBER(10) PRIMARY KEY, BODY CLOB" };
    let bodies = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 300)
        INSERT INTO NOTES SELECT n, CASE WHEN n < 150 THEN 'a' ELSE 'abc' END FROM n";
    for (sql, fault, rows) in [
        (ITEMS, Fault { at: At::Execute, pattern: "%items%", row: 0, code: None, wait: 600_000 }, 0),
        // One row came ahead of those that were asked for.
        (ITEMS, Fault { at: At::Fetch, pattern: "%items%", row: 102, code: None, wait: 600_000 }, 100),
        (
            "SELECT id, body FROM notes",
            Fault { at: At::Fetch, pattern: "%notes%", row: 101, code: None, wait: 600_000 },
            100,
        ),
    ] {
        let oracle = if rows == 0 || sql == ITEMS { items() } else { company(&[notes], bodies) };
        let target = target(&oracle);
        let limits = Limits { time: Duration::from_millis(600), ..WIDE };
        let statement = approved(&target, sql, limits).await;
        oracle.fault(fault);
        let started = Instant::now();
        let ended = match target.execute(&statement, "camille.durand", CancellationToken::new()).await {
            Ok(stream) => drain(stream).await,
            Err(error) => Err(error),
        };
        match ended {
            Err(TargetError::Timeout { .. }) => assert_eq!(rows, 0, "{sql}"),
            Ok(whole) => {
                assert_eq!((whole.rows.len(), whole.ending.truncated), (rows, Some(LimitReached::Time)), "{sql}");
            }
            other => panic!("{sql}: {other:?}"),
        }
        assert!(started.elapsed() < Duration::from_secs(30), "it ended long before the server");
        oracle.batch("DELETE FROM double_faults");
        assert!(run(&target, sql).await.unwrap().rows.len() >= 300);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_beside_the_rows_is_told_or_ends_the_session() {
    let notes = Table { name: "NOTES", columns: "ID NUMBER(10) PRIMARY KEY, BODY CLOB" };
    let bodies = "INSERT INTO NOTES VALUES (1, 'a'), (2, NULL), (3, 'c'), (4, 'd')";
    let oracle = company(&[notes], bodies);
    let target = target(&oracle);
    let statement = approved(&target, "SELECT id, body FROM notes ORDER BY id", WIDE).await;
    oracle.fault(Fault { at: At::Lob, pattern: "%", row: 0, code: Some(22_924), wait: 0 });
    let error = target.execute(&statement, "camille.durand", CancellationToken::new()).await.err().unwrap();
    assert!(matches!(&error, TargetError::Failed(why) if why.starts_with("ORA-22924")), "{error:?}");
    // A rollback that fails ends the session, not the answer.
    oracle.fault(Fault { at: At::Rollback, pattern: "%", row: 0, code: Some(3113), wait: 0 });
    let logins = oracle.count("login");
    for _ in 0..2 {
        let stream = target.execute(&statement, "camille.durand", CancellationToken::new()).await.unwrap();
        assert_eq!(drain(stream).await.unwrap().rows.len(), 4);
    }
    assert!(oracle.count("login") > logins);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_reaches_the_call_that_waits_and_no_other() {
    let oracle = items();
    let target = target(&oracle);
    let statement = approved(&target, ITEMS, WIDE).await;
    oracle.fault(Fault { at: At::Fetch, pattern: "%items%", row: 102, code: None, wait: 600_000 });
    let stop = CancellationToken::new();
    let mut stream = target.execute(&statement, "camille.durand", stop.clone()).await.unwrap();
    assert!(matches!(stream.batches.next().await, Some(Ok(Batch::Rows(_)))));
    while oracle.count("fetch") == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stop.cancel();
    assert_eq!(drain(stream).await.unwrap_err(), TargetError::Cancelled);
    oracle.batch("DELETE FROM double_faults");
    let logins = oracle.count("login");
    assert_eq!(run(&target, ITEMS).await.unwrap().rows.len(), 1000);
    assert_eq!(oracle.count("break"), 1);
    assert_eq!(oracle.count("login"), logins + 1, "a session that was broken serves nobody else");
}
