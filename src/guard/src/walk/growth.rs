//! The length that the value of a call or an operator may have: the sum of its parts, unless it is known to repeat
//! them.

use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator};

use crate::dialects::lists::Function;

use super::super::extent::Extent;
use super::super::fault::{Checked, unplaced};
use super::super::refusal::Rule;
use super::Walk;
use super::literal::literal_of;
use super::query::whole_number;

/// Stored rows that an aggregate is assumed to gather into one value: few, since their values exist already.
const STORED_ROWS: u64 = 20;
/// Bytes that a directive such as `%99s` can take.
const DIRECTIVE: u64 = 100;
/// The factor by which indenting can lengthen a document: four spaces for each of 64 levels of brackets.
const INDENTED: u64 = 4 * 64;
/// Largest constant exponent: databases compute large powers exactly, and cannot be stopped meanwhile.
const MOST_EXPONENT: u64 = 1_000;
/// Bytes that a digit of a power counts for: the time to multiply grows with the square of the digits.
const POWER_DIGIT: u64 = 16;

/// A call whose arguments have been read.
pub(crate) struct Made<'c> {
    pub(crate) name: &'c str,
    pub(crate) known: &'c Function,
    /// The arguments that are plain expressions, in their places.
    pub(crate) args: &'c [Option<&'c Expr>],
    /// Bytes of each.
    pub(crate) sizes: &'c [u64],
    /// Bytes of all, clauses included.
    pub(crate) sum: u64,
    /// True if it indents a document that the statement makes.
    pub(crate) pretty: bool,
}

impl Made<'_> {
    /// Bytes of the call's value, where the query makes so many rows for each stored one.
    fn bytes(&self, made_rows: u64) -> u64 {
        let sum = self.sum;
        let size = |position: usize| self.sizes.get(position - 1).copied().unwrap_or_default();
        let literal = |position: usize| self.args.get(position - 1).copied().flatten().and_then(literal_of);
        // The length of what is written, where it is.
        let length = |position: usize| literal(position).map_or_else(|| size(position), |text| text.len() as u64);
        let number = |position: usize| self.args.get(position - 1).copied().flatten().and_then(whole_number);
        match self.name {
            "REPEAT" => size(1).saturating_mul(number(2).unwrap_or(1).max(1)),
            // Oracle gives at most 32,767 bytes, whatever the width.
            "LPAD" | "RPAD" => sum.saturating_add(number(2).unwrap_or(0).min(32_767)),
            "REPLACE" => size(1).saturating_mul(1.max(length(3) / literal(2).map_or(1, str::len).max(1) as u64)),
            // A pattern can match at every place, and its replacement can hold all that it matched.
            "REGEXP_REPLACE" => size(1).saturating_mul(1 + length(3)),
            "FORMAT" | "PRINTF" => {
                let directives = literal(1).map_or(0, |format| format.matches('%').count() as u64);
                // `%1$s` can take any argument, however often, and an array is quoted in it.
                let largest = self.sizes.iter().copied().max().unwrap_or_default().saturating_mul(2);
                sum.saturating_add(directives.saturating_mul(DIRECTIVE.saturating_add(largest)))
            }
            // The separator stands between any two, and what is in an array is quoted.
            "CONCAT" | "CONCAT_WS" => {
                let separators = size(1).saturating_mul(self.sizes.len() as u64);
                sum.saturating_mul(2).saturating_add(if self.name == "CONCAT_WS" { separators } else { 0 })
            }
            "JSONB_PRETTY" => sum.saturating_mul(INDENTED),
            _ if self.pretty => sum.saturating_mul(INDENTED),
            // The separator stands between any two of its elements.
            "ARRAY_TO_STRING" => size(1).saturating_mul(1 + length(2)),
            // Each element has a header, however short it is.
            "STRING_TO_ARRAY" | "REGEXP_SPLIT_TO_ARRAY" => sum.saturating_mul(8),
            "POWER" | "POW" => power(sum, self.args.get(1).copied().flatten()),
            // Quoting can double a text.
            _ if self.known.grows => sum.saturating_mul(2),
            _ if self.known.gathers => sum.saturating_mul(STORED_ROWS.max(made_rows)),
            _ => sum,
        }
    }
}

impl Walk<'_> {
    /// Charges the value that a call makes of its parts, which have been read since `around`.
    pub(crate) fn made(&mut self, call: &Made<'_>, around: Extent) -> Checked {
        let parts = std::mem::replace(&mut self.meter.value, around);
        let bytes = call.bytes(self.made_rows);
        // Aggregates and windows count in full: a planner may copy a condition on one into the query that computes it.
        self.meter.value = around.plus(Extent { nodes: parts.nodes, bytes });
        self.meter.charge(Extent { nodes: 0, bytes }, call.name)
    }

    /// Charges the value that an operator makes of its left side, `before`, and of the right one, which has just been
    /// read; both become part of what is `around` them.
    pub(super) fn combined(&mut self, op: &BinaryOperator, right: &Expr, before: Extent, around: Extent) -> Checked {
        let after = self.meter.value;
        let sum = before.plus(after);
        let bytes = match op {
            BinaryOperator::PGExp => {
                exponent(right)?;
                power(sum.bytes, Some(right))
            }
            // A sum has a digit more than the longer of the two.
            BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::Divide | BinaryOperator::Modulo => {
                before.bytes.max(after.bytes).saturating_add(1)
            }
            _ => sum.bytes,
        };
        self.meter.value = around.plus(Extent { nodes: sum.nodes, bytes });
        let kept = matches!(op, BinaryOperator::StringConcat | BinaryOperator::PGExp);
        self.meter.charge(Extent { nodes: 0, bytes: if kept { bytes } else { 0 } }, &op.to_string())
    }
}

/// Bytes of a power whose base and exponent together have so many.
fn power(bytes: u64, exponent: Option<&Expr>) -> u64 {
    let digits = exponent.and_then(constant).filter(|exponent| *exponent > 1);
    digits.map_or(bytes, |exponent| bytes.saturating_mul(exponent).saturating_mul(POWER_DIGIT))
}

/// Refuses a constant exponent that is too large.
pub(super) fn exponent(expr: &Expr) -> Checked {
    match constant(expr) {
        Some(exponent) if exponent > MOST_EXPONENT => Err(unplaced(Rule::ValueSize, expr.to_string())),
        _ => Ok(()),
    }
}

/// The largest absolute value that a constant can have, rounded up; `None` where it holds a name.
fn constant(expr: &Expr) -> Option<u64> {
    match expr {
        Expr::Value(value) => {
            let text = match &value.value {
                sqlparser::ast::Value::Number(digits, _) => digits.as_str(),
                other => super::literal::text_literal(other)?,
            };
            let number: f64 = text.trim().parse().ok()?;
            Some(up(number))
        }
        Expr::Nested(inner)
        | Expr::Cast { expr: inner, .. }
        | Expr::UnaryOp { op: UnaryOperator::Plus | UnaryOperator::Minus, expr: inner } => constant(inner),
        Expr::BinaryOp { left, op, right } => {
            let (left, right) = (constant(left)?, constant(right)?);
            match op {
                BinaryOperator::Plus | BinaryOperator::Minus => Some(left.saturating_add(right)),
                BinaryOperator::Multiply => Some(left.saturating_mul(right)),
                BinaryOperator::Divide | BinaryOperator::Modulo => Some(left),
                BinaryOperator::PGExp => Some(left.saturating_pow(u32::try_from(right).unwrap_or(u32::MAX))),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The absolute value of a number, rounded up.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, which is what is meant")]
fn up(number: f64) -> u64 {
    number.abs().ceil() as u64
}
