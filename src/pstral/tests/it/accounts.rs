//! Users changed, their accounts and their passwords, from the command line.

use rusqlite::Connection;

use crate::program::Place;

fn state(place: &Place) -> Connection {
    Connection::open(place.path("data/demo/pstral.db")).unwrap()
}

#[test]
fn users_are_changed() {
    let place = Place::new();
    place.run(&["user", "add", "zoe", "--role", "admin"]).code(0);
    place.run(&["user", "add", "max", "--email", "max"]).code(2).says(&["This address does not have the form"]);
    place.run(&["user", "add", "max", "--full-name", "a\u{202e}b"]).code(2).says(&["120 characters at most"]);
    place.run(&["user", "add", "max"]).code(0);
    place.run(&["user", "edit", "max"]).code(2).says(&["There is nothing to change"]);
    place.run(&["user", "edit", "max", "--rename", "ZOE"]).code(2).says(&["zoe already exists"]);
    place.run(&["user", "edit", "nobody", "--email", "a@b.fr"]).code(2).says(&["There is no user nobody"]);
    let edit = ["user", "edit", "MAX", "--full-name", "Max Roy", "--email", "max@example.org", "--language", "en"];
    place.run(&edit).code(0).says(&["max · Max Roy · member · en · max@example.org"]);
    place
        .run(&["user", "edit", "max", "--rename", "max.roy", "--role", "steward"])
        .code(0)
        .says(&["max.roy · Max Roy"]);
    place.run(&["user", "edit", "zoe", "--role", "member"]).code(2).says(&["nobody could look after users", "--force"]);
    place.run(&["user", "edit", "zoe", "--role", "member", "--force"]).code(0);
    place.run(&["user", "disable", "max.roy"]).code(0);
    place.run(&["user", "link-code", "max.roy"]).code(2).says(&["pstral user enable max.roy"]);
    place.run(&["user", "enable", "max.roy"]).code(0).says(&["max.roy is enabled"]);

    // The audit names users by number, also the one that was to be made, and repeats neither names nor addresses.
    let audit = place.run(&["audit", "tail", "--json"]).code(0).out;
    let numbered =
        audit.lines().filter(|line| line.contains("\"action\":\"user.")).all(|line| line.contains("\"user\":"));
    assert!(numbered, "{audit}");
    assert!(audit.contains("max username=max.roy role=steward"), "{audit}");
    assert!(!audit.contains("Roy") && !audit.contains("max@example.org"), "{audit}");
}

#[test]
fn who_asks_in_the_chat_is_confirmed_here() {
    let place = Place::new();
    let demo = place.run_with(&["demo"], "/unlink yes\n/link\n").code(0);
    let code = demo.out.split_whitespace().find(|word| word.matches('-').count() == 2 && word.len() == 14);
    let code = code.unwrap_or_else(|| panic!("no code: {demo:#?}")).to_lowercase().replace('-', " ");
    place.run(&["user", "add", "zoe"]).code(0);
    place.run(&["user", "links", "zoe"]).code(0).says(&["No account is linked to zoe"]);
    place.run(&["user", "confirm", "AAAA-BBBB-CCCC", "zoe"]).code(2).says(&["No linking request has this code"]);
    place.run(&["user", "confirm", &code, "zoe"]).code(0).says(&["(terminal console) is now linked to zoe"]);
    place.run(&["user", "confirm", &code, "zoe"]).code(2).says(&["No linking request has this code"]);
    place.run(&["user", "links", "zoe"]).code(0).says(&["terminal console", "on request"]);
    let json = place.run(&["user", "links", "zoe", "--json"]).code(0).out;
    let link: serde_json::Value = serde_json::from_str(json.trim()).unwrap();
    assert_eq!((&link["id"], &link["how"], &link["by"]), (&"console".into(), &"request".into(), &().into()), "{json}");

    place.run(&["user", "unlink", "zoe", "terminal", "other"]).code(2).says(&["Say which account of zoe"]);
    place.run(&["user", "unlink", "zoe", "terminal"]).code(2).says(&["<ID>"]);
    place.run(&["user", "unlink", "zoe"]).code(0).says(&["terminal console is no longer an account of zoe"]);
    place.run(&["user", "unlink", "zoe"]).code(2).says(&["Say which account of zoe"]);
    let audit = place.run(&["audit", "tail", "--json"]).code(0).out;
    for action in ["link.requested", "link.attempt", "link", "unlink"] {
        assert!(audit.contains(&format!("\"action\":\"{action}\"")), "{action}: {audit}");
    }
}

#[test]
fn several_accounts_are_taken_away_one_by_one_or_all() {
    let place = Place::new();
    place.run(&["user", "add", "zoe"]).code(0);
    let link =
        "INSERT INTO links (platform, actor, user_id, linked_at) VALUES ('fake', 'a b', 1, 0), ('fake', 'c', 1, 1),
        ('fake', 'd', 1, 2)";
    state(&place).execute_batch(link).unwrap();
    place.run(&["user", "unlink", "zoe"]).code(2).says(&["Say which account of zoe"]);
    place.run(&["user", "unlink", "zoe", "fake", "a b"]).code(0).says(&["fake a b is no longer"]);
    place.run(&["user", "unlink", "zoe", "--all"]).code(0).says(&["fake c is no longer", "fake d is no longer"]);
    place.run(&["user", "links", "zoe"]).code(0).says(&["No account is linked to zoe"]);
}

#[test]
fn passwords_are_read_hashed_and_removed() {
    let place = Place::new();
    place.run(&["user", "add", "zoe"]).code(0);
    let set = |input: &[u8]| place.run_with(&["user", "password", "zoe"], input);
    let kept = || -> Option<String> {
        state(&place).query_row("SELECT password_hash FROM users", [], |row| row.get(0)).unwrap()
    };
    set(b"short\n").code(2).says(&["A password has at least 12 characters"]);
    set(b"").code(2).says(&["A password has at least 12 characters"]);
    set(b"\xff\xfe invalid password\n").code(2).says(&["is not text"]);
    set("x".repeat(300).as_bytes()).code(2).says(&["at most 256"]);
    assert_eq!(kept(), None);
    let ended = set(b"correct horse battery\nsecond line\n").code(0).says(&["The password of zoe is set"]);
    assert!(!ended.out.contains("horse") && !ended.err.contains("horse"), "{ended:#?}");
    assert!(kept().is_some_and(|hash| hash.starts_with("$argon2id$v=19$m=65536,t=3,p=4$")), "{:?}", kept());
    let everything = std::fs::read(place.path("data/demo/pstral.db")).unwrap();
    assert!(!String::from_utf8_lossy(&everything).contains("correct horse"), "only its hash");
    place.run(&["user", "password", "zoe", "--remove"]).code(0).says(&["zoe has no password any more"]);
    assert_eq!(kept(), None);
    place
        .run_with(&["user", "password", "nobody"], "correct horse battery\n")
        .code(2)
        .says(&["There is no user nobody"]);
    let audit = place.run(&["audit", "tail", "--json"]).code(0).out;
    assert_eq!(audit.matches("\"action\":\"password.set\"").count(), 2, "{audit}");
}
