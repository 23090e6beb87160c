//! A target's introspected schema.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Dialect;

/// Everything the guard and the prompt know of a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// The language of the target.
    pub dialect: Dialect,
    /// Where names without a schema are looked up first.
    pub default_schema: String,
    /// Tables and views.
    pub tables: Vec<Relation>,
    /// Names that run code when mentioned (procedures, functions, packages, sequences).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub callables: Vec<String>,
    /// Other names of relations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub synonyms: Vec<Synonym>,
}

/// The schema in which Oracle keeps the names that everybody sees.
pub const PUBLIC: &str = "PUBLIC";

/// Another name of a relation of this database, or of another such synonym; Oracle has them. One that leads through a
/// database link is none: it must not be in a catalog, where it would be taken for a relation of that name here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Synonym {
    /// The schema it belongs to; [`PUBLIC`] where everybody sees it.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// The schema of what it stands for.
    pub of_schema: String,
    /// The relation that it stands for.
    pub of: String,
}

impl Catalog {
    /// A catalog without synonyms or names that run code.
    pub fn new(dialect: Dialect, default_schema: &str, tables: Vec<Relation>) -> Self {
        let default_schema = default_schema.to_owned();
        Self { dialect, default_schema, tables, callables: Vec::new(), synonyms: Vec::new() }
    }

    /// The column that `table.column` names here: in the default schema first, then in the only other that has it.
    pub fn resolve(&self, column: &ColumnRef) -> Option<ColumnPath> {
        let found = self.tables.iter().filter(|relation| relation.name.eq_ignore_ascii_case(&column.relation));
        let mut paths = found.filter_map(|relation| {
            let known = relation.columns.iter().find(|known| known.name.eq_ignore_ascii_case(&column.column))?;
            let (schema, name) = (relation.schema.clone(), relation.name.clone());
            Some(ColumnPath { schema, relation: name, column: known.name.clone() })
        });
        let all: Vec<ColumnPath> = paths.by_ref().collect();
        let default = all.iter().find(|path| path.schema == self.default_schema);
        match (default, all.as_slice()) {
            (Some(path), _) | (None, [path]) => Some(path.clone()),
            _ => None,
        }
    }

    /// The relation a key of another points at.
    pub fn referred(&self, from: &Relation, key: &ForeignKey) -> Option<&Relation> {
        let same_schema = self.tables.iter().find(|one| one.schema == from.schema && one.name == key.relation);
        let elsewhere = || self.tables.iter().find(|one| format!("{}.{}", one.schema, one.name) == key.relation);
        same_schema.or_else(elsewhere)
    }

    /// The name of a relation as people read it: with its schema, unless that is the default one.
    pub fn shown(&self, relation: &Relation) -> String {
        if relation.schema == self.default_schema {
            relation.name.clone()
        } else {
            format!("{}.{}", relation.schema, relation.name)
        }
    }

    /// The relation a synonym stands for in the end; `None` where it leads nowhere. `synonyms` are those it may lead to.
    pub(crate) fn meant_by(&self, synonym: &Synonym, synonyms: &[Synonym]) -> Option<&Relation> {
        /// Longest way from one to another: some lead in a circle.
        const FARTHEST: usize = 8;
        let next = |one: &&Synonym| synonyms.iter().find(|next| next.schema == one.of_schema && next.name == one.of);
        std::iter::successors(Some(synonym), next).take(FARTHEST).find_map(|one| {
            self.tables.iter().find(|relation| relation.schema == one.of_schema && relation.name == one.of)
        })
    }
}

/// The way in which a relation has its rows: stored or computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RelationKind {
    /// Stores rows.
    #[default]
    Table,
    /// Computes them.
    View,
}

/// A table or a view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    /// The schema it belongs to, as the database stores it.
    pub schema: String,
    /// Its name, as the database stores it.
    pub name: String,
    /// Stores or computes.
    #[serde(default)]
    pub kind: RelationKind,
    /// In the database's order.
    pub columns: Vec<CatalogColumn>,
    /// Its owner's comment on it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
    /// References to other relations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub foreign_keys: Vec<ForeignKey>,
    /// Sets of columns whose values are unique beside the primary key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unique_keys: Vec<Vec<String>>,
    /// The number of rows, by the database's statistics; `None` where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
}

impl Relation {
    /// A relation of which nothing but its columns is known.
    pub fn new(schema: &str, name: &str, kind: RelationKind, columns: Vec<CatalogColumn>) -> Self {
        Self {
            schema: schema.to_owned(),
            name: name.to_owned(),
            kind,
            columns,
            comment: String::new(),
            foreign_keys: Vec::new(),
            unique_keys: Vec::new(),
            rows: None,
        }
    }
}

/// A column of a relation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogColumn {
    /// Its name, as the database stores it.
    pub name: String,
    /// Its declared type.
    #[serde(rename = "type")]
    pub data_type: String,
    /// Its owner's comment on it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
    /// True if it is part of the primary key.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub primary_key: bool,
    /// The number of distinct values, by the database's statistics; `None` where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distinct: Option<u64>,
}

impl CatalogColumn {
    /// A column of which nothing but its type is known.
    pub fn new(name: &str, data_type: &str) -> Self {
        Self {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            comment: String::new(),
            primary_key: false,
            distinct: None,
        }
    }
}

/// Columns that point at another relation's columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKey {
    /// Columns here.
    pub columns: Vec<String>,
    /// The relation pointed at; `schema.relation` where it is in another schema.
    pub relation: String,
    /// Columns there, in the same order.
    pub references: Vec<String>,
}

/// A column under its stored names, as a catalog has it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnPath {
    /// The schema of the relation.
    pub schema: String,
    /// The relation's name.
    pub relation: String,
    /// The column's name.
    pub column: String,
}

impl fmt::Display for ColumnPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.schema, self.relation, self.column)
    }
}

/// `table.column`, as stewards and policies write it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ColumnRef {
    /// The relation's name.
    pub relation: String,
    /// The column's name.
    pub column: String,
}

impl fmt::Display for ColumnRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.relation, self.column)
    }
}

impl FromStr for ColumnRef {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('.') {
            Some((relation, column)) if !relation.is_empty() && !column.is_empty() && !column.contains('.') => {
                Ok(Self { relation: relation.to_owned(), column: column.to_owned() })
            }
            _ => Err(format!("{text} is not of the form table.column")),
        }
    }
}

impl TryFrom<String> for ColumnRef {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ColumnRef> for String {
    fn from(column: ColumnRef) -> Self {
        format!("{}.{}", column.relation, column.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_catalog_in_json_may_say_more_than_is_read() {
        let json = r#"{"dialect":"sqlite","default_schema":"main","tables":[{"schema":"main","name":"t","kind":"table",
            "rows":12,"columns":[{"name":"id","type":"INTEGER","nullable":false}]}],"read_on":"2026-01-01"}"#;
        let catalog: Catalog = serde_json::from_str(json).unwrap();
        assert_eq!(catalog.tables[0].columns[0].name, "id");
    }
}
