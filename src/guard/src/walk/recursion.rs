//! Recursive arms: which part of a query reads itself, its conditions, and what may limit it.

use sqlparser::ast::{
    BinaryOperator, DateTimeField, Expr, Function, FunctionArguments, Join, JoinConstraint, JoinOperator, Query,
    Select, SetExpr, TableFactor,
};

use crate::Dialect;

use super::super::names::{key, parts};

/// Most rows a generator may count up to.
pub(super) const MOST_ROWS: u64 = 100_000;
/// Rows that a generator counts for where the text does not say how many it makes.
pub(super) const UNKNOWN_ROWS: u64 = 1_000;

/// The arms of a recursive body: `anchor UNION [ALL] SELECT … FROM itself …`.
pub(super) fn arms<'q>(query: &'q Query, itself: &str, dialect: Dialect) -> Option<(&'q SetExpr, &'q Select)> {
    let SetExpr::SetOperation { left, op, set_quantifier, right } = &*query.body else { return None };
    let SetExpr::Select(recursive) = &**right else { return None };
    let mentions = tables(recursive).any(|factor| names(factor, itself, dialect));
    (super::cte::is_union(*op, *set_quantifier) && mentions).then_some((&**left, &**recursive))
}

/// The tables of a FROM and its joins, not of what is nested in them.
pub(super) fn tables(select: &Select) -> impl Iterator<Item = &TableFactor> {
    select
        .from
        .iter()
        .flat_map(|table| std::iter::once(&table.relation).chain(table.joins.iter().map(|join| &join.relation)))
}

pub(super) fn names(factor: &TableFactor, itself: &str, dialect: Dialect) -> bool {
    let TableFactor::Table { name, .. } = factor else { return false };
    parts(name).is_some_and(|parts| matches!(parts.as_slice(), [one] if key(dialect, one) == itself))
}

/// The conditions that must all hold for a row of the arm.
pub(super) fn conditions(select: &Select) -> Vec<&Expr> {
    let mut conditions = Vec::new();
    for expr in select.selection.iter().chain(select.from.iter().flat_map(|table| &table.joins).filter_map(on)) {
        conjuncts(expr, &mut conditions);
    }
    conditions
}

fn on(join: &Join) -> Option<&Expr> {
    match &join.join_operator {
        JoinOperator::Join(JoinConstraint::On(expr)) | JoinOperator::Inner(JoinConstraint::On(expr)) => Some(expr),
        _ => None,
    }
}

pub(crate) fn conjuncts<'q>(expr: &'q Expr, into: &mut Vec<&'q Expr>) {
    match expr {
        Expr::Nested(inner) => conjuncts(inner, into),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            conjuncts(left, into);
            conjuncts(right, into);
        }
        other => into.push(other),
    }
}

/// A limit that cannot hide a large number or a far date: no number over the most rows, and no year that is not near ours.
pub(crate) fn modest(expr: &Expr) -> bool {
    let text = expr.to_string().to_uppercase();
    let grows = ["*", "1E", "0E", "<<", "INFINITY"];
    let large = |digits: &str| digits.parse::<u64>().map_or(digits.len() > 1, |number| number > MOST_ROWS);
    // Every second part stands between quotes.
    let mut parts = text.split('\'');
    let far = std::iter::from_fn(|| {
        let (_, quoted) = (parts.next()?, parts.next()?);
        Some(quoted)
    })
    .any(is_far);
    let outside = text.split('\'').step_by(2).flat_map(|part| part.split(|c: char| !c.is_ascii_digit())).any(large);
    !grows.iter().any(|one| text.contains(one)) && !outside && !far
}

/// Tells whether a text between quotes holds a number that is no part of a date near ours: a far year, or a long span.
pub(super) fn is_far(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit()).any(|digits| match digits.len() {
        0..=3 => false,
        4 => digits.parse::<u32>().is_ok_and(|year| !(1900..=2200).contains(&year)),
        // 20260131
        8 => digits[..4].parse::<u32>().is_ok_and(|year| !(1900..=2200).contains(&year)),
        _ => true,
    })
}

/// Tells whether a field of a date is a small number, unlike the seconds of an epoch.
pub(crate) fn is_small(field: &DateTimeField) -> bool {
    use DateTimeField::{Day, Dow, Doy, Hour, Month, Quarter, Week, Year};
    matches!(field, Day | Dow | Doy | Hour | Month | Quarter | Week(_) | Year)
}

/// Functions whose value is no larger than what is in the data already, whatever they are given.
const MEASURES: &[&str] = &["CARDINALITY", "CHAR_LENGTH", "COUNT", "INSTR", "LENGTH", "REGEXP_COUNT"];
/// Functions whose value is about as large as what they are given.
const PASSES: &[&str] = &[
    "ABS",
    "ADD_MONTHS",
    "CEIL",
    "COALESCE",
    "DATE",
    "DATETIME",
    "DATE_TRUNC",
    "FLOOR",
    "GREATEST",
    "IFNULL",
    "LAST_DAY",
    "LEAST",
    "MAX",
    "MIN",
    "MONTHS_BETWEEN",
    "NOW",
    "NVL",
    "ROUND",
    "STRFTIME",
    "TO_DATE",
    "TO_TIMESTAMP",
    "TRUNC",
];

/// The effect of a function on a limit: nothing larger, nothing larger than its arguments, or what cannot be known.
pub(crate) enum Makes {
    /// Its arguments do not matter.
    Small,
    /// As much as its arguments.
    AsMuch,
    /// The text does not show what it makes.
    Anything,
}

pub(crate) fn makes(function: &Function) -> Makes {
    let name = function.name.to_string().to_uppercase();
    let clock = matches!(function.args, FunctionArguments::None);
    match name.as_str() {
        name if MEASURES.contains(&name) => Makes::Small,
        name if PASSES.contains(&name) || clock => Makes::AsMuch,
        _ => Makes::Anything,
    }
}
