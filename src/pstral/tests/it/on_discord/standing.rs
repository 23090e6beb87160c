//! Tests of actions in a channel whose questions are answered elsewhere: in threads, or in replies.

use pstral_core::testkit::language_model::Script;

use super::House;
use crate::double::rights::CREATE_PUBLIC_THREADS;
use crate::world::run_test;

#[test]
fn an_answer_that_is_a_reply_is_stopped_by_its_button() {
    run_test(async |world| {
        let mut house = House::open(world).await;
        house.discord.forbids(house.channel, CREATE_PUBLIC_THREADS);
        world.model.script(Script::words("Je vais y réfléchir très longtemps …").hangs());
        house.discord.says(house.camille, house.channel, "@Pstral Une question sans fin");
        let answer = house.discord.hears(house.channel, "très longtemps").await;
        house.discord.clicks(house.camille, answer, "Arrêter");
        world.model.abandoned().await;
        house.discord.hears(house.channel, "⏹").await;
        house.idle().await;
        house.end().await;
    });
}

#[test]
fn commands_in_a_channel_are_about_its_threads() {
    run_test(async |world| {
        let house = House::open(world).await;
        house.discord.registered().await;
        let mode = house.discord.runs(house.camille, house.channel, "/mode mode:chat");
        house.discord.answered(mode).await;
        world.model.script(Script::words("Je vais y réfléchir très longtemps …").hangs());
        let question = house.discord.says(house.camille, house.channel, "@Pstral Parlons d’autre chose");
        let thread = house.discord.thread_on(question).await;
        house.discord.hears(thread, "très longtemps").await;
        let stop = house.discord.runs(house.camille, house.channel, "/stop");
        world.model.abandoned().await;
        house.discord.hears(thread, "⏹").await;
        house.discord.acknowledged(stop).await;
        house.idle().await;
        let exported = house.discord.runs(house.camille, house.channel, "/export form:json");
        let exported = house.discord.answered(exported).await;
        let told = house.discord.reads(exported);
        assert!(told.contains("Parlons d’autre chose") && told.contains(".json"), "{told}");
        house.close().await;
    });
}
