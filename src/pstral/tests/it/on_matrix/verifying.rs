//! `pstral matrix verify` at a terminal, with another device that compares.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use matrix_sdk::encryption::verification::{SasState, Verification, VerificationRequestState};
use matrix_sdk::ruma::UserId;
use matrix_sdk::ruma::events::key::verification::VerificationMethod;

use super::program::{configure, words};
use super::shared;
use crate::bot::Bot;
use crate::matrix_people::Person;
use crate::program::Place;

/// The command in a language, and what it prints, line by line.
fn verifying(place: &Place, language: &str) -> (Child, Receiver<String>) {
    let mut command = place.pstral(&words(&["matrix", "verify", "--locale", language]));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (out, (said, lines)) = (child.stdout.take().unwrap(), channel());
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            let _ = said.send(line);
        }
    });
    (child, lines)
}

fn next(lines: &Receiver<String>) -> String {
    lines.recv_timeout(Duration::from_mins(1)).expect("another line")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_compares_emoji_at_the_terminal() {
    let Some(server) = shared() else { return };
    let account = server.account("pstral-sas1");
    let place = Place::new();
    configure(&place, &server.url(), &account);
    place.run(&words(&["matrix", "verify"])).code(1).says(&["nobody is logged in"]);
    place.run(&words(&["matrix", "login"])).code(0);
    let running = Bot::start(&place);
    place.run(&words(&["matrix", "verify"])).code(1).says(&["Stop it, run pstral matrix verify, then start it again"]);
    running.signal("-TERM");
    running.ended().code(0);

    let desk = Person::with(&server.url(), account.clone()).await;
    let own = UserId::parse(&account.id).unwrap();
    for (language, answer, code, named) in [("en", "no", 1, "the emoji differ"), ("fr", "oui", 0, "Vérifié")] {
        let (mut child, lines) = verifying(&place, language);
        assert!(next(&lines).contains(&account.id));
        let identity = desk.client.encryption().request_user_identity(&own).await.unwrap().unwrap();
        let methods = vec![VerificationMethod::SasV1];
        let request = identity.request_verification_with_methods(methods).await.unwrap();
        let shown = desk.until(|| async {
            match request.state() {
                VerificationRequestState::Ready { .. } => {
                    request.start_sas().await.unwrap();
                    None
                }
                VerificationRequestState::Transitioned { verification: Verification::SasV1(sas) } => {
                    // Both may begin at the same moment.
                    if matches!(sas.state(), SasState::Started { .. }) {
                        sas.accept().await.unwrap();
                    }
                    Some((sas.emoji()?, sas))
                }
                _ => None,
            }
        });
        let (emoji, sas) = shown.await.unwrap();
        assert!(next(&lines).contains(desk.client.device_id().unwrap().as_str()));
        for emoji in emoji {
            let line = next(&lines);
            assert!(line.contains(emoji.symbol) && (language == "fr" || line.ends_with(emoji.description)), "{line}");
        }
        next(&lines);
        let mut keyboard = child.stdin.take().unwrap();
        writeln!(keyboard, "hm").unwrap();
        next(&lines);
        writeln!(keyboard, "{answer}").unwrap();
        if answer == "oui" {
            sas.confirm().await.unwrap();
        }
        let ended = crate::program::Ended::from(child.wait_with_output().unwrap());
        let said = lines.iter().collect::<Vec<_>>().join("\n") + ended.err.as_str();
        assert!(ended.code == Some(code) && said.contains(named), "{said} {ended:?}");
    }
    // Ctrl-C tells the other device.
    let (child, lines) = verifying(&place, "en");
    next(&lines);
    let interrupted = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    let ended = crate::program::Ended::from(child.wait_with_output().unwrap());
    ended.code(1).says(&["Cancelled: nothing was confirmed"]);
}
