//! A program that is killed while it takes away leaves a state that holds, and the next one goes on.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use pstral_core::ports::{AuditFilter, People as _};

use super::*;

const FILE: &str = "PSTRAL_TEST_STATE_FILE";

/// Kills this program, run once more for a test, after ever longer, until it comes to its end.
async fn killed_until_done(test: &str, folder: &TempDir, store: &Store) -> u32 {
    for kills in 0.. {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(FILE, folder.path().join("state.db"))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut left = Duration::from_millis(20 + 15 * u64::from(kills));
        while !left.is_zero() && child.try_wait().unwrap().is_none() {
            let step = left.min(Duration::from_millis(5));
            tokio::time::sleep(step).await;
            left -= step;
        }
        // As SIGKILL: nothing is closed, nothing is flushed.
        let _ = child.kill();
        let ended = child.wait().unwrap();
        proved(store).await.unwrap_or_else(|fault| panic!("after {kills} kills: {fault}"));
        if ended.success() {
            return kills;
        }
    }
    0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pruning_that_is_killed_again_and_again_comes_to_its_end() {
    if let Ok(file) = env::var(FILE) {
        let store = Store::open(Path::new(&file), "one").await.unwrap();
        store.prune(&store, &due(20, Some(10), Some(5)), None, &sign).await.unwrap();
        return;
    }
    let ground = Ground::File(folder());
    let Ground::File(folder) = &ground else { return };
    let store = ground.open("one").await;
    for on in 1..=20 {
        let events = (0..200).map(|_| store.append(said(None, on, "words")));
        futures::future::try_join_all(events).await.unwrap();
    }
    let test = "keeping::killed::pruning_that_is_killed_again_and_again_comes_to_its_end";
    let kills = killed_until_done(test, folder, &store).await;
    println!("killed {kills} times");
    assert!(kills > 1, "it was never in the middle");
    let left = store.after(0, &AuditFilter::default(), 9999).await.unwrap();
    let old = left.iter().filter(|entry| entry.event.at < day(10));
    assert_eq!(old.count(), 0);
    let with_words = left.iter().filter(|entry| entry.event.at < day(15) && entry.event.detail.is_some());
    assert_eq!(with_words.count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn erasing_that_is_killed_again_and_again_comes_to_its_end() {
    if let Ok(file) = env::var(FILE) {
        let store = Store::open(Path::new(&file), "one").await.unwrap();
        let zoe = store.user_named("zoe").await.unwrap();
        let Some(zoe) = zoe.or(store.user_named("erased-1").await.unwrap()) else { return };
        store.erase(&store, &zoe, &[], day(20), None).await.unwrap();
        return;
    }
    let ground = Ground::File(folder());
    let Ground::File(folder) = &ground else { return };
    let store = ground.open("one").await;
    let zoe = person(&ground, &store, "zoe").await;
    let before = AuditEvent { actor: Some("account of zoe".to_owned()), ..said(None, 1, "before zoe was linked") };
    let events = (0..500).map(|_| store.append(before.clone()));
    futures::future::try_join_all(events).await.unwrap();
    let events = (0..3000).map(|n| store.append(said(Some(&zoe), 1 + n / 200, "words of zoe")));
    futures::future::try_join_all(events).await.unwrap();
    let turns: Vec<String> = (0..1000).map(|n| format!("(101, 'user', 'words of zoe {n}', 'complete', 5)")).collect();
    let turns = turns.join(", ");
    ground
        .run(&format!("INSERT INTO turns (conversation_id, speaker, content, state, started_at) VALUES {turns}"))
        .await;
    let test = "keeping::killed::erasing_that_is_killed_again_and_again_comes_to_its_end";
    let kills = killed_until_done(test, folder, &store).await;
    println!("killed {kills} times");
    assert!(kills > 1, "it was never in the middle");
    let left = store.after(0, &AuditFilter::default(), 9999).await.unwrap();
    let said: String = left.iter().map(|entry| entry.json().to_string()).collect();
    assert!(!said.contains("zoe"));
    let stays = store.user_named("erased-1").await.unwrap().unwrap();
    assert_eq!(store.erasure(&stays).await.unwrap().rows.iter().map(|(_, rows)| rows).sum::<u64>(), 0);
}
