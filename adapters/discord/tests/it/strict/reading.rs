//! Tests of what the bot may read, and of the double's own answers.

use serde_json::{Value, json};

use crate::double::rights::READ_MESSAGE_HISTORY;
use crate::double::{Discord, Plan};
use crate::raw::ask;

#[tokio::test]
async fn messages_are_told_newest_first_and_between_two() {
    let discord = Discord::start().await;
    let zoe = discord.person("Zoé");
    let channel = discord.channel(discord.guild("Alpha", &[zoe]), "ventes");
    let ids: Vec<u64> = (0..5).map(|number| discord.says(zoe, channel, &number.to_string())).collect();
    let read = async |query: &str| {
        let got = ask(&discord, "GET", &format!("/channels/{channel}/messages?{query}"), Value::Null).await;
        let texts = got.body.as_array().into_iter().flatten().filter_map(|message| message["content"].as_str());
        texts.collect::<Vec<_>>().join("")
    };
    assert_eq!(read("limit=3").await, "432");
    assert_eq!(read(&format!("limit=2&before={}", ids[2])).await, "10");
    assert_eq!(read(&format!("limit=2&after={}", ids[1])).await, "32");
    assert_eq!(read("limit=101").await, "");
    assert_eq!(discord.counts().refused.len(), 1, "there is a most");
    discord.forbids(channel, READ_MESSAGE_HISTORY);
    assert_eq!(read("limit=3").await, "");
}

#[tokio::test]
async fn without_the_intent_only_what_is_for_the_bot_can_be_read() {
    let discord = Plan::default().blind().start().await;
    let zoe = discord.person("Zoé");
    let channel = discord.channel(discord.guild("Alpha", &[zoe]), "ventes");
    let texts = ["entre nous", "@Pstral Combien ?"].map(|text| discord.says(zoe, channel, text));
    let got = ask(&discord, "GET", &format!("/channels/{channel}/messages"), Value::Null).await;
    let content: Vec<&str> = got.body.as_array().unwrap().iter().filter_map(|one| one["content"].as_str()).collect();
    assert_eq!(content, [format!("<@{}> Combien ?", discord.bot()).as_str(), ""]);
    let dm = discord.dm(zoe);
    discord.says(zoe, dm, "en privé");
    let got = ask(&discord, "GET", &format!("/channels/{dm}/messages"), Value::Null).await;
    assert_eq!(got.body[0]["content"], "en privé", "{texts:?}");
}

/// Every answer is held against the description as it is given.
#[tokio::test]
async fn what_the_double_answers_is_what_discord_would() {
    let discord = Discord::start().await;
    let zoe = discord.person("Zoé");
    let guild = discord.guild("Alpha", &[zoe]);
    let channel = discord.channel(guild, "ventes");
    let (question, app) = (discord.says(zoe, channel, "@Pstral Bonjour"), discord.application());
    discord.attaches(zoe, channel, "ci-joint", &[("a.sql", b"SELECT 1")]);
    let reply = json!({
        "content": "Voici", "allowed_mentions": { "parse": [] }, "message_reference": { "message_id": question.to_string() },
    });
    let command = json!([{
        "name": "ask", "description": "Ask", "type": 1, "contexts": [0, 1], "integration_types": [0],
        "name_localizations": { "fr": "demander" }, "description_localizations": { "fr": "Demander" },
        "options": [{ "name": "question", "description": "Question", "type": 3, "required": true }],
    }]);
    let commands = format!("/applications/{app}/commands");
    let requests = [
        ("POST", format!("/channels/{channel}/messages"), reply),
        ("POST", format!("/channels/{channel}/messages/{question}/threads"), json!({ "name": "Bonjour" })),
        ("PATCH", format!("/channels/{question}"), json!({ "archived": true })),
        ("POST", "/users/@me/channels".to_owned(), json!({ "recipient_id": zoe.to_string() })),
        ("PUT", commands.clone(), command),
        ("GET", commands.clone(), Value::Null),
        ("GET", format!("{commands}?with_localizations=true"), Value::Null),
        ("GET", format!("/channels/{channel}/messages"), Value::Null),
        ("GET", format!("/channels/{channel}/messages/{question}"), Value::Null),
        ("GET", format!("/channels/{channel}"), Value::Null),
        ("GET", format!("/channels/{question}"), Value::Null),
        ("GET", format!("/guilds/{guild}"), Value::Null),
        ("GET", format!("/guilds/{guild}/channels"), Value::Null),
        ("GET", format!("/guilds/{guild}/roles"), Value::Null),
        ("GET", format!("/guilds/{guild}/members/{zoe}"), Value::Null),
        ("GET", format!("/guilds/{guild}/threads/active"), Value::Null),
        ("GET", format!("/users/{zoe}"), Value::Null),
        ("GET", "/users/@me".to_owned(), Value::Null),
        ("GET", "/users/@me/guilds".to_owned(), Value::Null),
        ("GET", "/applications/@me".to_owned(), Value::Null),
        ("GET", "/oauth2/applications/@me".to_owned(), Value::Null),
        ("GET", "/gateway".to_owned(), Value::Null),
        ("GET", "/gateway/bot".to_owned(), Value::Null),
        ("POST", format!("/channels/{channel}/typing"), Value::Null),
    ];
    for (method, path, body) in requests {
        let got = ask(&discord, method, &path, body).await;
        assert!(got.status < 300, "{method} {path}: {}", got.body);
    }
    assert_eq!(discord.typed(channel), 1);
    discord.blameless();
}
