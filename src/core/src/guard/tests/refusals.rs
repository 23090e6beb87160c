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
            "«\u{a0}nam\u{a0}» n’est pas une colonne des tables de cette partie de l’instruction. Vouliez-vous dire name\u{a0}?",
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
    assert_eq!(refusal.instead, "@\u{2060}everyone");
}
