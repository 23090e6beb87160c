//! Reactions to messages of Pstral's own whose keys are lost for good.

use jiff::SignedDuration;
use pstral_core::domain::{Button, ButtonAction, Locale, Outgoing, ProposalId};
use pstral_core::ports::ChatPlatform as _;
use pstral_core::testkit::chat_platform::key;
use pstral_matrix::recover;
use serde_json::Value;

use crate::house::{House, credentials, place, shared};
use crate::people::Person;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_press_whose_key_does_not_come_is_told() {
    let Some(server) = shared() else { return };
    let mut house = House::on(server, "pstral-u1").await;
    let running = house.run().await;
    let zoe = Person::of(server, "zoe-u1").await;
    let room = zoe.room(true, &[&house.account.id]).await;
    let question = zoe.asks(&room, &house.account.id, "Combien de clients ?").await;
    let execute = ButtonAction::Execute(ProposalId("00112233445566778899aabbccddeeff".to_owned()));
    let execute = Button { action: execute, label: "Exécuter".to_owned() };
    let offered = Outgoing { buttons: vec![execute], ..Outgoing::text("SELECT 1") };
    let thread = place(&format!("{room}/{question}"), false);
    let offered = running.adapter.send(key(), &thread, &offered).await.unwrap();
    zoe.hears(&room, "SELECT 1").await;

    // The keys of both messages are backed up, so that none is after they are deleted.
    let token = server.token(&house.account);
    let (_, backup) = server.ask("GET", "/_matrix/client/v3/room_keys/version", Some(&token), &Value::Null);
    let path = format!("/_matrix/client/v3/room_keys/keys?version={}", backup["version"].as_str().unwrap());
    let backed_up = zoe.until(|| async {
        let (_, keys) = server.ask("GET", &path, Some(&token), &Value::Null);
        let sessions = keys["rooms"][room.as_str()]["sessions"].as_object()?.len();
        (sessions == 2).then_some(())
    });
    backed_up.await.expect("two keys are backed up");
    running.end().await;

    // Neither the store nor the backup has the key of the message any more.
    std::fs::remove_dir_all(house.config.folder.join("store")).unwrap();
    assert_eq!(server.ask("DELETE", &path, Some(&token), &Value::Null).0, 200);
    let recovery_key = house.welcome.recovery_key.take().unwrap();
    recover(&house.config, &recovery_key, Some(credentials(&house.account))).await.unwrap();
    house.config.locale = Locale::En;
    house.config.key_patience = SignedDuration::from_secs(2);

    let running = house.run().await;
    zoe.reacts(&room, &offered.id, "▶️").await;
    let is_told = |message: &crate::people::Shown| message.text().contains("key did not arrive");
    let told = zoe.sees_one(&room, "the sentence", is_told).await;
    assert_eq!((told.thread.as_deref(), told.is_encrypted), (Some(question.as_str()), true));
    // Once, however often they press; whatever means nothing is left alone.
    zoe.reacts(&room, &offered.id, "👍").await;
    zoe.reacts(&room, &offered.id, "🎉").await;
    tokio::time::sleep(std::time::Duration::from_secs(20)).await;
    assert_eq!(zoe.sees(&room).iter().filter(|message| is_told(message)).count(), 1);
    running.end().await;
}
