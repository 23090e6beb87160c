//! Whatever the guard's list lets a statement call, the target runs.

use futures::StreamExt as _;
use pstral_core::domain::Dialect;
use pstral_core::guard::{ApprovedStatement, Callable, Guard, Policy, Verdict, callables};
use pstral_core::ports::{Batch, QueryTarget, TargetError};
use pstral_sqlite::{SqliteConfig, SqliteTarget};
use tokio_util::sync::CancellationToken;

/// Functions that make a row's value of its neighbours' need OVER.
const WINDOWS: &[&str] = &[
    "CUME_DIST",
    "DENSE_RANK",
    "FIRST_VALUE",
    "LAG",
    "LAST_VALUE",
    "LEAD",
    "NTH_VALUE",
    "NTILE",
    "PERCENT_RANK",
    "RANK",
    "ROW_NUMBER",
];

/// Everything the list allows, called with the fewest and the most arguments, or two more than the fewest.
fn statements() -> Vec<String> {
    let mut statements = Vec::new();
    for Callable { name, least, most, table, columns } in callables(Dialect::Sqlite) {
        for count in [least, most.unwrap_or(least + 2)] {
            let list: Vec<String> = (0..count).map(|at| argument(name, at)).collect();
            let list = list.join(", ");
            statements.push(if table {
                format!("SELECT {} FROM {name}({list})", columns.join(", "))
            } else if name == "CAST" {
                "SELECT CAST(t.id AS TEXT) FROM t".to_owned()
            } else if WINDOWS.contains(&name) {
                format!("SELECT {name}({list}) OVER (ORDER BY id) FROM t")
            } else {
                format!("SELECT {name}({list}) FROM t")
            });
        }
    }
    statements
}

fn argument(name: &str, at: usize) -> String {
    let argument = match (name, at) {
        ("DATE" | "DATETIME" | "TIME" | "JULIANDAY" | "UNIXEPOCH", 0) | ("STRFTIME", 1) => "'now'",
        ("DATE" | "DATETIME" | "TIME" | "JULIANDAY" | "UNIXEPOCH" | "STRFTIME", _) if at > 0 => "'+1 day'",
        ("STRFTIME", _) => "'%Y'",
        ("FORMAT" | "PRINTF", 0) => "'%d %s'",
        ("JSON_VALID", 1) => "6",
        ("JSON_PATCH", 1) => "'[2]'",
        (name, 0) if name.starts_with("JSON_") => "'[1]'",
        (name, _) if name.starts_with("JSON_") => "'$'",
        _ => "1",
    };
    argument.to_owned()
}

fn approved(guard: &Guard, sql: &str) -> ApprovedStatement {
    match guard.check(sql) {
        Verdict::Allow(approved) => approved,
        Verdict::Deny(refusal) => panic!("{sql}\n  refused: {refusal}"),
    }
}

async fn run(target: &SqliteTarget, statement: &ApprovedStatement) -> Result<u64, TargetError> {
    let mut stream = target.execute(statement, "camille.durand", CancellationToken::new()).await?;
    let mut rows = 0;
    while let Some(batch) = stream.batches.next().await {
        match batch? {
            Batch::Rows(more) => rows += more.len() as u64,
            Batch::End { .. } => break,
        }
    }
    Ok(rows)
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_the_guard_allows_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("company.db");
    let script = "CREATE TABLE t(id INTEGER, doc TEXT); INSERT INTO t VALUES (1, '[1, 2]')";
    rusqlite::Connection::open(&path).unwrap().execute_batch(script).unwrap();
    let target = SqliteTarget::new(SqliteConfig::new(path));
    let guard = Guard::new(&target.catalog().await.unwrap(), &Policy::default());
    let mut statements = statements();
    assert!(statements.len() > 150, "{}", statements.len());
    statements.push("SELECT CURRENT_DATE, CURRENT_TIME, CURRENT_TIMESTAMP".to_owned());
    statements.push("SELECT j.value FROM t, json_each(t.doc) AS j".to_owned());
    let mut wrong = Vec::new();
    for sql in statements {
        match run(&target, &approved(&guard, &sql)).await {
            Ok(0) => wrong.push(format!("{sql}: no row")),
            Ok(_) => {}
            Err(error) => wrong.push(format!("{sql}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
