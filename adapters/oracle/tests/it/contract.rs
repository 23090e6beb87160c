//! A real server keeps the contract of every target, and shows each type.

use futures::StreamExt as _;
use oracle::Connection;
use pstral_core::domain::{Limits, Value};
use pstral_core::guard::{Guard, Policy, Rules, Verdict};
use pstral_core::ports::{Batch, QueryTarget};
use pstral_core::testkit::query_target::contract;
use pstral_oracle::OracleTarget;
use tokio_util::sync::CancellationToken;

use crate::server::Server;

/// The statements that create the contract's fixture on Oracle. A body is longer than a VARCHAR2 may be by default.
const FIXTURE: &[&str] = &[
    "CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR2(40), price NUMBER(10,2), made_on DATE)",
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, item_id INTEGER REFERENCES items(id), title VARCHAR2(40), body CLOB)",
    "INSERT INTO items SELECT LEVEL, CASE WHEN MOD(LEVEL, 10) <> 0 THEN 'item ' || LEVEL END, LEVEL + 0.25, \
     DATE '2024-01-01' + MOD(LEVEL, 28) FROM dual CONNECT BY LEVEL <= 1000",
    "INSERT INTO notes VALUES (1, 1, NULL, '')",
    "INSERT INTO notes SELECT 2, 1, NULL, TO_CLOB(e) || e || e || e || e || e || e || e || e || e FROM \
     (SELECT RPAD(TO_CHAR(UNISTR('\\00E9')), 1000, TO_CHAR(UNISTR('\\00E9'))) AS e FROM dual)",
    "INSERT INTO notes VALUES (3, 2, 'it''s; -- \"fine\"', 'short')",
];

const KINDS: &[&str] = &[
    "CREATE TABLE pstral_kinds (id NUMBER(4) PRIMARY KEY, whole NUMBER(38), exact NUMBER, money NUMBER(12,2), \
     fast BINARY_DOUBLE, day DATE, moment DATE, fine TIMESTAMP(6), zoned TIMESTAMP(3) WITH TIME ZONE, \
     span INTERVAL DAY TO SECOND, months INTERVAL YEAR TO MONTH, raw_bytes RAW(4), long_text CLOB, picture BLOB)",
    "INSERT INTO pstral_kinds VALUES (1, 99999999999999999999999999999999999999, 0.1, 43, 0.5, DATE '2024-02-29', \
     TO_DATE('2024-02-29 13:14:15', 'YYYY-MM-DD HH24:MI:SS'), TIMESTAMP '2024-02-29 13:14:15.125', \
     TIMESTAMP '2024-02-29 13:14:15.5 -03:30', INTERVAL '-3 04:05:06.5' DAY TO SECOND, INTERVAL '1-6' YEAR TO MONTH, \
     HEXTORAW('00FF'), TO_CLOB('texte'), HEXTORAW('0102'))",
];

fn make(writer: &Connection, tables: &[&str], script: &[&str]) {
    for table in tables {
        // It need not be there.
        let _ = writer.execute(&format!("DROP TABLE {table} PURGE"), &[]);
    }
    for statement in script {
        writer.execute(statement, &[]).unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    writer.commit().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_keeps_the_contract() {
    let Some(server) = Server::named() else { return };
    make(&server.writer(), &["notes", "items"], FIXTURE);
    for target in server.targets() {
        contract(&target).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_shows_each_type() {
    let Some(server) = Server::named() else { return };
    make(&server.writer(), &["pstral_kinds"], KINDS);
    for target in server.targets() {
        shows_each_type(&target).await;
    }
}

async fn shows_each_type(target: &OracleTarget) {
    let catalog = target.catalog().await.unwrap();
    let policy = Policy::new(Rules::default(), Vec::new(), Limits { cell_bytes: 4, ..Limits::default() });
    let Verdict::Allow(statement) = Guard::new(&catalog, &policy).check("SELECT * FROM pstral_kinds WHERE id = 1")
    else {
        panic!("the guard refuses it")
    };
    let mut stream = target.execute(&statement, "camille.durand", CancellationToken::new()).await.unwrap();
    let Some(Ok(Batch::Rows(rows))) = stream.batches.next().await else { panic!("there is a row") };
    let text = |text: &str| text.to_owned();
    assert_eq!(
        rows,
        [[
            Value::Integer(1),
            Value::Decimal("9".repeat(38)),
            Value::Decimal(text("0.1")),
            Value::Decimal(text("43.00")),
            Value::Real(0.5),
            Value::Date(text("2024-02-29")),
            Value::Timestamp(text("2024-02-29 13:14:15")),
            Value::Timestamp(text("2024-02-29 13:14:15.125")),
            Value::Timestamp(text("2024-02-29 13:14:15.5-03:30")),
            Value::Text(text("-…")),
            Value::Text(text("1-06")),
            Value::Bytes(vec![0, 255]),
            Value::Text(text("t…")),
            Value::Bytes(vec![1, 2]),
        ]]
    );
}
