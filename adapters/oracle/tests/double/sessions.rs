//! Sessions as the server sees them: who enters, what they are told, who is named, and what is kept.

use std::collections::BTreeMap;
use std::time::Duration;

use pstral_core::domain::{Limits, Locale};
use pstral_core::ports::{QueryTarget as _, TargetError};
use pstral_ocidouble::{At, Fault, Oracle};
use pstral_oracle::{Identity, OracleConfig, OracleTarget};
use tokio_util::sync::CancellationToken;

use crate::company::{Table, WIDE, approved, company, config, drain, run, target};

const ITEMS: &str = "SELECT id FROM items";

fn items() -> Oracle {
    company(&[Table { name: "ITEMS", columns: "ID NUMBER(10) PRIMARY KEY" }], "INSERT INTO ITEMS VALUES (1), (2)")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_set_up_once_and_reads_only() {
    let oracle = items();
    let target = target(&oracle);
    for _ in 0..3 {
        assert_eq!(run(&target, ITEMS).await.unwrap().rows.len(), 2);
    }
    let record = oracle.record();
    let said = |words: &str| record.iter().filter(|line| line.contains(words)).count();
    assert_eq!((oracle.count("login"), said("ALTER SESSION")), (1, 4), "{record:#?}");
    assert_eq!(said("CURRENT_SCHEMA = \"BOT\""), 1);
    let begins = record.iter().filter(|line| line.starts_with("execute\tcamille.durand\tSET TRANSACTION READ ONLY"));
    assert_eq!(begins.count(), 3, "each statement in a transaction that only reads");
    let reads = record.iter().filter(|line| line.starts_with("execute\tcamille.durand\tSELECT"));
    assert_eq!(reads.count(), 3, "the person is named to the database");
    drop(target);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_call_is_made_without_a_bound() {
    let oracle = items();
    let target = target(&oracle);
    let statement = approved(&target, ITEMS, Limits { time: Duration::from_secs(7), ..WIDE }).await;
    let before = oracle.record().len();
    let stream = target.execute(&statement, "camille.durand", CancellationToken::new()).await.unwrap();
    drain(stream).await.unwrap();
    let record = oracle.record();
    let told: Vec<u64> = record[before..].iter().filter_map(|line| line.strip_prefix("time\t")?.parse().ok()).collect();
    let first = record[before..].iter().position(|line| line.starts_with("execute")).unwrap();
    assert!(record[before..before + first].iter().any(|line| line.starts_with("time\t")), "{record:#?}");
    assert!(!told.is_empty() && told.iter().all(|time| (1..=7000).contains(time)), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_person_enters_as_themselves_or_not_at_all() {
    let oracle = items();
    oracle.batch("INSERT INTO double_accounts VALUES ('CAMILLE', '-', 'bot'), ('ZOE', '-', 'somebody')");
    let accounts = [("camille.durand", "CAMILLE"), ("zoe.martin", "ZOE")];
    let accounts = accounts.map(|(person, account)| (person.to_owned(), account.to_owned()));
    let identity = Identity::Proxy(BTreeMap::from(accounts));
    let target = OracleTarget::new(OracleConfig { identity, ..config(&oracle) });
    let statement = approved(&target, ITEMS, WIDE).await;
    let stream = target.execute(&statement, "camille.durand", CancellationToken::new()).await.unwrap();
    assert_eq!(drain(stream).await.unwrap().rows.len(), 2);
    assert_eq!(oracle.count("login\tbot as CAMILLE"), 1);
    for person in ["zoe.martin", "nobody.known"] {
        let refused = target.execute(&statement, person, CancellationToken::new()).await.err().unwrap();
        assert_eq!(refused, TargetError::NoAccount { person: person.to_owned() });
        assert!(!refused.text().render(Locale::Fr).contains("ORA-"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_the_operators_to_repair() {
    let oracle = items();
    let target = OracleTarget::new(OracleConfig { password: "wrong".to_owned().into(), ..config(&oracle) });
    let error = target.health().await.unwrap_err();
    assert!(matches!(&error, TargetError::Unavailable(why) if why.starts_with("ORA-01017")), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_sessions_work_at_once() {
    let oracle = items();
    let target = OracleTarget::new(OracleConfig { max_concurrent: 20, ..config(&oracle) });
    let statement = approved(&target, ITEMS, WIDE).await;
    // One after another they would take twenty seconds.
    oracle.fault(Fault { at: At::Execute, pattern: "%items%", row: 0, code: None, wait: 1000 });
    let all = futures::future::join_all((0..20).map(|person| {
        let (target, statement) = (&target, &statement);
        async move {
            let stream = target.execute(statement, &format!("person{person}"), CancellationToken::new()).await?;
            drain(stream).await
        }
    }));
    let all = tokio::time::timeout(Duration::from_secs(15), all).await.unwrap();
    assert!(all.iter().all(|one| one.as_ref().is_ok_and(|whole| whole.rows.len() == 2)), "{all:?}");
    for person in 0..20 {
        assert_eq!(oracle.count(&format!("execute\tperson{person}\tSELECT")), 1, "each under its own name");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_died_in_the_pool_is_replaced() {
    let oracle = items();
    let target = target(&oracle);
    run(&target, ITEMS).await.unwrap();
    // Longer than a session is used without a question whether it lives.
    tokio::time::sleep(Duration::from_millis(2200)).await;
    oracle.fault(Fault { at: At::Ping, pattern: "%", row: 0, code: Some(3113), wait: 0 });
    let before = oracle.count("login");
    let statement = approved(&target, ITEMS, WIDE).await;
    oracle.batch("DELETE FROM double_faults");
    let stream = target.execute(&statement, "camille.durand", CancellationToken::new()).await.unwrap();
    assert_eq!(drain(stream).await.unwrap().rows.len(), 2);
    assert_eq!(oracle.count("login"), before + 1);
    assert!(oracle.count("ping") >= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_sees_that_nothing_could_be_locked() {
    let oracle = items();
    let health = target(&oracle).health().await.unwrap().render(Locale::En);
    assert!(health.contains("Oracle Database 19c") && health.contains(", 1 table,"), "{health}");
}
