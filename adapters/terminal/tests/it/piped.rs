//! With piped input, each line is answered before the next and each answer is printed once.

use std::sync::{Arc, Mutex};

use pstral_core::domain::{EventBody, Outgoing};
use pstral_core::ports::{ChatPlatform as _, PlatformError};
use pstral_core::testkit::chat_platform::key;

use crate::desk::{Desk, finished, place, said};

/// Says `Voici`, then in its own time what was asked.
async fn parrot(desk: &Desk) -> Result<(), PlatformError> {
    let running = desk.run(|terminal, event| async move {
        let at = terminal.send(key(), &place(), &Outgoing::streaming("Voici")).await.unwrap();
        tokio::spawn(async move {
            tokio::task::yield_now().await;
            terminal.edit(&at, &Outgoing::streaming("Voici…")).await.unwrap();
            tokio::task::yield_now().await;
            terminal.edit(&at, &finished(&format!("Voici : {}", said(&event)))).await.unwrap();
        });
    });
    running.await.unwrap()
}

#[tokio::test]
async fn answers_stand_in_the_order_of_the_lines() {
    let desk = Desk::piped("un\r\n\n   \ndeux\ntrois sans fin de ligne");
    assert_eq!(parrot(&desk).await, Ok(()));
    assert_eq!(desk.written(), "Voici : un\n\nVoici : deux\n\nVoici : trois sans fin de ligne\n");
}

#[tokio::test]
async fn a_line_is_handed_over_only_when_the_one_before_is_answered() {
    let desk = Desk::piped("un\ndeux\ntrois\n");
    let log = Arc::new(Mutex::new(Vec::new()));
    let running = desk.run({
        let log = Arc::clone(&log);
        move |_, event| {
            let log = Arc::clone(&log);
            async move {
                log.lock().unwrap().push(format!("{} begins", said(&event)));
                tokio::task::yield_now().await;
                log.lock().unwrap().push(format!("{} ends", said(&event)));
            }
        }
    });
    running.await.unwrap().unwrap();
    let log = log.lock().unwrap().join(", ");
    assert_eq!(log, "un begins, un ends, deux begins, deux ends, trois begins, trois ends");
}

#[tokio::test]
async fn lines_are_texts_or_commands() {
    let long = "x".repeat(300_000);
    let desk = Desk::piped([b"/mode sql \n a/b\ncaf\xe9\n/\n", long.as_bytes(), b"\n/help\n"].concat());
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let running = desk.run({
        let bodies = Arc::clone(&bodies);
        move |_, event| {
            assert_eq!((event.actor.id.as_str(), &event.place), ("zoe", &place()));
            bodies.lock().unwrap().push(event.body);
            async {}
        }
    });
    running.await.unwrap().unwrap();
    let (said, command) = (|text: &str| EventBody::Said(text.to_owned()), |text: &str| EventBody::command(text));
    let cut = &long[..256 * 1024];
    let expected = [command("mode sql"), said(" a/b"), said("caf\u{fffd}"), command(""), said(cut), command("help")];
    assert_eq!(*bodies.lock().unwrap(), expected);
}

#[tokio::test]
async fn what_is_printed_cannot_steer_the_terminal() {
    for desk in [Desk::piped(""), Desk::live(80, 24)] {
        let evil = "\u{1b}[2J\u{1b}]52;c;aGVsbG8=\u{7}\u{9b}31m\u{202e}txt\r\u{8}\0";
        let at = desk.terminal.send(key(), &place(), &Outgoing::streaming("")).await.unwrap();
        desk.terminal.edit(&at, &finished(evil)).await.unwrap();
        let written = desk.written().replace("\r\n", "\n").replace("\r\u{1b}[J", "").replace("\r\u{1b}[1A\u{1b}[J", "");
        assert_eq!(written.trim_start().lines().next(), Some("[2J]52;c;aGVsbG8=31mtxt"));
        assert!(written.chars().all(|c| c == '\n' || !c.is_control()), "{written:?}");
    }
}

#[tokio::test]
async fn a_final_message_is_printed_again_only_when_its_text_changes() {
    let desk = Desk::piped("");
    let at = desk.terminal.send(key(), &place(), &finished("a")).await.unwrap();
    desk.terminal.edit(&at, &finished("a")).await.unwrap();
    assert_eq!(desk.written(), "a\n");
    desk.terminal.edit(&at, &Outgoing::streaming("ab")).await.unwrap();
    desk.terminal.edit(&at, &finished("abc")).await.unwrap();
    assert_eq!(desk.written(), "a\n\nabc\n");
    let removed = desk.terminal.send(key(), &place(), &Outgoing::streaming("d")).await.unwrap();
    desk.terminal.delete(&removed).await.unwrap();
    assert_eq!(desk.written(), "a\n\nabc\n");
}

#[tokio::test]
async fn it_ends_quietly_when_nobody_reads_any_more() {
    let desk = Desk::piped_to_a_reader_of("Voici : un\n".len(), "un\ndeux\ntrois\n");
    let outcomes = Arc::new(Mutex::new(Vec::new()));
    let running = desk.run({
        let outcomes = Arc::clone(&outcomes);
        move |terminal, event| {
            let outcomes = Arc::clone(&outcomes);
            async move {
                let sent = terminal.send(key(), &place(), &finished(&format!("Voici : {}", said(&event)))).await;
                outcomes.lock().unwrap().push(sent.map(|_| ()));
            }
        }
    });
    assert_eq!(running.await.unwrap(), Ok(()));
    assert_eq!(desk.written(), "Voici : un\n");
    assert_eq!(*outcomes.lock().unwrap(), [Ok(()), Err(PlatformError::Gone)], "the third is not even read");
    assert!(desk.terminal.health().await.is_err());
    let last = desk.terminal.send(key(), &place(), &finished("quatre")).await;
    assert_eq!(last, Err(PlatformError::Gone));
}

#[tokio::test]
async fn a_shutdown_takes_no_more_lines_and_awaits_the_answer() {
    let desk = Desk::piped("un\ndeux\n");
    let shutdown = desk.shutdown.clone();
    let running = desk.run(move |terminal, event| {
        let shutdown = shutdown.clone();
        async move {
            shutdown.cancel();
            tokio::task::yield_now().await;
            terminal.send(key(), &place(), &finished(said(&event))).await.unwrap();
        }
    });
    assert_eq!(running.await.unwrap(), Ok(()));
    assert_eq!(desk.written(), "un\n");
}

#[tokio::test]
async fn an_input_that_cannot_be_read_ends_it_for_good() {
    let desk = Desk::broken();
    for expected in ["the input cannot be read: Is a directory", "it has run already"] {
        assert_eq!(parrot(&desk).await, Err(PlatformError::Rejected(expected.to_owned())));
    }
}
