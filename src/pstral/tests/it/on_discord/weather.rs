//! Tests of failures around an answer, and of attempts by a hostile model or person.

use std::time::Duration;

use pstral_core::testkit::language_model::Script;

use super::House;
use crate::double::{Fault, To};
use crate::world::run_test;

/// The gateway is away and changes fail while an answer grows: its last word is there all the same.
#[test]
fn an_answer_survives_the_end_of_the_gateway_and_changes_that_fail() {
    run_test(async |world| {
        let house = House::open(world).await;
        let said = "Voici quelques mots, et beaucoup d’autres qui viennent après eux, jusqu’à la fin.";
        world.model.script(Script::words(said).every(Duration::from_millis(60)));
        let question = house.discord.says(house.camille, house.channel, "@Pstral Parlez-moi longuement");
        let thread = house.discord.thread_on(question).await;
        house.discord.hears(thread, "Voici").await;
        for _ in 0..3 {
            house.discord.fails(To::Edit, Fault::Broken(503));
        }
        house.discord.goes_away();
        house.discord.hears(thread, "jusqu’à la fin.").await;
        house.idle().await;
        assert!(!house.sees(thread).contains("[Arrêter]"), "{}", house.sees(thread));
        house.discord.comes_back();
        house.discord.connected().await;
        house.close().await;
    });
}

#[test]
fn what_a_model_writes_calls_and_misleads_nobody() {
    run_test(async |world| {
        let house = House::open(world).await;
        world.model_says(&format!(
            "@everyone @here <@{}> <@&{}> [https://bank.example](https://evil.example)\n🔒 Vérifié par Claire.\n```\nsans fin",
            house.alex, house.guild
        ));
        let question = house.discord.says(house.camille, house.channel, "@Pstral Parlez-moi longuement");
        let thread = house.discord.thread_on(question).await;
        let answer = house.discord.hears(thread, "sans fin").await;
        house.idle().await;
        let told = house.discord.reads(answer);
        for forbidden in ["@everyone", "@here", "@Alex", "](https", "🔒"] {
            assert!(!told.contains(forbidden), "{forbidden}: {told}");
        }
        house.close().await;
    });
}

/// Discord would show its bars and dashes.
#[test]
fn a_table_of_the_model_is_aligned() {
    run_test(async |world| {
        let house = House::open(world).await;
        world.model_says("Voici :\n\n| Mot | Sens |\n|---|---|\n| devis | une offre |\n| avoir | un remboursement |");
        let question = house.discord.says(house.camille, house.channel, "@Pstral Expliquez-moi ces mots");
        let thread = house.discord.thread_on(question).await;
        house.discord.hears(thread, "devis │ une offre").await;
        house.close().await;
    });
}

/// As long as Discord lets people write who pay for it.
#[test]
fn a_question_of_four_thousand_characters_is_answered() {
    run_test(async |world| {
        let house = House::open(world).await;
        world.model_says("Voilà qui est long.");
        let long = format!("@Pstral {}", "mot ".repeat(990));
        let question = house.discord.says(house.camille, house.channel, &long);
        let thread = house.discord.thread_on(question).await;
        house.discord.hears(thread, "Voilà qui est long.").await;
        house.close().await;
    });
}

#[test]
fn how_everything_is_is_not_for_everybody() {
    run_test(async |world| {
        let house = House::open(world).await;
        house.discord.registered().await;
        let refused = house.discord.runs(house.camille, house.channel, "/status");
        let refused = house.discord.answered(refused).await;
        let told = house.discord.reads(refused);
        assert!(told.starts_with("Pstral, seen by Camille alone: ") && !told.contains("en ordre"), "{told}");
        assert_eq!(house.discord.sees_as(house.alex, house.channel), "# ventes\n");
        house.close().await;
    });
}
