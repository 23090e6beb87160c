//! Errors of statements, of the login and of the network, and what the person is told.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use pstral_core::domain::{Limits, Locale, Value};
use pstral_core::ports::{Batch, QueryTarget as _, TargetError};
use pstral_ocidouble::Oracle;
use pstral_oracle::{Identity, OracleConfig, OracleTarget};
use tokio_util::sync::CancellationToken;

use crate::company::{Table, WIDE, approved, company, drain, run};
use crate::server::Server;

const ITEMS: &str = "SELECT id, name FROM items ORDER BY id";

fn items() -> Oracle {
    let rows = "INSERT INTO ITEMS VALUES (1, 'a'), (2, 'b')";
    company(&[Table { name: "ITEMS", columns: "ID NUMBER(10) PRIMARY KEY, NAME VARCHAR2(40)" }], rows)
}

async fn unavailable(config: OracleConfig) -> String {
    let error = OracleTarget::new(config).health().await.unwrap_err();
    let told = error.text().render(Locale::En);
    match error {
        TargetError::Unavailable(why) => {
            assert!(!told.contains("127.0.0.1"), "{told}");
            why
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_statement_keeps_its_number_and_its_session() {
    let oracle = items();
    let Some(server) = Server::start(&oracle) else { return };
    let target = server.target();
    let statement = approved(&target, ITEMS, WIDE).await;
    oracle.batch("ALTER TABLE items RENAME TO things");
    let error = target.execute(&statement, "camille.durand", CancellationToken::new()).await.err().unwrap();
    assert_eq!(error, TargetError::Rejected("ORA-00942: table or view does not exist".to_owned()));
    assert!(error.text().render(Locale::En).contains("table or view does not exist"));
    oracle.batch("ALTER TABLE things RENAME TO items");
    let stream = target.execute(&statement, "camille.durand", CancellationToken::new()).await.unwrap();
    assert_eq!(drain(stream).await.unwrap().rows.len(), 2);
    // Of its two tries and the catalog: one session served them all, and was told who asks.
    assert_eq!(oracle.count("execute\tcamille.durand\tSELECT id, name"), 2);
    let settings = oracle.record().iter().filter(|line| line.contains("CURRENT_SCHEMA")).count();
    assert_eq!(settings, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_each_kind_is_compared() {
    let columns =
        "ID NUMBER(10) PRIMARY KEY, NAME VARCHAR2(40), RATE BINARY_DOUBLE, TAG RAW(4), PRICE NUMBER(10,2), DAY DATE";
    let row = "INSERT INTO THINGS VALUES (1, 'l''été 😀', 0.5, x'00ff', 43.25, '2024-02-29 00:00:00')";
    let oracle = company(&[Table { name: "THINGS", columns }], row);
    let Some(server) = Server::start(&oracle) else { return };
    let target = server.target();
    for (column, value, rows) in [
        ("id", Value::Integer(1), 1),
        ("name", Value::Text("l'été 😀".to_owned()), 1),
        ("name", Value::Null, 0),
        ("rate", Value::Real(0.5), 1),
        ("tag", Value::Bytes(vec![0, 255]), 1),
        ("price", Value::Decimal("43.25".to_owned()), 1),
        ("day", Value::Date("2024-02-29".to_owned()), 1),
    ] {
        let statement = approved(&target, &format!("SELECT id FROM things WHERE {column} = :wanted"), WIDE).await;
        let values = BTreeMap::from([("wanted".to_owned(), value.clone())]);
        let bound = statement.bind(&values).unwrap();
        let stream = target.execute(&bound, "camille.durand", CancellationToken::new()).await.unwrap();
        assert_eq!(drain(stream).await.unwrap().rows.len(), rows, "{column} {value:?}");
        // The driver wants values where none are taken, too.
        assert!(target.explain(&bound, "camille.durand").await.unwrap().cost.is_some(), "{column}");
    }
    let statement = approved(&target, "SELECT id FROM things WHERE day = :wanted", WIDE).await;
    let zoned = Value::Timestamp("2024-02-29 00:00:00+02:00".to_owned());
    let bound = statement.bind(&BTreeMap::from([("wanted".to_owned(), zoned)])).unwrap();
    let error = target.execute(&bound, "camille.durand", CancellationToken::new()).await.err().unwrap();
    assert!(matches!(&error, TargetError::Rejected(why) if why.contains("offset")), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_let_in_is_told() {
    let oracle = items();
    let Some(server) = Server::start(&oracle) else { return };
    let wrong = OracleConfig { password: "wrong".to_owned().into(), ..server.config() };
    assert!(unavailable(wrong).await.starts_with("ORA-01017"));
    let Some(older) = Server::of(&oracle, "19_1", "11G_SHA1") else { return };
    assert!(unavailable(older.config()).await.starts_with("ORA-01017"), "the driver knows no verifier of before 12c");
    let accounts = BTreeMap::from([("camille.durand".to_owned(), "CAMILLE".to_owned())]);
    let target = OracleTarget::new(OracleConfig { identity: Identity::Proxy(accounts), ..server.config() });
    let error = run(&target, ITEMS).await.unwrap_err();
    assert!(matches!(&error, TargetError::Unavailable(why) if why.contains("client library")), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_gone_is_told_and_found_again() {
    let oracle = items();
    let Some(mut server) = Server::start(&oracle) else { return };
    let target = server.target();
    let statement = approved(&target, ITEMS, WIDE).await;
    server.kill();
    for _ in 0..2 {
        let error = target.execute(&statement, "camille.durand", CancellationToken::new()).await.err().unwrap();
        assert!(matches!(error, TargetError::Unavailable(_)), "{error:?}");
    }
    let why = unavailable(server.config()).await;
    assert!(why.starts_with("ORA-12541"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_between_rows_is_told() {
    let rows = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 5000)
        INSERT INTO ITEMS SELECT n, 'item ' || n FROM n";
    let oracle = company(&[Table { name: "ITEMS", columns: "ID NUMBER(10) PRIMARY KEY, NAME VARCHAR2(40)" }], rows);
    let Some(mut server) = Server::start(&oracle) else { return };
    let target = server.target();
    let statement = approved(&target, ITEMS, WIDE).await;
    let mut stream = target.execute(&statement, "camille.durand", CancellationToken::new()).await.unwrap();
    assert!(matches!(stream.batches.next().await, Some(Ok(Batch::Rows(_)))));
    server.kill();
    // The statement may be why.
    let error = drain(stream).await.unwrap_err();
    assert!(matches!(error, TargetError::Failed(_)), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_the_driver_panics_over_ends_its_statement_alone() {
    let things = Table { name: "THINGS", columns: "ID NUMBER(10) PRIMARY KEY, DAY BROKEN" };
    let oracle = company(&[things], "INSERT INTO THINGS VALUES (1, 'abc')");
    let Some(server) = Server::start(&oracle) else { return };
    let target = server.target();
    for _ in 0..3 {
        let error = run(&target, "SELECT id, day FROM things").await.unwrap_err();
        assert_eq!(error, TargetError::Failed("the driver broke down reading a row".to_owned()));
        assert_eq!(run(&target, "SELECT id FROM things").await.unwrap().rows, [[Value::Integer(1)]]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_nothing_keeps_nobody_waiting() {
    // It takes connections and answers none.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let oracle = items();
    let Some(server) = Server::start(&oracle) else { return };
    let connect = format!("//{}/crm", listener.local_addr().unwrap());
    let config = OracleConfig { connect, connect_timeout: Duration::from_millis(300), ..server.config() };
    let started = Instant::now();
    let why = unavailable(config.clone()).await;
    assert!(why.starts_with("ORA-12170"), "{why}");
    assert!(started.elapsed() < Duration::from_secs(10));
    let why = unavailable(OracleConfig { connect: "nowhere".to_owned(), ..config }).await;
    assert!(why.starts_with("ORA-12154"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_halts_gives_its_threads_back() {
    let oracle = items();
    let Some(server) = Server::start(&oracle) else { return };
    let target = OracleTarget::new(OracleConfig { max_concurrent: 1, ..server.config() });
    let limits = Limits { time: Duration::from_millis(300), ..WIDE };
    let statement = approved(&target, ITEMS, limits).await;
    server.halt();
    for _ in 0..2 {
        let ended = target.execute(&statement, "camille.durand", CancellationToken::new()).await;
        assert!(matches!(ended, Err(TargetError::Timeout { .. } | TargetError::Busy(_))), "{:?}", ended.err());
    }
    server.wake();
    assert_eq!(run(&target, ITEMS).await.unwrap().rows.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_answers_without_tls_is_no_server_of_tls() {
    let oracle = items();
    let Some(server) = Server::start(&oracle) else { return };
    let connect = server.connect().replacen("//", "tcps://", 1);
    let config = OracleConfig { connect, connect_timeout: Duration::from_secs(1), ..server.config() };
    let why = unavailable(config).await;
    assert!(why.starts_with("ORA-12"), "{why}");
}
