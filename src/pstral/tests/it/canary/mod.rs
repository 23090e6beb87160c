//! Every hostile statement the project knows, offered to the whole application over a real database: a canary table,
//! a canary sequence and a canary file stay as they are; and every allowed statement really runs.

mod statements;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use pstral_core::domain::{AuditStatus, ButtonAction, Dialect};
use pstral_core::guard::Rules;
use pstral_core::ports::{AuditFilter, AuditLog as _};
use pstral_core::settings::Terms;
use pstral_pgserver::Server;
use pstral_postgres::{PostgresConfig, PostgresTarget};

use crate::world::{Setup, World, alex, run_test_with};
use statements::{Second, Statement, second, statements, tables};

/// The state that an attack would change, in a comparable form.
type State = BTreeMap<String, Vec<u8>>;

/// Hostile statements aimed at the canary; `{file}` is the canary file.
const AT_SQLITE: &[&str] = &[
    "DELETE FROM canary",
    "UPDATE canary SET word = 'dead'",
    "WITH x AS (SELECT 1) UPDATE canary SET word = 'dead'",
    "SELECT 1; DELETE FROM canary",
    "DROP TABLE canary",
    "UPDATE sqlite_sequence SET seq = 99",
    "INSERT INTO canary (word) VALUES ('dead') RETURNING id",
    "ATTACH '{file}' AS canary",
    "VACUUM INTO '{file}'",
    "SELECT writefile('{file}', 'dead')",
    "SELECT edit('{file}')",
    "SELECT load_extension('{file}')",
];
const AT_POSTGRES: &[&str] = &[
    "DELETE FROM canary",
    "WITH d AS (DELETE FROM canary RETURNING 1) SELECT * FROM d",
    "SELECT 1; COMMIT; DELETE FROM canary",
    "TRUNCATE canary",
    "SELECT * INTO dead FROM canary",
    "SELECT purge_old_rows()",
    "SELECT * FROM purge_old_rows()",
    "SELECT billing()",
    "SELECT nextval('canary_seq')",
    "SELECT setval('canary_seq', 99)",
    "SELECT nextval('canary_seq'::regclass) FROM canary",
    "SELECT query_to_xml('SELECT nextval(''canary_seq'')', true, false, '')",
    "COPY canary TO '{file}'",
    "COPY (SELECT 'dead') TO PROGRAM 'cat > {file}'",
    "SELECT lo_export(lo_from_bytea(0, 'dead'), '{file}')",
    "SELECT pg_file_write('{file}', 'dead', false)",
    "DO $$ BEGIN PERFORM nextval('canary_seq'); END $$",
];

#[test]
fn sqlite_keeps_its_canary() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("company.db");
    let script = format!("{}{}", include_str!("sqlite.sql"), tables(Dialect::Sqlite));
    rusqlite::Connection::open(&database).unwrap().execute_batch(&script).unwrap();
    let file = folder.path().join("canary.txt");
    std::fs::write(&file, "alive").unwrap();
    let setup = Setup { database, ..patient() };
    run_test_with(setup, async |world| {
        let state = async || files(folder.path());
        offer_all(world, statements(Dialect::Sqlite, AT_SQLITE, &file), state).await;
    });
}

#[test]
fn postgres_keeps_its_canary() {
    let Some(server) = Server::start() else { return };
    let folder = server.folder().join("files");
    std::fs::create_dir(&folder).unwrap();
    let file = folder.join("canary.txt");
    std::fs::write(&file, "alive").unwrap();
    // The server may write there, whoever runs it.
    for path in [&folder, &file] {
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    }
    // As the superuser: nothing but Pstral stands between a statement and the canary.
    let target = PostgresTarget::new(PostgresConfig::new(server.url("postgres"))).unwrap();
    let terms = Terms { allow_privileged: true, ..Terms::default() };
    let setup = Setup { engine: Some(Arc::new(target)), terms, ..patient() };
    run_test_with(setup, async |world| {
        server.batch(&format!("{}{}", include_str!("postgres.sql"), tables(Dialect::Postgres))).await;
        let state = async || {
            let mut state = files(&folder);
            state.insert("the database".to_owned(), server.value(POSTGRES_STATE).await.into_bytes());
            state
        };
        offer_all(world, statements(Dialect::Postgres, AT_POSTGRES, &file), state).await;
    });
}

const POSTGRES_STATE: &str = "SELECT concat_ws(' ',
    (SELECT string_agg(c::text, ',') FROM canary c),
    (SELECT string_agg(c::text, ',') FROM clients c),
    (SELECT concat(last_value, is_called) FROM canary_seq),
    (SELECT concat(last_value, is_called) FROM client_seq),
    (SELECT string_agg(relname::text, ',' ORDER BY oid) FROM pg_class WHERE oid > 16383),
    (SELECT count(*) FROM pg_largeobject_metadata))";

#[test]
fn sqlite_is_offered_nothing_of_the_second_set() {
    let Some(second) = second(Dialect::Sqlite) else { return };
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("company.db");
    rusqlite::Connection::open(&database).unwrap().execute_batch(&second.tables).unwrap();
    let setup = Setup { database, rules: denied(&second), ..patient() };
    run_test_with(setup, async |world| offer_none(world, &second).await);
}

#[test]
fn postgres_is_offered_nothing_of_the_second_set() {
    let Some(second) = second(Dialect::Postgres) else { return };
    let Some(server) = Server::start() else { return };
    let target = PostgresTarget::new(PostgresConfig::new(server.url("postgres"))).unwrap();
    let terms = Terms { allow_privileged: true, ..Terms::default() };
    let setup = Setup { engine: Some(Arc::new(target)), rules: denied(&second), terms, ..patient() };
    run_test_with(setup, async |world| {
        server.batch(&second.tables).await;
        offer_none(world, &second).await;
    });
}

/// Statements are offered one after the other, each recorded durably: beside other tests that takes minutes.
fn patient() -> Setup {
    Setup { patience: Duration::from_mins(15), ..Setup::default() }
}

fn denied(second: &Second) -> Rules {
    Rules { allow: None, deny: second.denied.clone() }
}

async fn offer_none(world: &World, second: &Second) {
    let mut wrong = Vec::new();
    for statement in &second.statements {
        if let Err(why) = offer(world, statement).await {
            wrong.push(format!("{why}: {}", statement.sql));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{} hostile statements were not offered", second.statements.len());
    assert!(second.statements.len() > 50);
}

/// Every file of a folder with its bytes.
fn files(folder: &Path) -> State {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())).collect()
}

async fn offer_all(world: &World, statements: Vec<Statement>, state: impl AsyncFn() -> State) {
    let before = state().await;
    let mut wrong = Vec::new();
    let (mut hostile, mut ran) = (0, 0);
    for statement in statements {
        if let Err(why) = offer(world, &statement).await {
            wrong.push(format!("{why}: {}", statement.sql));
        }
        assert!(state().await == before, "something has changed after {}", statement.sql);
        if statement.hostile { hostile += 1 } else { ran += 1 }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{hostile} hostile statements changed nothing; {ran} allowed statements ran");
    assert!(hostile > 100 && ran > 50, "{hostile} hostile, {ran} allowed");
}

/// Sends a statement as a person does, and presses the button if there is one.
async fn offer(world: &World, statement: &Statement) -> Result<(), String> {
    let before = world.target.ran().len();
    world.command(&alex(), &format!("edit {}", statement.sql)).await;
    let buttons = world.chat.messages().pop().map(|(_, message)| message.buttons).unwrap_or_default();
    let execute = buttons.into_iter().find_map(|button| match button.action {
        ButtonAction::Execute(proposal) => Some(proposal),
        _ => None,
    });
    let offered = execute.is_some();
    if let Some(proposal) = execute {
        world.click(&alex(), ButtonAction::Execute(proposal)).await;
    }
    let ran = world.target.ran().len() - before;
    if statement.hostile {
        return if offered || ran > 0 { Err("hostile, and offered".to_owned()) } else { Ok(()) };
    }
    let last = world.store.tail(&AuditFilter::default(), 1).await.unwrap();
    let well = last.last().is_some_and(|entry| entry.event.status == AuditStatus::Ok);
    if offered && ran == 1 && well { Ok(()) } else { Err(format!("allowed, but “{}”", world.newest())) }
}
