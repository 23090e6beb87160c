//! The commands of Discord's own list.

use std::sync::atomic::Ordering;

use pstral_core::domain::{EventBody, Outgoing};
use pstral_core::ports::{ChatPlatform as _, PlatformError};
use pstral_core::testkit::chat_platform::key;
use pstral_discord::Shards;

use crate::bench::{Bench, place};
use crate::double::{Discord, Fault, Id, Plan, Refusal, To};

struct House {
    bench: Bench,
    zoe: Id,
    channel: Id,
}

impl House {
    async fn new() -> Self {
        let bench = Bench::connected().await;
        let zoe = bench.discord.person("Zoé");
        let channel = bench.discord.channel(bench.discord.guild("Alpha", &[zoe]), "ventes");
        bench.discord.registered().await;
        Self { bench, zoe, channel }
    }
}

#[tokio::test]
async fn commands_are_registered_once_and_only_when_they_change() {
    let House { bench, zoe, channel } = House::new().await;
    let ali = bench.discord.person("Ali");
    bench.discord.joins(ali, bench.discord.guild_of(channel));
    let (everybody, admin) = (bench.discord.offers(ali, channel, "en-US"), bench.discord.offers(zoe, channel, "en-US"));
    assert!(everybody.contains(&"ask".to_owned()) && !everybody.contains(&"audit".to_owned()), "{everybody:?}");
    assert!(admin.contains(&"audit".to_owned()), "who manages the server sees more");
    assert!(bench.discord.offers(ali, channel, "fr").contains(&"demander".to_owned()));
    let (discord, _) = bench.ends().await;
    let bench = Bench::on(discord, |_| {});
    bench.discord.connected().await;
    bench.discord.says(ali, channel, "@Pstral Bonjour");
    bench.said().await;
    assert_eq!(bench.discord.counts().registrations, 1, "they have not changed");
    bench.discord.blameless();
}

#[tokio::test]
async fn commands_that_discord_did_not_take_are_registered_again() {
    let discord = Discord::start().await;
    discord.fails(To::RegisterCommands, Fault::Broken(503));
    let bench = Bench::on(discord, |_| {});
    bench.discord.registered().await;
    bench.discord.blameless();
}

/// Private messages come to the first shard; an instance with others does not register commands.
#[tokio::test]
async fn commands_are_registered_by_who_has_the_first_shard() {
    let discord = Plan::default().shards(2).start().await;
    let zoe = discord.person("Zoé");
    let guilds = [discord.guild("Alpha", &[zoe]), discord.guild("Bêta", &[zoe])];
    let bench = Bench::on(discord, |config| config.shards = Some(Shards { first: 1, last: 1, total: 2 }));
    while bench.bot.health().await.is_err() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert_eq!(bench.discord.counts().registrations, 0, "{guilds:?}");
}

#[tokio::test]
async fn a_question_by_command_is_a_question() {
    let House { bench, zoe, channel } = House::new().await;
    let asked = bench.discord.runs(zoe, channel, "/ask question:Combien de clients ?");
    assert_eq!(bench.said().await.1, "Combien de clients ?");
    bench.discord.acknowledged(asked).await;
    bench.discord.blameless();
}

#[tokio::test]
async fn what_concerns_one_person_is_seen_by_them_alone() {
    let House { bench, zoe, channel } = House::new().await;
    let asked = bench.discord.runs(zoe, channel, "/whoami");
    let event = bench.event().await;
    assert_eq!(event.body, EventBody::command("whoami"));
    assert!(event.place.private, "{:?}", event.place);
    bench.discord.acknowledged(asked).await;
    assert!(!bench.discord.sees_as(bench.discord.person("Ali"), channel).contains("Pstral"));
    bench.discord.blameless();
}

#[tokio::test]
async fn a_message_can_be_asked_about() {
    let House { bench, zoe, channel } = House::new().await;
    let said = bench.discord.says(zoe, channel, "Combien de clients ?");
    let picked = bench.discord.picks(zoe, said, "Ask Pstral about this");
    assert_eq!(bench.said().await.1, "Combien de clients ?");
    bench.discord.acknowledged(picked).await;
    bench.discord.blameless();
}

/// A text is not repeated in Pstral's name before its author is known.
#[tokio::test]
async fn who_may_ask_nothing_is_shown_to_nobody() {
    let House { bench, zoe, channel } = House::new().await;
    bench.advised.unknown.store(true, Ordering::Relaxed);
    let asked = bench.discord.runs(zoe, channel, "/ask question:Achetez mes jetons");
    let (event, text) = bench.said().await;
    assert_eq!((text.as_str(), event.place), ("Achetez mes jetons", place(channel)));
    bench.discord.acknowledged(asked).await;
    let said = bench.discord.says(zoe, channel, "Bonjour");
    let picked = bench.discord.picks(zoe, said, "Ask Pstral about this");
    assert_eq!(bench.said().await.0.place, place(channel));
    bench.discord.acknowledged(picked).await;
    let ali = bench.discord.person("Ali");
    bench.discord.joins(ali, bench.discord.guild_of(channel));
    insta::assert_snapshot!(bench.discord.sees_as(ali, channel), @"
    # ventes
    Zoé: Bonjour
    ");
    bench.discord.blameless();
}

#[tokio::test]
async fn an_empty_thread_is_not_begun_for_who_asks_about_a_message() {
    let House { bench, zoe, channel } = House::new().await;
    let ali = bench.discord.person("Ali");
    bench.discord.joins(ali, bench.discord.guild_of(channel));
    let said = bench.discord.says(ali, channel, "Combien de clients ?");
    let picked = bench.discord.picks(zoe, said, "Ask Pstral about this");
    bench.said().await;
    bench.discord.acknowledged(picked).await;
    assert!(!bench.discord.sees(channel).contains("thread:"), "{}", bench.discord.sees(channel));
    // Somebody else's words are not asked again in one's own name; what is gone is not answered.
    bench.discord.edits(ali, said, "Combien de contrats ?");
    bench.discord.says(zoe, channel, "@Pstral Et maintenant ?");
    assert_eq!(bench.said().await.1, "Et maintenant ?");
    bench.discord.blameless();
}

/// Another instance of the same bot may have answered first.
#[tokio::test]
async fn an_interaction_of_another_instance_is_left_alone() {
    let House { bench, zoe, channel } = House::new().await;
    bench.discord.fails(To::Acknowledge, Fault::Refused(Refusal::ACKNOWLEDGED));
    bench.discord.runs(zoe, channel, "/whoami");
    bench.discord.says(zoe, channel, "@Pstral Bonjour");
    assert_eq!(bench.said().await.1, "Bonjour", "the command was not handed over");
    let discord: &Discord = &bench.discord;
    assert!(discord.counts().refused.is_empty());
}

/// Discord had lost the latest interaction before it was acknowledged: the one before shows the result.
#[tokio::test]
async fn what_is_private_finds_an_earlier_command_where_the_last_is_lost() {
    let House { bench, zoe, channel } = House::new().await;
    bench.discord.closes_dms(zoe);
    let first = bench.discord.runs(zoe, channel, "/whoami");
    let actor = bench.event().await.actor;
    bench.discord.acknowledged(first).await;
    bench.discord.fails(To::Acknowledge, Fault::Refused(Refusal::UNKNOWN_INTERACTION));
    bench.discord.runs(zoe, channel, "/whoami");
    bench.event().await;
    let dm = bench.bot.open_dm(&actor).await.unwrap();
    bench.bot.send(key(), &dm, &Outgoing::text("Douze.")).await.unwrap();
    let shown = bench.discord.hears(channel, "Douze.").await;
    assert!(bench.discord.reads(shown).starts_with("Pstral, seen by Zoé alone: 🔒"), "{}", bench.discord.reads(shown));
    assert_eq!(bench.bot.live(&dm, None).await, Err(PlatformError::Gone), "it ends with what it answers");
}

#[tokio::test]
async fn a_statement_of_ones_own_is_written_in_a_form() {
    let House { bench, zoe, channel } = House::new().await;
    let asked = bench.discord.runs(zoe, channel, "/sql");
    let form = bench.discord.modal(asked).await;
    insta::assert_snapshot!(form, @"
    «Votre requête»
    SQL:
    ");
    let sent = bench.discord.submits(&form, &[("SQL", "SELECT id\nFROM clients")]);
    let event = bench.event().await;
    assert_eq!(event.body, EventBody::command("edit SELECT id\nFROM clients"));
    assert_eq!(event.place, place(channel));
    bench.discord.acknowledged(sent).await;
    bench.discord.blameless();
}

#[tokio::test]
async fn subcommands_are_read_as_they_are_typed_elsewhere() {
    let House { bench, zoe, channel } = House::new().await;
    let lines = [
        ("/user list word:ali", "user list ali".to_owned()),
        (
            "/user add user:alex role:member language:en fullname:Alex \"A\" Taylor",
            "user add alex role=\"member\" language=\"en\" name=\"Alex A Taylor\"".to_owned(),
        ),
        ("/user disable user:alex", "user disable alex".to_owned()),
        ("/user links member:@Zoé", format!("user links discord:{zoe}")),
        ("/user unlink member:@Zoé account:matrix @zoe:hs", format!("user unlink discord:{zoe} matrix @zoe:hs")),
        ("/user confirm user:alex code:ABCD-EFGH", "user confirm ABCD-EFGH alex".to_owned()),
        ("/verified list", "verified".to_owned()),
        ("/verified show query:late", "verified late".to_owned()),
        ("/verified approve query:late#3", "verified approve late#3".to_owned()),
        ("/agree name:0a1b2c confirm:true", "agree 0a1b2c yes".to_owned()),
    ];
    for (line, typed) in lines {
        let asked = bench.discord.runs(zoe, channel, line);
        assert_eq!(bench.event().await.body, EventBody::command(&typed), "{line}");
        bench.discord.acknowledged(asked).await;
    }
    bench.discord.blameless();
}
