//! In front of a person, messages change in place.

use std::sync::{Arc, Mutex};

use insta::assert_snapshot;
use proptest::prelude::*;
use pstral_core::domain::{Button, ButtonAction, Event, EventBody, Outgoing};
use pstral_core::ports::ChatPlatform as _;
use pstral_core::testkit::chat_platform::key;
use pstral_terminal::{Size, Terminal, TerminalConfig, TerminalIo};

use crate::desk::{Desk, config, finished, place, said, seen};

async fn stream(desk: &Desk, states: &[&str]) {
    let (first, others) = states.split_first().unwrap();
    let at = desk.terminal.send(key(), &place(), &Outgoing::streaming(*first)).await.unwrap();
    for state in others {
        desk.terminal.edit(&at, &Outgoing::streaming(*state)).await.unwrap();
    }
    desk.terminal.edit(&at, &finished(states.last().unwrap())).await.unwrap();
}

#[tokio::test]
async fn an_edit_is_one_write_of_the_rows_that_change() {
    let desk = Desk::live(10, 5);
    stream(&desk, &["Voici", "Voici les clients", "Voici les clients\nParis"]).await;
    let expected = [
        "\r\x1b[JVoici\r\n",
        "\r\x1b[1A\x1b[JVoici les\r\nclients\r\n",
        // The second row is written again: it might go on in the third.
        "\r\x1b[1A\x1b[Jclients\r\nParis\r\n",
    ];
    assert_eq!(desk.writes(), expected);
    assert_eq!(desk.seen(), "Voici les\nclients\nParis");
}

#[tokio::test]
async fn what_has_left_the_screen_is_not_written_again() {
    let desk = Desk::live(10, 3);
    let rows: Vec<String> = (1..=8).map(|row| format!("rang {row}")).collect();
    let states: Vec<String> = (1..=8).map(|count| rows[..count].join("\n")).collect();
    stream(&desk, &states.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert_eq!(desk.seen(), "rang 1\nrang 2\nrang 3\nrang 4\nrang 5\nrang 6\nrang 7\nrang 8");
    assert_eq!(desk.writes()[7], "\r\x1b[1A\x1b[Jrang 7\r\nrang 8\r\n", "only the end is written");
}

#[tokio::test]
async fn a_message_that_changes_above_the_screen_is_shown_whole_at_last() {
    let desk = Desk::live(10, 3);
    stream(&desk, &["a\nb\nc\nd", "A\nb\nc\nd\ne", "A\nb\nc\nd\nE"]).await;
    assert_eq!(desk.seen(), "a\nb\nc\nA\nb\nc\nd\nE");
}

#[tokio::test]
async fn a_message_that_shrinks_leaves_nothing_behind() {
    let desk = Desk::live(10, 5);
    stream(&desk, &["un\ndeux\ntrois", "un", "quatre"]).await;
    assert_eq!(desk.seen(), "quatre");
}

#[tokio::test]
async fn a_screen_that_changes_size_loses_nothing() {
    let desk = Desk::live(10, 5);
    desk.terminal.send(key(), &place(), &finished("==")).await.unwrap();
    let at = desk.terminal.send(key(), &place(), &Outgoing::streaming("un deux trois")).await.unwrap();
    desk.resizes(20, 5);
    desk.terminal.edit(&at, &finished("un deux trois quatre")).await.unwrap();
    assert_eq!(desk.seen(), "==\n\nun deux trois quatre");
}

#[tokio::test]
async fn buttons_say_what_to_type_and_are_dim_where_wanted() {
    for (dim, expected) in [(true, "Voici\r\n\x1b[2m[Arrêter → /stop]\x1b[0m"), (false, "Voici\r\n[Arrêter → /stop]")]
    {
        let (output, read) = tokio::io::duplex(1024);
        let size = || Size { columns: 80, rows: 24 };
        let interrupts = Box::pin(futures::stream::pending());
        let io = TerminalIo {
            input: Box::new(tokio::io::empty()),
            output: Box::new(output),
            interrupts,
            resizes: Box::pin(futures::stream::pending()),
            forget: Box::new(|| {}),
            size: Box::new(size),
            tty: false,
            edits: false,
        };
        let terminal = Terminal::with(TerminalConfig { tty: Some(true), dim, ..config() }, io);
        let stop = Button { action: ButtonAction::Stop, label: "Arrêter".to_owned() };
        terminal.send(key(), &place(), &Outgoing { buttons: vec![stop], ..finished("Voici") }).await.unwrap();
        drop(terminal);
        let written = tokio::io::AsyncReadExt::read_to_end;
        let mut bytes = Vec::new();
        written(&mut { read }, &mut bytes).await.unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), format!("\r\x1b[J{expected}\r\n"));
    }
}

/// Answers `Voici : …` at once, but a question only when it is stopped.
async fn answer(terminal: Arc<Terminal>, event: Event, stop: Arc<tokio::sync::Notify>) {
    if event.body == EventBody::Clicked(ButtonAction::Stop) {
        return stop.notify_one();
    }
    if !said(&event).ends_with('?') {
        terminal.send(key(), &place(), &finished(&format!("Voici : {}", said(&event)))).await.unwrap();
        return;
    }
    let at = terminal.send(key(), &place(), &Outgoing::streaming("Je cherche")).await.unwrap();
    stop.notified().await;
    terminal.edit(&at, &finished("Je cherchais. Arrêté.")).await.unwrap();
}

fn run(desk: &Desk) -> crate::desk::Running {
    let stop = Arc::new(tokio::sync::Notify::new());
    desk.run(move |terminal, event| answer(terminal, event, Arc::clone(&stop)))
}

#[tokio::test]
async fn a_conversation_reads_well() {
    let mut desk = Desk::live(40, 16);
    let running = run(&desk);
    desk.shows(">").await;
    desk.types("bonjour\n").await;
    desk.shows("Voici : bonjour\n\n>").await;
    desk.types("\n").await;
    desk.shows("> \n>").await;
    desk.types("whoami\n").await;
    desk.shows("Voici : whoami\n\n>").await;
    desk.types("help me\n").await;
    desk.shows("Voici : help me\n\n>").await;
    desk.leaves();
    running.await.unwrap().unwrap();
    assert_snapshot!(desk.seen().replace("> \n", ">\n"), @r"
    > bonjour
    Voici : bonjour

    >
    > whoami
    Voici : whoami

    > help me
    Voici : help me

    >
    ");
    assert!(desk.written().ends_with("\n> \r\n"), "the shell's own prompt comes on a row of its own");
}

#[tokio::test]
async fn ctrl_c_stops_the_answer_and_not_the_program() {
    let mut desk = Desk::live(40, 12);
    let running = run(&desk);
    desk.shows(">").await;
    desk.interrupts();
    desk.shows("Ctrl-D pour quitter\n>").await;
    desk.types("Combien ?\n").await;
    desk.shows("Je cherche").await;
    desk.interrupts();
    desk.shows("Arrêté.\n\n>").await;
    desk.leaves();
    running.await.unwrap().unwrap();
    assert_snapshot!(desk.seen(), @r"
    Ctrl-D pour quitter
    > Combien ?
    Je cherchais. Arrêté.

    >
    ");
}

#[tokio::test]
async fn ctrl_c_twice_leaves_unless_something_was_entered_between() {
    for entered in [false, true] {
        let mut desk = Desk::live(40, 12);
        let running = run(&desk);
        desk.shows(">").await;
        desk.interrupts();
        desk.shows("Ctrl-D pour quitter\n>").await;
        if entered {
            desk.types("bonjour\n").await;
            desk.shows("Voici : bonjour\n\n>").await;
            desk.interrupts();
            desk.shows("bonjour\n\nCtrl-D pour quitter\n>").await;
        }
        desk.interrupts();
        running.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_word_leaves_after_the_answer_that_is_being_written() {
    let mut desk = Desk::live(40, 12);
    let running = run(&desk);
    desk.shows(">").await;
    desk.types("Combien ?\n").await;
    desk.shows("Je cherche").await;
    desk.types("quit\n").await;
    desk.shows("Encore cette réponse\nJe cherche").await;
    desk.interrupts();
    running.await.unwrap().unwrap();
    assert!(desk.seen().ends_with("Je cherchais. Arrêté."), "{}", desk.seen());
}

#[tokio::test]
async fn a_live_message_is_drawn_for_the_new_size_at_once() {
    let desk = Desk::live(10, 6);
    let running = run(&desk);
    desk.shows(">").await;
    desk.terminal.send(key(), &place(), &Outgoing::streaming("un deux trois quatre")).await.unwrap();
    desk.resizes(20, 6);
    desk.shows("un deux trois quatre").await;
    desk.shutdown.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_command_is_answered_while_an_answer_is_written() {
    let mut desk = Desk::live(40, 12);
    let running = run(&desk);
    desk.shows(">").await;
    desk.types("Combien ?\n").await;
    desk.shows("Je cherche").await;
    desk.types("/help\n").await;
    desk.shows("Voici : help\n\nJe cherche").await;
    // The end of the input waits for the answer and says so, and Ctrl-C still stops it.
    desk.leaves();
    desk.shows("Encore cette réponse\nJe cherche").await;
    desk.interrupts();
    running.await.unwrap().unwrap();
    assert_snapshot!(desk.seen(), @r"
    > Combien ?
    > /help
    Voici : help

    Encore cette réponse
    Je cherchais. Arrêté.
    ");
}

#[tokio::test]
async fn a_line_typed_below_a_full_screen_stands_where_the_screen_begins() {
    let mut desk = Desk::live(20, 5);
    let running = run(&desk);
    desk.shows(">").await;
    let at = desk.terminal.send(key(), &place(), &Outgoing::streaming("a\nb\nc\nd")).await.unwrap();
    desk.types("/x\n").await;
    desk.shows("Voici : x").await;
    desk.terminal.edit(&at, &finished("a\nb\nc\nd\ne")).await.unwrap();
    desk.leaves();
    running.await.unwrap().unwrap();
    assert_eq!(desk.seen(), "a\n> /x\nVoici : x\n\na\nb\nc\nd\ne\n\n>");
}

#[tokio::test]
async fn what_was_typed_and_not_entered_is_not_sent_unseen() {
    let mut desk = Desk::live(40, 12);
    let running = run(&desk);
    desk.shows(">").await;
    assert_eq!(desk.forgotten(), 0, "what was typed before the first prompt stands there");
    desk.types("Combien ?\n").await;
    desk.shows("Je cherche").await;
    desk.types("quelle vi").await;
    assert_eq!(desk.forgotten(), 0);
    desk.interrupts();
    desk.shows("Arrêté.\n\n>").await;
    assert_eq!(desk.seen(), "> Combien ?\nJe cherchais. Arrêté.\n\n>");
    assert_eq!(desk.forgotten(), 1);
    desk.leaves();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn keys_that_are_no_letters_are_not_sent() {
    let mut desk = Desk::live(40, 12);
    let running = run(&desk);
    desk.shows(">").await;
    desk.types("bon\u{1b}[D\u{c}jour\n").await;
    desk.shows("Voici : bonjour\n\n>").await;
    desk.types("\u{1b}[A\n").await;
    desk.leaves();
    running.await.unwrap().unwrap();
    assert!(!desk.seen().ends_with("Voici :"), "{}", desk.seen());
}

#[tokio::test]
async fn what_is_typed_under_a_message_is_not_written_over() {
    let long = "et tous les autres clients de toutes les villes ?";
    for (typed, expected) in [
        (" et ?", ">  et ?\nJ'ai cherché".to_owned()),
        (long, format!("Je cherche\ndans les clients\n{}\n{}\nJ'ai cherché", &long[..40], &long[40..])),
    ] {
        typed_under_a_message(typed, &expected).await;
    }
}

async fn typed_under_a_message(typed: &str, expected: &str) {
    let mut desk = Desk::live(40, 12);
    let taken = Arc::new(tokio::sync::Notify::new());
    let running = desk.run({
        let taken = Arc::clone(&taken);
        move |_, _| {
            taken.notify_one();
            async {}
        }
    });
    desk.shows(">").await;
    let at = desk.terminal.send(key(), &place(), &Outgoing::streaming("Je cherche\ndans les clients")).await.unwrap();
    desk.types(&format!("{typed}\n")).await;
    taken.notified().await;
    desk.terminal.edit(&at, &finished("J'ai cherché")).await.unwrap();
    desk.leaves();
    running.await.unwrap().unwrap();
    assert!(desk.seen().starts_with(expected), "{}", desk.seen());
}

#[tokio::test]
async fn a_message_out_of_turn_leaves_the_prompt_below() {
    let desk = Desk::live(40, 12);
    let running = run(&desk);
    desk.shows(">").await;
    desk.terminal.send(key(), &place(), &finished("Je m'arrête bientôt.")).await.unwrap();
    desk.shutdown.cancel();
    running.await.unwrap().unwrap();
    assert_eq!(desk.seen(), "Je m'arrête bientôt.\n\n>");
}

#[tokio::test]
async fn messages_written_at_once_take_turns() {
    let desk = Desk::live(40, 12);
    let first = desk.terminal.send(key(), &place(), &Outgoing::streaming("premier")).await.unwrap();
    let second = desk.terminal.send(key(), &place(), &Outgoing::streaming("second")).await.unwrap();
    assert_eq!(desk.seen(), "premier");
    desk.terminal.edit(&first, &finished("premier, fini")).await.unwrap();
    assert_eq!(desk.seen(), "premier, fini\n\nsecond");
    desk.terminal.delete(&second).await.unwrap();
    assert_eq!(desk.seen(), "premier, fini");
}

/// Texts of every width, as pieces that a screen of a few columns must wrap.
fn state() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z ]{0,9}",
        Just("\n".to_owned()),
        Just("東京".to_owned()),
        Just("e\u{301}".to_owned()),
        Just("\t".to_owned())
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    /// Whatever the states and the screen, what stood above stays, and the last state ends up whole.
    #[test]
    fn the_last_state_always_ends_up_whole(
        states in prop::collection::vec(state(), 1..8), columns in 2_u16..14, rows in 2_u16..7, grows: bool
    ) {
        let states: Vec<String> = if grows { (1..=states.len()).map(|n| states[..n].concat()).collect() } else { states };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let desk = Desk::live(columns, rows);
        let send = |desk: &Desk, message| runtime.block_on(desk.terminal.send(key(), &place(), &message)).unwrap();
        send(&desk, finished("=="));
        let at = send(&desk, Outgoing::streaming("x"));
        for state in &states {
            runtime.block_on(desk.terminal.edit(&at, &Outgoing::streaming(state.as_str()))).unwrap();
            // While it is written, as much of its end can be seen as fits the screen with a row to type in.
            let fresh = Desk::live(columns, 500);
            send(&fresh, finished(state));
            let (seen, fresh) = (desk.seen(), fresh.seen());
            let end: Vec<&str> = fresh.lines().rev().take(usize::from(rows) - 1).collect();
            prop_assert!(seen.lines().rev().zip(&end).all(|(seen, end)| seen == *end), "{seen:?} {fresh:?}");
        }
        runtime.block_on(desk.terminal.edit(&at, &finished(states.last().unwrap()))).unwrap();
        let shown = desk.seen();
        let fresh = Desk::live(columns, rows);
        send(&fresh, finished("=="));
        send(&fresh, finished(states.last().unwrap()));
        let fresh = fresh.seen();
        prop_assert!(shown.starts_with("=="));
        prop_assert!(shown.ends_with(fresh.trim_start_matches("==").trim_start_matches('\n')), "{shown:?} {fresh:?}");
        let once = grows && !states.iter().any(|state| state.ends_with(char::is_whitespace));
        prop_assert!(!once || shown == fresh, "grown text stands there once: {shown:?} {fresh:?}");
    }

    /// The rows are counted as a terminal counts them.
    #[test]
    fn plain_text_stands_as_a_terminal_would_wrap_it(last in state(), columns in 2_u16..14) {
        let last = last.replace('\t', " ");
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let desk = Desk::live(columns, 50);
        let last = format!("```\n{last}");
        runtime.block_on(stream(&desk, &["x", &last]));
        let plain = last.trim_end().replace('\n', "\r\n");
        prop_assert_eq!(desk.seen(), seen(plain.as_bytes(), columns, 50));
    }
}

#[tokio::test]
async fn two_questions_at_once_are_both_handed_over() {
    let mut desk = Desk::live(40, 12);
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let both = Arc::new(tokio::sync::Barrier::new(2));
    let running = desk.run({
        let bodies = Arc::clone(&bodies);
        move |_, event| {
            let (bodies, both) = (Arc::clone(&bodies), Arc::clone(&both));
            async move {
                both.wait().await;
                bodies.lock().unwrap().push(event.body);
            }
        }
    });
    desk.types("un\n/stop\n").await;
    desk.leaves();
    running.await.unwrap().unwrap();
    assert_eq!(bodies.lock().unwrap().len(), 2);
}
