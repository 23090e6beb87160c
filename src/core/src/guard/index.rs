//! A catalog under a policy, arranged for looking names up.

use std::collections::{HashMap, HashSet};

use crate::domain::{Catalog, Dialect, Relation};

use super::names::{nearest, stored_key, written};
use super::policy::Policy;

/// A catalog under a policy.
#[derive(Debug)]
pub(super) struct Index {
    tables: Vec<Table>,
    by_name: HashMap<String, Vec<usize>>,
    default_schema: String,
    callables: HashSet<String>,
}

/// A relation a person may or may not read.
#[derive(Debug)]
pub(super) struct Table {
    /// The schema as it is compared.
    pub(super) schema: String,
    /// The name as it is compared.
    pub(super) name: String,
    /// The name as the catalog has it, with its schema where that is not the default one; empty for DUAL.
    pub(super) shown: String,
    /// The name as a statement must write it.
    pub(super) written: String,
    /// Whether the policy opens anything of it.
    pub(super) open: bool,
    /// In the database's order.
    pub(super) columns: Vec<Column>,
}

/// A column of a relation.
#[derive(Debug)]
pub(super) struct Column {
    /// The name as it is compared.
    pub(super) key: String,
    /// The name as the catalog has it.
    pub(super) shown: String,
    /// Whether the policy opens it.
    pub(super) open: bool,
    /// Whether dots may follow it: Oracle reads members of JSON columns that way.
    pub(super) json: bool,
}

impl Index {
    pub(super) fn new(catalog: &Catalog, policy: &Policy) -> Self {
        let dialect = catalog.dialect;
        let mut tables: Vec<Table> = catalog.tables.iter().map(|one| table(catalog, policy, one)).collect();
        if dialect == Dialect::Oracle && !tables.iter().any(|one| one.name == "DUAL") {
            tables.push(dual(&stored_key(dialect, &catalog.default_schema)));
        }
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (position, table) in tables.iter().enumerate() {
            by_name.entry(table.name.clone()).or_default().push(position);
        }
        let callables = catalog.callables.iter().map(|name| name.to_lowercase()).collect();
        Self { tables, by_name, default_schema: stored_key(dialect, &catalog.default_schema), callables }
    }

    /// The relation of that name, in that schema or the default one.
    pub(super) fn find(&self, schema: Option<&str>, name: &str) -> Option<&Table> {
        let schema = schema.unwrap_or(&self.default_schema);
        self.by_name.get(name)?.iter().map(|at| &self.tables[*at]).find(|table| table.schema == schema)
    }

    /// The relations a person may read.
    fn open(&self) -> impl Iterator<Item = &Table> {
        self.tables.iter().filter(|table| table.open && !table.is_dual())
    }

    /// The names of the relations a person may read, as they must be written, sorted.
    pub(super) fn open_names(&self) -> impl Iterator<Item = String> {
        let mut names: Vec<String> = self.open().map(|table| table.written.clone()).collect();
        names.sort_unstable();
        names.into_iter()
    }

    /// The open relation whose name is nearest, as it must be written.
    pub(super) fn nearest(&self, wanted: &str) -> Option<&str> {
        let near = nearest(wanted, self.open().map(|table| table.shown.as_str()))?;
        self.open().find(|table| table.shown == near).map(|table| table.written.as_str())
    }

    /// Whether mentioning the name can run code.
    pub(super) fn is_callable(&self, name: &str) -> bool {
        !self.callables.is_empty() && self.callables.contains(&name.to_lowercase())
    }
}

impl Table {
    /// The column of that name.
    pub(super) fn column(&self, key: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.key == key)
    }

    /// Whether it is Oracle's one-row table.
    pub(super) fn is_dual(&self) -> bool {
        self.shown.is_empty()
    }
}

fn table(catalog: &Catalog, policy: &Policy, relation: &Relation) -> Table {
    let dialect = catalog.dialect;
    let default = stored_key(dialect, &relation.schema) == stored_key(dialect, &catalog.default_schema);
    let columns = relation.columns.iter().map(|column| Column {
        key: stored_key(dialect, &column.name),
        shown: column.name.clone(),
        open: policy.opens(relation, column),
        json: dialect == Dialect::Oracle && column.data_type.eq_ignore_ascii_case("json"),
    });
    let name = written(dialect, &relation.name);
    Table {
        schema: stored_key(dialect, &relation.schema),
        written: if default { name } else { format!("{}.{name}", written(dialect, &relation.schema)) },
        name: stored_key(dialect, &relation.name),
        shown: if default { relation.name.clone() } else { format!("{}.{}", relation.schema, relation.name) },
        open: policy.opens_relation(relation),
        columns: columns.collect(),
    }
}

/// One row, one column, known to every Oracle database.
fn dual(schema: &str) -> Table {
    let dummy = Column { key: "DUMMY".to_owned(), shown: "DUMMY".to_owned(), open: true, json: false };
    Table {
        schema: schema.to_owned(),
        name: "DUAL".to_owned(),
        shown: String::new(),
        written: "DUAL".to_owned(),
        open: true,
        columns: vec![dummy],
    }
}
