//! Our statements, and those that the guard renders, read by a second parser: `sqlglot`, which knows nothing of ours.
//! It reads more than Oracle does, an empty place in a list for one: a refusal tells more than a statement that passes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use pstral_core::domain::{Catalog, Dialect};
use pstral_core::guard::{Guard, Rules, Verdict};
use pstral_core::testkit::guard_tables::{catalog, everyday};
use pstral_core::testkit::statements;
use pstral_pypackages::{Package, skip};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::asked::queries;
use super::columns::listed;
use crate::session::ColumnDescription;
use crate::wrapped_query::WrappedQuery;

pub(super) const SQLGLOT: Package = Package {
    name: "sqlglot",
    version: "30.30.0",
    beside: &[],
    is_alone: false,
    folder: "sqlglot",
    variable: "PSTRAL_TEST_SQLGLOT",
};
const SQLALCHEMY: Package = Package {
    name: "SQLAlchemy",
    version: "2.1.9",
    beside: &[],
    is_alone: false,
    folder: "sqlalchemy",
    variable: "PSTRAL_TEST_SQLALCHEMY",
};

/// Statements that `sqlglot` refuses, on one line each, with the reason: a form of Oracle's that it does not know, as far
/// as the reference tells.
const REFUSED: &str = include_str!("../../tests/fixtures/sqlglot_refused.jsonl");

/// Statements made at random that are read too.
const MADE: u64 = 1_000;

/// A line of [`REFUSED`].
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Refused {
    sql: String,
    reason: String,
}

/// Runs a script of Python, which answers one JSON text with another.
pub(super) fn answer<T: DeserializeOwned>(python: &Path, script: &str, asked: &str) -> T {
    let mut command = Command::new(python);
    command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(asked.as_bytes()).unwrap();
    let ended = child.wait_with_output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    serde_json::from_slice(&ended.stdout).unwrap()
}

/// A statement as it stands in a list that people read.
fn on_a_line(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The texts that run in place of statements, of those that are allowed.
fn rendered<'s>(catalog: &Catalog, rules: Rules, statements: impl Iterator<Item = &'s String>) -> Vec<String> {
    let guard = Guard::new(catalog, &rules.into());
    let text = |sql: &String| match guard.check(sql) {
        Verdict::Allow(statement) => Some(statement.text().to_owned()),
        Verdict::Deny(_) => None,
    };
    statements.filter_map(text).collect()
}

/// The guard's table of Oracle, as it stands and with stars spelled out, and statements made at random.
fn of_the_guard() -> Vec<String> {
    let (everyday, about) = (everyday(Dialect::Oracle), catalog(Dialect::Oracle));
    let plain = rendered(&about, Rules::default(), everyday.iter());
    assert_eq!(plain.len(), everyday.len(), "all are allowed");
    let closed = Rules { allow: None, deny: ["users.password_hash", "clients.notes"].map(str::to_owned).into() };
    let spelled_out = rendered(&about, closed, everyday.iter());
    let made: Vec<_> = statements::statements(Dialect::Oracle, 3, MADE).map(|statement| statement.sql).collect();
    let made = rendered(&statements::catalog(Dialect::Oracle), statements::closing_rules(), made.iter());
    [plain, spelled_out, made].concat()
}

/// Results with columns that a driver cannot read, or without a part of them, run in these.
fn frames() -> [String; 2] {
    let named =
        |name: &str, code| ColumnDescription { name: name.to_owned(), code, type_name: String::new(), as_text: false };
    let at = ColumnDescription { as_text: true, ..named("AT", 181) };
    let columns = [named("ID", 2), named("DOC", 119), at];
    ["SELECT id, doc, at FROM t", "WITH q AS (SELECT id, doc, at FROM t) SELECT id, doc, at FROM q"]
        .map(|text| WrappedQuery::around(text, &columns).unwrap().text)
}

#[tokio::test]
async fn a_second_parser_reads_what_is_sent_to_oracle() {
    let python = match SQLGLOT.python() {
        Ok(python) => python,
        Err(why) => return skip("sqlglot", &why),
    };
    let all: BTreeSet<String> = queries().await.into_iter().chain(of_the_guard()).chain(frames()).collect();
    let text = serde_json::to_string(&all).unwrap();
    let answers: Vec<Option<String>> = answer(&python, include_str!("sqlglot.py"), &text);
    assert_eq!(answers.len(), all.len());
    let found = all.iter().zip(answers).filter_map(|(sql, answer)| Some((on_a_line(sql), answer?)));
    let found: BTreeMap<String, String> = found.collect();
    let known: Vec<Refused> = REFUSED.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(known.is_sorted_by(|a, b| a.sql < b.sql), "in order, each once");
    assert!(known.iter().all(|one| one.reason.len() > 10), "each with a reason");
    let known: BTreeSet<String> = known.into_iter().map(|one| one.sql).collect();
    let new = found.iter().filter(|(sql, _)| !known.contains(*sql)).map(|(sql, why)| format!("{why}\n  {sql}"));
    let new: Vec<String> = new.collect();
    assert!(new.is_empty(), "{} refusals to be looked into:\n{}", new.len(), new.join("\n"));
    let gone: Vec<&String> = known.iter().filter(|sql| !found.contains_key(*sql)).collect();
    assert!(gone.is_empty(), "listed, and not refused: {gone:#?}");
    println!(
        "sqlglot reads {} of {} statements; the list has a reason for each other",
        all.len() - found.len(),
        all.len()
    );
}

/// Tells of the views and their columns that `SQLAlchemy` knows; its names of views end with a place for a link.
const DICTIONARY: &str = r"
import json, sys
from sqlalchemy.dialects.oracle import dictionary
tables = dictionary.dictionary_meta.tables.values()
names = {table.name.removesuffix(dictionary.DB_LINK_PLACEHOLDER): list(table.columns.keys()) for table in tables}
json.dump(names, sys.stdout)
";

#[test]
fn the_lists_are_those_of_sqlalchemy() {
    let python = match SQLALCHEMY.python() {
        Ok(python) => python,
        Err(why) => return skip("SQLAlchemy", &why),
    };
    let theirs: BTreeMap<String, BTreeSet<String>> = answer(&python, DICTIONARY, "");
    let source = format!("SQLAlchemy {}, sqlalchemy/dialects/oracle/dictionary.py", SQLALCHEMY.version);
    let mut held = 0;
    for one in listed().into_iter().filter(|one| one.source.starts_with("SQLAlchemy")) {
        assert_eq!(one.source, source);
        // Two views are told of there by others that have more: see their notes.
        let of = match one.view.as_str() {
            "all_tab_columns" => "all_tab_cols",
            "user_objects" => "all_objects",
            same => same,
        };
        let left_out: Vec<&String> = theirs[of].difference(&one.columns).collect();
        assert!(one.columns.is_subset(&theirs[of]), "{}", one.view);
        assert!(left_out.iter().all(|column| one.note.contains(column.as_str())), "{}: {left_out:?}", one.view);
        held += 1;
    }
    println!("{held} lists are as in {source}");
}
