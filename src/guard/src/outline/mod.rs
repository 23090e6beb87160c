//! A statement as data that can be put into words: its tables, conditions, groups, columns, order and limit.
//!
//! For people who do not read SQL. An expression without a shape of its own here keeps its SQL, so that nothing a
//! statement does is left out.

mod condition;
mod query;
mod term;

use super::{ApprovedStatement, deep, parse};
use crate::Value;

/// One query of a statement, in the order in which people think of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    /// The queries it reads from, computed first: `WITH` and `FROM (…)`.
    pub steps: Vec<Step>,
    /// Where its rows come from.
    pub body: Body,
    /// What the rows are sorted by, first to last.
    pub order: Vec<SortKey>,
    /// How many rows are skipped.
    pub offset: Option<Term>,
    /// How many rows are returned at most.
    pub limit: Option<Term>,
}

/// A named query that another one reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The name under which it is read; empty where it has none.
    pub name: String,
    /// What it does.
    pub outline: Outline,
}

/// Where the rows of a query come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// One SELECT.
    Select(Box<Selection>),
    /// The results of several queries, put together.
    Combined(Combination, Vec<Outline>),
    /// Anything else, as SQL.
    Sql(String),
}

/// A way of putting the results of queries together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Combination {
    /// All rows, each different row once.
    Union,
    /// All rows, with repetitions.
    UnionAll,
    /// Rows that all of them have.
    Intersect,
    /// Rows of the first that the others lack.
    Except,
}

/// One SELECT.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// The tables of FROM, with their aliases.
    pub tables: Vec<String>,
    /// The tables joined to them, in order.
    pub joins: Vec<Join>,
    /// The conditions of WHERE: all of them hold.
    pub filter: Vec<Condition>,
    /// Whether it follows a hierarchy (CONNECT BY).
    pub is_hierarchy: bool,
    /// What the rows are grouped by.
    pub groups: Vec<Term>,
    /// The conditions of HAVING: all of them hold.
    pub having: Vec<Condition>,
    /// What each row of the result shows.
    pub columns: Vec<Column>,
    /// Whether equal rows are shown once.
    pub is_distinct: bool,
}

impl Selection {
    /// Tells whether it computes one row from all rows: an aggregate without groups.
    pub fn is_one_row(&self) -> bool {
        self.groups.is_empty() && self.columns.iter().any(|column| matches!(column.term, Term::Aggregate { .. }))
    }
}

/// A table joined to those before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Join {
    /// The table with its alias.
    pub table: String,
    /// Which rows without a match stay.
    pub kind: JoinKind,
    /// What a match is: all of them hold.
    pub on: Vec<Condition>,
}

/// Which rows without a match a join keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinKind {
    /// None.
    Inner,
    /// Those of the tables before it.
    Left,
    /// Those of the joined table.
    Right,
    /// Those of both.
    Full,
    /// There are no matches: each row meets each row.
    Cross,
}

/// A column of the result.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its alias.
    pub name: Option<String>,
    /// What it shows.
    pub term: Term,
}

/// Something the rows are sorted by.
#[derive(Debug, Clone, PartialEq)]
pub struct SortKey {
    /// What is compared.
    pub term: Term,
    /// Whether the largest comes first.
    pub is_descending: bool,
}

/// A value as a statement names it.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    /// A column, as written.
    Column(String),
    /// A literal.
    Value(Value),
    /// A `:name` parameter.
    Parameter(String),
    /// Every column.
    Everything,
    /// A number computed from several rows; without `of` from the rows themselves.
    Aggregate {
        /// How it is computed.
        function: Aggregate,
        /// What it is computed from.
        of: Option<Box<Term>>,
        /// Whether equal values count once.
        is_distinct: bool,
    },
    /// Anything else, as SQL.
    Sql(String),
}

/// A way of computing one value from several rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregate {
    /// COUNT.
    Count,
    /// SUM.
    Sum,
    /// AVG.
    Average,
    /// MIN.
    Minimum,
    /// MAX.
    Maximum,
}

/// A comparison of two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

/// Where a LIKE pattern wants its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// Anywhere: `%text%`.
    Contains,
    /// At the beginning: `text%`.
    StartsWith,
    /// At the end: `%text`.
    EndsWith,
    /// In a pattern with other wildcards.
    Matches,
}

/// A condition on a row or a group.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Two values compared.
    Compare(Term, Comparison, Term),
    /// A value between two others, both included.
    Between(Term, Term, Term),
    /// A value out of a list.
    OneOf(Term, Vec<Term>),
    /// A text like a pattern.
    Like(Term, Likeness, String),
    /// A value that is not there.
    Null(Term),
    /// A value among those that a column has in other rows.
    Among(Term, Term, Lookup),
    /// A row that there is elsewhere.
    Exists(Lookup),
    /// These columns are equal on both sides of a join.
    SameColumns(Vec<String>),
    /// One of them holds.
    Any(Vec<Condition>),
    /// All of them hold.
    All(Vec<Condition>),
    /// The contrary.
    Not(Box<Condition>),
    /// Anything else, as SQL.
    Sql(String),
}

/// The rows of a condition's own query.
#[derive(Debug, Clone, PartialEq)]
pub struct Lookup {
    /// Its tables.
    pub tables: Vec<String>,
    /// Its conditions: all of them hold.
    pub filter: Vec<Condition>,
}

impl ApprovedStatement {
    /// The statement as data that can be put into words. `None` where it cannot be read in time.
    pub fn outline(&self) -> Option<Outline> {
        let (text, dialect) = (self.text.clone(), self.dialect);
        deep::run(move || parse::parse(&text, dialect).ok().and_then(|statement| query::of_statement(&statement)))?
    }
}
