//! The meaning in a catalog of an entry such as `schema.table.column`.

use std::collections::{BTreeSet, HashSet};

use crate::{Catalog, CatalogColumn, PUBLIC, Relation};

/// The purpose of an entry: in doubt a denial means more, and a permission less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Allow,
    Deny,
}

/// Relations, by schema and name, and columns of relations.
#[derive(Debug, Default)]
pub(super) struct Named {
    relations: HashSet<(String, String)>,
    columns: HashSet<(String, String, String)>,
}

impl Named {
    /// Collects the relations and columns that entries name.
    pub(super) fn by<'e>(entries: impl Iterator<Item = &'e str>, catalog: &Catalog, kind: Kind) -> Self {
        let mut named = Self::default();
        entries.for_each(|entry| named.add(entry, catalog, kind));
        named
    }

    /// Tells whether a column is named, or the whole relation.
    pub(super) fn has(&self, relation: &Relation, column: &CatalogColumn) -> bool {
        let (schema, name) = (relation.schema.clone(), relation.name.clone());
        self.has_all(relation) || self.columns.contains(&(schema, name, column.name.clone()))
    }

    /// Tells whether the whole relation is named.
    pub(super) fn has_all(&self, relation: &Relation) -> bool {
        self.relations.contains(&(relation.schema.clone(), relation.name.clone()))
    }

    /// Tells whether nothing is named.
    pub(super) fn is_empty(&self) -> bool {
        self.relations.is_empty() && self.columns.is_empty()
    }

    /// Adds what an entry names. Without a schema it allows only what a statement finds without one; where it can be read
    /// as a table and as a column, it allows the table.
    fn add(&mut self, entry: &str, catalog: &Catalog, kind: Kind) {
        let Some(parts) = parts(entry) else { return };
        let known = names(catalog);
        let found = |part: &Part| -> Vec<&Relation> {
            let all = known.iter().filter(|(_, name, _)| part.is(name));
            if kind == Kind::Deny {
                return all.map(|(.., relation)| *relation).collect();
            }
            // In the order in which a statement finds them.
            let order = |schema: &str| [&catalog.default_schema, PUBLIC].iter().position(|one| *one == schema);
            let first =
                all.filter_map(|(schema, _, relation)| Some((order(schema)?, *relation))).min_by_key(|(at, _)| *at);
            first.map(|(_, relation)| relation).into_iter().collect()
        };
        let within = |schema: &Part, part: &Part| -> Vec<&Relation> {
            let both = known.iter().filter(|(in_schema, name, _)| schema.is(in_schema) && part.is(name));
            both.map(|(.., relation)| *relation).collect()
        };
        let (tables, with_column) = match parts.as_slice() {
            [table] => (found(table), None),
            [first, second] => (within(first, second), Some((found(first), second))),
            [schema, table, column] => (Vec::new(), Some((within(schema, table), column))),
            _ => return,
        };
        let is_table = !tables.is_empty();
        self.relations.extend(tables.into_iter().map(|relation| (relation.schema.clone(), relation.name.clone())));
        let Some((relations, column)) = with_column.filter(|_| kind == Kind::Deny || !is_table) else { return };
        for relation in relations {
            let known = relation.columns.iter().filter(|one| column.is(&one.name));
            self.columns.extend(known.map(|one| (relation.schema.clone(), relation.name.clone(), one.name.clone())));
        }
    }
}

/// The relations that entries such as `schema.table` name, and those whose columns they name, as
/// [`ApprovedStatement::relations`](super::ApprovedStatement::relations) names them.
pub fn named_relations(entries: &[String], catalog: &Catalog) -> BTreeSet<String> {
    let named = Named::by(entries.iter().map(String::as_str), catalog, Kind::Deny);
    let meant = |relation: &&Relation| relation.columns.iter().any(|column| named.has(relation, column));
    catalog.tables.iter().filter(meant).map(|relation| catalog.shown(relation)).collect()
}

/// The relation that an entry names as a statement would find it, and the column, where it names one. An entry of two
/// parts that can be read either way is the table of that schema.
pub fn meant<'c>(entry: &str, catalog: &'c Catalog) -> Option<(&'c Relation, Option<&'c CatalogColumn>)> {
    let (parts, known) = (parts(entry)?, names(catalog));
    let found = |part: &Part| {
        let order = |schema: &str| [&catalog.default_schema, PUBLIC].iter().position(|one| *one == schema);
        let all = known.iter().filter(|(_, name, _)| part.is(name));
        let first = all.filter_map(|(schema, _, relation)| Some((order(schema)?, *relation))).min_by_key(|(at, _)| *at);
        first.map(|(_, relation)| relation)
    };
    let within = |schema: &Part, part: &Part| {
        let mut both = known.iter().filter(|(in_schema, name, _)| schema.is(in_schema) && part.is(name));
        both.next().map(|(.., relation)| *relation)
    };
    let column_of = |relation: &'c Relation, part: &Part| {
        relation.columns.iter().find(|one| part.is(&one.name)).map(|column| (relation, Some(column)))
    };
    match parts.as_slice() {
        [table] => found(table).map(|relation| (relation, None)),
        [first, second] => match within(first, second) {
            Some(relation) => Some((relation, None)),
            None => column_of(found(first)?, second),
        },
        [schema, table, column] => column_of(within(schema, table)?, column),
        _ => None,
    }
}

/// Every name of a catalog, with its schema and the relation it stands for.
fn names(catalog: &Catalog) -> Vec<(&str, &str, &Relation)> {
    let tables = catalog.tables.iter().map(|one| (one.schema.as_str(), one.name.as_str(), one));
    let synonyms = catalog.synonyms.iter().filter_map(|synonym| {
        let relation = catalog.meant_by(synonym, &catalog.synonyms)?;
        Some((synonym.schema.as_str(), synonym.name.as_str(), relation))
    });
    tables.chain(synonyms).collect()
}

/// A part of an entry: compared without regard to case, or exactly where it is in quotes.
pub(super) struct Part {
    name: String,
    exact: bool,
}

impl Part {
    fn is(&self, name: &str) -> bool {
        if self.exact { self.name == name } else { self.name.to_lowercase() == name.to_lowercase() }
    }
}

/// The parts of `schema."a.b".column`; `None` for what is no such entry.
pub(super) fn parts(entry: &str) -> Option<Vec<Part>> {
    let (mut parts, mut name, mut quoted, mut exact) = (Vec::new(), String::new(), false, false);
    for c in entry.trim().chars().chain(['.']) {
        match c {
            '"' => {
                quoted = !quoted;
                exact = true;
            }
            '.' if !quoted => {
                let part = std::mem::take(&mut name);
                parts.push(Part { name: if exact { part } else { part.trim().to_owned() }, exact });
                exact = false;
            }
            c => name.push(c),
        }
    }
    let whole = !quoted && parts.len() <= 3 && parts.iter().all(|part| !part.name.is_empty());
    whole.then_some(parts)
}
