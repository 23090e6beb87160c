//! Other names of relations: what they stand for is what is read, judged and told.

use super::*;
use crate::Synonym;

fn with_synonyms(synonyms: &[(&str, &str, &str, &str)], policy: &Policy) -> Guard {
    let synonym = |(schema, name, of_schema, of): &(&str, &str, &str, &str)| Synonym {
        schema: (*schema).to_owned(),
        name: (*name).to_owned(),
        of_schema: (*of_schema).to_owned(),
        of: (*of).to_owned(),
    };
    let synonyms = synonyms.iter().map(synonym).collect();
    Guard::new(&Catalog { synonyms, ..catalog(Dialect::Oracle) }, policy)
}

const SYNONYMS: &[(&str, &str, &str, &str)] = &[
    ("PUBLIC", "PAY", "HR", "SALARIES"),
    ("PUBLIC", "CLIENTS", "HR", "SALARIES"),
    ("CRM", "CUSTOMERS", "CRM", "CLIENTS"),
    ("CRM", "BUYERS", "CRM", "CUSTOMERS"),
    ("HR", "STAFF", "CRM", "USERS"),
    ("CRM", "PURGE", "CRM", "PURGE_OLD_ROWS"),
    ("CRM", "ROUND", "CRM", "TRIP"),
    ("CRM", "TRIP", "CRM", "ROUND"),
];

#[test]
fn a_synonym_is_the_relation_it_stands_for() {
    let guard = with_synonyms(SYNONYMS, &Policy::default());
    for (sql, relations, columns) in [
        ("SELECT amount FROM pay", "HR.SALARIES", "HR.SALARIES.AMOUNT"),
        ("SELECT pay.amount FROM pay", "HR.SALARIES", "HR.SALARIES.AMOUNT"),
        ("SELECT p.amount FROM pay p", "HR.SALARIES", "HR.SALARIES.AMOUNT"),
        ("SELECT city FROM customers", "CLIENTS", "CLIENTS.CITY"),
        ("SELECT city FROM crm.buyers", "CLIENTS", "CLIENTS.CITY"),
        ("SELECT id FROM hr.staff", "USERS", "USERS.ID"),
        // The own table comes before the name everybody sees.
        ("SELECT city FROM clients", "CLIENTS", "CLIENTS.CITY"),
        // A common table expression comes before both.
        ("WITH pay AS (SELECT id FROM users) SELECT id FROM pay", "USERS", "USERS.ID"),
    ] {
        let Verdict::Allow(approved) = guard.check(sql) else { panic!("{sql}: {:?}", guard.check(sql)) };
        assert_eq!(
            (approved.relations().join(","), approved.columns().join(",")),
            (relations.into(), columns.into()),
            "{sql}"
        );
    }
    let refused = guard.check("SELECT salaries.amount FROM pay");
    assert!(matches!(refused, Verdict::Deny(_)), "its own name hides the one it stands for");
}

#[test]
fn a_synonym_opens_nothing_by_itself() {
    let closed: Policy = Rules { allow: None, deny: vec!["hr.salaries".to_owned(), "clients.city".to_owned()] }.into();
    let guard = with_synonyms(SYNONYMS, &closed);
    for (sql, rule) in [
        ("SELECT amount FROM pay", "relation-denied"),
        ("SELECT city FROM customers", "column-denied"),
        ("SELECT city FROM buyers", "column-denied"),
        // Of whom it is not: neither the schema nor everybody has it.
        ("SELECT id FROM staff", "relation-unknown"),
        ("SELECT amount FROM crm.pay", "relation-unknown"),
        ("SELECT amount FROM hr.pay", "relation-unknown"),
        // What leads to no relation is none.
        ("SELECT 1 FROM purge", "relation-unknown"),
        ("SELECT purge FROM dual", "column-unknown"),
        ("SELECT 1 FROM round", "relation-unknown"),
    ] {
        let Verdict::Deny(refusal) = guard.check(sql) else { panic!("{sql}: allowed") };
        assert_eq!(refusal.rule.id(), rule, "{sql}");
    }
    let Verdict::Allow(approved) = guard.check("SELECT * FROM customers") else { panic!("refused") };
    assert!(approved.text().contains("CUSTOMERS.NAME") && !approved.text().contains("CITY"), "{}", approved.text());
    assert_eq!(approved.left_out(), ["CLIENTS.CITY"]);
}
