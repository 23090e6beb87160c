//! Walks a syntax tree and lets only what it understands pass; whatever is not named here is refused.

mod call;
mod cte;
mod ending;
mod expr;
mod factor;
mod from;
mod links;
mod literal;
mod name;
mod pattern;
mod query;
mod recursion;
mod reshape;
mod select;
mod star;
mod step;
mod types;

use std::collections::BTreeSet;

use sqlparser::ast::Statement;
use sqlparser::tokenizer::Location;

use crate::domain::Dialect;

use super::fault::{Checked, unplaced};
use super::index::Index;
use super::lists::Lists;
use super::refusal::Rule;
use super::scope::Env;

/// Deepest tree: chains of operators count, which the parser builds without nesting.
const DEEPEST: u32 = 1_500;

/// What a statement reads.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Reads {
    pub(super) relations: BTreeSet<String>,
    /// `relation.column`.
    pub(super) columns: BTreeSet<String>,
    /// In upper case.
    pub(super) functions: BTreeSet<String>,
    /// In order of first appearance.
    pub(super) parameters: Vec<String>,
    /// Where a `*` covers closed columns, and what to write in its place.
    pub(super) stars: Vec<(Location, String)>,
    /// The closed columns that these left out, `relation.column`.
    pub(super) left_out: BTreeSet<String>,
}

/// One walk over one statement.
pub(super) struct Walk<'i> {
    index: &'i Index,
    lists: &'static Lists,
    dialect: Dialect,
    reads: Reads,
    next_source: u32,
    /// The sources that names resolved to, in order; the joins of a FROM are judged by it.
    touched: Vec<u32>,
    /// Whether an aggregate without OVER was seen at this query level.
    aggregates: bool,
    /// How many functions that make text longer are around.
    growing: u32,
    /// How often a recursive common table expression read itself.
    itself: u32,
    /// Whether a query is being read to see what it depends on, before its own turn.
    judging: bool,
    /// How deep in the tree.
    depth: u32,
}

/// What a statement reads, when every part of it is understood and allowed.
pub(super) fn walk(statement: &Statement, index: &Index, dialect: Dialect) -> Checked<Reads> {
    let Statement::Query(query) = statement else {
        let words = statement.to_string();
        let words: Vec<&str> = words.split_whitespace().take(2).collect();
        return Err(unplaced(Rule::NotAQuery, words.join(" ")));
    };
    let mut walk = Walk {
        index,
        lists: Lists::of(dialect),
        dialect,
        reads: Reads::default(),
        next_source: 0,
        touched: Vec::new(),
        aggregates: false,
        growing: 0,
        itself: 0,
        judging: false,
        depth: 0,
    };
    walk.query(query, Env::default())?;
    Ok(walk.reads)
}

impl Walk<'_> {
    fn source_id(&mut self) -> u32 {
        self.next_source += 1;
        self.next_source
    }

    /// One level deeper in the tree, or a refusal.
    fn deeper<T>(&mut self, step: impl FnOnce(&mut Self) -> Checked<T>) -> Checked<T> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(unplaced(Rule::TooDeep, ""));
        }
        let done = step(self);
        self.depth -= 1;
        done
    }
}

/// A construct that is not understood, by the name people know it under.
fn unsupported(construct: &str) -> super::fault::Fault {
    unplaced(Rule::Unsupported, construct)
}

/// Refuses `construct` when it is there.
fn absent(there: bool, construct: &str) -> Checked {
    if there { Err(unsupported(construct)) } else { Ok(()) }
}
