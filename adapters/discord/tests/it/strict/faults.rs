//! Tests of injected faults.

use std::time::Duration;

use serde_json::{Value, json};

use crate::double::{Discord, Fault, Id, Refusal, To};
use crate::raw::{Got, ask, request};

async fn room() -> (Discord, Id) {
    let discord = Discord::start().await;
    let guild = discord.guild("Alpha", &[discord.person("Zoé")]);
    let channel = discord.channel(guild, "ventes");
    (discord, channel)
}

fn fine() -> Value {
    json!({ "content": "Voici", "allowed_mentions": { "parse": [] } })
}

async fn send(discord: &Discord, channel: Id) -> Got {
    ask(discord, "POST", &format!("/channels/{channel}/messages"), fine()).await
}

#[tokio::test]
async fn a_fault_meets_one_request_of_its_kind() {
    let (discord, channel) = room().await;
    discord.fails(To::Edit, Fault::Refused(Refusal::UNKNOWN_MESSAGE));
    discord.fails(To::Send, Fault::Broken(502));
    discord.fails(To::Send, Fault::Refused(Refusal::MISSING_PERMISSIONS));
    let mut outcomes = Vec::new();
    for _ in 0..3 {
        outcomes.push(send(&discord, channel).await.outcome());
    }
    assert_eq!(outcomes, ["502", "403 50013", "200"]);
    let message = discord.hears(channel, "Voici").await;
    let edited = ask(&discord, "PATCH", &format!("/channels/{channel}/messages/{message}"), fine()).await;
    assert_eq!(edited.outcome(), "404 10008");
    // What a test asked for is nobody's fault.
    discord.blameless();
}

#[tokio::test]
async fn an_answer_can_be_lost_although_it_was_done() {
    let (discord, channel) = room().await;
    discord.fails(To::Send, Fault::DoneButBroken(500));
    assert_eq!(send(&discord, channel).await.status, 500);
    assert_eq!((discord.counts().sent, discord.sees(channel).as_str()), (1, "# ventes\nPstral: Voici\n"));
}

#[tokio::test]
async fn an_answer_can_be_late_or_never_come() {
    let (discord, channel) = room().await;
    discord.fails(To::Send, Fault::Slow(Duration::from_millis(20)));
    assert_eq!(send(&discord, channel).await.status, 200);
    discord.fails(To::Send, Fault::Silent);
    let asked = request(&discord, "POST", &format!("/channels/{channel}/messages")).json(&fine());
    let unanswered = asked.timeout(Duration::from_millis(50)).send().await;
    assert!(unanswered.is_err_and(|error| error.is_timeout()));
    assert_eq!(discord.counts().sent, 1, "and nothing was done");
}

#[tokio::test]
#[should_panic(expected = "faults that nothing met: 1")]
async fn a_fault_that_nothing_met_fails_the_test() {
    let (discord, _) = room().await;
    discord.fails(To::Typing, Fault::Broken(500));
    discord.blameless();
}
