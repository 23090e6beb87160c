//! The dictionary and the account's rights, as Pstral asks for them, on data in the form that Oracle documents.

use std::fs;
use std::path::Path;

use pstral_core::domain::RelationKind;
use pstral_core::ports::QueryTarget as _;
use pstral_ocidouble::Oracle;
use pstral_oracle::{OracleConfig, OracleTarget};
use serde_json::Value;

use crate::company::{company, config, target};

/// Columns that the queries filter by and the files lack.
const CONDITIONS: &str = "
    UPDATE all_dependencies SET type = 'VIEW', referenced_type = 'VIEW';
    UPDATE all_objects SET object_type = 'TYPE';
    INSERT INTO all_users SELECT DISTINCT owner, 'N' FROM all_tables WHERE owner NOT IN (SELECT username FROM all_users);";

/// A row of a file, as SQL has it.
fn row(line: &str) -> String {
    let cell = |cell: Value| match cell {
        Value::Null => "NULL".to_owned(),
        Value::String(text) => format!("'{}'", text.replace('\'', "''")),
        other => other.to_string(),
    };
    let cells: Vec<Value> = serde_json::from_str(line).unwrap();
    format!("({})", cells.into_iter().map(cell).collect::<Vec<_>>().join(", "))
}

/// A database with the dictionary of the files, and how many rows each view has there.
fn dictionary() -> (Oracle, Vec<(String, usize)>) {
    let oracle = company(&[], "");
    let mut counts = Vec::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/dictionary")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let head: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        let (view, query) = (head["view"].as_str().unwrap(), head["query"].as_str().unwrap());
        let columns = query.trim_start_matches("SELECT ").split(" FROM ").next().unwrap();
        let rows: Vec<String> = text.lines().skip(1).map(row).collect();
        oracle.batch(&format!("INSERT INTO {view} ({columns}) VALUES {}", rows.join(", ")));
        counts.push((view.to_owned(), rows.len()));
    }
    oracle.batch(CONDITIONS);
    (oracle, counts)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_dictionary_becomes_a_catalog() {
    let (oracle, counts) = dictionary();
    let target = OracleTarget::new(OracleConfig { schema: Some("CRM".to_owned()), ..config(&oracle) });
    let catalog = target.catalog().await.unwrap();
    let of = |view: &str| counts.iter().find(|(name, _)| name == view).unwrap().1;
    let kinds = |kind| catalog.tables.iter().filter(|relation| relation.kind == kind).count();
    // Neither files of the server, nor what lies in the recycle bin or belongs to a materialized view.
    assert_eq!(kinds(RelationKind::Table), of("all_tables") - of("all_external_tables") - 2);
    assert!(catalog.tables.iter().all(|relation| !relation.name.contains('$') && relation.name != "IMPORT_TARIFS"));
    assert!(kinds(RelationKind::View) > 0 && kinds(RelationKind::View) <= of("all_views"));
    let keys = catalog.tables.iter().flat_map(|one| &one.columns).filter(|column| column.primary_key).count();
    let foreign: usize = catalog.tables.iter().map(|one| one.foreign_keys.len()).sum();
    assert!(keys > 250 && foreign > 0, "{keys} columns of keys, {foreign} foreign keys");
    assert!(catalog.tables.iter().any(|one| !one.comment.is_empty()) && !catalog.synonyms.is_empty());
    assert_eq!(counts.len(), 14);
    for (view, _) in counts {
        let asked = oracle.record().iter().filter(|line| line.contains(&format!(" FROM {view} "))).count();
        assert!(asked >= 1, "{view}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_beyond_reading_are_found() {
    let oracle = company(&[], "");
    let reading = target(&oracle).privileges().await.unwrap();
    assert_eq!((reading.account.as_str(), reading.excesses.as_slice()), ("BOT", &[][..]));
    oracle.batch(
        "INSERT INTO user_role_privs VALUES ('DBA'); INSERT INTO session_privs VALUES ('CREATE TABLE');
        INSERT INTO user_objects (object_name, object_type) VALUES ('MINE', 'VIEW'), ('SYS_LOB1', 'LOB');
        INSERT INTO all_tab_privs VALUES ('BOT', 'CRM', 'CLIENTS', 'SELECT'), ('PUBLIC', 'SYS', 'UTL_HTTP', 'EXECUTE');",
    );
    let found = target(&oracle).privileges().await.unwrap();
    let told: Vec<&str> = found.excesses.iter().map(|excess| excess.what.as_str()).collect();
    assert_eq!(
        told,
        ["role DBA", "VIEW MINE", "CREATE TABLE", "SELECT on CRM.CLIENTS", "EXECUTE on SYS.UTL_HTTP through PUBLIC"]
    );
    assert!(found.is_privileged());
}
