//! Sessions that lay for a while.

use std::sync::Arc;
use std::time::Duration;

use pstral_reading::Brake;
use tokio_util::sync::CancellationToken;

use super::fake::{Log, Script};
use crate::pool::{Ages, Pool, Purpose};
use crate::session::Login;

const LONG: Duration = Duration::from_hours(1);
const KEPT: Ages = Ages { fresh: LONG, idle: LONG, old: LONG };

/// Uses a pool of two, as often as it says, for each account.
fn used(script: Script, ages: Ages, accounts: &[&str]) -> Arc<Log> {
    let log = Arc::clone(&script.log);
    let [connect, user, schema] = ["//db/crm", "pstral", "CRM"].map(str::to_owned);
    let login = Login { connect, user, password: "secret".to_owned().into(), through: None };
    let pool = Pool::new(Arc::new(script), login, schema, 2, ages);
    for account in accounts {
        let brake = Brake::new(LONG, CancellationToken::new());
        let purpose = Purpose::Reading(Some((*account).to_owned()));
        pool.with(purpose, &brake, |bounded| bounded.call(|session| session.run("BEGIN NULL; END;"))).unwrap();
    }
    log
}

#[test]
fn a_session_that_lay_is_asked_whether_it_answers() {
    let log = used(Script::default(), KEPT, &["A", "A"]);
    assert_eq!((log.count("open"), log.count("ping")), (1, 0));
    let asked = Ages { fresh: Duration::ZERO, ..KEPT };
    let log = used(Script::default(), asked, &["A", "A"]);
    assert_eq!((log.count("open"), log.count("ping")), (1, 1));
    let log = used(Script::default().failing_ping(), asked, &["A", "A"]);
    assert_eq!((log.count("open"), log.count("1 ping"), log.count("1 close")), (2, 1, 1));
}

#[test]
fn a_session_that_lay_too_long_or_is_too_old_is_closed() {
    for ages in [Ages { idle: Duration::ZERO, ..KEPT }, Ages { old: Duration::ZERO, ..KEPT }] {
        let log = used(Script::default(), ages, &["A", "A", "A"]);
        assert_eq!((log.count("open"), log.count("ping")), (3, 0));
    }
}

#[test]
fn of_too_many_the_one_that_lay_longest_is_closed() {
    let log = used(Script::default(), KEPT, &["A", "B", "C", "B", "C", "A"]);
    let told: Vec<String> =
        log.told().into_iter().filter(|line| line.contains("open") || line.contains("close")).collect();
    let expected =
        ["1 open pstral[A]", "2 open pstral[B]", "3 open pstral[C]", "1 close", "4 open pstral[A]", "2 close"];
    assert_eq!(told[..6], expected, "then the pool itself ends");
}
