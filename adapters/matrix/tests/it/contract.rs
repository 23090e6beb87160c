//! The adapter does what every chat platform must, in every kind of room.

use pstral_core::domain::Outgoing;
use pstral_core::ports::ChatPlatform as _;
use pstral_core::testkit::chat_platform::{contract_with, key};

use crate::house::{House, place, shared};
use crate::people::Person;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_room() {
    holds("c1", false, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_an_encrypted_room() {
    holds("c2", true, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_an_encrypted_private_conversation() {
    holds("c3", true, true).await;
}

async fn holds(name: &str, encrypted: bool, private: bool) {
    let Some(server) = shared() else { return };
    let house = House::on(server, &format!("pstral-{name}")).await;
    assert!(house.welcome.recovery_key.is_some());
    let running = house.run().await;
    let zoe = Person::of(server, &format!("zoe-{name}")).await;
    let room = if private {
        zoe.dm(encrypted, &house.account.id).await
    } else {
        zoe.room(encrypted, &[&house.account.id]).await
    };
    let place = place(room.as_str(), private);
    // Zoe may see that it has joined before its own sync says so.
    let has_joined = || async { running.adapter.send(key(), &place, &Outgoing::text("Bonjour")).await.ok() };
    zoe.until(has_joined).await.expect("it is in the room");
    contract_with(&*running.adapter, &place, zoe.id()).await;
    running.end().await;
}
