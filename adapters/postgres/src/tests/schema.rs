//! Tests of the catalog, plans, known values and privileges.

use pstral_core::domain::{ColumnPath, RelationKind, Value};
use pstral_core::ports::{ExcessKind, QueryTarget as _, TargetError};

use super::{PostgresConfig, PostgresTarget, config, server, target};

const SCRIPT: &str = "CREATE SCHEMA hr; GRANT USAGE ON SCHEMA hr TO pstral;
    CREATE TABLE hr.teams (id integer PRIMARY KEY, name text UNIQUE); GRANT SELECT ON hr.teams TO pstral;
    INSERT INTO hr.teams VALUES (1, 'sales');
    CREATE TABLE hr.salaries (id integer, amount numeric);
    CREATE TABLE clients (id serial PRIMARY KEY, \"Nom complet\" varchar(40), city text, price numeric(10,2), photo bytea,
        team integer REFERENCES hr.teams, parent integer REFERENCES clients (id), secret text,
        UNIQUE (city, \"Nom complet\"));
    CREATE UNIQUE INDEX ON clients (price) WHERE price > 0;
    COMMENT ON TABLE clients IS 'who buys'; COMMENT ON COLUMN clients.city IS 'where they live';
    INSERT INTO public.clients (\"Nom complet\", city, price) SELECT 'client ' || n, CASE n % 3 WHEN 0 THEN 'Lyon' WHEN 1 THEN 'Lille'
        ELSE repeat('x', 300) END, n FROM generate_series(1, 900) n;
    CREATE TABLE parts (id integer, on_day date) PARTITION BY RANGE (on_day);
    CREATE TABLE parts_2024 PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
    CREATE VIEW lyon AS SELECT id FROM public.clients WHERE city = 'Lyon'; CREATE MATERIALIZED VIEW cities AS SELECT city FROM public.clients;
    CREATE FUNCTION lower(text) RETURNS text LANGUAGE sql AS 'SELECT ''x''';
    CREATE FUNCTION purge() RETURNS integer LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
    ANALYZE clients";

/// Column by column, so that one can be kept back.
const NARROW: &str = "REVOKE SELECT ON clients FROM pstral;
    GRANT SELECT (id, \"Nom complet\", city, price, photo, team, parent) ON clients TO pstral";

#[tokio::test]
async fn the_catalog_holds_what_may_be_read() {
    let Some(server) = server(SCRIPT).await else { return };
    server.batch(NARROW).await;
    let catalog = target(&server).catalog().await.unwrap();
    let names: Vec<String> = catalog.tables.iter().map(|table| format!("{}.{}", table.schema, table.name)).collect();
    assert_eq!(names, ["hr.teams", "public.cities", "public.clients", "public.lyon", "public.parts"]);
    let kinds: Vec<bool> = catalog.tables.iter().map(|table| table.kind == RelationKind::View).collect();
    assert_eq!(kinds, [false, true, false, true, false]);
    let clients = &catalog.tables[2];
    let columns: Vec<String> = clients
        .columns
        .iter()
        .map(|column| {
            let key = if column.primary_key { " key" } else { "" };
            let distinct = column.distinct.map_or(String::new(), |distinct| format!(" {distinct}"));
            format!("{} {}{key}{distinct}", column.name, column.data_type)
        })
        .collect();
    assert_eq!(
        columns,
        [
            "id integer key 900",
            "Nom complet character varying(40) 900",
            "city text 3",
            "price numeric(10,2) 900",
            "photo bytea",
            "team integer",
            "parent integer"
        ]
    );
    assert_eq!((clients.comment.as_str(), clients.columns[2].comment.as_str()), ("who buys", "where they live"));
    assert_eq!(clients.rows, Some(900));
    assert_eq!(clients.unique_keys, [["city", "Nom complet"]]);
    let keys: Vec<String> = clients
        .foreign_keys
        .iter()
        .map(|key| format!("{} -> {} ({})", key.columns.join(", "), key.relation, key.references.join(", ")))
        .collect();
    assert_eq!(keys, ["team -> hr.teams (id)", "parent -> clients (id)"]);
    assert_eq!(catalog.tables[3].rows, None, "a view has no estimate");
    assert_eq!(catalog.callables, ["clients_id_seq", "lower", "purge"]);
    assert_eq!(catalog.default_schema, "public");
}

#[tokio::test]
async fn a_plan_has_a_line_a_step() {
    let Some(server) = server(SCRIPT).await else { return };
    let target = target(&server);
    let sql = "SELECT c.id FROM public.clients c JOIN public.clients p ON p.id = c.parent WHERE c.city = :city";
    let values = [("city".to_owned(), Value::Text("Lyon".to_owned()))];
    let plan = target.plan(sql.to_owned(), values.into(), "camille.durand").await.unwrap();
    assert!(plan.cost.is_some_and(|cost| cost > 0.0) && plan.rows.is_some(), "{plan:?}");
    assert!(plan.plan.len() > 2 && plan.plan.iter().any(|line| line.contains(" on clients as c (rows ")), "{plan:?}");
    target.plan(sql.to_owned(), [].into(), "").await.unwrap();
    let refused = target.plan("SELECT nothing FROM public.clients".to_owned(), [].into(), "").await;
    assert!(matches!(refused, Err(TargetError::Rejected(_))), "{refused:?}");
}

#[tokio::test]
async fn known_values_are_short_distinct_and_in_order() {
    let Some(server) = server(SCRIPT).await else { return };
    let target = target(&server);
    let known = async |column: &str, limit| {
        let (relation, column) = column.split_once('.').unwrap();
        let [schema, relation, column] = ["public", relation, column].map(str::to_owned);
        target.known_values(&ColumnPath { schema, relation, column }, limit).await
    };
    assert_eq!(known("clients.city", 10).await.unwrap(), ["Lille", "Lyon"]);
    assert_eq!(known("clients.Nom complet", 2).await.unwrap().len(), 2);
    assert_eq!(known("clients.photo", 2).await.unwrap(), [""; 0]);
    let [schema, relation, column] = ["hr", "teams", "name"].map(str::to_owned);
    let elsewhere = target.known_values(&ColumnPath { schema, relation, column }, 2).await;
    assert_eq!(elsewhere.unwrap(), ["sales"], "of the one schema that is named");
    for column in ["clients.nothing", "teams.name", "clients.city\"; DROP TABLE clients; --"] {
        assert!(matches!(known(column, 2).await, Err(TargetError::Rejected(_))), "{column}");
    }
}

#[tokio::test]
async fn each_excess_is_named() {
    let Some(server) = server(SCRIPT).await else { return };
    let read = async |account: &str| {
        let config = PostgresConfig { url: server.url(account), ..config(&server) };
        PostgresTarget::new(config).unwrap().privileges().await.unwrap()
    };
    let named = |privileges: &pstral_core::ports::Privileges| {
        let lines = privileges.excesses.iter().map(|excess| format!("{:?}: {}", excess.kind, excess.what));
        lines.collect::<Vec<_>>()
    };
    let plain = read("pstral").await;
    assert_eq!(
        named(&plain),
        [
            "Execute: EXECUTE as its owner (SECURITY DEFINER) on function public.purge()",
            "Execute: EXECUTE on function public.lower(text)",
            "Unbounded: temp_file_limit none"
        ]
    );
    assert!(!plain.is_privileged());
    server.batch("ALTER ROLE pstral SET temp_file_limit = '1GB'; REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC").await;
    assert_eq!(read("pstral").await.excesses, []);

    server.batch("GRANT pg_monitor, pg_read_all_data TO pstral").await;
    assert_eq!(
        named(&read("pstral").await),
        [
            "ReadAll: member of pg_monitor, pg_read_all_data, pg_read_all_settings, pg_read_all_stats, pg_stat_scan_tables"
        ]
    );
    server.batch("REVOKE pg_monitor, pg_read_all_data FROM pstral").await;

    let root = read("postgres").await;
    assert_eq!(
        (root.account.as_str(), root.excesses[0].kind, root.is_privileged()),
        ("postgres", ExcessKind::Superuser, true)
    );

    let script = "CREATE ROLE writers; GRANT writers TO pstral; ALTER ROLE pstral NOINHERIT CREATEDB;
        GRANT INSERT, UPDATE ON clients TO writers; GRANT UPDATE (name) ON hr.teams TO PUBLIC;
        GRANT USAGE ON SEQUENCE clients_id_seq TO pstral; GRANT CREATE ON SCHEMA hr TO pstral;
        GRANT TEMPORARY ON DATABASE postgres TO PUBLIC; GRANT pg_execute_server_program TO writers;
        GRANT EXECUTE ON FUNCTION pg_read_file(text) TO pstral; CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
        GRANT USAGE ON FOREIGN SERVER files TO pstral; GRANT USAGE ON FOREIGN DATA WRAPPER file_fdw TO writers;
        GRANT SELECT ON parts TO writers WITH GRANT OPTION; GRANT SELECT (id) ON hr.teams TO pstral WITH GRANT OPTION;
        CREATE ROLE auditors; GRANT auditors TO writers WITH ADMIN OPTION; CREATE EXTENSION citext SCHEMA pg_catalog;
        GRANT SET ON PARAMETER session_replication_role TO writers; GRANT ALTER SYSTEM ON PARAMETER work_mem TO pstral;
        CREATE TABLE mine (id integer); ALTER TABLE mine OWNER TO writers";
    server.batch(script).await;
    let all = named(&read("pstral").await);
    assert_eq!(
        all,
        [
            "Owner: owns table public.mine",
            "Administer: ADMIN OPTION on role auditors",
            "Administer: ALTER SYSTEM on parameter work_mem",
            "Administer: CREATEDB pstral",
            "Administer: SELECT WITH GRANT OPTION on columns of table hr.teams",
            "Administer: SELECT WITH GRANT OPTION on table public.parts",
            "Administer: SET on parameter session_replication_role",
            "Write: CREATE on schema hr",
            "Write: INSERT, UPDATE on table public.clients",
            "Write: TEMPORARY on database postgres",
            "Write: UPDATE on columns of table hr.teams",
            "Write: USAGE on sequence public.clients_id_seq",
            "Lock: LOCK on table public.clients",
            "Execute: EXECUTE on functions of extension citext",
            "Outside: EXECUTE on function pg_read_file(text)",
            "Outside: EXECUTE on functions of extension file_fdw",
            "Outside: USAGE on foreign server files",
            "Outside: USAGE on foreign-data wrapper file_fdw",
            "Outside: member of pg_execute_server_program"
        ]
    );
}
