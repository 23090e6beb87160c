//! Bounds on how large a statement may become: in the planner, which replaces the name of a derived column by its
//! expression, and in the texts, arrays and numbers that its expressions make, which planners compute where constant.

use super::fault::{Checked, unplaced};
use super::refusal::Rule;

/// Most expressions of one statement, every name replaced by what it stands for. A text of 3,000 words and signs has no
/// more than that itself; `PostgreSQL` 15 planned 20,000 copies in under 100 MB.
const MOST_NODES: u64 = 20_000;
/// Most bytes of all values that a statement's expressions make, intermediate values included.
const MOST_BYTES: u64 = 1_000_000;

/// Bytes that a stored value counts for: it exists already, and only what is computed from it has to be bounded.
const STORED: u64 = 40;
/// Times that a text of the statement counts: planners work on what is constant, where nothing stops them, and searching
/// takes time that grows with the product of two lengths.
const CONSTANT: u64 = 10;
/// Types whose values are longer, and what one counts for. Oracle bounds all other texts itself.
const STORED_LONG: &[(&str, u64)] = &[
    ("CLOB", 8 * 1024),
    ("NCLOB", 8 * 1024),
    ("BLOB", 8 * 1024),
    ("LONG", 8 * 1024),
    ("XMLTYPE", 1024),
    ("XML", 1024),
    ("JSON", 1024),
    ("JSONB", 1024),
];

/// An upper bound of an expression's size.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Extent {
    /// Expressions in it, once every name is replaced by what it stands for.
    pub(super) nodes: u64,
    /// Bytes of its value.
    pub(super) bytes: u64,
}

impl Extent {
    /// One expression, without a value of its own.
    pub(super) const NODE: Self = Self { nodes: 1, bytes: 0 };
    /// A relation that is read: where it is part of an expression, a planner plans it once for each copy.
    pub(super) const RELATION: Self = Self { nodes: 50, bytes: 0 };
    /// Columns of both sides that a join makes one: a planner looks at each in every order of joins.
    pub(super) const MERGED: Self = Self { nodes: 200, bytes: 0 };
    /// A column whose name no planner replaces by an expression: stored, grouped or read from a document.
    pub(super) const COLUMN: Self = Self { nodes: 1, bytes: STORED };

    /// A stored column of a type.
    pub(super) fn of_type(data_type: &str) -> Self {
        let name = data_type.split('(').next().unwrap_or_default().trim();
        let long = STORED_LONG.iter().find(|(long, _)| long.eq_ignore_ascii_case(name));
        Self { bytes: long.map_or(STORED, |(_, bytes)| *bytes), ..Self::COLUMN }
    }

    /// A value of this many bytes, without an expression.
    pub(super) fn of_bytes(bytes: usize) -> Self {
        Self { nodes: 0, bytes: bytes as u64 }
    }

    /// A text of the statement itself, of this many bytes.
    pub(super) fn of_constant(bytes: usize) -> Self {
        Self::of_bytes(bytes).times(CONSTANT)
    }

    /// Cost of planning a join of so many relations, those of subqueries in WHERE included. `PostgreSQL` 15 took 540 MB to
    /// plan 46 that have one key in common, and its memory grows with their cube.
    pub(super) fn of_join(relations: u32) -> Self {
        Self { nodes: u64::from(relations).saturating_pow(3) / 3, bytes: 0 }
    }

    /// The sum of both.
    pub(super) fn plus(self, other: Self) -> Self {
        Self { nodes: self.nodes.saturating_add(other.nodes), bytes: self.bytes.saturating_add(other.bytes) }
    }

    /// This extent, repeated so many times.
    pub(super) fn times(self, times: u64) -> Self {
        Self { nodes: self.nodes.saturating_mul(times), bytes: self.bytes.saturating_mul(times) }
    }

    /// The rest when `other` is taken away.
    pub(super) fn minus(self, other: Self) -> Self {
        Self { nodes: self.nodes.saturating_sub(other.nodes), bytes: self.bytes.saturating_sub(other.bytes) }
    }

    /// A column of a set operation: a planner takes the expressions of both sides to wherever its name stands, and its
    /// value is one of both.
    pub(super) fn united(self, other: Self) -> Self {
        Self { nodes: self.nodes.saturating_add(other.nodes), bytes: self.bytes.max(other.bytes) }
    }
}

/// Adds up what a statement amounts to while it is walked.
#[derive(Debug, Default)]
pub(super) struct Meter {
    /// The expression that is being read, up to here.
    pub(super) value: Extent,
    /// The whole statement, up to here.
    total: Extent,
}

impl Meter {
    /// Adds a part of the expression that is being read. `found` names it in a refusal.
    pub(super) fn spend(&mut self, extent: Extent, found: &str) -> Checked {
        self.value = self.value.plus(extent);
        self.charge(extent, found)
    }

    /// Adds to the statement alone: an intermediate value, a copy.
    pub(super) fn charge(&mut self, extent: Extent, found: &str) -> Checked {
        self.total = self.total.plus(extent);
        if self.total.nodes > MOST_NODES {
            return Err(unplaced(Rule::Expansion, found));
        }
        if self.total.bytes > MOST_BYTES { Err(unplaced(Rule::ValueSize, found)) } else { Ok(()) }
    }

    /// The statement up to here, for [`Meter::back_to`].
    pub(super) fn mark(&self) -> Extent {
        self.total
    }

    /// Takes away what came since the mark, and gives it: a common table expression counts where it is read.
    pub(super) fn back_to(&mut self, mark: Extent) -> Extent {
        let since = self.total.minus(mark);
        self.total = mark;
        since
    }
}
