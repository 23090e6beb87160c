//! The state as a whole, from the command line: up to date, saved, restored, carried to another database.

use std::io::Read as _;
use std::path::PathBuf;

use pstral_core::domain::sha256;
use pstral_pgserver::Server;
use rusqlite::Connection;
use secrecy::ExposeSecret as _;

use crate::program::Place;

/// A place with a user and something in its audit.
fn held() -> Place {
    let place = Place::new();
    place.run(&["user", "add", "zoe", "--full-name", "Zoé Blanc"]).code(0);
    place
}

/// Puts all of the state database into its one file, and returns that.
fn whole(place: &Place) -> PathBuf {
    let state = place.path("data/demo/pstral.db");
    Connection::open(&state).unwrap().execute_batch("PRAGMA journal_mode = DELETE").unwrap();
    state
}

#[test]
fn what_is_saved_can_be_restored() {
    let place = held();
    place.run(&["migrate"]).code(0).says(&["The state database is up to date (migration "]);
    let backup = ["backup", "saved.jsonl.gz"];
    place.run(&backup).code(0).says(&["saved.jsonl.gz: ", " rows. Keep it where only administrators can read it"]);
    place.run(&backup).code(2).says(&["nothing is replaced"]);
    place.run(&["backup", "nowhere/saved.jsonl.gz"]).code(1).says(&["No backup was made", "Check the path"]);
    let left = std::fs::read_dir(place.path(".")).unwrap().map(|file| file.unwrap().file_name());
    assert!(left.into_iter().all(|name| !name.to_string_lossy().ends_with(".part")));

    place.run(&["user", "add", "max"]).code(0);
    let restore = ["restore", "saved.jsonl.gz"];
    place.run(&restore).code(1).says(&["Nothing was restored", "There is a state there already", "--force"]);
    place.run(&["user", "list"]).code(0).says(&["max"]);
    let forced = place.run(&["restore", "saved.jsonl.gz", "--force"]).code(0);
    forced.says(&["Restored from saved.jsonl.gz, as it was on ", "The log is intact: "]);
    let listed = place.run(&["user", "list"]).code(0).out;
    assert!(listed.contains("zoe · Zoé Blanc") && !listed.contains("max"), "{listed}");

    let whole = std::fs::read(place.path("saved.jsonl.gz")).unwrap();
    std::fs::write(place.path("cut.gz"), &whole[..whole.len() / 2]).unwrap();
    place.run(&["restore", "cut.gz", "--force"]).code(1).says(&["Nothing was restored", "nothing was changed"]);
    std::fs::write(place.path("diary"), "Dear diary\n").unwrap();
    place.run(&["restore", "diary", "--force"]).code(1).says(&["not a whole and unchanged backup"]);
    place.run(&["restore", "nowhere", "--locale", "fr"]).code(1).says(&["Rien n’a été restauré", "Vérifiez le chemin"]);
    place.run(&["user", "list"]).code(0).says(&["zoe · Zoé Blanc"]);
    place.run(&["audit", "tail"]).code(0).says(&["backup ok", "restore ok"]);
}

/// A backup replaces a state only if its audit was signed here; before one that nothing vouches for, the state is saved.
#[test]
fn a_backup_is_verified_before_it_replaces_a_state() {
    let (place, other) = (held(), held());
    other.run(&["user", "add", "max"]).code(0);
    other.run(&["backup", "other.gz"]).code(0);
    std::fs::copy(other.path("other.gz"), place.path("other.gz")).unwrap();
    place.run(&["backup", "own.gz"]).code(0);

    for (column, value, found) in [
        ("detail", "x", "entry 1 of pstral was changed"),
        ("action", "party", "an entry can no longer be read. Keep a copy of the state database"),
    ] {
        let state = Connection::open(place.path("data/demo/pstral.db")).unwrap();
        let change = format!("UPDATE audit_events SET {column} = '{value}' WHERE seq = 1");
        state.execute_batch(&format!("DROP TRIGGER audit_events_are_not_changed; {change}")).unwrap();
        drop(state);
        let backup = format!("{column}.gz");
        place.run(&["backup", &backup]).code(0);
        place.run(&["restore", "own.gz", "--force"]).code(0).says(&["The log is intact"]);
        place.run(&["user", "add", "ana"]).code(0);
        let changed = place.run(&["restore", &backup, "--force"]).code(1);
        changed.says(&[found, &format!("Nothing was restored from {backup}, and nothing was changed")]);
        place.run(&["user", "list"]).code(0).says(&["ana"]);
    }
    let french = place.run(&["restore", "detail.gz", "--force", "--locale", "fr"]).code(1);
    french.says(&["Rien n’a été restauré depuis detail.gz"]);

    let forced = place.run(&["restore", "other.gz", "--force"]).code(1);
    forced.says(&["signed with another key", "The state that is replaced is kept in", "is not vouched for"]);
    place.run(&["audit", "tail"]).code(1).says(&["pstral audit accept"]);
    let names = || std::fs::read_dir(place.path("data/demo")).unwrap().map(|file| file.unwrap().file_name());
    let names: Vec<String> = names().map(|name| name.to_string_lossy().into_owned()).collect();
    assert!(!names.iter().any(|name| name.starts_with("restore-")), "{names:?}");
    let kept = names.iter().find(|name| name.starts_with("replaced-")).unwrap();
    place.run(&["restore", &format!("data/demo/{kept}"), "--force"]).code(0).says(&["The log is intact"]);
    place.run(&["user", "list"]).code(0).says(&["ana"]);
}

/// A copy is signed with this installation's key: one that nothing here vouches for is not made.
#[test]
fn a_state_that_another_key_signed_is_not_copied() {
    let (place, other) = (held(), held());
    std::fs::copy(whole(&other), place.path("other.db")).unwrap();
    let copied = place.run(&["store", "copy", "sqlite://other.db", "sqlite://there.db"]).code(1);
    copied.says(&["signed with another key", "Nothing was copied from other.db to there.db"]);
    assert!(!place.path("there.db").exists());
}

/// A refused copy leaves no file behind.
#[test]
fn a_copy_that_is_refused_leaves_no_file() {
    let place = held();
    let state = Connection::open(whole(&place)).unwrap();
    state.execute_batch("DROP TRIGGER audit_events_are_not_changed; UPDATE audit_events SET detail = 'x'").unwrap();
    let copy = ["store", "copy", "sqlite://data/demo/pstral.db", "sqlite://copy.db"];
    place.run(&copy).code(1).says(&["entry 1 of pstral was changed", "Nothing was copied from"]);
    let place = held();
    // The source is read as far as its last table, and no further.
    let state = Connection::open(whole(&place)).unwrap();
    state.execute_batch("ALTER TABLE catalogs RENAME TO hidden").unwrap();
    place.run(&copy).code(1).says(&["Nothing was copied to copy.db"]);
    for name in ["copy.db", "copy.db-wal", "copy.db-shm"] {
        assert!(!place.path(name).exists(), "{name}");
    }
    state.execute_batch("ALTER TABLE hidden RENAME TO catalogs").unwrap();
    place.run(&copy).code(0);
    place.run(&copy).code(1).says(&["There is a state there already"]);
    assert!(place.path("copy.db").exists());
}

/// A changed backup in an empty state goes on as it is: that it was restored is recorded with what is wrong.
#[test]
fn a_changed_backup_that_is_restored_is_recorded() {
    let place = held();
    place.run(&["user", "add", "max"]).code(0);
    let state = whole(&place);
    let change = "DROP TRIGGER audit_events_are_not_changed; UPDATE audit_events SET detail = 'x' WHERE seq = 1";
    Connection::open(&state).unwrap().execute_batch(change).unwrap();
    place.run(&["backup", "changed.gz"]).code(0);
    std::fs::remove_file(whole(&place)).unwrap();
    let restored = place.run(&["restore", "changed.gz"]).code(1);
    let restored =
        restored.says(&["entry 1 of pstral was changed", "The restoration is recorded", "restore another one"]);
    assert!(!restored.err.contains("audit accept"), "{}", restored.err);
    let tail = place.run(&["audit", "tail"]).code(0).says(&["restore ok"]);
    assert!(tail.out.contains("entry 1 of pstral was changed"), "{}", tail.out);

    // Where the end is not what was signed last, nothing is written on top of it.
    place.run(&["user", "add", "ana"]).code(0);
    std::fs::remove_file(whole(&place)).unwrap();
    place.run(&["restore", "changed.gz"]).code(1).says(&["nothing is recorded in it yet", "audit accept --yes"]);
    place.run(&["user", "add", "eve"]).code(1).says(&["pstral audit accept"]);
}

/// An unsigned backup is signed by the next start where nothing was signed before, and has to be accepted elsewhere.
#[test]
fn what_an_unsigned_backup_needs_is_said_once() {
    let place = held();
    place.run(&["backup", "signed.gz"]).code(0);
    place.write("unsigned", without_heads(&std::fs::read(place.path("signed.gz")).unwrap()));
    std::fs::remove_file(whole(&place)).unwrap();
    let here = place.run(&["restore", "unsigned"]).code(1);
    let here = here.says(&["though this installation has signed heads", "audit accept --yes"]);
    assert!(!here.err.contains("next start"), "{}", here.err);
    place.run(&["user", "add", "max"]).code(1).says(&["pstral audit accept"]);
    let again = place.run(&["restore", "unsigned", "--force"]).code(1).says(&["audit accept --yes"]);
    assert!(!again.err.contains("next start"), "{}", again.err);

    let elsewhere = Place::new();
    std::fs::copy(place.path("unsigned"), elsewhere.path("unsigned")).unwrap();
    let first = elsewhere.run(&["restore", "unsigned"]).code(1).says(&["the next start signs it as it is"]);
    assert!(!first.err.contains("audit accept"), "{}", first.err);
    elsewhere.run(&["user", "add", "max"]).code(0);
    elsewhere.run(&["audit", "verify"]).code(0);
}

/// A backup as a version without signatures wrote it.
fn without_heads(backup: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(backup).read_to_string(&mut text).unwrap();
    let (mut kept, mut table, mut rows) = (Vec::new(), "", 0);
    for line in text.lines().filter(|line| !line.starts_with("{\"end\"")) {
        if !line.starts_with('[') {
            table = line;
        } else if table.contains("\"audit_heads\"") {
            continue;
        } else {
            rows += 1;
        }
        kept.push(line);
    }
    let kept = kept.join("\n") + "\n";
    let end = serde_json::json!({ "end": { "rows": rows, "sha256": sha256(&kept) } });
    format!("{kept}{end}\n")
}

#[test]
fn a_backup_of_a_newer_version_is_told_with_its_own_remedy() {
    let place = Place::new();
    place.write("newer", r#"{"pstral":{"form":1,"migration":9999,"at":"2026-11-26T10:00:00Z"}}"#);
    let newer = place.run(&["restore", "newer"]).code(1);
    let newer = newer.says(&["Nothing was restored", "A newer version of Pstral made it. Install that version"]);
    assert!(!newer.err.contains("its disk"), "{}", newer.err);
}

/// The key is looked for before a state is replaced, not afterwards.
#[test]
fn without_its_key_a_state_is_not_replaced() {
    let place = held();
    place.run(&["backup", "saved.gz"]).code(0);
    place.run(&["user", "add", "max"]).code(0);
    let key = place.path("data/demo/audit.key");
    std::fs::rename(&key, place.path("kept.key")).unwrap();
    place.run(&["restore", "saved.gz", "--force"]).code(1).says(&["the key data/demo/audit.key is gone"]);
    std::fs::rename(place.path("kept.key"), &key).unwrap();
    place.run(&["user", "list"]).code(0).says(&["max"]);
}

#[test]
fn a_damaged_state_is_moved_away_before_a_foreign_backup_replaces_it() {
    let (place, other) = (held(), held());
    other.run(&["backup", "other.gz"]).code(0);
    std::fs::copy(other.path("other.gz"), place.path("other.gz")).unwrap();
    std::fs::write(whole(&place), "no database").unwrap();
    let refused = place.run(&["restore", "other.gz", "--force"]).code(1);
    refused.says(&["could not be saved", "Move data/demo/pstral.db away"]);
}

/// A key that is made before the state can be opened is still recorded as new.
#[test]
fn a_new_key_is_made_once_the_audit_was_read() {
    let place = held();
    let (key, state) = (place.path("data/demo/audit.key"), whole(&place));
    std::fs::remove_file(&key).unwrap();
    let whole = std::fs::read(&state).unwrap();
    std::fs::write(&state, "no database").unwrap();
    place.run(&["audit", "accept", "--yes"]).code(1);
    assert!(!key.exists());
    std::fs::write(&state, whole).unwrap();
    place.run(&["audit", "accept", "--yes"]).code(0).says(&["Recorded and signed"]);
    place.run(&["audit", "verify"]).code(0).says(&["new key: "]);
}

#[test]
fn a_state_is_carried_to_a_server_and_back() {
    let Some(server) = Server::start() else { return };
    let place = held();
    let url = server.url("postgres").expose_secret().to_owned();
    std::fs::write(place.path("address"), &url).unwrap();
    let copy = ["store", "copy", "sqlite://data/demo/pstral.db", "@address"];
    let copied = place.run(&copy).code(0);
    copied.says(&[
        "Copied from data/demo/pstral.db to postgres://127.0.0.1:",
        "set [store] url",
        "The log is intact: ",
    ]);
    place.run(&copy).code(1).says(&["Nothing was copied", "There is a state there already"]);
    place.run(&["store", "copy", "@address", "@address"]).code(2).says(&["Both addresses are the same"]);
    place.run(&["store", "copy", "@nowhere", "@address"]).code(2).says(&["This address cannot be used"]);

    let config = format!("[store]\nurl = \"{url}\"\ninstance = \"two\"\n");
    std::fs::write(place.path("pstral.toml"), config).unwrap();
    // Instances that share a state sign with one key.
    std::fs::create_dir_all(place.path("data")).unwrap();
    std::fs::copy(place.path("data/demo/audit.key"), place.path("data/audit.key")).unwrap();
    let on_server = |words: &[&str]| place.run(&[words, &["--config", "pstral.toml"]].concat());
    on_server(&["user", "list"]).code(0).says(&["zoe · Zoé Blanc"]);
    on_server(&["user", "add", "max"]).code(0);
    on_server(&["audit", "verify"]).code(0).says(&["The log is intact: ", "pstral", "two"]);
    on_server(&["migrate"]).code(0).says(&["up to date"]);
    on_server(&["backup", "saved.gz"]).code(0);
    place.run(&["store", "copy", "@address", "sqlite://back.db"]).code(0).says(&["The log is intact: "]);
    place.run(&["restore", "saved.gz", "--force"]).code(0).says(&["The log is intact: "]);
    place.run(&["user", "list"]).code(0).says(&["max", "zoe"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_somebody_answers_from_is_neither_copied_nor_replaced() {
    let place = held();
    let copy = ["store", "copy", "sqlite://data/demo/pstral.db", "sqlite://copies/there.db"];
    place.run(&copy).code(0);
    // The last one is what older versions lock.
    std::fs::write(place.path("copies/there.db.lock"), "").unwrap();
    for state in ["data/demo/pstral.db", "copies/there.db", "copies/there.db.lock"] {
        let answering = std::fs::File::open(place.path(state)).unwrap();
        answering.lock().unwrap();
        let refused = place.run(&[&copy[..], &["--force"]].concat()).code(1);
        refused.says(&["another program already answers from", state.trim_end_matches(".lock")]);
    }
    place.run(&[&copy[..], &["--force"]].concat()).code(0);
}
