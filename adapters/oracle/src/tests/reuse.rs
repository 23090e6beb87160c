//! Tests of which sessions are reused, and of the calls on each.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use pstral_core::domain::{
    Catalog, CatalogColumn, Dialect, Ending, LimitReached, Limits, Relation, RelationKind, Value,
};
use pstral_core::ports::{QueryTarget as _, TargetError};

use tokio_util::sync::CancellationToken;

use super::fake::{Act, Script};
use super::{CAMILLE, WIDE, config, over, run, run_with, target};
use crate::error::Code;
use crate::kind::Kind;
use crate::session::ResultColumn;
use crate::{Identity, OracleConfig, OracleTarget};

#[tokio::test]
async fn a_statement_is_read_only_named_and_rolled_back() {
    let (target, log) = target(Script::default().on("clients", Act::Rows(3)));
    let whole = run(&target, "SELECT n FROM clients").await.unwrap();
    assert_eq!(whole.rows, [[Value::Integer(1)], [Value::Integer(2)], [Value::Integer(3)]]);
    assert_eq!((whole.columns[0].name.as_str(), whole.ending), ("N", Ending::default()));
    run(&target, "SELECT n FROM clients").await.unwrap();
    let once = [
        "1 identify \"camille.durand\"",
        "1 run SET TRANSACTION READ ONLY",
        "1 query SELECT n FROM clients",
        "1 identify \"\"",
        "1 rollback",
    ];
    let mut expected = vec!["1 open pstral"];
    expected.extend(once);
    expected.extend(once);
    assert_eq!(log.told(), expected, "the second statement uses the session of the first");
}

#[tokio::test]
async fn a_session_is_set_up_before_its_first_statement() {
    let (target, log) = target(Script::default());
    run(&target, "SELECT 1 FROM dual").await.unwrap();
    let settings: Vec<String> = log.all().into_iter().filter(|line| line.contains("ALTER SESSION")).collect();
    assert_eq!(settings.len(), 4);
    for word in ["NLS_DATE_FORMAT = 'YYYY-MM-DD HH24:MI:SS'", "NLS_NUMERIC_CHARACTERS = '. '", "TIME_ZONE = DBTIMEZONE"]
    {
        assert!(settings.iter().any(|line| line.contains(word)), "{word} in {settings:?}");
    }
    assert_eq!(settings[3], "1 run ALTER SESSION SET CURRENT_SCHEMA = \"PSTRAL\"");
    assert_eq!(log.count("TIMESTAMP_FORMAT"), 1);
}

#[tokio::test]
async fn the_schema_of_the_configuration_is_that_of_the_session() {
    let script = Script::default();
    let log = Arc::clone(&script.log);
    let target = over(script, OracleConfig { schema: Some("crm".to_owned()), ..config() });
    run(&target, "SELECT 1 FROM dual").await.unwrap();
    assert_eq!(log.count("CURRENT_SCHEMA = \"CRM\""), 1);
}

#[tokio::test]
async fn what_the_statement_did_wrong_costs_no_session() {
    let (target, log) = target(Script::default().on("nothing", Act::Fails(Code::Ora(942))));
    for _ in 0..3 {
        assert!(matches!(run(&target, "SELECT 1 FROM nothing").await, Err(TargetError::Rejected(_))));
    }
    assert_eq!((log.count("open"), log.count("rollback"), log.count("close")), (1, 3, 0));
}

#[tokio::test]
async fn a_session_in_doubt_is_closed() {
    for code in [
        Code::Ora(3113),
        Code::Dpi(1067),
        Code::Dpi(1080),
        Code::Ora(1555),
        Code::Ora(600),
        Code::Other,
        Code::Ora(1013),
    ] {
        for act in [Act::Fails(code), Act::FailsAfter(2, code)] {
            let (target, log) = target(Script::default().on("clients", act));
            run(&target, "SELECT 1 FROM clients").await.expect_err("the script says so");
            run(&target, "SELECT 1 FROM others").await.unwrap();
            assert_eq!((log.count("open"), log.count("close")), (2, 1), "{code:?}");
            assert_eq!(log.count("1 rollback"), 1, "also after {code:?}");
        }
    }
    let (target, log) = target(Script::default().failing_rollback());
    for _ in 0..2 {
        run(&target, "SELECT 1 FROM clients").await.unwrap();
    }
    assert_eq!((log.count("open"), log.count("close")), (2, 2), "a transaction that may go on is nobody else's");
}

#[tokio::test]
async fn a_session_that_may_hold_large_objects_is_closed() {
    let clob = |kind| vec![ResultColumn { name: "BODY".to_owned(), kind }];
    let word = || Value::Text("a".to_owned());
    for (sql, act) in [
        ("SELECT body FROM notes", Act::Table(clob(Kind::Clob), vec![vec![word()]])),
        ("SELECT scan FROM notes", Act::Table(clob(Kind::Blob), vec![])),
        ("SELECT LENGTH(TO_CLOB(id)) FROM notes", Act::Rows(1)),
        ("SELECT LENGTH(UPPER(letter)) FROM notes", Act::Rows(1)),
        ("SELECT LENGTH(letter) / 0 FROM notes", Act::FailsAfter(1, Code::Ora(1476))),
    ] {
        let (target, log) = target(Script::default().on("notes", act));
        let letter = CatalogColumn::new("LETTER", "CLOB");
        let notes = Relation::new("PSTRAL", "NOTES", RelationKind::Table, vec![letter]);
        target.learn(&Catalog::new(Dialect::Oracle, "PSTRAL", vec![notes]));
        let _ = run(&target, sql).await;
        assert_eq!((log.count("1 rollback"), log.count("1 close")), (1, 1), "{sql}");
        for _ in 0..2 {
            run(&target, "SELECT id FROM others").await.unwrap();
        }
        assert_eq!((log.count("open"), log.count("2 close")), (2, 0), "{sql}");
    }
    let script = Script::default();
    let log = Arc::clone(&script.log);
    let new = OracleTarget::over(Arc::new(script), config());
    run(&new, "SELECT 1 FROM dual").await.unwrap();
    assert_eq!(log.count("close"), 1, "no catalog has been read yet: any column may be one");
}

#[tokio::test]
async fn errors_decide_what_is_told() {
    for (act, expected) in [
        (Act::Fails(Code::Ora(942)), "the database refuses the statement"),
        (Act::Fails(Code::Ora(3113)), "the database cannot be reached"),
        (Act::FailsAfter(2, Code::Ora(3113)), "the database failed"),
        (Act::Fails(Code::Dpi(1067)), "the statement ran longer than 20 s"),
        (Act::Fails(Code::Ora(54)), "the database is busy"),
        (Act::Fails(Code::Ora(1652)), "the statement needs too much memory"),
        (Act::FailsAfter(2, Code::Ora(1555)), "the database failed"),
        (Act::FailsAfter(2, Code::Ora(1722)), "the database refuses the statement"),
    ] {
        let (target, _) = target(Script::default().on("clients", act));
        let error = run(&target, "SELECT 1 FROM clients").await.unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    for (code, expected) in [
        (Code::Dpi(1047), "the database's client library is missing"),
        (Code::Dpi(1072), "the database's client library is missing"),
        (Code::Ora(12541), "the database cannot be reached"),
        (Code::Ora(1017), "the database cannot be reached"),
        (Code::Ora(12519), "the database is busy"),
        (Code::Ora(1031), "the database cannot be reached"),
        (Code::Ora(2394), "the database cannot be reached"),
    ] {
        let (target, log) = target(Script::default().door(Err(code)));
        let error = run(&target, "SELECT 1 FROM clients").await.unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
        run(&target, "SELECT 1 FROM clients").await.expect("it is there again");
        assert_eq!(log.count("open"), 2);
    }
}

#[tokio::test]
async fn limits_end_a_result_and_keep_the_session() {
    let (target, log) = target(Script::default().on("clients", Act::Rows(50)));
    let whole = run_with(&target, "SELECT n FROM clients", CAMILLE, Limits { rows: 7, ..WIDE }).await.unwrap();
    assert_eq!((whole.rows.len(), whole.ending.truncated), (7, Some(LimitReached::Rows)));
    run(&target, "SELECT n FROM clients").await.unwrap();
    assert_eq!((log.count("open"), log.count("rollback")), (1, 2));
}

#[tokio::test]
async fn each_person_has_a_session_of_their_own_account() {
    let script = Script::default();
    let log = Arc::clone(&script.log);
    let accounts = BTreeMap::from([(CAMILLE.to_owned(), "CAMILLE".to_owned()), ("luc".to_owned(), "LUC".to_owned())]);
    let config = OracleConfig { identity: Identity::Proxy(accounts), max_concurrent: 2, ..config() };
    let target = over(script, config);
    for person in [CAMILLE, "luc", CAMILLE, "luc"] {
        run_with(&target, "SELECT 1 FROM dual", person, WIDE).await.unwrap();
    }
    let unknown = run_with(&target, "SELECT 1 FROM dual", "noor", WIDE).await.unwrap_err();
    assert_eq!(unknown, TargetError::NoAccount { person: "noor".to_owned() });
    assert_eq!(log.count("open"), 2);
    assert_eq!((log.count("1 open pstral[CAMILLE]"), log.count("2 open pstral[LUC]")), (1, 1));
    assert_eq!((log.count("1 identify \"camille.durand\""), log.count("2 identify \"luc\"")), (2, 2));
    assert_eq!(log.count("CURRENT_SCHEMA = \"PSTRAL\""), 2, "names mean the same for everybody");
}

#[tokio::test]
async fn an_account_that_may_not_be_entered_is_the_persons() {
    let script = Script::default().door(Err(Code::Ora(28150)));
    let accounts = BTreeMap::from([(CAMILLE.to_owned(), "CAMILLE".to_owned())]);
    let target = over(script, OracleConfig { identity: Identity::Proxy(accounts), ..config() });
    let error = run(&target, "SELECT 1 FROM dual").await.unwrap_err();
    assert_eq!(error, TargetError::NoAccount { person: CAMILLE.to_owned() });
}

#[tokio::test]
async fn no_more_sessions_are_kept_than_are_used_at_once() {
    let script = Script::default().on("slow", Act::Deaf(Duration::from_millis(100)));
    let log = Arc::clone(&script.log);
    let target = over(script, OracleConfig { max_concurrent: 3, ..config() });
    let all = futures::future::join_all((0..5).map(|_| run(&target, "SELECT 1 FROM slow"))).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!((log.count("open"), log.count("close")), (3, 0), "three threads, three sessions");
    drop(target);
    assert_eq!(log.count("close"), 3);
}

#[tokio::test]
async fn health_sees_that_nothing_can_be_locked() {
    let (open, _) = target(Script::default());
    let error = open.health().await.unwrap_err();
    assert!(matches!(&error, TargetError::Failed(reason) if reason.contains("not read-only")), "{error:?}");
    let (closed, log) = target(Script::default().on("FOR UPDATE", Act::Fails(Code::Ora(1456))));
    let told = closed.health().await.unwrap().render(pstral_core::domain::Locale::En);
    assert!(told.contains("Oracle Database, 1 table and one view"), "{told}");
    assert_eq!(log.count("rollback"), 1);
}

#[tokio::test]
async fn a_parameter_that_is_no_date_reaches_no_session() {
    let (target, log) = target(Script::default());
    let values = BTreeMap::from([("since".to_owned(), Value::Date("hier".to_owned()))]);
    let refused =
        target.run("SELECT :since FROM dual".to_owned(), values, WIDE, CAMILLE, CancellationToken::new()).await;
    assert_eq!(refused.err(), Some(TargetError::Rejected("the value of :since is no date".to_owned())));
    assert_eq!(log.count("open"), 0);
}

#[tokio::test]
async fn what_goes_wrong_before_a_statement_is_not_its_fault() {
    let (target, log) = target(Script::default().on("READ ONLY", Act::Fails(Code::Ora(1453))));
    assert!(matches!(run(&target, "SELECT 1 FROM clients").await, Err(TargetError::Failed(_))));
    assert_eq!((log.count("query"), log.count("close")), (0, 1));

    let (target, log) = super::target(Script::default().on("CURRENT_SCHEMA", Act::Fails(Code::Ora(1435))));
    assert!(matches!(run(&target, "SELECT 1 FROM clients").await, Err(TargetError::Unavailable(_))));
    assert_eq!((log.count("query"), log.count("close")), (0, 1), "a session that is not set up is not kept");
}
