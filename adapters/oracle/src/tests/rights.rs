//! Tests of querying and classifying the account's privileges.

use pstral_core::domain::Value;
use pstral_core::ports::QueryTarget as _;

use super::fake::{Act, Script};
use super::target;
use crate::error::Code;

fn texts(rows: &[&[&str]]) -> Act {
    let cell = |text: &&str| Value::Text((*text).to_owned());
    Act::Table(Vec::new(), rows.iter().map(|row| row.iter().map(cell).collect()).collect())
}

#[tokio::test]
async fn privileges_are_read_and_judged() {
    let script = Script::default()
        .on("'ISDBA'", texts(&[&["PSTRAL", "FALSE"]]))
        .on(
            "FROM all_tab_privs",
            texts(&[
                &["PSTRAL", "CRM", "CLIENTS", "READ"],
                &["PUBLIC", "SYS", "UTL_HTTP", "EXECUTE"],
                &["PUBLIC", "SYS", "EXPORTS", "READ"],
            ]),
        )
        .on("FROM session_privs", texts(&[&["CREATE SESSION"], &["CREATE TABLE"]]))
        .on("FROM session_roles", texts(&[&["DBA"]]))
        .on("FROM user_objects", texts(&[&["VIEW MINE"]]))
        .on("FROM all_directories", texts(&[&["EXPORTS"]]))
        .on("FROM all_db_links", texts(&[]))
        .on("FROM user_host_aces", Act::Fails(Code::Ora(942)))
        .on("FROM all_sequences", texts(&[]));
    let (target, log) = target(script);
    let found = target.privileges().await.unwrap();
    assert_eq!((found.account.as_str(), found.is_privileged()), ("PSTRAL", true));
    let told: Vec<&str> = found.excesses.iter().map(|excess| excess.what.as_str()).collect();
    let expected = [
        "role DBA",
        "VIEW MINE",
        "CREATE TABLE",
        "EXECUTE on SYS.UTL_HTTP through PUBLIC",
        "READ on SYS.EXPORTS through PUBLIC",
    ];
    assert_eq!(told, expected);
    assert_eq!((log.count("READ ONLY"), log.count("rollback")), (1, 1));
    for view in ["user_role_privs", "role_role_privs", "user_sys_privs", "role_sys_privs", "role_tab_privs"] {
        assert!(log.count(view) >= 1, "{view}: a role that is not switched on can be");
    }
}
