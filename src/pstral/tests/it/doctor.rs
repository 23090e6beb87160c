//! `pstral doctor` on installations that are whole and that are not.

use pstral_ollama::testkit::ScriptedOllama;
use serde_json::Value;

use crate::admin_oidc::real::issuer;
use crate::program::Place;

const TARGET: &str = "[targets.crm]\nkind = \"sqlite\"\npath = \"crm.db\"\n";

fn parts(json: &str) -> Vec<(String, String)> {
    let report: Value = serde_json::from_str(json).unwrap();
    let member = |part: &Value, name: &str| part[name].as_str().unwrap().to_owned();
    let parts = report["parts"].as_array().unwrap();
    for part in parts {
        let mended = part["state"] == "ok";
        assert_eq!(part["remedy"] == "", mended, "a remedy where one is needed: {part}");
        assert!(!member(part, "fact").is_empty(), "{part}");
    }
    parts.iter().map(|part| (member(part, "part"), member(part, "state"))).collect()
}

fn found(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(part, state)| ((*part).to_owned(), (*state).to_owned())).collect()
}

/// Makes the state database, as an administrator does first.
fn with_state(place: &Place) {
    place.run(&["user", "add", "zoe", "--config", "pstral.toml"]).code(0);
}

#[test]
fn without_a_state_database_the_rest_is_looked_at_and_none_is_made() {
    let place = Place::new();
    place.write("pstral.toml", format!("data = \"new\"\n{TARGET}"));
    place.run(&["doctor", "--config", "pstral.toml"]).code(1).says(&[
        "state · failed · there is no state database new/pstral.db",
        "→ pstral run, or pstral user add NAME, makes it",
        "model · degraded",
        "target crm · failed",
    ]);
    assert!(!place.path("new").exists(), "looking makes nothing");
}

#[test]
fn without_a_model_it_is_degraded_and_says_how_to_get_one() {
    let place = Place::new();
    place.run(&["demo"]).code(0);
    place.run(&["doctor"]).code(0).says(&[
        "state · ok · SQLite",
        "model · degraded · ",
        "→ Start Ollama",
        "target crm · ok",
    ]);
    let json = place.run(&["doctor", "--json"]).code(0).out;
    let expected = [
        ("state", "ok"),
        ("data folder", "ok"),
        ("model", "degraded"),
        ("target crm", "ok"),
        ("platform terminal", "ok"),
    ];
    assert_eq!(parts(&json), found(&expected));
}

#[test]
fn a_target_that_cannot_be_read_fails() {
    let place = Place::new();
    place.write("pstral.toml", format!("data = \".\"\n{TARGET}"));
    with_state(&place);
    let doctor = ["doctor", "--config", "pstral.toml"];
    place.run(&doctor).code(1).says(&[
        "target crm · failed · ",
        "the file does not exist",
        "→ Check [targets.crm] path",
    ]);
    place.write("crm.db", "this is no database, though it is long enough to be one");
    place.run(&doctor).code(1).says(&["target crm · failed · ", "not a SQLite database", "→ Check [targets.crm] path"]);
    let json = place.run(&["doctor", "--json", "--config", "pstral.toml"]).code(1).out;
    assert_eq!(
        parts(&json),
        found(&[
            ("state", "ok"),
            ("data folder", "ok"),
            ("model", "degraded"),
            ("target crm", "failed"),
            ("platforms", "degraded"),
        ])
    );
    assert!(json.contains("\"ok\": false"), "{json}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_data_folder_that_cannot_be_written_fails() {
    let place = Place::new();
    // Nobody makes files there, root neither.
    place.write("pstral.toml", format!("data = \"/proc/self\"\n{TARGET}"));
    place
        .run(&["doctor", "--config", "pstral.toml"])
        .code(1)
        .says(&["data folder · failed · /proc/self cannot be written", "→ Give the account that runs Pstral"]);
    place
        .run(&["config", "check", "--config", "pstral.toml"])
        .code(2)
        .says(&["data: the file /proc/self cannot be used"]);
}

#[test]
fn an_installation_without_targets_says_so() {
    let place = Place::new();
    place.write("pstral.toml", "data = \".\"");
    with_state(&place);
    place.run(&["doctor", "--config", "pstral.toml"]).code(0).says(&[
        "targets · degraded",
        "[targets]",
        "platforms · degraded · none is configured",
        "→ Turn on a way to write to Pstral",
    ]);
}

#[test]
fn a_denial_that_names_nothing_is_told() {
    let place = Place::new();
    place.run(&["demo"]).code(0);
    let deny = "deny = [\"oauth_email_acounts\", \"users.password\", \"clients.email\"]\n";
    place.write("pstral.toml", format!("data = \"data/demo\"\n{TARGET}{deny}"));
    let ended = place.run(&["doctor", "--config", "pstral.toml"]).code(0).says(&["target crm policy · degraded"]);
    assert!(ended.out.contains("can read: oauth_email_acounts, users.password"), "{}", ended.out);
    assert!(!ended.out.contains("clients.email"), "{}", ended.out);
}

#[test]
fn parts_that_stop_the_start_are_named_with_their_remedy() {
    let place = Place::new();
    place.write("verified.toml", "[[query]]\nid = \"x\"\n");
    place.write("pstral.toml", format!("data = \".\"\n{TARGET}verified = \"verified.toml\"\n"));
    let doctor = ["doctor", "--config", "pstral.toml"];
    place.run(&doctor).code(1).says(&[
        "target crm · failed · ",
        "verified.toml: x: it is not of the form of a verified query. (missing field",
        "→ Correct this file",
    ]);
    place.write("pstral.toml", "data = \".\"\n[store]\nurl = \"sqlite://pstral.toml\"\n");
    place.run(&doctor).code(1).says(&["state · failed · ", "→ Put the backup of the state database in its place"]);
}

#[test]
fn what_another_program_holds_is_told_as_that() {
    let place = Place::new();
    place.run(&["demo"]).code(0);
    let keep = |file: &str| {
        let held = rusqlite::Connection::open(place.path(file)).unwrap();
        held.execute_batch("BEGIN EXCLUSIVE").unwrap();
        held
    };
    let held = keep("data/demo/crm.db");
    place.run(&["doctor"]).code(1).says(&["target crm · failed · busy: ", "→ Wait and try again, or stop the other"]);
    drop(held);
    let _held = keep("data/demo/pstral.db");
    place.run(&["doctor"]).code(1).says(&["state · failed · ", "→ Stop the other program that holds the state"]);
    place.run(&["user", "add", "zoe"]).code(1).says(&["Failed: state", "Stop the other program that holds the state"]);
}

/// A full disk is a failure where the result is what was asked for; a reader who has seen enough is none.
#[cfg(target_os = "linux")]
#[test]
fn a_result_that_is_lost_is_a_failure() {
    let place = Place::new();
    place.run(&["demo"]).code(0);
    for words in ["doctor", "doctor --json", "audit verify", "audit tail", "audit export", "user list", "config check"]
    {
        for (to, code) in [("> /dev/full", 1), ("> /dev/null", 0), ("| true; exit ${PIPESTATUS[0]}", 0)] {
            let mut shell = place.command("bash");
            shell.args(["-c", &format!("'{}' {words} {to}", env!("CARGO_BIN_EXE_pstral"))]);
            let ended = crate::program::feed(shell, b"");
            assert_eq!(ended.code, Some(code), "{words} {to}: {ended:#?}");
            assert_eq!(ended.err.contains("No space left"), code == 1, "{words} {to}: {ended:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_server_is_asked_whether_it_has_the_model() {
    let ollama = ScriptedOllama::start("qwen2.5-coder:3b").await;
    let place = Place::with_model(&ollama.url());
    place.write("pstral.toml", "data = \".\"");
    with_state(&place);
    let doctor = ["doctor", "--config", "pstral.toml"];
    place.run(&doctor).code(0).says(&["model · ok · ", "qwen2.5-coder:3b"]);
    ollama.install(&[("another:1b", 1)]);
    place
        .run(&doctor)
        .code(0)
        .says(&["model · degraded", "→ Run: pstral model pull qwen2.5-coder:3b --config pstral.toml"]);
}

#[test]
fn the_provider_of_company_accounts_is_asked_for_its_description() {
    let Some(issuer) = issuer() else { return };
    let place = Place::new();
    let doctor = |issuer: &str| {
        place.write(
            "pstral.toml",
            format!(
                "data = \".\"\n[admin]\nlisten = \"127.0.0.1:0\"\npublic_url = \"https://pstral.example.org\"\n\
                 [admin.oidc]\nissuer = \"{issuer}\"\nclient_id = \"pstral\"\nclient_secret = \"secret\"\nclaim = \"email\"\n"
            ),
        );
        if !place.path("pstral.db").exists() {
            with_state(&place);
        }
        place.run(&["doctor", "--config", "pstral.toml"])
    };
    doctor(issuer).code(0).says(&[&format!("company accounts · ok · {issuer} answers.")]);
    doctor("http://127.0.0.1:1")
        .code(1)
        .says(&["company accounts · failed · http://127.0.0.1:1 cannot be used: ", "→ Check issuer in [admin.oidc]"]);
}

#[test]
fn a_file_that_holds_no_key_is_told_in_the_readers_language() {
    let place = Place::new();
    place.write("pstral.toml", "data = \".\"\n[witness]\nname = \"w\"");
    with_state(&place);
    for (words, key) in [
        ("doctor", "audit.key"),
        ("user add max", "audit.key"),
        ("audit verify", "audit.key"),
        ("audit witness-key", "witness.key"),
    ] {
        place.write(key, "not a key");
        let words: Vec<&str> = words.split(' ').chain(["--config", "pstral.toml", "--locale", "fr"]).collect();
        place.run(&words).code(1).says(&[&format!("./{key} ne contient pas de clé de Pstral")]);
    }
}

#[cfg(unix)]
#[test]
fn keys_that_others_can_read_are_found() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    place.write("pstral.toml", format!("data = \".\"\n[witness]\nname = \"w\"\n{TARGET}"));
    with_state(&place);
    place.run(&["audit", "witness-key", "--config", "pstral.toml"]).code(0);
    let doctor = |locale| place.run(&["doctor", "--config", "pstral.toml", "--locale", locale]);
    for name in ["audit", "witness"] {
        let part = format!("{name} key · ");
        let before = doctor("en").out;
        assert!(!before.contains(&part), "it is made for its owner alone: {before}");
        std::fs::set_permissions(place.path(&format!("{name}.key")), std::fs::Permissions::from_mode(0o644)).unwrap();
        doctor("en").says(&[
            &format!("{part}degraded · others on this machine can reach ./{name}.key (mode 644)"),
            &format!("→ Close it to others: chmod 600 ./{name}.key\n"),
        ]);
        doctor("fr")
            .says(&[&format!("ont accès à ./{name}.key (mode 644)"), "quiconque possède cette clé peut signer"]);
    }
}

#[cfg(unix)]
#[test]
fn a_state_database_that_others_can_read_is_found() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    place.write("pstral.toml", format!("data = \".\"\n{TARGET}"));
    with_state(&place);
    let doctor = || place.run(&["doctor", "--config", "pstral.toml"]).out;
    assert!(!doctor().contains("state file"), "it is made for its owner alone");
    std::fs::set_permissions(place.path("pstral.db"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let out = doctor();
    assert!(out.contains("state file · degraded · others on this machine can reach ./pstral.db (mode 644)"), "{out}");
    assert!(out.contains("chmod 600 ./pstral.db*"), "{out}");
}
