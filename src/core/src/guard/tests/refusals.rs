//! A refusal says where, what, and what to write instead.

use super::*;
use crate::domain::Locale;

#[test]
fn places_and_suggestions_are_exact() {
    for (dialect, sql, rule, place, found, instead) in [
        (Dialect::Sqlite, "SELECT nam FROM clients", "column-unknown", (1, 8), "nam", "name"),
        (Dialect::Sqlite, "SELECT c.nam\nFROM clients c", "column-unknown", (1, 8), "c.nam", "c.name"),
        (Dialect::Sqlite, "SELECT name\nFROM client", "relation-unknown", (2, 6), "client", "clients"),
        (Dialect::Sqlite, "SELECT lenght(name) FROM clients", "function-not-allowed", (1, 8), "LENGHT", "LENGTH"),
        (Dialect::Sqlite, "SELECT (name\n  FROM clients", "syntax", (2, 3), "FROM", ""),
        (
            Dialect::Oracle,
            "SELECT name FROM clients LIMIT 5",
            "unsupported",
            (1, 26),
            "LIMIT",
            "FETCH FIRST 10 ROWS ONLY",
        ),
        (Dialect::Oracle, "SELECT 1 FROM t@x", "remote-link", (1, 16), "@\u{2060}", ""),
        (Dialect::Sqlite, "SELECT 'é' || x FROM clients", "column-unknown", (1, 15), "x", ""),
        (Dialect::Sqlite, "SELECT 1;\nDROP TABLE clients", "several-statements", (2, 1), "DROP TABLE clients", ""),
    ] {
        let refusal = refused(dialect, sql);
        assert_eq!(refusal.rule.id(), rule, "{sql}");
        assert_eq!((refusal.line, refusal.column), place, "{sql}");
        assert_eq!((refusal.found.as_str(), refusal.instead.as_str()), (found, instead), "{sql}");
    }
}

#[test]
fn sentences_name_what_was_found() {
    let refusal = refused(Dialect::Sqlite, "SELECT nam FROM clients");
    for (locale, expected) in [
        (Locale::En, "“nam” is not a column of the tables in this part of the statement. Did you mean name?"),
        (
            Locale::Fr,
            "«\u{a0}nam\u{a0}» n’est pas une colonne des tables de cette partie de la requête. Vouliez-vous dire name\u{a0}?",
        ),
    ] {
        assert_eq!(refusal.text().render(locale), expected);
    }
}

#[test]
fn what_was_found_cannot_break_out_of_a_message() {
    let refusal = refused(Dialect::Sqlite, &format!("SELECT \"{}\n`x` @everyone\" FROM clients", "y".repeat(100)));
    assert!(refusal.found.chars().count() <= 80 && !refusal.found.contains(['`', '\n']), "{refusal:?}");
}

#[test]
fn a_refusal_calls_nobody() {
    for sql in ["SELECT id FROM \"@everyone\"", "SELECT \"<@42>\" FROM clients", "SELECT c.\"@here\" FROM clients c"] {
        let refusal = refused(Dialect::Sqlite, sql);
        for locale in Locale::ALL {
            let sentence = refusal.text().render(locale);
            assert!(!["@everyone", "@42", "@here"].iter().any(|name| sentence.contains(name)), "{sentence}");
        }
    }
    let mut catalog = catalog(Dialect::Sqlite);
    catalog.tables[0].columns[1].name = "@everyone".to_owned();
    let Verdict::Deny(refusal) = Guard::new(&catalog, &Policy::default()).check("SELECT everyone FROM clients") else {
        panic!("allowed")
    };
    assert_eq!(refusal.instead, "\"@\u{2060}everyone\"");
}

#[test]
fn a_refusal_names_what_there_is() {
    let policy = Policy::from(Rules { allow: None, deny: vec!["users".to_owned(), "contracts.amount".to_owned()] });
    let deny = |sql: &str| match verdict(Dialect::Sqlite, &policy, sql) {
        Verdict::Deny(refusal) => (refusal.among.clone(), refusal.text().render(Locale::En)),
        Verdict::Allow(approved) => panic!("{}", approved.text()),
    };
    let (among, sentence) = deny("SELECT id FROM zzzzzz");
    assert_eq!(among, "\"Odd Name\", client_notes, clients, contracts, documents, oauth_email_accounts, payments");
    assert!(sentence.ends_with(&format!("The tables open to you: {among}")), "{sentence}");
    let (among, sentence) = deny("SELECT zzzzzz FROM contracts");
    assert_eq!(among, "id, client_id, status, signed_on");
    assert!(sentence.ends_with(&format!("There you can read: {among}")), "{sentence}");
    let (among, _) = deny("SELECT k.zzzzzz FROM contracts k");
    assert_eq!(among, "k.id, k.client_id, k.status, k.signed_on");
    let (among, _) = deny("SELECT zzzzzz FROM contracts k JOIN clients c ON c.id = k.client_id");
    assert_eq!(
        among,
        "k.id, k.client_id, k.status, k.signed_on, c.id, c.name, c.city, c.region, c.created_at, c.parent_id, \
         c.\"prénom\", c.notes, …"
    );

    let many = Policy::from(Rules { allow: None, deny: Vec::new() });
    let mut catalog = catalog(Dialect::Sqlite);
    catalog.tables.push(Relation { name: "zoo".to_owned(), ..catalog.tables[0].clone() });
    let Verdict::Deny(refusal) = Guard::new(&catalog, &many).check("SELECT 1 FROM qqqqqq") else { panic!("allowed") };
    assert!(refusal.among.ends_with("payments, users, …"), "{}", refusal.among);
    let nothing = Policy::from(Rules { allow: Some(Vec::new()), deny: Vec::new() });
    let Verdict::Deny(refusal) = Guard::new(&catalog, &nothing).check("SELECT 1 FROM clients") else {
        panic!("allowed")
    };
    assert_eq!(refusal.among, "");
}

#[test]
fn a_name_that_folds_away_is_suggested_in_quotes() {
    let mut catalog = catalog(Dialect::Oracle);
    catalog.tables[0].name = "clients".to_owned();
    catalog.tables[0].columns[1].name = "name".to_owned();
    let guard = Guard::new(&catalog, &Policy::default());
    for (sql, instead) in [
        ("SELECT id FROM clients", "\"clients\""),
        ("SELECT name FROM \"clients\"", "\"name\""),
        ("SELECT c.name FROM \"clients\" c", "C.\"name\""),
    ] {
        let Verdict::Deny(refusal) = guard.check(sql) else { panic!("{sql} is allowed") };
        assert_eq!(refusal.instead, instead, "{sql}");
    }
    assert!(matches!(guard.check("SELECT c.\"name\" FROM \"clients\" c"), Verdict::Allow(_)));
}
