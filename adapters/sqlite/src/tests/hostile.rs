//! Hostile statements that never met the guard.

use std::time::Duration;

use pstral_core::domain::{Limits, Value};
use pstral_core::ports::TargetError;

use super::{ENDLESS, Place, SILENT, WIDE, run, run_with};

const CANARY: &str = "CREATE TABLE canary(id INTEGER PRIMARY KEY, word TEXT); INSERT INTO canary VALUES (1, 'alive');
     CREATE VIRTUAL TABLE prose USING fts5(body); INSERT INTO prose VALUES ('hidden');
     CREATE VIEW names AS SELECT name FROM sqlite_master; CREATE VIEW words AS SELECT word FROM canary;";

fn canary() -> Place {
    Place::with(CANARY)
}

async fn is_refused(place: &Place, sql: &str) {
    let before = std::fs::read(place.path()).unwrap();
    let refused = run(&place.target(), sql).await.expect_err(sql);
    assert!(matches!(refused, TargetError::Rejected(_)), "{sql}: {refused:?}");
    assert_eq!(std::fs::read(place.path()).unwrap(), before, "{sql} changed the file");
    let mut left: Vec<_> =
        std::fs::read_dir(place.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["company.db"], "{sql} left a file");
}

#[tokio::test]
async fn writes_files_settings_and_code_are_refused() {
    let place = canary();
    let beside = place.folder.path().join("stolen.db");
    let beside = beside.display();
    for sql in [
        format!("ATTACH '{beside}' AS stolen"),
        format!("ATTACH 'file:{beside}?mode=rwc' AS stolen"),
        format!("VACUUM INTO '{beside}'"),
        "VACUUM".to_owned(),
        "PRAGMA query_only = OFF".to_owned(),
        "PRAGMA writable_schema = ON".to_owned(),
        "PRAGMA journal_mode = WAL".to_owned(),
        "PRAGMA user_version".to_owned(),
        "INSERT INTO canary VALUES (2, 'dead')".to_owned(),
        "INSERT INTO canary VALUES (2, 'dead') RETURNING id".to_owned(),
        "REPLACE INTO canary VALUES (1, 'dead')".to_owned(),
        "UPDATE canary SET word = 'dead'".to_owned(),
        "DELETE FROM canary".to_owned(),
        "WITH x AS (SELECT 1) DELETE FROM canary".to_owned(),
        "DROP TABLE canary".to_owned(),
        "CREATE TABLE more(id)".to_owned(),
        "CREATE TEMP TABLE more(id)".to_owned(),
        "CREATE TEMP VIEW v AS SELECT 1".to_owned(),
        "CREATE VIRTUAL TABLE more USING fts5(x)".to_owned(),
        "ALTER TABLE canary ADD COLUMN more".to_owned(),
        "REINDEX".to_owned(),
        "ANALYZE".to_owned(),
        "BEGIN IMMEDIATE".to_owned(),
        "SAVEPOINT s".to_owned(),
        "COMMIT".to_owned(),
        "SELECT load_extension('/tmp/evil.so')".to_owned(),
        "SELECT `load_extension`('/tmp/evil.so')".to_owned(),
        "SELECT fts3_tokenizer('simple', x'4141414141414141')".to_owned(),
        "SELECT fts3_tokenizer('simple')".to_owned(),
        format!("SELECT writefile('{beside}', 'y')"),
        "SELECT readfile('/etc/passwd')".to_owned(),
        "SELECT randomblob(10)".to_owned(),
        "SELECT hex(zeroblob(500000000))".to_owned(),
        "SELECT sqlite_version()".to_owned(),
        "SELECT sqlite_compileoption_get(1)".to_owned(),
        "SELECT last_insert_rowid()".to_owned(),
    ] {
        is_refused(&place, &sql).await;
    }
    let alive = run(&place.target(), "SELECT word FROM words").await.unwrap();
    assert_eq!(alive.rows, [[Value::Text("alive".to_owned())]]);
}

#[tokio::test]
async fn nothing_but_ordinary_tables_and_views_is_read() {
    let place = canary();
    for sql in [
        "SELECT name FROM sqlite_master",
        "SELECT count(*) FROM sqlite_master",
        "SELECT * FROM sqlite_schema",
        "SELECT sql FROM main.sqlite_master",
        "SELECT 1 FROM sqlite_temp_master",
        "SELECT * FROM names",
        "SELECT (SELECT group_concat(sql) FROM sqlite_master)",
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM sqlite_master WHERE sql LIKE '%')",
        "SELECT word FROM canary UNION SELECT name FROM sqlite_master",
        "WITH m AS (SELECT * FROM sqlite_master) SELECT count(*) FROM m",
        "SELECT * FROM pragma_table_list",
        "SELECT count(*) FROM pragma_database_list",
        "SELECT file FROM pragma_database_list",
        "SELECT * FROM pragma_table_info('canary')",
        "SELECT * FROM sqlite_dbpage",
        "SELECT * FROM dbstat",
        "SELECT count(*) FROM dbstat",
        "SELECT * FROM sqlite_stmt",
        "SELECT count(*) FROM generate_series(1, 1e12)",
        "SELECT * FROM prose",
        "SELECT * FROM prose_content",
        "SELECT c0 FROM prose_content",
        "SELECT * FROM fts5vocab('main', 'prose', 'row')",
    ] {
        is_refused(&place, sql).await;
    }
}

#[tokio::test]
async fn json_is_taken_apart_but_not_by_another_module_of_that_name() {
    let place = canary();
    let whole =
        run(&place.target(), "SELECT value FROM json_each('[7]') UNION SELECT value FROM json_tree('[7]')").await;
    assert!(whole.unwrap().rows.contains(&vec![Value::Integer(7)]));

    let place = Place::with("CREATE VIRTUAL TABLE \"Json_Each\" USING fts5(value)");
    is_refused(&place, "SELECT value FROM json_each").await;
    is_refused(&place, "SELECT value FROM json_each('[7]')").await;
}

#[tokio::test]
async fn only_one_query_is_taken() {
    let place = canary();
    for sql in [
        "SELECT 1; DROP TABLE canary",
        "SELECT 1; SELECT 2",
        "SELECT 1; PRAGMA query_only = OFF",
        "SELECT 1;;",
        "SELECT 1 -- and more",
        "/* a */ SELECT 1",
        "SELECT 1\0; DROP TABLE canary",
        "",
        ";",
        "   ",
        "SELECT \"no such column\" FROM canary",
    ] {
        is_refused(&place, sql).await;
    }
    let many = "SELECT 1;".repeat(7000);
    is_refused(&place, &many).await;
}

#[tokio::test]
async fn a_statement_too_large_to_compile_is_refused() {
    let place = canary();
    let long = format!("SELECT '{}'", "x".repeat(70_000));
    let deep = format!("SELECT {}1{}", "abs(".repeat(300), ")".repeat(300));
    let nested = format!("SELECT * FROM {}canary{}", "(SELECT * FROM ".repeat(300), ")".repeat(300));
    let wide = vec!["SELECT 1"; 60].join(" UNION ALL ");
    let many = format!("SELECT {}", (1..=120).map(|n| format!(":p{n}")).collect::<Vec<_>>().join(" + "));
    let doubled: Vec<String> =
        (1..40).map(|n| format!("a{n} AS (SELECT x.id FROM a{0} AS x JOIN a{0} AS y ON x.id = y.id)", n - 1)).collect();
    let bomb = format!("WITH a0 AS (SELECT 1 AS id), {} SELECT count(*) FROM a39", doubled.join(", "));
    for sql in [long, deep, nested, wide, many, bomb] {
        is_refused(&place, &sql).await;
    }
}

#[tokio::test]
async fn memory_made_from_nothing_is_bounded() {
    let place = canary();
    for sql in [
        "SELECT length(replace(printf('%.*c', 1000000, 'x'), 'x', 'xxxx'))",
        "WITH RECURSIVE n(s) AS (SELECT 'xxxxxxxx' UNION ALL SELECT s || s FROM n) SELECT length(s) FROM n",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000000)
         SELECT length(group_concat('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')) FROM n",
    ] {
        is_refused(&place, sql).await;
    }
}

#[tokio::test]
async fn a_wide_format_is_null() {
    let place = canary();
    for sql in ["SELECT length(printf('%.*c', 100000000, 'x'))", "SELECT length(format('%100000000d', 1))"] {
        assert_eq!(run(&place.target(), sql).await.unwrap().rows, [[Value::Null]], "{sql}");
    }
}

#[tokio::test]
async fn an_endless_statement_ends_at_its_limits() {
    let place = canary();
    let short = Limits { time: Duration::from_millis(200), ..WIDE };
    let ended = run_with(&place.target(), SILENT, &[], short).await;
    assert_eq!(ended.expect_err("it has no end"), TargetError::Timeout { seconds: 1 });

    let few = Limits { rows: 1000, ..WIDE };
    assert_eq!(run_with(&place.target(), ENDLESS, &[], few).await.unwrap().rows.len(), 1000);
}
