//! Operators: those of each dialect, and what each makes of its sides.

use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator};

use super::super::fault::{Checked, unplaced};
use super::super::refusal::Rule;
use super::super::scope::Env;
use super::{Walk, absent};

impl<'i> Walk<'i> {
    pub(super) fn unary(&mut self, op: UnaryOperator, expr: &Expr, env: Env<'_, 'i>) -> Checked {
        match op {
            UnaryOperator::Not => {}
            UnaryOperator::Plus | UnaryOperator::Minus => {
                // `- -1` would render as `--1`, a comment.
                absent(matches!(expr, Expr::UnaryOp { .. }), "- -")?;
            }
            UnaryOperator::BitwiseNot if self.facts.expressions.bitwise_not => {
                absent(matches!(expr, Expr::UnaryOp { .. }), "~ -").map_err(|fault| fault.instead("~(…)"))?;
            }
            other => return Err(unplaced(Rule::OperatorNotAllowed, other.to_string())),
        }
        self.expr(expr, env)
    }

    pub(super) fn binary(&mut self, left: &Expr, op: &BinaryOperator, right: &Expr, env: Env<'_, 'i>) -> Checked {
        if let BinaryOperator::Custom(operator) = op
            && let Some(walk_clause) = self.facts.expressions.walk_clause
        {
            return walk_clause(self, left, operator, right, env);
        }
        self.operator(op)?;
        binds_as_written(left, op)?;
        if is_regex(op) {
            super::pattern::safe(right)?;
        }
        if *op == BinaryOperator::AtAt {
            crate::dialects::postgres::full_text::matched(left, right)?;
        }
        if self.compares(op) {
            self.compared(left, &[right], env)?;
            return self.compared(right, &[left], env);
        }
        let around = std::mem::take(&mut self.meter.value);
        self.expr(left, env)?;
        let before = std::mem::take(&mut self.meter.value);
        self.expr(right, env)?;
        self.combined(op, right, before, around)
    }

    /// The operators of the dialect; those that people define are refused.
    pub(super) fn operator(&self, op: &BinaryOperator) -> Checked {
        let allowed = match op {
            BinaryOperator::Plus
            | BinaryOperator::Minus
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::StringConcat
            | BinaryOperator::Gt
            | BinaryOperator::Lt
            | BinaryOperator::GtEq
            | BinaryOperator::LtEq
            | BinaryOperator::Eq
            | BinaryOperator::NotEq
            | BinaryOperator::And
            | BinaryOperator::Or => true,
            own => (self.facts.expressions.permits_operator)(own),
        };
        if allowed { Ok(()) } else { Err(unplaced(Rule::OperatorNotAllowed, op.to_string())) }
    }

    /// True of a comparison, whose sides may be texts in double quotes.
    fn compares(&self, op: &BinaryOperator) -> bool {
        match op {
            BinaryOperator::Custom(operator) => self.facts.expressions.comparisons.contains(&operator.as_str()),
            BinaryOperator::Eq
            | BinaryOperator::NotEq
            | BinaryOperator::Lt
            | BinaryOperator::LtEq
            | BinaryOperator::Gt
            | BinaryOperator::GtEq
            | BinaryOperator::Glob => true,
            _ => false,
        }
    }
}

/// The number of items in a list that are computed; databases keep constants together.
pub(super) fn computed(list: &[Expr]) -> u64 {
    fn is_constant(expr: &Expr) -> bool {
        match expr {
            Expr::Value(_) | Expr::TypedString(_) | Expr::Interval(_) => true,
            Expr::Nested(inner) | Expr::UnaryOp { expr: inner, .. } | Expr::Cast { expr: inner, .. } => {
                is_constant(inner)
            }
            _ => false,
        }
    }
    list.iter().filter(|item| !is_constant(item)).count() as u64
}

/// Databases disagree on how tightly `a IS NULL = b` and `a NOTNULL / b` bind.
pub(super) fn binds_as_written(left: &Expr, op: &BinaryOperator) -> Checked {
    let tested = matches!(left, Expr::IsNull(_) | Expr::IsNotNull(_));
    let tight = tested && !matches!(op, BinaryOperator::And | BinaryOperator::Or);
    absent(tight, &format!("IS NULL {op}")).map_err(|fault| fault.instead("(… IS NULL)"))
}

pub(super) fn is_regex(op: &BinaryOperator) -> bool {
    matches!(
        op,
        BinaryOperator::PGRegexMatch
            | BinaryOperator::PGRegexIMatch
            | BinaryOperator::PGRegexNotMatch
            | BinaryOperator::PGRegexNotIMatch
    )
}
