//! A column and what is added to it: the steps that certainly lead past every limit.

use std::cmp::Ordering;

use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Interval, Value,
};

use crate::Dialect;

use super::literal::literal_of;
use super::query::whole_number;

/// A column, plain or with something added to it.
pub(crate) struct Step<'q> {
    pub(super) column: &'q Expr,
    /// `None` for the plain column.
    pub(crate) amount: Option<Amount>,
}

/// The amount that is added or, when less than nothing, taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Amount {
    /// A whole number.
    Number(Ordering),
    /// A span of at least a day, or of at least an hour.
    Time { towards: Ordering, days: bool },
}

impl Amount {
    pub(super) fn is_time(self) -> bool {
        matches!(self, Self::Time { .. })
    }

    pub(super) fn towards(self) -> Ordering {
        match self {
            Self::Number(towards) | Self::Time { towards, .. } => towards,
        }
    }

    /// A literal that is added: not nothing, and not less than a whole number or an hour.
    pub(crate) fn of(expr: &Expr) -> Option<Self> {
        match expr {
            Expr::Nested(inner) => Self::of(inner),
            Expr::UnaryOp { op: sqlparser::ast::UnaryOperator::Minus, expr } => Self::of(expr).map(Self::reversed),
            Expr::Value(value) if matches!(value.value, Value::Number(..)) => {
                whole_number(expr).filter(|number| *number > 0).map(|_| Self::Number(Ordering::Greater))
            }
            Expr::Interval(Interval { value, leading_field, last_field: None, .. }) => {
                let field = leading_field.as_ref().map(|field| format!(" {field}")).unwrap_or_default();
                Self::span(&format!("{}{field}", literal_of(value)?))
            }
            Expr::Cast { expr, data_type, .. } if data_type.to_string().eq_ignore_ascii_case("interval") => {
                Self::span(literal_of(expr)?)
            }
            _ => None,
        }
    }

    /// `+1 month`, `2 days`: one whole number and its unit.
    pub(crate) fn span(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => (Ordering::Less, rest),
            None => (Ordering::Greater, text.strip_prefix('+').unwrap_or(&text)),
        };
        let (number, unit) = rest.trim().split_once(' ')?;
        let whole = number.bytes().all(|byte| byte.is_ascii_digit()) && number.bytes().any(|byte| byte != b'0');
        let unit = unit.trim();
        let unit = unit.strip_suffix('s').unwrap_or(unit);
        let days = ["day", "week", "month", "year"].contains(&unit);
        (whole && (days || unit == "hour")).then_some(Self::Time { towards: sign, days })
    }

    fn reversed(self) -> Self {
        match self {
            Self::Number(towards) => Self::Number(towards.reverse()),
            Self::Time { towards, days } => Self::Time { towards: towards.reverse(), days },
        }
    }
}

impl<'q> Step<'q> {
    /// Reads `n`, `n + 1`, `d - INTERVAL '1' DAY`, `date(d, '+1 month')`, `ADD_MONTHS(d, 1)` and casts of them.
    pub(crate) fn of(expr: &'q Expr, dialect: Dialect) -> Option<Self> {
        match expr {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => Some(Self { column: expr, amount: None }),
            Expr::Nested(inner) => Self::of(inner, dialect),
            Expr::BinaryOp { left, op: BinaryOperator::Plus, right } => {
                let side = |column, added| Self::added(column, Amount::of(added)?);
                side(left, right).or_else(|| side(right, left))
            }
            Expr::BinaryOp { left, op: BinaryOperator::Minus, right } => {
                Self::added(left, Amount::of(right)?.reversed())
            }
            Expr::Cast { expr, data_type, format: None, .. } => {
                let step = Self::of(expr, dialect)?;
                keeps(&data_type.to_string().to_uppercase(), step.amount, dialect).then_some(step)
            }
            Expr::Function(function) => {
                let name = function.name.to_string().to_uppercase();
                (dialect.facts().calls.read_step)(&name, &arguments(function)?)
            }
            _ => None,
        }
    }

    pub(crate) fn added(column: &'q Expr, amount: Amount) -> Option<Self> {
        match column {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => Some(Self { column, amount: Some(amount) }),
            Expr::Nested(inner) => Self::added(inner, amount),
            _ => None,
        }
    }
}

/// The arguments of a call, when all are plain expressions.
pub(crate) fn arguments(function: &Function) -> Option<Vec<&Expr>> {
    match &function.args {
        FunctionArguments::None => Some(Vec::new()),
        FunctionArguments::Subquery(_) => None,
        FunctionArguments::List(list) => list
            .args
            .iter()
            .map(|arg| match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
                _ => None,
            })
            .collect(),
    }
}

/// Tells whether an expression is a text as it stands.
pub(super) fn is_literal_text(expr: &Expr) -> bool {
    literal_of(expr).is_some()
}

/// Tells whether a cast keeps what a step adds. A shorter type or one of days could round it away.
fn keeps(data_type: &str, amount: Option<Amount>, dialect: Dialect) -> bool {
    let texts = dialect.facts().expressions.dates_are_texts;
    match amount {
        Some(Amount::Time { days, .. }) => match data_type {
            "DATE" => days && !texts,
            "TIMESTAMP" => !texts,
            _ => false,
        },
        Some(Amount::Number(_)) => {
            ["INT", "INTEGER", "BIGINT", "NUMBER", "NUMERIC", "DECIMAL"].contains(&data_type)
                || (data_type == "DATE" && !texts)
        }
        None => ["INT", "INTEGER", "BIGINT", "NUMBER", "DATE", "TIMESTAMP"].contains(&data_type),
    }
}
