//! A server that goes away, a connection that is cut, a server that stands still.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use pstral_core::domain::Limits;
use pstral_core::ports::{QueryTarget as _, TargetError};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{
    ENDLESS, SILENT, WIDE, config, drain, first_rows, is_healthy, run, server, soon, start, start_with, target,
};
use crate::{PostgresConfig, PostgresTarget};
use pstral_pgserver::Server;

#[tokio::test]
async fn a_server_killed_is_told_and_serves_again_when_it_is_back() {
    let Some(server) = server("SELECT 1").await else { return };
    let target = target(&server);
    let mut stream = start(&target, ENDLESS, WIDE).await.unwrap();
    first_rows(&mut stream).await;
    let (waiting, ()) = tokio::join!(soon(start(&target, SILENT, WIDE)), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        server.crash();
    });
    assert!(matches!(waiting.err(), Some(TargetError::Unavailable(_))), "before the first row it is away");
    let cut = soon(drain(stream)).await.expect_err("the rest never came");
    assert!(matches!(cut, TargetError::Failed(_)), "between rows it has failed: {cut:?}");
    let away = soon(run(&target, "SELECT 1 AS n")).await.expect_err("nobody is there");
    assert!(matches!(away, TargetError::Unavailable(_)), "{away:?}");
    assert!(matches!(soon(target.health()).await, Err(TargetError::Unavailable(_))));
    server.start_again();
    is_healthy(&server, &target).await;
}

#[tokio::test]
async fn connections_that_were_kept_and_died_are_replaced_unseen() {
    let Some(server) = server("SELECT 1").await else { return };
    let target = target(&server);
    is_healthy(&server, &target).await;
    server.batch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pstral'").await;
    is_healthy(&server, &target).await;
}

#[tokio::test]
async fn who_is_disconnected_by_the_server_s_owner_is_told() {
    let Some(server) = server("SELECT 1").await else { return };
    let target = target(&server);
    for (call, before_rows) in
        [("pg_terminate_backend", true), ("pg_cancel_backend", true), ("pg_terminate_backend", false)]
    {
        let end =
            format!("SELECT {call}(pid) FROM pg_stat_activity WHERE application_name = 'pstral' AND state = 'active'");
        let error = if before_rows {
            let (ended, ()) = tokio::join!(soon(start(&target, SILENT, WIDE)), async {
                tokio::time::sleep(Duration::from_millis(300)).await;
                server.batch(&end).await;
            });
            ended.err()
        } else {
            let mut stream = start(&target, ENDLESS, WIDE).await.unwrap();
            first_rows(&mut stream).await;
            server.batch(&end).await;
            soon(drain(stream)).await.err()
        };
        match (call, before_rows) {
            ("pg_terminate_backend", true) => assert!(matches!(error, Some(TargetError::Unavailable(_))), "{error:?}"),
            _ => assert!(matches!(error, Some(TargetError::Failed(_))), "{call}: {error:?}"),
        }
        is_healthy(&server, &target).await;
    }
}

#[tokio::test]
async fn a_server_that_stands_still_keeps_nobody_past_the_deadline() {
    let Some(server) = server("SELECT 1").await else { return };
    let patient = PostgresConfig {
        connect_time: Duration::from_millis(700),
        read_time: Duration::from_secs(1),
        ..config(&server)
    };
    let target = PostgresTarget::new(patient).unwrap();
    let short = Limits { time: Duration::from_millis(1500), ..WIDE };
    is_healthy(&server, &target).await;
    let mut stream = start(&target, ENDLESS, short).await.unwrap();
    first_rows(&mut stream).await;

    let frozen = server.freeze();
    let silent = soon(start(&target, "SELECT 1 AS n", short)).await.err();
    assert!(matches!(silent, Some(TargetError::Unavailable(_) | TargetError::Timeout { .. })), "{silent:?}");
    let ended = soon(drain(stream)).await;
    assert!(ended.is_ok_and(|whole| whole.truncated.is_some()), "the rows that came stand");
    let ended = soon(target.catalog()).await.err();
    assert!(
        matches!(ended, Some(TargetError::Unavailable(_) | TargetError::Timeout { .. } | TargetError::Busy(_))),
        "{ended:?}"
    );
    assert!(soon(target.health()).await.is_err());
    let cancel = CancellationToken::new();
    let (stopped, ()) = tokio::join!(soon(start_with(&target, SILENT, &[], WIDE, cancel.clone())), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        cancel.cancel();
    });
    assert!(stopped.is_err());
    drop(frozen);
    is_healthy(&server, &target).await;
}

#[tokio::test]
async fn a_connection_that_is_cut_is_told() {
    let Some(server) = server("SELECT 1").await else { return };
    let wire = Wire::to(&server).await;
    let target =
        PostgresTarget::new(PostgresConfig { url: Server::url_at("pstral", wire.port), ..config(&server) }).unwrap();
    is_healthy(&server, &target).await;
    let mut stream = start(&target, ENDLESS, WIDE).await.unwrap();
    first_rows(&mut stream).await;
    let (waiting, ()) = tokio::join!(soon(start(&target, SILENT, WIDE)), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        wire.cut.notify_waiters();
    });
    assert!(matches!(waiting.err(), Some(TargetError::Unavailable(_))));
    let cut = soon(async {
        while let Some(batch) = stream.batches.next().await {
            if let Err(error) = batch {
                return Some(error);
            }
        }
        None
    });
    assert!(matches!(cut.await, Some(TargetError::Failed(_))));
    is_healthy(&server, &target).await;
}

/// Passes bytes between the target and the server until it is cut.
struct Wire {
    port: u16,
    cut: Arc<Notify>,
}

impl Wire {
    async fn to(server: &Server) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let wire = Self { port: listener.local_addr().unwrap().port(), cut: Arc::default() };
        let (cut, port) = (Arc::clone(&wire.cut), server.port());
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let cut = Arc::clone(&cut);
                tokio::spawn(async move {
                    let mut far = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                    tokio::select! {
                        () = cut.notified() => {}
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                    }
                });
            }
        });
        wire
    }
}

#[tokio::test]
async fn a_wrong_address_account_or_database_is_told_without_a_name() {
    let Some(server) = server("CREATE ROLE locked").await else { return };
    let url =
        |account: &str, port: u16, database: &str| format!("postgres://{account}:secret@127.0.0.1:{port}/{database}");
    for url in [
        url("pstral", 1, "postgres"),
        url("nobody", server.port(), "postgres"),
        url("locked", server.port(), "postgres"),
        url("pstral", server.port(), "nowhere"),
        url("pstral", server.port(), "postgres?sslmode=require"),
        "postgres://pstral:secret@localhost/postgres?host=/nowhere".to_owned(),
    ] {
        let target = PostgresTarget::new(PostgresConfig::new(url.clone().into())).unwrap();
        let Err(TargetError::Unavailable(why)) = soon(run(&target, "SELECT 1 AS n")).await else { panic!("{url}") };
        for word in ["secret", "nobody", "locked", "nowhere", "127.0.0.1", "pstral"] {
            assert!(!why.contains(word), "{why}");
        }
    }
}

#[tokio::test]
async fn a_lock_is_not_waited_for_long() {
    let Some(server) = server("CREATE TABLE t (id integer)").await else { return };
    let target = target(&server);
    let held = server.batch("BEGIN; LOCK TABLE public.t; SELECT pg_sleep(5); COMMIT");
    let reads = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        soon(run(&target, "SELECT id FROM public.t")).await.expect_err("somebody holds it")
    };
    let ((), refused) = tokio::join!(held, reads);
    assert!(matches!(refused, TargetError::Busy(_)), "{refused:?}");
    is_healthy(&server, &target).await;
}
