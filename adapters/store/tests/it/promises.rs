//! The contract of every state database, and the durability of a file.

use pstral_core::domain::Locale;
use pstral_core::domain::{Mode, NewTurn, Speaker, TurnState};
use pstral_core::ports::{AuditFilter, AuditLog as _, Conversations as _, LinkCode, People as _, Redeemed};
use pstral_core::testkit::state::{self, actor, at, full_event, member, place};

use pstral_pgserver::Server;

use crate::{event, folder, on, open, verify};

#[tokio::test]
async fn a_real_file_keeps_every_promise_of_the_state_ports() {
    let folder = folder();
    state::everything(&open(&folder).await.unwrap()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_real_server_keeps_every_promise_of_the_state_ports() {
    let Some(server) = Server::start() else { return };
    state::everything(&on(&server, "one").await.unwrap()).await.unwrap();
}

#[tokio::test]
async fn everything_is_still_there_after_it_was_closed() {
    let folder = folder();
    let store = open(&folder).await.unwrap();
    let user = member(&store, "zoe").await.unwrap();
    store.link(&actor("phone"), user.id, at("10:00:00")).await.unwrap();
    let talk = store.begin(user.id, &place("room"), Mode::Chat, at("10:00:00")).await.unwrap();
    let turn = NewTurn {
        conversation: talk.id,
        speaker: Speaker::Pstral,
        text: "half".to_owned(),
        state: TurnState::Streaming,
        proposal: None,
        at: at("10:00:01"),
        aside: false,
        target: None,
    };
    let turn = store.add_turn(&turn).await.unwrap();
    let entry = store.append(full_event()).await.unwrap();
    store.close().await;
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, ["state.db"], "one file to copy");

    let store = open(&folder).await.unwrap();
    assert_eq!(store.linked(&actor("phone")).await.unwrap(), Some(user.clone()));
    assert_eq!(store.current(user.id, &talk.place, Mode::Sql, at("11:00:00")).await.unwrap(), talk);
    assert_eq!(store.streaming().await.unwrap()[0].1.id, turn);
    assert_eq!(store.tail(&AuditFilter::default(), 9).await.unwrap(), std::slice::from_ref(&entry));
    assert_eq!(store.append(event("next")).await.unwrap().previous, entry.hash);
    assert_eq!(verify(&store).await, Ok(2));
}

#[tokio::test]
async fn wrong_codes_are_remembered_over_a_restart() {
    let folder = folder();
    for minute in 0..5 {
        let store = open(&folder).await.unwrap();
        let when = at(&format!("10:0{minute}:00"));
        assert_eq!(store.redeem_code(&actor("guesser"), "guess", when).await.unwrap(), Redeemed::Wrong);
        store.close().await;
    }
    let store = open(&folder).await.unwrap();
    let user = member(&store, "zoe").await.unwrap();
    store
        .issue_code(&LinkCode { user: user.id, hash: "right".to_owned(), expires_at: at("10:30:00"), by: None })
        .await
        .unwrap();
    let locked = store.redeem_code(&actor("guesser"), "right", at("10:05:00")).await.unwrap();
    assert_eq!(locked, Redeemed::Locked { until: at("10:15:00") });
}

#[tokio::test]
async fn health_tells_what_was_measured() {
    let folder = folder();
    let store = open(&folder).await.unwrap();
    member(&store, "zoe").await.unwrap();
    store.append(event("one")).await.unwrap();
    store.append(event("two")).await.unwrap();
    let health = store.health().await.unwrap().render(Locale::En);
    assert!(health.starts_with("SQLite 3."), "{health}");
    assert!(health.contains(", 1 user, 2 audit events, "), "{health}");
    assert!(health.ends_with(" ms to write"), "{health}");
    let health = store.health().await.unwrap().render(Locale::Fr);
    assert!(health.contains(", 1 utilisateur, 2 événements d’audit, écriture en "), "{health}");
}
