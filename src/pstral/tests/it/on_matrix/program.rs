//! The built program with an account of its own: logged in, run, looked at, lost and recovered.

use pstral_synapse::Account;
use serde_json::Value;

use super::shared;
use crate::bot::Bot;
use crate::matrix_people::Person;
use crate::program::Place;

/// Rooms it is in when its memory is measured.
const ROOMS: usize = 200;

pub(super) fn configure(place: &Place, server: &str, account: &Account) {
    let config = format!(
        "data = \"data\"\n\n[platforms.matrix]\nenabled = true\n\
         homeserver = \"{server}\"\nuser = \"{}\"\npassword = \"{}\"\npassphrase = \"a long text\"\n\
         events_per_second = 0\n\n[targets.crm]\nkind = \"sqlite\"\npath = \"{}\"\ndescription = \"clients\"\n",
        account.id,
        account.password,
        place.path("crm.db").display()
    );
    place.write("pstral.toml", config);
    place.write("crm.db", std::fs::read(crate::world::company()).unwrap());
}

pub(super) const CONFIG: [&str; 2] = ["--config", "pstral.toml"];

pub(super) fn words<'a>(words: &[&'a str]) -> Vec<&'a str> {
    words.iter().copied().chain(CONFIG).collect()
}

#[test]
fn an_account_is_logged_in_run_and_recovered() {
    let Some(server) = shared() else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let account = server.account("pstral-p1");
    let place = Place::new();
    configure(&place, &server.url(), &account);
    place
        .run(&words(&["doctor"]))
        .code(1)
        .says(&["matrix session · failed · nobody is logged in", "pstral matrix login"]);
    let config = std::fs::read_to_string(place.path("pstral.toml")).unwrap();
    place.write("pstral.toml", config.replace(&format!("password = \"{}\"\n", account.password), ""));
    place.run_with(&words(&["matrix", "login"]), "\n").code(2).says(&["No password was given"]);
    place.write("pstral.toml", config);
    let welcome = place.run(&words(&["matrix", "login"])).code(0).says(&["Logged in as @pstral-p1:localhost"]);
    let recovery_key = welcome.out.lines().last().unwrap().to_owned();
    place.run(&words(&["matrix", "login"])).code(1).says(&["somebody is logged in"]);
    place.run(&words(&["matrix", "status"])).code(0).says(&["trusted by the account: yes", "recovery key works: yes"]);

    let zoe = runtime.block_on(Person::of(server, "zoe-p1"));
    let running = Bot::start(&place);
    runtime.block_on(async {
        let dm = zoe.dm(true, &account.id).await;
        zoe.says(&dm, "Bonjour").await;
        assert!(zoe.hears(&dm, "!pstral lier").await.is_encrypted, "whom nobody knows is told how to be known");
    });
    place.run(&words(&["matrix", "status"])).code(1).says(&["another process uses", "Pstral is running"]);
    place.run(&words(&["doctor"])).says(&[
        "matrix session · ok · @pstral-p1:localhost is logged in",
        "matrix device · ok",
        "matrix limit · ok",
    ]);
    running.signal("-TERM");
    running.ended().code(0);

    std::fs::remove_dir_all(place.path("data/matrix/store")).unwrap();
    place.run(&words(&["doctor"])).code(1).says(&["the keys of the device are gone", "pstral matrix recover"]);
    for said in ["Logged in as @pstral-p1:localhost", "The keys of @pstral-p1:localhost are on the device"] {
        place.run_with(&words(&["matrix", "recover"]), recovery_key.clone()).code(0).says(&[said]);
    }
    place.run(&words(&["matrix", "status"])).code(0).says(&["trusted by the account: yes"]);
}

#[test]
fn two_hundred_rooms_take_little_memory() {
    let Some(server) = shared() else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let account = server.account("pstral-p2");
    let place = Place::new();
    configure(&place, &server.url(), &account);
    place.run(&words(&["matrix", "login"])).code(0);
    let token = server.token(&account);
    let zoe = server.token(&server.account("zoe-p2"));
    for at in 0..ROOMS {
        let wish = serde_json::json!({ "preset": "public_chat", "name": format!("Room {at}") });
        let (_, made) = server.ask("POST", "/_matrix/client/v3/createRoom", Some(&zoe), &wish);
        let path = format!("/_matrix/client/v3/join/{}", made["room_id"].as_str().unwrap());
        let (status, answer) = server.ask("POST", &path, Some(&token), &serde_json::json!({}));
        assert_eq!(status, 200, "{answer}");
    }
    let running = Bot::start(&place);
    let leo = runtime.block_on(Person::of(server, "leo-p2"));
    runtime.block_on(async {
        let dm = leo.dm(true, &account.id).await;
        leo.says(&dm, "Bonjour").await;
        leo.hears(&dm, "!pstral lier").await;
    });
    let (all, own) = running.resident();
    println!("after a sync of {ROOMS} rooms: the program holds {all} KiB, {own} KiB of it beside its own file");
    running.signal("-TERM");
    running.ended().code(0);
}

#[test]
fn an_account_is_logged_in_with_a_token_and_gets_new_keys() {
    let Some(server) = shared() else { return };
    let account = server.account("pstral-p3");
    let place = Place::new();
    configure(&place, &server.url(), &account);
    let wrong = place.run_with(&words(&["matrix", "login", "--token"]), "syt_nobody\n").code(1);
    assert!(wrong.err.contains("Check user and the password"), "{}", wrong.err);
    let token = server.token(&account);
    place
        .run_with(&words(&["matrix", "login", "--token"]), token.clone())
        .code(0)
        .says(&["Logged in as @pstral-p3:localhost"]);
    place.run(&words(&["matrix", "status"])).code(0).says(&["trusted by the account: yes", "recovery key works: yes"]);
    let config_file = place.path("pstral.toml");
    let config = std::fs::read_to_string(config_file).unwrap();
    place.write("pstral.toml", config.replace(&account.password, "typo"));
    place.run(&words(&["matrix", "reset-crypto"])).code(1).says(&["Check user and the password"]);
    place.write("pstral.toml", config);
    let is_whole = ["trusted by the account: yes", "recovery key works: yes"];
    place.run(&words(&["matrix", "status"])).code(0).says(&is_whole);
    let renewed = place.run(&words(&["matrix", "reset-crypto"])).code(0).says(&["recovery key"]);
    let recovery_key = renewed.out.lines().last().unwrap().to_owned();
    place.run(&words(&["matrix", "status"])).code(0).says(&is_whole);
    let (status, backup) = server.ask("GET", "/_matrix/client/v3/room_keys/version", Some(&token), &Value::Null);
    assert_eq!(status, 200, "the keys are backed up: {backup}");

    // The store is lost, and the account has another device for it.
    std::fs::remove_dir_all(place.path("data/matrix/store")).unwrap();
    let (recover, other) = (words(&["matrix", "recover", "--token"]), server.token(&account));
    let wrong = format!("{}\n{other}\n", recovery_key.replace(' ', "").to_lowercase());
    place.run_with(&recover, wrong).code(1).says(&["this is not the recovery key"]);
    let other = server.token(&account);
    place.run_with(&recover, format!("{recovery_key}\n{other}\n")).code(0).says(&["Logged in as @pstral-p3:localhost"]);
    place.run(&words(&["matrix", "status"])).code(0).says(&is_whole);

    // Somebody has logged it out.
    let admin = server.token(&server.admin("admin-p3"));
    let path = format!("/_synapse/admin/v2/users/{}/devices", account.id);
    let (_, devices) = server.ask("GET", &path, Some(&admin), &Value::Null);
    for device in devices["devices"].as_array().unwrap() {
        let path = format!("{path}/{}", device["device_id"].as_str().unwrap());
        server.ask("DELETE", &path, Some(&admin), &Value::Null);
    }
    for command in ["status", "login"] {
        let over = place.run_with(&words(&["matrix", command]), "syt_nobody\n").code(1);
        over.says(&["the homeserver has logged the account out", "session.sealed"]);
    }
}
