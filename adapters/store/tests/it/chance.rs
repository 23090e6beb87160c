//! A thousand changes of one thing each, made by chance, as somebody could who owns the database: each is found.

use pstral_core::ports::AuditLog as _;
use pstral_core::testkit::state::full_event;
use pstral_pgserver::Server;
use pstral_store::{Location, Store};
use sqlx::{Connection as _, PgConnection};

use crate::owner::{Dialect, Owner, POSTGRES, PUT_BACK, SQLITE};
use crate::signing::Keeper;
use crate::{beside, event, folder};

const CHANGES: u64 = 1000;
const ENTRIES: u64 = 24;

/// A reproducible random generator (splitmix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    fn of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }
}

const TEXTS: [&str; 24] = [
    "instance",
    "previous",
    "hash",
    "action",
    "status",
    "platform",
    "actor",
    "ip",
    "place",
    "proposal",
    "target",
    "relations",
    "statement",
    "statement_hash",
    "parameters",
    "verdict",
    "rule",
    "model",
    "prompt_hash",
    "delivery",
    "detail",
    "error",
    "salt",
    "sealed",
];
const NUMBERS: [&str; 7] = ["seq", "at", "user_id", "conversation", "cost", "row_count", "duration_ms"];
/// Each column of the audit but the position.
pub(crate) const COPIED: &str =
    "instance, seq, previous, hash, at, action, status, platform, actor, user_id, ip, place,
    conversation, proposal, target, relations, statement, statement_hash, parameters, verdict, rule, model, prompt_hash,
    cost, row_count, duration_ms, delivery, detail, error, covers, salt, sealed";

/// A change of one thing.
fn change(chance: &mut Chance) -> String {
    let seq = 1 + chance.below(ENTRIES);
    let other = 1 + (seq + chance.below(ENTRIES - 1)) % ENTRIES;
    let row = format!("WHERE instance = 'one' AND seq = {seq}");
    match chance.below(12) {
        0 => format!("DELETE FROM audit_events WHERE instance = 'one' AND seq = {}", 1 + chance.below(ENTRIES - 1)),
        1 => {
            // Two entries change places: all they say, or only where they stand.
            let columns = chance.of(&["seq", "position"]);
            let of = |seq: u64| format!("(SELECT {columns} FROM copy WHERE instance = 'one' AND seq = {seq})");
            format!(
                "UPDATE audit_events SET {columns} = -1000 {row};
                 UPDATE audit_events SET {columns} = {} WHERE hash = (SELECT hash FROM copy WHERE instance = 'one' AND seq = {other});
                 UPDATE audit_events SET {columns} = {} WHERE {columns} = -1000",
                of(seq), of(other),
            )
        }
        2 => {
            // A copy of an entry, in a gap of its own.
            let at = chance.of(&["0", "-5", "1000", "(SELECT max(seq) + 1 FROM copy WHERE instance = 'one')"]);
            let selected = COPIED.replacen("seq", at, 1);
            format!("INSERT INTO audit_events ({COPIED}) SELECT {selected} FROM copy {row}")
        }
        3 => {
            // One that follows the last, with a hash that somebody made up.
            format!(
                "INSERT INTO audit_events (instance, seq, previous, hash, at, action, status, detail, salt)
                 SELECT instance, seq + 1, hash, '{:064x}', at + 1, 'question', 'ok', 'Combien ?', salt
                 FROM copy WHERE instance = 'one' ORDER BY seq DESC LIMIT 1",
                chance.below(u64::MAX)
            )
        }
        4 => format!(
            "UPDATE audit_events SET salt = NULL, sealed = '{:064x}', actor = NULL, detail = NULL, error = NULL,
            ip = NULL, parameters = NULL, place = NULL, statement = NULL {row}",
            chance.below(u64::MAX)
        ),
        5 | 6 => {
            let column = chance.of(&NUMBERS);
            let value = match chance.below(4) {
                0 => "NULL".to_owned(),
                1 => format!("coalesce({column}, 0) + {}", 1 + chance.below(1000)),
                2 => format!("coalesce({column}, 0) - {}", 1 + chance.below(1000)),
                _ => format!("{}", chance.below(1_000_000)),
            };
            format!("UPDATE audit_events SET {column} = {value} {row}")
        }
        _ => {
            let column = chance.of(&TEXTS);
            let letter = char::from(b'a' + u8::try_from(chance.below(26)).unwrap());
            let value = match chance.below(7) {
                0 => "NULL".to_owned(),
                1 => "''".to_owned(),
                2 => format!("coalesce({column}, '') || '{letter}'"),
                3 => format!("'{letter}' || coalesce({column}, '')"),
                4 => format!("upper({column})"),
                5 => format!("replace({column}, '{}', '{letter}')", chance.below(10)),
                _ => format!("(SELECT {column} FROM copy WHERE instance = 'one' AND seq = {other})"),
            };
            format!("UPDATE audit_events SET {column} = {value} {row}")
        }
    }
}

/// Makes changes one at a time, each undone before the next.
async fn every_change_is_found(location: &Location, attacker: &mut dyn Owner, dialect: &Dialect) {
    let keeper = Keeper::of(1);
    let store = &keeper.opens_at(location).await;
    for number in 0..ENTRIES {
        let event = if number % 3 == 0 { full_event() } else { event(&format!("number {number}")) };
        store.append(event).await.unwrap();
    }
    attacker.run(format!("{}; CREATE TABLE copy AS SELECT * FROM audit_events", dialect.lift)).await.unwrap();
    assert_eq!(keeper.verifies(store).await, Ok(ENTRIES));
    let seed = std::env::var("PSTRAL_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(2026);
    println!("seed {seed}");
    let mut chance = Chance(seed);
    let (mut found, mut nothing) = (0, 0);
    while found < CHANGES {
        let deed = change(&mut chance);
        // What a type or NOT NULL forbids even the owner cannot write; and what stays the same is no change.
        let refused = attacker.run(deed.clone()).await.is_err();
        let differs = COPIED.split(',').chain(["position"]).map(|column| {
            let column = column.trim();
            format!("e.{column} {} c.{column}", dialect.is_not)
        });
        let differs = differs.collect::<Vec<_>>().join(" OR ");
        let differs = format!(
            "SELECT count(*) FROM audit_events e FULL JOIN copy c ON c.hash = e.hash AND c.seq = e.seq WHERE {differs}"
        );
        let changed = attacker.number(differs).await > 0;
        let verified = keeper.verifies(store).await;
        if changed {
            assert!(verified.is_err(), "seed {seed}, not found: {deed}");
            found += 1;
            attacker.run(PUT_BACK.to_owned()).await.unwrap();
        } else {
            assert_eq!(verified, Ok(ENTRIES), "seed {seed}, refused {refused}: {deed}");
            nothing += 1;
        }
    }
    println!("changes by chance to a signed audit: {found}, each found; {nothing} that change nothing");
    assert!(nothing < CHANGES, "most of them change something");
    assert_eq!(keeper.verifies(store).await, Ok(ENTRIES));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_changes_of_a_file_are_found() {
    let folder = folder();
    let location = Location::File(folder.path().join("state.db"));
    Store::open_at(&location, "one").await.unwrap().close().await;
    every_change_is_found(&location, &mut beside(&folder).await, &SQLITE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_changes_on_a_server_are_found() {
    let Some(server) = Server::start() else { return };
    let url = secrecy::ExposeSecret::expose_secret(&server.url("postgres")).to_owned();
    let mut owner = PgConnection::connect(&url).await.unwrap();
    every_change_is_found(&Location::Server(url), &mut owner, &POSTGRES).await;
}
