//! Buttons, and the form behind one of them.

use std::time::Duration;

use pstral_core::domain::{Button, ButtonAction, EventBody, Outgoing, ProposalId};
use pstral_core::ports::ChatPlatform as _;
use pstral_core::testkit::chat_platform::key;

use crate::bench::{Bench, place};
use crate::double::{Fault, Id, Refusal, Scope, To};

struct House {
    bench: Bench,
    zoe: Id,
    channel: Id,
    message: Id,
}

fn proposal() -> ProposalId {
    ProposalId("00112233445566778899aabbccddeeff".to_owned())
}

impl House {
    async fn new() -> Self {
        let bench = Bench::connected().await;
        let zoe = bench.discord.person("Zoé");
        let channel = bench.discord.channel(bench.discord.guild("Alpha", &[zoe]), "ventes");
        let buttons = [
            ("Exécuter", ButtonAction::Execute(proposal())),
            ("Modifier", ButtonAction::Edit(proposal())),
            ("Expliquer", ButtonAction::Explain(proposal())),
            ("Graphique", ButtonAction::Chart(proposal())),
            ("Garder", ButtonAction::Keep(proposal())),
            ("Arrêter", ButtonAction::Stop),
        ];
        let buttons = buttons.map(|(label, action)| Button { action, label: label.to_owned() }).into();
        let offer = Outgoing { buttons, ..Outgoing::text("SELECT 1") };
        let message = bench.bot.send(key(), &place(channel), &offer).await.unwrap().id.parse().unwrap();
        Self { bench, zoe, channel, message }
    }
}

#[tokio::test]
async fn six_buttons_take_two_rows_and_each_is_handed_over() {
    let House { bench, zoe, channel, message } = House::new().await;
    insta::assert_snapshot!(bench.discord.sees(channel), @"
    # ventes
    Pstral: SELECT 1
      [Exécuter] [Modifier] [Expliquer] [Graphique] [Garder]
      [Arrêter]
    ");
    for (label, action) in [("Exécuter", ButtonAction::Execute(proposal())), ("Arrêter", ButtonAction::Stop)] {
        let click = bench.discord.clicks(zoe, message, label);
        let event = bench.event().await;
        assert_eq!((event.body, event.place), (EventBody::Clicked(action), place(channel)));
        bench.discord.acknowledged(click).await;
    }
    bench.discord.blameless();
}

/// Without it Discord would show that Pstral did not respond.
#[tokio::test]
async fn a_first_answer_that_discord_does_not_take_is_given_again() {
    let House { bench, zoe, message, .. } = House::new().await;
    let clicks_despite = async |fault| {
        bench.discord.fails(To::Acknowledge, fault);
        let click = bench.discord.clicks(zoe, message, "Exécuter");
        bench.event().await;
        bench.discord.acknowledged(click).await;
    };
    clicks_despite(Fault::Broken(500)).await;
    clicks_despite(Fault::Silent).await;
    bench.discord.blameless();
    // It was taken, and the answer to it lost: that it is there already says so.
    clicks_despite(Fault::DoneButBroken(502)).await;
}

/// Tests that a rate limit is retried, but that "already acknowledged" means that another instance has it.
#[tokio::test]
async fn a_click_that_another_instance_has_answered_is_left_to_it() {
    let House { bench, zoe, message, .. } = House::new().await;
    let retry_after = Duration::from_millis(50);
    bench.discord.fails(To::Acknowledge, Fault::TooFast { retry_after, scope: Scope::User });
    bench.discord.fails(To::Acknowledge, Fault::Refused(Refusal::ACKNOWLEDGED));
    bench.discord.clicks(zoe, message, "Exécuter");
    // Discord says how long in whole seconds.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let click = bench.discord.clicks(zoe, message, "Arrêter");
    assert_eq!(bench.event().await.body, EventBody::Clicked(ButtonAction::Stop));
    bench.discord.acknowledged(click).await;
}

#[tokio::test]
async fn a_click_that_nobody_answers_with_a_form_is_acknowledged_all_the_same() {
    let House { bench, zoe, message, .. } = House::new().await;
    let click = bench.discord.clicks(zoe, message, "Modifier");
    assert_eq!(bench.event().await.body, EventBody::Clicked(ButtonAction::Edit(proposal())));
    bench.discord.acknowledged(click).await;
    bench.discord.blameless();
}
