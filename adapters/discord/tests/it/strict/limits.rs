//! Limits as Discord documents them, and as they have been seen.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use crate::double::{Discord, Fault, Id, Limits, Plan, Scope, To};
use crate::raw::{Got, ask};

async fn room(limits: Limits) -> (Discord, Id, Id) {
    let discord = Plan::default().limits(limits).start().await;
    let guild = discord.guild("Alpha", &[discord.person("Zoé")]);
    let (one, other) = (discord.channel(guild, "ventes"), discord.channel(guild, "achats"));
    (discord, one, other)
}

async fn send(discord: &Discord, channel: Id) -> Got {
    let body = json!({ "content": "Voici", "allowed_mentions": { "parse": [] } });
    ask(discord, "POST", &format!("/channels/{channel}/messages"), body).await
}

#[tokio::test]
async fn the_sixth_message_in_five_seconds_is_one_too_many() {
    let (discord, one, other) = room(Limits::AsDiscord).await;
    for left in ["4", "3", "2", "1", "0"] {
        let got = send(&discord, one).await;
        assert_eq!(
            (got.status, got.header("x-ratelimit-limit"), got.header("x-ratelimit-remaining")),
            (200, "5", left)
        );
    }
    let refused = send(&discord, one).await;
    assert_eq!((refused.status, refused.header("x-ratelimit-scope")), (429, "user"));
    let after: f64 = refused.header("x-ratelimit-reset-after").parse().unwrap();
    let whole: f64 = refused.header("retry-after").parse().unwrap();
    let exact = refused.body["retry_after"].as_f64().unwrap();
    assert!(0.0 < after && after <= 5.0 && (after - exact).abs() < 0.01 && whole >= exact, "{refused:?}");
    assert_eq!(send(&discord, other).await.status, 200, "each channel has its own");
    assert_eq!(ask(&discord, "GET", &format!("/channels/{one}"), Value::Null).await.status, 200, "and each route");
    discord.passes(Duration::from_secs(5));
    assert_eq!(send(&discord, one).await.header("x-ratelimit-remaining"), "4");
    assert_eq!((discord.counts().limited, discord.counts().invalid.len()), (1, 1), "it counts as invalid");
}

#[tokio::test]
async fn there_is_a_limit_of_all_routes_together() {
    let (discord, ..) = room(Limits::AsDiscord).await;
    let guild = discord.guild("Beta", &[discord.person("Ali")]);
    let channels: Vec<Id> = (0..12).map(|number| discord.channel(guild, &format!("c{number}"))).collect();
    let mut statuses = Vec::new();
    // Five of each channel: sixty in less than a second would be ten too many. A slow machine needs longer for them.
    for channel in channels.iter().flat_map(|channel| [channel; 5]) {
        let got = send(&discord, *channel).await;
        if got.status == 429 {
            assert_eq!((got.header("x-ratelimit-global"), got.header("x-ratelimit-scope")), ("true", "global"));
            assert_eq!(got.body["global"], true);
        }
        statuses.push(got.status);
    }
    assert!(statuses.iter().take(50).all(|status| *status == 200), "{statuses:?}");
}

#[tokio::test]
async fn wide_limits_are_not_met() {
    let (discord, one, _) = room(Limits::Wide).await;
    for _ in 0..20 {
        assert_eq!(send(&discord, one).await.status, 200);
    }
    discord.blameless();
}

#[tokio::test]
async fn a_limit_that_a_test_asks_for_looks_like_the_others_and_is_nobodys_fault() {
    let (discord, one, _) = room(Limits::Wide).await;
    let retry_after = Duration::from_millis(1_500);
    for scope in [Scope::User, Scope::Shared, Scope::Global] {
        discord.fails(To::Send, Fault::TooFast { retry_after, scope });
    }
    discord.fails(To::Send, Fault::TooFastUnsaid);
    let mut seen = String::new();
    for _ in 0..4 {
        let got = send(&discord, one).await;
        let headers = ["retry-after", "x-ratelimit-scope", "x-ratelimit-global", "x-ratelimit-remaining"];
        let (told, wait) = (headers.map(|name| got.header(name)), &got.body["retry_after"]);
        writeln!(seen, "{} {told:?} {wait}", got.status).unwrap();
    }
    insta::assert_snapshot!(seen, @r#"
    429 ["2", "user", "", "0"] 1.5
    429 ["2", "shared", "", "0"] 1.5
    429 ["2", "global", "true", ""] 1.5
    429 ["", "", "", ""] null
    "#);
    discord.blameless();
}
