//! Sentences of refusals: what was found, where, and what to write instead.

use super::refusal_text;
use crate::domain::{Dialect, Locale, Relation};
use crate::guard::{Guard, Policy, Refusal, Rule, Rules, Verdict};
use crate::testkit::guard_tables::catalog;

fn verdict(dialect: Dialect, policy: &Policy, sql: &str) -> Verdict {
    Guard::new(&catalog(dialect), policy).check(sql)
}

fn refused(dialect: Dialect, sql: &str) -> Refusal {
    match verdict(dialect, &Policy::default(), sql) {
        Verdict::Deny(refusal) => refusal,
        Verdict::Allow(approved) => panic!("{sql}\n  allowed: {}", approved.text()),
    }
}

#[test]
fn every_rule_has_a_sentence_in_both_languages() {
    for &rule in Rule::ALL {
        for (instead, among) in [("", ""), ("nearer", ""), ("", "one, two")] {
            let (found, instead, among) = ("thing".to_owned(), instead.to_owned(), among.to_owned());
            let refusal = Refusal { rule, line: 1, column: 1, found, instead, among };
            for locale in Locale::ALL {
                let sentence = refusal_text(&refusal).render(locale);
                assert!(sentence.contains(' ') && !sentence.contains('{'), "{}: {sentence}", rule.id());
            }
        }
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
        assert_eq!(refusal_text(&refusal).render(locale), expected);
    }
}

#[test]
fn functions_and_forms_of_other_databases_are_written_as_here() {
    use Dialect::{Oracle, Postgres, Sqlite};
    const TOP: &str = "SELECT TOP 5 name FROM clients";
    const ILIKE: &str = "SELECT id FROM clients WHERE name NOT ILIKE 'a%'";
    const CASTS: &str = "SELECT id::text FROM clients";
    for (dialect, sql, found, instead) in [
        (Oracle, TOP, "TOP", "FETCH FIRST 5 ROWS ONLY"),
        (Oracle, "SELECT TOP (7) PERCENT name FROM clients", "TOP", "FETCH FIRST 7 PERCENT ROWS ONLY"),
        (Postgres, TOP, "TOP", "LIMIT 5"),
        (Sqlite, TOP, "TOP", "LIMIT 5"),
        (Oracle, ILIKE, "ILIKE", "UPPER(name) NOT LIKE UPPER('a%')"),
        (Sqlite, ILIKE, "ILIKE", "name NOT LIKE 'a%'"),
        (Oracle, CASTS, "::", "CAST(id AS TEXT)"),
        (Sqlite, CASTS, "::", "CAST(id AS TEXT)"),
        (Sqlite, "SELECT id FROM clients WHERE ROWNUM < 5", "ROWNUM", "LIMIT 10"),
        (Postgres, "SELECT SYSDATE FROM clients", "SYSDATE", "CURRENT_TIMESTAMP"),
    ] {
        let refusal = refused(dialect, sql);
        let said = (refusal.rule.id(), refusal.found.as_str(), refusal.instead.as_str());
        assert_eq!(said, ("unsupported", found, instead), "{dialect:?}: {sql}");
        let said = refusal_text(&refusal).render(Locale::En);
        assert_eq!(said, format!("“{found}” is not allowed here. Write this instead: {instead}"), "{sql}");
    }
    for (call, oracle, postgres, sqlite) in [
        ("YEAR(x)", "EXTRACT(YEAR FROM x)", "EXTRACT(YEAR FROM x)", "strftime('%Y', x)"),
        ("MONTH(x)", "EXTRACT(MONTH FROM x)", "EXTRACT(MONTH FROM x)", "strftime('%m', x)"),
        ("DAY(x)", "EXTRACT(DAY FROM x)", "EXTRACT(DAY FROM x)", "strftime('%d', x)"),
        ("EXTRACT(YEAR FROM x)", "", "", "strftime('%Y', x)"),
        ("DATE_FORMAT(x, '%Y')", "TO_CHAR(x, 'YYYY-MM')", "TO_CHAR(x, 'YYYY-MM')", "strftime('%Y-%m', x)"),
        ("TO_CHAR(x, 'YYYY')", "", "", "strftime('%Y-%m', x)"),
        ("DATEDIFF(a, b)", "a - b", "a - b", "julianday(a) - julianday(b)"),
        ("DATEADD(day, 1, x)", "x + 1", "x + INTERVAL '1 day'", "date(x, '+1 day')"),
        ("DATE_TRUNC('month', x)", "TRUNC(x, 'MM')", "", "date(x, 'start of month')"),
        ("WM_CONCAT(x)", "LISTAGG(x, ',') WITHIN GROUP (ORDER BY x)", "string_agg(x, ',')", "group_concat(x, ',')"),
        ("GROUP_CONCAT(x)", "LISTAGG(x, ',') WITHIN GROUP (ORDER BY x)", "string_agg(x, ',')", ""),
        ("STRING_AGG(x, ',')", "LISTAGG(x, ',') WITHIN GROUP (ORDER BY x)", "", ""),
        ("LISTAGG(x, ',')", "", "string_agg(x, ',')", "group_concat(x, ',')"),
        ("CHARINDEX('a', x)", "INSTR(x, 'a')", "strpos(x, 'a')", "INSTR(x, 'a')"),
    ] {
        for (dialect, instead) in [(Oracle, oracle), (Postgres, postgres), (Sqlite, sqlite)] {
            let sql = format!("SELECT {call} FROM (SELECT name AS x, id AS a, id AS b, id AS day FROM clients) c");
            let Verdict::Deny(refusal) = verdict(dialect, &Policy::default(), &sql) else {
                assert_eq!(instead, "", "{dialect:?}: {call}");
                continue;
            };
            let name = call.split('(').next().unwrap();
            let said = (refusal.rule.id(), refusal.found.as_str(), refusal.instead.as_str());
            assert_eq!(said, ("function-not-allowed", name, instead), "{dialect:?}: {call}");
            let said = refusal_text(&refusal).render(Locale::En);
            let expected = format!("“{name}” is not available here. Write this instead: {instead}");
            assert_eq!(said, expected, "{dialect:?}: {call}");
        }
    }
}

#[test]
fn the_parser_s_own_words_are_not_shown() {
    for (dialect, sql, place, found, sentence) in [
        (Dialect::Oracle, "SELECT 1 << 2 FROM dual", (1, 10), "<<", "cannot be read near “<<”"),
        (Dialect::Postgres, "SELECT name FROM clients WHERE", (1, 31), "", "ends too early"),
        (Dialect::Postgres, "SELECT (1", (1, 10), "", "ends too early"),
        (
            Dialect::Postgres,
            "SELECT 'abc FROM clients",
            (1, 8),
            "'",
            "What “'” opens is not closed. Add the missing “'”",
        ),
        (Dialect::Oracle, "SELECT \"abc FROM clients", (1, 8), "\"", "is not closed"),
        (Dialect::Sqlite, "SELECT [abc FROM clients", (1, 8), "[", "Add the missing “]” where"),
        (Dialect::Postgres, "SELECT 'é' /* abc", (1, 12), "/*", "Add the missing “*/” where"),
    ] {
        let refusal = refused(dialect, sql);
        assert_eq!(refusal.rule.id(), "syntax", "{sql}");
        assert_eq!(((refusal.line, refusal.column), refusal.found.as_str()), (place, found), "{sql}");
        let said = refusal_text(&refusal).render(Locale::En);
        assert!(said.contains(sentence), "{sql}: {said}");
        for locale in Locale::ALL {
            let said = refusal_text(&refusal).render(locale);
            assert!(!["EOF", "token", "parser", "Unterminated"].iter().any(|word| said.contains(word)), "{said}");
        }
    }
}

#[test]
fn a_name_is_refused_for_its_signs_or_for_being_used_twice() {
    for (dialect, sql, instead, sentence) in [
        (Dialect::Sqlite, "SELECT 1 AS \"a\"\"b\"", "", "holds a quote or bracket"),
        (Dialect::Postgres, "SELECT d.id FROM (SELECT 1 AS id) AS \"d\"\"e\"", "", "holds a quote or bracket"),
        (Dialect::Postgres, "SELECT 1 AS \"\"", "", "is empty"),
        (Dialect::Sqlite, "SELECT 1 AS 'the \"total\"'", "", "holds a quote or bracket"),
        (Dialect::Sqlite, "SELECT c.id FROM clients c JOIN users c ON c.id = c.id", "", "is used twice"),
    ] {
        let refusal = refused(dialect, sql);
        assert_eq!((refusal.rule.id(), refusal.instead.as_str()), ("alias-not-allowed", instead), "{sql}");
        let said = refusal_text(&refusal).render(Locale::En);
        assert!(said.contains(sentence), "{sql}: {said}");
    }
}

#[test]
fn a_refusal_calls_nobody() {
    for sql in ["SELECT id FROM \"@everyone\"", "SELECT \"<@42>\" FROM clients", "SELECT c.\"@here\" FROM clients c"] {
        let refusal = refused(Dialect::Sqlite, sql);
        for locale in Locale::ALL {
            let sentence = refusal_text(&refusal).render(locale);
            assert!(!["@everyone", "@42", "@here"].iter().any(|name| sentence.contains(name)), "{sentence}");
        }
    }
    let mut catalog = catalog(Dialect::Sqlite);
    catalog.tables[0].columns[1].name = "@everyone".to_owned();
    let Verdict::Deny(refusal) = Guard::new(&catalog, &Policy::default()).check("SELECT everyone FROM clients") else {
        panic!("allowed")
    };
    let sentence = refusal_text(&refusal).render(Locale::En);
    assert!(sentence.contains("\"@\u{2060}everyone\""), "{sentence}");
}

#[test]
fn a_refusal_names_what_there_is() {
    let policy = Policy::from(Rules { allow: None, deny: vec!["users".to_owned(), "contracts.amount".to_owned()] });
    let deny = |sql: &str| match verdict(Dialect::Sqlite, &policy, sql) {
        Verdict::Deny(refusal) => (refusal.among.clone(), refusal_text(&refusal).render(Locale::En)),
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
