//! Tests of pruning and erasure from the command line: data is counted first and then deleted, and the audit still
//! verifies.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use pstral::config::Source;
use pstral::retention::Retention;
use pstral_core::domain::EventBody;
use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus};
use pstral_core::ports::People as _;
use pstral_core::ports::{AuditFilter, AuditLog as _};
use pstral_core::testkit::language_model::Script;
use pstral_store::Store;
use rusqlite::Connection;

use crate::program::{Ended, Place, feed};
use crate::world::{alex, camille, run_test};

const STATE: &str = "data/demo/pstral.db";
const KEY: &str = "data/demo/audit.key";

/// Runs a command where the audit stays for three days, and its words for one.
fn keeping_three_days(place: &Place, words: &[&str]) -> Ended {
    let mut command = place.pstral(words);
    command.env("PSTRAL__RETENTION__AUDIT_DAYS", "3").env("PSTRAL__RETENTION__AUDIT_TEXTS_DAYS", "1");
    feed(command, b"")
}

/// A state whose audit begins with ten entries of five days ago and ten of two days ago.
fn with_a_past() -> Place {
    let place = Place::new();
    place.run(&["user", "add", "zoe"]).code(0);
    // With its key, or the program would miss what it signed.
    std::fs::remove_dir_all(place.path("data/demo")).unwrap();
    std::fs::create_dir_all(place.path("data/demo")).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Store::open(&place.path(STATE), "pstral").await.unwrap();
        for days in [5, 2] {
            for _ in 0..10 {
                let at = Timestamp::now() - jiff::SignedDuration::from_hours(24 * days);
                let mut event = AuditEvent::new(at, AuditAction::Question, AuditStatus::Ok);
                event.detail = Some("words of old".to_owned());
                store.append(event).await.unwrap();
            }
        }
        store.close().await;
    });
    place.run(&["user", "add", "zoe"]).code(0);
    place
}

#[test]
fn what_is_over_is_counted_and_then_gone() {
    let place = with_a_past();
    place.run(&["prune"]).code(0).says(&["Nothing is due for deletion.", "kept for ever"]);
    let counted = ["audit · before ", "audit entries: 10", "words in the audit · before ", "pstral prune --yes"];
    keeping_three_days(&place, &["prune"]).code(0).says(&counted);
    keeping_three_days(&place, &["prune"]).code(0).says(&counted);
    let french = keeping_three_days(&place, &["prune", "--locale", "fr"]).code(0);
    french.says(&["entrées d’audit\u{a0}: 10", "Rien n’a été supprimé"]);

    keeping_three_days(&place, &["prune", "--yes"]).code(0).says(&["audit entries: 10", "All of this was removed."]);
    keeping_three_days(&place, &["prune"]).code(0).says(&["Nothing is due for deletion."]);
    // Ten of two days ago, that of the user, and two that say what went.
    place.run(&["audit", "verify"]).code(0).says(&["The log is intact: 13 events verified"]);
    let left = place.run(&["audit", "tail", "-n", "99"]).code(0).out;
    assert!(!left.contains("words of old") && left.contains("audit.pruned ok  rows=10"), "{left}");
}

#[test]
fn a_checkpoint_holds_with_its_key_alone() {
    let place = with_a_past();
    let key = place.run(&["audit", "key"]).code(0).out.trim().to_owned();
    assert!(key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(place.path(KEY)).unwrap().permissions().mode() & 0o777, 0o600);
    }
    keeping_three_days(&place, &["prune", "--yes"]).code(0);
    assert_eq!(place.run(&["audit", "key"]).code(0).out.trim(), key, "it stays the same");
    place.run(&["audit", "verify"]).code(0);
    place.run(&["audit", "verify", "--public-key", &key]).code(0);
    let other = "ab".repeat(32);
    let refused = place.run(&["audit", "verify", "--key", &other]).code(1);
    refused.says(&["what vouches for pstral at entry ", "is signed with another key", &key]);
    place.run(&["audit", "verify", "--key", &other, "--key", &key]).code(0);
    place.run(&["audit", "verify", "--key", "abc"]).code(2).says(&["64 hexadecimal digits"]);

    // Evidence on another machine, where the key is not.
    std::fs::rename(place.path(KEY), place.path("kept.key")).unwrap();
    place.run(&["audit", "verify"]).code(1).says(&["with another key"]);
    place.run(&["audit", "verify", "--key", &key]).code(0);
    // Nobody makes a new key in silence; what the one before vouched for goes on once that is accepted, checkpoints too.
    for words in [&["prune", "--yes"][..], &["audit", "tail"], &["audit", "key"], &["audit", "accept"]] {
        place.run(words).code(1).says(&["the key data/demo/audit.key is gone", "pstral audit accept --yes"]);
    }
    place.run(&["audit", "tail", "--locale", "fr"]).code(1).says(&["la clé data/demo/audit.key a disparu"]);
    assert!(!place.path(KEY).exists());
    place.run(&["audit", "accept", "--yes"]).code(0).says(&["Recorded and signed", "The log is intact"]);
    let new = place.run(&["audit", "key"]).code(0).out.trim().to_owned();
    assert_ne!(new, key);
    let mut late = place.pstral(&["prune", "--yes"]);
    late.env("PSTRAL__RETENTION__AUDIT_DAYS", "1");
    feed(late, b"").code(0).says(&["audit entries: 10"]);
    place.run(&["audit", "verify"]).code(0).says(&["Accepted on", &format!("new key: {new}")]);
    place.run(&["audit", "verify", "--key", &key]).code(1).says(&["with another key"]);
}

/// Heads in the database alone are enough: a key that is gone with the heads beside it is not made again in silence.
#[test]
fn a_key_that_is_gone_with_its_heads_is_not_made_again() {
    let place = Place::new();
    place.run(&["user", "add", "zoe"]).code(0);
    std::fs::remove_file(place.path(KEY)).unwrap();
    std::fs::remove_dir_all(place.path("data/demo/audit.key.heads")).unwrap();
    place.run(&["user", "add", "max"]).code(1).says(&["the key data/demo/audit.key is gone"]);
    place
        .run(&["doctor"])
        .code(1)
        .says(&["audit · failed · the audit was signed, and the key data/demo/audit.key is gone"]);
    assert!(!place.path(KEY).exists());
    place.run(&["audit", "accept", "--yes"]).code(0).says(&["Recorded and signed"]);
    place.run(&["user", "add", "max"]).code(0);
    place.run(&["audit", "verify"]).code(0).says(&["Accepted on", "signed with another key"]);
}

#[test]
fn an_audit_that_does_not_hold_is_not_pruned() {
    let place = with_a_past();
    let state = Connection::open(place.path(STATE)).unwrap();
    state
        .execute_batch("DROP TRIGGER audit_events_are_not_changed; UPDATE audit_events SET target = 'x' WHERE seq = 3")
        .unwrap();
    state.execute_batch("INSERT INTO wrong_codes (platform, actor, tried_at) VALUES ('terminal', 'zoe', 7)").unwrap();
    drop(state);
    let ended = keeping_three_days(&place, &["prune", "--yes"]).code(1);
    ended.says(&["Nothing was removed from the audit", "entry 3 of pstral was changed"]);
    let state = Connection::open(place.path(STATE)).unwrap();
    let entries: i64 = state.query_row("SELECT count(*) FROM audit_events", [], |row| row.get(0)).unwrap();
    let codes: i64 = state.query_row("SELECT count(*) FROM wrong_codes", [], |row| row.get(0)).unwrap();
    // What is of another class goes, and is recorded.
    assert_eq!((entries, codes), (22, 0));
}

#[test]
fn a_person_is_handed_theirs_and_then_forgotten() {
    let place = Place::new();
    place.run_with(&["demo"], "List the clients in Paris\n/execute\n").code(0);
    place.run(&["user", "add", "zoe", "--role", "admin"]).code(0);
    let listed = place.run(&["user", "list"]).code(0).out;
    let name = listed.lines().find(|line| !line.starts_with("zoe")).unwrap().split(' ').next().unwrap().to_owned();

    place.run(&["user", "export", "nobody"]).code(2).says(&["There is no user nobody"]);
    place.run(&["user", "export", &name, "-o", "theirs.json"]).code(0).says(&["theirs.json, readable by you alone"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(place.path("theirs.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let printed = place.run(&["user", "export", &name]).code(0).out;
    for text in [std::fs::read_to_string(place.path("theirs.json")).unwrap(), printed] {
        let theirs: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(theirs["user"]["username"], name.as_str());
        assert_eq!(theirs["turns"][0]["content"], "List the clients in Paris");
        assert!(theirs["audit"].as_array().unwrap().len() > 5, "{text}");
    }

    let dry = place.run(&["user", "erase", &name]).code(0);
    dry.says(&["messages: ", "audit entries to be redacted: ", "Nothing was removed. This cannot be undone"]);
    place.run(&["user", "export", &name]).code(0).says(&["List the clients in Paris"]);
    let gone = place.run(&["user", "erase", &name, "--yes"]).code(0);
    gone.says(&["is forgotten; what was done stays in the audit as done by erased-1"]);
    place.run(&["user", "list"]).code(0).says(&["erased-1 · ", "(disabled)"]);
    place.run(&["user", "export", &name]).code(2);
    place.run(&["audit", "verify"]).code(0).says(&["The log is intact"]);
    let bytes = std::fs::read(place.path(STATE)).unwrap();
    for words in ["in Paris", name.as_str()] {
        let found = bytes.windows(words.len()).any(|window| window == words.as_bytes());
        assert!(!found, "{words} is still in the file");
    }
    place.run(&["user", "erase", "zoe", "--yes"]).code(2).says(&["zoe is the last user who can manage users"]);
    place.run(&["user", "erase", "erased-1", "--yes"]).code(0);
    place.run(&["audit", "verify"]).code(0);
}

#[test]
fn somebody_is_forgotten_while_they_are_answered() {
    run_test(async |world| {
        let words = "Let me think about all of what alex wants to know for a good while.";
        world.model.script(Script::words(words).every(Duration::from_millis(20)));
        let answering = world.begin(&alex(), EventBody::Said("What do you make of our customers?".to_owned()));
        world.sent_and_remembered().await;
        let user = world.store.linked(&alex()).await.unwrap().unwrap();
        let erased = world.store.erase(&*world.store, &user, &[], Timestamp::now(), None).await.unwrap().unwrap();
        assert!(erased.entries > 0, "{erased:?}");
        answering.await.unwrap();
        // What was written after that goes the next time.
        let stays = world.store.user_named(&format!("erased-{}", user.id.0)).await.unwrap().unwrap();
        world.store.erase(&*world.store, &stays, &[], Timestamp::now(), None).await.unwrap().unwrap();
        let theirs = AuditFilter { user: Some(user.id), ..AuditFilter::default() };
        let theirs = world.store.tail(&theirs, 100).await.unwrap();
        assert!(theirs.len() > 2 && theirs.iter().all(|entry| entry.event.detail.is_none()), "{theirs:?}");
        world.store.verify_audit(&[], &pstral_core::domain::NoKey).await.unwrap();
        // Nobody else is held up.
        world.model_says("Gladly.");
        world.say(&camille(), "Bonjour ?").await;
        assert!(world.newest().contains("Gladly."), "{}", world.transcript());
    });
}

/// What the program prunes by itself is recorded where failures are counted; without a record nothing goes.
#[test]
fn nothing_is_pruned_that_cannot_be_recorded() {
    run_test(async |world| {
        world.store.count_wrong_code(&alex(), Timestamp::UNIX_EPOCH).await.unwrap();
        let mut config = pstral::config::load(&Source::Demo, Some(world.folder.path())).unwrap();
        config.retention.proposals_days = 1;
        let retention = Retention::new(&config, Arc::clone(&world.store), Arc::clone(&world.audit) as _);
        let count = async || retention.prunings(Timestamp::now()).await.unwrap().len();
        let due = count().await;
        assert!(due > 0);
        world.audit.refuse(&[AuditAction::AuditPruned]);
        retention.prune(Timestamp::now(), None).await.unwrap_err();
        assert_eq!(count().await, due);
        world.audit.refuse(&[]);
        retention.prune(Timestamp::now(), None).await.unwrap();
        assert_eq!(count().await, 0);
    });
}
