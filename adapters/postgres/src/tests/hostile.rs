//! Hostile statements that never met the guard, under an account that may do more than it should.

use pstral_core::domain::Value;
use pstral_core::ports::TargetError;

use super::{PostgresConfig, PostgresTarget, Server, config, run, server, target};

/// An account that owns what it reads: nothing but the transaction keeps it from writing.
const CANARY: &str = "CREATE ROLE owner LOGIN; GRANT CREATE ON SCHEMA public TO owner;
    GRANT TEMPORARY ON DATABASE postgres TO owner; SET ROLE owner;
    CREATE TABLE canary (id integer PRIMARY KEY, word text); INSERT INTO public.canary VALUES (1, 'alive');
    CREATE SEQUENCE canary_seq START 7;
    CREATE FUNCTION purge() RETURNS integer LANGUAGE sql AS 'DELETE FROM public.canary; SELECT 1';
    RESET ROLE";

async fn canary() -> Option<(Server, PostgresTarget)> {
    let server = server(CANARY).await?;
    let config = PostgresConfig { url: server.url("owner"), max_concurrent: 1, ..config(&server) };
    let target = PostgresTarget::new(config).unwrap();
    Some((server, target))
}

async fn state(server: &Server) -> String {
    let query =
        "SELECT concat_ws(' ', (SELECT string_agg(c::text, ',') FROM public.canary c), (SELECT last_value FROM canary_seq),
        (SELECT string_agg(relname::text, ',' ORDER BY oid) FROM pg_class WHERE oid > 16383),
        (SELECT count(*) FROM pg_largeobject_metadata))";
    server.value(query).await
}

#[tokio::test]
async fn writes_are_refused_even_of_an_owner() {
    let Some((server, target)) = canary().await else { return };
    let before = state(&server).await;
    for sql in [
        "DELETE FROM public.canary",
        "INSERT INTO public.canary VALUES (2, 'dead') RETURNING id",
        "UPDATE public.canary SET word = 'dead' RETURNING id",
        "WITH d AS (DELETE FROM public.canary RETURNING id) SELECT id FROM d",
        "TRUNCATE public.canary",
        "DROP TABLE canary",
        "CREATE TABLE more (id integer)",
        "SELECT id INTO more FROM public.canary",
        "SELECT nextval('public.canary_seq')",
        "SELECT setval('public.canary_seq', 99)",
        "SELECT public.purge()",
        "DO $$ BEGIN DELETE FROM public.canary; END $$",
        "SELECT 1; DELETE FROM public.canary",
        "COMMIT; DROP TABLE canary",
        "SELECT id FROM public.canary FOR UPDATE",
        "COPY public.canary TO STDOUT",
        "SET transaction_read_only = off",
        "COMMIT",
        "BEGIN",
        "VACUUM canary",
        "LISTEN x",
        "PREPARE p AS SELECT 1",
        "NOTIFY x",
    ] {
        let refused = run(&target, sql).await.expect_err(sql);
        assert!(matches!(refused, TargetError::Rejected(_) | TargetError::Failed(_)), "{sql}: {refused:?}");
        assert_eq!(state(&server).await, before, "after {sql}");
    }
    let alive = run(&target, "SELECT word FROM public.canary").await.unwrap();
    assert_eq!(alive.rows, [[Value::Text("alive".to_owned())]]);
}

/// Tests that effects permitted in a read-only transaction end with it.
#[tokio::test]
async fn nothing_is_left_for_the_next_person() {
    let Some((server, target)) = canary().await else { return };
    let before = state(&server).await;
    for sql in [
        "SELECT set_config('statement_timeout', '0', false)",
        "SELECT set_config('search_path', 'evil', false)",
        "SELECT set_config('pstral.person', 'somebody', false)",
        "SELECT set_config('default_transaction_read_only', 'off', false)",
        "SELECT pg_advisory_lock(42)::text",
        "SELECT lo_create(4242)",
    ] {
        // Allowed or refused, as the server's version has it.
        let _ = run(&target, sql).await;
    }
    let left = "SELECT current_setting('statement_timeout'), current_setting('pstral.person'),
        (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'), current_setting('transaction_read_only'),
        current_setting('default_transaction_read_only'), current_setting('search_path'),
        (SELECT count(*) FROM pg_prepared_statements WHERE NOT statement LIKE '%pg_prepared_statements%')";
    let rows = run(&target, left).await.unwrap().rows;
    let text = |text: &str| Value::Text(text.to_owned());
    let expected = [
        text("1min"),
        text("camille.durand"),
        Value::Integer(0),
        text("on"),
        text("on"),
        text("pg_catalog, pg_temp"),
        Value::Integer(0),
    ];
    assert_eq!(rows, [expected]);
    assert_eq!(state(&server).await, before);
}

#[tokio::test]
async fn read_only_cannot_be_undone_within_a_statement() {
    let Some((server, target)) = canary().await else { return };
    let before = state(&server).await;
    for sql in [
        "SELECT set_config('transaction_read_only', 'off', false), nextval('public.canary_seq')",
        "SELECT set_config('transaction_read_only', 'off', true), public.purge()",
        "WITH off AS MATERIALIZED (SELECT set_config('transaction_read_only', 'off', false)), d AS (DELETE FROM public.canary RETURNING 1)
         SELECT * FROM off, d",
    ] {
        let refused = run(&target, sql).await;
        assert!(refused.is_err(), "{sql}: {refused:?}");
        assert_eq!(state(&server).await, before, "after {sql}");
    }
}

#[tokio::test]
async fn no_name_of_postgresql_s_own_is_taken_by_another() {
    let script = "CREATE FUNCTION public.lower(text) RETURNS text LANGUAGE sql AS 'SELECT ''stolen''';
        CREATE FUNCTION public.set_config(text, text, boolean) RETURNS text LANGUAGE sql AS 'SELECT ''stolen''';
        CREATE FUNCTION public.eq(integer, integer) RETURNS boolean LANGUAGE sql AS 'SELECT false';
        CREATE OPERATOR public.= (LEFTARG = integer, RIGHTARG = integer, FUNCTION = public.eq);
        CREATE TABLE public.pg_class (relname text); CREATE SCHEMA evil; CREATE TABLE evil.t (word text);
        INSERT INTO evil.t VALUES ('stolen'); CREATE TABLE public.t (word text); INSERT INTO public.t VALUES ('ours');
        GRANT USAGE ON SCHEMA evil TO pstral; GRANT SELECT ON evil.t TO pstral;
        ALTER ROLE pstral SET search_path = evil, public, pg_catalog;
        ALTER ROLE pstral SET standard_conforming_strings = off; ALTER ROLE pstral SET statement_timeout = 0";
    let Some(server) = server(script).await else { return };
    let target = target(&server);
    for _ in 0..2 {
        let sql = "SELECT lower('A'), 1 = 1, word, 'a\\', current_setting('transaction_read_only') FROM public.t";
        let rows = run(&target, sql).await.unwrap().rows;
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!(rows, [[text("a"), Value::Boolean(true), text("ours"), text("a\\"), text("on")]]);
    }
}
