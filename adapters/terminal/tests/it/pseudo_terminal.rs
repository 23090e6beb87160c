//! A real terminal, with its own echo and its own Ctrl-C, as `script` of util-linux makes it.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pstral_core::domain::{Actor, ButtonAction, Event, EventBody, Outgoing, Place, PlatformName, Suggested};
use pstral_core::ports::{Advice, ChatPlatform as _, Suggestion};
use pstral_core::testkit::chat_platform::key;
use pstral_terminal::{Terminal, TerminalConfig};
use tempfile::TempDir;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::desk::{Desk, config, finished, place, said, seen};

/// Set where this test program is the one that is started by a test: `terminal` or `pipe`, whichever it should find.
const INSIDE: &str = "PSTRAL_TEST_INSIDE";

/// Names a file: once it is there, a question that ends with an exclamation mark is answered.
const ANSWERED: &str = "PSTRAL_TEST_ANSWERED";

/// Names the file that keeps what was typed.
const HISTORY: &str = "PSTRAL_TEST_HISTORY";

const RECITER: [&str; 3] = ["pseudo_terminal::reciter", "--exact", "--nocapture"];

fn rows(word: &str) -> Vec<String> {
    (1..=9).map(|row| format!("rang {row} de {word}")).collect()
}

/// A text of which more and more is shown; a question is answered only by stopping it, or from outside.
async fn recite(terminal: Arc<Terminal>, event: Event, stop: Arc<Notify>) {
    match &event.body {
        EventBody::Clicked(ButtonAction::Stop) => stop.notify_one(),
        EventBody::Said(question) if question.ends_with('?') => {
            let at = terminal.send(key(), &place(), &Outgoing::streaming("Je cherche")).await.unwrap();
            stop.notified().await;
            terminal.edit(&at, &finished("Arrêté.")).await.unwrap();
        }
        EventBody::Said(question) if question.ends_with('!') => {
            let at = terminal.send(key(), &place(), &Outgoing::streaming("Je cherche")).await.unwrap();
            let answered = std::path::PathBuf::from(std::env::var_os(ANSWERED).unwrap());
            while !answered.exists() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            terminal.edit(&at, &finished("Trouvé.")).await.unwrap();
        }
        _ => {
            let whole = rows(said(&event));
            let at = terminal.send(key(), &place(), &Outgoing::streaming("Un instant…")).await.unwrap();
            for count in 1..=whole.len() {
                terminal.edit(&at, &Outgoing::streaming(whole[..count].join("\n"))).await.unwrap();
            }
            terminal.edit(&at, &finished(&whole.join("\n"))).await.unwrap();
        }
    }
}

/// Knows one database.
struct Names;

#[async_trait::async_trait]
impl Advice for Names {
    async fn suggestions(&self, _: &Actor, _: Suggested) -> Vec<Suggestion> {
        vec![Suggestion::word("crm")]
    }

    async fn may_ask(&self, _: &Actor, _: &Place) -> bool {
        true
    }

    async fn was_run(&self, _: &PlatformName, _: &str) -> bool {
        false
    }
}

/// The program that the tests below start; run by itself it does the same in memory.
#[tokio::test]
async fn reciter() {
    let stop = Arc::new(Notify::new());
    let answer = move |terminal, event| recite(terminal, event, Arc::clone(&stop));
    if let Ok(inside) = std::env::var(INSIDE) {
        let history = std::env::var_os(HISTORY).map(Into::into);
        let terminal = Arc::new(Terminal::new(TerminalConfig { history, ..config() }));
        assert_eq!(terminal.is_interactive(), inside == "terminal");
        terminal.advise(Arc::new(Names));
        let answering = Arc::clone(&terminal);
        let inbox = Arc::new(move |event| Box::pin(answer(Arc::clone(&answering), event)) as _);
        return terminal.run(inbox, CancellationToken::new()).await.unwrap();
    }
    let desk = Desk::piped("bonjour\n");
    desk.run(answer).await.unwrap().unwrap();
    assert_eq!(desk.written().lines().count(), 9);
}

struct Session {
    script: Child,
    keyboard: ChildStdin,
    written: Arc<Mutex<Vec<u8>>>,
}

impl Session {
    /// Starts the program in a terminal of a folder, and shows the mode that it leaves the terminal in.
    fn start(folder: &Path) -> Self {
        let program = std::env::current_exe().unwrap();
        let command = format!(
            "trap : INT; tty > '{}'; stty echo isig icanon cols 20 rows 6; '{}' {}; echo ended $?; stty -a | grep -ow -e -*icanon -e -*echo",
            folder.join("tty").display(),
            program.display(),
            RECITER.join(" ")
        );
        let mut script = Command::new("script")
            .args(["--quiet", "--flush", "--return", "--command", &command, "/dev/null"])
            .env(INSIDE, "terminal")
            .env(ANSWERED, folder.join("answered"))
            .env(HISTORY, folder.join("history.txt"))
            .env("TERM", "xterm")
            .env("SHELL", "/bin/sh")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (keyboard, mut screen) = (script.stdin.take().unwrap(), script.stdout.take().unwrap());
        let written = Arc::new(Mutex::new(Vec::new()));
        std::thread::spawn({
            let written = Arc::clone(&written);
            move || {
                let mut bytes = [0; 4096];
                while let Ok(length @ 1..) = screen.read(&mut bytes) {
                    written.lock().unwrap().extend_from_slice(&bytes[..length]);
                }
            }
        });
        Self { script, keyboard, written }
    }

    fn types(&mut self, text: &str) {
        self.keyboard.write_all(text.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    fn seen(&self) -> String {
        seen(&self.written.lock().unwrap(), 20, 6)
    }

    /// Waits until what is seen ends with `text`.
    fn shows(&mut self, text: &str) {
        let begun = Instant::now();
        while !self.seen().ends_with(text) {
            if begun.elapsed() > Duration::from_secs(20) {
                self.script.kill().unwrap();
                panic!("{text:?} is not at the end of {:?}", self.seen());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until these bytes were written.
    fn writes(&mut self, bytes: &str) {
        let begun = Instant::now();
        while !String::from_utf8_lossy(&self.written.lock().unwrap()).contains(bytes) {
            if begun.elapsed() > Duration::from_secs(20) {
                self.script.kill().unwrap();
                panic!("{bytes:?} was not written: {:?}", self.seen());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits for a prompt with nothing typed at it.
    fn is_ready(&mut self) {
        self.shows("\n>");
    }

    /// Waits until the program has ended well, with the terminal in the mode that it had.
    fn ends(&mut self) {
        self.shows("ended 0\nicanon\necho");
        assert!(self.script.wait().unwrap().success(), "{}", self.seen());
    }
}

/// A session at its first prompt, with its folder; nothing where no terminal can be made.
fn ready() -> Option<(TempDir, Session)> {
    let version = Command::new("script").arg("--version").output();
    if !version.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("util-linux")) {
        assert_ne!(std::env::var("PSTRAL_TEST_REQUIRE").as_deref(), Ok("all"), "`script` of util-linux is required");
        eprintln!("skipped: `script` of util-linux is not installed");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut session = Session::start(folder.path());
    session.is_ready();
    Some((folder, session))
}

#[test]
fn real_pipes_carry_each_answer_once_and_the_program_ends_with_its_input() {
    let mut program = Command::new(std::env::current_exe().unwrap())
        .args(RECITER)
        .env(INSIDE, "pipe")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    program.stdin.take().unwrap().write_all(b"un\ndeux").unwrap();
    let output = program.wait_with_output().unwrap();
    assert!(output.status.success());
    let recited = |word: &str| rows(word).join("\n");
    let written = String::from_utf8(output.stdout).unwrap();
    assert!(written.contains(&format!("{}\n\n{}\n", recited("un"), recited("deux"))), "{written}");
    assert!(!written.contains("instant") && !written.contains('\u{1b}'), "only what is final: {written}");
}

#[test]
fn a_real_terminal_shows_messages_as_they_change() {
    let Some((_folder, mut session)) = ready() else { return };
    session.types("bonjour\r");
    session.shows("rang 9 de bonjour\n\n>");
    let shown = session.seen();
    assert!(
        shown.contains(&format!("> bonjour\n{}\n\n>", rows("bonjour").join("\n"))),
        "each row once, in order: {shown}"
    );
    let written = String::from_utf8_lossy(&session.written.lock().unwrap()).into_owned();
    assert!(written.contains("Un instant…") && !shown.contains("instant"), "it was there and has been replaced");
    session.types("\u{4}");
    session.ends();
}

#[test]
fn ctrl_c_stops_an_answer_and_twice_leaves() {
    let Some((_folder, mut session)) = ready() else { return };
    session.types("Combien ?\r");
    session.shows("Je cherche");
    session.types("\u{3}");
    session.shows("> Combien ?\nArrêté.\n\n>");
    session.types("un\r");
    session.shows("rang 9 de un\n\n>");
    session.types("deux\u{3}");
    session.shows("> deux\nCtrl-D pour quitter\n>");
    session.types("\u{3}");
    session.ends();
}

#[test]
fn a_live_message_is_drawn_again_right_after_a_resize() {
    let Some((folder, mut session)) = ready() else { return };
    session.types("Combien ?\r");
    session.shows("> Combien ?\nJe cherche");
    let tty = std::fs::read_to_string(folder.path().join("tty")).unwrap();
    let resized = Command::new("stty").args(["-F", tty.trim(), "cols", "18"]).status().unwrap();
    assert!(resized.success());
    session.writes("\u{1b}[1A\u{1b}[J\r\u{1b}[JJe cherche");
    session.shows("> Combien ?\nJe cherche");
    session.types("\u{3}");
    session.shows("> Combien ?\nArrêté.\n\n>");
    session.types("\u{4}");
    session.ends();
}

#[test]
fn a_word_leaves() {
    let Some((_folder, mut session)) = ready() else { return };
    session.types("quit\r");
    session.ends();
}

#[test]
fn what_is_typed_into_an_answer_is_sent_when_it_was_entered_and_edited_when_not() {
    let Some((folder, mut session)) = ready() else { return };
    session.types("Combien !\r");
    session.shows("Je cherche");
    session.types("cinq\n");
    session.shows("rang 9 de cinq\n\nJe cherche");
    session.types("demi");
    session.shows("Je cherche\ndemi");
    std::fs::write(folder.path().join("answered"), "").unwrap();
    session.shows("Trouvé.\n\n> demi");
    session.types("e\r");
    session.shows("rang 9 de demie\n\n>");
    session.types("\u{4}");
    session.ends();
}

#[test]
fn a_line_is_edited_and_found_again_at_the_next_start() {
    let Some((folder, mut session)) = ready() else { return };
    // Left twice, a letter, and to the end of the line.
    session.types("bnjour\u{1b}[D\u{1b}[D\u{1b}[D\u{1b}[D\u{1b}[Do\u{5}\r");
    session.shows("rang 9 de bonjour\n\n>");
    session.types("/exec\t");
    session.shows("\n> /execute");
    session.types("\u{15}");
    session.is_ready();
    session.types("dans c\t");
    session.shows("\n> dans crm");
    session.types("\u{15}");
    session.is_ready();
    // What comes in one piece is not lost behind the line's end.
    session.types("un\rdeux\r");
    session.shows("rang 9 de deux\n\n>");
    session.types("exit\r");
    session.ends();

    let mut session = Session::start(folder.path());
    session.is_ready();
    session.types("\u{1b}[A\u{1b}[A\u{1b}[A");
    session.shows("\n> un");
    session.types("\u{12}bonj");
    session.shows("bonjour");
    session.types("\r");
    session.shows("rang 9 de bonjour\n\n>");
    session.types("\u{4}");
    session.ends();
}

#[test]
fn several_pasted_lines_are_one_message() {
    let Some((_folder, mut session)) = ready() else { return };
    session.types("\u{1b}[200~SELECT 1\rFROM a\u{1b}[201~");
    session.shows("> SELECT 1\nFROM a");
    session.types("\r");
    session.shows("rang 9 de SELECT 1\nFROM a\n\n>");
    session.types("\u{4}");
    session.ends();
}
