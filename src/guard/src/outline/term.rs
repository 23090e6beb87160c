//! Values and expressions.

use std::fmt::Display;

use sqlparser::ast::{
    DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, UnaryOperator,
    Value as Literal,
};

use crate::Value;
use crate::dialects::oracle::rewrite::unmarked;

use super::{Aggregate, Term};

/// SQL as it is rendered.
pub(super) fn sql(part: &impl Display) -> String {
    unmarked(part.to_string())
}

pub(super) fn of(expr: &Expr) -> Term {
    match expr {
        Expr::Nested(inner) => of(inner),
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) => Term::Column(column(expr)),
        Expr::Value(value) => literal(&value.value).unwrap_or_else(|| Term::Sql(sql(expr))),
        Expr::UnaryOp { op: UnaryOperator::Minus, expr: inner } => match of(inner) {
            Term::Value(Value::Integer(number)) if number > 0 => Term::Value(Value::Integer(-number)),
            _ => Term::Sql(sql(expr)),
        },
        Expr::Function(function) => aggregate(function).unwrap_or_else(|| Term::Sql(sql(expr))),
        _ => Term::Sql(sql(expr)),
    }
}

/// A column's name without the quotes that only SQL needs.
fn column(expr: &Expr) -> String {
    let name = |ident: &Ident| ident.value.clone();
    match expr {
        Expr::CompoundIdentifier(idents) => idents.iter().map(name).collect::<Vec<_>>().join("."),
        Expr::Identifier(ident) => name(ident),
        _ => sql(expr),
    }
}

fn literal(literal: &Literal) -> Option<Term> {
    Some(match literal {
        Literal::Number(digits, _) => Term::Value(match digits.parse() {
            Ok(number) => Value::Integer(number),
            Err(_) => Value::Decimal(digits.clone()),
        }),
        Literal::SingleQuotedString(text) => Term::Value(Value::Text(text.clone())),
        Literal::Boolean(yes) => Term::Value(Value::Boolean(*yes)),
        Literal::Null => Term::Value(Value::Null),
        Literal::Placeholder(name) => Term::Parameter(name.strip_prefix(':')?.to_owned()),
        _ => return None,
    })
}

/// One of the usual aggregates; one with a window, a filter or an order of its own stays SQL.
fn aggregate(function: &Function) -> Option<Term> {
    let name = sql(&function.name).to_ascii_uppercase();
    let known = match name.as_str() {
        "COUNT" => Aggregate::Count,
        "SUM" => Aggregate::Sum,
        "AVG" => Aggregate::Average,
        "MIN" => Aggregate::Minimum,
        "MAX" => Aggregate::Maximum,
        _ => return None,
    };
    let is_plain = function.over.is_none() && function.filter.is_none() && function.within_group.is_empty();
    let FunctionArguments::List(list) = &function.args else { return None };
    // SQLite's MIN and MAX of several arguments are no aggregates.
    let [FunctionArg::Unnamed(argument)] = list.args.as_slice() else { return None };
    let of = match argument {
        FunctionArgExpr::Wildcard => None,
        FunctionArgExpr::Expr(expr) => Some(Box::new(of(expr))),
        _ => return None,
    };
    let is_distinct = list.duplicate_treatment == Some(DuplicateTreatment::Distinct);
    (is_plain && list.clauses.is_empty()).then_some(Term::Aggregate { function: known, of, is_distinct })
}
