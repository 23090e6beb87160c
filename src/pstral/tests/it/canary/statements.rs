//! The statements: the tables of the guard's own tests, what is aimed at the canary, and samples that are not part of
//! the project.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use pstral_core::domain::{Catalog, Dialect};
use serde_json::Value;

/// One statement to offer.
pub(super) struct Statement {
    pub(super) sql: String,
    pub(super) hostile: bool,
}

/// Parameters cannot be given to a statement that a person edits; these values stand in their place.
const VALUES: &[(&str, &str)] = &[
    (":city", "'Lyon'"),
    (":region", "'Sud'"),
    (":n", "5"),
    (":since", "'2024-01-01'"),
    (":first", "1"),
    (":words", "'visite'"),
    (":tag", "'x'"),
];

/// All of a dialect.
pub(super) fn statements(dialect: Dialect, aimed: &[&str], file: &Path) -> Vec<Statement> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../guard/src/tests");
    let name = word(dialect);
    let hostile = rows(&folder.join(format!("hostile_{name}.jsonl"))).into_iter().map(|row| (sql(&row), true));
    let everyday = rows(&folder.join(format!("{name}.jsonl"))).into_iter().map(|row| (with_values(&sql(&row)), false));
    let aimed = aimed.iter().map(|sql| (sql.replace("{file}", &file.display().to_string()), true));
    let mut all: Vec<(String, bool)> = hostile.chain(everyday).chain(aimed).collect();
    if let Some(samples) = samples() {
        let rows = rows(&samples.join("hostile.jsonl")).into_iter().filter(|row| row["dialect"] == name);
        all.extend(rows.map(|row| (sql(&row), row["expect"].as_str().unwrap().starts_with("deny"))));
    }
    all.into_iter().map(|(sql, hostile)| Statement { sql, hostile }).collect()
}

/// The second set of samples, which has tables and denials of its own.
pub(super) struct Second {
    pub(super) tables: String,
    pub(super) denied: Vec<String>,
    /// Those that no limit but the guard alone can stop.
    pub(super) statements: Vec<Statement>,
}

/// The second set of a dialect, where the samples are.
pub(super) fn second(dialect: Dialect) -> Option<Second> {
    let samples = samples()?;
    let policy = std::fs::read_to_string(samples.join("policy_2.toml")).unwrap();
    // `deny = [...]`, which is JSON behind the sign.
    let denied = serde_json::from_str(policy.split_once('=').unwrap().1).unwrap();
    let rows = rows(&samples.join("hostile_2.jsonl")).into_iter();
    let rows = rows.filter(|row| row["dialect"] == word(dialect) && row["expect"] == "deny");
    let statements = rows.map(|row| Statement { sql: sql(&row), hostile: true }).collect();
    Some(Second {
        tables: tables_of(dialect, &samples.join(format!("catalog_2_{}.json", word(dialect)))),
        denied,
        statements,
    })
}

/// A script that makes the tables which the samples speak of, without rows.
pub(super) fn tables(dialect: Dialect) -> String {
    let samples = samples().map(|samples| samples.join(format!("catalog_{}.json", word(dialect))));
    samples.map_or_else(String::new, |catalog| tables_of(dialect, &catalog))
}

fn tables_of(dialect: Dialect, catalog: &Path) -> String {
    let catalog = std::fs::read(catalog).unwrap();
    let catalog: Catalog = serde_json::from_slice(&catalog).unwrap();
    let mut script = String::new();
    for table in catalog.tables {
        if dialect == Dialect::Postgres {
            let _ = writeln!(script, "CREATE SCHEMA IF NOT EXISTS \"{}\";", table.schema);
        }
        let columns = table.columns.iter().map(|column| format!("\"{}\" {}", column.name, column.data_type));
        let columns = columns.collect::<Vec<_>>().join(", ");
        let _ = writeln!(script, "CREATE TABLE IF NOT EXISTS \"{}\".\"{}\" ({columns});", table.schema, table.name);
    }
    script
}

fn samples() -> Option<PathBuf> {
    std::env::var_os("PSTRAL_GUARD_SAMPLES").map(PathBuf::from)
}

fn word(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Oracle => "oracle",
        Dialect::Postgres => "postgres",
        Dialect::Sqlite => "sqlite",
    }
}

fn rows(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn sql(row: &Value) -> String {
    row["sql"].as_str().unwrap().to_owned()
}

fn with_values(sql: &str) -> String {
    VALUES.iter().fold(sql.to_owned(), |sql, (name, value)| {
        [" ", "("].iter().fold(sql, |sql, before| sql.replace(&format!("{before}{name}"), &format!("{before}{value}")))
    })
}
