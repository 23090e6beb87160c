//! Many at once, within the limits that Discord has been seen to have.

use std::time::{Duration, Instant};

use pstral_core::domain::Mode;
use pstral_core::models::QueueLimits;
use pstral_core::settings::{Notes, PlaceTerms, Places};
use pstral_core::testkit::language_model::Script;

use super::House;
use crate::double::{Counts, Discord, Id, Limits, Plan};
use crate::memory::resident;
use crate::secure::secure;
use crate::world::{Setup, World, run_test_with};

const CHANNELS: usize = 10;
const QUESTIONS: usize = 50;
/// Servers that it is in besides, and how many people are in each.
const SERVERS: usize = 100;
const MEMBERS: u64 = 1_000;

const SAID: &str = "Il y a bien des choses à dire de cette question, et je vais les dire l’une après l’autre, sans en \
    oublier aucune, jusqu’à la dernière, qui est celle-ci : voilà tout.";

/// A setup without notes, so that the first visible text is the answer.
fn setup() -> Setup {
    let never = Duration::from_hours(1);
    let notes = Notes { queued: never, thinking: never, apart: never };
    Setup { slots: 50, queue: QueueLimits { waiting: QUESTIONS, each: QUESTIONS }, notes, ..Setup::default() }
}

fn plan() -> Plan {
    Plan::default().limits(Limits::AsDiscord)
}

#[test]
fn fifty_questions_in_ten_channels_are_answered_whole() {
    run_test_with(setup(), async |world| {
        let house = House::open_on(world, plan()).await;
        let channels = channels(&house);
        all_at_once(world, house, &channels, Duration::from_millis(40)).await;
    });
}

/// Over TLS, with serenity's limiter on, in a hundred servers besides. Nothing is looked for in verified queries, which takes
/// an unoptimised build longer than Discord's limits do.
#[test]
fn fifty_questions_are_answered_whole_as_in_production() {
    run_test_with(setup(), async |world| {
        let (discord, client) = secure(plan()).await;
        fill(&discord);
        let before = resident();
        let mut house = House::on(world, discord, Some(client)).await;
        let connected = resident();
        let channels = channels(&house);
        let chatting = PlaceTerms { mode: Some(Mode::Chat), ..PlaceTerms::default() };
        let with = |places: Places, channel: &Id| places.with("discord", &channel.to_string(), chatting.clone());
        let places = channels.iter().fold(Places::default(), with);
        world.restart_with(|setup| setup.all_places = Some(places)).await;
        house.restart(world).await;
        all_at_once(world, house, &channels, Duration::from_millis(150)).await;
        let after = resident();
        println!(
            "{SERVERS} servers of {MEMBERS} members: {before} KiB resident before connecting, {connected} KiB connected, \
             {after} KiB after {QUESTIONS} questions, the double and all its requests in it"
        );
    });
}

fn fill(discord: &Discord) {
    let owner = discord.person("Zoé");
    for server in 0..SERVERS {
        let guild = discord.guild(&format!("Serveur {server}"), &[owner]);
        discord.crowd(guild, MEMBERS);
        discord.channel(guild, "général");
    }
}

fn channels(house: &House) -> Vec<Id> {
    (0..CHANNELS).map(|number| house.discord.channel(house.guild, &format!("c{number}"))).collect()
}

/// All ask at the same moment, and get the last word of their answer.
async fn all_at_once(world: &World, mut house: House, channels: &[Id], pause: Duration) {
    for _ in 0..QUESTIONS {
        world.model.script(Script::words(SAID).every(pause));
    }
    let began = Instant::now();
    let ask = |number: usize| house.discord.says(house.camille, channels[number % CHANNELS], "@Pstral Dites-moi tout");
    let questions: Vec<Id> = (0..QUESTIONS).map(ask).collect();
    let (mut edits, mut first) = (0, Vec::new());
    for question in &questions {
        let question = *question;
        let thread = house.discord.thread_on(question).await;
        let answer = house.discord.hears(thread, "voilà tout.").await;
        let before = house.discord.before(answer);
        assert!(before.first().is_none_or(|said| said.contains("Il")), "it begins with words: {before:?}");
        edits += before.len();
        first.push(house.discord.sent_at(answer).saturating_sub(house.discord.sent_at(question)));
    }
    house.idle().await;
    let seconds = began.elapsed().as_secs_f64();
    assert!(!questions.iter().any(|thread| house.sees(*thread).contains("[Arrêter]")), "none looks live");
    house.end().await;
    let counts = house.discord.counts();
    println!(
        "{QUESTIONS} questions in {CHANNELS} channels: {seconds:.1} s, {} requests, {} of them 429, {:.1} edits an answer, \
         first text after {} ms (half of them) and {} ms (the last)",
        counts.requests,
        counts.limited,
        f64::from(u32::try_from(edits).unwrap_or(u32::MAX)) / 50.0,
        at_rank(&mut first, QUESTIONS / 2),
        at_rank(&mut first, QUESTIONS - 1),
    );
    assert_taken(&counts);
}

/// One in a hundred may come too fast; everything else is as Discord wants it.
fn assert_taken(counts: &Counts) {
    assert!(counts.limited * 100 < counts.requests, "{}", counts.complaints());
    let limited = |complaint: &String| complaint.starts_with("429");
    assert!(counts.invalid.iter().all(limited) && counts.refused.is_empty(), "{}", counts.complaints());
    assert!(counts.schema.is_empty() && counts.protocol.is_empty(), "{}", counts.complaints());
    assert!(counts.unguarded.is_empty() && counts.pings.is_empty() && counts.own.is_empty(), "{}", counts.complaints());
}

fn at_rank(all: &mut [u64], rank: usize) -> u64 {
    *all.select_nth_unstable(rank).1
}
