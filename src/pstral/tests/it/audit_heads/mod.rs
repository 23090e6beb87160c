//! Heads of the audit at their destinations, as the built program sends them there.

mod time_stamp;
mod witness;

use std::path::PathBuf;

use crate::bot::{Bot, until};
use crate::program::{NO_MODEL, Place};

/// An installation that publishes each head, with more keys of `[audit]`.
fn installed(audit: &str) -> Place {
    let place = Place::new();
    configure(&place, audit);
    place.run(&["user", "add", "zoe", "--config", "pstral.toml"]).code(0);
    place
}

fn configure(place: &Place, audit: &str) {
    let file = format!("data = \"state\"\nlocale = \"en\"\n[audit]\nhead_every_events = 1\n{audit}\n");
    place.write("pstral.toml", file);
}

/// Runs a command of `pstral` on the installation.
fn run(place: &Place, words: &[&str]) -> crate::program::Ended {
    place.run(&[words, &["--config", "pstral.toml"]].concat())
}

/// The files of a folder beside the key, in order.
fn kept(place: &Place, folder: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(place.path("state/audit.key.heads").join(folder)) else { return Vec::new() };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending != "next"));
    files.sort();
    files
}

fn stop(bot: Bot) -> crate::program::Ended {
    bot.signal("-TERM");
    bot.ended().code(0)
}

/// A pipe that nobody reads, a device and a folder keep nothing; the program neither waits for them nor takes them.
#[cfg(unix)]
#[test]
fn what_cannot_hold_heads_is_told() {
    let place = installed("");
    let made = place.command("mkfifo").arg("state/pipe").status().unwrap();
    assert!(made.success());
    for (file, shown) in [("pipe", "state/pipe"), ("/dev/null", "/dev/null"), ("../state", "state/../state")] {
        configure(&place, &format!("head_file = \"{file}\""));
        run(&place, &["config", "check"]).code(2).says(&[
            &format!("audit.head_file: the file {shown} cannot be used."),
            &format!("{shown} is not a regular file"),
        ]);
        let told = format!("audit-heads file · degraded · {shown} is not a regular file");
        run(&place, &["doctor"]).code(0).says(&[&told]);
        run(&place, &["doctor", "--locale", "fr"]).code(0).says(&[&format!("{shown} n’est pas un fichier ordinaire")]);
    }
    configure(&place, "head_file = \"pipe\"");
    let bot = Bot::start(&place);
    until("the pipe is told", || bot.get("/readyz").unwrap().contains("is not a regular file"));
    stop(bot);
}

#[test]
fn heads_that_are_deleted_while_the_program_runs_are_missed() {
    let place = crate::running::installed(NO_MODEL);
    let config = std::fs::read_to_string(place.path("pstral.toml")).unwrap();
    place.write("pstral.toml", format!("{config}[audit]\nhead_every_events = 1\nhead_file = \"heads\"\n"));
    let mut bot = Bot::start(&place);
    until("a head is there", || bot.get("/readyz").unwrap().contains("was delivered"));
    std::fs::remove_file(place.path("state/heads")).unwrap();
    bot.types("/audit");
    until("it is missed", || bot.get("/readyz").unwrap().contains("was deleted or shortened"));
    let ended = stop(bot);
    assert!(ended.err.contains("audit head delivered; earlier ones are no longer there"), "{}", ended.err);
}

#[test]
fn a_file_of_heads_finds_what_was_rewritten_with_the_key() {
    let place = installed("head_file = \"../elsewhere/heads\"");
    run(&place, &["doctor"]).says(&[
        "audit-heads file · degraded · state/../elsewhere/heads cannot be made: its folder does not exist",
        "→ Check this destination in [audit]",
    ]);
    assert!(!place.path("elsewhere").exists(), "looking makes nothing");
    let bot = Bot::start(&place);
    until("the file is missed", || bot.get("/readyz").unwrap().contains("elsewhere/heads"));
    let ready = bot.get("/readyz").unwrap();
    assert!(ready.starts_with("HTTP/1.0 200") && ready.contains("degraded"), "{ready}");
    let ended = stop(bot);
    assert!(ended.err.contains("audit head not delivered; trying again with the next one"), "{}", ended.err);

    std::fs::create_dir(place.path("elsewhere")).unwrap();
    run(&place, &["doctor"]).says(&["audit-heads file · ok · entry "]);
    assert!(!place.path("elsewhere/heads").exists(), "looking makes nothing");
    let heads = || std::fs::read_to_string(place.path("elsewhere/heads")).unwrap_or_default();
    for runs in 1..=2 {
        let bot = Bot::start(&place);
        until("a head is there", || heads().matches("pstral.audit/pstral\n").count() >= runs);
        until("and is told", || bot.get("/readyz").unwrap().contains("was delivered"));
        stop(bot);
    }
    run(&place, &["audit", "verify", "--head", "elsewhere/heads"]).code(0).says(&["The log is intact"]);
    place.write("heads-too", heads() + "— a note by hand\n");
    run(&place, &["audit", "verify", "--head", "heads-too"]).code(1).says(&["this is not a whole signed head"]);
    run(&place, &["audit", "consistency", "elsewhere/heads"]).code(0);
    place.write("none", "nothing of it");
    run(&place, &["audit", "verify", "--head", "none"]).code(2).says(&["none does not hold a signed head"]);

    // Whoever has the database and the folder of the key writes another history.
    std::fs::remove_file(place.path("state/pstral.db")).unwrap();
    std::fs::remove_dir_all(place.path("state/audit.key.heads")).unwrap();
    for name in ["mallory", "zoe", "yan", "max", "lea", "tom", "eve", "ida"] {
        run(&place, &["user", "add", name]).code(0);
    }
    run(&place, &["audit", "verify"]).code(0);
    // A head of that one is then the newest in the file; the earlier ones still show it.
    let (bot, before) = (Bot::start(&place), heads().len());
    until("its head is there", || heads().len() > before);
    stop(bot);
    run(&place, &["audit", "verify", "--head", "elsewhere/heads"]).code(1).says(&["The log was tampered with"]);
    let other = Place::new();
    configure(&other, "");
    run(&other, &["user", "add", "zoe"]).code(0);
    let key = run(&other, &["audit", "key"]).out;
    let found = run(&place, &["audit", "verify", "--key", key.trim(), "--head", "elsewhere/heads"]).code(1);
    assert!(found.err.contains("signed with another key"), "{}", found.err);
}

/// Heads that cannot be read, as on a disk that is away, say nothing about the audit: no change is told, and none accepted.
#[test]
fn heads_that_cannot_be_read_are_not_told_as_a_changed_audit() {
    let place = installed("");
    let (heads, away) = (place.path("state/audit.key.heads"), place.path("away"));
    std::fs::rename(&heads, &away).unwrap();
    std::fs::write(&heads, "").unwrap();
    for words in [&["audit", "verify"][..], &["audit", "tail"], &["audit", "accept", "--yes"], &["doctor"]] {
        let ended = run(&place, words)
            .code(1)
            .says(&["state/audit.key.heads: Not a directory", "read and write the folder of [audit] key"]);
        let told = format!("{}{}", ended.out, ended.err);
        for wrong in ["tampered", "pstral audit accept", "[store] url", "Failed: state"] {
            assert!(!told.contains(wrong), "{wrong}: {told}");
        }
    }
    std::fs::remove_file(&heads).unwrap();
    std::fs::rename(&away, &heads).unwrap();
    let verified = run(&place, &["audit", "verify"]).code(0);
    assert!(!verified.err.contains("Accepted on"), "{}", verified.err);
}
