//! The guard as a whole: tables of statements with the rule that must refuse each, or none.

mod access;
mod approved;
mod extents;
mod limits;
mod policy;
mod properties;
mod recursion;
mod refusals;
mod synonyms;
mod tables;

use super::{ApprovedStatement, Guard, Policy, Refusal, Rules, Verdict};
use crate::domain::{Catalog, CatalogColumn, Dialect, Relation, RelationKind};

/// A schema, a relation's name and its columns, each `name` or `name type`.
type Sketch = (&'static str, &'static str, &'static str);

fn catalog(dialect: Dialect) -> Catalog {
    match dialect {
        Dialect::Oracle => from_sketch(dialect, "CRM", ORACLE),
        Dialect::Postgres => from_sketch(dialect, "public", POSTGRES),
        Dialect::Sqlite => from_sketch(dialect, "main", SQLITE),
    }
}

const ORACLE: &[Sketch] = &[
    ("CRM", "CLIENTS", "ID,NAME,CITY,REGION,CREATED_AT timestamp,PARENT_ID,PRÉNOM,NOTES,DOC json"),
    ("CRM", "CONTRACTS", "ID,CLIENT_ID,AMOUNT,STATUS,SIGNED_ON date"),
    ("CRM", "PAYMENTS", "ID,CONTRACT_ID,AMOUNT,PAID_ON date,METHOD"),
    ("CRM", "USERS", "ID,NAME,PASSWORD_HASH,MANAGER_ID"),
    ("CRM", "Odd Name", "Row Id,Total"),
    ("CRM", "FEEDS", "ID,BODY xmltype,NOTE clob,IMAGE bfile"),
    ("CRM", "WORDS", "TEXT,TIMESTAMP,JSON"),
    ("HR", "SALARIES", "USER_ID,AMOUNT"),
];
const POSTGRES: &[Sketch] = &[
    ("public", "clients", "id,name,city,region,created_at,parent_id,prénom,notes,doc"),
    ("public", "contracts", "id,client_id,amount,status,signed_on"),
    ("public", "payments", "id,contract_id,amount,paid_on,method"),
    ("public", "users", "id,name,password_hash,manager_id"),
    ("public", "Odd Name", "Row Id,Total"),
    ("hr", "salaries", "user_id,amount"),
];
const SQLITE: &[Sketch] = &[
    ("main", "clients", "id,name,city,region,created_at,parent_id,prénom,notes,doc"),
    ("main", "contracts", "id,client_id,amount,status,signed_on"),
    ("main", "payments", "id,contract_id,amount,paid_on,method"),
    ("main", "users", "id,name,password_hash,manager_id"),
    ("main", "Odd Name", "Row Id,Total"),
    ("main", "client_notes", "id,client_id,author_id,body,written_at"),
    ("main", "documents", "id,client_id,title,body"),
    ("main", "oauth_email_accounts", "id,user_id,refresh_token"),
];

fn from_sketch(dialect: Dialect, schema: &str, sketch: &[Sketch]) -> Catalog {
    let column = |text: &str| {
        let typed = ["json", "date", "timestamp", "xmltype", "clob", "bfile"];
        let (name, data_type) =
            text.rsplit_once(' ').filter(|(_, data_type)| typed.contains(data_type)).unwrap_or((text, "text"));
        CatalogColumn::new(name, data_type)
    };
    let relation = |(schema, name, columns): &Sketch| {
        Relation::new(schema, name, RelationKind::Table, columns.split(',').map(column).collect())
    };
    Catalog {
        callables: vec!["PURGE_OLD_ROWS".to_owned(), "BILLING".to_owned(), "CLIENT_SEQ".to_owned()],
        ..Catalog::new(dialect, schema, sketch.iter().map(relation).collect())
    }
}

fn verdict(dialect: Dialect, policy: &Policy, sql: &str) -> Verdict {
    Guard::new(&catalog(dialect), policy).check(sql)
}

fn allowed(dialect: Dialect, sql: &str) -> ApprovedStatement {
    match verdict(dialect, &Policy::default(), sql) {
        Verdict::Allow(approved) => approved,
        Verdict::Deny(refusal) => panic!("{sql}\n  refused: {refusal:?}"),
    }
}

fn refused(dialect: Dialect, sql: &str) -> Refusal {
    match verdict(dialect, &Policy::default(), sql) {
        Verdict::Deny(refusal) => refusal,
        Verdict::Allow(approved) => panic!("{sql}\n  allowed: {}", approved.text()),
    }
}

/// Each statement with the rule that must refuse it, or `allow`. All that differ are reported together.
fn check<'r>(dialect: Dialect, policy: &Policy, rows: impl Iterator<Item = (&'r str, &'r str)>) {
    let guard = Guard::new(&catalog(dialect), policy);
    let mut wrong = Vec::new();
    for (sql, expected) in rows {
        let verdict = guard.check(sql);
        let rule = match &verdict {
            Verdict::Allow(_) => "allow",
            Verdict::Deny(refusal) => refusal.rule.id(),
        };
        if rule != expected {
            wrong.push(format!("{expected} expected: {sql}\n    {verdict:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}
