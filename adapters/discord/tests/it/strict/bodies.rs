//! Bodies that are not as they have to be.

use serde_json::{Value, json};

use crate::double::{Discord, Id};
use crate::raw::{ask, at, request, sent, upload};

async fn room() -> (Discord, Id, String) {
    let discord = Discord::start().await;
    let guild = discord.guild("Alpha", &[discord.person("Zoé")]);
    let channel = discord.channel(guild, "ventes");
    (discord, channel, format!("/channels/{channel}/messages"))
}

/// A message that nobody objects to.
fn fine() -> Value {
    json!({ "content": "Voici", "allowed_mentions": { "parse": [] } })
}

/// Returns the valid message with one field changed.
fn but(key: &str, value: Value) -> Value {
    let mut body = fine();
    body[key] = value;
    body
}

fn buttons(count: usize) -> Value {
    let button = |id| json!({ "type": 2, "style": 1, "label": "Un", "custom_id": format!("b{id}") });
    json!([{ "type": 1, "components": (0..count).map(button).collect::<Vec<_>>() }])
}

fn button(key: &str, value: Value) -> Value {
    let mut rows = buttons(1);
    rows[0]["components"][0][key] = value;
    rows
}

#[tokio::test]
async fn a_body_against_the_description_is_counted_and_refused() {
    let (discord, _, path) = room().await;
    if !Discord::checks_bodies() {
        return;
    }
    for body in [but("content", json!(5)), but("components", json!([{ "type": 1 }])), but("flags", json!("4"))] {
        let got = ask(&discord, "POST", &path, body.clone()).await;
        assert_eq!(got.outcome(), "400 50035", "{body}");
    }
    assert_eq!(discord.counts().schema.len(), 3, "{}", discord.counts().complaints());
    assert_eq!(discord.counts().sent, 0, "nothing of it was done");
}

#[tokio::test]
async fn snowflakes_may_be_numbers_and_permissions_text() {
    let (discord, _, path) = room().await;
    let body = but("attachments", json!([{ "id": 0, "filename": "clients.csv" }]));
    assert_eq!(upload(&discord, "POST", &path, &body, &[("clients.csv", "a;b")]).await.status, 200);
    let command = |permissions| json!([{ "name": "audit", "description": "Audit", "type": 1, "default_member_permissions": permissions }]);
    let commands = format!("/applications/{}/commands", discord.application());
    for permissions in [json!("8"), json!(8), json!(null)] {
        assert_eq!(ask(&discord, "PUT", &commands, command(permissions)).await.status, 200);
    }
    discord.blameless();
}

#[tokio::test]
async fn what_the_description_does_not_say_is_looked_after_too() {
    let (discord, _, path) = room().await;
    let long = "x".repeat(2_001);
    let doubled = json!([buttons(1)[0], buttons(1)[0]]);
    let table = [
        (but("content", json!("é".repeat(2_000))), "200"),
        (but("content", json!(long)), "400 50035"),
        (but("content", json!(" ")), "400 50006"),
        (but("flags", json!(1 << 2)), "200"),
        (but("flags", json!(1 << 6)), "400 50035"),
        (but("components", buttons(5)), "200"),
        (but("components", buttons(6)), "400 50035"),
        (but("components", doubled), "400 50035"),
        (but("components", button("label", json!("x".repeat(81)))), "400 50035"),
        (but("components", button("custom_id", json!("x".repeat(100)))), "200"),
        (but("components", button("custom_id", json!("x".repeat(101)))), "400 50035"),
        (but("components", button("custom_id", json!(null))), "400 50035"),
        (
            but("embeds", json!([{ "description": "x".repeat(4_096) }, { "description": "x".repeat(2_000) }])),
            "400 50035",
        ),
        (but("message_reference", json!({ "message_id": "1" })), "400 50035"),
        (but("message_reference", json!({ "message_id": "1", "fail_if_not_exists": false })), "200"),
        (but("attachments", json!([{ "id": "1" }])), "400 50035"),
        (but("nonce", json!("x".repeat(25))), "200"),
    ];
    for (body, wanted) in table {
        let got = ask(&discord, "POST", &path, body.clone()).await;
        assert_eq!(got.outcome(), wanted, "{body}");
    }
}

#[tokio::test]
async fn files_have_to_be_listed_and_small() {
    let (discord, channel, path) = room().await;
    let files = [("clients.csv", "a;b"), ("clients.txt", "c")];
    let unlisted = but("attachments", json!([{ "id": "0" }]));
    assert_eq!(upload(&discord, "POST", &path, &unlisted, &files).await.outcome(), "400 50035");
    let listed = but("attachments", json!([{ "id": "0" }, { "id": "1" }]));
    let sent_one = upload(&discord, "POST", &path, &listed, &files).await;
    assert_eq!(sent_one.outcome(), "200");
    let message = sent_one.id();
    let kept = sent_one.body["attachments"][1]["id"].clone();
    let edit = but("attachments", json!([{ "id": kept }]));
    ask(&discord, "PATCH", &format!("{path}/{message}"), edit).await;
    insta::assert_snapshot!(discord.sees(channel), @"
    # ventes
    Pstral: Voici
      file: clients.txt, text/csv
    ");
    assert_eq!(discord.file(message, "clients.txt"), b"c");
    let url = sent_one.body["attachments"][1]["url"].as_str().unwrap().to_owned();
    let fetched = reqwest::Client::builder().no_proxy().build().unwrap().get(url).send().await.unwrap();
    assert_eq!(fetched.text().await.unwrap(), "c", "anybody can fetch a file");
}

#[tokio::test]
async fn whom_a_message_notifies_is_seen() {
    let (discord, channel, path) = room().await;
    let zoe = discord.person("Zoé");
    let text = format!("<@{zoe}> et @everyone");
    let guarded = json!({ "content": text, "allowed_mentions": { "parse": [] } });
    ask(&discord, "POST", &path, guarded).await;
    assert!(discord.counts().pings.is_empty() && discord.counts().unguarded.is_empty());
    let message = ask(&discord, "POST", &path, json!({ "content": text })).await.id();
    assert_eq!(discord.counts().pings, ["@everyone", "Zoé"]);
    ask(&discord, "PATCH", &format!("{path}/{message}"), json!({ "content": "Voici" })).await;
    assert_eq!(discord.counts().unguarded.len(), 2, "edits count too");
    assert!(discord.sees(channel).contains("@Zoé et @everyone"));
}

#[tokio::test]
async fn what_no_client_does_is_a_complaint() {
    let (discord, _, path) = room().await;
    assert_eq!(ask(&discord, "GET", "/channels/1/pins", Value::Null).await.status, 404);
    let unauthorized = reqwest::Client::builder().no_proxy().build().unwrap().post(at(&discord, &path));
    assert_eq!(sent(unauthorized.json(&fine())).await.outcome(), "401 0");
    assert_eq!(sent(request(&discord, "POST", &path).body("{")).await.outcome(), "400 50035");
    let broken = request(&discord, "POST", &path).header("content-type", "application/json").body("{");
    assert_eq!(sent(broken).await.outcome(), "400 50109");
    let counts = discord.counts();
    assert_eq!(counts.protocol.len(), 2, "an unknown route, and no User-Agent: {:?}", counts.protocol);
    assert_eq!((counts.invalid.len(), counts.refused.len()), (1, 2), "{}", counts.complaints());
}

#[tokio::test]
#[should_panic(expected = "without allowed_mentions: POST /channels/{channel_id}/messages")]
async fn who_has_something_to_be_blamed_for_fails_the_test() {
    let (discord, _, path) = room().await;
    ask(&discord, "POST", &path, json!({ "content": "Voici" })).await;
    discord.blameless();
}
