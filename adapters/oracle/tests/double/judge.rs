//! A client that nobody here wrote judges the double: python-oracledb, in thick mode on its own ODPI-C, and in thin mode
//! over Oracle's network protocol, which `seerdb` serves from the same file.

use std::process::Command;

use pstral_ocidouble::Oracle;
use pstral_pypackages::skip;
use serde_json::{Value, json};

use crate::company::{Table, company};
use crate::python::ORACLEDB;
use crate::volume::{Trips, numbers, trips};

/// A script of Python on a database, with what it saw; `None` where there is no Python.
fn python(script: &str, words: &[&str]) -> Option<Value> {
    let python = ORACLEDB.python().map_err(|why| skip("python-oracledb", &why)).ok()?;
    let ended = Command::new(python).args(["-c", script]).args(words).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    Some(serde_json::from_slice(&ended.stdout).unwrap())
}

fn judge(oracle: &Oracle, mode: &str) -> Option<Value> {
    let client = pstral_ocidouble::client().display().to_string();
    python(include_str!("judge.py"), &[&client, &oracle.connect(), mode])
}

/// A table with a row of values, and one of nulls.
fn kinds() -> Oracle {
    let columns = "ID NUMBER(4) PRIMARY KEY, WHOLE NUMBER(10), EXACT NUMBER(38,2), NAME VARCHAR2(40), FIXED CHAR(3), \
         DAY DATE, FINE TIMESTAMP(9), SPAN INTERVAL DAY(2) TO SECOND(6), FAST BINARY_DOUBLE, BYTES RAW(4), BODY CLOB, \
         SCAN BLOB";
    let row = "INSERT INTO KINDS VALUES (1, -1234, 0.25, 'été 😀', 'ab ', '2024-02-29 13:14:15', \
         '2024-02-29 13:14:15.000001', '3 04:05:06.5', 0.5, x'00ff', 'déjà 😀', x'0102'), \
         (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)";
    company(&[Table { name: "KINDS", columns }], row)
}

#[test]
fn another_client_reads_the_same_values() {
    let oracle = kinds();
    let Some(seen) = judge(&oracle, "values") else { return };
    let kinds = [
        "NUMBER",
        "NUMBER",
        "NUMBER",
        "VARCHAR",
        "CHAR",
        "DATE",
        "TIMESTAMP",
        "INTERVAL_DS",
        "BINARY_DOUBLE",
        "RAW",
        "CLOB",
        "BLOB",
    ];
    assert_eq!(seen["columns"], json!(kinds.map(|kind| format!("DB_TYPE_{kind}"))));
    let first = json!([
        "1",
        "-1234",
        "0.25",
        "'été 😀'",
        "'ab '",
        "datetime.datetime(2024, 2, 29, 13, 14, 15)",
        "datetime.datetime(2024, 2, 29, 13, 14, 15, 1)",
        "datetime.timedelta(days=3, seconds=14706, microseconds=500000)",
        "0.5",
        "b'\\x00\\xff'",
        "'déjà 😀'",
        "b'\\x01\\x02'"
    ]);
    assert_eq!(seen["rows"][0], first);
    assert_eq!(seen["rows"][1][0], "2");
    assert!(seen["rows"][1].as_array().unwrap()[1..].iter().all(|cell| cell == "None"), "{}", seen["rows"][1]);
    assert_eq!(seen["found"], 1);
    assert_eq!(seen["errors"], json!(["ORA-00942", "ORA-01008"]), "{seen}");
    let record = oracle.record();
    assert!(record.iter().any(|line| line.starts_with("execute\tjudge\t")), "it is named to the server");
    assert!(record.iter().any(|line| line.starts_with("left\tlobs 0 rowids 0 moments 0 spans 0;")));
}

#[test]
fn the_network_protocol_shows_what_the_double_shows() {
    let oracle = kinds();
    let Some(over_network) = python(include_str!("tns.py"), &[&oracle.connect()]) else { return };
    let through_client = judge(&oracle, "values").unwrap();
    for what in ["columns", "rows", "found"] {
        assert_eq!(over_network[what], through_client[what], "{what}");
    }
    assert_eq!(over_network["errors"][0], through_client["errors"][0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_round_trips_than_another_client_makes() {
    let oracle = numbers(10_000);
    for (mode, columns) in [("plain", "id, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10"), ("objects", "*")] {
        let ours = trips(&oracle, &format!("SELECT {columns} FROM numbers")).await;
        let before = (oracle.count("fetch"), oracle.count("lob\t"));
        let Some(seen) = judge(&oracle, mode) else { return };
        let fetches = oracle.count("fetch") - before.0;
        let lobs = oracle.count("lob\t") - before.1;
        println!(
            "10,000 rows, {mode}: Pstral {} fetches and {} reads of objects; python-oracledb {fetches} and {lobs}",
            ours.fetches, ours.lobs
        );
        assert_eq!(seen["rows"], 10_000);
        assert_eq!(ours, Trips { rows: 10_000, fetches, lobs });
    }
}
