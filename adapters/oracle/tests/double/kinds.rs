//! Every type of a column, with and without a value, through ODPI-C's own conversions.

use pstral_core::domain::{Limits, Value};
use pstral_core::ports::QueryTarget as _;
use tokio_util::sync::CancellationToken;

use crate::company::{Table, WIDE, approved, company, drain, run, target, text};
use crate::every_kind::{kinds, of_kinds};

#[tokio::test(flavor = "multi_thread")]
async fn each_type_is_read_and_each_null() {
    let oracle = of_kinds(&kinds());
    let whole = run(&target(&oracle), "SELECT * FROM kinds ORDER BY id").await.unwrap();
    assert_eq!(whole.rows.len(), 3);
    for (at, (kind, stored, expected)) in kinds().into_iter().enumerate() {
        assert_eq!(whole.rows[0][at + 1], expected, "{kind} {stored}");
        assert_eq!(whole.rows[1][at + 1], Value::Null, "{kind}");
        assert_eq!(whole.rows[2][at + 1], expected, "{kind} behind a null");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn long_cells_are_cut_and_no_more_is_read_of_them() {
    let texts = Table {
        name: "TEXTS",
        columns: "ID NUMBER(4) PRIMARY KEY, BODY CLOB, NATIONAL NCLOB, SCAN BLOB, NAME VARCHAR2(4000)",
    };
    let long = "é".repeat(300_000);
    let rows = format!(
        "INSERT INTO TEXTS VALUES (1, '{long}', '{long}', zeroblob(1000000), '{}'), (2, '', '', x'', ''), (3, 'abcdé', 'abcdé', x'0102030405', 'abcdé')",
        "é".repeat(2000)
    );
    let oracle = company(&[texts], &rows);
    let target = target(&oracle);
    let limits = Limits { cell_bytes: 5, ..WIDE };
    let statement = approved(&target, "SELECT body, national, scan, name FROM texts ORDER BY id", limits).await;
    let whole =
        drain(target.execute(&statement, "camille.durand", CancellationToken::new()).await.unwrap()).await.unwrap();
    let cut = |text: &str| Value::Text(text.to_owned());
    assert_eq!(whole.rows[0], [cut("é…"), cut("é…"), Value::Bytes(vec![0; 5]), cut("é…")]);
    assert_eq!(whole.rows[1], [text(""), text(""), Value::Bytes(Vec::new()), Value::Null]);
    assert_eq!(whole.rows[2], [cut("ab…"), cut("ab…"), Value::Bytes(vec![1, 2, 3, 4, 5]), cut("ab…")]);
    assert_eq!(whole.ending.cut_cells, 7);
    // Six objects with something in them: one round trip each.
    assert_eq!(oracle.count("lob\t"), 6);

    let whole = run(&target, "SELECT body FROM texts WHERE id = 1").await.unwrap();
    assert_eq!(whole.rows, [[text(&long)]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_that_cannot_be_read_leave_the_others_and_their_names() {
    let docs = Table {
        name: "DOCS",
        columns: "ID NUMBER(4) PRIMARY KEY, DOC JSON, NAME VARCHAR2(40), NEAR VECTOR, OLD LONG, RAWER LONG RAW, PLACE ROWID, AT TIMESTAMP(3), SPAN INTERVAL YEAR(2) TO MONTH",
    };
    let oracle = company(
        &[docs],
        "INSERT INTO DOCS VALUES (1, '{}', 'a', '[1]', 'x', x'01', 'AAAR3sAAEAAAACXAAA', '2024-02-29 01:02:03.5', '1-6')",
    );
    let whole =
        run(&target(&oracle), "SELECT id, doc, name, near, old, rawer, place, at, span FROM docs").await.unwrap();
    let none = |name: &str| Value::Unsupported(name.to_owned());
    let read = |text: &str| Value::Text(text.to_owned());
    let expected = [
        Value::Integer(1),
        none("JSON"),
        read("a"),
        none("VECTOR"),
        none("LONG"),
        none("LONG RAW"),
        read("AAAR3sAAEAAAACXAAA"),
        Value::Timestamp("2024-02-29 01:02:03.5".to_owned()),
        read("1-06"),
    ];
    assert_eq!(whole.rows, [expected]);
    let names: Vec<&str> = whole.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["ID", "DOC", "NAME", "NEAR", "OLD", "RAWER", "PLACE", "AT", "SPAN"]);
    assert_eq!(oracle.record().iter().filter(|line| line.contains("DBMS_SQL.DESCRIBE_COLUMNS3")).count(), 1);
}
