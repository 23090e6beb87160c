//! Many rows, many statements: how often the server is asked, and what is left behind.

use pstral_core::domain::{LimitReached, Limits};
use pstral_core::ports::QueryTarget as _;
use pstral_ocidouble::Oracle;
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

/// Round trips of one statement, those that begin and end its transaction included.
pub(crate) async fn trips(oracle: &Oracle, sql: &str, rows: u64) -> (usize, usize) {
    let target = target(oracle);
    let statement = approved(&target, sql, Limits { rows, ..WIDE }).await;
    let (fetches, lobs) = (oracle.count("fetch"), oracle.count("lob\t"));
    let stream = target.execute(&statement, "camille.durand", CancellationToken::new()).await.unwrap();
    let whole = drain(stream).await.unwrap();
    assert!(whole.rows.len() as u64 <= rows);
    (oracle.count("fetch") - fetches, oracle.count("lob\t") - lobs)
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_come_by_arrays() {
    for (count, fetches) in [(1, 0), (100, 0), (101, 1), (1000, 10), (100_000, 1000)] {
        let oracle = numbers(count);
        let (asked, _) = trips(&oracle, "SELECT id, c1 FROM numbers ORDER BY id", 200_000).await;
        assert!(asked <= fetches, "{count} rows in {asked} fetches");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_object_is_one_round_trip() {
    let oracle = numbers(1000);
    let (fetches, lobs) = trips(&oracle, "SELECT id, note FROM numbers", 200_000).await;
    // None comes ahead; the last fetch finds the end.
    assert_eq!((fetches, lobs), (11, 1000));
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
    let oracle = numbers(3);
    let target = target(&oracle);
    for round in 0..1000 {
        // Some end well, some with an error, some in the middle.
        match round % 3 {
            0 => assert_eq!(run(&target, "SELECT id, c1 FROM numbers").await.unwrap().rows.len(), 3),
            1 => assert_eq!(run(&target, "SELECT note FROM numbers").await.unwrap().rows.len(), 3),
            _ => {
                let statement = approved(&target, "SELECT id FROM numbers", Limits { rows: 1, ..WIDE }).await;
                let stream = target.execute(&statement, "camille.durand", CancellationToken::new()).await.unwrap();
                drain(stream).await.unwrap();
            }
        }
    }
    drop(target);
    let record = oracle.record();
    let left: Vec<&String> = record.iter().filter(|line| line.starts_with("left\t")).collect();
    assert!(left.len() > 1, "sessions have ended");
    for line in left {
        assert_eq!(line, "left\tstatements 0 lobs 0 rowids 0 moments 0 spans 0 columns 0");
    }
}
