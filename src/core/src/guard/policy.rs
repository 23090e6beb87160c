//! Which relations and columns of a target may be read.

use crate::domain::{Catalog, CatalogColumn, Relation};

/// Which relations and columns may be read. Deny wins over allow; names compare without regard to case.
///
/// An entry is `table`, `table.column`, `schema.table` or `schema.table.column`. An entry of two parts is a column when
/// the catalog has it, and a table of a schema when the catalog has that; a denial means both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// What may be read; `None` allows the whole catalog.
    pub allow: Option<Vec<String>>,
    /// What may not.
    pub deny: Vec<String>,
}

impl Policy {
    /// The entries that name nothing of the catalog: a misspelt denial protects nothing.
    pub fn unmatched<'p>(&'p self, catalog: &Catalog) -> Vec<&'p str> {
        let entries = self.allow.iter().flatten().chain(&self.deny);
        entries
            .map(String::as_str)
            .filter(|entry| {
                let named = |relation: &Relation| {
                    names_table(entry, relation)
                        || relation.columns.iter().any(|one| names_column(entry, relation, one))
                };
                !catalog.tables.iter().any(named)
            })
            .collect()
    }

    /// The part of a catalog that may be read: all that people, prompts and suggestions may know of.
    pub fn open_part(&self, mut catalog: Catalog) -> Catalog {
        catalog.tables.retain(|relation| self.opens_relation(relation));
        let names: Vec<String> = catalog.tables.iter().map(|relation| relation.name.clone()).collect();
        for relation in &mut catalog.tables {
            let closed = relation.clone();
            relation.columns.retain(|column| self.opens(&closed, column));
            let open = |column: &String| relation.columns.iter().any(|one| one.name == *column);
            relation.foreign_keys.retain(|key| key.columns.iter().all(open) && names.contains(&key.relation));
        }
        catalog
    }

    /// Whether a column may be read.
    pub(super) fn opens(&self, relation: &Relation, column: &CatalogColumn) -> bool {
        let names = |entry: &String| names_table(entry, relation) || names_column(entry, relation, column);
        !self.deny.iter().any(names) && self.allow.as_ref().is_none_or(|allow| allow.iter().any(names))
    }

    /// Whether anything of a relation may be read.
    pub(super) fn opens_relation(&self, relation: &Relation) -> bool {
        let denied = self.deny.iter().any(|entry| names_table(entry, relation));
        !denied && relation.columns.iter().any(|column| self.opens(relation, column))
    }
}

fn names_table(entry: &str, relation: &Relation) -> bool {
    let parts: Vec<&str> = entry.split('.').map(str::trim).collect();
    match parts.as_slice() {
        [table] => same(table, &relation.name),
        [schema, table] => same(schema, &relation.schema) && same(table, &relation.name),
        _ => false,
    }
}

fn names_column(entry: &str, relation: &Relation, of: &CatalogColumn) -> bool {
    let parts: Vec<&str> = entry.split('.').map(str::trim).collect();
    match parts.as_slice() {
        [table, column] => same(table, &relation.name) && same(column, &of.name),
        [schema, table, column] => {
            same(schema, &relation.schema) && same(table, &relation.name) && same(column, &of.name)
        }
        _ => false,
    }
}

fn same(entry: &str, name: &str) -> bool {
    entry.to_lowercase() == name.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Dialect, RelationKind};

    fn relation() -> Relation {
        let column = |name: &str| CatalogColumn {
            name: name.to_owned(),
            data_type: "text".to_owned(),
            comment: String::new(),
            primary_key: false,
        };
        Relation {
            schema: "main".to_owned(),
            name: "Users".to_owned(),
            kind: RelationKind::Table,
            columns: vec![column("id"), column("secret")],
            comment: String::new(),
            foreign_keys: Vec::new(),
        }
    }

    #[test]
    fn deny_wins_and_an_allow_list_closes_the_rest() {
        let names = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect::<Vec<String>>();
        for (allow, deny, opens_id, opens_secret) in [
            (None, &[][..], true, true),
            (None, &["USERS.secret"][..], true, false),
            (None, &["main.users.secret"][..], true, false),
            (None, &["users"][..], false, false),
            (None, &["main.users"][..], false, false),
            (Some(&["users"][..]), &["users.secret"][..], true, false),
            (Some(&["users.id"][..]), &[][..], true, false),
            (Some(&["users.id"][..]), &["users"][..], false, false),
            (Some(&["other"][..]), &[][..], false, false),
            (Some(&[][..]), &[][..], false, false),
        ] {
            let policy = Policy { allow: allow.map(names), deny: names(deny) };
            let relation = relation();
            let opens: Vec<bool> = relation.columns.iter().map(|column| policy.opens(&relation, column)).collect();
            assert_eq!(opens, [opens_id, opens_secret], "{policy:?}");
            assert_eq!(policy.opens_relation(&relation), opens_id || opens_secret, "{policy:?}");
        }
    }

    #[test]
    fn misspelt_entries_are_found() {
        let catalog = Catalog {
            dialect: Dialect::Sqlite,
            default_schema: "main".to_owned(),
            tables: vec![relation()],
            callables: Vec::new(),
        };
        let policy = Policy {
            allow: Some(vec!["users".to_owned()]),
            deny: vec!["users.sceret".to_owned(), "users.secret".to_owned()],
        };
        assert_eq!(policy.unmatched(&catalog), ["users.sceret"]);
    }
}
