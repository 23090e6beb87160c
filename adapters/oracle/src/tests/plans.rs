//! Tests of plans: the session that reads them, and the meaning of their absence.

use std::collections::BTreeMap;
use std::sync::Arc;

use pstral_core::domain::Value;
use pstral_core::ports::{Estimate, TargetError};

use super::fake::{Act, Script};
use super::{CAMILLE, config, over, run, target};
use crate::error::Code;
use crate::{Identity, OracleConfig};

const SQL: &str = "SELECT 1 FROM clients";

fn steps(rows: Vec<Vec<Value>>) -> Act {
    Act::Table(Vec::new(), rows)
}

#[tokio::test]
async fn a_plan_has_a_session_of_its_own_and_leaves_nothing() {
    let (target, log) = target(Script::default().on("SELECT id, depth", steps(Vec::new())));
    run(&target, SQL).await.unwrap();
    assert_eq!(target.plan(SQL.to_owned(), CAMILLE).await, Ok(Estimate::default()), "not known is not cheap");
    let told = log.told();
    let plan: Vec<&String> = told.iter().filter(|line| line.starts_with("2 ")).collect();
    assert_eq!(plan[..2], ["2 open pstral", "2 identify \"camille.durand\""]);
    assert!(plan[2].starts_with("2 run EXPLAIN PLAN SET STATEMENT_ID = 'pstral-"), "{}", plan[2]);
    assert!(plan[2].ends_with("' INTO sys.plan_table$ FOR SELECT 1 FROM clients"), "{}", plan[2]);
    assert!(plan[3].contains("FROM sys.plan_table$ WHERE statement_id"), "{}", plan[3]);
    assert_eq!(plan[4..], ["2 identify \"\"", "2 rollback"], "and not read-only: a plan is written");
}

#[tokio::test]
async fn a_plan_is_made_as_the_person() {
    let script = Script::default().on("SELECT id, depth", steps(Vec::new()));
    let log = Arc::clone(&script.log);
    let accounts = BTreeMap::from([(CAMILLE.to_owned(), "CAMILLE".to_owned())]);
    let target = over(script, OracleConfig { identity: Identity::Proxy(accounts), ..config() });
    target.plan(SQL.to_owned(), CAMILLE).await.unwrap();
    assert_eq!((log.count("1 open pstral[CAMILLE]"), log.count("1 identify \"camille.durand\"")), (1, 1));
    let unknown = target.plan(SQL.to_owned(), "noor").await;
    assert_eq!(unknown, Err(TargetError::NoAccount { person: "noor".to_owned() }));
    assert_eq!(log.count("open"), 1);
}

#[tokio::test]
async fn what_running_does_not_meet_is_no_estimate() {
    for code in [1031, 1039, 1456, 2402, 2403, 2404, 16000, 28194] {
        let (target, log) = target(Script::default().on("EXPLAIN", Act::Fails(Code::Ora(code))));
        assert_eq!(target.plan(SQL.to_owned(), CAMILLE).await, Ok(Estimate::default()), "ORA-{code:05}");
        assert_eq!(log.count("close"), 0, "the session is as good as before");
    }
    for code in [942, 41900] {
        let missing = || Script::default().on("EXPLAIN", Act::Fails(Code::Ora(code)));
        let (none, _) = target(missing().on("FROM sys.plan_table$", Act::Fails(Code::Ora(942))));
        assert_eq!(
            none.plan(SQL.to_owned(), CAMILLE).await,
            Ok(Estimate::default()),
            "the table of plans is not there"
        );
        let (wrong, _) = target(missing());
        assert!(matches!(wrong.plan(SQL.to_owned(), CAMILLE).await, Err(TargetError::Rejected(_))), "it is: clients");
    }
    let (unread, _) = target(Script::default().on("SELECT id, depth", Act::Fails(Code::Ora(904))));
    assert_eq!(unread.plan(SQL.to_owned(), CAMILLE).await, Ok(Estimate::default()));
}

#[tokio::test]
async fn a_fault_is_a_fault() {
    let (wrong, _) = target(Script::default().on("EXPLAIN", Act::Fails(Code::Ora(904))));
    assert!(matches!(wrong.plan("SELECT x FROM clients".to_owned(), CAMILLE).await, Err(TargetError::Rejected(_))));
    for word in ["EXPLAIN", "sys.plan_table$ WHERE"] {
        let (gone, _) = target(Script::default().on(word, Act::Fails(Code::Ora(3113))));
        let ended = gone.plan(SQL.to_owned(), CAMILLE).await;
        assert!(matches!(ended, Err(TargetError::Failed(_))), "the statement may be why: {ended:?}");
    }
    let (away, _) = target(Script::default().door(Err(Code::Ora(12541))));
    assert!(matches!(away.plan(SQL.to_owned(), CAMILLE).await, Err(TargetError::Unavailable(_))));
    let (full, _) = target(Script::default().on("EXPLAIN", Act::Fails(Code::Ora(4036))));
    assert!(matches!(full.plan(SQL.to_owned(), CAMILLE).await, Err(TargetError::OutOfMemory(_))));
}
