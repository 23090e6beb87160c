//! The functions that replace SQLite's own: the same answers, in time.

use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use pstral_core::domain::Limits;
use pstral_core::ports::{QueryTarget as _, TargetError};
use pstral_reading::Brake;
use rusqlite::Connection;
use rusqlite::types::Value;
use tokio_util::sync::CancellationToken;

use super::{Place, WIDE, drain, run, run_with};
use crate::functions::replace_slow;
use crate::{SqliteConfig, SqliteTarget};

/// A text of two million a's and nothing else.
const LONG: &str = "WITH RECURSIVE r(n, s) AS (SELECT 1, 'a' UNION ALL SELECT n + 1, s || s FROM r WHERE n < 21),
     long(s) AS (SELECT substr(s || s, 1, 2000000) FROM r WHERE n = 21)";

const CALLS: &[(&str, usize)] = &[
    ("instr(?1, ?2)", 2),
    ("replace(?1, ?2, ?3)", 3),
    ("trim(?1, ?2)", 2),
    ("ltrim(?1, ?2)", 2),
    ("rtrim(?1, ?2)", 2),
    ("trim(?1)", 1),
    ("?1 LIKE ?2", 2),
    ("?1 NOT LIKE ?2 ESCAPE ?3", 3),
    ("?1 GLOB ?2", 2),
    ("glob(?1, ?2)", 2),
    ("like(?1, ?2, ?3)", 3),
];

/// Returns the type and the value of SQLite's answer, or its error.
fn answer(connection: &Connection, call: &str, values: &[Value]) -> Result<(String, Value), String> {
    let mut statement = connection.prepare_cached(&format!("SELECT typeof({call}), CAST({call} AS BLOB)")).unwrap();
    let answer = statement.query_row(rusqlite::params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?)));
    answer.map_err(|error| error.to_string())
}

fn pair(encoding: &str) -> (Connection, Connection) {
    let open = || {
        let connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "encoding", encoding).unwrap();
        connection.execute_batch("CREATE TABLE t(id)").unwrap();
        connection
    };
    let (theirs, ours) = (open(), open());
    theirs.set_limit(rusqlite::limits::Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000).unwrap();
    replace_slow(&ours, &Brake::new(Duration::from_mins(1), CancellationToken::new())).unwrap();
    (theirs, ours)
}

/// Short and of few characters, so that they meet; some are not UTF-8, some are no texts.
fn value() -> impl Strategy<Value = Value> {
    let signs = "[abAB%_*?\\[\\]^\\-\\\\ é€\u{1F600}É\u{0}]{0,7}";
    let bytes = prop::sample::select(vec![b'a', b'%', b'*', b'[', 0xC3, 0xA9, 0xA9, 0xE2, 0x82, 0xFF, 0xFE, 0xF0, 0]);
    prop_oneof![
        10 => signs.prop_map(Value::Text),
        2 => "[ab]{0,40}".prop_map(Value::Text),
        3 => prop::collection::vec(bytes, 0..7).prop_map(Value::Blob),
        1 => Just(Value::Null),
        1 => (-20_i64..120).prop_map(Value::Integer),
        1 => any::<i64>().prop_map(Value::Integer),
        1 => any::<f64>().prop_filter("NaN is NULL", |real| !real.is_nan()).prop_map(Value::Real),
        1 => (-2000_i32..2000).prop_map(|eighths| Value::Real(f64::from(eighths) / 8.0)),
    ]
}

fn same_answers(encoding: &str, cases: u32, texts_of_bytes: bool) {
    let (theirs, ours) = pair(encoding);
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(cases) });
    let values = (value(), value(), value());
    let ran = runner.run(&values, |(first, second, third)| {
        let values = [first, second, third];
        for (call, count) in CALLS {
            // A text that is not UTF-8 cannot be bound; SQLite makes it out of a blob.
            let cast = |call: &str| {
                (1..4)
                    .fold(call.to_owned(), |call, at| call.replace(&format!("?{at}"), &format!("CAST(?{at} AS TEXT)")))
            };
            let call = if texts_of_bytes { cast(call) } else { (*call).to_owned() };
            let (theirs, ours) = (answer(&theirs, &call, &values[..*count]), answer(&ours, &call, &values[..*count]));
            prop_assert_eq!(theirs, ours, "{} of {:?}", call, values);
        }
        Ok(())
    });
    ran.unwrap();
}

#[test]
fn they_answer_as_sqlite_does() {
    same_answers("UTF-8", 3_000, false);
}

#[test]
fn they_answer_as_sqlite_does_on_texts_that_are_not_utf8() {
    same_answers("UTF-8", 3_000, true);
}

#[test]
fn they_answer_as_sqlite_does_in_utf16() {
    // A blob is told from a text of its bytes only where it comes from a table or a literal: see the rules below.
    same_answers("UTF-16le", 1_000, true);
}

/// A case of each rule, in case generation should miss it.
#[test]
fn each_rule_of_theirs_is_kept() {
    for encoding in ["UTF-8", "UTF-16be"] {
        let (theirs, ours) = pair(encoding);
        // In UTF-16 half a character is an empty text that SQLite finds nowhere or at the end.
        for call in RULES.iter().filter(|call| encoding == "UTF-8" || !call.contains("'é', x'A9'")) {
            assert_eq!(answer(&theirs, call, &[]), answer(&ours, call, &[]), "{call} in {encoding}");
        }
    }
}

const RULES: &[&str] = &[
    "instr('', '')",
    "instr('a', '')",
    "instr('héé', 'é')",
    "instr(x'C3A9', x'A9')",
    "instr('é', x'A9')",
    "instr(x'C3A961', 'a')",
    "instr(12345, 34)",
    "instr(1.5, '.')",
    "instr(NULL, 1)",
    "instr(x'', x'')",
    "replace('aaa', 'aa', 'b')",
    "replace('a', '', NULL)",
    "replace('a', 'b', NULL)",
    "replace(x'61', 'a', 7)",
    "replace(10000000000000.25, '.', ',')",
    "replace(1e300, 'e', 'E')",
    "replace('a', char(0), 'b')",
    "trim('xéax', 'éx')",
    "trim('ab', '')",
    "trim('ab', NULL)",
    "trim(x'20', ' ')",
    "trim('ab', 'a' || char(0) || 'b')",
    "'É' LIKE 'é'",
    "'A_b' LIKE 'a\\_B' ESCAPE '\\'",
    "'a' LIKE 'a\\' ESCAPE '\\'",
    "'a%' LIKE 'a%%' ESCAPE '%'",
    "'a' LIKE 'a' ESCAPE 'ab'",
    "'a' LIKE 'a' ESCAPE ''",
    "'a' LIKE NULL ESCAPE 'ab'",
    "'a' LIKE 'a' ESCAPE NULL",
    "'-' GLOB '[a-]'",
    "'b' GLOB '[a-c]'",
    "']' GLOB '[]]'",
    "'a' GLOB '[^]]'",
    "'a' GLOB '[a'",
    "'a' GLOB '*[a-'",
    "'a-' GLOB '[^b][--]'",
    "'b' GLOB '[c-a]'",
    "'abc' GLOB '*c'",
    "'' GLOB '*'",
    "'' LIKE '_'",
    "'abab' LIKE '%ab'",
    "like(printf('%1001d', 1), 'a')",
    "glob(printf('%1000d', 1), 'a')",
    "x'6162' LIKE 'a%'",
    "12 LIKE '1_'",
];

/// Reads a number of one row.
async fn number(sql: &str) -> Result<String, TargetError> {
    let place = Place::with("CREATE TABLE t(id INTEGER)");
    run(&place.target(), sql).await.map(|whole| format!("{:?}", whole.rows[0][0]))
}

#[tokio::test]
async fn the_longest_texts_are_searched_to_their_end() {
    for (sql, expected) in [
        ("SELECT instr(s, substr(s, 1, 1000000) || 'b') FROM long", "Integer(0)"),
        ("SELECT length(replace(s, substr(s, 1, 1000000) || 'b', '')) FROM long", "Integer(2000000)"),
        ("SELECT length(replace(s, 'a', '')) FROM long", "Integer(0)"),
        (
            "SELECT length(trim(s, replace(s, 'a', 'b') || 'a')) FROM (SELECT substr(s, 1, 1000000) s FROM long)",
            "Integer(0)",
        ),
        ("SELECT length(rtrim(replace(substr(s, 1, 1000000), 'a', 'é'), 'ïé')) FROM long", "Integer(0)"),
    ] {
        assert_eq!(number(&format!("{LONG} {sql}")).await.unwrap(), expected, "{sql}");
    }
    let grown = number(&format!("{LONG} SELECT replace(s, 'a', 'ab') FROM long")).await;
    assert!(matches!(grown, Err(TargetError::Rejected(_))), "{grown:?}");
}

/// The target has a single thread: the next statement runs once it is free.
async fn ends_in_time(sql: &str) {
    let place = Place::with("CREATE TABLE t(id INTEGER); INSERT INTO t VALUES (1)");
    let target = SqliteTarget::new(SqliteConfig { max_concurrent: 1, ..SqliteConfig::new(place.path()) });
    let short = Limits { time: Duration::from_millis(500), ..WIDE };
    let ended = run_with(&target, sql, &[], short).await;
    assert_eq!(ended.expect_err("it takes hours"), TargetError::Timeout { seconds: 1 }, "{sql}");
    let patient = Limits { time: Duration::from_secs(20), ..WIDE };
    run_with(&target, "SELECT id FROM t", &[], patient).await.unwrap();

    let cancel = CancellationToken::new();
    let (stopped, ()) = tokio::join!(target.run(sql.to_owned(), [].into(), WIDE, cancel.clone()), async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        cancel.cancel();
    });
    assert_eq!(stopped.err(), Some(TargetError::Cancelled), "{sql}");
    run_with(&target, "SELECT id FROM t", &[], patient).await.unwrap();
    target.health().await.unwrap();
}

#[tokio::test]
async fn no_single_call_outlives_its_limit() {
    for sql in [
        "SELECT count(*) FROM long a, json_each('[' || replace(substr(s, 1, 200000), 'a', '1,') || '1]') j
         WHERE s LIKE '%' || substr(s, 1, 998) || 'b'",
        "SELECT count(*) FROM long a, json_each('[' || replace(substr(s, 1, 200000), 'a', '1,') || '1]') j
         WHERE s GLOB '*[' || replace(substr(s, 1, 990), 'a', 'b') || ']'",
    ] {
        ends_in_time(&format!("{LONG} {sql}")).await;
    }
}

#[tokio::test]
async fn a_search_that_took_hours_ends_and_leaves_no_thread() {
    let sql = "WITH RECURSIVE r(n,s) AS (SELECT 1,'a' UNION ALL SELECT n+1,s||s FROM r WHERE n<21)
        SELECT max(instr(s, substr(s,1,length(s)/2)||'b')) FROM r";
    let place = Place::with("CREATE TABLE t(id INTEGER); INSERT INTO t VALUES (1)");
    let target = SqliteTarget::new(SqliteConfig { max_concurrent: 1, ..SqliteConfig::new(place.path()) });
    let short = Limits { time: Duration::from_secs(10), ..WIDE };
    let stream = target.run(sql.to_owned(), [].into(), short, CancellationToken::new()).await.unwrap();
    assert_eq!(format!("{:?}", drain(stream).await.unwrap().rows), "[[Integer(0)]]");
    run_with(&target, "SELECT id FROM t", &[], short).await.unwrap();
}
