//! Operators: those of each dialect, and what each makes of its sides.

use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator};

use crate::Dialect;

use super::super::fault::{Checked, unplaced};
use super::super::refusal::Rule;
use super::super::scope::Env;
use super::{Walk, absent};
use crate::dialects::oracle::from_last::from_last;
use crate::dialects::oracle::keep::Keep;
use crate::dialects::oracle::syntax::{DEFAULT, ON_CONVERSION, is_interval_units, is_quantified};
use crate::dialects::postgres::syntax as postgres_syntax;
use crate::dialects::sqlite::syntax::OPERATORS;

impl<'i> Walk<'i> {
    pub(super) fn unary(&mut self, op: UnaryOperator, expr: &Expr, env: Env<'_, 'i>) -> Checked {
        match op {
            UnaryOperator::Not => {}
            UnaryOperator::Plus | UnaryOperator::Minus => {
                // `- -1` would render as `--1`, a comment.
                absent(matches!(expr, Expr::UnaryOp { .. }), "- -")?;
            }
            UnaryOperator::BitwiseNot if self.dialect == Dialect::Sqlite => {
                absent(matches!(expr, Expr::UnaryOp { .. }), "~ -").map_err(|fault| fault.instead("~(…)"))?;
            }
            other => return Err(unplaced(Rule::OperatorNotAllowed, other.to_string())),
        }
        self.expr(expr, env)
    }

    pub(super) fn binary(&mut self, left: &Expr, op: &BinaryOperator, right: &Expr, env: Env<'_, 'i>) -> Checked {
        if let BinaryOperator::Custom(operator) = op
            && self.dialect == Dialect::Oracle
        {
            return self.oracle_operator(left, operator, right, env);
        }
        self.operator(op)?;
        binds_as_written(left, op)?;
        if is_regex(op) {
            super::pattern::safe(right)?;
        }
        if *op == BinaryOperator::AtAt {
            crate::dialects::postgres::full_text::matched(left, right)?;
        }
        if compares(op) {
            self.compared(left, &[right], env)?;
            return self.compared(right, &[left], env);
        }
        let around = std::mem::take(&mut self.meter.value);
        self.expr(left, env)?;
        let before = std::mem::take(&mut self.meter.value);
        self.expr(right, env)?;
        self.combined(op, right, before, around)
    }

    /// The readings of `oracle_syntax`.
    fn oracle_operator(&mut self, left: &Expr, operator: &str, right: &Expr, env: Env<'_, 'i>) -> Checked {
        match operator {
            DEFAULT => {
                self.expr(left, env)?;
                self.otherwise(right)
            }
            // Their right side is a word of the grammar, not a name.
            ON_CONVERSION => self.expr(left, env),
            _ if is_interval_units(operator) => self.expr(left, env),
            "STRICT" | "LAX" if matches!(left, Expr::IsJson { .. }) => self.expr(left, env),
            _ if is_quantified(operator) => {
                self.expr(left, env)?;
                self.expr(right, env)
            }
            _ => {
                if let Some((call, over)) = from_last(left, operator, right) {
                    self.call(call, env)?;
                    return self.over(over, env);
                }
                let kept = Keep::of(left, operator, right);
                let Keep { aggregate, exprs } = kept.ok_or_else(|| unplaced(Rule::OperatorNotAllowed, operator))?;
                absent(!matches!(aggregate, Expr::Function(_)), "KEEP")?;
                std::iter::once(aggregate).chain(exprs).try_for_each(|expr| self.expr(expr, env))
            }
        }
    }

    /// What DEFAULT gives: a literal or a parameter.
    pub(crate) fn otherwise(&mut self, default: &Expr) -> Checked {
        match default {
            Expr::Value(value) => self.value(value),
            Expr::UnaryOp { op: UnaryOperator::Minus, expr } if matches!(**expr, Expr::Value(_)) => {
                self.otherwise(expr)
            }
            _ => Err(unplaced(Rule::FunctionArguments, DEFAULT)),
        }
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
            BinaryOperator::Modulo
            | BinaryOperator::Arrow
            | BinaryOperator::LongArrow
            | BinaryOperator::BitwiseAnd
            | BinaryOperator::BitwiseOr => self.dialect != Dialect::Oracle,
            BinaryOperator::Glob | BinaryOperator::PGBitwiseShiftLeft | BinaryOperator::PGBitwiseShiftRight => {
                self.dialect == Dialect::Sqlite
            }
            BinaryOperator::Custom(operator) => {
                let own: &[&str] = match self.dialect {
                    Dialect::Sqlite => &OPERATORS,
                    Dialect::Postgres => &postgres_syntax::OPERATORS,
                    Dialect::Oracle => &[],
                };
                own.contains(&operator.as_str())
            }
            BinaryOperator::HashArrow
            | BinaryOperator::HashLongArrow
            | BinaryOperator::AtArrow
            | BinaryOperator::AtAt
            | BinaryOperator::ArrowAt
            | BinaryOperator::PGExp
            | BinaryOperator::PGOverlap
            | BinaryOperator::PGRegexMatch
            | BinaryOperator::PGRegexIMatch
            | BinaryOperator::PGRegexNotMatch
            | BinaryOperator::PGRegexNotIMatch
            | BinaryOperator::Overlaps => self.dialect == Dialect::Postgres,
            _ => false,
        };
        if allowed { Ok(()) } else { Err(unplaced(Rule::OperatorNotAllowed, op.to_string())) }
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

/// Whether an operator is a comparison, whose sides SQLite may read as texts in double quotes.
pub(super) fn compares(op: &BinaryOperator) -> bool {
    match op {
        BinaryOperator::Custom(operator) => OPERATORS.contains(&operator.as_str()),
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

pub(super) fn is_regex(op: &BinaryOperator) -> bool {
    matches!(
        op,
        BinaryOperator::PGRegexMatch
            | BinaryOperator::PGRegexIMatch
            | BinaryOperator::PGRegexNotMatch
            | BinaryOperator::PGRegexNotIMatch
    )
}
