//! The most rows that a statement lets itself give: its own LIMIT, FETCH FIRST or ROWNUM.

use sqlparser::ast::{BinaryOperator, Expr, LimitClause, Query, SetExpr, Statement, Value as Literal};

use super::walk::whole_number;

/// A number of rows in a statement's text, or the parameter that will hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RowLimit {
    Rows(u64),
    Parameter(String),
}

/// The limit of the outermost query; `None` where there is none or where it is computed.
pub(super) fn of(statement: &Statement) -> Option<RowLimit> {
    let Statement::Query(query) = statement else { return None };
    of_clauses(query).or_else(|| of_rownum(&query.body))
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
pub(super) fn of_rownum(body: &SetExpr) -> Option<RowLimit> {
    let SetExpr::Select(select) = body else { return None };
    let mut conditions = vec![select.selection.as_ref()?];
    while let Some(condition) = conditions.pop() {
        match condition {
            Expr::Nested(inner) => conditions.push(inner),
            Expr::BinaryOp { left, op: BinaryOperator::And, right } => conditions.extend([&**left, &**right]),
            Expr::BinaryOp { left, op, right } if is_rownum(left) => match (op, number(right)?) {
                (BinaryOperator::LtEq, limit) => return Some(limit),
                (BinaryOperator::Lt, RowLimit::Rows(rows)) => return Some(RowLimit::Rows(rows.saturating_sub(1))),
                _ => return None,
            },
            _ => {}
        }
    }
    None
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
