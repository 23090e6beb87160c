//! Two installations, of which one is the witness of the other.

use std::net::TcpListener;

use pstral_auditproof::{Checkpoint, Note, VerifierKey};
use rusqlite::Connection;

use super::{configure, installed, kept, run, stop};
use crate::bot::{Bot, until};
use crate::program::Place;

/// The witness of an installation's audit, its address and its key. The installation sends it its heads from now on.
fn witnessed(place: &Place) -> (Place, VerifierKey) {
    let log = run(place, &["audit", "key", "--vkey"]).code(0).out;
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let witness = Place::new();
    witness.write(
        "pstral.toml",
        format!(
            "data = \"state\"\nlocale = \"en\"\n[admin]\nlisten = \"127.0.0.1:{port}\"\n\
             [witness]\nname = \"witness.example/w1\"\n[[witness.log]]\nkey = \"{}\"\n",
            log.trim()
        ),
    );
    let key = run(&witness, &["audit", "witness-key"]).code(0).out.trim().to_owned();
    configure(place, &format!("[[audit.witness]]\nurl = \"http://127.0.0.1:{port}/witness\"\nkey = \"{key}\""));
    (witness, key.parse().unwrap())
}

/// The head that the witness cosigned last, as the installation keeps it.
fn cosigned(place: &Place, key: &VerifierKey) -> Option<u64> {
    let note: Note = std::fs::read_to_string(kept(place, "witnesses").first()?).unwrap().parse().unwrap();
    assert!(key.cosigned_at(&note).is_some(), "{note}");
    Some(Checkpoint::of(&note).unwrap().size)
}

#[test]
fn a_witness_cosigns_what_grows_and_tells_a_rewritten_audit() {
    let place = installed("");
    let (elsewhere, key) = witnessed(&place);
    run(&place, &["doctor"]).says(&["audit-heads witness witness.example/w1 · ", "The next head is sent by itself"]);
    let witness = Bot::start(&elsewhere);
    run(&place, &["doctor"]).says(&["audit-heads witness witness.example/w1 · ok · entry "]);
    assert!(kept(&place, "witnesses").is_empty(), "looking keeps nothing");
    let old = run(&place, &["audit", "head"]).code(0).out;

    let mut last = 0;
    for _ in 0..2 {
        let bot = Bot::start(&place);
        until("it is cosigned", || cosigned(&place, &key).is_some_and(|size| size > last));
        last = cosigned(&place, &key).unwrap();
        let metrics = bot.get("/metrics").unwrap();
        let up = r#"pstral_part_up{kind="audit-heads",name="witness witness.example/w1"} 1"#;
        assert!(metrics.contains(up), "{metrics}");
        stop(bot);
        run(&place, &["user", "add", &format!("user-{last}")]).code(0);
    }
    let file = kept(&place, "witnesses").remove(0);
    let file = file.to_str().unwrap();
    run(&place, &["audit", "verify", "--head", file]).code(0).says(&["The log is intact"]);
    let refused = || run(&elsewhere, &["audit", "tail", "--action", "witness.refused"]).code(0).out;
    assert_eq!(refused(), "");
    // Somebody sends an old head again, which must not hide what follows.
    assert!(ask(&elsewhere, &format!("old 0\n\n{old}")).starts_with("HTTP/1.1 409"));
    assert_eq!(refused().lines().count(), 1);

    // What the witness saw is forgotten here, and it tells.
    std::fs::remove_file(file).unwrap();
    run(&place, &["doctor"]).says(&["audit-heads witness witness.example/w1 · ok"]);

    // Whoever has the database and the folder of the key writes another history, first a shorter and then a longer one.
    std::fs::remove_file(place.path("state/pstral.db")).unwrap();
    std::fs::remove_dir_all(place.path("state/audit.key.heads")).unwrap();
    for number in 0..last + 20 {
        run(&place, &["user", "add", &format!("other-{number}")]).code(0);
        if number > 0 && number < last + 19 {
            continue;
        }
        run(&place, &["audit", "verify"]).code(0);
        let bot = Bot::start(&place);
        until("it is told", || bot.get("/readyz").unwrap().contains("the audit or its witness was changed"));
        let ready = bot.get("/readyz").unwrap();
        assert!(ready.starts_with("HTTP/1.0 200") && ready.contains("\"failed\""), "{ready}");
        let ended = stop(bot);
        assert!(ended.err.contains("audit head refused: the audit or its witness was changed"), "{}", ended.err);
        run(&place, &["doctor"]).code(1).says(&["audit-heads witness witness.example/w1 · failed", "kept elsewhere"]);
        run(&place, &["doctor", "--locale", "fr"]).code(1).says(&["le témoin a vu "]);
    }
    assert!(refused().lines().count() > 1, "{}", refused());
    stop(witness);
}

#[test]
fn the_endpoint_answers_as_the_protocol_has_it() {
    let place = installed("");
    let (elsewhere, _) = witnessed(&place);
    let bot = Bot::start(&elsewhere);
    let head = run(&place, &["audit", "head"]).code(0).out;
    let post = |body: &str| ask(&elsewhere, body);
    let first = post(&format!("old 0\n\n{head}"));
    assert!(first.starts_with("HTTP/1.1 200") && first.contains("\r\n\r\n— witness.example/w1 "), "{first}");
    let conflict = post(&format!("old 0\n\n{head}"));
    assert!(conflict.starts_with("HTTP/1.1 409") && conflict.contains("content-type: text/x.tlog.size"), "{conflict}");
    let size = head.lines().nth(1).unwrap();
    assert!(conflict.ends_with(&format!("\r\n\r\n{size}\n")), "{conflict}");
    let old = format!("old {size}\n\n{head}");
    for (body, status) in [
        (old.clone(), "200"),
        (old.replace(&format!("old {size}"), "old 1000000"), "400"),
        (old.replace("pstral.audit/pstral", "pstral.audit/other"), "404"),
        (old.replace("time 20", "time 30"), "403"),
        ("rubbish".to_owned(), "400"),
        ("x".repeat(20_000), "413"),
    ] {
        let answer = post(&body);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{status}: {answer}");
    }
    stop(bot);
    a_witness_without_its_files_cosigns_nothing(&elsewhere, || post(&old));
    // Without a log it is no witness.
    let file = std::fs::read_to_string(elsewhere.path("pstral.toml")).unwrap();
    elsewhere.write("pstral.toml", file.split("[witness]").next().unwrap());
    let bot = Bot::start(&elsewhere);
    assert!(post(&old).starts_with("HTTP/1.1 404"));
    stop(bot);
}

/// Damages the record of a witness that cosigned heads of one log, and then takes its key away.
fn a_witness_without_its_files_cosigns_nothing(witness: &Place, asked: impl Fn() -> String) {
    run(witness, &["doctor"]).says(&["witness · ok · heads of one log were cosigned"]);
    let mut files = std::fs::read_dir(witness.path("state/witness.key.logs")).unwrap().map(|file| file.unwrap().path());
    let record = files.find(|file| file.extension().is_some_and(|ending| ending == "note")).unwrap();
    let kept = std::fs::read(&record).unwrap();
    std::fs::write(&record, "").unwrap();
    let bot = Bot::start(witness);
    let answer = asked();
    assert!(answer.starts_with("HTTP/1.1 500") && !answer.contains(".note"), "{answer}");
    let ready = bot.get("/readyz").unwrap();
    assert!(ready.starts_with("HTTP/1.0 200") && ready.contains("this is not a head that this witness has"), "{ready}");
    stop(bot);
    run(witness, &["doctor"]).code(1).says(&["witness · failed · ", "Restore the file from a backup"]);

    std::fs::write(&record, kept).unwrap();
    let key = witness.path("state/witness.key");
    let secret = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    for command in [&["doctor"][..], &["run"], &["audit", "witness-key"]] {
        run(witness, command).says(&["witness.key, and it is gone", "move the “.logs” folder beside it away"]);
        assert!(!key.exists(), "{command:?} made another key");
    }
    std::fs::write(&key, secret).unwrap();
    run(witness, &["doctor"]).says(&["witness · ok"]);
}

/// A log learns that its head was refused even while the witness cannot record it, which it does once it can.
#[test]
fn a_refusal_that_cannot_be_recorded_is_answered_and_recorded_later() {
    let place = installed("");
    let (elsewhere, _) = witnessed(&place);
    let bot = Bot::start(&elsewhere);
    let old = run(&place, &["audit", "head"]).code(0).out;
    run(&place, &["user", "add", "max"]).code(0);
    let head = run(&place, &["audit", "head"]).code(0).out;
    assert!(ask(&elsewhere, &format!("old 0\n\n{head}")).starts_with("HTTP/1.1 200"));
    let refused = || {
        let answer = ask(&elsewhere, &format!("old 0\n\n{old}"));
        let size = head.lines().nth(1).unwrap();
        assert!(answer.starts_with("HTTP/1.1 409") && answer.ends_with(&format!("\r\n\r\n{size}\n")), "{answer}");
    };
    let state = Connection::open(elsewhere.path("state/pstral.db")).unwrap();
    let full = "CREATE TRIGGER is_full BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'full'); END";
    state.execute_batch(full).unwrap();
    refused();
    state.execute_batch("DROP TRIGGER is_full").unwrap();
    let recorded = || run(&elsewhere, &["audit", "tail", "--action", "witness.refused"]).code(0).out.lines().count();
    assert_eq!(recorded(), 0);
    refused();
    refused();
    assert_eq!(recorded(), 1);
    let told = "refused head of another audit not recorded; trying again when it is sent again";
    assert_eq!(stop(bot).err.matches(told).count(), 1);
}

/// The whole answer of a witness to a head.
fn ask(witness: &Place, body: &str) -> String {
    use std::io::{Read as _, Write as _};
    let config = std::fs::read_to_string(witness.path("pstral.toml")).unwrap();
    let address = config.split('"').find(|word| word.starts_with("127.0.0.1:")).unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let length = body.len();
    let head = format!(
        "POST /witness/add-checkpoint HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    // It may answer before it has read all.
    let _ = stream.write_all(body.as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8(answer).unwrap()
}
