//! `pstral verified`: listing, deciding, exporting and checking.

use insta::assert_snapshot;
use rusqlite::Connection;

use crate::program::{Ended, Place};

const FILE: &str = r#"
[[query]]
id = "all-clients"
fr = "Liste les clients"
en = "List the clients"
statement = "SELECT name FROM clients"
verified_by = "Claire"
verified_on = "2026-01-31"
"#;

/// An installation with a query in its file, and one proposed by Camille in a chat.
fn place() -> Place {
    let place = Place::new();
    let target = "[targets.crm]\nkind = \"sqlite\"\npath = \"crm.db\"\nverified = \"verified.toml\"\n";
    place.write("pstral.toml", format!("data = \".\"\n{target}"));
    place.write("verified.toml", FILE);
    change(&place, "crm.db", "CREATE TABLE clients (id INTEGER PRIMARY KEY, name TEXT, city TEXT)");
    for user in [&["camille"][..], &["sacha", "--role", "steward", "--full-name", "Sacha Roux"]] {
        verified(&place, &[&["user", "add"], user].concat()).code(0);
    }
    let proposed = "INSERT INTO verified_queries (target, id, source, state, version, fr, en, statement, parameters,
        verified_by, verified_on, proposed_by, proposed_at) VALUES ('crm', 'named-clients', 'chat', 'proposed', 1, '',
        'Which clients have a name? \"quoted\"', 'SELECT id\nFROM clients\nWHERE NOT name IS NULL AND city = :city',
        '[{\"name\":\"city\",\"kind\":\"text\",\"column\":\"clients.city\",\"default\":\"Nice\"}]', '', '', 1,
        1795255200000)";
    change(&place, "pstral.db", proposed);
    place
}

fn change(place: &Place, database: &str, sql: &str) {
    Connection::open(place.path(database)).unwrap().execute_batch(sql).unwrap();
}

fn verified(place: &Place, words: &[&str]) -> Ended {
    place.run(&[words, &["--config", "pstral.toml"]].concat())
}

const APPROVE: [&str; 6] = ["verified", "approve", "crm", "named-clients#1", "--by", "sacha"];

#[test]
fn what_waits_is_shown_and_approved_by_a_steward() {
    let place = place();
    verified(&place, &["verified", "check"]).code(0).says(&["crm: one verified query is valid."]);
    assert_snapshot!(verified(&place, &["verified", "list"]).code(0).out, @r#"
    crm/all-clients#1 · verified in the file · List the clients
    crm/named-clients#1 · waits for approval · Which clients have a name? "quoted"
    "#);
    assert_snapshot!(verified(&place, &["verified", "show", "crm", "named-clients"]).code(0).out, @r#"
    crm/named-clients#1 · waits for approval · Which clients have a name? "quoted"
    fr: (not written yet)
    en: Which clients have a name? "quoted"
    ```sql
    SELECT id
    FROM clients
    WHERE NOT name IS NULL AND city = :city
    ```
    `:city=text clients.city Nice`
    Proposed by camille on 21 November 2026.
    "#);
    let approve = |id: &str, by: &str| verified(&place, &["verified", "approve", "crm", id, "--by", by]);
    approve("named-clients", "sacha").code(2).says(&["Say which version you have read: named-clients#1", "fr: (not"]);
    approve("named-clients#1", "nobody").code(2).says(&["There is no user nobody"]);
    approve("named-clients#1", "camille").code(1).says(&["Only stewards"]);
    approve("nothing#1", "sacha").code(2).says(&["crm has no verified query “nothing”"]);
    approve("all-clients#1", "sacha").code(1).says(&["is in the file of verified queries"]);
    verified(&place, &APPROVE).code(0).says(&["crm/named-clients#2 · verified · Which clients have a name?"]);
    verified(&place, &APPROVE).code(2).says(&["named-clients#2"]);
    verified(&place, &["audit", "tail", "--action", "verified.approved"]).code(0).says(&["WHERE NOT name IS NULL"]);
    verified(&place, &["audit", "verify"]).code(0);
    let json = verified(&place, &["verified", "list", "crm", "--json"]).code(0).out;
    let named: serde_json::Value = serde_json::from_str(json.lines().nth(1).unwrap()).unwrap();
    assert_eq!((&named["used"], &named["verified_by"]), (&true.into(), &"Sacha Roux".into()), "{json}");
    verified(&place, &["verified", "retire", "crm", "named-clients#2", "--by", "sacha"]).code(0).says(&["retired"]);
    verified(&place, &["verified", "list", "erp"]).code(2).says(&["no database “erp”"]);
}

#[test]
fn what_was_approved_in_a_chat_goes_into_the_file() {
    let place = place();
    verified(&place, &["verified", "export", "crm"]).code(0).says(&["nothing to export"]);
    verified(&place, &["catalog", "refresh"]).code(0);
    verified(&place, &APPROVE).code(0);
    let exported = verified(&place, &["verified", "export", "crm"]).code(0).out;
    let queries = pstral::verified::verified_queries(&exported).unwrap();
    assert_eq!(queries[0].statement.lines().count(), 6, "as the guard writes it: {exported}");
    let day = queries[0].verified_on.clone();
    assert_snapshot!(exported.replace(&day, "TODAY"), @r#"
    [[query]]
    id = "named-clients"
    en = 'Which clients have a name? "quoted"'
    statement = """
    SELECT
      id
    FROM
      clients
    WHERE
      NOT name IS NULL AND city = :city"""
    verified_by = "Sacha Roux"
    verified_on = "TODAY"

    [[query.parameters]]
    name = "city"
    kind = "text"
    column = "clients.city"
    default = "Nice"
    "#);

    place.write("verified.toml", format!("{FILE}\n{exported}"));
    verified(&place, &["verified", "check"]).code(0).says(&["crm: 2 verified queries are valid."]);
    verified(&place, &["verified", "list"]).code(0).says(&["crm/named-clients#2 · hidden by an entry of the file"]);
    verified(&place, &["doctor"]).says(&[
        "target crm verified · degraded · hidden by entries of the file with the same name: named-clients",
        "→ Retire those written in chats",
    ]);
}

#[test]
fn what_no_longer_holds_is_named_until_it_is_put_right() {
    let place = place();
    verified(&place, &["catalog", "refresh"]).code(0);
    verified(&place, &APPROVE).code(0);
    change(&place, "crm.db", "ALTER TABLE clients RENAME COLUMN city TO town");
    let checked = verified(&place, &["verified", "check", "crm"]).code(1);
    checked.says(&["crm: one verified query is valid.", "crm/named-clients#2 · no longer valid · ", "city"]);
    verified(&place, &["doctor"]).says(&[
        "target crm verified · degraded · no longer valid and not offered: named-clients",
        "→ Run pstral verified check crm",
    ]);
    change(&place, "crm.db", "ALTER TABLE clients RENAME COLUMN town TO city");
    verified(&place, &["verified", "check", "crm"]).code(0).says(&["crm: 2 verified queries are valid."]);
}
