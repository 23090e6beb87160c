//! The SQL that loads the sample company into an Oracle, as far as it can be read without one.

use std::collections::BTreeMap;

use super::second_parser::{SQLGLOT, answer};
use pstral_pypackages::skip;

const COMPANY: &str = include_str!("../../../../demo/oracle/01_company.sql");
const ACCOUNT: &str = include_str!("../../../../demo/oracle/02_account.sql");
const EVERY_TYPE: &str = include_str!("../../tests/fixtures/every_type.sql");

/// Tables with their columns, in files where each column begins a line of its own.
fn tables(script: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut table = None;
    for line in script.lines() {
        if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
            table = rest.split_whitespace().next().map(|name| name.trim_start_matches("crm."));
        } else if !line.starts_with("    ") {
            table = None;
        } else if let (Some(table), Some(word)) = (table, line.split_whitespace().next())
            && word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        {
            found.entry(table).or_default().push(word);
        }
    }
    found
}

/// Without what belongs to SQL*Plus and to PL/SQL.
fn statements(script: &str) -> Vec<String> {
    let lines: Vec<&str> = script.lines().filter(|line| !line.starts_with("--")).collect();
    let script = lines.join("\n");
    let all = script.split(";\n").map(str::trim);
    let read = |statement: &&str| ["CREATE TABLE", "INSERT", "COMMENT"].iter().any(|word| statement.starts_with(word));
    all.filter(read).map(str::to_owned).collect()
}

#[test]
fn the_company_has_the_tables_of_the_demo() {
    assert_eq!(tables(COMPANY), tables(include_str!("../../../../demo/schema.sql")));
    assert!(tables(COMPANY).len() == 7 && ACCOUNT.contains("GRANT READ ON"));
}

#[test]
fn a_second_parser_reads_what_loads_it() {
    let python = match SQLGLOT.python() {
        Ok(python) => python,
        Err(why) => return skip("sqlglot", &why),
    };
    let all: Vec<String> = [COMPANY, EVERY_TYPE].into_iter().flat_map(statements).collect();
    let answers: Vec<Option<String>> =
        answer(&python, include_str!("sqlglot.py"), &serde_json::to_string(&all).unwrap());
    let refused: Vec<_> = all.iter().zip(answers).filter_map(|(sql, why)| Some((sql, why?))).collect();
    assert!(all.len() > 25 && refused.is_empty(), "{} read, but {refused:#?}", all.len());
}
