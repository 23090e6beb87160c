//! `pstral sql check`: the guard from the command line.

use serde_json::{Value, json};

use crate::program::Place;

const CATALOG: &str = r#"{"dialect": "DIALECT", "default_schema": "main", "tables": [
    {"schema": "main", "name": "clients", "columns": [{"name": "id", "type": "INTEGER"}, {"name": "city", "type": "TEXT"}]}]}"#;

/// A statement without its layout.
fn words(statement: &str) -> String {
    statement.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn each_dialect_allows_and_denies() {
    let place = Place::new();
    for dialect in ["oracle", "postgres", "sqlite"] {
        // What is not quoted is in upper case in Oracle's catalog.
        let catalog = if dialect == "oracle" {
            CATALOG.replace("clients", "CLIENTS").replace("id\"", "ID\"")
        } else {
            CATALOG.to_owned()
        };
        place.write("catalog.json", catalog.replace("DIALECT", dialect));
        let check = ["sql", "check", "--dialect", dialect, "--catalog", "catalog.json"];
        let allowed = place.run_with(&check, "SELECT id FROM clients -- all\n").code(0);
        // Which schema it is is said where it matters.
        let from = if dialect == "postgres" { "main.clients" } else { "clients" };
        assert_eq!(words(&allowed.out.to_lowercase()), format!("select id from {from}"), "what would run is printed");
        place.run_with(&check, "DELETE FROM clients").code(3).says(&["1:1 not-a-query: ", "nothing is ever changed"]);
        place.run_with(&check, "SELECT id\nFROM cliens").code(3).says(&["2:6 relation-unknown: ", "Did you mean"]);
    }
}

#[test]
fn the_verdict_can_be_read_by_programs() {
    let place = Place::new();
    place.write("catalog.json", CATALOG.replace("DIALECT", "sqlite"));
    place.write("policy.toml", "deny = [\"clients.city\"]");
    let check = |statement: &str, code| -> Value {
        let words =
            ["sql", "check", "--dialect", "sqlite", "--catalog", "catalog.json", "--policy", "policy.toml", "--json"];
        serde_json::from_str(&place.run_with(&words, statement).code(code).out).unwrap()
    };
    let allowed = check("SELECT id FROM clients", 0);
    assert_eq!(allowed["verdict"], "allow");
    assert_eq!(allowed["rule"], Value::Null);
    assert_eq!(words(allowed["statement"].as_str().unwrap()), "SELECT id FROM clients");
    assert_eq!(allowed["relations"].as_array().unwrap().len(), 1, "{allowed}");
    let denied = check("SELECT city FROM clients", 3);
    assert_eq!((&denied["verdict"], &denied["rule"]), (&json!("deny"), &json!("column-denied")));
    assert_eq!((&denied["line"], &denied["column"], &denied["statement"]), (&json!(1), &json!(8), &Value::Null));
}

#[test]
fn a_policy_may_tell_roles_apart() {
    let place = Place::new();
    place.write("catalog.json", CATALOG.replace("DIALECT", "sqlite"));
    place.write("policy.toml", "[roles.support]\ndeny = [\"clients.city\"]\n[roles.sales]\nallow = [\"clients\"]\n");
    let check = |roles: &[&str], code| {
        let words = ["sql", "check", "--dialect", "sqlite", "--catalog", "catalog.json", "--policy", "policy.toml"];
        let roles = roles.iter().flat_map(|role| ["--role", role]);
        place.run_with(&words.into_iter().chain(roles).collect::<Vec<_>>(), "SELECT city FROM clients").code(code)
    };
    check(&["sales"], 0);
    check(&["support"], 3).says(&["1:8 column-denied: "]);
    check(&["sales", "support"], 3).says(&["column-denied"]);
    check(&[], 2).says(&["the policy has roles: add --role, one of sales, support"]);
    check(&["direction"], 2).says(&["role direction is not one of: sales, support"]);
    place.write("policy.toml", "{\"deny\": [\"clients.city\", \"clients.ctiy\"]}");
    check(&[], 3).says(&["column-denied", "no table or column that the account can read: clients.ctiy"]);
}

#[test]
fn each_line_has_its_verdict_whatever_the_others_are() {
    let place = Place::new();
    let mut input = [
        r#"{"id": "a", "dialect": "postgres", "sql": "SELECT 1"}"#,
        r#"{"id": 2, "sql": "SELECT 1"}"#,
        "",
        "nonsense",
        r#"{"id": "c", "dialect": "mysql", "sql": "SELECT 1"}"#,
        r#"{"id": "d", "dialect": "sqlite"}"#,
        r#"{"id": "e", "dialect": "sqlite", "sql": "SELECT 1; DROP TABLE x"}"#,
    ]
    .join("\n")
    .into_bytes();
    input.extend(b"\n\xff\xfe\n");
    input
        .extend(format!("{{\"id\": \"long\", \"dialect\": \"sqlite\", \"sql\": \"{}\"}}", "x".repeat(200_000)).bytes());
    let ended = place.run_with(&["sql", "check", "--lines"], &input).code(0);
    let verdicts: Vec<Value> = ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let seen: Vec<_> = verdicts.iter().map(|line| json!([line["id"], line["verdict"], line["rule"]])).collect();
    assert_eq!(
        seen,
        [
            json!(["a", "allow", null]),
            json!([2, "deny", "input"]),
            json!([null, "deny", "input"]),
            json!(["c", "deny", "input"]),
            json!(["d", "deny", "input"]),
            json!(["e", "deny", "several-statements"]),
            json!([null, "deny", "input"]),
            json!(["long", "deny", "too-long"]),
        ],
    );
    let with_default = place.run_with(&["sql", "check", "--lines", "--dialect", "oracle"], "{\"sql\":\"SELECT 1\"}\n");
    assert!(with_default.code(0).out.contains("\"verdict\":\"allow\""));
}

#[test]
fn statements_come_from_files_and_pipes() {
    let place = Place::new();
    place.write("one.sql", "SELECT 1\n");
    let check = ["sql", "check", "--dialect", "sqlite"];
    for file in [&["one.sql"][..], &["-"], &[]] {
        let words: Vec<&str> = check.iter().chain(file).copied().collect();
        assert_eq!(self::words(&place.run_with(&words, "SELECT 1").code(0).out), "SELECT 1");
    }
    place.run(&[&check[..], &["none.sql"]].concat()).code(2).says(&["Cannot read none.sql"]);
    place.run(&[&check[..], &["--catalog", "none.json"]].concat()).code(2).says(&["Cannot read none.json"]);
    place.write("bad.json", "{");
    place.run(&[&check[..], &["--catalog", "bad.json"]].concat()).code(2).says(&["Cannot read bad.json"]);
    place.run(&["sql", "check", "one.sql"]).code(2).says(&["--dialect"]);
    place.run(&["sql", "check", "--dialect", "mysql"]).code(2).says(&["mysql"]);
    place.run(&check).code(3).says(&["empty"]);
    place.run_with(&check, b"\xff\x00SELECT").code(3).says(&["1:1"]);
}
