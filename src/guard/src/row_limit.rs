//! The most rows that a statement lets itself give: its own LIMIT, FETCH FIRST or ROWNUM.

use sqlparser::ast::{BinaryOperator, Expr, LimitClause, Query, SetExpr, Statement, Value as Literal};

use super::outline::Term;
use super::walk::whole_number;
use super::{Dialect, Value};

/// A number of rows in a statement's text, or the parameter that will hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RowLimit {
    Rows(u64),
    Parameter(String),
}

impl RowLimit {
    /// The number or parameter as a term.
    pub(super) fn term(&self) -> Term {
        match self {
            Self::Rows(rows) => {
                Term::Value(i64::try_from(*rows).map_or_else(|_| Value::Decimal(rows.to_string()), Value::Integer))
            }
            Self::Parameter(name) => Term::Parameter(name.clone()),
        }
    }
}

/// The limit of the outermost query; `None` where there is none or where it is computed.
pub(super) fn of(statement: &Statement, dialect: Dialect) -> Option<RowLimit> {
    let Statement::Query(query) = statement else { return None };
    of_clauses(query).or_else(|| of_rownum(&query.body).filter(|_| dialect.facts().queries.rownum))
}

fn of_clauses(query: &Query) -> Option<RowLimit> {
    match (&query.limit_clause, &query.fetch) {
        (
            Some(LimitClause::LimitOffset { limit: Some(limit), .. } | LimitClause::OffsetCommaLimit { limit, .. }),
            _,
        ) => number(limit),
        (_, Some(fetch)) if !fetch.percent => fetch.quantity.as_ref().map_or(Some(RowLimit::Rows(1)), number),
        _ => None,
    }
}

/// `WHERE ROWNUM <= 10`, as it was written before Oracle 12.
fn of_rownum(body: &SetExpr) -> Option<RowLimit> {
    let SetExpr::Select(select) = body else { return None };
    let mut conditions = vec![select.selection.as_ref()?];
    while let Some(condition) = conditions.pop() {
        match condition {
            Expr::Nested(inner) => conditions.push(inner),
            Expr::BinaryOp { left, op: BinaryOperator::And, right } => conditions.extend([&**left, &**right]),
            condition => {
                if let Some(limit) = rownum_bound(condition) {
                    return Some(limit);
                }
            }
        }
    }
    None
}

/// The most rows that a condition on ROWNUM lets through.
pub(super) fn rownum_bound(condition: &Expr) -> Option<RowLimit> {
    let Expr::BinaryOp { left, op, right } = condition else { return None };
    match (op, number(right).filter(|_| is_rownum(left))?) {
        (BinaryOperator::LtEq, limit) => Some(limit),
        (BinaryOperator::Lt, RowLimit::Rows(rows)) => Some(RowLimit::Rows(rows.saturating_sub(1))),
        _ => None,
    }
}

fn is_rownum(expr: &Expr) -> bool {
    matches!(expr, Expr::Identifier(name) if name.quote_style.is_none() && name.value.eq_ignore_ascii_case("ROWNUM"))
}

fn number(expr: &Expr) -> Option<RowLimit> {
    match expr {
        Expr::Nested(inner) => number(inner),
        Expr::Value(value) => match &value.value {
            Literal::Placeholder(text) => text.strip_prefix(':').map(|name| RowLimit::Parameter(name.to_owned())),
            _ => whole_number(expr).map(RowLimit::Rows),
        },
        _ => None,
    }
}
