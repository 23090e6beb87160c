//! Which relations and columns of a target may be read, as its rules say it.

use crate::{Catalog, Limits};

use super::entries::{Kind, Named, parts};

/// The rules of one part of a configuration: a target for everybody, or a role.
///
/// An entry is `table`, `table.column`, `schema.table` or `schema.table.column`; a synonym may stand for its table. Names
/// compare without regard to case, but those in double quotes, which may hold dots. A denial without a schema means the
/// table in every schema, a permission that of the default one; an entry of two parts that can be read either way denies
/// both, and allows the table of that schema.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// The entries that may be read; `None` closes nothing.
    pub allow: Option<Vec<String>>,
    /// The entries that may not be read. They win.
    pub deny: Vec<String>,
}

impl Rules {
    /// Tells whether a text can be an entry: one to three names, the quotes closed.
    pub fn is_entry(text: &str) -> bool {
        parts(text).is_some()
    }
}

/// Everything that decides what somebody may read of a target.
///
/// A column is open when nothing denies it, the target's own rules allow it, and one of the roles allows it. A role
/// without a list of what it allows adds nothing to the lists of the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    pub(super) target: Rules,
    pub(super) roles: Vec<Rules>,
    limits: Limits,
    /// The policies of others, none of which has others in turn: only what all of them open is open.
    pub(super) also: Vec<Policy>,
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

    /// Restricts the policy to what others may read too: what several people may all see.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        let Self { also, .. } = &other;
        self.also.extend(also.iter().cloned());
        self.also.push(Self { also: Vec::new(), ..other });
        self
    }

    /// The policy without regard to what others may read.
    pub(super) fn alone(&self) -> Self {
        Self { also: Vec::new(), ..self.clone() }
    }

    /// The limits of a statement's cost.
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
}
