//! Rooms that we are brought into, and rooms that move.

use std::time::Instant;

use futures::future::join_all;
use matrix_sdk::ruma::api::client::room::upgrade_room;
use matrix_sdk::ruma::{RoomVersionId, UserId};
use pstral_core::domain::{Actor, EventBody, Outgoing};
use pstral_core::ports::{ChatPlatform as _, PlatformError};
use pstral_core::testkit::chat_platform::key;
use serde_json::json;

use crate::house::{House, place, shared};
use crate::people::Person;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_room_that_has_moved_is_followed_and_one_that_only_says_so_is_not() {
    let Some(server) = shared() else { return };
    let house = House::on(server, "pstral-e1").await;
    let mut running = house.run().await;
    let zoe = Person::of(server, "zoe-e1").await;
    let old = zoe.public_room().await;
    let own = UserId::parse(&house.account.id).unwrap();
    zoe.there(&old).invite_user_by_id(&own).await.unwrap();
    zoe.has_come(&old, &own).await;
    let elsewhere = zoe.public_room().await;
    let moved = json!({ "body": "moved", "replacement_room": elsewhere });
    zoe.there(&old).send_state_event_raw("m.room.tombstone", "", moved).await.unwrap();
    let request = upgrade_room::v3::Request::new(old.clone(), RoomVersionId::V11);
    let new = zoe.client.send(request).await.unwrap().replacement_room;
    zoe.has_come(&new, &own).await;
    let asked = zoe.asks(&new, &house.account.id, "Combien de clients ?").await;
    assert_eq!(running.next().await.id, asked);
    let is_gone = zoe.until(|| async { (!zoe.is_there(&elsewhere, &own).await).then_some(()) });
    is_gone.await.expect("it leaves a room that is not the old one");
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_invitations_keeps_nobody_waiting() {
    const MANY: usize = 60;
    let Some(server) = shared() else { return };
    let mut house = House::on(server, "pstral-e2").await;
    house.config.invites = vec!["@zoe-*:localhost".to_owned()];
    let running = house.run().await;
    let (zoe, leo) = (Person::of(server, "zoe-e2").await, Person::of(server, "leo-e2").await);
    let own = UserId::parse(&house.account.id).unwrap();
    let rooms: Vec<_> = join_all((0..MANY).map(|_| leo.public_room())).await;
    join_all(rooms.iter().map(|room| async { leo.there(room).invite_user_by_id(&own).await.unwrap() })).await;
    let began = Instant::now();
    zoe.room(false, &[&house.account.id]).await;
    println!(
        "among {MANY} invitations that are declined, one is accepted after {:.1} s",
        began.elapsed().as_secs_f64()
    );
    running.end().await;
    for room in &rooms {
        assert!(!leo.is_there(room, &own).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn private_conversations_are_known_from_the_first_word_on() {
    let Some(server) = shared() else { return };
    let house = House::on(server, "pstral-e3").await;
    let mut running = house.run().await;
    let zoe = Person::of(server, "zoe-e3").await;
    // As programs do that begin a conversation with what is said first.
    for encrypted in [true, false] {
        let room = zoe.begins_dm(encrypted, &house.account.id).await;
        zoe.has_come(&room, &UserId::parse(&house.account.id).unwrap()).await;
        zoe.says(&room, "Combien de clients ?").await;
        let event = running.next().await;
        assert_eq!(event.body, EventBody::Said("Combien de clients ?".to_owned()));
        // What is not encrypted is nobody's secret: it needs no mention, and nothing private is said there.
        assert_eq!(event.place, place(room.as_str(), encrypted));
    }
    let leo = Person::of(server, "leo-e3").await;
    let leo = Actor { platform: place("", false).platform, id: leo.id().to_owned(), name: String::new() };
    let (one, two) = tokio::join!(running.adapter.open_dm(&leo), running.adapter.open_dm(&leo));
    assert_eq!(one.unwrap(), two.unwrap(), "one room for both");
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_display_name_calls_us_as_the_mark_does() {
    let Some(server) = shared() else { return };
    let house = House::on(server, "pstral-e4").await;
    let token = server.token(&house.account);
    let path = format!("/_matrix/client/v3/profile/{}/displayname", house.account.id);
    let (status, answer) = server.ask("PUT", &path, Some(&token), &json!({ "displayname": "Données Été" }));
    assert_eq!(status, 200, "{answer}");
    let mut running = house.run().await;
    let zoe = Person::of(server, "zoe-e4").await;
    let room = zoe.room(true, &[&house.account.id]).await;
    zoe.says(&room, "Les données de l’été sont là").await;
    let by_name = zoe.says(&room, "DONNÉES ÉTÉ : combien de clients ?").await;
    let event = running.next().await;
    assert_eq!((event.id, event.body), (by_name, EventBody::Said("combien de clients ?".to_owned())));
    let marked =
        json!({ "msgtype": "m.text", "body": "Et à Lyon ?", "m.mentions": { "user_ids": [house.account.id] } });
    let by_mark = zoe.sends(&room, marked).await;
    let event = running.next().await;
    assert_eq!((event.id, event.body), (by_mark, EventBody::Said("Et à Lyon ?".to_owned())));
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_own_events_do_not_come_back_and_our_own_leaving_is_known() {
    const EDITS: usize = 24;
    let Some(server) = shared() else { return };
    let house = House::on(server, "pstral-e5").await;
    let mut running = house.run().await;
    let zoe = Person::of(server, "zoe-e5").await;
    let dm = zoe.dm(true, &house.account.id).await;
    zoe.says(&dm, "Combien de clients ?").await;
    let event = running.next().await;
    let syncs = || {
        let asked = server.requests_of(&house.account.id);
        asked.iter().filter(|asked| asked.line.contains("/sync?")).count()
    };
    let at = running.adapter.send(key(), &event.place, &Outgoing::streaming("0")).await.unwrap();
    zoe.hears(&dm, "0").await;
    let before = syncs();
    for edit in 1..=EDITS {
        running.adapter.edit(&at, &Outgoing::streaming(format!("{edit}"))).await.unwrap();
    }
    running.adapter.edit(&at, &Outgoing::text("Deux.")).await.unwrap();
    zoe.hears(&dm, "Deux.").await;
    let syncs = syncs() - before;
    println!("{EDITS} edits in an encrypted room: {syncs} syncs");
    assert!(syncs < EDITS / 4, "{syncs} syncs");

    // As with another program: what we are not in any more is no place to write to.
    let token = server.token(&house.account);
    let path = format!("/_matrix/client/v3/rooms/{dm}/leave");
    assert_eq!(server.ask("POST", &path, Some(&token), &json!({})).0, 200);
    let sent = running.adapter.send(key(), &event.place, &Outgoing::text("Encore ?")).await;
    assert_eq!(sent, Err(PlatformError::Gone));
    let other = running.adapter.open_dm(&event.actor).await.unwrap();
    assert_ne!(other.id, dm.as_str());
    assert!(running.adapter.send(key(), &other, &Outgoing::text("Ici.")).await.is_ok());
    running.end().await;
}
