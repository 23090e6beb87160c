//! Which rule of a policy makes a relation or a column open or closed.

use crate::{Catalog, CatalogColumn, Relation};

use super::access::Access;
use super::entries::{Kind, Named};
use super::{Policy, Rules};

/// One of the lists a policy is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Of the target, for everybody.
    Target,
    /// Of this one of the roles, counted from 0.
    Role(usize),
}

/// The reason why a relation or a column is open or closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// This entry denies it.
    Denied(List, String),
    /// A list says what may be read, and does not name it.
    NotListed(List),
    /// This entry allows it, and nothing denies it.
    Listed(List, String),
    /// Nothing names it, and nothing need.
    Open,
}

impl Policy {
    /// Tells whether a relation, or a column of it, is open, and which entry of which list makes it so. Others are not
    /// asked.
    pub fn judge(&self, catalog: &Catalog, relation: &Relation, column: Option<&CatalogColumn>) -> (bool, Cause) {
        let access = Access::new(&self.alone(), catalog);
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

    /// Tells whether an entry of a list of what is allowed names the column, or anything of the relation where none is
    /// meant.
    fn touches(entry: &str, catalog: &Catalog, relation: &Relation, column: Option<&CatalogColumn>) -> bool {
        let named = Named::by(std::iter::once(entry), catalog, Kind::Allow);
        let mut columns = relation.columns.iter();
        column.map_or_else(|| columns.any(|one| named.has(relation, one)), |column| named.has(relation, column))
    }
}
