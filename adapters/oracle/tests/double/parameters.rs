//! Parameters as they reach the server, byte by byte.

use std::collections::BTreeMap;

use pstral_core::domain::Value;
use pstral_core::ports::QueryTarget as _;
use tokio_util::sync::CancellationToken;

use crate::company::{Table, WIDE, approved, company, drain, target};

/// A value, the number of the type it is bound as, and its bytes or text. The bytes of numbers are those that Oracle
/// documents: an exponent of 100, then digits to that base, each one more than it is, or 101 less it and a last 102.
/// <https://docs.oracle.com/en/database/oracle/oracle-database/21/lnoci/data-types.html>
fn parameters() -> Vec<(Value, u16, &'static str)> {
    let decimal = |digits: &str| Value::Decimal(digits.to_owned());
    vec![
        (Value::Null, 1, "null"),
        (Value::Integer(0), 6, "80"),
        (Value::Integer(1), 6, "c102"),
        (Value::Integer(5), 6, "c106"),
        (Value::Integer(-5), 6, "3e6066"),
        (Value::Integer(2767), 6, "c21c44"),
        (Value::Integer(-2767), 6, "3d4a2266"),
        (Value::Integer(100_000), 6, "c30b"),
        (decimal("1234567"), 6, "c402182e44"),
        (decimal("0.01"), 6, "c002"),
        (decimal("-0.001"), 6, "405b66"),
        (decimal("43.25"), 6, "c12c1a"),
        (decimal("99999999999999999999999999999999999999"), 6, "d364646464646464646464646464646464646464"),
        (Value::Boolean(true), 6, "c102"),
        (Value::Real(0.5), 22, "0.5"),
        (Value::Text("l'été 😀".to_owned()), 1, "l'été 😀"),
        (Value::Text(String::new()), 1, ""),
        (Value::Date("2024-02-29".to_owned()), 156, "2024-02-29"),
        (Value::Timestamp("2024-02-29 13:14:15".to_owned()), 156, "2024-02-29 13:14:15"),
        (Value::Timestamp("2024-02-29 13:14:15.5".to_owned()), 187, "2024-02-29 13:14:15.500000000"),
        (Value::Timestamp("2024-02-29 13:14:15-03:30".to_owned()), 188, "2024-02-29 13:14:15 -03:30"),
        (Value::Bytes(vec![0, 255]), 23, "00ff"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn each_value_reaches_the_server_as_what_it_is() {
    let oracle = company(&[Table { name: "ITEMS", columns: "ID NUMBER(4) PRIMARY KEY, NAME VARCHAR2(40)" }], "");
    let target = target(&oracle);
    let statement = approved(&target, "SELECT id FROM items WHERE name = :wanted OR :wanted IS NULL", WIDE).await;
    for (value, kind, expected) in parameters() {
        let before = oracle.count("bind\t:wanted");
        let bound = statement.clone().bind(&BTreeMap::from([("wanted".to_owned(), value.clone())])).unwrap();
        let stream = target.execute(&bound, "camille.durand", CancellationToken::new()).await.unwrap();
        drain(stream).await.unwrap();
        let record = oracle.record();
        let line = record.iter().filter(|line| line.starts_with("bind\t:wanted")).nth(before).unwrap();
        assert!(line.ends_with(&format!("\t{kind}\t{expected}")), "{value:?}: {line}, {kind} {expected} expected");
    }
}
