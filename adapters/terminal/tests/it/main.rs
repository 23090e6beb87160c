//! The terminal as people and pipes see it.
#![allow(clippy::unwrap_used, reason = "what tests call fails the test as tests do")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

mod desk;
mod live;
mod piped;
mod pseudo_terminal;

use pstral_core::ports::ChatPlatform as _;
use pstral_core::testkit::chat_platform::{contract, key};

use crate::desk::{Desk, place};

#[tokio::test]
async fn keeps_the_contract() {
    for desk in [Desk::live(40, 6), Desk::piped("")] {
        contract(&*desk.terminal, &place()).await;
        assert!(desk.written().contains("Voici les clients de Paris."), "what is final is printed");
        assert!(!desk.written().contains("manifest.toml"), "the path is shown, not the name");
    }
}

#[tokio::test]
async fn no_two_runs_share_an_id() {
    let (one, other) = (Desk::piped(""), Desk::piped(""));
    let at = one.terminal.send(key(), &place(), &desk::finished("a")).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    let later = Desk::piped("");
    later.terminal.send(key(), &place(), &desk::finished("b")).await.unwrap();
    assert_eq!(later.terminal.edit(&at, &desk::finished("c")).await, Err(pstral_core::ports::PlatformError::Gone));
    assert_eq!(other.written(), "");
}
