//! Tests of rows as they are delivered.

use futures::StreamExt as _;
use pstral_core::domain::{ColumnKind, LimitReached, Limits, Value};
use pstral_core::ports::{Batch, TargetError};
use tokio_util::sync::CancellationToken;

use super::{ENDLESS, Place, WIDE, run, run_with};

fn words(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[tokio::test]
async fn every_storage_class_arrives_as_its_declared_type() {
    use ColumnKind::{Boolean, Bytes, Date, Number, Text, Timestamp};
    let place = Place::with(
        "CREATE TABLE t(i INTEGER, r REAL, s TEXT, b BLOB, d DATE, m TIMESTAMP, p DECIMAL(10,2), y BOOLEAN, any);
         INSERT INTO t VALUES (9223372036854775807, 0.5, 'é🦀', x'00ff', '2024-02-29', '2024-02-29T10:00:00Z', 1234.5, 1, 'x');
         INSERT INTO t VALUES (NULL, NULL, '', NULL, 'soon', NULL, 'n/a', NULL, CAST(x'61ff62' AS TEXT));",
    );
    let whole = run(&place.target(), "SELECT t.*, p * 2 AS double, s AS i FROM t").await.unwrap();
    let names: Vec<&str> = whole.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["i", "r", "s", "b", "d", "m", "p", "y", "any", "double", "i"]);
    let kinds: Vec<ColumnKind> = whole.columns.iter().map(|column| column.kind).collect();
    assert_eq!(kinds, [Number, Number, Text, Bytes, Date, Timestamp, Number, Boolean, Text, Number, Text]);
    assert_eq!(
        whole.rows[0],
        [
            Value::Integer(i64::MAX),
            Value::Real(0.5),
            words("é🦀"),
            Value::Bytes(vec![0, 255]),
            Value::Date("2024-02-29".to_owned()),
            Value::Timestamp("2024-02-29 10:00:00+00:00".to_owned()),
            Value::Decimal("1234.50".to_owned()),
            Value::Boolean(true),
            words("x"),
            Value::Real(2469.0),
            words("é🦀"),
        ]
    );
    let odd = &whole.rows[1];
    assert_eq!((&odd[0], &odd[2], &odd[4]), (&Value::Null, &words(""), &words("soon")));
    assert_eq!((&odd[6], &odd[8]), (&words("n/a"), &words("a\u{fffd}b")));
}

#[tokio::test]
async fn an_empty_result_still_has_columns() {
    let place = Place::with("CREATE TABLE t(id INTEGER, made DATE)");
    let whole = run(&place.target(), "SELECT made, id, id + 1 AS next FROM t").await.unwrap();
    let kinds: Vec<ColumnKind> = whole.columns.iter().map(|column| column.kind).collect();
    assert_eq!(kinds, [ColumnKind::Date, ColumnKind::Number, ColumnKind::Text]);
    assert_eq!((whole.rows.len(), whole.truncated), (0, None));
}

#[tokio::test]
async fn each_limit_ends_the_result_cleanly() {
    let place = Place::with(
        "CREATE TABLE t(id INTEGER, s TEXT);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
         INSERT INTO t SELECT i, 'twelve bytes' FROM n;",
    );
    let target = place.target();
    for (limits, rows, truncated) in [
        (Limits { rows: 1000, ..WIDE }, 1000, None),
        (Limits { rows: 999, ..WIDE }, 999, Some(LimitReached::Rows)),
        (Limits { rows: 0, ..WIDE }, 0, Some(LimitReached::Rows)),
        (Limits { bytes: 20_000, ..WIDE }, 1000, None),
        (Limits { bytes: 19_999, ..WIDE }, 999, Some(LimitReached::Bytes)),
        (Limits { bytes: 19, ..WIDE }, 0, Some(LimitReached::Bytes)),
    ] {
        let whole = run_with(&target, "SELECT id, s FROM t", &[], limits).await.unwrap();
        assert_eq!((whole.rows.len(), whole.truncated), (rows, truncated), "{limits:?}");
    }
    let cut = Limits { cell_bytes: 8, ..WIDE };
    let whole = run_with(&target, "SELECT s FROM t LIMIT 1", &[], cut).await.unwrap();
    assert_eq!(whole.rows, [[words("twelv…")]]);
}

#[tokio::test]
async fn batches_stay_small() {
    let place = Place::with("CREATE TABLE t(id)");
    let target = place.target();
    for sql in [ENDLESS.to_owned(), ENDLESS.replace("SELECT i FROM n", "SELECT printf('%.*c', 1000, 'x') FROM n")] {
        let few = Limits { rows: 2000, ..WIDE };
        let mut stream = target.run(sql, [].into(), few, CancellationToken::new()).await.unwrap();
        let (mut rows, mut largest) = (0, 0);
        while let Some(Ok(Batch::Rows(batch))) = stream.batches.next().await {
            rows += batch.len();
            largest = largest.max(batch.iter().flatten().map(Value::weight).sum());
            assert!(batch.len() <= 256, "{}", batch.len());
        }
        assert_eq!(rows, 2000);
        assert!(largest <= 66 * 1024, "{largest}");
    }
}

#[tokio::test]
async fn parameters_are_values_and_nothing_else() {
    let place = Place::with(
        "CREATE TABLE t(id INTEGER, s TEXT, p DECIMAL(10,2), d DATE);
         INSERT INTO t VALUES (1, 'O''Hara', 10.5, '2024-01-01'), (2, 'x'' OR 1=1 --', 20, '2024-06-01');",
    );
    let target = place.target();
    let decimal = |text: &str| Value::Decimal(text.to_owned());
    for (condition, values, expected) in [
        ("s = :s", vec![("s", words("O'Hara"))], vec![1]),
        ("s = :s", vec![("s", words("x' OR 1=1 --"))], vec![2]),
        ("p > :p", vec![("p", decimal("10.50"))], vec![2]),
        ("p + 0 = :p", vec![("p", decimal("10.5"))], vec![1]),
        ("p + 0 = :p", vec![("p", decimal("20"))], vec![2]),
        (
            "d >= :d AND d >= :d AND id < :n",
            vec![("d", Value::Date("2024-06-01".into())), ("n", Value::Integer(9))],
            vec![2],
        ),
        (":b", vec![("b", Value::Boolean(true))], vec![1, 2]),
        ("s IS :s", vec![("s", Value::Null)], vec![]),
    ] {
        let sql = format!("SELECT id FROM t WHERE {condition} ORDER BY id");
        let whole = run_with(&target, &sql, &values, WIDE).await.unwrap();
        let ids: Vec<Value> = whole.rows.concat();
        assert_eq!(ids, expected.into_iter().map(Value::Integer).collect::<Vec<_>>(), "{condition} {values:?}");
    }
    for sql in ["SELECT :absent", "SELECT ?", "SELECT ?1", "SELECT @s", "SELECT $s"] {
        let refused = run_with(&target, sql, &[("s", words("x"))], WIDE).await.expect_err(sql);
        assert!(matches!(refused, TargetError::Rejected(_)), "{sql}: {refused:?}");
    }
}

#[tokio::test]
async fn the_database_says_what_is_wrong() {
    let place = Place::with("CREATE TABLE t(id INTEGER)");
    for (sql, expected) in [
        ("SELECT nmae FROM t", "no such column: nmae"),
        ("SELECT id FROM clients", "no such table: clients"),
        ("SELECT id FORM t", "near \"t\": syntax error"),
        ("SELECT frobnicate(id) FROM t", "no such function: frobnicate"),
    ] {
        let refused = run(&place.target(), sql).await.expect_err(sql);
        assert_eq!(refused, TargetError::Rejected(expected.to_owned()));
        assert_eq!(place.target().plan(sql.to_owned()).await, Err(refused));
    }
}

#[tokio::test]
async fn functions_that_people_need_are_there() {
    let place =
        Place::with("CREATE TABLE t(id INTEGER, s TEXT, d DATE); INSERT INTO t VALUES (1, 'abc', '2024-02-29')");
    for sql in [
        "SELECT count(*), sum(id), avg(id), min(s), max(s), total(id), group_concat(s, ',') FROM t",
        "SELECT row_number() OVER (ORDER BY id), lag(id) OVER (ORDER BY id), ntile(2) OVER (ORDER BY id) FROM t",
        "SELECT upper(s) || lower(s), substr(s, 1, 2), trim(s), replace(s, 'a', 'b'), instr(s, 'b'), length(s) FROM t",
        "SELECT date(d, '+1 month'), strftime('%Y-%m', d), julianday(d), datetime('now'), CURRENT_DATE FROM t",
        "SELECT coalesce(s, 'x'), ifnull(s, 'x'), nullif(s, 'x'), iif(id > 0, 1, 2), round(1.25, 1), abs(-1) FROM t",
        "SELECT s FROM t WHERE s LIKE 'a%' AND s GLOB 'a*' AND CAST(id AS TEXT) IN ('1')",
        "SELECT json_extract('{\"a\": 1}', '$.a'), '{\"a\": 1}' ->> 'a' FROM t",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT count(*) FROM n",
        "SELECT count(*) FROM (SELECT id FROM t UNION SELECT 2) AS u",
        "SELECT printf('%.2f', 1.5), format('%d', id), typeof(id), hex(s), unicode(s), char(65) FROM t",
    ] {
        run(&place.target(), sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}
