//! The program on a real PostgreSQL: what it says of the account, what it does for people, and what they are told when
//! the server goes away.

use std::sync::Arc;
use std::time::Duration;

use insta::assert_snapshot;
use pstral_core::domain::{ButtonAction, EventBody, Limits};
use pstral_core::guard::{Guard, Policy, Verdict};
use pstral_core::ports::QueryTarget as _;
use pstral_core::settings::Terms;
use pstral_pgserver::Server;
use pstral_postgres::{Identity, PostgresConfig, PostgresTarget};
use secrecy::ExposeSecret as _;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::program::Place;
use crate::world::{Setup, World, alex, camille, deny, run_test_with};

/// A company's table with rows of two people, and an account that can only read.
const COMPANY: &str = "
    REVOKE CREATE, TEMPORARY ON DATABASE postgres FROM PUBLIC; REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    CREATE TABLE clients (id integer PRIMARY KEY, name text, owner text, revenue numeric(12,2));
    INSERT INTO clients SELECT n, 'client ' || n, CASE n % 2 WHEN 0 THEN 'alex' ELSE 'camille' END, n * 1.5
        FROM generate_series(1, 1000) AS n;
    CREATE ROLE reader LOGIN; GRANT SELECT ON clients TO reader; ANALYZE;";

async fn server() -> Option<Server> {
    let server = Server::start()?;
    server.batch(COMPANY).await;
    Some(server)
}

fn target(server: &Server) -> PostgresConfig {
    PostgresConfig { max_concurrent: 2, ..PostgresConfig::new(server.url("reader")) }
}

fn setup(config: PostgresConfig) -> Setup {
    let engine = Some(Arc::new(PostgresTarget::new(config).unwrap()) as _);
    Setup { engine, rules: deny(&[]), ..Setup::default() }
}

/// A runtime for the test's own work on the server.
fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// Yields nothing for as long as anybody would wait.
const SLOW: &str = "SELECT count(*) AS n FROM clients a JOIN clients b ON a.id < b.id JOIN clients c ON b.id < c.id \
    JOIN clients d ON c.id < d.id";
/// Yields rows for as long.
const ENDLESS: &str = "SELECT a.name FROM clients a JOIN clients b ON a.id < b.id JOIN clients c ON b.id < c.id \
    JOIN clients d ON c.id < d.id";
/// The connections of the program.
const OURS: &str = "FROM pg_stat_activity WHERE application_name = 'pstral'";

/// A statement that is running, once the server says so.
async fn begin(world: &World, server: &Server, statement: &str, state: &str) -> JoinHandle<()> {
    world.command(&alex(), &format!("edit {statement}")).await;
    let running = world.begin(&alex(), EventBody::Clicked(ButtonAction::Execute(world.newest_proposal())));
    let reached = format!("SELECT count(*)::text {OURS} AND {state}");
    while server.value(&reached).await == "0" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    running
}

/// Returns once the server has nothing to do for us, and no more connections are kept than may be; a test that waits
/// for ever fails.
async fn is_quiet(server: &Server) {
    let counted = format!("SELECT concat(count(*) FILTER (WHERE state <> 'idle'), ' busy, ', count(*) > 2) {OURS}");
    while server.value(&counted).await != "0 busy, f" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn run(world: &World, statement: &str) {
    world.command(&alex(), &format!("edit {statement}")).await;
    world.click(&alex(), ButtonAction::Execute(world.newest_proposal())).await;
}

#[test]
fn a_question_goes_its_way() {
    let Some(server) = wait(server()) else { return };
    run_test_with(setup(target(&server)), async |world| {
        run(world, "SELECT owner, sum(revenue) AS revenue FROM clients GROUP BY owner ORDER BY owner").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        ```sql
        SELECT
          owner,
          sum(revenue) AS revenue
        FROM
          public.clients
        GROUP BY
          owner
        ORDER BY owner
        ```
        Statement edited by you.
        Reads the table clients of the database crm.
        Estimate: about 2 rows, cost 23.
        [Edit] [Explain]
        ── #2 private
        ```
        owner   │    revenue
        ────────┼───────────
        alex    │ 375,750.00
        camille │ 375,000.00
        ```
        2 rows. Time: … s.
        <crm-2026-11-21.csv>
        <crm-2026-11-21.xlsx>
        [Chart]
        ");
    });
}

#[test]
fn row_level_rules_see_who_asks() {
    let Some(server) = wait(server()) else { return };
    let rules = "ALTER TABLE clients ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON clients FOR SELECT USING (owner = current_setting('pstral.person', true));";
    wait(server.batch(rules));
    run_test_with(setup(target(&server)), async |world| {
        for (who, owner) in [(alex(), "alex"), (camille(), "camille")] {
            world.command(&who, "edit SELECT DISTINCT owner FROM clients").await;
            world.click(&who, ButtonAction::Execute(world.newest_proposal())).await;
            assert!(world.newest().starts_with(&format!("`{owner}`")), "{}", world.newest());
        }
    });
}

#[test]
fn people_without_an_account_of_their_own_run_nothing() {
    let Some(server) = wait(server()) else { return };
    wait(server.batch("CREATE ROLE alex; GRANT SELECT ON clients TO alex; GRANT alex TO reader;"));
    let identity = Identity::Role([("alex".to_owned(), "alex".to_owned())].into());
    run_test_with(setup(PostgresConfig { identity, ..target(&server) }), async |world| {
        run(world, "SELECT count(*) AS n FROM clients").await;
        assert!(world.newest().starts_with("**1000**"), "{}", world.newest());
        world.command(&camille(), "edit SELECT count(*) AS n FROM clients").await;
        assert!(world.newest().contains("sous votre propre compte"), "nothing is offered that cannot run");
    });
}

#[test]
fn a_server_that_goes_away_is_told_and_its_return_is_noticed() {
    let Some(server) = wait(server()) else { return };
    let limits = Limits { time: Duration::from_secs(5), ..Limits::default() };
    let terms = Terms { catalog_age: Duration::from_hours(1), ..Terms::default() };
    run_test_with(Setup { limits, terms, ..setup(target(&server)) }, async |world| {
        world.command(&alex(), "edit SELECT count(*) AS n FROM clients").await;
        let offered = world.newest_proposal();
        server.crash();
        world.click(&alex(), ButtonAction::Execute(offered)).await;
        assert_snapshot!(world.newest(), @"The database cannot be found or opened. Tell an administrator, then try again.");
        server.start_again();
        run(world, "SELECT count(*) AS n FROM clients").await;
        assert!(world.newest().starts_with("**1000**"), "{}", world.newest());
    });
}

#[test]
fn a_server_killed_under_a_statement_is_told() {
    let Some(server) = wait(server()) else { return };
    run_test_with(setup(target(&server)), async |world| {
        let running = begin(world, &server, SLOW, "state = 'active'").await;
        server.crash();
        running.await.unwrap();
        assert_snapshot!(world.newest(), @"The database cannot be found or opened. Tell an administrator, then try again.");
        assert!(world.audit_lines().await.ends_with("result failed alex relations=clients\n"));
        server.start_again();
        run(world, "SELECT count(*) AS n FROM clients").await;
        assert!(world.newest().starts_with("**1000**"), "{}", world.newest());
        is_quiet(&server).await;
    });
}

#[test]
fn a_connection_cut_between_rows_is_told() {
    let Some(server) = wait(server()) else { return };
    let limits = Limits { rows: u64::MAX, bytes: u64::MAX, ..Limits::default() };
    run_test_with(Setup { limits, ..setup(target(&server)) }, async |world| {
        let running = begin(world, &server, ENDLESS, "wait_event = 'ClientWrite'").await;
        server.batch(&format!("SELECT pg_terminate_backend(pid) {OURS}")).await;
        running.await.unwrap();
        assert_snapshot!(world.newest(), @"The database failed while reading. Try again; if it keeps happening, tell an administrator.");
        assert!(world.audit_lines().await.ends_with("result failed alex relations=clients\n"));
        assert_eq!(world.files_on_disk(), [""; 0], "half a result is no file");
        run(world, "SELECT count(*) AS n FROM clients").await;
        assert!(world.newest().starts_with("**1000**"), "{}", world.newest());
        is_quiet(&server).await;
    });
}

#[test]
fn a_statement_that_takes_too_long_ends_on_the_server() {
    let Some(server) = wait(server()) else { return };
    let limits = Limits { time: Duration::from_secs(1), ..Limits::default() };
    run_test_with(Setup { limits, ..setup(target(&server)) }, async |world| {
        run(world, SLOW).await;
        assert_snapshot!(world.newest(), @"The statement was stopped after 1 second, the most it may take. Add a filter or a shorter period.");
        is_quiet(&server).await;
    });
}

#[test]
fn a_statement_that_a_person_stops_ends_on_the_server() {
    let Some(server) = wait(server()) else { return };
    run_test_with(setup(target(&server)), async |world| {
        let running = begin(world, &server, SLOW, "state = 'active'").await;
        world.command(&alex(), "stop").await;
        running.await.unwrap();
        assert!(world.newest().starts_with("The statement was stopped as you asked.\n```sql"), "{}", world.newest());
        is_quiet(&server).await;
    });
}

#[test]
fn who_finds_every_connection_taken_is_told() {
    let Some(server) = wait(server()) else { return };
    let engine = Arc::new(PostgresTarget::new(PostgresConfig { max_concurrent: 1, ..target(&server) }).unwrap());
    let limits = Limits { time: Duration::from_secs(1), ..Limits::default() };
    let terms = Terms { catalog_age: Duration::from_hours(1), ..Terms::default() };
    let other = Arc::clone(&engine);
    let setup = Setup { engine: Some(engine), limits, terms, ..setup(target(&server)) };
    run_test_with(setup, async |world| {
        world.command(&alex(), "edit SELECT count(*) AS n FROM clients").await;
        let offered = world.newest_proposal();
        let patient =
            Policy::new(deny(&[]), Vec::new(), Limits { rows: u64::MAX, bytes: u64::MAX, ..Limits::default() });
        let Verdict::Allow(endless) = Guard::new(&other.catalog().await.unwrap(), &patient).check(ENDLESS) else {
            panic!("the guard refuses it")
        };
        let taken = other.execute(&endless, "camille", CancellationToken::new()).await.unwrap();
        world.click(&alex(), ButtonAction::Execute(offered)).await;
        assert_snapshot!(world.newest(), @"The database is busy right now. Try again in a minute.");
        drop(taken);
        run(world, "SELECT count(*) AS n FROM clients").await;
        assert!(world.newest().starts_with("**1000**"), "{}", world.newest());
        is_quiet(&server).await;
    });
}

#[test]
fn the_program_says_what_the_account_may_do_too_much() {
    let Some(server) = wait(server()) else { return };
    let more = "CREATE ROLE writer LOGIN; GRANT SELECT, UPDATE ON clients TO writer; CREATE ROLE owner LOGIN;
        CREATE FUNCTION purge() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'; GRANT CREATE ON SCHEMA public TO writer;
        CREATE TABLE own (id int); ALTER TABLE own OWNER TO owner;
        ALTER ROLE writer SET temp_file_limit = '1GB'; ALTER ROLE reader SET temp_file_limit = '1GB';";
    wait(server.batch(more));
    let place = Place::new();
    place.run(&["user", "add", "zoe", "--config", "/dev/null", "--data", "."]).code(0);
    let doctor = |account: &str, more: &str| {
        let url = server.url(account);
        let target = format!("[targets.crm]\nkind = \"postgres\"\nurl = \"{}\"\n{more}", url.expose_secret());
        place.write("pstral.toml", format!("data = \".\"\n{target}"));
        place.run(&["doctor", "--config", "pstral.toml"])
    };
    let lines =
        |out: &str| out.lines().filter(|line| line.starts_with("target crm account")).collect::<Vec<_>>().join("\n");
    assert_snapshot!(lines(&doctor("writer", "").code(1).out), @"
    target crm account · failed · writer can write: CREATE on schema public, UPDATE on table public.clients
    target crm account · degraded · writer can lock: LOCK on table public.clients
    target crm account · degraded · writer can run stored code: EXECUTE as its owner (SECURITY DEFINER) on function public.purge()
    ");
    assert_snapshot!(lines(&doctor("owner", "").code(1).out), @"
    target crm account · failed · owner owns what it reads: owns table public.own
    target crm account · degraded · owner can run stored code: EXECUTE as its owner (SECURITY DEFINER) on function public.purge()
    target crm account · degraded · owner may fill the disk with temporary files: temp_file_limit none
    ");
    assert_snapshot!(lines(&doctor("postgres", "").code(1).out), @"target crm account · failed · postgres is above the database’s checks: SUPERUSER");
    doctor("postgres", "allow_privileged = true").code(0).says(&["target crm account · degraded"]);
    wait(server.batch("DROP FUNCTION purge()"));
    assert_snapshot!(lines(&doctor("reader", "").code(0).out), @"target crm account · ok · reader can read, and nothing more");

    place.run(&["catalog", "refresh", "--config", "pstral.toml"]).code(0).says(&["crm: read for the first time"]);
    let shown = place.run(&["catalog", "show", "crm", "clients", "--config", "pstral.toml"]).code(0).out;
    assert_snapshot!(shown, @"
    clients · table · about 1,000 rows
      id       integer        PK  1,000 values
      name     text               1,000 values
      owner    text               2 values
      revenue  numeric(12,2)      1,000 values
    ");
    doctor("postgres", "");
    place.run(&["catalog", "refresh", "--config", "pstral.toml"]).code(1).says(&["the account may do more than read"]);
}

/// The account was judged when the catalog was read; what it is given later holds in every session at once.
#[test]
fn an_account_that_becomes_a_superuser_runs_nothing_more() {
    let Some(server) = wait(server()) else { return };
    let terms = Terms { catalog_age: Duration::from_hours(1), ..Terms::default() };
    let config = PostgresConfig { refuse_privileged: true, ..target(&server) };
    run_test_with(Setup { terms, ..setup(config) }, async |world| {
        run(world, "SELECT count(*) AS n FROM clients").await;
        assert!(world.newest().starts_with("**1000**"), "{}", world.newest());
        for (given, taken) in [
            ("ALTER ROLE reader SUPERUSER", "ALTER ROLE reader NOSUPERUSER"),
            ("CREATE ROLE chief SUPERUSER; GRANT chief TO reader", "REVOKE chief FROM reader"),
        ] {
            server.batch(given).await;
            run(world, "SELECT count(*) AS n FROM clients").await;
            let refused = world.newest();
            assert!(refused.starts_with("Nothing is run on this database: the account"), "{given}: {refused}");
            server.batch(taken).await;
            run(world, "SELECT count(*) AS n FROM clients").await;
            assert!(world.newest().starts_with("**1000**"), "{}", world.newest());
        }
    });
}

#[test]
fn a_wrong_address_is_told_with_what_to_write() {
    let place = Place::new();
    let mut said = String::new();
    for (url, variable) in [
        ("db/crm", ""),
        ("mysql://pstral:secret@db/crm", ""),
        ("postgres:///crm", ""),
        ("postgres://db/crm", ""),
        ("postgres://pstral:secret@db", ""),
        ("postgres://pstral:secret@db/crm?sslmode=maybe", ""),
        ("postgres://pstral:secret@db/crm?options=-crole", ""),
        ("postgres://pstral:secret@db/crm", "-c role=x"),
    ] {
        place.write("pstral.toml", format!("[targets.crm]\nkind = \"postgres\"\nurl = \"{url}\"\n"));
        let mut command = place.pstral(&["config", "check", "--config", "pstral.toml"]);
        if !variable.is_empty() {
            command.env("PGOPTIONS", variable);
        }
        let output = command.output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap() + String::from_utf8(output.stderr).unwrap().as_str();
        assert!(!printed.contains("secret"), "{printed}");
        said.extend(printed.lines().filter(|line| line.contains("targets.crm.url")).map(|line| format!("{line}\n")));
    }
    assert_snapshot!(said, @"
    targets.crm.url: the address cannot be read. Write one such as postgres://pstral:password@db.intern:5432/crm, special characters of the password as %XX (@ is %40).
    targets.crm.url: the address must begin with postgres://, such as postgres://pstral@db.intern/crm.
    targets.crm.url: the address names no server: write it after the @, such as postgres://pstral@db.intern/crm.
    targets.crm.url: the address names no account: write it before the @, such as postgres://pstral@db.intern/crm.
    targets.crm.url: the address names no database: write it at the end, such as postgres://pstral@db.intern/crm.
    targets.crm.url: sslmode must be disable, prefer, require, verify-ca or verify-full, such as ?sslmode=verify-full.
    targets.crm.url: the address may not set “options”, only sslmode, sslrootcert and host. Remove it.
    targets.crm.url: the environment variable PGOPTIONS would change every session. Unset it where Pstral is started.
    ");
}

/// PostgreSQL would prefer them: their types fit better than those of its own.
const SHADOWS: &str = "CREATE TABLE words (v varchar(20), w varchar(20)); INSERT INTO words VALUES ('A', 'b');
    GRANT SELECT ON words TO reader; CREATE TABLE stolen (v text);
    CREATE FUNCTION lower(varchar) RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT ''stolen''';
    CREATE FUNCTION initcap(varchar) RETURNS text LANGUAGE sql IMMUTABLE SECURITY DEFINER AS 'SELECT ''stolen''';
    CREATE FUNCTION eq(varchar, varchar) RETURNS boolean LANGUAGE sql SECURITY DEFINER AS 'SELECT true';
    CREATE OPERATOR = (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = eq);
    CREATE AGGREGATE max(varchar) (SFUNC = textcat, STYPE = text);";

#[test]
fn nothing_of_the_company_takes_the_place_of_postgresql_s_own() {
    let Some(server) = wait(server()) else { return };
    wait(server.batch(SHADOWS));
    run_test_with(setup(target(&server)), async |world| {
        for (statement, expected) in [
            ("SELECT lower(v) AS v FROM words", "`a`"),
            ("SELECT initcap('x y'::varchar) AS v", "`X Y`"),
            ("SELECT max(v) AS v FROM words", "`A`"),
            ("SELECT count(*) AS n FROM words WHERE v = w", "**0**"),
            ("SELECT count(*) AS n FROM words a JOIN words b ON a.v = b.w", "**0**"),
            ("SELECT count(*) AS n FROM words a JOIN words b USING (v)", "**1**"),
            ("SELECT CASE v WHEN w THEN 'stolen' ELSE 'ours' END AS v FROM words", "`ours`"),
        ] {
            run(world, statement).await;
            assert!(world.newest().starts_with(expected), "{statement}: {}", world.newest());
        }
    });
}
