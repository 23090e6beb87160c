//! Every type of a column, with and without a value, through the driver's own conversions.

use pstral_core::domain::{Limits, Value};
use pstral_core::ports::QueryTarget as _;
use tokio_util::sync::CancellationToken;

use crate::company::{Table, WIDE, approved, company, drain, run, text};
use crate::every_kind::{Case, kinds, of_kinds};
use crate::server::Server;

/// The cases of the double, with what the server cannot send or the driver reads otherwise.
fn cases() -> Vec<Case> {
    let moment = |text: &str| Value::Timestamp(text.to_owned());
    let other = |case: Case| match case.0 {
        // The server's times have microseconds.
        "TIMESTAMP(9)" => (case.0, "'2024-02-29 13:14:15.000001'", moment("2024-02-29 13:14:15.000001")),
        // Without its offset, in the zone of the session.
        "TIMESTAMP(6) WITH LOCAL TIME ZONE" => (case.0, "'2024-02-29 13:14:15.5'", moment("2024-02-29 13:14:15.5")),
        _ => case,
    };
    kinds().into_iter().map(other).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_type_is_read_and_each_null() {
    // The columns of a frame have no types in the server; times with their offset have a test of their own.
    let cases: Vec<Case> = cases().into_iter().filter(|(kind, ..)| !kind.ends_with("WITH TIME ZONE")).collect();
    let oracle = of_kinds(&cases);
    for version in ["19_1", "23_4"] {
        let Some(server) = Server::of(&oracle, version, "12C_SHA2") else { return };
        let whole = run(&server.target(), "SELECT * FROM kinds ORDER BY id").await.unwrap();
        assert_eq!(whole.rows.len(), 3);
        for (at, (kind, stored, expected)) in cases.iter().enumerate() {
            assert_eq!(whole.rows[0][at + 1], *expected, "{kind} {stored}");
            assert_eq!(whole.rows[1][at + 1], Value::Null, "{kind}");
            assert_eq!(whole.rows[2][at + 1], *expected, "{kind} behind a null");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn times_keep_their_offset() {
    let oracle = company(
        &[Table {
            name: "EVENTS",
            columns: "ID NUMBER(4) PRIMARY KEY, AT TIMESTAMP(3) WITH TIME ZONE, NAME VARCHAR2(40)",
        }],
        "INSERT INTO EVENTS VALUES (1, '2024-02-29 13:14:15.5 -03:30', 'x'), (2, NULL, NULL)",
    );
    let Some(server) = Server::start(&oracle) else { return };
    let expected = [
        vec![Value::Integer(1), Value::Timestamp("2024-02-29 13:14:15.5-03:30".to_owned()), text("x")],
        vec![Value::Integer(2), Value::Null, Value::Null],
    ];
    for sql in [
        "SELECT id, at, name FROM events ORDER BY id",
        "WITH e AS (SELECT id, at, name FROM events) SELECT id, at, name FROM e ORDER BY id",
    ] {
        let whole = run(&server.target(), sql).await.unwrap();
        assert_eq!(whole.rows, expected, "{sql}");
        let names: Vec<&str> = whole.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["ID", "AT", "NAME"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_and_vectors_leave_the_others_and_their_names() {
    let docs = Table { name: "DOCS", columns: "ID NUMBER(4) PRIMARY KEY, DOC JSON, NAME VARCHAR2(40), NEAR VECTOR" };
    let oracle = company(&[docs], "INSERT INTO DOCS VALUES (1, '{\"a\": 1}', 'a', '[1.0, 2.0]')");
    let Some(server) = Server::start(&oracle) else { return };
    let whole = run(&server.target(), "SELECT id, doc, name, near FROM docs").await.unwrap();
    let none = |name: &str| Value::Unsupported(name.to_owned());
    assert_eq!(whole.rows, [[Value::Integer(1), none("JSON"), text("a"), none("VECTOR")]]);
    let names: Vec<&str> = whole.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["ID", "DOC", "NAME", "NEAR"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn large_objects_come_whole_and_are_cut() {
    let texts =
        Table { name: "TEXTS", columns: "ID NUMBER(4) PRIMARY KEY, BODY CLOB, NATIONAL NCLOB, SCAN BLOB, OLD LONG" };
    let (long, pairs) = ("é".repeat(100_000), "😀".repeat(50_000));
    let rows = format!(
        "INSERT INTO TEXTS VALUES (1, '{long}', '{pairs}', zeroblob(200000), 'x'), (2, '{pairs}', '{long}', x'0102', NULL), (3, NULL, NULL, NULL, NULL)"
    );
    let oracle = company(&[texts], &rows);
    let Some(server) = Server::start(&oracle) else { return };
    let target = server.target();
    let sql = "SELECT body, national, scan, old FROM texts ORDER BY id";
    let whole = run(&target, sql).await.unwrap();
    assert_eq!(whole.rows[0], [text(&long), text(&pairs), Value::Bytes(vec![0; 200_000]), text("x")]);
    assert_eq!(whole.rows[1], [text(&pairs), text(&long), Value::Bytes(vec![1, 2]), Value::Null]);
    assert_eq!(whole.rows[2], [Value::Null, Value::Null, Value::Null, Value::Null]);

    let statement = approved(&target, sql, Limits { cell_bytes: 11, ..WIDE }).await;
    let stream = target.execute(&statement, "camille.durand", CancellationToken::new()).await.unwrap();
    let cut = drain(stream).await.unwrap();
    assert_eq!(cut.rows[0], [text("éééé…"), text("😀😀…"), Value::Bytes(vec![0; 11]), text("x")]);
    assert_eq!(cut.ending.cut_cells, 5);

    // The names of the columns tell that there are large objects; without them it runs again.
    assert_eq!(run(&target, "SELECT * FROM texts").await.unwrap().rows.len(), 3);
    let runs = |beginning: &str| oracle.count(&format!("execute\tcamille.durand\t{beginning}"));
    assert_eq!((runs("SELECT body"), runs("SELECT * ")), (2, 2));
}
