//! Statements that take gigabytes before they run, offered to the running program: refused by the guard, so that neither
//! the database nor the program has more to hold than before. No click is needed for such a statement: the offer asks the
//! database for its plan.

use pstral_pgserver::Server;
use serde_json::Value;

use crate::bot::{Bot, until};
use crate::program::Place;

/// Address space of each process of the server, KiB: a plan of 200 million steps does not fit.
const SERVER_MEMORY: u64 = 2 * 1024 * 1024;

#[test]
fn no_bomb_reaches_a_postgres_server() {
    let Some(server) = Server::start_within(SERVER_MEMORY) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let tables = "CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;";
    runtime.block_on(server.batch(&format!("{}{tables}", include_str!("canary/postgres.sql"))));
    let url = format!("postgres://reader@127.0.0.1:{}/postgres?sslmode=disable", server.port());
    let target = format!("[targets.crm]\nkind = \"postgres\"\nurl = \"{url}\"\nallow_privileged = true\n");
    let bombs = bombs(include_str!("../../../guard/src/tests/hostile_postgres.jsonl"));
    let place = Place::new();
    let peak = offer(&place, &target, &bombs);
    println!(
        "{} bombs: Pstral held {peak} KiB at most, PostgreSQL's largest process {} KiB",
        bombs.len(),
        server.peak()
    );
}

#[test]
fn no_bomb_reaches_sqlite() {
    let place = Place::new();
    let database = rusqlite::Connection::open(place.path("crm.db")).unwrap();
    database.execute_batch(include_str!("canary/sqlite.sql")).unwrap();
    let bombs = bombs(include_str!("../../../guard/src/tests/hostile_sqlite.jsonl"));
    let peak = offer(&place, "[targets.crm]\nkind = \"sqlite\"\npath = \"../crm.db\"\n", &bombs);
    println!("{} bombs: Pstral held {peak} KiB at most, SQLite included", bombs.len());
}

/// The rows of the guard's own table that multiply before they run.
fn bombs(table: &str) -> Vec<String> {
    let rows = table.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let bombs = rows.filter(|row| ["expansion", "value-size"].contains(&row["rule"].as_str().unwrap()));
    let bombs: Vec<String> = bombs.map(|row| row["sql"].as_str().unwrap().to_owned()).collect();
    assert!(bombs.len() >= 22, "{}", bombs.len());
    bombs
}

/// Offers each to the program, sees each refused and recorded, and gives the most memory it has held, KiB.
fn offer(place: &Place, target: &str, bombs: &[String]) -> u64 {
    let platform = "data = \"state\"\nlocale = \"en\"\n[platforms.terminal]\nenabled = true\n\
        [quotas]\nuser_questions_per_minute = 0\nplace_questions_per_minute = 0\n";
    place.write("pstral.toml", format!("{platform}{target}"));
    place.run(&["user", "add", "zoe", "--config", "pstral.toml"]).code(0);
    let code = place.run(&["user", "link-code", "zoe", "--config", "pstral.toml"]).code(0).out;
    let mut bot = Bot::start(place);
    bot.types(&format!("/link {}", code.trim()));
    let audited = || place.run(&["audit", "export", "--config", "pstral.toml"]).code(0).out;
    until("zoe is linked", || audited().contains("\"link\""));
    for bomb in bombs {
        bot.types(&format!("/edit {bomb}"));
    }
    bot.types("/edit SELECT COUNT(*) AS clients FROM clients");
    bot.types("/execute");
    until("the last one has run", || audited().contains("\"result\""));
    let peak = bot.peak();
    bot.signal("-TERM");
    let ended = bot.ended().code(0);
    let refused = ended.out.matches("too large").count();
    assert_eq!(refused, bombs.len(), "{ended:#?}");
    let refusals =
        audited().lines().filter(|line| line.contains("\"expansion\"") || line.contains("\"value-size\"")).count();
    assert_eq!(refusals, bombs.len());
    peak
}
