//! The demo with a model: streamed in a terminal, printed once in a pipe.

use std::io::{Read as _, Write as _};
use std::process::Stdio;
use std::time::Duration;

use pstral_ollama::testkit::{Answer, Ending, ScriptedOllama};

use crate::program::{Ended, Place};

const QUESTION: &str = "Liste les clients de Paris";
const WORDS: &str =
    "Voici comment trouver les clients de Paris dans la base : on lit la table, puis on garde la ville.";
const STATEMENT: &str = "SELECT company_name FROM clients WHERE city = 'Paris'";

fn answer() -> Answer {
    Answer::text(&format!("{WORDS}\n\n```sql\n{STATEMENT}\n```\n")).every(Duration::from_millis(60))
}

async fn with_model() -> (ScriptedOllama, Place) {
    let ollama = ScriptedOllama::start("qwen2.5-coder:3b").await;
    let place = Place::with_model(&ollama.url());
    (ollama, place)
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_pipe_the_answer_is_printed_once_with_its_proposal() {
    let (ollama, place) = with_model().await;
    ollama.answer(answer());
    let ended = place.run_with(&["demo"], format!("{QUESTION}\n/execute\n")).code(0).says(&["Model: ", "rows. Time: "]);
    ollama.assert_consumed();
    let out = &ended.out;
    let words = out.matches("Voici comment").count();
    assert_eq!((words, out.matches(WORDS).count(), out.matches("city = 'Paris'").count()), (1, 1, 1), "{out}");
    let [said, offered, shown] = [WORDS, "/execute]", "rows. Time: "].map(|text| out.find(text).unwrap());
    assert!(said < offered && offered < shown, "{out}");
    let request = &ollama.requests()[0];
    assert_eq!(request.question(), QUESTION);
    let prompt = request.body["messages"].to_string();
    assert!(prompt.contains("clients(") && !prompt.contains("access_token"), "what is denied is not in the prompt");
}

/// The pieces that `script` shows of the program in a terminal of its own, as they came, until it shows `last` and the
/// prompt below it.
fn typed(place: &Place, line: &str, last: &str) -> (Vec<String>, Ended) {
    let command = format!("stty cols 120 rows 40; exec '{}' demo", env!("CARGO_BIN_EXE_pstral"));
    let mut script = place.command("timeout");
    script.args(["60", "script", "--quiet", "--flush", "--return", "--command", &command, "/dev/null"]);
    script.env("SHELL", "/bin/sh");
    let mut script = script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut keyboard, mut screen) = (script.stdin.take().unwrap(), script.stdout.take().unwrap());
    let (mut pieces, mut asked) = (Vec::new(), false);
    let mut bytes = [0; 8192];
    while let Ok(length @ 1..) = screen.read(&mut bytes) {
        pieces.push(String::from_utf8_lossy(&bytes[..length]).into_owned());
        let all = pieces.concat();
        if !asked && all.contains("Ctrl-D") && is_prompt(&all) {
            writeln!(keyboard, "{line}").unwrap();
            asked = true;
        }
        if asked && all.contains(last) && is_prompt(&all) {
            break;
        }
    }
    keyboard.write_all(b"\x04").unwrap();
    let mut rest = Vec::new();
    screen.read_to_end(&mut rest).unwrap();
    (pieces, script.wait_with_output().unwrap().into())
}

/// Tells whether the last that a terminal was written is the prompt, with the cursor behind it.
fn is_prompt(written: &str) -> bool {
    let last = written.rsplit('\n').next().unwrap_or_default();
    let sequences = last.split('\u{1b}').map(|part| part.trim_start_matches(|c: char| !c.is_ascii_alphabetic()));
    let text = sequences.map(|part| part.get(1..).unwrap_or_default().trim_matches('\r')).collect::<String>();
    text.trim_start_matches("> ").is_empty() && last.contains("> ")
}

fn has_script() -> bool {
    let version = std::process::Command::new("script").arg("--version").output();
    let found = version.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("util-linux"));
    if !found {
        assert_ne!(std::env::var("PSTRAL_TEST_REQUIRE").as_deref(), Ok("all"), "`script` of util-linux is required");
        println!("skipped: `script` of util-linux is not installed");
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_terminal_the_answer_grows_before_the_proposal() {
    if !has_script() {
        return;
    }
    let (ollama, place) = with_model().await;
    ollama.answer(answer());
    let (pieces, ended) = typed(&place, QUESTION, "/execute]");
    ended.code(0);
    ollama.assert_consumed();
    let first = pieces.iter().position(|piece| piece.contains("Voici")).unwrap();
    let offered = pieces.iter().position(|piece| piece.contains("/execute]")).unwrap();
    let edits = pieces[first..offered].iter().filter(|piece| WORDS.split(' ').any(|word| piece.contains(word))).count();
    assert!(edits > 3, "{edits} redraws before the proposal: {pieces:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_breaks_off_says_so_and_offers_nothing() {
    for (ending, expected) in [
        (Ending::CutConnection, "was cut"),
        (Ending::CleanEndWithoutDone, "was cut"),
        (Ending::ErrorLine("llama runner process no longer running".to_owned()), "broke down"),
        (Ending::DoneLength, "longest length"),
    ] {
        let (ollama, place) = with_model().await;
        ollama.answer(Answer::text(&format!("So:\n```sql\n{STATEMENT}\n```\nand then")).ends(ending.clone()));
        let ended = place.run_with(&["demo"], format!("{QUESTION}\n/execute\n")).code(0);
        ollama.assert_consumed();
        assert!(ended.out.contains("There is no statement to run here yet"), "{ending:?}: {ended:#?}");
        assert!(ended.out.contains(expected), "{ending:?}: {ended:#?}");
    }
}
