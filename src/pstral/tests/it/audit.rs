//! The audit from the command line: read, exported, verified, and broken by a hand that knows SQL or bytes.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};

use pstral_ollama::testkit::{Answer, ScriptedOllama};
use rusqlite::Connection;

use crate::program::Place;

const STATE: &str = "data/demo/pstral.db";

/// A place where a question was asked, answered and run.
fn after_a_question() -> Place {
    let place = Place::new();
    place.run_with(&["demo"], "List the clients in Paris\n/execute\n/edit DELETE FROM clients\n").code(0);
    place
}

#[test]
fn the_chain_holds_until_one_byte_of_one_row_is_changed() {
    let place = after_a_question();
    place.run(&["audit", "verify"]).code(0).says(&["The log is intact"]);
    let whole = std::fs::read(place.path(STATE)).unwrap();
    for (action, change) in [
        ("execution", "statement = replace(statement, 'Paris', 'Lyon'), actor = actor || 'x'"),
        ("execution", "actor = 'consolf'"),
        ("execution", "statement = replace(statement, 'c.city', 'd.city')"),
        ("execution", "parameters = replace(parameters, 'Paris', 'Parit')"),
        ("execution", "relations = NULL"),
        ("execution", "user_id = user_id + 1"),
        ("result", "row_count = row_count + 1"),
        ("result", "duration_ms = duration_ms + 1"),
        ("result", "target = 'crn'"),
        ("question", "at = at + 1"),
        ("question", "detail = 'List the clients in Parit'"),
        ("question", "place = NULL"),
        ("refusal", "rule = 'not-b-query'"),
        ("refusal", "status = 'ok'"),
        ("refusal", "action = 'question'"),
        ("proposal", "proposal = NULL"),
        ("proposal", "conversation = 7"),
        ("answer", "model = 'another'"),
        ("answer", "platform = 'web'"),
        ("question", "hash = replace(hash, substr(hash, 1, 1), 'z')"),
        ("question", "previous = hash"),
        ("question", "instance = 'pstral2'"),
        ("question", "status = 'perhaps'"),
    ] {
        let seq: i64 = tamper(&place, &format!("SELECT min(seq) FROM audit_events WHERE action = '{action}'"));
        tamper(&place, &format!("UPDATE audit_events SET {change} WHERE seq = {seq} RETURNING seq"));
        let ended = place.run(&["audit", "verify"]).code(1).says(&["The log was tampered with"]);
        let named = [format!("entry {seq} of "), format!("entry {} of ", seq + 1)];
        let says_where = named.iter().any(|name| ended.err.contains(name)) || ended.err.contains("perhaps");
        assert!(says_where, "{change}: entry {seq} in {}", ended.err);
        std::fs::write(place.path(STATE), &whole).unwrap();
    }
    place.run(&["audit", "verify"]).code(0);
}

#[test]
fn entries_taken_out_or_put_in_are_found() {
    let place = after_a_question();
    let whole = std::fs::read(place.path(STATE)).unwrap();
    for change in [
        "DELETE FROM audit_events WHERE seq = 3 RETURNING seq",
        "DELETE FROM audit_events WHERE seq = 1 RETURNING seq",
        "UPDATE audit_events SET seq = seq + 100 WHERE seq = 4 RETURNING seq",
    ] {
        tamper(&place, change);
        place.run(&["audit", "verify"]).code(1).says(&["entries are missing, swapped or added"]);
        let french = place.run(&["audit", "verify", "--locale", "fr"]).code(1);
        assert!(french.err.contains("ne suit pas la précédente") && !french.err.contains("entry"), "{}", french.err);
        std::fs::write(place.path(STATE), &whole).unwrap();
    }
}

#[test]
fn an_audit_without_any_entry_or_without_its_table_does_not_hold() {
    let place = after_a_question();
    let whole = std::fs::read(place.path(STATE)).unwrap();
    for (change, expected) in [
        ("DELETE FROM audit_events", "it holds no entry, though there are users"),
        ("DELETE FROM audit_events; DELETE FROM users", "it holds no entry, though there are users or conversations"),
        ("DROP TABLE audit_events", "its table audit_events is gone, or something else"),
        (
            "ALTER TABLE audit_events RENAME TO hidden; CREATE VIEW audit_events AS SELECT * FROM hidden",
            "something else stands in its place",
        ),
    ] {
        tamper(&place, "SELECT 1");
        let state = Connection::open(place.path(STATE)).unwrap();
        state.execute_batch(&format!("PRAGMA foreign_keys = OFF; {change}")).unwrap();
        drop(state);
        place.run(&["audit", "verify"]).code(1).says(&["The log was tampered with", expected]);
        std::fs::write(place.path(STATE), &whole).unwrap();
    }
    let empty = Place::new();
    empty.run(&["user", "add", "zoe"]).code(0);
    let state = Connection::open(empty.path(STATE)).unwrap();
    state.execute_batch("PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE type = 'trigger'").unwrap();
    drop(state);
    let state = Connection::open(empty.path(STATE)).unwrap();
    state.execute_batch("DELETE FROM audit_events; DELETE FROM users").unwrap();
    drop(state);
    empty.run(&["audit", "verify"]).code(1).says(&["entry 1 of pstral is not the one that was signed"]);
}

#[test]
fn what_cannot_be_read_is_told_in_plain_words() {
    let place = after_a_question();
    let mut tried = 0;
    for column in ["actor = CAST(x'ff' AS TEXT)", "hash = x'ff'", "duration_ms = 'long'"] {
        let whole = std::fs::read(place.path(STATE)).unwrap();
        tamper(&place, "SELECT 1");
        let state = Connection::open(place.path(STATE)).unwrap();
        let change = format!("PRAGMA ignore_check_constraints = ON; UPDATE audit_events SET {column} WHERE seq = 3");
        if state.execute_batch(&change).is_ok() {
            tried += 1;
            drop(state);
            let ended = place.run(&["audit", "verify"]).code(1).says(&["holds what does not belong there"]);
            assert!(!ended.err.contains("Rust") && !ended.err.contains("::"), "{}", ended.err);
        }
        std::fs::write(place.path(STATE), whole).unwrap();
    }
    assert!(tried > 0, "every change was refused");
}

/// Changes the audit as somebody would who owns the file: the triggers go first.
fn tamper(place: &Place, sql: &str) -> i64 {
    let state = Connection::open(place.path(STATE)).unwrap();
    let triggers = "SELECT group_concat('DROP TRIGGER ' || name, ';') FROM sqlite_schema WHERE type = 'trigger'";
    let drop: Option<String> = state.query_row(triggers, [], |row| row.get(0)).unwrap();
    state.execute_batch(&drop.unwrap_or_default()).unwrap();
    let value = state.query_row(sql, [], |row| row.get(0)).unwrap();
    state.pragma_update(None, "wal_checkpoint", "TRUNCATE").unwrap();
    value
}

#[test]
fn a_byte_changed_in_the_file_itself_is_found() {
    let place = after_a_question();
    let mut bytes = std::fs::read(place.path(STATE)).unwrap();
    let refused = b"DELETE FROM clients";
    let places: Vec<usize> =
        bytes.windows(refused.len()).enumerate().filter(|(_, window)| window == refused).map(|(at, _)| at).collect();
    assert!(!places.is_empty(), "the refused statement is in the file as it is");
    for at in places {
        bytes[at] ^= 1;
    }
    place.write(STATE, bytes);
    place.run(&["audit", "verify"]).code(1).says(&["entry ", " was changed"]);
}

#[test]
fn an_audit_that_is_not_there_does_not_hold() {
    let place = Place::new();
    for words in [&["audit", "verify"][..], &["audit", "tail"], &["audit", "export"]] {
        place.run(words).code(1).says(&["There is no state database data/demo/pstral.db"]);
    }
    assert!(!place.path("data").exists(), "looking makes nothing");
    place.write("pstral.db", "not a database, but long enough to be taken for one at first sight");
    place.run(&["audit", "verify", "--data", "."]).code(1).says(&["Failed: state", "[store] url"]);
}

#[test]
fn verifying_changes_nothing_of_the_evidence() {
    let place = after_a_question();
    let contents = || -> BTreeMap<_, _> {
        let files = std::fs::read_dir(place.path("data/demo")).unwrap().map(Result::unwrap);
        files
            .filter(|file| file.path().is_file())
            .map(|file| (file.path(), std::fs::read(file.path()).unwrap()))
            .collect()
    };
    let before = contents();
    place.run(&["audit", "verify"]).code(0).says(&["The log is intact"]);
    assert!(contents() == before, "a file was made or changed");
}

#[test]
fn an_export_of_nothing_has_its_columns() {
    let place = after_a_question();
    let nothing = ["audit", "export", "--format", "csv", "--since", "2100-01-01T00:00:00Z"];
    let ended = place.run(&nothing).code(0).says(&["No event exported"]);
    assert!(ended.out.starts_with("instance,seq,at,") && ended.out.lines().count() == 1, "{}", ended.out);
}

#[test]
fn exports_hold_every_entry() {
    let place = after_a_question();
    let lines = place.run(&["audit", "export"]).code(0);
    let entries: Vec<serde_json::Value> = lines.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let numbers: Vec<i64> = entries.iter().map(|entry| entry["seq"].as_i64().unwrap()).collect();
    assert_eq!(numbers, (1..=i64::try_from(entries.len()).unwrap()).collect::<Vec<_>>());
    assert!(lines.err.contains(&format!("{} events exported", entries.len())), "{}", lines.err);
    assert!(entries.windows(2).all(|two| two[1]["previous"] == two[0]["hash"]), "each names the one before");

    place.run(&["audit", "export", "--format", "csv", "--output", "audit.csv"]).code(0);
    let mut csv = csv::Reader::from_path(place.path("audit.csv")).unwrap();
    let headers = csv.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = csv.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), entries.len() + 1, "the first export is in it too");
    let known = |name: &String| headers.iter().any(|header| header == name);
    for entry in &entries {
        assert!(entry.as_object().unwrap().keys().all(known), "every member has a column: {entry}");
    }
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    for (row, entry) in rows.iter().zip(&entries) {
        assert_eq!(&row[column("hash")], entry["hash"].as_str().unwrap());
        assert_eq!(&row[column("statement")], entry["statement"].as_str().unwrap_or_default());
    }
    let failed = place.run(&["audit", "export", "--output", "none/audit.csv"]).code(1).says(&["none/audit.csv"]);
    assert!(!failed.err.contains("doctor"), "it looks at no files: {}", failed.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_model_wrote_does_not_steer_the_administrators_terminal() {
    let ollama = ScriptedOllama::start("qwen2.5-coder:3b").await;
    let place = Place::with_model(&ollama.url());
    let evil = "\u{1b}]0;pwn\u{7} \u{9b}31m \u{202e}txt";
    ollama.answer(Answer::text(evil));
    place.run_with(&["demo"], "What do you think of our clients?\n").code(0);
    let steers = |c: char| (c.is_control() && c != '\n' && c != '\r') || c == '\u{202e}';
    for words in [
        &["audit", "tail"][..],
        &["audit", "tail", "--json"],
        &["audit", "export"],
        &["audit", "export", "--format", "csv"],
    ] {
        let out = place.run(words).code(0).out;
        assert!(out.contains("]0;pwn"), "{words:?}: {out}");
        assert!(!out.contains(steers), "{words:?}: {out:?}");
    }
    let lines = place.run(&["audit", "export"]).code(0).out;
    let answer = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let told: Vec<_> =
        answer.filter(|entry| entry["action"] == "answer").map(|entry| entry["detail"].clone()).collect();
    assert_eq!(told[0], evil, "nothing of it is lost in JSON");
}

#[test]
fn the_newest_entries_can_be_narrowed() {
    let place = after_a_question();
    let tail = |words: &[&str]| place.run(&[&["audit", "tail"], words].concat());
    let two = tail(&["-n", "2"]).code(0);
    assert!(two.out.lines().count() == 2 && two.out.contains("audit.read ok  tail"), "{}", two.out);
    let refused = tail(&["--status", "refused"]).code(0);
    assert!(refused.out.lines().count() == 1 && refused.out.contains("rule=not-a-query"), "{}", refused.out);
    let run = tail(&["--action", "execution", "--user", "alex", "--target", "crm"]).code(0);
    assert!(run.out.lines().count() == 1 && run.out.contains("SELECT c.company_name"), "{}", run.out);
    assert_eq!(tail(&["--since", "2100-01-01T00:00:00Z"]).code(0).out, "");
    let read = tail(&["--relation", "clients", "--platform", "terminal", "--until", "2100-01-01"]).code(0);
    assert!(read.out.contains("execution ok") && !read.out.contains("question ok"), "{}", read.out);
    let told = tail(&["--text", "LIST THE CLIENTS", "--since", "2h"]).code(0);
    assert!(told.out.lines().count() == 1 && told.out.contains("question ok"), "{}", told.out);
    assert_eq!(tail(&["--relation", "client"]).code(0).out, "");
    tail(&["--user", "nobody"]).code(2).says(&["There is no user nobody"]);
    tail(&["--action", "dance"]).code(2).says(&["use one of: question"]);
    tail(&["--status", "fine"]).code(2).says(&["ok, refused, failed, stopped"]);
    tail(&["--since", "yesterday"]).code(2).says(&["--since"]);
}

#[test]
fn a_head_that_was_printed_finds_what_was_cut_off_since() {
    let place = after_a_question();
    let verified = place.run(&["audit", "verify"]).code(0);
    let head = verified.out.lines().last().unwrap().trim().to_owned();
    assert_eq!(head.split(':').count(), 3, "{head}");
    let nothing = place.run(&["audit", "verify", "--from-head", &head]).code(0);
    assert!(nothing.out.contains(&head) && nothing.out.contains("was not verified"), "{}", nothing.out);
    place.run(&["audit", "tail"]).code(0);
    place
        .run(&["audit", "verify", "--from-head", &head])
        .code(0)
        .says(&["One event verified", "what lies before was not"]);
    place.run(&["audit", "verify", "--head", &head]).code(0).says(&["The log is intact"]);

    let seq: i64 = head.split(':').nth(1).unwrap().parse().unwrap();
    // The beginning is gone: the shortcut does not see it, and everything else does.
    tamper(&place, "DELETE FROM audit_events WHERE seq = 1 RETURNING seq");
    place.run(&["audit", "verify", "--from-head", &head]).code(0);
    place.run(&["audit", "verify", "--head", &head]).code(1).says(&["entry 2 of "]);
    place.run(&["audit", "verify", "--head", "pstral:1"]).code(2).says(&["INSTANCE:SEQ:HASH"]);
    place.run(&["audit", "verify", "--key", "12"]).code(2).says(&["64 hexadecimal digits"]);

    let place = after_a_question();
    let verified = place.run(&["audit", "verify"]).code(0);
    let head = verified.out.lines().last().unwrap().trim().to_owned();
    // Whoever has the database and the folder of the key puts everything back; a head that was written down tells.
    std::fs::remove_dir_all(place.path("data/demo/audit.key.heads")).unwrap();
    tamper(&place, &format!("DELETE FROM audit_events WHERE seq >= {seq} RETURNING seq"));
    tamper(&place, "DELETE FROM audit_heads RETURNING 1");
    place.run(&["audit", "tail"]).code(0);
    place.run(&["audit", "verify"]).code(0);
    let cut = place.run(&["audit", "verify", "--head", &head]).code(1);
    assert!(cut.err.contains(&format!("entry {seq} of ")) && cut.err.contains("written down"), "{}", cut.err);
}

/// The end cut off, or an earlier copy of the whole state put back: what was kept beside the key tells, nothing is written on
/// top, and an administrator can let it go on.
#[test]
fn an_audit_that_is_not_what_was_signed_last_is_found_and_not_written_on() {
    let place = after_a_question();
    tamper(&place, "DELETE FROM audit_events WHERE seq = (SELECT max(seq) FROM audit_events) RETURNING seq");
    place.run(&["audit", "verify"]).code(1).says(&["is not the one that was signed"]);
    let refused = place.run(&["audit", "tail"]).code(1);
    assert!(refused.err.contains("pstral audit accept"), "{}", refused.err);
    let french = place.run(&["audit", "tail", "--locale", "fr"]).code(1).says(&["cherchez qui a écrit dans la base"]);
    assert!(french.err.contains("n’est pas la dernière signée") && !french.err.contains("signed"), "{}", french.err);
    place.run(&["audit", "accept"]).code(1).says(&["is not the one that was signed", "again with --yes"]);
    place.run(&["audit", "accept", "--yes"]).code(0).says(&["Recorded and signed"]);
    place.run(&["audit", "tail"]).code(0).says(&["audit.accepted"]);
    place.run(&["audit", "verify"]).code(0).says(&["The log is intact", "Accepted on"]);
    place.run(&["audit", "accept", "--yes"]).code(0).says(&["nothing to accept"]);

    let (state, copy) = (place.path(STATE), place.path("copy.db"));
    tamper(&place, "SELECT 1");
    std::fs::copy(&state, &copy).unwrap();
    place.run(&["user", "add", "zoe"]).code(0);
    tamper(&place, "SELECT 1");
    std::fs::copy(&copy, &state).unwrap();
    place.run(&["audit", "verify"]).code(1).says(&["is not the one that was signed"]);
    place.run(&["user", "add", "zoe"]).code(1).says(&["pstral audit accept"]);
}

/// An entry that cannot be read stays unreadable, whatever is signed: nothing is accepted, wherever the first fault is.
#[test]
fn an_entry_that_cannot_be_read_is_not_accepted() {
    let place = after_a_question();
    for change in ["action = 'perhaps'", "actor = 'consolf'"] {
        tamper(&place, "SELECT 1");
        let state = Connection::open(place.path(STATE)).unwrap();
        let last = "(SELECT max(seq) FROM audit_events)";
        state
            .execute_batch(&format!(
                "PRAGMA ignore_check_constraints = ON;
                 UPDATE audit_events SET {change} WHERE seq = 2;
                 UPDATE audit_events SET action = 'perhaps' WHERE seq = {last} - 1"
            ))
            .unwrap();
        drop(state);
        let before = tamper(&place, "SELECT max(seq) FROM audit_events");
        for words in [&["audit", "accept"][..], &["audit", "accept", "--yes"]] {
            let told = place
                .run(words)
                .code(1)
                .says(&["an entry can no longer be read", "cannot be accepted; nothing was changed. Restore a backup"]);
            assert!(!told.err.contains("--yes"), "{}", told.err);
        }
        place.run(&["audit", "accept", "--locale", "fr"]).code(1).says(&["Une entrée illisible ne peut pas être"]);
        assert_eq!(tamper(&place, "SELECT max(seq) FROM audit_events"), before);
    }
}

#[test]
fn nothing_is_recorded_while_the_newest_head_cannot_be_kept() {
    let place = Place::new();
    let add = |name: &str| place.run(&["user", "add", name]);
    let behind = |place: &Place| place.run(&["audit", "verify"]).code(0).err.contains("the newest head beside the key");
    add("ann").code(0);
    assert!(!behind(&place));
    let lock = place.path("data/demo/audit.key.heads/lock");
    std::fs::remove_file(&lock).unwrap();
    std::fs::create_dir(&lock).unwrap();
    add("bob").code(0);
    assert!(behind(&place));
    for refused in [add("eve"), place.run(&["audit", "tail"])] {
        refused.code(1).says(&["lock: Is a directory", "read and write the folder of [audit] key"]);
    }
    std::fs::remove_dir(&lock).unwrap();
    add("eve").code(0);
    assert!(!behind(&place));

    // None is kept any more, as where somebody removed it to put an earlier copy of the state back.
    std::fs::remove_dir_all(place.path("data/demo/audit.key.heads")).unwrap();
    place.run(&["audit", "verify"]).code(0).says(&["no head is kept beside the key", "audit.key.heads away"]);
}

/// A file beside the key that is no head of this installation's: it is named wherever it stops something, with what to do.
#[test]
fn a_kept_head_that_is_not_ours_is_named_with_its_remedy() {
    let place = after_a_question();
    let other = Place::new();
    other.run(&["user", "add", "zoe"]).code(0);
    let folder = "data/demo/audit.key.heads";
    let mut theirs = std::fs::read_dir(other.path(folder)).unwrap().map(|file| file.unwrap().path());
    let theirs = theirs.find(|file| file.extension().is_some_and(|ending| ending == "note")).unwrap();
    let file = format!("{folder}/theirs.note");
    for (content, english, french) in [
        (b"garbage\n".to_vec(), "does not hold a signed head", "ne contient pas de tête signée"),
        (b"\xff\xfe".to_vec(), "does not hold a signed head", "ne contient pas de tête signée"),
        (std::fs::read(theirs).unwrap(), "is not signed with this installation’s key", "n’est pas signée avec la clé"),
    ] {
        place.write(&file, content);
        for words in ["user add max", "audit verify", "audit accept", "doctor"] {
            let words: Vec<&str> = words.split(' ').collect();
            let told = place.run(&words).code(1).says(&[&file, english, "move it out of its folder"]);
            assert!(!told.err.contains("wrote to the state database"), "{}", told.err);
            let told = place.run(&[&words[..], &["--locale", "fr"]].concat()).code(1);
            let told = format!("{}{}", told.out, told.err).replace('\u{a0}', " ").replace('\u{202f}', " ");
            assert!([&file, french, "sortez-le de son dossier"].iter().all(|part| told.contains(part)), "{told}");
            assert!(!told.contains("signed"), "{told}");
        }
        std::fs::remove_file(place.path(&file)).unwrap();
        place.run(&["audit", "verify"]).code(0);
    }
    place.write(&file, "garbage");
    place.run(&["audit", "accept", "--yes"]).code(0).says(&["Recorded and signed", "The log is intact"]);
    assert!(!place.path(&file).exists());
    place.run(&["user", "add", "max"]).code(0);
}

/// What proves an entry is verified where there is no state, by the program and by the small verifier.
#[test]
fn an_entry_and_the_growth_of_the_audit_are_proved_without_the_state() {
    let place = after_a_question();
    let key = place.run(&["audit", "key"]).code(0).out.trim().to_owned();
    let elsewhere = Place::new();
    let write = |name: &str, text: &str| std::fs::write(elsewhere.path(name), text).unwrap();
    let checked = |name: &str, key: &str| {
        let file = elsewhere.path(name).display().to_string();
        elsewhere.run(&["audit", "check", &file, "--key", key])
    };
    write("old", &place.run(&["audit", "head"]).code(0).out);
    let proof = place.run(&["audit", "prove", "2"]).code(0).out;
    write("proof", &proof);
    checked("proof", &key).code(0).says(&["Entry 2 of ", " is in the log: "]);
    checked("proof", &"0".repeat(64)).code(1).says(&["signed with another key"]);
    write("changed", &proof.replace("\"status\":\"ok\"", "\"status\":\"failed\""));
    checked("changed", &key).code(1).says(&["The entry in the proof was changed"]);
    write("twice", &proof.replacen("\"action\":", "\"action\":\"forged\",\"action\":", 1));
    let twice =
        checked("twice", &key).code(1).says(&["not a proof of Pstral’s: a member is there twice (line 1, column "]);
    assert!(!twice.out.contains("forged"), "only what was verified is shown: {}", twice.out);
    write("reserved", &proof.replacen("\"action\":", "\"private\":\"forged\",\"action\":", 1));
    checked("reserved", &key).code(1).says(&["The entry in the proof was changed"]);
    for (content, why) in [
        (&b"{}"[..], "not a proof of Pstral’s: a member is missing, or is not one of a proof. Use one that"),
        (b"\nnothing", "not a proof of Pstral’s: it is not JSON from line 2 on"),
        (b"\n\n\xff", "is not a text file: line 3 is not UTF-8"),
    ] {
        elsewhere.write("nothing", content);
        let nothing = checked("nothing", &key).code(1).says(&[why]);
        assert!(!nothing.err.contains("stream did not"), "{}", nothing.err);
    }
    let old = elsewhere.path("old").display().to_string();
    write("grown", &place.run(&["audit", "consistency", &old]).code(0).out);
    checked("grown", &key).code(0).says(&["went on from entry", "without a change"]);
    let small = pstral_auditproof::Proof::read(&proof).unwrap().verify(&[key.parse().unwrap()]);
    assert!(matches!(small, Ok(pstral_auditproof::Verified::Entry(entry)) if entry.seq == 2));
    place.run(&["audit", "prove", "4000"]).code(1).says(&["has no entry 4000"]);
    place.run(&["audit", "head", "--instance", "other"]).code(1).says(&["no signed head"]);
}

/// A damaged head in a file is not passed over: nothing was compared with it.
#[test]
fn each_head_of_a_file_is_compared_or_named() {
    let place = after_a_question();
    let head = || place.run(&["audit", "head"]).code(0).out;
    let first = head();
    place.run(&["user", "add", "max"]).code(0);
    let heads = format!("\n{first}\n{}", head());
    let verify = |content: &[u8]| {
        place.write("heads", content);
        place.run(&["audit", "verify", "--head", "heads"])
    };
    let whole = verify(heads.as_bytes()).code(0).says(&["The log is intact", "2 heads of heads were compared"]);
    assert!(!whole.err.contains("signed head"), "{}", whole.err);
    for (damaged, place, compared) in [
        (heads.replacen("\n\n—", "\n—", 1), "line 2", 1),
        (heads.replacen("— pstral.audit", "— qstral.audit", 1), "line 2", 1),
        (heads.trim_end()[..heads.len() - 9].to_owned(), "line 11", 1),
        (heads.replace('\n', "\r\n").replacen("\r\n", "\n", 1), "heads does not hold a signed head", 0),
        (heads.replacen("pstral.audit", " pstral.audit", 1), "line 2", 1),
        (format!("{heads}kept by hand\n"), "line 19", 2),
        (format!("x\n{heads}\n\ny"), "lines 1, 22", 2),
    ] {
        let told = verify(damaged.as_bytes()).says(&[place]);
        assert_eq!(told.code, Some(if compared == 0 { 2 } else { 1 }), "{told:?}");
        let count = ["", "One head of heads was compared", "2 heads of heads were compared"][compared];
        assert!(told.out.contains(count) && told.out.contains("intact") == (compared > 0), "{told:?}");
    }
    // The last one is damaged: whoever asks for a proof from it is told that it is from another.
    place.write("heads", &heads.trim_end()[..heads.len() - 9]);
    place.run(&["audit", "consistency", "heads"]).code(0).says(&["heads, line 11: this is not a whole signed head"]);

    verify(b"\n\xff").code(2).says(&["heads is not a text file: line 2 is not UTF-8"]);
    place.run(&["audit", "verify", "--head", "data"]).code(2).says(&["data is not a regular file"]);
    place.run(&["audit", "verify", "--head", "/dev/null"]).code(2).says(&["/dev/null is not a regular file"]);
    place.run(&["audit", "consistency", "nowhere"]).code(2).says(&["nowhere could not be read: No such file"]);
    place.run(&["audit", "check", "data"]).code(1).says(&["data could not be read: Is a directory"]);
}

/// The head that the state still holds is recorded where the one beside the key cannot be read any more.
#[test]
fn what_was_signed_before_is_recorded_although_the_kept_head_is_damaged() {
    let place = after_a_question();
    let last = tamper(&place, "SELECT max(seq) FROM audit_events");
    let notes = std::fs::read_dir(place.path("data/demo/audit.key.heads")).unwrap();
    let mut notes = notes.map(|file| file.unwrap().path());
    let note = notes.find(|file| file.extension().is_some_and(|ending| ending == "note")).unwrap();
    std::fs::write(&note, "garbage").unwrap();
    let cut = "nothing shows whether entries were cut off the end of the log";
    place.run(&["audit", "accept"]).code(1).says(&[cut, "does not hold a signed head"]);
    tamper(&place, &format!("DELETE FROM audit_events WHERE seq = {last} RETURNING seq"));
    place.run(&["audit", "accept"]).code(1).says(&[cut, "is not the one that was signed"]);
    place.run(&["audit", "accept", "--yes"]).code(0).says(&["Recorded and signed", "The log is intact"]);
    let accepted = place.run(&["audit", "verify"]).code(0).err;
    let file = note.file_name().unwrap().to_str().unwrap();
    for part in [file, "is not the one that was written down", &format!("signed before: pstral:{last}:")] {
        assert!(accepted.contains(part), "{part}: {accepted}");
    }
}

/// Accepting restores no entry: whoever accepts learns that verifying goes on to name it, and how to verify what follows.
#[test]
fn what_accepting_does_not_mend_is_said() {
    let place = after_a_question();
    tamper(&place, "UPDATE audit_events SET detail = 'forged' WHERE seq = 2 RETURNING seq");
    let accepted = place.run(&["audit", "accept", "--yes"]).code(0);
    let said = accepted.says(&["Recorded and signed", "entry 2 of pstral was changed", "will keep naming this entry"]);
    let command = said.err.lines().find_map(|line| line.split_once("from now on: pstral ")).unwrap().1.to_owned();
    let command: Vec<&str> = command.split(' ').collect();
    place.run(&["user", "add", "max"]).code(0);
    place.run(&["audit", "verify"]).code(1).says(&["entry 2 of pstral was changed"]);
    place.run(&command).code(0).says(&["verified after the heads that were given"]);
    tamper(
        &place,
        "UPDATE audit_events SET detail = 'x' WHERE seq = (SELECT max(seq) FROM audit_events) RETURNING seq",
    );
    place.run(&command).code(1).says(&["was changed"]);
}

#[test]
fn an_emptied_audit_is_recorded_in_words() {
    let place = after_a_question();
    place.run(&["user", "add", "max"]).code(0);
    tamper(&place, "SELECT 1");
    Connection::open(place.path(STATE)).unwrap().execute_batch("DELETE FROM audit_events").unwrap();
    place.run(&["audit", "accept", "--yes"]).code(0);
    let shown = place.run(&["audit", "verify"]).err;
    assert!(shown.contains("the audit is gone: it holds no entry, though there are users or conversations"), "{shown}");
}

/// The command says what `--yes` would do, also where nothing but a damaged file tells that anything was signed.
#[test]
fn a_key_that_is_gone_with_its_heads_is_told_before_it_is_made_anew() {
    let place = after_a_question();
    let notes = std::fs::read_dir(place.path("data/demo/audit.key.heads")).unwrap();
    for file in notes.map(|file| file.unwrap().path()) {
        std::fs::write(file, "garbage").unwrap();
    }
    let key = place.path("data/demo/audit.key");
    std::fs::remove_file(&key).unwrap();
    tamper(&place, "SELECT 1");
    Connection::open(place.path(STATE)).unwrap().execute_batch("DELETE FROM audit_heads").unwrap();
    place.run(&["audit", "accept"]).code(1).says(&[
        "the key data/demo/audit.key is gone",
        "“pstral audit accept --yes” makes a new key and records it",
        "nothing shows whether entries were cut off",
    ]);
    assert!(!key.exists());
    place.run(&["audit", "accept", "--yes"]).code(0);
    place.run(&["audit", "verify"]).code(0).says(&["does not hold a signed head; signed before: ; new key: "]);
}

#[test]
fn what_comes_is_followed_until_it_is_interrupted() {
    let place = after_a_question();
    let mut command = place.pstral(&["audit", "tail", "-f", "-n", "1", "--action", "audit.read"]);
    let mut following = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(following.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.next().unwrap().contains("audit.read ok  tail"), "its own reading");
    place.run(&["user", "add", "zoe"]).code(0);
    place.run(&["audit", "tail"]).code(0);
    let next = lines.next().unwrap();
    assert!(next.contains("audit.read ok  tail"), "only what is asked for: {next}");
    let id = following.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert!(following.wait().unwrap().success());
}
