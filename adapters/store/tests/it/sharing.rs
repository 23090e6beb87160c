//! Several programs, and several tasks of one, write to the same file.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use futures::future::{join_all, try_join_all};
use pstral_core::domain::{Mode, ProposalId};
use pstral_core::ports::{AuditFilter, AuditLog as _, Claim, Conversations as _, People as _, Proposals as _};
use pstral_core::testkit::state::{at, member, one_of_a_hundred_claims, place};
use pstral_store::Store;
use sqlx::{Connection as _, SqliteConnection, query};

use crate::{beside, event, folder, open, url, verify};

/// Names the file to a copy of this program that a test starts.
const FILE: &str = "PSTRAL_TEST_STATE_FILE";

/// This test program once more, to run only `test`, on the file in `folder`.
fn again(test: &str, folder: &tempfile::TempDir) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(FILE, folder.path().join("state.db"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn programs_that_start_at_once_on_a_new_file_all_open_it() {
    let folder = folder();
    let file = folder.path().join("state.db");
    let opening = (0..8).map(|_| {
        let file = file.clone();
        tokio::spawn(async move { Store::open(&file, "one").await })
    });
    let stores: Vec<_> = join_all(opening).await.into_iter().map(|store| store.unwrap().unwrap()).collect();
    let appends = stores.iter().map(|store| store.append(event("hello")));
    try_join_all(appends).await.unwrap();
    assert_eq!(verify(&stores[0]).await, Ok(8));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_new_file_that_another_program_prepares_is_waited_for() {
    let folder = folder();
    let file = folder.path().join("state.db");
    let mut other = SqliteConnection::connect(&format!("{}?mode=rwc", url(&file))).await.unwrap();
    query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    query("CREATE TABLE held (id INTEGER)").execute(&mut other).await.unwrap();
    let opening = tokio::spawn(async move { Store::open(&file, "one").await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!opening.is_finished());
    query("ROLLBACK").execute(&mut other).await.unwrap();
    opening.await.unwrap().unwrap().append(event("hello")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_stores_write_one_chain_and_everything_else() {
    let folder = folder();
    let stores = [Arc::new(open(&folder).await.unwrap()), Arc::new(open(&folder).await.unwrap())];
    let writers = (0..8).map(|writer| {
        let store = stores[writer % 2].clone();
        tokio::spawn(async move {
            for turn in 0..25 {
                store.append(event(&format!("{writer} {turn}"))).await.unwrap();
                let user = member(&*store, &format!("user-{writer}-{turn}")).await.unwrap();
                store.current(user.id, &place("room"), pstral_core::domain::Mode::Sql, at("10:00:00")).await.unwrap();
            }
        })
    });
    try_join_all(writers).await.unwrap();
    assert_eq!(verify(&stores[0]).await, Ok(200));
    assert_eq!(stores[1].users().await.unwrap().len(), 200);
    let entries = stores[0].after(0, &AuditFilter::default(), 500).await.unwrap();
    assert!(entries.iter().all(|entry| entry.instance == "one"), "one chain");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_hundred_claims_through_two_stores_one_is_granted() {
    let folder = folder();
    let stores = [Arc::new(open(&folder).await.unwrap()), Arc::new(open(&folder).await.unwrap())];
    one_of_a_hundred_claims(&*stores[0], "warm").await.unwrap();
    let fresh = stores[0].get(&ProposalId("warm".to_owned())).await.unwrap().unwrap();
    let id = ProposalId("wanted".to_owned());
    let pending = pstral_core::domain::ProposalState::Pending;
    stores[0].add(&pstral_core::domain::Proposal { id: id.clone(), state: pending, ..fresh }).await.unwrap();

    let claims = (0..100).map(|n| {
        let (store, id) = (stores[n % 2].clone(), id.clone());
        tokio::spawn(async move { store.claim(&id, at("10:01:00")).await.unwrap() })
    });
    let claims = try_join_all(claims).await.unwrap();
    assert_eq!(claims.iter().filter(|claim| matches!(claim, Claim::Granted)).count(), 1);
    assert_eq!(claims.iter().filter(|claim| **claim == Claim::Used).count(), 99);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn questions_asked_at_once_share_one_conversation() {
    let folder = folder();
    let stores = [Arc::new(open(&folder).await.unwrap()), Arc::new(open(&folder).await.unwrap())];
    let user = member(&*stores[0], "zoe").await.unwrap().id;
    let asked = (0..20).map(|n| {
        let store = stores[n % 2].clone();
        tokio::spawn(async move {
            store.current(user, &place("room"), pstral_core::domain::Mode::Sql, at("10:00:00")).await.unwrap().id
        })
    });
    let mut conversations = try_join_all(asked).await.unwrap();
    conversations.dedup();
    assert_eq!(conversations.len(), 1);
    assert_eq!(stores[0].begin(user, &place("room"), Mode::Sql, at("10:00:00")).await.unwrap().user, user);
}

#[tokio::test]
async fn a_file_held_by_another_program_is_waited_for() {
    let folder = folder();
    let store = Arc::new(open(&folder).await.unwrap());
    let mut other = beside(&folder).await;
    query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let waiting = store.clone();
    let append = tokio::spawn(async move { waiting.append(event("patient")).await });
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert!(!append.is_finished());
    assert_eq!(store.users().await.unwrap(), [], "reading goes on");
    query("ROLLBACK").execute(&mut other).await.unwrap();
    append.await.unwrap().unwrap();
    assert_eq!(verify(&store).await, Ok(1));
}

#[tokio::test]
async fn a_caller_who_gives_up_leaves_a_whole_chain() {
    let folder = folder();
    let store = open(&folder).await.unwrap();
    for n in 0..50 {
        let given_up = tokio::time::timeout(Duration::from_micros(n * 20), store.append(event("given up"))).await;
        drop(given_up);
        let _ = tokio::time::timeout(Duration::from_micros(n * 20), member(&store, &format!("given-up-{n}"))).await;
        store.append(event("waited for")).await.unwrap();
        member(&store, &format!("waited-for-{n}")).await.unwrap();
    }
    assert!(verify(&store).await.unwrap() >= 50);
    assert!(store.users().await.unwrap().len() >= 50);
}

#[tokio::test]
async fn programs_write_one_chain_at_once() {
    if let Ok(file) = env::var(FILE) {
        let store = Store::open(Path::new(&file), "one").await.unwrap();
        for turn in 0..100 {
            store.append(event(&turn.to_string())).await.unwrap();
        }
        return;
    }
    let folder = folder();
    let children: Vec<Child> = (0..3).map(|_| again("sharing::programs_write_one_chain_at_once", &folder)).collect();
    for child in children {
        let ended = tokio::task::spawn_blocking(|| child.wait_with_output().unwrap()).await.unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stdout));
    }
    assert_eq!(verify(&open(&folder).await.unwrap()).await, Ok(300));
}

#[tokio::test]
async fn what_was_acknowledged_outlives_a_killed_program() {
    if let Ok(file) = env::var(FILE) {
        let store = Arc::new(Store::open(Path::new(&file), "one").await.unwrap());
        let writers = (0..4).map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                loop {
                    println!("durable {}", store.append(event("acknowledged")).await.unwrap().hash);
                }
            })
        });
        join_all(writers).await;
    }
    let folder = folder();
    let mut acknowledged = Vec::new();
    for _ in 0..3 {
        let mut child = again("sharing::what_was_acknowledged_outlives_a_killed_program", &folder);
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let enough = acknowledged.len() + 60;
        for hash in lines.filter_map(|line| line.strip_prefix("durable ").map(str::to_owned)) {
            acknowledged.push(hash);
            if acknowledged.len() == enough {
                // As SIGKILL: nothing is closed, nothing is flushed. Lines already written are still read.
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
    }
    assert!(acknowledged.len() >= 180, "the other program wrote only {}", acknowledged.len());
    let store = open(&folder).await.unwrap();
    verify(&store).await.unwrap();
    let kept = store.after(0, &AuditFilter::default(), u32::MAX).await.unwrap();
    let kept: std::collections::HashSet<String> = kept.into_iter().map(|entry| entry.hash.0).collect();
    let lost = acknowledged.iter().filter(|hash| !kept.contains(*hash)).count();
    assert_eq!(lost, 0, "of {}", acknowledged.len());
}
