//! Which relations and columns of a target may be read, and how much of them.

use crate::domain::{Catalog, CatalogColumn, ForeignKey, Limits, Relation};

use super::entries::{Kind, Named, parts};

/// What one part of a configuration opens and closes: a target for everybody, or a role.
///
/// An entry is `table`, `table.column`, `schema.table` or `schema.table.column`; a synonym may stand for its table. Names
/// compare without regard to case, but those in double quotes, which may hold dots. A denial without a schema means the
/// table in every schema, a permission that of the default one; an entry of two parts that can be read either way denies
/// both, and allows the table of that schema.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// What may be read; `None` closes nothing.
    pub allow: Option<Vec<String>>,
    /// What may not.
    pub deny: Vec<String>,
}

impl Rules {
    /// Whether a text can be an entry: one to three names, the quotes closed.
    pub fn is_entry(text: &str) -> bool {
        parts(text).is_some()
    }
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
    /// What others may read: only what they may read too is open. They have none of their own.
    also: Vec<Policy>,
}

/// One of the lists a policy is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Of the target, for everybody.
    Target,
    /// Of this one of the roles, counted from 0.
    Role(usize),
}

/// What made a relation or a column open or closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// This entry denies it.
    Denied(List, String),
    /// What may be read is listed, and it is not.
    NotListed(List),
    /// This entry allows it, and nothing denies it.
    Listed(List, String),
    /// Nothing names it, and nothing need.
    Open,
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
        Self { target, roles, limits, also: Vec::new() }
    }

    /// The same, but open only where others may read too: what several people may all see.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        let Self { also, .. } = &other;
        self.also.extend(also.iter().cloned());
        self.also.push(Self { also: Vec::new(), ..other });
        self
    }

    /// Whether a relation, or a column of it, is open, and which entry of which list makes it so. Others are not asked.
    pub fn judge(&self, catalog: &Catalog, relation: &Relation, column: Option<&CatalogColumn>) -> (bool, Cause) {
        let access = Access::new(&Self { also: Vec::new(), ..self.clone() }, catalog);
        let opens = match column {
            Some(column) => access.opens(relation, column),
            None => access.opens_relation(relation),
        };
        let names = |entry: &String, kind| {
            let named = Named::by(std::iter::once(entry.as_str()), catalog, kind);
            column.map_or(named.has_all(relation), |column| named.has(relation, column))
        };
        let lists = || std::iter::once((List::Target, &self.target)).chain(self.role_lists());
        if opens {
            let allowing = lists().flat_map(|(list, rules)| rules.allow.iter().flatten().map(move |one| (list, one)));
            let found =
                allowing.into_iter().filter(|(_, entry)| Self::touches(entry, catalog, relation, column)).last();
            return (true, found.map_or(Cause::Open, |(list, entry)| Cause::Listed(list, entry.clone())));
        }
        for (list, rules) in lists() {
            if let Some(entry) = rules.deny.iter().find(|entry| names(entry, Kind::Deny)) {
                return (false, Cause::Denied(list, entry.clone()));
            }
        }
        for (list, rules) in lists() {
            let Some(allow) = &rules.allow else { continue };
            if !allow.iter().any(|entry| Self::touches(entry, catalog, relation, column)) {
                return (false, Cause::NotListed(list));
            }
        }
        // Closed column by column: the first one says why.
        match (column, relation.columns.first()) {
            (None, Some(first)) => self.judge(catalog, relation, Some(first)),
            _ => (false, Cause::NotListed(List::Target)),
        }
    }

    fn role_lists(&self) -> impl Iterator<Item = (List, &Rules)> {
        self.roles.iter().enumerate().map(|(at, rules)| (List::Role(at), rules))
    }

    /// Whether an entry of a list of what is allowed names the column, or anything of the relation where none is meant.
    fn touches(entry: &str, catalog: &Catalog, relation: &Relation, column: Option<&CatalogColumn>) -> bool {
        let named = Named::by(std::iter::once(entry), catalog, Kind::Allow);
        let mut columns = relation.columns.iter();
        column.map_or_else(|| columns.any(|one| named.has(relation, one)), |column| named.has(relation, column))
    }

    /// How much a statement may cost.
    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// All that the rules name, as written.
    pub fn entries(&self) -> Vec<&str> {
        self.named().map(|(entry, _)| entry).collect()
    }

    /// The entries that name nothing of the catalog: a misspelt denial protects nothing.
    pub fn unmatched(&self, catalog: &Catalog) -> Vec<&str> {
        let unknown = |(entry, kind): &(&str, Kind)| Named::by(std::iter::once(*entry), catalog, *kind).is_empty();
        self.named().filter(unknown).map(|(entry, _)| entry).collect()
    }

    fn named(&self) -> impl Iterator<Item = (&str, Kind)> {
        let allowed = |entry| (String::as_str(entry), Kind::Allow);
        let denied = |entry| (String::as_str(entry), Kind::Deny);
        std::iter::once(&self.target)
            .chain(&self.roles)
            .flat_map(move |rules| rules.allow.iter().flatten().map(allowed).chain(rules.deny.iter().map(denied)))
    }

    /// The part of a catalog that may be read: all that people, prompts and suggestions may know of.
    pub fn open_part(&self, mut catalog: Catalog) -> Catalog {
        let access = Access::new(self, &catalog);
        let opens_all = |relation: &Relation, names: &[String]| {
            let is_open =
                |name: &String| relation.columns.iter().any(|one| one.name == *name && access.opens(relation, one));
            names.iter().all(is_open)
        };
        let open_keys: Vec<Vec<ForeignKey>> = catalog
            .tables
            .iter()
            .map(|from| {
                let is_open = |key: &&ForeignKey| {
                    let to = catalog.referred(from, key);
                    opens_all(from, &key.columns) && to.is_some_and(|to| opens_all(to, &key.references))
                };
                from.foreign_keys.iter().filter(is_open).cloned().collect()
            })
            .collect();
        for (relation, keys) in catalog.tables.iter_mut().zip(open_keys) {
            let whole = relation.clone();
            relation.foreign_keys = keys;
            relation.unique_keys.retain(|key| opens_all(&whole, key));
            relation.columns.retain(|column| access.opens(&whole, column));
        }
        catalog.tables.retain(|relation| !relation.columns.is_empty());
        let synonyms = std::mem::take(&mut catalog.synonyms);
        catalog.synonyms = synonyms.iter().filter(|one| catalog.meant_by(one, &synonyms).is_some()).cloned().collect();
        catalog
    }
}

/// A policy in the names of one catalog.
pub(super) struct Access {
    deny: Named,
    /// What is open is in every one of these.
    allow: Vec<Named>,
}

impl Access {
    pub(super) fn new(policy: &Policy, catalog: &Catalog) -> Self {
        let everybody = || std::iter::once(policy).chain(&policy.also);
        let rules = everybody().flat_map(|one| std::iter::once(&one.target).chain(&one.roles));
        let denied = rules.flat_map(|rules| &rules.deny).map(String::as_str);
        Self {
            deny: Named::by(denied, catalog, Kind::Deny),
            allow: everybody().flat_map(|one| Self::allowed(one, catalog)).collect(),
        }
    }

    /// What the target's own list names, and what those of the roles name together.
    fn allowed(policy: &Policy, catalog: &Catalog) -> impl Iterator<Item = Named> {
        let lists: Vec<&Vec<String>> = policy.roles.iter().filter_map(|rules| rules.allow.as_ref()).collect();
        let by_roles = (!lists.is_empty())
            .then(|| Named::by(lists.into_iter().flatten().map(String::as_str), catalog, Kind::Allow));
        let by_target =
            policy.target.allow.as_ref().map(|list| Named::by(list.iter().map(String::as_str), catalog, Kind::Allow));
        by_target.into_iter().chain(by_roles)
    }

    /// Whether a column may be read.
    pub(super) fn opens(&self, relation: &Relation, column: &CatalogColumn) -> bool {
        !self.deny.has(relation, column) && self.allow.iter().all(|list| list.has(relation, column))
    }

    /// Whether a relation is open column by column: one that is added to it later is not.
    pub(super) fn opens_by_column(&self, relation: &Relation) -> bool {
        self.allow.iter().any(|list| !list.has_all(relation))
    }

    /// Whether anything of a relation may be read.
    pub(super) fn opens_relation(&self, relation: &Relation) -> bool {
        !self.deny.has_all(relation) && relation.columns.iter().any(|column| self.opens(relation, column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Dialect, PUBLIC, RelationKind, Synonym};

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
        let column = |name: &str| CatalogColumn::new(name, "text");
        Relation::new("main", "Users", RelationKind::Table, vec![column("id"), column("secret")])
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

    #[test]
    fn what_several_may_all_see_is_what_each_of_them_may() {
        let rules = |allow: Option<&[&str]>, deny: &[&str]| Rules {
            allow: allow.map(|list| list.iter().map(|one| (*one).to_owned()).collect()),
            deny: deny.iter().map(|one| (*one).to_owned()).collect(),
        };
        let of = |role: Rules| Policy::new(Rules::default(), vec![role], Limits::default());
        let (id, secret) = (of(rules(Some(&["users.id"]), &[])), of(rules(Some(&["users.secret"]), &[])));
        let (all, no_secret) = (of(rules(None, &[])), of(rules(None, &["users.secret"])));
        for (policy, expected) in [
            (id.clone().and(secret.clone()), [false, false]),
            (all.clone().and(id.clone()), [true, false]),
            (no_secret.clone().and(secret), [false, false]),
            (all.clone().and(no_secret).and(id), [true, false]),
            (all.clone().and(all), [true, true]),
        ] {
            assert_eq!(opens(&policy), expected, "{policy:?}");
        }
    }

    #[test]
    fn a_judgement_names_the_entry_and_agrees_with_the_access() {
        let list = |names: &[&str]| names.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let (catalog, relation) = (catalog(), relation());
        let nothing = Rules::default;
        for (target, role, column, expected) in [
            (nothing(), nothing(), Some(0), (true, Cause::Open)),
            (nothing(), nothing(), None, (true, Cause::Open)),
            (
                Rules { allow: None, deny: list(&["USERS.secret"]) },
                Rules { allow: Some(list(&["users"])), deny: Vec::new() },
                Some(1),
                (false, Cause::Denied(List::Target, "USERS.secret".to_owned())),
            ),
            (Rules { allow: None, deny: list(&["users.secret"]) }, nothing(), Some(0), (true, Cause::Open)),
            (
                nothing(),
                Rules { allow: None, deny: list(&["users"]) },
                Some(0),
                (false, Cause::Denied(List::Role(0), "users".to_owned())),
            ),
            (
                Rules { allow: Some(list(&["users"])), deny: Vec::new() },
                Rules { allow: Some(list(&["users.id"])), deny: Vec::new() },
                Some(1),
                (false, Cause::NotListed(List::Role(0))),
            ),
            (
                Rules { allow: Some(list(&["users"])), deny: Vec::new() },
                Rules { allow: Some(list(&["users.id"])), deny: Vec::new() },
                None,
                (true, Cause::Listed(List::Role(0), "users.id".to_owned())),
            ),
            (
                Rules { allow: Some(list(&["other"])), deny: Vec::new() },
                nothing(),
                None,
                (false, Cause::NotListed(List::Target)),
            ),
            (
                Rules { allow: None, deny: list(&["users.id", "users.secret"]) },
                nothing(),
                None,
                (false, Cause::Denied(List::Target, "users.id".to_owned())),
            ),
        ] {
            let policy = Policy::new(target, vec![role], Limits::default());
            let column: Option<&CatalogColumn> = column.map(|at: usize| &relation.columns[at]);
            assert_eq!(policy.judge(&catalog, &relation, column), expected, "{policy:?}");
            let access = Access::new(&policy, &catalog);
            let opens = column.map_or_else(|| access.opens_relation(&relation), |one| access.opens(&relation, one));
            assert_eq!(opens, expected.0, "{policy:?}");
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
    fn in_doubt_a_denial_means_more_and_a_permission_less() {
        let named =
            |schema: &str, name: &str| Relation { schema: schema.to_owned(), name: name.to_owned(), ..relation() };
        let tables = vec![named("main", "users"), named("pay", "users"), named("users", "id"), named("main", "a.b")];
        let catalog = Catalog::new(Dialect::Postgres, "main", tables.clone());
        let opens = |rules: Rules| -> String {
            let access = Access::new(&rules.into(), &catalog);
            let shown = |table: &Relation| {
                let open = |at: usize| if access.opens(table, &table.columns[at]) { "+" } else { "-" };
                format!("{}{}", open(0), open(1))
            };
            tables.iter().map(shown).collect::<Vec<_>>().join(" ")
        };
        let twice = Rules { allow: Some(vec!["users.id".to_owned(), "users.id".to_owned()]), deny: Vec::new() };
        assert_eq!(opens(twice), "-- -- ++ --", "the table of that schema, however often it is named");
        for (entry, denied, allowed) in [
            ("users", "-- -- ++ ++", "++ -- -- --"),
            ("pay.users", "++ -- ++ ++", "-- ++ -- --"),
            // A table of a schema, or a column of a table.
            ("users.id", "-+ -+ -- ++", "-- -- ++ --"),
            ("pay.users.id", "++ -+ ++ ++", "-- +- -- --"),
            ("\"a.b\"", "++ ++ ++ --", "-- -- -- ++"),
            ("main.\"a.b\".secret", "++ ++ ++ +-", "-- -- -- -+"),
            ("\"Users\"", "++ ++ ++ ++", "-- -- -- --"),
            ("users.*", "++ ++ ++ ++", "-- -- -- --"),
            ("\"users", "++ ++ ++ ++", "-- -- -- --"),
        ] {
            let list = || vec![entry.to_owned()];
            assert_eq!(opens(Rules { allow: None, deny: list() }), denied, "deny {entry}");
            assert_eq!(opens(Rules { allow: Some(list()), deny: Vec::new() }), allowed, "allow {entry}");
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
    fn a_permission_means_what_a_statement_finds() {
        let tables = ["main", "pay"].map(|schema| Relation { schema: schema.to_owned(), ..relation() });
        let synonym = |schema: &str, name: &str| Synonym {
            schema: schema.to_owned(),
            name: name.to_owned(),
            of_schema: "pay".to_owned(),
            of: "Users".to_owned(),
        };
        let mut catalog = Catalog::new(Dialect::Oracle, "main", tables.clone().into());
        catalog.synonyms = vec![synonym(PUBLIC, "Users"), synonym(PUBLIC, "people")];
        for (entry, expected) in [("users", [true, false]), ("users.id", [true, false]), ("people", [false, true])] {
            let policy = Policy::from(Rules { allow: Some(vec![entry.to_owned()]), deny: Vec::new() });
            let access = Access::new(&policy, &catalog);
            assert_eq!(tables.each_ref().map(|table| access.opens_relation(table)), expected, "{entry}");
        }
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
