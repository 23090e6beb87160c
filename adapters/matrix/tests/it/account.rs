//! The account: logged in once, its keys trusted, recovered and replaced.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pstral_core::domain::{Button, ButtonAction, EventBody, Locale, Outgoing, ProposalId};
use pstral_core::ports::{ChatPlatform as _, PartState, PlatformError};
use pstral_core::testkit::chat_platform::key;
use pstral_core::text::Text;
use pstral_matrix::{Credentials, Matrix, MatrixConfig, login, recover, reset, status};
use secrecy::SecretString;
use serde_json::json;

use crate::house::{House, credentials, place, shared};
use crate::people::Person;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_is_trusted_from_the_start_and_one_process_uses_it() {
    let Some(server) = shared() else { return };
    let house = House::on(server, "pstral-b1").await;
    let found = status(&house.config).await.unwrap();
    assert_eq!((found.user.as_str(), found.verified, found.recoverable), (house.account.id.as_str(), true, true));
    let again = login(&house.config, credentials(&house.account)).await.unwrap_err();
    assert_eq!(again.fact.render(Locale::En), "somebody is logged in");

    let began = Instant::now();
    let running = house.run().await;
    println!("start with an existing store: {} ms", began.elapsed().as_millis());
    let second = status(&house.config).await.unwrap_err();
    assert!(second.fact.render(Locale::En).starts_with("another process uses"), "{second:?}");
    let marks: Vec<_> = running.adapter.examine().await.into_iter().map(|found| (found.part, found.state)).collect();
    assert_eq!(marks, ["session", "device", "limit"].map(|part| (part.to_owned(), PartState::Ok)), "while it runs");
    running.end().await;

    let mut wrong = house.config.clone();
    wrong.passphrase = SecretString::from("shut");
    let shut = status(&wrong).await.unwrap_err().fact.render(Locale::En);
    assert_eq!(shut, "the passphrase does not open the session");
    let entered = login(&wrong, credentials(&house.account)).await.unwrap_err().fact.render(Locale::En);
    assert_eq!(entered, shut);
    assert!(status(&house.config).await.unwrap().verified, "its keys are still there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_store_is_noticed_and_recovered() {
    let Some(server) = shared() else { return };
    let mut house = House::on(server, "pstral-b2").await;
    let running = house.run().await;
    let zoe = Person::of(server, "zoe-b2").await;
    let room = zoe.room(true, &[&house.account.id]).await;
    let before =
        running.adapter.send(key(), &place(room.as_str(), false), &Outgoing::streaming("Avant")).await.unwrap();
    zoe.hears(&room, "Avant").await;
    let action = ButtonAction::Execute(ProposalId("00112233445566778899aabbccddeeff".to_owned()));
    let execute = Button { action: action.clone(), label: "Exécuter".to_owned() };
    let offered = Outgoing { buttons: vec![execute], ..Outgoing::text("SELECT 1") };
    let offered = running.adapter.send(key(), &place(room.as_str(), false), &offered).await.unwrap();
    // The keys reach the backup a little later.
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    running.end().await;
    std::fs::remove_dir_all(house.config.folder.join("store")).unwrap();

    let lost = Matrix::new(house.config.clone());
    assert!(lost.health().await.is_err(), "nothing is sent that nobody can read");
    assert_eq!(lost.examine().await[0].state, PartState::Failed);
    assert_eq!(status(&house.config).await.unwrap_err().fact.render(Locale::En), "the keys of the device are gone");
    let recovery_key = house.welcome.recovery_key.take().unwrap();
    let wrong = recover(&house.config, &SecretString::from("EsTx xxxx"), Some(credentials(&house.account))).await;
    assert!(wrong.is_err());
    assert_eq!(status(&house.config).await.unwrap_err().fact.render(Locale::En), "the keys of the device are gone");
    let token = server.token(&house.account);
    let named = || {
        let (_, devices) = server.ask("GET", "/_matrix/client/v3/devices", Some(&token), &json!({}));
        let named = devices["devices"].as_array().unwrap().iter().filter(|device| device["display_name"] == "Pstral");
        named.map(|device| device["device_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(named(), [house.welcome.device.clone()], "the new device does not stay");
    // One of another run, whose folder is gone.
    let who = json!({ "type": "m.id.user", "user": house.account.name });
    let old = json!({
        "type": "m.login.password", "identifier": who, "password": house.account.password,
        "initial_device_display_name": "Pstral",
    });
    assert_eq!(server.ask("POST", "/_matrix/client/v3/login", None, &old).0, 200);
    assert_eq!(named().len(), 2);
    recover(&house.config, &recovery_key, Some(credentials(&house.account))).await.unwrap();
    let found = status(&house.config).await.unwrap();
    assert!(found.verified, "the new device is the account's own");
    assert_eq!(named(), [found.device], "nobody can use the old one");

    let mut running = house.run().await;
    let there = place(room.as_str(), false);
    let pressed = zoe.reacts(&room, &offered.id, "▶️").await;
    let event = running.next().await;
    assert_eq!((event.id, event.body), (pressed, EventBody::Clicked(action)), "with a key from the backup");
    running.adapter.send(key(), &there, &Outgoing::text("Après")).await.unwrap();
    assert!(zoe.hears(&room, "Après").await.is_encrypted);
    // What the lost store could read is read again, from the backup.
    let found = zoe.until(|| async {
        let live = running.adapter.live(&there, Some(&before)).await.unwrap();
        (live == [(before.clone(), "Avant".to_owned())]).then_some(())
    });
    found.await.expect("its own message of before");
    assert_eq!(zoe.unreadable(), 0);
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_are_lost_for_good_are_replaced() {
    let Some(server) = shared() else { return };
    let house = House::on(server, "pstral-b3").await;
    let welcome = reset(&house.config, &SecretString::from(house.account.password.clone())).await.unwrap();
    assert!(welcome.recovery_key.is_some());
    let found = status(&house.config).await.unwrap();
    assert!(found.verified && found.recoverable, "{found:?}");

    // Another device makes new keys: this one is not the account's own any more.
    let running = house.run().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let mut other = house.config.clone();
    other.folder = elsewhere.path().join("matrix");
    assert!(!login(&other, credentials(&house.account)).await.unwrap().verified);
    reset(&other, &SecretString::from(house.account.password.clone())).await.unwrap();
    running.end().await;
    // The next start notices it; questions are answered all the same.
    let running = house.run().await;
    let began = Instant::now();
    let tells = |told: Text| told.render(Locale::En).contains("pstral matrix recover");
    while !running.adapter.health().await.is_ok_and(tells) {
        assert!(began.elapsed() < Duration::from_secs(20), "nobody notices it");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    running.end().await;
    assert!(!status(&house.config).await.unwrap().verified);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_homeserver_is_found_and_its_password_is_blamed_only_where_it_is_wrong() {
    let Some(server) = shared() else { return };
    let (account, folder) = (server.account("pstral-b5"), tempfile::tempdir().unwrap());
    let mut config = MatrixConfig::new(server.url(), folder.path().join("matrix"), SecretString::from("open"));
    let remedy = |error: pstral_matrix::AccountError| error.remedy.render(Locale::En);
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let given = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    config.homeserver = given;
    let refused = login(&config, credentials(&account)).await.unwrap_err();
    assert!(remedy(refused).starts_with("Check homeserver"));
    config.homeserver = server.url();
    let wrong = Credentials::Password { user: account.name.clone(), password: SecretString::from("wrong") };
    assert!(remedy(login(&config, wrong).await.unwrap_err()).starts_with("Check user and the password"));

    config.homeserver = well_known(&server.url());
    login(&config, credentials(&account)).await.unwrap();
    assert!(Matrix::new(config).health().await.is_ok());
}

/// A site that says where the homeserver is, and nothing else.
fn well_known(homeserver: &str) -> String {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let body = json!({ "m.homeserver": { "base_url": format!("{homeserver}/") } }).to_string();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut asked = [0; 4096];
            let read = stream.read(&mut asked).unwrap_or(0);
            let is_known = asked[..read].starts_with(b"GET /.well-known/matrix/client ");
            let (status, body) = if is_known { ("200 OK", body.as_str()) } else { ("404 Not Found", "") };
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_logged_out_is_told_what_to_do() {
    let Some(server) = shared() else { return };
    let house = House::on(server, "pstral-b4").await;
    let running = house.run().await;
    let admin = server.token(&server.admin("admin-b4"));
    let path = format!("/_synapse/admin/v2/users/{}/delete_devices", house.account.id);
    let (status, answer) = server.ask("POST", &path, Some(&admin), &json!({ "devices": [house.welcome.device] }));
    assert_eq!(status, 200, "{answer}");
    let adapter = Arc::clone(&running.adapter);
    let ended = running.ends().await;
    assert!(matches!(&ended, Err(PlatformError::Rejected(why)) if why.contains("logged out")), "{ended:?}");
    assert!(matches!(adapter.health().await, Err(PlatformError::Rejected(_))));
    let found = adapter.examine().await;
    assert_eq!((found[0].part.as_str(), found[0].state), ("session", PartState::Failed));
}
