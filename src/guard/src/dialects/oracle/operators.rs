//! Operators that stand for Oracle's clauses in the tree: what each makes of its sides.

use sqlparser::ast::{Expr, UnaryOperator};

use crate::fault::{Checked, unplaced};
use crate::refusal::Rule;
use crate::scope::Env;
use crate::walk::{Walk, absent};

use super::from_last::from_last;
use super::keep::Keep;
use super::syntax::{DEFAULT, ON_CONVERSION, is_interval_units, is_quantified};

/// Walks an operator that `syntax` makes of a clause.
pub(super) fn walk_clause<'i>(
    walk: &mut Walk<'i>,
    left: &Expr,
    operator: &str,
    right: &Expr,
    env: Env<'_, 'i>,
) -> Checked {
    match operator {
        DEFAULT => {
            walk.expr(left, env)?;
            walk.otherwise(right)
        }
        // Their right side is a word of the grammar, not a name.
        ON_CONVERSION => walk.expr(left, env),
        _ if is_interval_units(operator) => walk.expr(left, env),
        "STRICT" | "LAX" if matches!(left, Expr::IsJson { .. }) => walk.expr(left, env),
        _ if is_quantified(operator) => {
            walk.expr(left, env)?;
            walk.expr(right, env)
        }
        _ => {
            if let Some((call, over)) = from_last(left, operator, right) {
                walk.call(call, env)?;
                return walk.over(over, env);
            }
            let kept = Keep::of(left, operator, right);
            let Keep { aggregate, exprs } = kept.ok_or_else(|| unplaced(Rule::OperatorNotAllowed, operator))?;
            absent(!matches!(aggregate, Expr::Function(_)), "KEEP")?;
            std::iter::once(aggregate).chain(exprs).try_for_each(|expr| walk.expr(expr, env))
        }
    }
}

impl Walk<'_> {
    /// Walks the value of DEFAULT: a literal or a parameter.
    pub(crate) fn otherwise(&mut self, default: &Expr) -> Checked {
        match default {
            Expr::Value(value) => self.value(value),
            Expr::UnaryOp { op: UnaryOperator::Minus, expr } if matches!(**expr, Expr::Value(_)) => {
                self.otherwise(expr)
            }
            _ => Err(unplaced(Rule::FunctionArguments, DEFAULT)),
        }
    }
}
