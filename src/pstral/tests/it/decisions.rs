//! The table of decisions: who may do what, where, and who sees it; by the rules alone, and a part of it in conversations.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use pstral::config::{self, Config, Source};
use pstral::policy::{Row, Rulebook, place, rows};
use pstral_core::access::Case;
use pstral_core::domain::{Actor, Catalog, EventBody, Locale, NewUser, Place};
use pstral_core::ports::People as _;
use pstral_core::testkit::chat_platform::FakeChat;

use crate::world::{Setup, World, run_test_with};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/decisions").join(name)
}

fn configuration() -> Config {
    config::load(&Source::File(file("pstral.toml")), None).unwrap()
}

fn table() -> Vec<Row> {
    rows(&file("decisions.csv")).unwrap()
}

fn catalog(target: &str) -> Catalog {
    serde_json::from_str(&std::fs::read_to_string(file(&format!("{target}.json"))).unwrap()).unwrap()
}

#[test]
fn every_decision_is_the_one_that_is_written() {
    let (rules, table) = (Rulebook::of(&configuration()), table());
    let catalogs: BTreeMap<&str, Catalog> =
        ["crm", "erp", "hr"].into_iter().map(|name| (name, catalog(name))).collect();
    let mut wrong = Vec::new();
    for row in &table {
        let case = Case {
            role: row.role.clone().unwrap(),
            disabled: false,
            place: place(row.place.as_deref().unwrap_or_default()).unwrap(),
            target: row.target.clone(),
            table: row.table.clone(),
        };
        let known = catalogs.get(row.target.as_str()).unwrap_or(&catalogs["crm"]);
        let rulings = rules.decide(&case, known);
        let (outcome, ruling) = row.deed.unwrap_or_default().outcome(&rulings);
        if !row.is_met((outcome, ruling)) {
            wrong.push(format!("{}: {case:?}\n  expected {}, found {outcome} · {ruling}", row.line, row.expected()));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), table.len(), wrong.join("\n"));
    assert!(table.len() >= 200, "{} rows", table.len());
}

/// Returns the observable outcome of a statement: it did not run, or the place where its rows were shown.
async fn played(world: &World, actor: &Actor, place: &Place, column: &str) -> &'static str {
    let (table, name) = column.split_once('.').unwrap();
    let (ran, shown) = (world.target.ran().len(), world.chat.messages().len());
    let statement = format!("edit SELECT {name} FROM {table} WHERE id < 4 ORDER BY 1");
    for command in [statement.as_str(), "execute"] {
        world.act(actor, place, EventBody::command(command)).await;
    }
    if world.target.ran().len() == ran {
        return "no";
    }
    let messages = world.chat.messages();
    let (at, _) = messages[shown..].iter().rfind(|(_, message)| message.text.contains("Time:")).unwrap();
    let elsewhere = messages[shown..].iter().filter(|(seen, _)| seen.place == *place);
    let in_private = at.place.private && at.place != *place;
    assert!(!in_private || elsewhere.into_iter().all(|(_, message)| !message.text.contains("Time:")));
    if in_private { "private" } else { "here" }
}

#[test]
fn what_is_written_is_what_people_see() {
    let mut config = configuration();
    // Conversations are held on the tests' own platform.
    for place in config.places.iter_mut().filter(|place| place.platform == "terminal") {
        "fake".clone_into(&mut place.platform);
    }
    let rules = Rulebook::of(&config);
    let (settings, terms) = (rules.settings(), rules.terms("crm").unwrap());
    let setup = Setup {
        rules: terms.rules.clone(),
        roles: terms.roles.clone(),
        held: settings.roles.clone(),
        all_places: Some(settings.places.clone()),
        terms: terms.clone(),
        ..Setup::default()
    };
    run_test_with(setup, async |world| {
        let mut played_rows = 0;
        for row in table().into_iter().filter(|row| row.note.as_deref() == Some("played")) {
            let role = row.role.clone().unwrap();
            let name = format!("the-{role}");
            if world.store.user_named(&name).await.unwrap().is_none() {
                let (full_name, email) = (name.clone(), String::new());
                let user = NewUser { username: name.clone(), full_name, email, role, locale: Locale::En };
                let user = world.store.add_user(&user, Timestamp::UNIX_EPOCH).await.unwrap();
                world.store.link(&FakeChat::actor(&name), user.id, Timestamp::UNIX_EPOCH).await.unwrap();
            }
            let where_asked = match row.place.as_deref().unwrap().split_once(':') {
                Some((_, id)) => FakeChat::channel(id),
                None => FakeChat::place(),
            };
            let seen = played(world, &FakeChat::actor(&name), &where_asked, row.table.as_deref().unwrap()).await;
            assert_eq!(seen, row.expect, "line {}: {row:?}\n{}", row.line, world.newest());
            played_rows += 1;
        }
        assert!(played_rows >= 40, "{played_rows}");
    });
}
