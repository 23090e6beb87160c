//! `pstral run` whose audit is changed under it, or whose lease on a server is lost: it is not ready, and does nothing more.

use std::path::PathBuf;
use std::time::Instant;

use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus};
use pstral_core::ports::AuditLog as _;
use pstral_ollama::testkit::{Answer, Ending, ScriptedOllama};
use pstral_pgserver::Server;
use pstral_store::{Location, Store};
use rusqlite::Connection;
use secrecy::ExposeSecret as _;

use crate::bot::{Bot, until};
use crate::program::Place;
use crate::running::installed;

/// The state of an installation, and a way past the program.
enum Ground {
    File(PathBuf),
    Server(Server),
}

/// A change by somebody who can write to the database and has no key.
#[derive(Debug, Clone, Copy)]
enum Attack {
    ReplaceLastEntry,
    ForgeTail,
    RemoveSignature,
}

impl Ground {
    fn location(&self) -> Location {
        match self {
            Self::File(file) => Location::File(file.clone()),
            Self::Server(server) => Location::Server(server.url("postgres").expose_secret().to_owned()),
        }
    }

    async fn run(&self, statements: &str) {
        match self {
            Self::File(file) => Connection::open(file).unwrap().execute_batch(statements).unwrap(),
            Self::Server(server) => server.batch(statements).await,
        }
    }

    /// Takes away what hinders an accident, as whoever owns the database can.
    async fn open_up(&self) {
        let statements = match self {
            Self::File(_) => "DROP TRIGGER audit_events_are_not_removed",
            Self::Server(_) => "ALTER TABLE audit_events DISABLE TRIGGER USER",
        };
        self.run(statements).await;
    }

    async fn attack(&self, attack: Attack) {
        match attack {
            Attack::ReplaceLastEntry => {
                let last = "SELECT max(seq) FROM audit_events WHERE instance = 'pstral'";
                self.run(&format!("DELETE FROM audit_events WHERE instance = 'pstral' AND seq = ({last})")).await;
                self.forge().await;
            }
            Attack::ForgeTail => self.forge().await,
            Attack::RemoveSignature => self.run("DELETE FROM audit_heads").await,
        }
    }

    /// Appends an entry with the hash that it should have.
    async fn forge(&self) {
        let store = Store::open_at(&self.location(), "pstral").await.unwrap();
        let forged = AuditEvent::new(jiff::Timestamp::now(), AuditAction::Question, AuditStatus::Ok);
        store.append(forged).await.unwrap();
        store.close().await;
    }

    async fn entries(&self) -> u64 {
        let store = Store::open_at_to_read(&self.location()).await.unwrap();
        let heads = store.heads().await.unwrap();
        store.close().await;
        heads.iter().map(|head| head.seq.unsigned_abs()).sum()
    }
}

/// An installation whose state was moved to a server.
fn moved(place: &Place, server: &Server) {
    let url = server.url("postgres").expose_secret().to_owned();
    place.write("address", &url);
    place.run(&["store", "copy", "sqlite://state/pstral.db", "@address", "--config", "pstral.toml"]).code(0);
    let config = std::fs::read_to_string(place.path("pstral.toml")).unwrap();
    place.write("pstral.toml", format!("{config}[store]\nurl = \"{url}\"\n"));
}

fn is_ready(bot: &Bot) -> bool {
    bot.get("/readyz").unwrap().starts_with("HTTP/1.0 200")
}

fn failures(bot: &Bot) -> u64 {
    let metrics = bot.get("/metrics").unwrap();
    let counted = metrics.lines().find_map(|line| line.strip_prefix("pstral_audit_failures_total "));
    counted.unwrap().parse().unwrap()
}

async fn is_noticed(place: &Place, ground: &Ground, name: &str) {
    ground.open_up().await;
    let mut bot = Bot::start(place);
    let attacks = [Attack::ReplaceLastEntry, Attack::ForgeTail, Attack::RemoveSignature];
    for attack in attacks {
        until("it is ready", || is_ready(&bot));
        ground.attack(attack).await;
        // Although nobody asks anything.
        until(&format!("{attack:?} is noticed"), || {
            bot.get("/readyz").unwrap().contains("the audit is not what was signed last")
        });
        assert!(!is_ready(&bot), "{attack:?}");
        place.run(&["doctor", "--config", "pstral.toml"]).code(1).says(&["the audit is not what was signed last"]);
        let (entries, refused) = (ground.entries().await, failures(&bot));
        bot.types("/edit SELECT count(id) AS clients FROM clients");
        until(&format!("after {attack:?} the next entry is refused"), || failures(&bot) > refused);
        assert_eq!(ground.entries().await, entries, "{attack:?}");
        place.run(&["audit", "verify", "--config", "pstral.toml"]).code(1);
        place.run(&["audit", "accept", "--yes", "--config", "pstral.toml"]).code(0);
    }
    until("it goes on", || is_ready(&bot));
    bot.signal("-TERM");
    bot.ended().code(0);
    place.run(&["audit", "verify", "--config", "pstral.toml"]).code(0);
    println!(
        "{name}: {} changes under a running program, each noticed while idle and refused at the next entry",
        attacks.len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_changed_under_a_program_is_noticed() {
    let place = installed(crate::program::NO_MODEL);
    is_noticed(&place, &Ground::File(place.path("state/pstral.db")), "SQLite").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_changed_under_a_program_is_noticed() {
    let Some(server) = Server::start() else { return };
    let place = installed(crate::program::NO_MODEL);
    moved(&place, &server);
    is_noticed(&place, &Ground::Server(server), "PostgreSQL").await;
}

/// Another program has it, or nobody knows: either way nothing is answered any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_is_lost_stops_what_is_answered() {
    let Some(server) = Server::start() else { return };
    let ollama = ScriptedOllama::start("qwen2.5-coder:3b").await;
    let place = installed(&ollama.url());
    moved(&place, &server);
    let endless = || Answer::pieces(["You have many clients, and ", "then "]).ends(Ending::Hang);

    ollama.answer(endless());
    let mut bot = Bot::start(&place);
    until("it is ready", || is_ready(&bot));
    bot.types("What do you think of our clients?");
    ollama.wait_for(|requests| requests.len() == 1).await;
    let begun = Instant::now();
    let frozen = server.freeze();
    ollama.wait_for(|requests| requests[0].closed_early).await;
    let stopped = begun.elapsed();
    until("it is not ready", || !is_ready(&bot));
    drop(frozen);
    until("it has its lease again", || is_ready(&bot));

    ollama.answer(endless());
    bot.types("What do you think of our clients?");
    ollama.wait_for(|requests| requests.len() == 2).await;
    let begun = Instant::now();
    server.batch("UPDATE leases SET number = number + 1 WHERE instance = 'pstral'").await;
    ollama.wait_for(|requests| requests[1].closed_early).await;
    let ended = begun.elapsed();
    bot.ended().code(1).says(&["another program already answers under the name", "stopping all answers"]);
    println!("lease away: answer stopped after {stopped:.1?}; lease taken: stopped and ended after {ended:.1?}");
}
