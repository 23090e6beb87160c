//! `pstral catalog`: reading it again, and showing what was read.

use insta::assert_snapshot;

use crate::program::Place;

/// An installation whose database holds two tables and a view.
fn place() -> Place {
    let place = Place::new();
    place.write("pstral.toml", "data = \".\"\n[targets.crm]\nkind = \"sqlite\"\npath = \"crm.db\"\n");
    let database = rusqlite::Connection::open(place.path("crm.db")).unwrap();
    let script = "CREATE TABLE clients (id INTEGER PRIMARY KEY, name TEXT, city VARCHAR(40), UNIQUE (name, city));
        CREATE TABLE contracts (id INTEGER PRIMARY KEY, client_id INTEGER REFERENCES clients, amount DECIMAL(10,2));
        CREATE INDEX by_city ON clients (city);
        CREATE VIEW open_contracts AS SELECT * FROM contracts;
        INSERT INTO clients VALUES (1, 'A', 'Nice'), (2, 'B', 'Nice'), (3, 'C', 'Lyon'), (4, 'D', 'Lyon');
        ANALYZE;";
    database.execute_batch(script).unwrap();
    place.run(&["user", "add", "zoe", "--config", "pstral.toml"]).code(0);
    place
}

const REFRESH: [&str; 5] = ["catalog", "refresh", "crm", "--config", "pstral.toml"];

fn show(place: &Place, arguments: &[&str]) -> String {
    let mut all = vec!["catalog", "show", "--config", "pstral.toml"];
    all.extend(arguments);
    let out = place.run(&all).code(0).out;
    // The first line of an overview tells when it was read.
    out.lines().filter(|line| !line.contains(" UTC · ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_was_read_is_shown() {
    let place = place();
    place.run(&["catalog", "show", "crm", "--config", "pstral.toml"]).code(1).says(&["pstral catalog refresh crm"]);
    place.run(&REFRESH).code(0).says(&["crm: read for the first time; tables and views: 3."]);
    assert_snapshot!(show(&place, &["crm"]), @"
    clients · table · about 4 rows
    contracts · table
    open_contracts · view
    Tables and views: 3. Synonyms: 0. Names that run code, and are refused: 0.
    ");
    assert_snapshot!(show(&place, &["crm", "CLIENTS"]), @"
    clients · table · about 4 rows
      id    INTEGER      PK  4 values
      name  TEXT             4 values
      city  VARCHAR(40)      2 values
      UNIQUE (name, city)
    ");
    assert_snapshot!(show(&place, &["crm", "main.contracts"]), @"
    contracts · table
      id         INTEGER        PK
      client_id  INTEGER
      amount     DECIMAL(10,2)
      (client_id) → clients (id)
    ");
    let json: serde_json::Value = serde_json::from_str(&show(&place, &["crm", "clients", "--json"])).unwrap();
    assert_eq!(json["columns"][0]["name"], "id");
    place.run(&["audit", "tail", "--config", "pstral.toml"]).code(0).says(&["catalog.read ok", "crm"]);
}

#[test]
fn reading_again_says_what_came_of_it() {
    let place = place();
    place.run(&REFRESH).code(0);
    place.run(&REFRESH).code(0).says(&["crm: unchanged; tables and views: 3."]);
    let database = rusqlite::Connection::open(place.path("crm.db")).unwrap();
    database.execute_batch("CREATE TABLE payments (id INTEGER PRIMARY KEY)").unwrap();
    place.run(&["catalog", "refresh", "--config", "pstral.toml"]).code(0).says(&["crm: it has changed", ": 4."]);
    drop(database);

    std::fs::remove_file(place.path("crm.db")).unwrap();
    place.run(&REFRESH).code(1).says(&["crm · out of reach", "→ Check [targets.crm] path"]);
    assert!(show(&place, &["crm"]).contains("payments"), "the last one is kept");
}

#[test]
fn what_is_not_there_is_said() {
    let place = place();
    place.run(&REFRESH).code(0);
    let config = ["--config", "pstral.toml"];
    let run = |arguments: &[&str]| place.run(&[arguments, &config[..]].concat());
    run(&["catalog", "show", "crm", "client"]).code(1).says(&["holds no table “client”. Did you mean clients?"]);
    run(&["catalog", "show", "hr"]).code(2).says(&["no database “hr”", "crm"]);
    run(&["catalog", "refresh", "hr"]).code(2).says(&["no database “hr”", "crm"]);
}
