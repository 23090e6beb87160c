//! Messages, threads and private channels, and what is refused of them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::double::rights::{CREATE_PUBLIC_THREADS, SEND_MESSAGES, VIEW_CHANNEL};
use crate::double::{Discord, Id};
use crate::raw::{Got, ask};

struct Room {
    discord: Discord,
    zoe: Id,
    guild: Id,
    channel: Id,
}

impl Room {
    async fn new() -> Self {
        let discord = Discord::start().await;
        let zoe = discord.person("Zoé");
        let guild = discord.guild("Alpha", &[zoe]);
        let channel = discord.channel(guild, "ventes");
        Self { discord, zoe, guild, channel }
    }

    async fn ask(&self, method: &str, path: &str, body: Value) -> Got {
        ask(&self.discord, method, path, body).await
    }

    async fn send(&self, channel: Id, body: Value) -> Got {
        self.ask("POST", &format!("/channels/{channel}/messages"), guarded(body)).await
    }

    async fn edit(&self, message: Id, text: &str) -> String {
        let path = format!("/channels/{}/messages/{message}", self.channel);
        self.ask("PATCH", &path, guarded(json!({ "content": text }))).await.outcome()
    }

    async fn thread(&self, channel: Id, message: Id, name: &str) -> String {
        let path = format!("/channels/{channel}/messages/{message}/threads");
        self.ask("POST", &path, json!({ "name": name })).await.outcome()
    }
}

fn guarded(mut body: Value) -> Value {
    body["allowed_mentions"] = json!({ "parse": [] });
    body
}

#[tokio::test]
async fn a_conversation_reads_like_one() {
    let room = Room::new().await;
    let question = room.discord.says(room.zoe, room.channel, "@Pstral Combien de clients ?");
    assert_eq!(room.thread(room.channel, question, "Combien de clients ?").await, "201");
    let thread = room.discord.thread_on(question).await;
    let row = json!({ "type": 1, "components": [
        { "type": 2, "style": 3, "label": "Exécuter", "custom_id": "x1" },
        { "type": 2, "style": 2, "label": "Modifier", "custom_id": "x2", "disabled": true },
    ] });
    room.send(thread, json!({ "content": "SELECT count(*) FROM clients", "components": [row] })).await;
    room.discord.replies(room.zoe, room.discord.hears(thread, "SELECT").await, "Merci");
    insta::assert_snapshot!(room.discord.sees(room.channel), @"
    # ventes
    Zoé: @Pstral Combien de clients ?
      thread: Combien de clients ?
    ");
    insta::assert_snapshot!(room.discord.sees(thread), @"
    # Combien de clients ? (thread)
    Pstral: SELECT count(*) FROM clients
      [Exécuter] (Modifier)
    Zoé, to Pstral: Merci
    ");
    room.discord.blameless();
}

#[tokio::test]
async fn a_nonce_sends_once() {
    let Room { discord, channel, .. } = &Room::new().await;
    let path = format!("/channels/{channel}/messages");
    let body = guarded(json!({ "content": "Voici", "nonce": "n1", "enforce_nonce": true }));
    let one = ask(discord, "POST", &path, body.clone()).await;
    let other = ask(discord, "POST", &path, body.clone()).await;
    assert_eq!((one.id(), discord.counts().sent), (other.id(), 1));
    discord.passes(Duration::from_mins(10));
    assert_ne!(ask(discord, "POST", &path, body).await.id(), one.id(), "after some minutes it is a new one");
}

#[tokio::test]
async fn threads_are_made_once_and_where_they_can_be() {
    let room = Room::new().await;
    let question = room.discord.says(room.zoe, room.channel, "Bonjour");
    assert_eq!(room.thread(room.channel, question, &"x".repeat(101)).await, "400 50035");
    assert_eq!(room.thread(room.channel, question, "Bonjour").await, "201");
    assert_eq!(room.thread(room.channel, question, "Bonjour").await, "400 160004");
    let thread = room.discord.thread_on(question).await;
    let inner = room.discord.says(room.zoe, thread, "Encore");
    assert_eq!(room.thread(thread, inner, "Encore").await, "400 50024", "none in a thread");
    let plain = room.discord.channel_without_threads(room.guild, "réunion");
    let question = room.discord.says(room.zoe, plain, "Bonjour");
    assert_eq!(room.thread(plain, question, "Bonjour").await, "400 50024");
    room.discord.forbids(room.channel, CREATE_PUBLIC_THREADS);
    let question = room.discord.says(room.zoe, room.channel, "Bonsoir");
    assert_eq!(room.thread(room.channel, question, "Bonsoir").await, "403 50013");
    room.discord.archives(thread, true);
    assert_eq!(room.send(thread, json!({ "content": "Voici" })).await.outcome(), "400 50083");
}

#[tokio::test]
async fn what_is_not_there_or_not_allowed_has_its_code() {
    let room = Room::new().await;
    let question = room.discord.says(room.zoe, room.channel, "Bonjour");
    let own = room.send(room.channel, json!({ "content": "Voici" })).await.id();
    let at = |message: Id| format!("/channels/{}/messages/{message}", room.channel);
    assert_eq!(room.edit(question, "Bonsoir").await, "403 50005");
    assert_eq!(room.ask("DELETE", &at(question), Value::Null).await.outcome(), "403 50013");
    assert_eq!(room.ask("DELETE", &at(own), Value::Null).await.status, 204);
    assert_eq!(room.ask("DELETE", &at(own), Value::Null).await.outcome(), "404 10008");
    assert_eq!(room.edit(own, "Bonsoir").await, "404 10008");
    assert_eq!(room.send(1, json!({ "content": "Voici" })).await.outcome(), "404 10003");
    room.discord.forbids(room.channel, SEND_MESSAGES);
    assert_eq!(room.send(room.channel, json!({ "content": "Voici" })).await.outcome(), "403 50013");
    room.discord.forbids(room.channel, VIEW_CHANNEL);
    assert_eq!(room.send(room.channel, json!({ "content": "Voici" })).await.outcome(), "403 50001");
    let open = |person: Id| json!({ "recipient_id": person.to_string() });
    let dm = room.ask("POST", "/users/@me/channels", open(room.zoe)).await.id();
    assert_eq!(room.send(dm, json!({ "content": "Entre nous" })).await.status, 200);
    assert_eq!(room.ask("POST", "/users/@me/channels", open(room.zoe)).await.id(), dm, "there is one");
    room.discord.closes_dms(room.zoe);
    assert_eq!(room.send(dm, json!({ "content": "Entre nous" })).await.outcome(), "403 50007");
    room.discord.puts_out(room.guild);
    let guild = format!("/guilds/{}", room.guild);
    assert_eq!(room.ask("GET", &guild, Value::Null).await.outcome(), "403 50001");
}

#[tokio::test]
async fn an_hour_later_there_are_only_some_edits() {
    let room = Room::new().await;
    let own = room.send(room.channel, json!({ "content": "Voici" })).await.id();
    for _ in 0..20 {
        assert_eq!(room.edit(own, "Voilà").await, "200");
    }
    room.discord.passes(Duration::from_secs(3_601));
    let outcomes: Vec<String> = futures::future::join_all((0..11).map(|_| room.edit(own, "Tard"))).await;
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "200").count(), 10);
    assert!(outcomes.contains(&"429 30046".to_owned()), "{outcomes:?}");
    assert_eq!(room.discord.before(own).len(), 30, "what it said before is kept");
}
