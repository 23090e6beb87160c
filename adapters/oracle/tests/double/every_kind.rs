//! A table with a column of every type.

use pstral_core::domain::Value;
use pstral_ocidouble::Oracle;

use crate::company::{Table, company, text};

/// A type, what the database holds, and what a person gets.
pub(crate) type Case = (&'static str, &'static str, Value);

/// Every type, some more than once.
pub(crate) fn kinds() -> Vec<Case> {
    let decimal = |digits: &str| Value::Decimal(digits.to_owned());
    let moment = |text: &str| Value::Timestamp(text.to_owned());
    vec![
        ("VARCHAR2(40)", "'été 😀'", text("été 😀")),
        ("NVARCHAR2(40)", "'naïve'", text("naïve")),
        ("CHAR(3)", "'ab '", text("ab ")),
        ("NCHAR(2)", "'œu'", text("œu")),
        ("ROWID", "'AAAR3sAAEAAAACXAAA'", text("AAAR3sAAEAAAACXAAA")),
        ("NUMBER(4)", "-1234", Value::Integer(-1234)),
        ("NUMBER(12,2)", "43", decimal("43.00")),
        ("NUMBER(10,-2)", "1200", Value::Integer(1200)),
        ("NUMBER", "x'302e30303030303030303031'", decimal("0.0000000001")),
        // All the digits that Oracle keeps; a blob is what SQLite does not round.
        (
            "NUMBER(38)",
            "x'3939393939393939393939393939393939393939393939393939393939393939393939393939'",
            decimal(&"9".repeat(38)),
        ),
        ("NUMBER", "x'2d312e35652d33'", decimal("-0.0015")),
        ("FLOAT(126)", "0.5", decimal("0.5")),
        ("BINARY_FLOAT", "0.1", Value::Real(0.1)),
        ("BINARY_DOUBLE", "0.30000000000000004", Value::Real(0.1 + 0.2)),
        ("DATE", "'2024-02-29'", Value::Date("2024-02-29".to_owned())),
        ("DATE", "'2024-02-29 13:14:15'", moment("2024-02-29 13:14:15")),
        // Before our era there is no ISO form.
        ("DATE", "'-4712-01-01'", text("-4712-01-01")),
        ("TIMESTAMP(9)", "'2024-02-29 13:14:15.000000001'", moment("2024-02-29 13:14:15.000000001")),
        ("TIMESTAMP(3) WITH TIME ZONE", "'2024-02-29 13:14:15.5 -03:30'", moment("2024-02-29 13:14:15.5-03:30")),
        ("TIMESTAMP(6) WITH LOCAL TIME ZONE", "'2024-02-29 13:14:15 +02:00'", moment("2024-02-29 13:14:15+02:00")),
        ("INTERVAL DAY(2) TO SECOND(6)", "'-3 04:05:06.5'", text("-3 04:05:06.5")),
        ("INTERVAL YEAR(2) TO MONTH", "'-1-6'", text("-1-06")),
        ("RAW(16)", "x'00ff'", Value::Bytes(vec![0, 255])),
        ("CLOB", "'un texte'", text("un texte")),
        ("NCLOB", "'déjà 😀 vu'", text("déjà 😀 vu")),
        ("BLOB", "x'0102'", Value::Bytes(vec![1, 2])),
        ("BOOLEAN", "1", Value::Boolean(true)),
    ]
}

/// A table `KINDS` with a column for each, in three rows: the values, nulls, the values again.
pub(crate) fn of_kinds(kinds: &[Case]) -> Oracle {
    let columns: Vec<String> = kinds.iter().enumerate().map(|(at, (kind, ..))| format!("C{at} {kind}")).collect();
    let values: Vec<&str> = kinds.iter().map(|(_, value, _)| *value).collect();
    let nulls = vec!["NULL"; values.len()];
    let rows = format!(
        "INSERT INTO KINDS VALUES (1, {}); INSERT INTO KINDS VALUES (2, {}); INSERT INTO KINDS SELECT 3, {} FROM KINDS WHERE ID = 1",
        values.join(", "),
        nulls.join(", "),
        (0..values.len()).map(|at| format!("C{at}")).collect::<Vec<_>>().join(", ")
    );
    company(&[Table { name: "KINDS", columns: &format!("ID NUMBER(4) PRIMARY KEY, {}", columns.join(", ")) }], &rows)
}
