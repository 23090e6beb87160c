//! Values that are written into a statement and must come back as what they are.

use pstral_core::domain::{Dialect, Value};

/// A value as the database writes it.
pub(super) struct Known {
    /// The database's name of the type.
    pub(super) kind: &'static str,
    /// An expression of that type.
    pub(super) expression: &'static str,
    /// It as Pstral must read it.
    pub(super) value: Value,
    /// A parameter can be compared with it: not a large object, nor what Pstral reads as text of its own.
    pub(super) compares: bool,
}

fn known(kind: &'static str, expression: &'static str, value: Value) -> Known {
    Known { kind, expression, value, compares: true }
}

/// One that is read, and not compared.
fn read(kind: &'static str, expression: &'static str, value: Value) -> Known {
    Known { compares: false, ..known(kind, expression, value) }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn decimal(digits: &str) -> Value {
    Value::Decimal(digits.to_owned())
}

fn moment(text: &str) -> Value {
    Value::Timestamp(text.to_owned())
}

/// A value of each type that a statement can write in this dialect.
pub(super) fn values(dialect: Dialect) -> Vec<Known> {
    let day = || Value::Date("2024-02-29".to_owned());
    match dialect {
        Dialect::Oracle => oracle(),
        Dialect::Postgres => vec![
            known("text", "CAST('été 😀' AS text)", text("été 😀")),
            known("integer", "CAST(-1234 AS integer)", Value::Integer(-1234)),
            known("bigint", "CAST(9007199254740993 AS bigint)", Value::Integer(9_007_199_254_740_993)),
            known("numeric", "CAST(-1234.50 AS numeric(12,2))", decimal("-1234.50")),
            known("double precision", "CAST(0.1 AS double precision)", Value::Real(0.1)),
            known("boolean", "true", Value::Boolean(true)),
            known("date", "CAST('2024-02-29' AS date)", day()),
            known("timestamp", "CAST('2024-02-29 13:14:15.125' AS timestamp)", moment("2024-02-29 13:14:15.125")),
        ],
        Dialect::Sqlite => vec![
            known("TEXT", "'été 😀'", text("été 😀")),
            known("INTEGER", "9007199254740993", Value::Integer(9_007_199_254_740_993)),
            known("REAL", "0.1", Value::Real(0.1)),
        ],
    }
}

/// Beyond ASCII only by UNISTR, in the national character set: the database's own, in which parameters travel, may lack a
/// character.
fn oracle() -> Vec<Known> {
    vec![
        known("VARCHAR2", "CAST('l''ete' AS VARCHAR2(40))", text("l'ete")),
        read("NVARCHAR2", r"UNISTR('\00E9t\00E9 \D83D\DE00')", text("été 😀")),
        known("CHAR", "CAST('ab' AS CHAR(3))", text("ab ")),
        known("NUMBER", "-1234.5", decimal("-1234.5")),
        known("NUMBER(12,2)", "CAST(43 AS NUMBER(12,2))", decimal("43.00")),
        known("NUMBER(38)", "CAST(99999999999999999999999999999999999999 AS NUMBER(38))", decimal(&"9".repeat(38))),
        known("FLOAT", "CAST(0.5 AS FLOAT)", decimal("0.5")),
        read("BINARY_FLOAT", "TO_BINARY_FLOAT('0.1')", Value::Real(0.1)),
        known("BINARY_DOUBLE", "TO_BINARY_DOUBLE('0.1')", Value::Real(0.1)),
        known("DATE", "DATE '2024-02-29'", Value::Date("2024-02-29".to_owned())),
        known(
            "DATE (hh:mm:ss)",
            "TO_DATE('2024-02-29 13:14:15', 'YYYY-MM-DD HH24:MI:SS')",
            moment("2024-02-29 13:14:15"),
        ),
        known("TIMESTAMP", "TIMESTAMP '2024-02-29 13:14:15.125'", moment("2024-02-29 13:14:15.125")),
        known(
            "TIMESTAMP WITH TIME ZONE",
            "TIMESTAMP '2024-02-29 13:14:15.5 -03:30'",
            moment("2024-02-29 13:14:15.5-03:30"),
        ),
        read("INTERVAL DAY TO SECOND", "INTERVAL '-3 04:05:06.5' DAY TO SECOND", text("-3 04:05:06.5")),
        read("INTERVAL YEAR TO MONTH", "INTERVAL '1-6' YEAR TO MONTH", text("1-06")),
        known("RAW", "HEXTORAW('00FF')", Value::Bytes(vec![0, 255])),
        read("CLOB", "TO_CLOB('un texte')", text("un texte")),
        read("NCLOB", "TO_NCLOB('un texte')", text("un texte")),
    ]
}

/// Numbers from one on, as `n`; each database writes a recursion in its own way.
pub(super) fn numbers(dialect: Dialect, most: u32) -> String {
    let (recursive, dual) = match dialect {
        Dialect::Oracle => ("", " FROM dual"),
        Dialect::Postgres | Dialect::Sqlite => (" RECURSIVE", ""),
    };
    format!("WITH{recursive} n (i) AS (SELECT 1{dual} UNION ALL SELECT i + 1 FROM n WHERE i < {most})")
}

/// A statement that would run for minutes, without a row until then.
pub(super) fn slow(dialect: Dialect) -> String {
    let joined = "FROM n a JOIN n b ON a.i < b.i JOIN n c ON b.i < c.i JOIN n d ON c.i < d.i";
    format!("{} SELECT count(*) AS c {joined}", numbers(dialect, 1000))
}

/// A statement with this list and no table.
pub(super) fn select(dialect: Dialect, list: &str) -> String {
    let dual = if dialect == Dialect::Oracle { " FROM dual" } else { "" };
    format!("SELECT {list}{dual}")
}
