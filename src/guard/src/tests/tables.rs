//! The tables beside this file, which the whole application runs too: `hostile_<dialect>.jsonl` with what must never run,
//! its danger and the rule that refuses it, and `<dialect>.jsonl` with what people write every day.

use serde::Deserialize;

use super::{Dialect, Policy, check};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hostile {
    sql: String,
    danger: String,
    rule: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Everyday {
    sql: String,
}

const TABLES: [(Dialect, &str, &str); 3] = [
    (Dialect::Oracle, include_str!("hostile_oracle.jsonl"), include_str!("oracle.jsonl")),
    (Dialect::Postgres, include_str!("hostile_postgres.jsonl"), include_str!("postgres.jsonl")),
    (Dialect::Sqlite, include_str!("hostile_sqlite.jsonl"), include_str!("sqlite.jsonl")),
];

fn rows<'t, T: Deserialize<'t>>(table: &'t str) -> Vec<T> {
    table.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))).collect()
}

#[test]
fn hostile_statements_are_refused() {
    let mut count = 0;
    for (dialect, hostile, _) in TABLES {
        let rows: Vec<Hostile> = rows(hostile);
        assert!(rows.iter().all(|row| !row.danger.is_empty()), "each says what makes it dangerous");
        check(dialect, &Policy::default(), rows.iter().map(|row| (row.sql.as_str(), row.rule.as_str())));
        count += rows.len();
    }
    assert!(count >= 300, "{count}");
}

#[test]
fn everyday_queries_pass() {
    for (dialect, _, everyday) in TABLES {
        let rows: Vec<Everyday> = rows(everyday);
        assert!(rows.len() >= 50, "{}", rows.len());
        check(dialect, &Policy::default(), rows.iter().map(|row| (row.sql.as_str(), "allow")));
    }
}
