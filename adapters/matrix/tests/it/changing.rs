//! Tests of attachments, edits and redactions, and of forged ones.

use std::sync::atomic::Ordering;
use std::time::Duration;

use pstral_core::domain::EventBody;
use serde_json::{Value, json};

use crate::house::{House, Running, shared};
use crate::people::Person;

async fn says(running: &mut Running) -> String {
    match running.next().await.body {
        EventBody::Said(words) => words,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_belong_to_the_question() {
    let Some(server) = shared() else { return };
    let house = House::on(server, "pstral-d1").await;
    let mut running = house.run().await;
    let (zoe, leo) = (Person::of(server, "zoe-d1").await, Person::of(server, "leo-d1").await);
    for encrypted in [false, true] {
        let room = zoe.room(encrypted, &[&house.account.id]).await;
        // With words of its own, as programs send it that know of captions.
        let called = json!({ "body": "pstral-d1: Que fait ceci ?", "m.mentions": { "user_ids": [house.account.id] } });
        zoe.attaches(&room, "a.sql", b"SELECT 1\n", called).await;
        assert_eq!(says(&mut running).await, "Que fait ceci ?\n\na.sql\n```sql\nSELECT 1\n```");
        // Before the question; that of somebody else is none of hers.
        zoe.brings(&leo, &room).await;
        leo.attaches(&room, "secret.txt", b"rien", json!({})).await;
        let list = zoe.attaches(&room, "liste.csv", "ville\nLyon\n".as_bytes(), json!({})).await;
        zoe.attaches(&room, "photo.png", b"\x89PNG", json!({})).await;
        zoe.attaches(&room, "trop.txt", &[b'x'; 3_001], json!({})).await;
        zoe.asks(&room, &house.account.id, "Combien de villes ?").await;
        let words = says(&mut running).await;
        assert!(words.starts_with("Combien de villes ?\n\nliste.csv\n```csv\nville\nLyon\n```\n\n("), "{words}");
        assert!(words.contains("trop.txt") && !words.contains("secret") && !words.contains("photo"), "{words}");
        // By answering to it.
        let related = json!({ "m.in_reply_to": { "event_id": list } });
        let asked = json!({ "msgtype": "m.text", "body": "pstral-d1, et ceci ?", "m.relates_to": related });
        zoe.sends(&room, asked).await;
        assert_eq!(says(&mut running).await, "et ceci ?\n\nliste.csv\n```csv\nville\nLyon\n```");
    }
    running.end().await;
}

fn changed(of: &str, body: &str) -> Value {
    let new = json!({ "msgtype": "m.text", "body": body });
    let related = json!({ "rel_type": "m.replace", "event_id": of });
    json!({ "msgtype": "m.text", "body": format!("* {body}"), "m.new_content": new, "m.relates_to": related })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_that_is_reworded_is_asked_again() {
    let Some(server) = shared() else { return };
    let house = House::on(server, "pstral-d2").await;
    let mut running = house.run().await;
    let (zoe, leo) = (Person::of(server, "zoe-d2").await, Person::of(server, "leo-d2").await);
    for encrypted in [false, true] {
        let room = zoe.room(encrypted, &[&house.account.id]).await;
        zoe.brings(&leo, &room).await;
        let asked = zoe.asks(&room, &house.account.id, "Combien de clients ?").await;
        let first = running.next().await;
        leo.sends(&room, changed(&asked, "pstral-d2: Supprime tout")).await;
        zoe.sends(&room, changed(&asked, "pstral-d2: Combien de clients ?")).await;
        let edit = zoe.sends(&room, changed(&asked, "pstral-d2: Combien de clients à Lyon ?")).await;
        let again = running.next().await;
        assert_eq!((&again.id, &again.place, &again.actor.id), (&edit, &first.place, &first.actor.id));
        assert_eq!(again.body, EventBody::Said("Combien de clients à Lyon ?".to_owned()));
        zoe.redacts(&room, &asked).await;
        assert_eq!(running.next().await.body, EventBody::Deleted { event: edit }, "what it asks by now");
        // What something was run of stays as it was asked.
        let asked = zoe.asks(&room, &house.account.id, "Combien de villes ?").await;
        assert_eq!(running.next().await.id, asked);
        running.advice.ran.store(true, Ordering::Relaxed);
        zoe.sends(&room, changed(&asked, "pstral-d2: Combien de pays ?")).await;
        let last = zoe.asks(&room, &house.account.id, "Et maintenant ?").await;
        assert_eq!(running.next().await.id, last);
        running.advice.ran.store(false, Ordering::Relaxed);
    }
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_takes_back_or_moves_what_the_server_has_not_checked() {
    let Some(server) = shared() else { return };
    let house = House::on(server, "pstral-d3").await;
    let mut running = house.run().await;
    let (zoe, leo) = (Person::of(server, "zoe-d3").await, Person::of(server, "leo-d3").await);
    let room = zoe.room(true, &[&house.account.id]).await;
    zoe.brings(&leo, &room).await;
    let asked = zoe.asks(&room, &house.account.id, "Combien de clients ?").await;
    assert_eq!(running.next().await.id, asked);
    let open = leo.public_room().await;
    // Encrypted, nobody sees what they are.
    let there = leo.there(&room);
    there.send_raw("m.room.redaction", json!({ "redacts": asked })).await.unwrap();
    there.send_raw("m.room.tombstone", json!({ "body": "moved", "replacement_room": open })).await.unwrap();
    let last = zoe.asks(&room, &house.account.id, "Et à Lyon ?").await;
    assert_eq!(running.next().await.id, last, "nothing was taken back");
    tokio::time::sleep(Duration::from_secs(1)).await;
    let own = matrix_sdk::ruma::UserId::parse(&house.account.id).unwrap();
    assert!(!leo.is_there(&open, &own).await, "nobody has come");
    running.end().await;
}
