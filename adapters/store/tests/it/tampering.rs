//! Whatever is changed in the audit log is found.

use pstral_core::ports::AuditLog as _;
use pstral_core::testkit::state::full_event;
use pstral_pgserver::Server;
use pstral_store::{Location, Store};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection, query, query_scalar};
use tempfile::TempDir;

use crate::chance::COPIED;
use crate::owner::{Dialect, Owner, POSTGRES, PUT_BACK, SQLITE};
use crate::signing::Keeper;
use crate::{beside, event, folder, open, verify};

/// A store whose audit holds entries with and without each member, at positions 1 to 5.
async fn written() -> (TempDir, Store) {
    let folder = folder();
    let store = open(&folder).await.unwrap();
    fill(&store).await;
    (folder, store)
}

async fn fill(store: &Store) {
    for event in [full_event(), event("second"), full_event(), event("fourth"), full_event()] {
        store.append(event).await.unwrap();
    }
}

/// An attacker who has lifted every protection and kept a copy of the rows.
async fn attacker(folder: &TempDir) -> SqliteConnection {
    let mut attacker = beside(folder).await;
    let triggers = "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'audit_events'";
    let triggers: Vec<String> = query_scalar(triggers).fetch_all(&mut attacker).await.unwrap();
    assert_eq!(triggers.len(), 4);
    for trigger in triggers {
        run(&mut attacker, format!("DROP TRIGGER {trigger}")).await;
    }
    run(&mut attacker, "PRAGMA ignore_check_constraints = ON".to_owned()).await;
    run(&mut attacker, "CREATE TABLE copy AS SELECT * FROM audit_events".to_owned()).await;
    attacker
}

async fn run(connection: &mut SqliteConnection, statement: String) {
    query(AssertSqlSafe(statement)).execute(connection).await.unwrap();
}

async fn restore(connection: &mut SqliteConnection) {
    run(connection, "DELETE FROM audit_events".to_owned()).await;
    run(connection, "INSERT INTO audit_events SELECT * FROM copy".to_owned()).await;
}

#[tokio::test]
async fn the_database_itself_refuses_every_change() {
    let (folder, store) = written().await;
    let mut insider = beside(&folder).await;
    let changes = [
        "UPDATE audit_events SET detail = 'x' WHERE position = 2",
        "UPDATE audit_events SET position = 99 WHERE position = 5",
        "DELETE FROM audit_events WHERE position = 5",
        "DELETE FROM audit_events",
        "INSERT OR REPLACE INTO audit_events SELECT * FROM audit_events WHERE position = 3",
        "REPLACE INTO audit_events (instance, seq, previous, hash, at, action, status)
            SELECT instance, seq, previous, hash, at, 'answer', status FROM audit_events WHERE position = 3",
        "INSERT INTO audit_events (instance, seq, previous, hash, at, action, status)
            SELECT instance, seq, previous, hash, at, action, status FROM audit_events WHERE position = 3
            ON CONFLICT (instance, seq) DO UPDATE SET action = 'answer'",
    ];
    for change in changes {
        let refusal = query(change).execute(&mut insider).await.map(|_| ()).unwrap_err().to_string();
        assert!(refusal.contains("audit events are never "), "{change}: {refusal}");
    }
    assert_eq!(verify(&store).await, Ok(5));
}

/// Changes each column of each entry, one at a time, each undone before the next.
async fn every_column_is_sealed(location: &Location, owner: &mut dyn Owner, dialect: &Dialect) {
    let keeper = Keeper::of(1);
    let store = keeper.opens_at(location).await;
    fill(&store).await;
    owner.run(format!("{}; CREATE TABLE copy AS SELECT * FROM audit_events", dialect.lift)).await.unwrap();
    let columns: Vec<&str> = COPIED.split(',').map(str::trim).collect();
    assert_eq!(owner.number(dialect.columns.to_owned()).await, 1 + i64::try_from(columns.len()).unwrap());
    let (mut found, mut same) = (0, 0);
    for column in &columns {
        let before = found;
        // Each is tried on texts, numbers and absent values; where it changes nothing there is nothing to find.
        let held = format!("coalesce({column}, '')");
        let values = [
            format!("'x' || {held}"),
            format!("{held} || 'x'"),
            format!("{held} || x'00'"),
            format!("upper({held})"),
            format!("coalesce({column}, 0) + 1000"),
            format!("coalesce({column}, 0) + 0.5"),
            "CAST(x'ff' AS TEXT)".to_owned(),
            "''".to_owned(),
            "NULL".to_owned(),
        ];
        for value in values {
            for position in 1..=5 {
                // What the type or NOT NULL of the column forbids, even an attacker cannot write.
                let update = format!("UPDATE audit_events SET {column} = {value} WHERE position = {position}");
                let _ = owner.run(update).await;
                let differs = format!(
                    "SELECT count(*) FROM audit_events e JOIN copy c USING (position) WHERE e.{column} {} c.{column}",
                    dialect.is_not
                );
                let differs = owner.number(differs).await;
                let verified = keeper.verifies(&store).await;
                if differs == 0 {
                    assert_eq!(verified, Ok(5));
                    same += 1;
                } else {
                    assert!(verified.is_err(), "{column} of {position} set to {value} was not found");
                    found += 1;
                    owner.run(PUT_BACK.to_owned()).await.unwrap();
                }
            }
        }
        assert!(found - before >= 5, "{column} was hardly changed");
    }
    println!("changes to each column of each entry of a signed audit: {found}, each found; {same} that change nothing");
    assert_eq!(keeper.verifies(&store).await, Ok(5));
}

#[tokio::test]
async fn a_change_of_any_column_of_any_row_of_a_file_is_found() {
    let folder = folder();
    let location = Location::File(folder.path().join("state.db"));
    Store::open_at(&location, "one").await.unwrap().close().await;
    every_column_is_sealed(&location, &mut beside(&folder).await, &SQLITE).await;
}

#[tokio::test]
async fn a_change_of_any_column_of_any_row_on_a_server_is_found() {
    let Some(server) = Server::start() else { return };
    let url = secrecy::ExposeSecret::expose_secret(&server.url("postgres")).to_owned();
    let mut owner = PgConnection::connect(&url).await.unwrap();
    every_column_is_sealed(&Location::Server(url), &mut owner, &POSTGRES).await;
}

#[tokio::test]
async fn a_removed_swapped_or_added_row_is_found() {
    let (folder, store) = written().await;
    let mut attacker = attacker(&folder).await;
    let cases = [
        ("DELETE FROM audit_events WHERE position = 1", "entry 2 of one does not follow"),
        ("DELETE FROM audit_events WHERE position = 3", "entry 4 of one does not follow"),
        ("UPDATE audit_events SET position = 9 WHERE position = 2", "entry 3 of one does not follow"),
        ("UPDATE audit_events SET position = -1 WHERE position = 1", "entry 1 of one does not follow"),
        (
            "INSERT INTO audit_events (instance, seq, previous, hash, at, action, status)
             SELECT instance, 6, hash, previous, at, action, status FROM audit_events WHERE position = 5",
            "entry 6 of one was changed",
        ),
        ("UPDATE audit_events SET action = 'party' WHERE position = 4", "audit entry at position 4: "),
        ("UPDATE audit_events SET status = '' WHERE position = 2", "audit entry at position 2: "),
        ("UPDATE audit_events SET at = 9223372036854775807 WHERE position = 5", "audit entry at position 5: "),
        ("UPDATE audit_events SET actor = CAST(x'ff' AS TEXT) WHERE position = 1", "audit entry at position 1: "),
    ];
    for (change, expected) in cases {
        query(change).execute(&mut attacker).await.unwrap();
        let fault = verify(&store).await.unwrap_err();
        assert!(fault.contains(expected), "{change}: {fault}");
        restore(&mut attacker).await;
        assert_eq!(verify(&store).await, Ok(5));
    }
}
