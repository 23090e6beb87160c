//! Plans that do not end, and what planning and running may take.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use pstral_core::domain::Value;
use pstral_core::ports::TargetError;

use super::{SOON, config, drain, is_healthy, run, server, soon, start, target};
use crate::{PostgresConfig, PostgresTarget};
use pstral_pgserver::Server;

/// Calls a function that the planner itself runs, since it says that it always answers the same.
const ENDLESS_TO_PLAN: &str = "SELECT public.forever()";
const FOREVER: &str = "CREATE FUNCTION public.forever() RETURNS integer IMMUTABLE LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(600); RETURN 1; END'";

async fn plan(target: &PostgresTarget, sql: &str) -> Result<Option<f64>, TargetError> {
    Ok(target.plan(sql.to_owned(), BTreeMap::new(), "camille.durand").await?.cost)
}

/// The backends that are planning, once there are so many.
async fn planning(server: &Server, count: usize) -> Vec<String> {
    let pids = "SELECT coalesce(string_agg(pid::text, ' '), '') FROM pg_stat_activity
        WHERE application_name = 'pstral' AND state = 'active' AND query LIKE 'EXPLAIN%'";
    let started = Instant::now();
    loop {
        let found: Vec<String> = server.value(pids).await.split_whitespace().map(str::to_owned).collect();
        if found.len() == count {
            return found;
        }
        assert!(started.elapsed() < SOON, "{found:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn signal(name: &str, pids: &[String]) {
    assert!(Command::new("kill").arg(name).args(pids).status().unwrap().success(), "{name} {pids:?}");
}

#[tokio::test]
async fn no_planning_begins_on_top_of_those_that_do_not_end() {
    let Some(server) = server(FOREVER).await else { return };
    let patient = PostgresConfig { max_concurrent: 3, read_time: Duration::from_secs(1), ..config(&server) };
    let target = PostgresTarget::new(patient).unwrap();
    let (one, two, stopped) = tokio::join!(plan(&target, ENDLESS_TO_PLAN), plan(&target, ENDLESS_TO_PLAN), async {
        // A planner that is at work heeds nobody: neither does one that stands still.
        let stopped = planning(&server, 2).await;
        signal("-STOP", &stopped);
        stopped
    });
    for ended in [one, two] {
        assert_eq!(ended.err(), Some(TargetError::Timeout { seconds: 1 }));
    }
    for _ in 0..3 {
        let busy = soon(plan(&target, "SELECT 1 AS n")).await;
        assert!(matches!(busy, Err(TargetError::Busy(_))), "{busy:?}");
    }
    assert_eq!(planning(&server, 2).await, stopped, "and no other beside them");
    let beside = soon(run(&target, "SELECT 1 AS n")).await.unwrap();
    assert_eq!(beside.rows, [[Value::Integer(1)]], "what was offered still runs");
    signal("-CONT", &stopped);
    planning(&server, 0).await;
    let started = Instant::now();
    while plan(&target, "SELECT 1 AS n").await.is_err() {
        assert!(started.elapsed() < SOON, "they ended");
    }
}

#[tokio::test]
async fn a_plan_past_its_deadline_is_stopped_and_its_connection_closed() {
    let Some(server) = server(FOREVER).await else { return };
    let target =
        PostgresTarget::new(PostgresConfig { read_time: Duration::from_millis(300), ..config(&server) }).unwrap();
    for _ in 0..3 {
        assert_eq!(soon(plan(&target, ENDLESS_TO_PLAN)).await.err(), Some(TargetError::Timeout { seconds: 1 }));
    }
    assert!(soon(plan(&target, "SELECT 1 AS n")).await.unwrap().is_some());
    is_healthy(&server, &target).await;
}

#[tokio::test]
async fn a_server_that_goes_away_while_it_plans_has_failed() {
    let Some(server) = server(FOREVER).await else { return };
    let target = target(&server);
    let (ended, ()) = tokio::join!(soon(plan(&target, ENDLESS_TO_PLAN)), async {
        planning(&server, 1).await;
        server.crash();
    });
    assert!(matches!(ended, Err(TargetError::Failed(_))), "the statement may be why: {ended:?}");
    assert!(matches!(soon(plan(&target, "SELECT 1 AS n")).await, Err(TargetError::Unavailable(_))));
}

#[tokio::test]
async fn what_a_statement_may_take_has_a_bound_of_its_own() {
    let script = "ALTER ROLE pstral SET work_mem = '4GB'; ALTER ROLE pstral SET join_collapse_limit = 100;
        ALTER ROLE pstral SET geqo = off; ALTER ROLE pstral SET jit = on; ALTER ROLE pstral SET enable_partitionwise_join = on;
        ALTER ROLE pstral SET max_parallel_workers_per_gather = 64; ALTER ROLE pstral SET temp_file_limit = '1MB'";
    let Some(server) = server(script).await else { return };
    let target = target(&server);
    let sql = "SELECT current_setting('work_mem'), current_setting('join_collapse_limit'), current_setting('geqo'),
        current_setting('jit'), current_setting('enable_partitionwise_join'), current_setting('max_parallel_workers_per_gather'),
        current_setting('from_collapse_limit'), current_setting('geqo_threshold'), current_setting('geqo_effort')";
    for _ in 0..2 {
        let rows = run(&target, sql).await.unwrap().rows;
        assert_eq!(
            rows,
            [["8MB", "6", "on", "off", "off", "2", "6", "7", "1"].map(|text| Value::Text(text.to_owned()))]
        );
    }
    let sorted = "SELECT n FROM (SELECT generate_series(1, 2000000) AS n) AS s ORDER BY -n";
    server
        .batch("ALTER ROLE pstral SET work_mem = '64kB'; ALTER ROLE pstral SET max_parallel_workers_per_gather = 0")
        .await;
    let rows = run(&super::target(&server), sql).await.unwrap().rows;
    assert_eq!(rows[0][0], Value::Text("64kB".to_owned()), "what is less is left alone");
    assert_eq!(rows[0][5], Value::Text("0".to_owned()));
    let ended = match start(&target, sorted, super::WIDE).await {
        Ok(stream) => drain(stream).await.err(),
        Err(error) => Some(error),
    };
    assert!(matches!(&ended, Some(TargetError::OutOfMemory(why)) if why.contains("temp_file_limit")), "{ended:?}");
    is_healthy(&server, &target).await;
}
