//! Conditions of WHERE, HAVING and ON.

use sqlparser::ast::{BinaryOperator, Expr, Query, SetExpr, UnaryOperator};

use super::term::{self, sql};
use super::{Comparison, Condition, Likeness, Lookup, Term};
use crate::Value;

/// The conditions that hold together.
pub(super) fn all(expr: &Expr) -> Vec<Condition> {
    sides(expr, &BinaryOperator::And)
}

/// The parts that one operator connects.
fn sides(expr: &Expr, connective: &BinaryOperator) -> Vec<Condition> {
    let mut parts = Vec::new();
    let mut rest = vec![expr];
    while let Some(part) = rest.pop() {
        match part {
            Expr::BinaryOp { left, op, right } if op == connective => rest.extend([&**right, &**left]),
            Expr::Nested(inner) if matches!(&**inner, Expr::BinaryOp { op, .. } if op == connective) => {
                rest.push(inner);
            }
            _ => parts.push(of(part)),
        }
    }
    parts
}

fn of(expr: &Expr) -> Condition {
    match expr {
        Expr::Nested(inner) => of(inner),
        Expr::UnaryOp { op: UnaryOperator::Not, expr: inner } => not(of(inner)),
        Expr::BinaryOp { op: BinaryOperator::And, .. } => Condition::All(all(expr)),
        Expr::BinaryOp { op: BinaryOperator::Or, .. } => Condition::Any(sides(expr, &BinaryOperator::Or)),
        Expr::BinaryOp { left, op, right } => match comparison(op) {
            Some(how) => Condition::Compare(term::of(left), how, term::of(right)),
            None => Condition::Sql(sql(expr)),
        },
        Expr::IsNull(inner) => Condition::Null(term::of(inner)),
        Expr::IsNotNull(inner) => not(Condition::Null(term::of(inner))),
        Expr::InList { expr, list, negated } => {
            maybe_not(*negated, Condition::OneOf(term::of(expr), list.iter().map(term::of).collect()))
        }
        Expr::Between { expr, negated, low, high } => {
            maybe_not(*negated, Condition::Between(term::of(expr), term::of(low), term::of(high)))
        }
        Expr::Like { negated, any: false, expr: text, pattern, escape_char: None }
        | Expr::ILike { negated, any: false, expr: text, pattern, escape_char: None } => match term::of(pattern) {
            Term::Value(Value::Text(pattern)) => {
                let (how, words) = likeness(&pattern);
                maybe_not(*negated, Condition::Like(term::of(text), how, words.to_owned()))
            }
            _ => Condition::Sql(sql(expr)),
        },
        Expr::Exists { subquery, negated } => match lookup(subquery) {
            Some((lookup, _)) => maybe_not(*negated, Condition::Exists(lookup)),
            None => Condition::Sql(sql(expr)),
        },
        Expr::InSubquery { expr: value, subquery, negated } => match lookup(subquery) {
            Some((lookup, Some(column))) => maybe_not(*negated, Condition::Among(term::of(value), column, lookup)),
            _ => Condition::Sql(sql(expr)),
        },
        _ => Condition::Sql(sql(expr)),
    }
}

fn not(condition: Condition) -> Condition {
    match condition {
        Condition::Not(inner) => *inner,
        condition => Condition::Not(Box::new(condition)),
    }
}

fn maybe_not(negated: bool, condition: Condition) -> Condition {
    if negated { not(condition) } else { condition }
}

fn comparison(op: &BinaryOperator) -> Option<Comparison> {
    Some(match op {
        BinaryOperator::Eq => Comparison::Equal,
        BinaryOperator::NotEq => Comparison::NotEqual,
        BinaryOperator::Lt => Comparison::Less,
        BinaryOperator::LtEq => Comparison::AtMost,
        BinaryOperator::Gt => Comparison::Greater,
        BinaryOperator::GtEq => Comparison::AtLeast,
        _ => return None,
    })
}

fn likeness(pattern: &str) -> (Likeness, &str) {
    let words = pattern.trim_matches('%');
    if words.is_empty() || words.contains(['%', '_']) {
        return (Likeness::Matches, pattern);
    }
    match (pattern.starts_with('%'), pattern.ends_with('%')) {
        (true, true) => (Likeness::Contains, words),
        (false, true) => (Likeness::StartsWith, words),
        (true, false) => (Likeness::EndsWith, words),
        (false, false) => (Likeness::Matches, pattern),
    }
}

/// The rows that a condition's query looks up, and its only column; `None` for one that does more than that.
fn lookup(query: &Query) -> Option<(Lookup, Option<Term>)> {
    let SetExpr::Select(select) = &*query.body else { return None };
    let is_plain = query.with.is_none()
        && query.limit_clause.is_none()
        && query.fetch.is_none()
        && select.having.is_none()
        && select.connect_by.is_empty();
    let (selection, steps) = super::query::of_select(select);
    let is_simple = steps.is_empty() && selection.groups.is_empty() && selection.joins.is_empty();
    let column = match selection.columns.as_slice() {
        [column] => Some(column.term.clone()),
        _ => None,
    };
    let is_lookup = is_plain && is_simple && !selection.is_one_row();
    is_lookup.then_some((Lookup { tables: selection.tables, filter: selection.filter }, column))
}
