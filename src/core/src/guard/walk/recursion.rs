//! Recursion, hierarchies and row generators: each needs a bound that can be seen in the text.

use sqlparser::ast::{
    BinaryOperator, ConnectByKind, Expr, FunctionArg, Interval, Join, JoinConstraint, JoinOperator, Query, Select,
    SetExpr, TableFactor, Value,
};

use crate::domain::Dialect;

use super::super::fault::{Checked, unplaced};
use super::super::names::{key, parts};
use super::super::oracle_keep::orders;
use super::super::oracle_syntax::ORDER_SIBLINGS;
use super::super::refusal::Rule;
use super::super::scope::{Env, Source};
use super::query::whole_number;
use super::{Walk, absent};

/// Most rows a generator may count up to.
const MOST_ROWS: u64 = 100_000;

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

fn conjuncts<'q>(expr: &'q Expr, into: &mut Vec<&'q Expr>) {
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
    let far = text.split('\'').any(|part| is_far(part));
    !grows.iter().any(|one| text.contains(one)) && !text.split(|c: char| !c.is_ascii_digit()).any(large) && !far
}

/// A date so far from ours that the days between are very many.
fn is_far(date: &str) -> bool {
    let year = date.split_once('-').and_then(|(year, _)| year.trim().parse::<u32>().ok());
    year.is_some_and(|year| !(1900..=2200).contains(&year))
}

/// Literal numbers not too far apart; times no more than an hour apart or closer.
pub(super) fn bounded_series(args: &[FunctionArg]) -> Checked {
    let refused = || unplaced(Rule::Unbounded, "generate_series");
    let exprs: Vec<&Expr> = args
        .iter()
        .filter_map(|arg| match arg {
            FunctionArg::Unnamed(sqlparser::ast::FunctionArgExpr::Expr(expr)) => Some(expr),
            _ => None,
        })
        .collect();
    if exprs.iter().any(|expr| !modest(expr)) {
        return Err(refused());
    }
    let Some(step) = exprs.get(2) else { return Ok(()) };
    let text = match step {
        Expr::Interval(Interval { value, .. }) => value.to_string(),
        Expr::Cast { expr, .. } => expr.to_string(),
        expr => return if whole_number(expr).is_some_and(|step| step > 0) { Ok(()) } else { Err(refused()) },
    };
    let text = text.to_lowercase();
    let coarse = ["hour", "day", "week", "month", "year"].iter().any(|unit| text.contains(unit));
    if coarse && !text.contains("0.") && !text.contains("sec") { Ok(()) } else { Err(refused()) }
}

impl<'i> Walk<'i> {
    /// CONNECT BY: PRIOR in an equality, or a generator over one row up to a modest level.
    pub(super) fn hierarchy(&mut self, clauses: &[ConnectByKind], sources: &[Source<'i>], env: Env<'_, 'i>) -> Checked {
        if clauses.is_empty() {
            return Ok(());
        }
        absent(self.dialect != Dialect::Oracle, "CONNECT BY")?;
        let (relationships, starts) = super::select::split(clauses);
        let mut conditions = Vec::new();
        for expr in relationships {
            let condition = self.siblings(expr, env)?;
            self.expr(condition, env)?;
            conjuncts(condition, &mut conditions);
        }
        for expr in starts {
            let condition = self.siblings(expr, env)?;
            self.expr(condition, env)?;
        }
        let one_row = sources.iter().all(|source| source.rows == Some(1));
        if conditions.iter().any(|one| follows_prior(one))
            || (one_row && conditions.iter().any(|one| limits_level(one)))
        {
            return Ok(());
        }
        Err(unplaced(Rule::Unbounded, "CONNECT BY"))
    }
}

impl<'i> Walk<'i> {
    /// Walks what ORDER SIBLINGS BY orders by, and gives the condition before it.
    fn siblings<'q>(&mut self, expr: &'q Expr, env: Env<'_, 'i>) -> Checked<&'q Expr> {
        let Expr::BinaryOp { left, op: BinaryOperator::Custom(operator), right } = expr else { return Ok(expr) };
        if operator != ORDER_SIBLINGS {
            return Ok(expr);
        }
        let mut keys = Vec::new();
        orders(right, &mut keys);
        keys.into_iter().try_for_each(|key| self.expr(key, env))?;
        Ok(left)
    }
}

fn follows_prior(expr: &Expr) -> bool {
    let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = expr else { return false };
    let name = |expr: &Expr| match expr {
        Expr::Identifier(ident) => Some(key(Dialect::Oracle, ident)),
        Expr::CompoundIdentifier(idents) => idents.last().map(|ident| key(Dialect::Oracle, ident)),
        _ => None,
    };
    let prior = |expr: &Expr| if let Expr::Prior(inner) = expr { name(inner) } else { None };
    // A column that follows itself leads from each row to all that are equal to it.
    let follows =
        |prior: Option<String>, column: Option<String>| prior.zip(column).is_some_and(|(one, other)| one != other);
    follows(prior(left), name(right)) || follows(prior(right), name(left))
}

fn limits_level(expr: &Expr) -> bool {
    let Expr::BinaryOp { left, op: BinaryOperator::Lt | BinaryOperator::LtEq, right } = expr else { return false };
    let counter = matches!(&**left, Expr::Identifier(ident)
        if ident.quote_style.is_none() && ["LEVEL", "ROWNUM"].iter().any(|word| ident.value.eq_ignore_ascii_case(word)));
    let huge = matches!(&**right, Expr::Value(value) if matches!(value.value, Value::Number(_, _)) && whole_number(right).is_none());
    counter && modest(right) && !huge && !counts(right)
}

/// Whether a limit moves with the rows, or is a number nobody wrote.
fn counts(limit: &Expr) -> bool {
    let text = limit.to_string().to_uppercase();
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '#')));
    words.into_iter().any(|word| ["LEVEL", "ROWNUM", "UID", "ROWID", "ORA_ROWSCN"].contains(&word))
}
