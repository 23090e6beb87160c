//! Help, users and configuration from the command line.

use rusqlite::Connection;

use crate::program::Place;

#[test]
fn every_command_has_help() {
    let place = Place::new();
    for command in [
        "",
        "demo",
        "run",
        "doctor",
        "sql",
        "sql check",
        "audit",
        "audit tail",
        "audit verify",
        "audit export",
        "audit key",
        "prune",
        "user export",
        "user erase",
        "user",
        "user add",
        "user list",
        "user edit",
        "user link-code",
        "user confirm",
        "user links",
        "user unlink",
        "user password",
        "user disable",
        "user enable",
        "verified",
        "verified list",
        "verified show",
        "verified approve",
        "verified retire",
        "verified export",
        "verified check",
        "policy",
        "policy explain",
        "policy test",
        "config",
        "config check",
        "migrate",
        "backup",
        "restore",
        "store",
        "store copy",
    ] {
        let words: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let ended = place.run(&words).code(0).says(&["Usage: pstral", "--config <FILE>"]);
        assert!(ended.out.lines().next().is_some_and(|first| first.contains(' ')), "{ended:#?}");
    }
    place.run(&["--version"]).code(0).says(&[concat!("pstral ", env!("CARGO_PKG_VERSION"))]);
    place.run(&["conquer"]).code(2).says(&["unrecognized subcommand"]);
    place.run(&["demo", "--locale", "de"]).code(2).says(&["fr or en"]);
}

#[test]
fn users_are_made_listed_linked_and_disabled() {
    let place = Place::new();
    for words in [&["user", "list"][..], &["user", "link-code", "zoe"], &["user", "disable", "zoe"]] {
        place.run(words).code(1).says(&["There is no state database data/demo/pstral.db"]);
    }
    assert!(!place.path("data").exists(), "looking makes nothing");
    let add = ["user", "add", "Zoe", "--full-name", "Zoé Blanc", "--email", "zoe@example.org", "--role", "admin"];
    place.run(&add).code(0).says(&["zoe has been created"]);
    place.run(&["user", "add", "zoe"]).code(2).says(&["zoe already exists"]);
    place.run(&["user", "add", "a b"]).code(2).says(&["1 to 64 letters"]);
    place
        .run(&["user", "add", "max", "--role", "king"])
        .code(2)
        .says(&["“king” is not in the configuration", "admin, member"]);
    place.run(&["user", "list"]).code(0).says(&["zoe · Zoé Blanc · admin · fr · zoe@example.org"]);
    place.run(&["user", "list", "--locale", "fr"]).code(0).says(&["zoe · Zoé Blanc · administrateur · fr"]);
    let json = place.run(&["user", "list", "--json"]).code(0).out;
    let listed: serde_json::Value = serde_json::from_str(json.trim()).unwrap();
    assert_eq!((&listed["username"], &listed["disabled"]), (&"zoe".into(), &false.into()), "{json}");

    let code = place.run(&["user", "link-code", "zoe"]).code(0).says(&["/link "]).out;
    assert_eq!(code.trim().split('-').map(str::len).collect::<Vec<_>>(), [4, 4, 4], "{code}");
    let stored: String = Connection::open(place.path("data/demo/pstral.db"))
        .unwrap()
        .query_row("SELECT group_concat(hash) FROM link_codes", [], |row| row.get(0))
        .unwrap();
    assert!(stored.len() == 64 && !stored.contains(code.trim()), "codes are hashed at rest: {stored}");

    for words in [["user", "link-code", "nobody"], ["user", "disable", "nobody"]] {
        place.run(&words).code(2).says(&["There is no user nobody"]);
    }
    place.run(&["user", "disable", "zoe"]).code(2).says(&["nobody could look after users", "--force"]);
    place.run(&["user", "disable", "zoe", "--force"]).code(0).says(&["zoe is disabled"]);
    place.run(&["user", "list"]).code(0).says(&["(disabled)"]);
    place.run(&["user", "disable", "zoe", "--undo"]).code(0).says(&["zoe is enabled"]);
    let audit = place.run(&["audit", "tail", "--json"]).code(0).out;
    for action in ["user.added", "link.code", "user.changed", "audit.read"] {
        assert!(audit.contains(&format!("\"action\":\"{action}\"")), "{action}: {audit}");
    }
    assert!(!audit.contains(code.trim()), "the code itself is nowhere in the audit");
}

#[test]
fn what_cannot_be_audited_changes_nobody() {
    let place = Place::new();
    place.run(&["user", "add", "zoe"]).code(0);
    let state = || Connection::open(place.path("data/demo/pstral.db")).unwrap();
    let full = "CREATE TRIGGER full BEFORE INSERT ON audit_events WHEN NEW.action IN
        ('user.added', 'user.changed', 'link.code', 'link') BEGIN SELECT RAISE(ABORT, 'no room'); END";
    state().execute_batch(full).unwrap();
    let people = || -> (i64, i64, i64, i64) {
        let sql = "SELECT (SELECT count(*) FROM users), (SELECT sum(disabled) FROM users),
            (SELECT count(*) FROM link_codes), (SELECT count(*) FROM links)";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
        state().query_row(sql, [], read).unwrap()
    };
    let before = people();
    for words in [&["user", "add", "max"][..], &["user", "link-code", "zoe"], &["user", "disable", "zoe"], &["demo"]] {
        place.run(words).code(1).says(&["Failed: "]);
        assert_eq!(people(), before, "{words:?}");
    }
}

const TEN_FAULTS: &str = r#"
locale = "de"
colour = "red"
[store]
url = "mysql://x"
[model]
url = "ftp://x"
nme = "x"
temperature = 9
context_tokens = "many"
[limits]
rows = 0
[log]
format = "xml"
[targets.crm]
path = "crm.db"
"#;

#[test]
fn every_fault_of_a_configuration_is_told_at_once() {
    let place = Place::new();
    place.write("ten.toml", TEN_FAULTS);
    let mut command = place.pstral(&["config", "check", "--config", "ten.toml"]);
    command.env_remove("PSTRAL__MODEL__URL");
    let ended = crate::program::feed(command, b"").code(2).says(&["The configuration has 10 errors"]);
    let keys: Vec<&str> = ended.err.lines().filter_map(|line| Some(line.split_once(": ")?.0)).collect();
    let expected = [
        "colour",
        "limits.rows",
        "locale",
        "log.format",
        "model.context_tokens",
        "model.nme",
        "model.temperature",
        "model.url",
        "store.url",
        "targets.crm.kind",
    ];
    assert_eq!(keys, expected, "{}", ended.err);
    assert!(ended.err.contains("Did you mean model.name?"), "{}", ended.err);
    for words in [&["run"][..], &["doctor"], &["audit", "verify"], &["user", "list"]] {
        let words: Vec<&str> = words.iter().copied().chain(["--config", "ten.toml"]).collect();
        place.run(&words).code(2).says(&["model.nme: there is no such key"]);
    }
}

#[test]
fn the_environment_is_checked_like_a_file() {
    let place = Place::new();
    let mut command = place.pstral(&["config", "check"]);
    command.env("PSTRAL__MODEL__NAM", "x").env("PSTRAL__FOO", "1").env("PSTRAL__LIMITS__ROWS", "many");
    let ended = crate::program::feed(command, b"").code(2).says(&[
        "model.nam: there is no such key. Did you mean model.name?",
        "foo: there is no such key. Remove it",
        "limits.rows: the value does not fit",
    ]);
    assert!(ended.err.contains("3 errors"), "{}", ended.err);
}

#[cfg(feature = "matrix")]
#[test]
fn an_avatar_is_looked_at() {
    let place = Place::new();
    let config = "data = \"data\"\n[platforms.matrix]\nenabled = true\nhomeserver = \"https://example.org\"\n\
                  passphrase = \"x\"\navatar = \"pstral.png\"\n";
    place.write("pstral.toml", config);
    std::fs::create_dir(place.path("data")).unwrap();
    let check = ["config", "check", "--config", "pstral.toml"];
    let unusable = "platforms.matrix.avatar: the file data/pstral.png cannot be used";
    place.run(&check).code(2).says(&[unusable, "The file cannot be read"]);
    place.write("data/pstral.png", "<svg/>");
    place.run(&check).code(2).says(&[unusable, "It is not a PNG, JPEG, GIF or WebP image"]);
    place.write("data/pstral.png", b"\x89PNG\r\n\x1a\n...");
    place.run(&check).code(0);
}

#[test]
fn what_is_shipped_passes_and_what_is_missing_is_told() {
    let place = Place::new();
    for name in ["default", "docker"] {
        let file = format!("{}/../../config/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        place.run(&["config", "check", "--config", &file]).code(0).says(&["The configuration is fine"]);
    }
    place.run(&["config", "check"]).code(0).says(&["it describes one database"]);
    // The files it names are looked for too: these are not on this machine.
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/example.toml");
    place.run(&["config", "check", "--config", example]).code(2).says(&[
        "targets.crm.path: the file /srv/crm.db cannot be used",
        "targets.crm.verified: the file /etc/pstral/verified.toml cannot be used",
        "2 errors",
    ]);
    place.run(&["config", "check", "--config", "none.toml"]).code(2).says(&["none.toml: there is no such file"]);
    place.write("broken.toml", "[model\n");
    place.run(&["config", "check", "--config", "broken.toml"]).code(2).says(&["broken.toml: line 1, column "]);
    place.run(&["config", "check", "--config", "."]).code(2).says(&[".: this is a folder"]);
    place.write("secret.toml", "[model]\napi_key = \"TOPSECRETKEY");
    for words in [&["config", "check"][..], &["run"], &["doctor"], &["user", "list"], &["audit", "verify"]] {
        let words: Vec<&str> = words.iter().copied().chain(["--config", "secret.toml"]).collect();
        let ended = place.run(&words).code(2).says(&["secret.toml: line 2, column "]);
        assert!(!ended.err.contains("TOPSECRET") && !ended.out.contains("TOPSECRET"), "{ended:#?}");
    }
    place.run(&["run"]).code(2).says(&["pstral run --config FILE"]);
}

#[test]
fn the_language_is_the_one_asked_for_else_the_systems_else_the_configurations() {
    let place = Place::new();
    place.write("en.toml", "locale = \"en\"");
    for (language, words, expected) in [
        ("C", &["config", "check", "--config", "en.toml"][..], "The configuration is fine"),
        ("fr_FR.UTF-8", &["config", "check", "--config", "en.toml"], "La configuration est bonne"),
        ("fr_FR.UTF-8", &["config", "check", "--config", "en.toml", "--locale", "en"], "The configuration is fine"),
        ("C", &["config", "check"], "La configuration est bonne"),
    ] {
        let mut command = place.pstral(words);
        command.env("LANG", language);
        crate::program::feed(command, b"").code(0).says(&[expected]);
    }
    // One with faults says its language, too.
    for fault in ["[audit]\nhead_file = \"\"", "[model]\napi_key_file = \"none\"", "[answers]\nhistory_turns = \"x\""] {
        place.write("wrong.toml", format!("locale = \"en\"\n{fault}"));
        for (language, expected) in
            [("C", "The configuration has one error"), ("fr", "La configuration contient une erreur")]
        {
            let mut command = place.pstral(&["config", "check", "--config", "wrong.toml"]);
            command.env("LANG", language);
            crate::program::feed(command, b"").code(2).says(&[expected]);
        }
    }
}
