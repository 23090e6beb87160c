//! Many rows, many statements: how often the server is asked, and what is left behind.

use pstral_core::domain::{LimitReached, Limits};
use pstral_core::ports::QueryTarget as _;
use pstral_ocidouble::{At, Fault, Oracle};
use tokio_util::sync::CancellationToken;

use crate::company::{Table, WIDE, approved, company, drain, run, target};

pub(crate) fn numbers(count: u32) -> Oracle {
    let columns: Vec<String> = (1..=10).map(|at| format!("C{at} VARCHAR2(40)")).collect();
    let values = (1..=10).map(|at| format!("'cell {at} of ' || n")).collect::<Vec<_>>().join(", ");
    let rows = format!(
        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count})
        INSERT INTO NUMBERS SELECT n, {values}, 'note ' || n FROM n"
    );
    let columns = format!("ID NUMBER(10) PRIMARY KEY, {}, NOTE CLOB", columns.join(", "));
    company(&[Table { name: "NUMBERS", columns: &columns }], &rows)
}

/// Calls that a statement causes after its execution.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Trips {
    pub(crate) rows: usize,
    pub(crate) fetches: usize,
    pub(crate) lobs: usize,
}

pub(crate) async fn trips(oracle: &Oracle, sql: &str) -> Trips {
    let target = target(oracle);
    let statement = approved(&target, sql, WIDE).await;
    let (fetches, lobs) = (oracle.count("fetch"), oracle.count("lob\t"));
    let stream = target.execute(&statement, "camille.durand", CancellationToken::new()).await.unwrap();
    let rows = drain(stream).await.unwrap().rows.len();
    Trips { rows, fetches: oracle.count("fetch") - fetches, lobs: oracle.count("lob\t") - lobs }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_come_by_arrays() {
    for (rows, fetches) in [(1, 0), (100, 0), (101, 1), (1000, 10), (100_000, 1000)] {
        let oracle = numbers(rows);
        let rows = usize::try_from(rows).unwrap();
        let expected = Trips { rows, fetches, lobs: 0 };
        assert_eq!(trips(&oracle, "SELECT id, c1 FROM numbers ORDER BY id").await, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_object_is_one_round_trip() {
    let oracle = numbers(1000);
    // None comes ahead; the last fetch finds the end.
    let expected = Trips { rows: 1000, fetches: 11, lobs: 1000 };
    assert_eq!(trips(&oracle, "SELECT id, note FROM numbers").await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_ends_a_result_between_arrays() {
    let oracle = numbers(1000);
    let target = target(&oracle);
    for rows in [1, 99, 100, 101, 102, 200, 999] {
        let statement = approved(&target, "SELECT id FROM numbers ORDER BY id", Limits { rows, ..WIDE }).await;
        let stream = target.execute(&statement, "camille.durand", CancellationToken::new()).await.unwrap();
        let whole = drain(stream).await.unwrap();
        assert_eq!((whole.rows.len() as u64, whole.ending.truncated), (rows, Some(LimitReached::Rows)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_statements_leave_nothing_behind() {
    let oracle = numbers(150);
    let target = target(&oracle);
    for round in 0..250 {
        assert_eq!(run(&target, "SELECT id, c1 FROM numbers").await.unwrap().rows.len(), 150);
        assert_eq!(run(&target, "SELECT note FROM numbers").await.unwrap().rows.len(), 150);
        let statement = approved(&target, "SELECT id FROM numbers", Limits { rows: 1, ..WIDE }).await;
        let stream = target.execute(&statement, "camille.durand", CancellationToken::new()).await.unwrap();
        assert_eq!(drain(stream).await.unwrap().rows.len(), 1);
        oracle.fault(Fault { at: At::Fetch, pattern: "%c2%", row: 102, code: Some(1555), wait: 0 });
        assert!(run(&target, "SELECT c2 FROM numbers").await.is_err(), "round {round}");
    }
    drop(target);
    let record = oracle.record();
    let left: Vec<&String> = record.iter().filter(|line| line.starts_with("left\t")).collect();
    assert_eq!(left.len(), oracle.count("login"), "each session has ended");
    for line in left {
        let (freed, most) = line.split_once("; at most statements ").unwrap();
        assert_eq!(freed, "left\tlobs 0 rowids 0 moments 0 spans 0");
        let (statements, lobs) = most.split_once(" lobs ").unwrap();
        let (statements, lobs): (u32, u32) = (statements.parse().unwrap(), lobs.parse().unwrap());
        // The client keeps those of a few texts; the objects are those of two arrays of rows.
        assert!(statements <= 25 && lobs <= 201, "{line}");
    }
}
