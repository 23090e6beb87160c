//! Recursive arms: which part of a query reads itself, its conditions, and what may limit it.

use sqlparser::ast::{BinaryOperator, Expr, Join, JoinConstraint, JoinOperator, Query, Select, SetExpr, TableFactor};

use crate::domain::Dialect;

use super::super::names::{key, parts};

/// Most rows a generator may count up to.
pub(super) const MOST_ROWS: u64 = 100_000;

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

pub(super) fn conjuncts<'q>(expr: &'q Expr, into: &mut Vec<&'q Expr>) {
    match expr {
        Expr::Nested(inner) => conjuncts(inner, into),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            conjuncts(left, into);
            conjuncts(right, into);
        }
        other => into.push(other),
    }
}

/// A limit that cannot hide a large number: no number over the most rows, no product and no power.
pub(super) fn modest(expr: &Expr) -> bool {
    let text = expr.to_string().to_uppercase();
    let grows = ["*", "POWER", "POW(", "EXP(", "1E", "0E", "<<", "LPAD", "RPAD", "REPEAT", "INFINITY", "JULIAN"];
    let large = |digits: &str| digits.parse::<u64>().map_or(digits.len() > 1, |number| number > MOST_ROWS);
    let far = text.split('\'').any(is_far);
    !grows.iter().any(|one| text.contains(one)) && !text.split(|c: char| !c.is_ascii_digit()).any(large) && !far
}

/// A date so far from ours that the days between are very many.
fn is_far(date: &str) -> bool {
    let year = date.split_once('-').and_then(|(year, _)| year.trim().parse::<u32>().ok());
    year.is_some_and(|year| !(1900..=2200).contains(&year))
}
