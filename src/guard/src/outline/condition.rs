//! Conditions of WHERE, HAVING and ON.

use sqlparser::ast::{BinaryOperator, Expr, Query, SetExpr, UnaryOperator};

use super::term::{self, sql};
use super::{Comparison, Condition, Likeness, Lookup, Term};
use crate::{Dialect, Value};

/// The conditions that hold together.
pub(super) fn all(expr: &Expr, dialect: Dialect) -> Vec<Condition> {
    sides(expr, &BinaryOperator::And).into_iter().map(|side| of(side, dialect)).collect()
}

/// The parts that one operator connects.
pub(super) fn sides<'e>(expr: &'e Expr, connective: &BinaryOperator) -> Vec<&'e Expr> {
    let mut parts = Vec::new();
    let mut rest = vec![expr];
    while let Some(part) = rest.pop() {
        match part {
            Expr::BinaryOp { left, op, right } if op == connective => rest.extend([&**right, &**left]),
            Expr::Nested(inner) if matches!(&**inner, Expr::BinaryOp { op, .. } if op == connective) => {
                rest.push(inner);
            }
            _ => parts.push(part),
        }
    }
    parts
}

fn of(expr: &Expr, dialect: Dialect) -> Condition {
    match expr {
        Expr::Nested(inner) => of(inner, dialect),
        Expr::UnaryOp { op: UnaryOperator::Not, expr: inner } => not(of(inner, dialect)),
        Expr::BinaryOp { op: BinaryOperator::And, .. } => Condition::All(all(expr, dialect)),
        Expr::BinaryOp { op: BinaryOperator::Or, .. } => {
            let sides = sides(expr, &BinaryOperator::Or);
            Condition::Any(sides.into_iter().map(|side| of(side, dialect)).collect())
        }
        Expr::BinaryOp { left, op, right } => compared(left, op, right).unwrap_or_else(|| Condition::Sql(sql(expr))),
        Expr::IsNull(inner) => Condition::Null(term::of(inner)),
        Expr::IsNotNull(inner) => not(Condition::Null(term::of(inner))),
        Expr::InList { expr, list, negated } => {
            maybe_not(*negated, Condition::OneOf(term::of(expr), list.iter().map(term::of).collect()))
        }
        Expr::Between { expr, negated, low, high } => {
            maybe_not(*negated, Condition::Between(term::of(expr), term::of(low), term::of(high)))
        }
        Expr::Like { negated, any: false, expr: text, pattern, escape_char: None } => {
            like(text, pattern, false).map_or_else(|| Condition::Sql(sql(expr)), |like| maybe_not(*negated, like))
        }
        Expr::ILike { negated, any: false, expr: text, pattern, escape_char: None } => {
            like(text, pattern, true).map_or_else(|| Condition::Sql(sql(expr)), |like| maybe_not(*negated, like))
        }
        Expr::Exists { subquery, negated } => match lookup(subquery, dialect) {
            // A query that computes something always has a row.
            Some((lookup, columns)) if columns.iter().all(is_plain) => maybe_not(*negated, Condition::Exists(lookup)),
            _ => Condition::Sql(sql(expr)),
        },
        Expr::InSubquery { expr: value, subquery, negated } => match lookup(subquery, dialect) {
            Some((lookup, columns)) => match columns.as_slice() {
                [column @ Term::Column(_)] => {
                    maybe_not(*negated, Condition::Among(term::of(value), column.clone(), lookup))
                }
                _ => Condition::Sql(sql(expr)),
            },
            None => Condition::Sql(sql(expr)),
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

/// Two values compared; `None` for other operators, and for NULL, which equals nothing.
fn compared(left: &Expr, op: &BinaryOperator, right: &Expr) -> Option<Condition> {
    let how = comparison(op)?;
    let (outer, [left, right]) = match (left, right) {
        (Expr::OuterJoin(left), right) => (true, [&**left, right]),
        (left, Expr::OuterJoin(right)) => (true, [left, &**right]),
        (left, right) => (false, [left, right]),
    };
    let (left, right) = (term::of(left), term::of(right));
    let is_null = |term: &Term| matches!(term, Term::Value(Value::Null));
    if is_null(&left) || is_null(&right) {
        return None;
    }
    let compared = Condition::Compare(left, how, right);
    Some(if outer { Condition::Optional(Box::new(compared)) } else { compared })
}

/// A pattern in the text; `None` where it is computed, or has escapes.
fn like(text: &Expr, pattern: &Expr, ignores_case: bool) -> Option<Condition> {
    let Term::Value(Value::Text(pattern)) = term::of(pattern) else { return None };
    let (how, words) = likeness(&pattern);
    let words = words.to_owned();
    (!pattern.contains('\\')).then_some(Condition::Like { term: term::of(text), how, words, ignores_case })
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

fn is_plain(term: &Term) -> bool {
    matches!(term, Term::Column(_) | Term::Value(_) | Term::Everything)
}

/// The rows that a condition's query looks up, and its columns; `None` for one that does more than that.
fn lookup(query: &Query, dialect: Dialect) -> Option<(Lookup, Vec<Term>)> {
    let SetExpr::Select(select) = &*query.body else { return None };
    let is_bounded = query.limit_clause.is_some() || query.fetch.is_some();
    let does_more = query.with.is_some() || is_bounded || select.having.is_some() || !select.connect_by.is_empty();
    let (selection, steps) = super::query::of_select(select, dialect);
    let is_simple = steps.is_empty() && selection.groups.is_empty() && selection.joins.is_empty();
    let columns = selection.columns.into_iter().map(|column| column.term).collect();
    let is_lookup = !does_more && is_simple && selection.first_rows.is_none();
    is_lookup.then_some((Lookup { tables: selection.tables, filter: selection.filter }, columns))
}
