//! Walks a syntax tree and lets only what it understands pass; whatever is not named here is refused.

mod call;
mod cte;
mod ending;
mod expr;
pub(crate) mod factor;
pub(crate) mod facts;
mod from;
pub(crate) mod growth;
mod lengthening;
pub(crate) mod links;
pub(crate) mod literal;
mod name;
mod operators;
pub(crate) mod pattern;
pub(crate) mod query;
pub(crate) mod recursion;
pub(crate) mod select;
pub(crate) mod series;
mod sizes;
mod star;
pub(crate) mod step;
mod types;

use std::collections::BTreeSet;

use sqlparser::ast::Statement;
use sqlparser::tokenizer::{Location, Span};

use crate::Dialect;
use crate::dialects::DialectFacts;
use crate::dialects::lists::Lists;
use crate::dialects::postgres::set_calls::SetCalls;
use crate::fault::Fault;
use crate::spelling_out::Unsaid;

use super::extent::{Extent, Meter};
use super::fault::{Checked, fault, unplaced};
use super::index::{Index, Table};
use super::refusal::Rule;
use super::scope::Env;
pub(super) use query::whole_number;

/// Deepest tree: chains of operators count, which the parser builds without nesting.
const DEEPEST: u32 = 1_000;

/// The relations, columns and functions that a statement reads, and the corrections it needs.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Reads<'i> {
    pub(super) relations: BTreeSet<String>,
    /// The relation and the column, as the catalog names them.
    columns: BTreeSet<(&'i str, &'i str)>,
    /// The schema and the name of the relations of which every column is read.
    whole: BTreeSet<(&'i str, &'i str)>,
    /// In upper case.
    pub(super) functions: BTreeSet<String>,
    /// In order of first appearance.
    pub(super) parameters: Vec<String>,
    /// The corrections that the text needs, and their places: a `*` that covers closed columns, a table without its
    /// schema.
    pub(super) unsaid: Vec<(Location, Unsaid)>,
    /// The closed columns that these left out, `relation.column`.
    pub(super) left_out: BTreeSet<String>,
    /// Aliases of select lists in single quotes, whose places the tree does not know.
    pub(super) quoted_aliases: Vec<String>,
}

impl Reads<'_> {
    /// The columns that stand for each `*` that covers closed ones.
    pub(super) fn stars(&self) -> impl Iterator<Item = &str> {
        self.unsaid.iter().filter_map(|(_, what)| match what {
            Unsaid::Columns(columns) => Some(columns.as_str()),
            Unsaid::Schema(_) | Unsaid::Text(_) | Unsaid::Alias(_) | Unsaid::Expression { .. } => None,
        })
    }

    /// The words that are read as texts, with their places.
    pub(super) fn texts(&self) -> impl Iterator<Item = (Location, &str)> {
        self.unsaid.iter().filter_map(|(place, what)| match what {
            Unsaid::Text(value) => Some((*place, value.as_str())),
            Unsaid::Columns(_) | Unsaid::Schema(_) | Unsaid::Alias(_) | Unsaid::Expression { .. } => None,
        })
    }

    /// The refusal where the corrected text does not pass either.
    pub(super) fn unsaid_fault(&self) -> Fault {
        if let Some((place, word)) = self.texts().next() {
            return fault(Rule::ColumnUnknown, Span::new(place, place), word);
        }
        if let Some(alias) = self.quoted_aliases.first() {
            return unplaced(Rule::AliasNotAllowed, alias.as_str());
        }
        let open = self.stars().collect::<Vec<_>>().join(", ");
        let alias = self.unsaid.iter().find_map(|(place, what)| match what {
            Unsaid::Expression { alias, expr: _ } => Some(fault(Rule::ColumnUnknown, Span::new(*place, *place), alias)),
            Unsaid::Columns(_) | Unsaid::Schema(_) | Unsaid::Text(_) | Unsaid::Alias(_) => None,
        });
        match alias {
            _ if !open.is_empty() => unplaced(Rule::StarDenied, "*").instead(open),
            Some(alias) => alias,
            None => unplaced(Rule::Rendering, ""),
        }
    }

    /// The columns it reads, `relation.column`.
    pub(super) fn columns(&self) -> Vec<String> {
        self.columns.iter().map(|(relation, column)| format!("{relation}.{column}")).collect()
    }
}

/// One walk over one statement.
pub(super) struct Walk<'i> {
    pub(crate) index: &'i Index,
    pub(crate) lists: &'static Lists,
    pub(crate) dialect: Dialect,
    pub(crate) facts: &'static DialectFacts,
    pub(crate) reads: Reads<'i>,
    next_source: u32,
    /// The sources that names resolved to, in order; the joins of a FROM are judged by it.
    pub(crate) touched: Vec<u32>,
    /// True if an aggregate without OVER was seen at this query level.
    pub(crate) aggregates: bool,
    /// Adds up how large the statement may become.
    pub(crate) meter: Meter,
    /// Rows that this query level makes for each stored one.
    made_rows: u64,
    /// The number of times that a recursive common table expression has read itself.
    itself: u32,
    /// The sources that are a recursive common table expression in its own arm.
    repeated: Vec<u32>,
    /// True if a query is being read to see what it depends on, before its own turn.
    judging: bool,
    /// The depth in the tree.
    pub(crate) depth: u32,
    /// The number of relations that are read, those behind each common table expression as often as it is read.
    scans: u32,
    /// Relations that the query around may join with its own: those of queries that a planner takes apart.
    joined: u32,
    /// The sources around the last derived table that its own conditions link to it.
    linked_outwards: Vec<u32>,
    /// The relations of the catalog that are read.
    pub(crate) tables: Vec<&'i Table>,
    /// True if a derived table has a column that nothing in the statement names.
    pub(crate) nameless: bool,
    /// The functions of the select list that give several rows.
    pub(crate) sets: SetCalls,
}

/// Walks a statement and gives what it reads, when every part of it is understood and allowed.
pub(super) fn walk<'i>(statement: &Statement, index: &'i Index, dialect: Dialect) -> Checked<Reads<'i>> {
    let Statement::Query(query) = statement else {
        let words = statement.to_string();
        let words: Vec<&str> = words.split_whitespace().take(2).collect();
        return Err(unplaced(Rule::NotAQuery, words.join(" ")));
    };
    let mut walk = Walk::new(index, dialect);
    walk.query(query, Env::default())?;
    walk.texts_name_nothing()?;
    Ok(walk.reads)
}

impl<'i> Walk<'i> {
    fn new(index: &'i Index, dialect: Dialect) -> Self {
        Self {
            index,
            lists: dialect.facts().lists,
            dialect,
            facts: dialect.facts(),
            reads: Reads::default(),
            next_source: 0,
            touched: Vec::new(),
            aggregates: false,
            meter: Meter::default(),
            made_rows: 1,
            itself: 0,
            repeated: Vec::new(),
            judging: false,
            depth: 0,
            scans: 0,
            joined: 0,
            linked_outwards: Vec::new(),
            tables: Vec::new(),
            nameless: false,
            sets: SetCalls::default(),
        }
    }

    /// Notes that every column of a relation is read.
    fn read_whole(&mut self, table: &'i Table) {
        if !table.is_dual() && self.reads.whole.insert((&table.schema, &table.name)) {
            self.reads.columns.extend(table.columns.iter().map(|column| (table.shown.as_str(), column.shown.as_str())));
        }
    }

    /// Notes that a column is read, unless it is computed.
    fn read_column(&mut self, origin: Option<(&'i str, &'i str)>) {
        self.reads.columns.extend(origin.filter(|(relation, _)| !relation.is_empty()));
    }

    /// Counts columns that `*` and NATURAL stand for.
    fn look_at(&mut self, columns: usize) -> Checked {
        self.meter.charge(Extent::NODE.times(columns as u64), "*")
    }

    /// Reads a part of an expression and gives the extent of that part alone.
    pub(crate) fn measured<T>(&mut self, read: impl FnOnce(&mut Self) -> Checked<T>) -> Checked<(T, Extent)> {
        let around = std::mem::take(&mut self.meter.value);
        let done = read(self)?;
        let own = self.meter.value;
        self.meter.value = around.plus(own);
        Ok((done, own))
    }

    pub(crate) fn source_id(&mut self) -> u32 {
        self.next_source += 1;
        self.next_source
    }

    /// One level deeper in the tree, or a refusal.
    pub(crate) fn deeper<T>(&mut self, step: impl FnOnce(&mut Self) -> Checked<T>) -> Checked<T> {
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
pub(crate) fn unsupported(construct: &str) -> super::fault::Fault {
    unplaced(Rule::Unsupported, construct)
}

/// Refuses `construct` when it is there.
pub(crate) fn absent(there: bool, construct: &str) -> Checked {
    if there { Err(unsupported(construct)) } else { Ok(()) }
}
