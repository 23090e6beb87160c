//! Tests of connecting, reconnecting, and what is said meanwhile.

use std::time::Duration;

use pstral_core::domain::Outgoing;
use pstral_core::ports::{ChatPlatform as _, PlatformError};
use pstral_core::testkit::chat_platform::key;
use serde_json::json;

use crate::bench::Bench;
use crate::double::rights::CREATE_PUBLIC_THREADS;
use crate::double::{Discord, Fault, Id, Plan, To};

async fn house(plan: Plan) -> (Bench, Id, Id) {
    let discord = plan.start().await;
    let zoe = discord.person("Zoé");
    let channel = discord.channel(discord.guild("Alpha", &[zoe]), "ventes");
    discord.forbids(channel, CREATE_PUBLIC_THREADS);
    let bench = Bench::on(discord, |_| {});
    bench.discord.connected().await;
    (bench, zoe, channel)
}

/// Has the adapter learn of the channel and that people talk to it there.
async fn greet(bench: &Bench, zoe: Id, channel: Id) {
    bench.discord.says(zoe, channel, "@Pstral Bonjour");
    assert_eq!(bench.said().await.1, "Bonjour");
}

#[tokio::test]
async fn what_is_asked_during_a_cut_is_heard_once() {
    let (bench, zoe, channel) = house(Plan::default()).await;
    greet(&bench, zoe, channel).await;
    bench.discord.goes_away();
    bench.discord.until_alone().await;
    bench.discord.says(zoe, channel, "@Pstral Combien ?");
    bench.discord.comes_back();
    assert_eq!(bench.said().await.1, "Combien ?");
    bench.discord.says(zoe, channel, "@Pstral Et maintenant ?");
    assert_eq!(bench.said().await.1, "Et maintenant ?", "nothing was heard twice");
}

#[tokio::test]
async fn what_is_asked_while_the_session_is_lost_is_read_again() {
    let (bench, zoe, channel) = house(Plan::default()).await;
    greet(&bench, zoe, channel).await;
    bench.discord.goes_away();
    bench.discord.until_alone().await;
    bench.discord.says(zoe, channel, "@Pstral Combien ?");
    bench.discord.forgets_sessions();
    bench.discord.comes_back();
    assert_eq!(bench.said().await.1, "Combien ?");
    bench.discord.says(zoe, channel, "@Pstral Et maintenant ?");
    assert_eq!(bench.said().await.1, "Et maintenant ?", "nothing was heard twice");
    assert_eq!(bench.discord.counts().identified, 2);
}

/// Tests the health that `/readyz` and `/status` report.
#[tokio::test]
async fn whoever_hears_nothing_is_not_well() {
    let (bench, zoe, channel) = house(Plan::default()).await;
    greet(&bench, zoe, channel).await;
    assert!(bench.bot.health().await.is_ok());
    bench.discord.goes_away();
    bench.discord.until_alone().await;
    until(async || matches!(bench.bot.health().await, Err(PlatformError::Unavailable(_)))).await;
    bench.discord.comes_back();
    until(async || bench.bot.health().await.is_ok()).await;
}

async fn until(holds: impl AsyncFn() -> bool) {
    let waited = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waited).await.expect("it comes about");
}

/// Pstral created the thread, and nobody had written in it yet.
#[tokio::test]
async fn the_first_follow_up_is_read_again_too_after_a_second_try() {
    let discord = Discord::start().await;
    let zoe = discord.person("Zoé");
    let channel = discord.channel(discord.guild("Alpha", &[zoe]), "ventes");
    let bench = Bench::on(discord, |_| {});
    bench.discord.connected().await;
    bench.discord.says(zoe, channel, "@Pstral Combien de clients ?");
    let (event, _) = bench.said().await;
    bench.bot.send(key(), &event.place, &Outgoing::text("Douze.")).await.unwrap();
    bench.discord.goes_away();
    bench.discord.until_alone().await;
    let thread = bench.discord.says(zoe, event.place.thread.as_ref().unwrap().parse().unwrap(), "Et à Lyon ?");
    for _ in 0..60 {
        bench.discord.says(zoe, channel, "Entre nous");
    }
    bench.discord.says(zoe, channel, "@Pstral Et à Nantes ?");
    bench.discord.fails(To::Read, Fault::Broken(503));
    bench.discord.fails(To::Read, Fault::Broken(503));
    bench.discord.forgets_sessions();
    bench.discord.comes_back();
    let mut heard = vec![bench.said().await.1, bench.said().await.1];
    heard.sort_unstable();
    assert_eq!(heard, ["Et à Lyon ?", "Et à Nantes ?"], "{thread}");
}

#[tokio::test]
async fn a_connection_without_answered_heartbeats_is_given_up() {
    let (bench, zoe, channel) = house(Plan::default().beat(Duration::from_millis(200))).await;
    bench.discord.felt(1).await;
    bench.discord.acknowledges_heartbeats(false);
    bench.discord.reconnected(2, 0).await;
    bench.discord.acknowledges_heartbeats(true);
    greet(&bench, zoe, channel).await;
}

#[tokio::test]
async fn being_asked_to_reconnect_loses_nothing() {
    let (bench, zoe, channel) = house(Plan::default()).await;
    greet(&bench, zoe, channel).await;
    bench.discord.asks_to_reconnect();
    bench.discord.reconnected(1, 1).await;
    bench.discord.closes(4000);
    bench.discord.reconnected(1, 2).await;
    greet(&bench, zoe, channel).await;
    bench.discord.blameless();
}

#[tokio::test]
async fn what_cannot_be_put_right_by_trying_ends_the_adapter() {
    let wrong = Bench::with(Plan::default(), |config| config.token = "another".to_owned().into()).await;
    assert!(matches!(wrong.ended().await, Err(PlatformError::Rejected(_))), "a token that is none");
    let blind = Bench::with(Plan::default().blind(), |_| {}).await;
    assert!(matches!(blind.ended().await, Err(PlatformError::Rejected(_))), "an intent that is not switched on");
}

#[tokio::test]
async fn events_that_make_no_sense_are_passed_over() {
    let (bench, zoe, channel) = house(Plan::default()).await;
    for nonsense in [json!({ "id": "not a number" }), json!([]), json!(null)] {
        bench.discord.tells("MESSAGE_CREATE", None, nonsense.clone());
        bench.discord.tells("INTERACTION_CREATE", None, nonsense.clone());
        bench.discord.tells("SOMETHING_NEW", None, nonsense);
    }
    bench.discord.babbles("{ this is no JSON");
    greet(&bench, zoe, channel).await;
}

#[tokio::test]
async fn every_shard_is_connected_and_heard() {
    let discord: Discord = Plan::default().shards(2).start().await;
    let zoe = discord.person("Zoé");
    let bench = Bench::on(discord, |_| {});
    bench.discord.connected().await;
    let dm = bench.discord.dm(zoe);
    bench.discord.says(zoe, dm, "Combien ?");
    assert_eq!(bench.said().await.1, "Combien ?");
    assert_eq!(bench.discord.counts().identified, 2);
    bench.discord.blameless();
}
