//! Processor time and memory of a program for streamed answers on Discord: printed, never asserted. Measured only where
//! `PSTRAL_TEST_PROGRAM` names the program: it takes minutes, and says nothing of a debug build.

use std::time::Duration;

use pstral_ollama::testkit::{Answer, ScriptedOllama};

use super::program::{installed, words};
use crate::bot::Bot;
use crate::double::Discord;

const QUESTIONS: u64 = 10;
/// An answer of 1,480 characters, of which a model says thirty pieces a second.
const PIECES: usize = 370;
const PACE: Duration = Duration::from_millis(33);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_in_private() {
    if std::env::var_os("PSTRAL_TEST_PROGRAM").is_none() {
        return;
    }
    let (discord, ollama) = (Discord::start().await, ScriptedOllama::start("qwen2.5-coder:3b").await);
    let [owner, zoe] = ["Odile", "Zoé"].map(|name| discord.person(name));
    let guild = discord.guild("Alpha", &[owner, zoe]);
    let place = installed(&ollama.url(), &discord, discord.channel(guild, "ventes"));
    place.run(&words(&["user", "add", "zoe", "--language", "en"])).code(0);
    let code = place.run(&words(&["user", "link-code", "zoe"])).code(0).out;
    let bot = Bot::start(&place);
    discord.connected().await;
    let dm = discord.dm(zoe);
    discord.says(zoe, dm, &format!("/link {}", code.trim()));
    discord.hears(dm, "linked").await;
    let (fresh, began) = (bot.resident(), bot.ticks());
    for at in 0..QUESTIONS {
        let pieces = ["mot "; PIECES];
        ollama.answer(Answer::pieces(pieces).then(&format!("voilà tout {at}.")).every(PACE));
        discord.says(zoe, dm, &format!("Dites-moi tout, {at}"));
        discord.hears(dm, &format!("voilà tout {at}.")).await;
        // Its last text is there a little before the next question is taken.
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let used = bot.ticks() - began;
    println!(
        "{QUESTIONS} answers in private: {}.{:02} s of processor an answer; resident {} KiB fresh, {} KiB after, {} KiB at most",
        used / QUESTIONS / 100,
        used / QUESTIONS % 100,
        fresh.0,
        bot.resident().0,
        bot.peak()
    );
    bot.signal("-TERM");
    bot.ended().code(0);
}
