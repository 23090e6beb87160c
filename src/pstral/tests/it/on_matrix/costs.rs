//! Processor time and memory of a program for streamed answers: printed, never asserted. Measured only where
//! `PSTRAL_TEST_PROGRAM` names the program: it takes minutes, and says nothing of a debug build.

use std::time::Duration;

use pstral_ollama::testkit::{Answer, ScriptedOllama};

use super::program::{configure, words};
use super::shared;
use crate::bot::Bot;
use crate::matrix_people::{Person, Shown};
use crate::program::Place;

const QUESTIONS: u64 = 10;
/// An answer of 1,480 characters, of which a model says thirty pieces a second.
const PIECES: usize = 370;
const PACE: Duration = Duration::from_millis(33);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_in_an_encrypted_room() {
    answers("c1", true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_in_a_room() {
    answers("c2", false).await;
}

async fn answers(name: &str, encrypted: bool) {
    if std::env::var_os("PSTRAL_TEST_PROGRAM").is_none() {
        return;
    }
    let Some(server) = shared() else { return };
    let ollama = ScriptedOllama::start("qwen2.5-coder:3b").await;
    let account = server.account(&format!("pstral-{name}"));
    let place = Place::with_model(&ollama.url());
    configure(&place, &server.url(), &account);
    place.run(&words(&["matrix", "login"])).code(0);
    place.run(&words(&["user", "add", "zoe", "--language", "en"])).code(0);
    let code = place.run(&words(&["user", "link-code", "zoe"])).code(0).out;
    let bot = Bot::start(&place);
    let zoe = Person::of(server, &format!("zoe-{name}")).await;
    let dm = zoe.dm(true, &account.id).await;
    zoe.says(&dm, &format!("!pstral link {}", code.trim())).await;
    zoe.hears(&dm, "linked").await;
    let room = zoe.room(encrypted, &[&account.id]).await;
    let (fresh, began) = (bot.resident(), bot.ticks());
    let mut edits = 0;
    for at in 0..QUESTIONS {
        let pieces = ["mot "; PIECES];
        ollama.answer(Answer::pieces(pieces).then("voilà tout.").every(PACE));
        let question = zoe.asks(&room, &account.id, &format!("Dites-moi tout, {at}")).await;
        let is_whole = |shown: &Shown| {
            shown.thread.as_ref() == Some(&question) && !shown.is_live() && shown.text().contains("voilà tout")
        };
        edits += zoe.sees_one(&room, "the whole", is_whole).await.edits();
    }
    let used = bot.ticks() - began;
    let kind = if encrypted { "an encrypted room" } else { "a room" };
    let an_answer = |whole: u64| format!("{}.{:02}", whole / QUESTIONS / 100, whole / QUESTIONS % 100);
    println!(
        "{QUESTIONS} answers in {kind}: {} s of processor and {} edits an answer; resident {} KiB fresh, {} KiB after, {} KiB at most",
        an_answer(used),
        edits as u64 / QUESTIONS,
        fresh.0,
        bot.resident().0,
        bot.peak()
    );
    bot.signal("-TERM");
    bot.ended().code(0);
}
