//! A small company in each dialect, one table and one column of it denied, and what must hold of every verdict.

use std::sync::LazyLock;

use pstral_guard::{Catalog, CatalogColumn, Dialect, Relation, RelationKind};
use pstral_guard::{Guard, Rules, Verdict};

/// Tables and their columns; `secrets` and `users.password_hash` are denied.
pub const TABLES: [(&str, &[&str]); 4] = [
    ("clients", &["id", "name", "city", "parent_id"]),
    ("contracts", &["id", "client_id", "amount", "signed_on"]),
    ("users", &["id", "name", "password_hash"]),
    ("secrets", &["id", "token"]),
];

static GUARDS: LazyLock<[Guard; 3]> =
    LazyLock::new(|| [Dialect::Oracle, Dialect::Postgres, Dialect::Sqlite].map(guard));

fn guard(dialect: Dialect) -> Guard {
    let case = |name: &str| if dialect == Dialect::Oracle { name.to_uppercase() } else { name.to_owned() };
    let column = |name: &&str| CatalogColumn::new(&case(name), "text");
    let schema = case("crm");
    let tables = TABLES.map(|(name, columns)| {
        Relation::new(&schema, &case(name), RelationKind::Table, columns.iter().map(column).collect())
    });
    let catalog = Catalog { callables: vec![case("purge")], ..Catalog::new(dialect, &schema, tables.into()) };
    let deny = ["secrets", "users.password_hash"].map(str::to_owned).into();
    Guard::new(&catalog, &Rules { allow: None, deny }.into())
}

/// Asks the guard of a dialect, chosen by a number, and checks what must hold whatever the text is. Whether it allowed.
pub fn judge(dialect: u8, text: &str) -> bool {
    let guard = &GUARDS[usize::from(dialect) % GUARDS.len()];
    let Verdict::Allow(approved) = guard.check(text) else { return false };
    for relation in approved.relations() {
        assert!(!relation.to_lowercase().ends_with("secrets"), "reads {relation}: {text}");
    }
    for column in approved.columns() {
        assert!(!column.to_lowercase().ends_with("users.password_hash"), "reads {column}: {text}");
    }
    match guard.check(approved.text()) {
        Verdict::Allow(again) => assert_eq!(again.text(), approved.text(), "not a fixed point: {text}"),
        Verdict::Deny(refusal) => panic!("its rendering is refused ({refusal}): {text}"),
    }
    true
}
