//! The guard's tables of what people write every day, for tests of other crates, and the catalog these are about.

use serde::Deserialize;

use crate::{Catalog, CatalogColumn, Dialect, Relation, RelationKind};

/// The catalog that the tables' statements are about.
pub fn catalog(dialect: Dialect) -> Catalog {
    match dialect {
        Dialect::Oracle => from_sketch(dialect, "CRM", ORACLE),
        Dialect::Postgres => from_sketch(dialect, "public", POSTGRES),
        Dialect::Sqlite => from_sketch(dialect, "main", SQLITE),
    }
}

/// The everyday statements of a dialect, all of which the guard allows over [`catalog`].
///
/// # Panics
/// If a line of the table is not an object with a statement.
pub fn everyday(dialect: Dialect) -> Vec<String> {
    let table = match dialect {
        Dialect::Oracle => include_str!("tests/oracle.jsonl"),
        Dialect::Postgres => include_str!("tests/postgres.jsonl"),
        Dialect::Sqlite => include_str!("tests/sqlite.jsonl"),
    };
    let row = |line| serde_json::from_str::<Everyday>(line).expect("invariant: each line holds a statement").sql;
    table.lines().map(row).collect()
}

#[derive(Deserialize)]
struct Everyday {
    sql: String,
}

/// A schema, a relation's name and its columns, each `name` or `name type`.
type Sketch = (&'static str, &'static str, &'static str);

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
