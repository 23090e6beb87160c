//! Many at once, within the limits that Discord has been seen to have.

use std::time::{Duration, Instant};

use pstral_core::models::QueueLimits;
use pstral_core::testkit::language_model::Script;

use super::House;
use crate::double::{Id, Limits, Plan};
use crate::world::{Setup, run_test_with};

const CHANNELS: usize = 10;
const QUESTIONS: usize = 50;

const SAID: &str = "Il y a bien des choses à dire de cette question, et je vais les dire l’une après l’autre, sans en \
    oublier aucune, jusqu’à la dernière, qui est celle-ci : voilà tout.";

#[test]
fn fifty_questions_in_ten_channels_are_answered_whole() {
    run_test_with(
        Setup { slots: 50, queue: QueueLimits { waiting: QUESTIONS, each: QUESTIONS }, ..Setup::default() },
        async |world| {
            let mut house = House::open_on(world, Plan::default().limits(Limits::AsDiscord)).await;
            let name = |number: usize| house.discord.channel(house.guild, &format!("c{number}"));
            let channels: Vec<Id> = (0..CHANNELS).map(name).collect();
            for _ in 0..QUESTIONS {
                world.model.script(Script::words(SAID).every(Duration::from_millis(40)));
            }
            let began = Instant::now();
            let ask = |number: usize| {
                house.discord.says(house.camille, channels[number % CHANNELS], "@Pstral Dites-moi tout")
            };
            let questions: Vec<Id> = (0..QUESTIONS).map(ask).collect();
            let mut edits = 0;
            for question in questions {
                let thread = house.discord.thread_on(question).await;
                let answer = house.discord.hears(thread, "voilà tout.").await;
                edits += house.discord.before(answer).len();
            }
            house.end().await;
            let counts = house.discord.counts();
            println!(
                "{QUESTIONS} questions in {CHANNELS} channels: {:.1} s, {} requests, {} of them 429, {:.1} edits an answer",
                began.elapsed().as_secs_f64(),
                counts.requests,
                counts.limited,
                f64::from(u32::try_from(edits).unwrap_or(u32::MAX)) / 50.0
            );
            assert!(counts.limited * 100 < counts.requests, "{}", counts.complaints());
            let limited = |complaint: &String| complaint.starts_with("429");
            assert!(counts.invalid.iter().all(limited) && counts.refused.is_empty(), "{}", counts.complaints());
            assert!(counts.schema.is_empty() && counts.protocol.is_empty(), "{}", counts.complaints());
        },
    );
}
