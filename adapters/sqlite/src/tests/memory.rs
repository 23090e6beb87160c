//! Statements that ask for all the memory there is, while they are prepared or while they run. The limit holds for the
//! whole process, so each test here has one of its own.

use std::process::Command;
use std::time::Duration;

use pstral_core::domain::Value;
use pstral_core::ports::TargetError;
use pstral_reading::Brake;
use tokio_util::sync::CancellationToken;

use super::{Place, run};
use crate::statement::prepare;
use crate::{SqliteConfig, SqliteTarget, open};

/// Says to the test that it is in a process of its own.
const ALONE: &str = "PSTRAL_SQLITE_TEST_ALONE";

/// Runs the body of the test of this name in a process of its own, and says how that ended.
fn alone(name: &str, body: impl AsyncFnOnce()) {
    if std::env::var_os(ALONE).is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        return runtime.block_on(body());
    }
    let mut test = Command::new(std::env::current_exe().unwrap());
    let ended = test.args(["--exact", &format!("tests::memory::{name}"), "--nocapture"]).env(ALONE, "1").output();
    let ended = ended.unwrap();
    let told = String::from_utf8_lossy(&[ended.stdout, ended.stderr].concat()).into_owned();
    assert!(ended.status.success() && told.contains("1 passed"), "{told}");
}

/// A target with a single thread, and one row of one word.
fn single() -> (Place, SqliteTarget) {
    let place = Place::with("CREATE TABLE t(id INTEGER, word TEXT); INSERT INTO t VALUES (1, 'alive')");
    let patient = SqliteConfig { read_time: Duration::from_mins(1), ..SqliteConfig::new(place.path()) };
    let target = SqliteTarget::new(SqliteConfig { max_concurrent: 1, ..patient });
    (place, target)
}

/// The target does, and so do others in the process, such as the state database.
async fn still_answers(place: &Place, target: &SqliteTarget) {
    place.writer().execute_batch("UPDATE t SET id = id + 1").unwrap();
    let whole = run(target, "SELECT word FROM t").await.unwrap();
    assert_eq!(whole.rows, [[Value::Text("alive".to_owned())]]);
}

fn is_out_of_memory(error: Option<&TargetError>) -> bool {
    matches!(error, Some(TargetError::OutOfMemory(_)))
}

/// A column used many times over in each of several nested queries: SQLite copies it as often while it prepares.
fn expansion(times: usize, levels: usize) -> String {
    let copies = vec!["x"; times].join(", ");
    let nest = |inner: String, _| format!("SELECT coalesce({copies}) AS x FROM ({inner})");
    (0..levels).fold("SELECT id AS x FROM t".to_owned(), nest)
}

/// Many copies of a query over many tables, each of which is planned by itself.
fn slow_to_prepare() -> String {
    let joins: Vec<String> = (1..60).map(|at| format!("JOIN t AS x{at} ON x{at}.id = x{}.id", at - 1)).collect();
    let copies = ["(SELECT count(*) FROM w)"; 10].join(" + ");
    let all = ["(SELECT y FROM v)"; 50].join(" + ");
    format!(
        "WITH w AS NOT MATERIALIZED (SELECT x0.id FROM t AS x0 {}), v AS NOT MATERIALIZED (SELECT {copies} AS y) \
         SELECT {all}",
        joins.join(" ")
    )
}

#[test]
fn preparing_ends_where_it_needs_too_much() {
    alone("preparing_ends_where_it_needs_too_much", async || {
        let (place, target) = single();
        for bomb in [expansion(24, 6), slow_to_prepare()] {
            for ended in [target.plan(bomb.clone()).await.err(), run(&target, &bomb).await.err()] {
                assert!(is_out_of_memory(ended.as_ref()), "{ended:?} of {bomb:.200}");
                still_answers(&place, &target).await;
            }
        }
    });
}

#[test]
fn running_ends_where_it_needs_too_much() {
    alone("running_ends_where_it_needs_too_much", async || {
        let (place, target) = single();
        // As many rows as the limit has room for, and some more: sorted, told apart, held for a second reading.
        let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000000)";
        for hungry in [
            format!("{rows} SELECT printf('%0500d', i) AS s FROM n ORDER BY s DESC"),
            format!("{rows} SELECT count(DISTINCT printf('%0500d', i)) FROM n"),
            format!("{rows} SELECT printf('%0500d', i) AS s, count(*) FROM n GROUP BY s"),
            format!("{rows} SELECT i, lead(printf('%0500d', i), 1) OVER (ORDER BY -i) FROM n"),
            "WITH RECURSIVE n(i, s) AS (SELECT 1, '' UNION SELECT i + 1, printf('%0500d', i) FROM n LIMIT 2000000) \
             SELECT count(*) FROM n"
                .to_owned(),
            format!(
                "{rows}, m AS MATERIALIZED (SELECT printf('%.*c', 2000000, 'x') AS s FROM n) \
                 SELECT max(a.s) FROM m AS a JOIN m AS b ON a.s < b.s"
            ),
        ] {
            let ended = run(&target, &hungry).await.err();
            assert!(is_out_of_memory(ended.as_ref()), "{ended:?} of {hungry}");
            still_answers(&place, &target).await;
        }
    });
}

#[tokio::test]
async fn what_grows_beyond_a_value_ends_at_once() {
    let (place, target) = single();
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000000)";
    for grown in [
        "SELECT length(replace(printf('%.*c', 1000000, 'x'), 'x', 'xxxx'))".to_owned(),
        "SELECT length(hex(printf('%.*c', 2000000, 'x')))".to_owned(),
        "SELECT length(zeroblob(1000000000))".to_owned(),
        format!("{rows} SELECT length(group_concat(printf('%050d', i))) FROM n"),
        format!("{rows} SELECT length(json_group_array(i)) FROM n"),
    ] {
        let ended = run(&target, &grown).await.err();
        assert!(matches!(ended, Some(TargetError::Rejected(_))), "{ended:?} of {grown}");
        still_answers(&place, &target).await;
    }
}

#[test]
fn a_brake_that_is_pulled_ends_preparing() {
    let (place, _target) = single();
    let brake = Brake::new(Duration::from_mins(1), CancellationToken::new());
    let (connection, _) = open::for_statements(&place.path(), &brake).unwrap();
    drop(brake.pull_on_drop());
    let ended = prepare(&connection, &slow_to_prepare(), &brake).err();
    assert_eq!(ended, Some(TargetError::Cancelled));
}

#[tokio::test]
async fn a_row_with_a_value_that_is_too_long_can_be_read_but_for_it() {
    let place = Place::with("CREATE TABLE t(id INTEGER, word TEXT, scan BLOB, after TEXT)");
    place.writer().execute_batch("INSERT INTO t VALUES (7, 'alive', zeroblob(3000000), 'too')").unwrap();
    let whole = run(&place.target(), "SELECT id, word, after, length(scan) FROM t").await.unwrap();
    let text = |text: &str| Value::Text(text.to_owned());
    assert_eq!(whole.rows, [[Value::Integer(7), text("alive"), text("too"), Value::Integer(3_000_000)]]);
    let refused = run(&place.target(), "SELECT scan FROM t").await.err();
    assert!(matches!(&refused, Some(TargetError::Rejected(reason)) if reason.contains("too big")), "{refused:?}");
}
