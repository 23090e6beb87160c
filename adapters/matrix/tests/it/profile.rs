//! The name and the picture of the account, as the configuration gives them.

use pstral_synapse::{Account, Server};
use serde_json::Value;

use crate::house::{House, Running, shared};
use crate::people::Person;

const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\nfirst";
const ANOTHER: &[u8] = b"\x89PNG\r\n\x1a\nsecond";

/// The name and the address of the picture that the homeserver has for an account.
fn profile(server: &Server, account: &Account) -> (String, String) {
    let token = server.token(account);
    let path = format!("/_matrix/client/v3/profile/{}", account.id);
    let (status, profile) = server.ask("GET", &path, Some(&token), &Value::Null);
    assert_eq!(status, 200, "{profile}");
    let word = |key: &str| profile[key].as_str().unwrap_or_default().to_owned();
    (word("displayname"), word("avatar_url"))
}

/// Runs it until the profile is as expected.
async fn until(house: &House, server: &Server, person: &Person, is: impl Fn(&(String, String)) -> bool) -> Running {
    let running = house.run().await;
    let set = person.until(|| async { Some(()).filter(|()| is(&profile(server, &house.account))) });
    set.await.unwrap_or_else(|| panic!("{:?}", profile(server, &house.account)));
    running
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_name_and_the_picture_are_set_once() {
    let Some(server) = shared() else { return };
    let mut house = House::on(server, "pstral-n1").await;
    let zoe = Person::of(server, "zoe-n1").await;
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("picture.png");
    std::fs::write(&picture, PICTURE).unwrap();
    house.config.display_name = Some("Pstral des ventes".to_owned());
    house.config.avatar = Some(picture.clone());
    let is_set = |(name, address): &(String, String)| name == "Pstral des ventes" && !address.is_empty();
    let running = until(&house, server, &zoe, is_set).await;
    let room = zoe.room(true, &[&house.account.id]).await;
    let there = zoe.there(&room);
    let own = there.get_member_no_sync(house.account.id.as_str().try_into().unwrap()).await.unwrap().unwrap();
    assert_eq!(own.display_name(), Some("Pstral des ventes"));
    running.end().await;
    let (_, first) = profile(server, &house.account);

    // What is there already is not uploaded again; what somebody else has set is replaced.
    let mut running = house.run().await;
    let asked = zoe.asks(&room, &house.account.id, "Combien de villes ?").await;
    assert_eq!(running.next().await.id, asked);
    running.end().await;
    assert_eq!(profile(server, &house.account).1, first);
    let token = server.token(&house.account);
    let path = format!("/_matrix/client/v3/profile/{}/displayname", house.account.id);
    let (status, _) = server.ask("PUT", &path, Some(&token), &serde_json::json!({ "displayname": "Robot" }));
    assert_eq!(status, 200);
    std::fs::write(&picture, ANOTHER).unwrap();
    let is_other = |found: &(String, String)| is_set(found) && found.1 != first;
    until(&house, server, &zoe, is_other).await.end().await;

    // Without its file it runs all the same.
    std::fs::remove_file(&picture).unwrap();
    house.config.display_name = None;
    let mut running = house.run().await;
    let asked = zoe.asks(&room, &house.account.id, "Combien de clients ?").await;
    assert_eq!(running.next().await.id, asked);
    running.end().await;
}
