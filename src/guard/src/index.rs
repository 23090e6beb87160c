//! A catalog under a policy, arranged for looking names up.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::{Catalog, CatalogColumn, Dialect, Limits, PUBLIC, Relation, RelationKind};

use super::Policy;
use super::access::Access;
use super::extent::Extent;
use super::names::{nearest, stored_key, written};
use super::scope::Output;

/// A catalog under a policy.
#[derive(Debug)]
pub(super) struct Index {
    tables: Vec<Table>,
    by_name: HashMap<String, Vec<usize>>,
    /// By schema and name.
    synonyms: HashMap<(String, String), usize>,
    default_schema: String,
    callables: HashSet<String>,
    /// The limits of a statement's cost.
    pub(super) limits: Limits,
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
    /// True if the policy opens anything of it.
    pub(super) open: bool,
    /// True if a `*` must be spelled out: some columns are closed, or would be if they came later.
    pub(super) partly: bool,
    /// In the database's order.
    pub(super) columns: Vec<Column>,
    /// The number of rows, by the database's statistics.
    pub(super) rows: Option<u64>,
    /// Sets of columns whose values identify at most one row.
    pub(super) keys: Vec<Vec<Arc<str>>>,
    /// Where a column is, by its key.
    places: HashMap<Arc<str>, usize>,
}

/// A column of a relation.
#[derive(Debug)]
pub(super) struct Column {
    /// The name as it is compared.
    pub(super) key: Arc<str>,
    /// The name as the catalog has it.
    pub(super) shown: String,
    /// The name as a statement must write it.
    pub(super) written: String,
    /// True if the policy opens it.
    pub(super) open: bool,
    /// True if dots may follow it: Oracle reads members of JSON columns that way.
    pub(super) json: bool,
    /// The number of distinct values, by the database's statistics.
    pub(super) distinct: Option<u64>,
    /// Its type as the catalog has it.
    data_type: Box<str>,
    /// The extent that naming it adds to an expression.
    pub(super) extent: Extent,
}

impl Column {
    /// The column as an output of a query that reads it.
    pub(super) fn output(&self) -> Output {
        Output { key: Some(Arc::clone(&self.key)), json: self.json, extent: self.extent }
    }

    /// True where its type is exactly this name, without a length or an owner.
    pub(super) fn is_of(&self, data_type: &str) -> bool {
        self.data_type.eq_ignore_ascii_case(data_type)
    }
}

impl Index {
    pub(super) fn new(catalog: &Catalog, policy: &Policy) -> Self {
        let dialect = catalog.dialect;
        let access = Access::new(policy, catalog);
        let mut tables: Vec<Table> = catalog.tables.iter().map(|one| table(catalog, &access, one)).collect();
        if dialect.facts().from.dual && !tables.iter().any(|one| one.name == "DUAL") {
            tables.push(dual(catalog));
        }
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (position, table) in tables.iter().enumerate() {
            by_name.entry(table.name.clone()).or_default().push(position);
        }
        let callables = catalog.callables.iter().map(|name| name.to_lowercase()).collect();
        let meant = |synonym| catalog.meant_by(synonym, &catalog.synonyms);
        let place = |relation: &Relation| catalog.tables.iter().position(|one| std::ptr::eq(one, relation));
        let everybodys = tables.last().filter(|one| one.is_dual()).map(|_| (PUBLIC.to_owned(), "DUAL".to_owned()));
        let dual = everybodys.map(|key| (key, tables.len() - 1));
        let synonyms = catalog.synonyms.iter().filter_map(|one| {
            let key = (stored_key(dialect, &one.schema), stored_key(dialect, &one.name));
            Some((key, meant(one).and_then(place)?))
        });
        let (synonyms, limits) = (dual.into_iter().chain(synonyms).collect(), policy.limits());
        Self {
            tables,
            by_name,
            synonyms,
            default_schema: stored_key(dialect, &catalog.default_schema),
            callables,
            limits,
        }
    }

    /// The relation of that name, or what a synonym of that name stands for: in that schema, or in the default one and
    /// then among the names everybody sees.
    pub(super) fn find(&self, schema: Option<&str>, name: &str) -> Option<&Table> {
        let own = schema.unwrap_or(&self.default_schema);
        let mut named = self.by_name.get(name).into_iter().flatten().map(|at| &self.tables[*at]);
        named.find(|table| table.schema == own).or_else(|| {
            let everybody = schema.is_none().then_some(PUBLIC);
            [Some(own), everybody].into_iter().flatten().find_map(|schema| self.synonym(schema, name))
        })
    }

    fn synonym(&self, schema: &str, name: &str) -> Option<&Table> {
        self.synonyms.get(&(schema.to_owned(), name.to_owned())).map(|at| &self.tables[*at])
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

    /// Tells whether a column or a relation of that name is closed.
    pub(super) fn closes(&self, key: &str) -> bool {
        let closed = |table: &Table| !table.open && table.name == key;
        self.tables.iter().any(|table| closed(table) || table.column(key).is_some_and(|column| !column.open))
    }

    /// Tells whether mentioning the name can run code.
    pub(super) fn is_callable(&self, name: &str) -> bool {
        self.callables.contains(&name.to_lowercase())
    }

    /// True where the catalog has an object of this name that Oracle would find before its own. SYS alone always means the
    /// schema.
    pub(super) fn has_name(&self, name: &str) -> bool {
        let schema = |table: &Table| table.schema == name && name != "SYS";
        self.is_callable(name)
            || self.default_schema == name
            || self.tables.iter().any(|table| table.name == name || schema(table))
            || self.synonyms.keys().any(|(_, synonym)| synonym == name)
    }
}

impl Table {
    /// The column of that name.
    pub(super) fn column(&self, key: &str) -> Option<&Column> {
        self.places.get(key).map(|at| &self.columns[*at])
    }

    /// Tells whether it is Oracle's one-row table.
    pub(super) fn is_dual(&self) -> bool {
        self.shown.is_empty()
    }

    fn with_places(mut self) -> Self {
        self.places = self.columns.iter().enumerate().rev().map(|(at, one)| (Arc::clone(&one.key), at)).collect();
        self
    }
}

fn table(catalog: &Catalog, access: &Access, relation: &Relation) -> Table {
    let dialect = catalog.dialect;
    let default = stored_key(dialect, &relation.schema) == stored_key(dialect, &catalog.default_schema);
    let columns = relation.columns.iter().map(|column| Column {
        key: stored_key(dialect, &column.name).into(),
        shown: column.name.clone(),
        written: written(dialect, &column.name),
        open: access.opens(relation, column),
        json: dialect.facts().expressions.json_members && column.data_type.eq_ignore_ascii_case("json"),
        extent: Extent::of_type(&column.data_type),
        distinct: column.distinct,
        data_type: column.data_type.as_str().into(),
    });
    let name = written(dialect, &relation.name);
    Table {
        schema: stored_key(dialect, &relation.schema),
        written: if default { name } else { format!("{}.{name}", written(dialect, &relation.schema)) },
        name: stored_key(dialect, &relation.name),
        shown: if default { relation.name.clone() } else { format!("{}.{}", relation.schema, relation.name) },
        open: access.opens_relation(relation),
        partly: access.opens_by_column(relation) || relation.columns.iter().any(|one| !access.opens(relation, one)),
        columns: columns.collect(),
        rows: relation.rows,
        keys: keys(dialect, relation),
        places: HashMap::new(),
    }
    .with_places()
}

/// The keys of a relation. Where the catalog knows none, as for a view, a column with the usual name of a key counts as
/// one: only the estimated cost of a statement depends on it, never what it may read.
fn keys(dialect: Dialect, relation: &Relation) -> Vec<Vec<Arc<str>>> {
    let key = |name: &String| Arc::from(stored_key(dialect, name));
    let primary: Vec<Arc<str>> =
        relation.columns.iter().filter(|column| column.primary_key).map(|column| key(&column.name)).collect();
    let unique = relation.unique_keys.iter().map(|columns| columns.iter().map(key).collect::<Vec<_>>());
    let known: Vec<Vec<Arc<str>>> = std::iter::once(primary).chain(unique).filter(|key| !key.is_empty()).collect();
    if !known.is_empty() {
        return known;
    }
    let table = relation.name.to_lowercase();
    let one = table.strip_suffix("ies").map(|stem| format!("{stem}y"));
    let one = one.or_else(|| table.strip_suffix('s').map(str::to_owned)).unwrap_or_else(|| table.clone());
    let is_key = |name: &str| {
        let name = name.to_lowercase();
        let of = |table: &str| [format!("{table}_id"), format!("{table}id"), format!("id_{table}")].contains(&name);
        name == "id" || of(&table) || of(&one)
    };
    relation.columns.iter().filter(|column| is_key(&column.name)).map(|column| vec![key(&column.name)]).collect()
}

/// One row, one column, known to every Oracle database, and open whatever a policy says.
fn dual(catalog: &Catalog) -> Table {
    let everything = Access::new(&Policy::default(), catalog);
    let dummy = CatalogColumn { distinct: Some(1), ..CatalogColumn::new("DUMMY", "") };
    let relation = Relation { rows: Some(1), ..Relation::new("SYS", "DUAL", RelationKind::Table, vec![dummy]) };
    Table { shown: String::new(), written: "DUAL".to_owned(), ..table(catalog, &everything, &relation) }
}
