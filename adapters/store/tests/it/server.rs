//! The state on a server that several programs share.

use std::time::Duration;

use futures::future::{join_all, try_join_all};
use pstral_core::domain::{Mode, NewTurn, Speaker, TurnEnd, TurnId, TurnState};
use pstral_core::ports::{AuditFilter, AuditLog as _, Conversations as _, Knowledge as _, People as _, StoreError};
use pstral_core::testkit::state::{at, member, place};
use pstral_pgserver::Server;
use pstral_store::{InstanceLease, Location, Store};
use secrecy::ExposeSecret as _;
use sqlx::{Connection as _, PgConnection};

use crate::{event, on, verify};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn programs_that_start_at_once_on_a_new_database_all_open_it() {
    let Some(server) = Server::start() else { return };
    let names = ["one", "two", "one", "three"];
    let opening = names.iter().map(|name| on(&server, name));
    let stores: Vec<Store> = join_all(opening).await.into_iter().map(Result::unwrap).collect();
    let appends = stores.iter().flat_map(|store| (0..25).map(|_| store.append(event("hello"))));
    try_join_all(appends).await.unwrap();
    assert_eq!(verify(&stores[0]).await, Ok(100), "three chains, each whole");
    let mut instances: Vec<String> = Vec::new();
    for entry in stores[0].after(0, &AuditFilter::default(), 1000).await.unwrap() {
        instances.push(entry.instance);
    }
    instances.sort();
    instances.dedup();
    assert_eq!(instances, ["one", "three", "two"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_earlier_state_comes_forward_with_its_rows() {
    let Some(server) = Server::start() else { return };
    let migrations = crate::migrations("postgres").await;
    for earlier in migrations.iter().map(|migration| migration.version) {
        let name = format!("from_{earlier}");
        server.batch(&format!("CREATE DATABASE {name}")).await;
        let url = server.url("postgres").expose_secret().replace("/postgres?", &format!("/{name}?"));
        let mut before = PgConnection::connect(&url).await.unwrap();
        migrations.run_to(earlier, &mut before).await.unwrap();
        let insert = "INSERT INTO users (id, username, full_name, email, role, locale, disabled, created_at)
            VALUES (5, 'zoe', 'Zoé', '', 'admin', 'fr', 0, 1000)";
        sqlx::query(insert).execute(&mut before).await.unwrap();
        if (4..11).contains(&earlier) {
            let insert =
                "INSERT INTO verified_queries VALUES ('crm', 'late', 'En retard', 'Late', 'SELECT 1', '[]', 'C', 'D')";
            sqlx::query(insert).execute(&mut before).await.unwrap();
        }
        before.close().await.unwrap();

        let store = Store::open_at(&Location::Server(url), "one").await.unwrap();
        let user = store.user_named("Zoe").await.unwrap().unwrap();
        assert_eq!((user.id.0, user.created_at), (5, "1970-01-01T00:00:01Z".parse().unwrap()), "from {earlier}");
        let verified = store.verified("crm").await.unwrap();
        let expected: &[&str] = if (4..11).contains(&earlier) { &["late"] } else { &[] };
        assert_eq!(verified.iter().map(|query| query.id.as_str()).collect::<Vec<_>>(), expected, "from {earlier}");
        store.append(event("first")).await.unwrap();
        assert_eq!(verify(&store).await, Ok(1));
        store.close().await;
    }
}

#[tokio::test]
async fn a_newer_database_is_not_touched() {
    let Some(server) = Server::start() else { return };
    on(&server, "one").await.unwrap().close().await;
    server
        .batch(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                VALUES (9999, 'of tomorrow', TRUE, '', 0)",
        )
        .await;
    let location = Location::Server(server.url("postgres").expose_secret().to_owned());
    let looked = Store::open_at_to_read(&location).await;
    for refused in [on(&server, "one").await.map(drop), looked.map(drop)] {
        let error = refused.unwrap_err();
        assert!(matches!(error, StoreError::Newer(_)), "{error}");
        assert!(error.to_string().contains("(migration 9999, this one knows"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_goes_away_is_told_and_comes_back() {
    let Some(server) = Server::start() else { return };
    let store = on(&server, "one").await.unwrap();
    let kept = store.append(event("first")).await.unwrap();
    server.crash();
    for refused in [store.append(event("lost")).await.map(drop), member(&store, "zoe").await.map(drop)] {
        let Err(StoreError::Unavailable(why)) = refused else { panic!("{refused:?}") };
        assert!(!why.contains("no free connection"), "that too much waits is not why: {why}");
    }
    let elsewhere = on(&server, "one").await.map(drop).unwrap_err().to_string();
    assert!(elsewhere.contains(&format!("postgres://127.0.0.1:{}/postgres", server.port())), "{elsewhere}");
    server.start_again();
    let next = loop {
        match store.append(event("second")).await {
            Ok(next) => break next,
            Err(StoreError::Unavailable(_)) => tokio::time::sleep(Duration::from_millis(50)).await,
            Err(other) => panic!("{other}"),
        }
    };
    assert_eq!((next.seq, next.previous), (2, kept.hash));
    assert_eq!(verify(&store).await, Ok(2));
}

#[tokio::test]
async fn an_account_and_a_password_are_never_in_an_error() {
    let location = Location::of("postgres://pstral:s3cr3t@127.0.0.1:1/state").unwrap();
    let error = Store::open_at(&location, "one").await.map(drop).unwrap_err();
    for shown in [error.to_string(), format!("{error:?}"), location.to_string(), format!("{location:?}")] {
        assert!(!shown.contains("s3cr3t") && shown.contains("127.0.0.1:1/state"), "{shown}");
    }
    for malformed in ["postgres://[", "mysql://x", "sqlite://", "sqlite://folder/", "postgres://x:s3cr3t@h:port/d"] {
        assert_eq!(Location::of(malformed), None, "{malformed}");
    }
}

#[tokio::test]
async fn one_program_at_a_time_has_the_name_of_an_instance() {
    let Some(server) = Server::start() else { return };
    let url = server.url("postgres").expose_secret().to_owned();
    let first = InstanceLease::take(&url, "one").await.unwrap();
    assert!(first.is_some());
    assert!(InstanceLease::take(&url, "one").await.unwrap().is_none());
    assert!(InstanceLease::take(&url, "two").await.unwrap().is_some());
    drop(first);
    while InstanceLease::take(&url, "one").await.unwrap().is_none() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_a_program_left_behind_is_taken_over_by_one_of_the_others() {
    let Some(server) = Server::start() else { return };
    let url = server.url("postgres").expose_secret().to_owned();
    let gone = on(&server, "gone").await.unwrap();
    let others = [on(&server, "one").await.unwrap(), on(&server, "two").await.unwrap()];
    let _present = (InstanceLease::take(&url, "one").await.unwrap(), InstanceLease::take(&url, "two").await.unwrap());
    let user = member(&gone, "zoe").await.unwrap();
    let talk = gone.begin(user.id, &place("room"), Mode::Chat, at("10:00:00")).await.unwrap();
    for _ in 0..20 {
        let turn = NewTurn {
            conversation: talk.id,
            speaker: Speaker::Pstral,
            text: String::new(),
            state: TurnState::Streaming,
            proposal: None,
            at: at("10:00:00"),
            aside: false,
            target: None,
        };
        let turn = gone.add_turn(&turn).await.unwrap();
        let taken = join_all(others.iter().map(|other| other.take_over(turn))).await;
        let takers = taken.into_iter().filter(|taken| taken.as_ref().unwrap().is_some()).count();
        assert_eq!(takers, 1);
    }
    assert_eq!(others[0].streaming().await.unwrap().len() + others[1].streaming().await.unwrap().len(), 20);
}

/// A turn that is being written.
async fn live_turn(store: &Store) -> TurnId {
    let user = member(store, "zoe").await.unwrap();
    let talk = store.begin(user.id, &place("room"), Mode::Chat, at("10:00:00")).await.unwrap();
    let turn = NewTurn {
        conversation: talk.id,
        speaker: Speaker::Pstral,
        text: String::new(),
        state: TurnState::Streaming,
        proposal: None,
        at: at("10:00:00"),
        aside: false,
        target: None,
    };
    store.add_turn(&turn).await.unwrap()
}

/// The server ends the sessions that hold leases, as a network that fails does.
async fn cut_leases(server: &Server) {
    server
        .batch("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_lost_the_lease_to_another_writes_nothing_more() {
    let Some(server) = Server::start() else { return };
    let url = server.url("postgres").expose_secret().to_owned();
    let (first, second) = (on(&server, "one").await.unwrap(), on(&server, "one").await.unwrap());
    let mut lease = InstanceLease::take(&url, "one").await.unwrap().unwrap();
    lease.fence(&first).await.unwrap();
    first.append(event("one")).await.unwrap();
    let turn = live_turn(&first).await;
    let mut newer = loop {
        cut_leases(&server).await;
        if let Some(newer) = InstanceLease::take(&url, "one").await.unwrap() {
            break newer;
        }
    };
    // It has noticed before the newer one may close what it was writing.
    let (fenced, ()) = tokio::join!(newer.fence(&second), first.interrupted());
    fenced.unwrap();
    assert!(matches!(first.lost().await, StoreError::Superseded(name) if name == "one"));
    let end = TurnEnd::words("late", TurnState::Complete);
    let refused = [
        first.append(event("two")).await.map(drop),
        first.finish_turn(turn, &end).await,
        first.take_over(turn).await.map(drop),
        first.health().await.map(drop),
    ];
    assert!(refused.iter().all(|refused| matches!(refused, Err(StoreError::Superseded(_)))), "{refused:?}");
    assert!(second.take_over(turn).await.unwrap().is_some());
    second.append(event("two")).await.unwrap();
    assert_eq!(verify(&second).await, Ok(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_nobody_else_took_is_taken_again() {
    let Some(server) = Server::start() else { return };
    let url = server.url("postgres").expose_secret().to_owned();
    let store = on(&server, "one").await.unwrap();
    let mut lease = InstanceLease::take(&url, "one").await.unwrap().unwrap();
    lease.fence(&store).await.unwrap();
    let interrupted = store.interrupted();
    let ((), ()) = tokio::join!(interrupted, cut_leases(&server));
    while store.append(event("one")).await.is_err() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(InstanceLease::take(&url, "one").await.unwrap().is_none(), "it is held");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_another_instance_is_closed_only_once_that_has_stopped() {
    let Some(server) = Server::start() else { return };
    let url = server.url("postgres").expose_secret().to_owned();
    let (writing, other) = (on(&server, "one").await.unwrap(), on(&server, "two").await.unwrap());
    let mut lease = InstanceLease::take(&url, "one").await.unwrap().unwrap();
    lease.fence(&writing).await.unwrap();
    let turn = live_turn(&writing).await;
    assert!(other.take_over(turn).await.unwrap().is_none(), "it is there");
    let taken = async {
        loop {
            cut_leases(&server).await;
            if let Some(turn) = other.take_over(turn).await.unwrap() {
                break turn;
            }
        }
    };
    tokio::select! {
        biased;
        () = writing.interrupted() => {}
        taken = taken => panic!("taken over while it was written: {taken:?}"),
    }
    while other.take_over(turn).await.unwrap().is_none() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    writing.lost().await;
    let end = TurnEnd::words("late", TurnState::Complete);
    assert!(matches!(writing.finish_turn(turn, &end).await, Err(StoreError::Superseded(_))));
}

#[tokio::test]
async fn what_a_check_finds_is_told() {
    let Some(server) = Server::start() else { return };
    let store = on(&server, "one").await.unwrap();
    member(&store, "zoe").await.unwrap();
    store.append(event("one")).await.unwrap();
    let health = store.health().await.unwrap().render(pstral_core::domain::Locale::En);
    assert!(health.starts_with("PostgreSQL 1") && health.contains(", 1 user, 1 audit event, "), "{health}");
}
