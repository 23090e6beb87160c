//! Which relations and columns of a target may be read, and how much of them.

use crate::domain::{Catalog, CatalogColumn, Limits, Relation};

/// What one part of a configuration opens and closes: a target for everybody, or a role. Names compare without regard
/// to case.
///
/// An entry is `table`, `table.column`, `schema.table` or `schema.table.column`; a synonym may stand for its table. An
/// entry of two parts is a column when the catalog has it, and a table of a schema when the catalog has that; a denial
/// means both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// What may be read; `None` closes nothing.
    pub allow: Option<Vec<String>>,
    /// What may not.
    pub deny: Vec<String>,
}

/// What somebody may read of a target.
///
/// A column is open when nothing denies it, the target's own rules allow it, and one of the roles allows it. A role
/// without a list of what it allows adds nothing to the lists of the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    target: Rules,
    roles: Vec<Rules>,
    limits: Limits,
}

impl From<Rules> for Policy {
    /// Everybody may read the same, within the limits that hold where none are given.
    fn from(target: Rules) -> Self {
        Self { target, ..Self::default() }
    }
}

impl Policy {
    /// The rules that hold for everybody who asks a target, those of the roles of somebody, and how much a statement may
    /// cost.
    pub fn new(target: Rules, roles: Vec<Rules>, limits: Limits) -> Self {
        Self { target, roles, limits }
    }

    /// How much a statement may cost.
    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// The entries that name nothing of the catalog: a misspelt denial protects nothing.
    pub fn unmatched<'p>(&'p self, catalog: &Catalog) -> Vec<&'p str> {
        let known = |entry: &str| {
            let meant = meant(entry, catalog);
            catalog.tables.iter().any(|relation| {
                let named = |column| meant.iter().any(|one| names_column(one, relation, column));
                meant.iter().any(|one| names_table(one, relation)) || relation.columns.iter().any(named)
            })
        };
        let rules = std::iter::once(&self.target).chain(&self.roles);
        let entries = rules.flat_map(|rules| rules.allow.iter().flatten().chain(&rules.deny));
        entries.map(String::as_str).filter(|entry| !known(entry)).collect()
    }

    /// The part of a catalog that may be read: all that people, prompts and suggestions may know of.
    pub fn open_part(&self, mut catalog: Catalog) -> Catalog {
        let access = Access::new(self, &catalog);
        catalog.tables.retain(|relation| access.opens_relation(relation));
        let names: Vec<String> = catalog.tables.iter().map(|relation| relation.name.clone()).collect();
        for relation in &mut catalog.tables {
            let whole = relation.clone();
            relation.columns.retain(|column| access.opens(&whole, column));
            let open = |column: &String| relation.columns.iter().any(|one| one.name == *column);
            relation.foreign_keys.retain(|key| key.columns.iter().all(open) && names.contains(&key.relation));
        }
        let synonyms = std::mem::take(&mut catalog.synonyms);
        catalog.synonyms = synonyms.iter().filter(|one| catalog.meant_by(one, &synonyms).is_some()).cloned().collect();
        catalog
    }
}

/// A policy in the names of one catalog: its synonyms are followed.
pub(super) struct Access {
    deny: Vec<String>,
    /// What is open is in every one of these lists.
    allow: Vec<Vec<String>>,
}

impl Access {
    pub(super) fn new(policy: &Policy, catalog: &Catalog) -> Self {
        let all = |entries: &[String]| entries.iter().flat_map(|entry| meant(entry, catalog)).collect::<Vec<_>>();
        let Policy { target, roles, limits: _ } = policy;
        let deny = std::iter::once(target).chain(roles).flat_map(|rules| all(&rules.deny)).collect();
        let lists: Vec<&Vec<String>> = roles.iter().filter_map(|rules| rules.allow.as_ref()).collect();
        let by_roles = (!lists.is_empty()).then(|| lists.into_iter().flat_map(|list| all(list)).collect());
        Self { deny, allow: target.allow.as_deref().map(all).into_iter().chain(by_roles).collect() }
    }

    /// Whether a column may be read.
    pub(super) fn opens(&self, relation: &Relation, column: &CatalogColumn) -> bool {
        let names = |entry: &String| names_table(entry, relation) || names_column(entry, relation, column);
        !self.deny.iter().any(names) && self.allow.iter().all(|list| list.iter().any(names))
    }

    /// Whether anything of a relation may be read.
    pub(super) fn opens_relation(&self, relation: &Relation) -> bool {
        let denied = self.deny.iter().any(|entry| names_table(entry, relation));
        !denied && relation.columns.iter().any(|column| self.opens(relation, column))
    }
}

/// An entry, and the same for the relations of the synonyms it names.
fn meant(entry: &str, catalog: &Catalog) -> Vec<String> {
    let parts: Vec<&str> = entry.split('.').map(str::trim).collect();
    let mut all = vec![entry.to_owned()];
    for synonym in &catalog.synonyms {
        let column = match parts.as_slice() {
            [name] if same(name, &synonym.name) => None,
            [schema, name] if same(schema, &synonym.schema) && same(name, &synonym.name) => None,
            [name, column] if same(name, &synonym.name) => Some(column),
            [schema, name, column] if same(schema, &synonym.schema) && same(name, &synonym.name) => Some(column),
            _ => continue,
        };
        if let Some(relation) = catalog.meant_by(synonym, &catalog.synonyms) {
            let table = format!("{}.{}", relation.schema, relation.name);
            all.push(column.map_or_else(|| table.clone(), |column| format!("{table}.{column}")));
        }
    }
    all
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
    use crate::domain::{Dialect, RelationKind, Synonym};

    fn catalog() -> Catalog {
        Catalog::new(Dialect::Oracle, "main", vec![relation()])
    }

    /// Which of the two columns a policy opens.
    fn opens(policy: &Policy) -> Vec<bool> {
        let (access, relation) = (Access::new(policy, &catalog()), relation());
        let opens: Vec<bool> = relation.columns.iter().map(|column| access.opens(&relation, column)).collect();
        assert_eq!(access.opens_relation(&relation), opens.contains(&true), "{policy:?}");
        opens
    }

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
            let policy = Policy::from(Rules { allow: allow.map(names), deny: names(deny) });
            assert_eq!(opens(&policy), [opens_id, opens_secret], "{policy:?}");
        }
    }

    type Sketch<'s> = (Option<&'s [&'s str]>, &'s [&'s str]);

    #[test]
    fn roles_add_up_what_they_allow_and_any_denial_wins() {
        let rules = |(allow, deny): &(Option<&[&str]>, &[&str])| Rules {
            allow: allow.map(|list| list.iter().map(|one| (*one).to_owned()).collect()),
            deny: deny.iter().map(|one| (*one).to_owned()).collect(),
        };
        let (id, secret, everything, no_secret): (Sketch<'_>, Sketch<'_>, Sketch<'_>, Sketch<'_>) =
            ((Some(&["users.id"]), &[]), (Some(&["users.secret"]), &[]), (None, &[]), (None, &["users.secret"]));
        for (target, roles, expected) in [
            (everything, vec![], [true, true]),
            (everything, vec![id], [true, false]),
            (everything, vec![id, secret], [true, true]),
            (everything, vec![id, everything], [true, false]),
            (everything, vec![id, secret, no_secret], [true, false]),
            (no_secret, vec![secret], [false, false]),
            (id, vec![secret], [false, false]),
            (id, vec![id, secret], [true, false]),
            (everything, vec![(Some(&[]), &[])], [false, false]),
        ] {
            let policy = Policy::new(rules(&target), roles.iter().map(rules).collect(), Limits::default());
            assert_eq!(opens(&policy), expected, "{policy:?}");
        }
    }

    #[test]
    fn an_entry_may_name_a_synonym() {
        let synonym = |name: &str, of: &str| Synonym {
            schema: "PUBLIC".to_owned(),
            name: name.to_owned(),
            of_schema: "main".to_owned(),
            of: of.to_owned(),
        };
        let mut catalog = catalog();
        catalog.synonyms = vec![synonym("people", "Users"), synonym("lost", "nothing")];
        for (entry, expected) in [
            ("people", [false, false]),
            ("public.people", [false, false]),
            ("people.secret", [true, false]),
            ("PUBLIC.PEOPLE.SECRET", [true, false]),
            ("other.people", [true, true]),
        ] {
            let policy = Policy::from(Rules { allow: None, deny: vec![entry.to_owned()] });
            let access = Access::new(&policy, &catalog);
            let relation = relation();
            let opens: Vec<bool> = relation.columns.iter().map(|column| access.opens(&relation, column)).collect();
            assert_eq!(opens, expected, "{entry}");
            assert_eq!(policy.unmatched(&catalog).is_empty(), entry != "other.people", "{entry}");
        }
        let open = Policy::default().open_part(catalog.clone());
        assert_eq!(open.synonyms.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["people"]);
        let closed = Policy::from(Rules { allow: Some(Vec::new()), deny: Vec::new() });
        assert_eq!(closed.open_part(catalog).synonyms, []);
    }

    #[test]
    fn misspelt_entries_are_found() {
        let policy = Policy::from(Rules {
            allow: Some(vec!["users".to_owned()]),
            deny: vec!["users.sceret".to_owned(), "users.secret".to_owned()],
        });
        assert_eq!(policy.unmatched(&catalog()), ["users.sceret"]);
    }
}
