//! A policy in the names of one catalog: what of it is open.

use crate::{Catalog, CatalogColumn, ForeignKey, Relation};

use super::Policy;
use super::entries::{Kind, Named};

/// A policy in the names of one catalog.
pub(super) struct Access {
    deny: Named,
    /// The lists of what is allowed: a column is open when each of them names it.
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

    /// The entries of the target's own list, and those of the roles' lists together.
    fn allowed(policy: &Policy, catalog: &Catalog) -> impl Iterator<Item = Named> {
        let lists: Vec<&Vec<String>> = policy.roles.iter().filter_map(|rules| rules.allow.as_ref()).collect();
        let by_roles = (!lists.is_empty())
            .then(|| Named::by(lists.into_iter().flatten().map(String::as_str), catalog, Kind::Allow));
        let by_target =
            policy.target.allow.as_ref().map(|list| Named::by(list.iter().map(String::as_str), catalog, Kind::Allow));
        by_target.into_iter().chain(by_roles)
    }

    /// Tells whether a column may be read.
    pub(super) fn opens(&self, relation: &Relation, column: &CatalogColumn) -> bool {
        !self.deny.has(relation, column) && self.allow.iter().all(|list| list.has(relation, column))
    }

    /// Tells whether a relation is open column by column: one that is added to it later is not.
    pub(super) fn opens_by_column(&self, relation: &Relation) -> bool {
        self.allow.iter().any(|list| !list.has_all(relation))
    }

    /// Tells whether anything of a relation may be read.
    pub(super) fn opens_relation(&self, relation: &Relation) -> bool {
        !self.deny.has_all(relation) && relation.columns.iter().any(|column| self.opens(relation, column))
    }
}

impl Policy {
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
