//! The commands of Discord's own list.

use pstral_core::domain::EventBody;

use crate::bench::Bench;
use crate::double::{Discord, Id};

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
    assert_eq!(event.body, EventBody::Command("whoami".to_owned()));
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

/// Another instance of the same bot may have answered first.
#[tokio::test]
async fn an_interaction_of_another_instance_is_left_alone() {
    use crate::double::{Fault, Refusal, To};
    let House { bench, zoe, channel } = House::new().await;
    bench.discord.fails(To::Acknowledge, Fault::Refused(Refusal::ACKNOWLEDGED));
    bench.discord.runs(zoe, channel, "/whoami");
    bench.discord.says(zoe, channel, "@Pstral Bonjour");
    assert_eq!(bench.said().await.1, "Bonjour", "the command was not handed over");
    let discord: &Discord = &bench.discord;
    assert!(discord.counts().refused.is_empty());
}
