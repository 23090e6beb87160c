//! A statement as data that can be put into words: its tables, conditions, groups, columns, order and limit.
//!
//! For people who do not read SQL. An expression without a shape of its own here keeps its SQL. Not told: where empty
//! values are sorted to, and that a common table expression reads itself other than by its name.

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
    /// The source of its rows.
    pub body: Body,
    /// The sort keys, first to last.
    pub order: Vec<SortKey>,
    /// The number of rows that are skipped.
    pub offset: Option<Term>,
    /// The most rows that are returned.
    pub limit: Option<RowLimit>,
}

/// The most rows that a query returns.
#[derive(Debug, Clone, PartialEq)]
pub struct RowLimit {
    /// Their number.
    pub rows: Term,
    /// Rows equal to the last one are returned too (WITH TIES).
    pub with_ties: bool,
}

/// A query that another one reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The name under which it is read; empty where it has none.
    pub name: String,
    /// The query itself.
    pub outline: Outline,
}

/// The source of a query's rows.
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
    /// The tables of FROM, with their aliases; a step without a name is empty.
    pub tables: Vec<String>,
    /// The tables joined to them, in order.
    pub joins: Vec<Join>,
    /// The conditions of WHERE: all of them hold.
    pub filter: Vec<Condition>,
    /// The clauses of a hierarchy, as SQL (START WITH, CONNECT BY).
    pub hierarchy: Vec<String>,
    /// The number of rows it takes before anything else (Oracle's ROWNUM).
    pub first_rows: Option<Term>,
    /// The terms of GROUP BY.
    pub groups: Vec<Term>,
    /// The conditions of HAVING: all of them hold.
    pub having: Vec<Condition>,
    /// The columns of the result.
    pub columns: Vec<Column>,
    /// The way repetitions are left out, if they are.
    pub distinct: Option<Distinct>,
}

impl Selection {
    /// Tells whether it computes one row from all rows: an aggregate without groups.
    pub fn is_one_row(&self) -> bool {
        self.groups.is_empty() && self.columns.iter().any(|column| matches!(column.term, Term::Aggregate { .. }))
    }
}

/// Which rows count as repetitions.
#[derive(Debug, Clone, PartialEq)]
pub enum Distinct {
    /// Those equal in every column.
    Rows,
    /// Those equal in these terms; the first in the sort order stays (PostgreSQL).
    On(Vec<Term>),
}

/// A table joined to those before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Join {
    /// The table with its alias.
    pub table: String,
    /// The rows without a match that stay.
    pub kind: JoinKind,
    /// The conditions of a match: all of them hold.
    pub on: Vec<Condition>,
}

/// The rows without a match that a join keeps.
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
    /// Computed anew for each row, which stays only where there is one (CROSS APPLY).
    EachRow,
    /// Computed anew for each row, which stays in any case (OUTER APPLY).
    EachRowKept,
}

/// A column of the result.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its alias.
    pub name: Option<String>,
    /// Its value.
    pub term: Term,
}

/// A term that rows are sorted by.
#[derive(Debug, Clone, PartialEq)]
pub struct SortKey {
    /// The term.
    pub term: Term,
    /// The largest comes first.
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
    /// A column of the result by its place, from 1, where its name is not in the text.
    Place(u64),
    /// A number computed from several rows; without `of` from the rows themselves.
    Aggregate {
        /// The function.
        function: Aggregate,
        /// Its argument.
        of: Option<Box<Term>>,
        /// Equal values count once.
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

/// The place of a LIKE pattern's text.
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
    Like {
        /// The text.
        term: Term,
        /// The place of the words in it.
        how: Likeness,
        /// The words, or the pattern.
        words: String,
        /// Upper and lower case are alike.
        ignores_case: bool,
    },
    /// A value that is not there.
    Null(Term),
    /// A value among those that a column has in other rows.
    Among(Term, Term, Lookup),
    /// A row that there is elsewhere.
    Exists(Lookup),
    /// These columns are equal on both sides of a join; without a name, all that have the same name.
    SameColumns(Vec<String>),
    /// It holds, or there is no row it could hold for (Oracle's `(+)`).
    Optional(Box<Condition>),
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
        deep::run(move || {
            parse::parse(&text, dialect).ok().and_then(|statement| query::of_statement(&statement, dialect))
        })?
    }
}
