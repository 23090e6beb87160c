//! `pstral target check`: on a file, on a server, and through Oracle's client library.

use pstral_ocidouble::{Table, company};
use pstral_pgserver::Server;
use secrecy::ExposeSecret as _;
use serde_json::Value;

use crate::program::{Ended, Place};

/// A place with a target of these lines.
fn place(target: &str) -> Place {
    let place = Place::new();
    place.write("pstral.toml", format!("data = \".\"\n[targets.crm]\n{target}\n"));
    place
}

fn check(place: &Place) -> Ended {
    place.run(&["target", "check", "crm", "--config", "pstral.toml", "--report", "report.json"])
}

/// Each step with its state, and what is said of it where it is told without times.
fn steps(place: &Place) -> Vec<(String, String, String)> {
    let report: Value = serde_json::from_slice(&std::fs::read(place.path("report.json")).unwrap()).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let steps = report["steps"].as_array().unwrap().iter();
    steps.map(|step| (text(&step["step"]), text(&step["state"]), text(&step["fact"]))).collect()
}

fn failed(place: &Place) -> Vec<String> {
    steps(place).into_iter().filter(|(_, state, _)| state == "failed").map(|(step, ..)| step).collect()
}

#[test]
fn a_file_shows_all_that_a_file_has() {
    let place = place("kind = \"sqlite\"\npath = \"crm.db\"\ndeny = [\"people.secret\"]");
    let script = "CREATE TABLE people (id INTEGER PRIMARY KEY, secret BLOB, name TEXT, kind SALARY_GRADE);
        INSERT INTO people VALUES (1, x'00', 'Camille Durand', 'high')";
    rusqlite::Connection::open(place.path("crm.db")).unwrap().execute_batch(script).unwrap();
    check(&place).code(0).says(&["time limit · ok · a slow statement ended "]);
    let report = std::fs::read_to_string(place.path("report.json")).unwrap().to_lowercase();
    for private in ["people", "camille", "salary", "crm"] {
        assert!(!report.contains(private), "{private}: {report}");
    }
    let columns = steps(&place).pop().unwrap();
    assert_eq!(columns.2, "3 of 3 types could be read; closed by your rules, not tried: 1");
    check(&place).code(2).says(&["report.json is there already"]);
    place.run(&["audit", "tail", "--config", "pstral.toml"]).code(0).says(&["target.checked ok", "for pstral"]);
    place.run(&["target", "check", "hr", "--config", "pstral.toml"]).code(2).says(&["Known databases: crm"]);
}

#[test]
fn without_a_connection_nothing_else_is_tried() {
    let place = place("kind = \"sqlite\"\npath = \"crm.db\"");
    check(&place).code(1).says(&["connection · failed", "→ Check [targets.crm] path", "Nothing else was tried."]);
    assert_eq!(steps(&place).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_read_limited_and_stopped() {
    let Some(server) = Server::start() else { return };
    server.batch("CREATE TABLE clients (id integer PRIMARY KEY, born date); CREATE ROLE reader LOGIN;").await;
    server.batch("GRANT SELECT ON clients TO reader; REVOKE CREATE, TEMPORARY ON DATABASE postgres FROM PUBLIC").await;
    let url = server.url("reader");
    let place = place(&format!("kind = \"postgres\"\nurl = \"{}\"", url.expose_secret()));
    check(&place).code(0);
    assert_eq!(failed(&place), Vec::<String>::new());
}

#[test]
fn oracle_s_client_library_shows_each_step() {
    let people = Table { name: "PEOPLE", columns: "ID NUMBER(4) PRIMARY KEY, BORN DATE, DOC JSON, NOTES CLOB" };
    let oracle = company(&[people], "INSERT INTO PEOPLE VALUES (1, '2024-02-29', '{}', 'déjà')");
    let place = place(&format!(
        "kind = \"oracle\"\nconnect = \"{}\"\nuser = \"bot\"\npassword = \"secret\"\nclient_folder = \"{}\"",
        oracle.connect(),
        pstral_ocidouble::client().display()
    ));
    check(&place).code(0);
    let facts: Vec<String> = steps(&place).into_iter().map(|(step, _, fact)| format!("{step}: {fact}")).collect();
    let facts = facts.join("\n");
    for expected in [
        "account: reads, and nothing more",
        "types: 18 of 18 types",
        "parameters: 12 of 12 kinds",
        "plan: estimated at 12 ",
        "columns: 4 of 4 types could be read; shown by the name of the type alone: JSON",
    ] {
        assert!(facts.contains(expected), "{expected:?} is missing: {facts}");
    }
}
