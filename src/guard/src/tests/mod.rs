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
use crate::testkit::catalog;
use crate::{Catalog, CatalogColumn, Dialect, Relation, RelationKind};

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
