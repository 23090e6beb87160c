//! The gateway: sessions, heartbeats, intents, shards.

use serde_json::{Value, json};

use crate::double::{Discord, Id, Plan};
use crate::raw::{INTENTS, Line, identify};

async fn house(plan: Plan) -> (Discord, Id, Id) {
    let discord = plan.start().await;
    let zoe = discord.person("Zoé");
    let guild = discord.guild("Alpha", &[zoe]);
    let channel = discord.channel(guild, "ventes");
    (discord, zoe, channel)
}

#[tokio::test]
async fn a_session_begins_with_what_there_is() {
    let (discord, ..) = house(Plan::default()).await;
    let (mut line, ready) = Line::identified(&discord, INTENTS).await;
    assert_eq!(ready["d"]["user"]["id"], discord.bot().to_string());
    assert_eq!(ready["d"]["guilds"][0]["unavailable"], true);
    let guild = line.event("GUILD_CREATE").await;
    assert_eq!((guild["channels"][0]["name"].as_str(), guild["member_count"].as_u64()), (Some("ventes"), Some(2)));
    assert_eq!(guild["members"].as_array().map(Vec::len), Some(1), "only itself, without the intent for presences");
    assert_eq!(discord.counts().identified, 1);
}

#[tokio::test]
async fn what_was_missed_is_told_when_a_session_is_taken_up_again() {
    let (discord, zoe, channel) = house(Plan::default()).await;
    let (mut line, ready) = Line::identified(&discord, INTENTS).await;
    let seen = line.event("GUILD_CREATE").await;
    assert_eq!(seen["name"], "Alpha");
    drop(line);
    discord.says(zoe, channel, "Vous êtes là ?");
    let mut line = Line::open(&discord).await;
    let data = json!({ "token": discord.token(), "session_id": ready["d"]["session_id"], "seq": 2 });
    line.says(&json!({ "op": 6, "d": data })).await;
    assert_eq!(line.event("MESSAGE_CREATE").await["content"], "Vous êtes là ?");
    line.event("RESUMED").await;
    discord.repeats_itself();
    assert_eq!(line.hears().await["t"], "RESUMED");
    discord.forgets_sessions();
    let mut line = Line::open(&discord).await;
    line.says(&json!({ "op": 6, "d": data })).await;
    assert_eq!(line.hears().await, json!({ "op": 9, "d": false }));
    discord.blameless();
}

#[tokio::test]
async fn a_session_that_said_goodbye_or_is_old_is_over() {
    let (discord, ..) = house(Plan::default()).await;
    let (line, ready) = Line::identified(&discord, INTENTS).await;
    drop(line);
    let data = json!({ "token": discord.token(), "session_id": ready["d"]["session_id"], "seq": 1 });
    let mut line = Line::open(&discord).await;
    discord.until_alone().await;
    discord.passes(std::time::Duration::from_hours(1));
    line.says(&json!({ "op": 6, "d": data })).await;
    assert_eq!(line.hears().await, json!({ "op": 9, "d": false }));
}

#[tokio::test]
async fn who_identifies_wrongly_is_closed() {
    let (discord, ..) = house(Plan::default().blind().shards(2)).await;
    let blind = 1 | 1 << 9;
    let with = |key: &str, value: Value| {
        let mut identify = identify(&discord, blind);
        identify["d"][key] = value;
        identify
    };
    let sharded = |shard: Value| with("shard", shard);
    let table = [
        (with("token", json!("another")), 4004),
        (with("intents", json!(1_u64 << 40)), 4013),
        (with("intents", json!(1 << 15)), 4014),
        (with("intents", json!(1 << 1)), 4014),
        (sharded(json!([2, 2])), 4010),
        (sharded(json!([0, 1])), 4011),
        (json!({ "op": 3, "d": {} }), 4003),
        (json!({ "op": 99, "d": {} }), 4001),
        (json!({ "op": 2, "d": { "token": "x".repeat(5_000) } }), 4002),
    ];
    for (payload, code) in table {
        let mut line = Line::open(&discord).await;
        line.says(&payload).await;
        assert_eq!(line.hears().await, code, "{}", payload["op"]);
    }
    let mut line = Line::open(&discord).await;
    line.says(&sharded(json!([1, 2]))).await;
    assert_eq!(line.hears().await["t"], "READY");
    line.says(&sharded(json!([1, 2]))).await;
    while line.hears().await != 4005 {}
    assert_eq!(
        discord.counts().protocol.len(),
        6,
        "but not token, rights and shards, which are not the client's fault"
    );
}

#[tokio::test]
async fn heartbeats_are_answered_unless_a_test_wants_otherwise() {
    let (discord, ..) = house(Plan::default()).await;
    let (mut line, _) = Line::identified(&discord, 1 << 9).await;
    line.says(&json!({ "op": 1, "d": 1 })).await;
    assert_eq!(line.hears().await["op"], 11);
    discord.acknowledges_heartbeats(false);
    line.says(&json!({ "op": 1, "d": 1 })).await;
    discord.felt(2).await;
    discord.asks_for_heartbeat();
    assert_eq!(line.hears().await["op"], 1, "the heartbeat itself had no answer");
    discord.blameless();
    line.says(&json!({ "op": 1, "d": 77 })).await;
    discord.felt(3).await;
    assert_eq!(discord.counts().protocol, ["a heartbeat claims event 77 of 1"]);
}

#[tokio::test]
async fn an_intent_decides_what_is_told() {
    let (discord, zoe, channel) = house(Plan::default()).await;
    let dm = discord.dm(zoe);
    let (mut reads, _) = Line::identified(&discord, INTENTS).await;
    let (mut blind, _) = Line::identified(&discord, INTENTS & !(1 << 15)).await;
    let (mut private, _) = Line::identified(&discord, 1 << 12).await;
    discord.says(zoe, channel, "entre nous");
    discord.says(zoe, channel, "@Pstral Combien ?");
    discord.says(zoe, dm, "en privé");
    let mention = format!("<@{}> Combien ?", discord.bot());
    for text in ["entre nous", &mention, "en privé"] {
        assert_eq!(reads.event("MESSAGE_CREATE").await["content"], text);
    }
    for text in ["", &mention, "en privé"] {
        assert_eq!(blind.event("MESSAGE_CREATE").await["content"], text);
    }
    assert_eq!(private.event("MESSAGE_CREATE").await["content"], "en privé");
}

#[tokio::test]
async fn each_shard_is_told_of_its_own_guilds() {
    let discord = Plan::default().shards(2).start().await;
    let zoe = discord.person("Zoé");
    // The guild's id says which shard is its own.
    let guilds: Vec<Id> = (0..8).map(|_| discord.guild("Alpha", &[zoe])).collect();
    for shard in 0..2_u64 {
        let mut identify = identify(&discord, 1);
        identify["d"]["shard"] = json!([shard, 2]);
        let mut line = Line::open(&discord).await;
        line.says(&identify).await;
        let ready = line.hears().await;
        let own = guilds.iter().filter(|guild| (**guild >> 22) % 2 == shard).count();
        assert_eq!(ready["d"]["guilds"].as_array().map(Vec::len), Some(own));
    }
}

#[tokio::test]
async fn connections_end_as_a_test_wants() {
    let (discord, ..) = house(Plan::default()).await;
    for code in [4000, 4009, 4014] {
        let (mut line, _) = Line::identified(&discord, 1 << 9).await;
        discord.closes(code);
        assert_eq!(line.hears().await, code);
    }
    let (mut line, _) = Line::identified(&discord, 1 << 9).await;
    discord.asks_to_reconnect();
    assert_eq!(line.hears().await["op"], 7);
    discord.invalidates(true);
    assert_eq!(line.hears().await, json!({ "op": 9, "d": true }));
    discord.babbles("{ this is no JSON");
    assert_eq!(line.hears().await, "{ this is no JSON");
    discord.tells("MESSAGE_CREATE", None, json!({ "id": "not a number" }));
    assert_eq!(line.event("MESSAGE_CREATE").await["id"], "not a number");
    discord.cuts();
    assert_eq!(line.hears().await, Value::Null);
}
