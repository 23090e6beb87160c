//! Facts that conditions state about the sources of a FROM: which of them they compare, and which columns they fix.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A column of a source.
pub(super) type Column = (u32, Arc<str>);

/// The facts that follow from a condition.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Pairs of sources that it compares.
    pub(super) pairs: BTreeSet<(u32, u32)>,
    /// Columns of two sources that are equal.
    pub(super) equal: BTreeSet<(Column, Column)>,
    /// Columns with the number of values that they can have, given by the text or by a query of its own.
    pub(super) fixed: BTreeMap<Column, u64>,
}

impl Facts {
    /// Each of `left` with each of `right`.
    pub(crate) fn between(left: &[u32], right: &[u32]) -> Self {
        let mut pairs = BTreeSet::new();
        for &one in left {
            pairs.extend(right.iter().filter(|other| **other != one).map(|&other| (one.min(other), one.max(other))));
        }
        Self { pairs, ..Self::default() }
    }

    /// Two columns that are equal.
    pub(super) fn equal(left: Column, right: Column) -> Self {
        let mut facts = Self::between(&[left.0], &[right.0]);
        if left.0 != right.0 {
            facts.equal.insert((left, right));
        }
        facts
    }

    /// A column with one of so many values.
    pub(super) fn fixed(column: Column, values: u64) -> Self {
        Self { fixed: BTreeMap::from([(column, values)]), ..Self::default() }
    }

    /// Adds the facts of a condition that holds as well.
    pub(super) fn both(&mut self, other: &Self) {
        self.pairs.extend(&other.pairs);
        self.equal.extend(other.equal.iter().cloned());
        for (column, values) in &other.fixed {
            let least = self.fixed.entry(column.clone()).or_insert(*values);
            *least = (*least).min(*values);
        }
    }

    /// The facts that hold where one of the two conditions does.
    pub(super) fn either(&self, other: &Self) -> Self {
        let fixed = self
            .fixed
            .iter()
            .filter_map(|(column, values)| Some((column.clone(), values.saturating_add(*other.fixed.get(column)?))));
        Self {
            pairs: self.pairs.intersection(&other.pairs).copied().collect(),
            equal: self.equal.intersection(&other.equal).cloned().collect(),
            fixed: fixed.collect(),
        }
    }

    /// Tells whether both have the same pairs and columns, so that `either` loses none of them.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.pairs == other.pairs && self.equal == other.equal && self.fixed.keys().eq(other.fixed.keys())
    }
}
