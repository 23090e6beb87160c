//! The built program with Discord alone.

use std::time::Duration;

use pstral_ollama::testkit::{Answer, ScriptedOllama};

use crate::bot::{Bot, until};
use crate::double::{Discord, Fault, Id, Scope, To};
use crate::program::Place;

/// Servers that it is in besides, and how many people are in each.
const SERVERS: usize = 100;
const MEMBERS: u64 = 1_000;

const CONFIG: [&str; 2] = ["--config", "pstral.toml"];

pub(super) fn words<'a>(words: &[&'a str]) -> Vec<&'a str> {
    words.iter().copied().chain(CONFIG).collect()
}

/// An installation with the sample company, in one channel.
pub(super) fn installed(model: &str, discord: &Discord, channel: Id) -> Place {
    let place = Place::with_model(model);
    let config = format!(
        "data = \"state\"\nlocale = \"fr\"\n[platforms.discord]\nenabled = true\ntoken = \"{}\"\n\
         application = \"{}\"\nrest_url = \"{}\"\nchannels = [\"{channel}\"]\n\
         [targets.crm]\nkind = \"sqlite\"\npath = \"../crm.db\"\n",
        discord.token(),
        discord.application(),
        discord.url()
    );
    place.write("pstral.toml", config);
    place.write("crm.db", std::fs::read(crate::world::company()).unwrap());
    place
}

#[tokio::test(flavor = "multi_thread")]
async fn it_lives_on_discord_alone_in_little_memory() {
    let (discord, ollama) = (Discord::start().await, ScriptedOllama::start("qwen2.5-coder:3b").await);
    let [owner, zoe] = ["Odile", "Zoé"].map(|name| discord.person(name));
    for server in 0..SERVERS {
        let guild = discord.guild(&format!("Serveur {server}"), &[owner]);
        discord.crowd(guild, MEMBERS);
        discord.channel(guild, "général");
    }
    let guild = discord.guild("Alpha", &[owner, zoe]);
    let channel = discord.channel(guild, "ventes");
    let place = installed(&ollama.url(), &discord, channel);
    let invitation = format!("client_id={}", discord.application());
    // It makes the state database, which the doctor looks for.
    place.run(&words(&["user", "add", "zoe", "--language", "en"])).code(0);
    place.run(&words(&["doctor"])).code(0).says(&[&invitation, "permissions="]);
    let code = place.run(&words(&["user", "link-code", "zoe"])).code(0).out;

    let bot = Bot::start(&place);
    discord.connected().await;
    discord.says(zoe, channel, "@Pstral Which clients are in Lyon?");
    let dm = discord.dm(zoe);
    discord.hears(dm, "/lier").await;
    discord.says(zoe, dm, &format!("/link {}", code.trim()));
    discord.hears(dm, "linked").await;
    ollama.answer(Answer::text("Here:\n```sql\nSELECT company_name FROM clients WHERE city = 'Lyon'\n```\n"));
    let question = discord.says(zoe, channel, "@Pstral Which clients are in Lyon?");
    let thread = discord.thread_on(question).await;
    let retry_after = Duration::from_millis(50);
    let offer = discord.hears(thread, "[Execute]").await;
    discord.fails(To::Send, Fault::TooFast { retry_after, scope: Scope::User });
    discord.clicks(zoe, offer, "Execute");
    discord.hears(thread, ".xlsx").await;
    until("it is counted", || {
        let counted = bot.get("/metrics").unwrap();
        let of_discord = [
            "pstral_platform_rate_limited_total{platform=\"discord\"} 1\n",
            "pstral_first_text_seconds_count{platform=\"discord\"} 1\n",
            "pstral_last_edit_seconds_count{platform=\"discord\"} 1\n",
        ];
        of_discord.iter().all(|sample| counted.contains(sample))
    });
    let (all, own) = bot.resident();
    println!(
        "{SERVERS} servers of {MEMBERS} members: the program holds {all} KiB, {own} KiB of it beside its own file"
    );
    bot.signal("-TERM");
    bot.ended().code(0);
    place.run(&words(&["audit", "verify"])).code(0).says(&["intact"]);
    discord.blameless();
}

/// 4014: an intent was taken away (<https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes>).
#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_closes_for_good_is_told_and_ends_the_program_where_nothing_is_left() {
    let discord = Discord::start().await;
    let guild = discord.guild("Alpha", &[discord.person("Odile")]);
    let place = installed("http://127.0.0.1:1", &discord, discord.channel(guild, "ventes"));
    let alone = std::fs::read_to_string(place.path("pstral.toml")).unwrap();
    place.write("pstral.toml", format!("{alone}\n[platforms.terminal]\nenabled = true\n"));
    let bot = Bot::start(&place);
    discord.connected().await;
    assert!(bot.get("/metrics").unwrap().contains("pstral_platform_ended{platform=\"discord\"} 0"));
    discord.closes(4014);
    until("it is told", || bot.get("/readyz").unwrap().contains("the gateway does not allow the intents"));
    assert!(bot.get("/metrics").unwrap().contains("pstral_platform_ended{platform=\"discord\"} 1"));
    bot.signal("-TERM");
    bot.ended().code(0);

    place.write("pstral.toml", alone);
    let mut bot = Bot::start(&place);
    discord.connected().await;
    discord.closes(4014);
    until("it ends", || bot.is_over());
    bot.ended().code(1).says(&["Failed: platform discord"]);
}
