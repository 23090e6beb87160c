//! A column and what is added to it: the steps that certainly lead past every limit.

use std::cmp::Ordering;

use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Interval, Value,
};

use crate::Dialect;

use super::literal::literal_of;
use super::query::whole_number;

/// A column, plain or with something added to it.
pub(super) struct Step<'q> {
    pub(super) column: &'q Expr,
    /// `None` for the plain column.
    pub(super) amount: Option<Amount>,
}

/// What is added or, when less than nothing, taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Amount {
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

    fn reversed(self) -> Self {
        match self {
            Self::Number(towards) => Self::Number(towards.reverse()),
            Self::Time { towards, days } => Self::Time { towards: towards.reverse(), days },
        }
    }
}

impl<'q> Step<'q> {
    /// Reads `n`, `n + 1`, `d - INTERVAL '1' DAY`, `date(d, '+1 month')`, `ADD_MONTHS(d, 1)` and casts of them.
    pub(super) fn of(expr: &'q Expr, dialect: Dialect) -> Option<Self> {
        match expr {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => Some(Self { column: expr, amount: None }),
            Expr::Nested(inner) => Self::of(inner, dialect),
            Expr::BinaryOp { left, op: BinaryOperator::Plus, right } => {
                let side = |column, added| Self::added(column, amount(added)?);
                side(left, right).or_else(|| side(right, left))
            }
            Expr::BinaryOp { left, op: BinaryOperator::Minus, right } => Self::added(left, amount(right)?.reversed()),
            Expr::Cast { expr, data_type, format: None, .. } => {
                let step = Self::of(expr, dialect)?;
                keeps(&data_type.to_string().to_uppercase(), step.amount, dialect).then_some(step)
            }
            Expr::Function(function) => Self::call(function, dialect),
            _ => None,
        }
    }

    fn added(column: &'q Expr, amount: Amount) -> Option<Self> {
        match column {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => Some(Self { column, amount: Some(amount) }),
            Expr::Nested(inner) => Self::added(inner, amount),
            _ => None,
        }
    }

    fn call(function: &'q Function, dialect: Dialect) -> Option<Self> {
        let args = arguments(function)?;
        let name = function.name.to_string().to_uppercase();
        match (dialect, name.as_str(), args.as_slice()) {
            (Dialect::Oracle, "ADD_MONTHS", [column, months]) => {
                let Amount::Number(towards) = amount(months)? else { return None };
                Self::added(column, Amount::Time { towards, days: true })
            }
            (Dialect::Oracle, "TRUNC", [inner]) | (Dialect::Sqlite, "DATE" | "DATETIME", [inner]) => {
                Self::of(inner, dialect).filter(|step| step.amount.is_none())
            }
            (Dialect::Sqlite, "DATE" | "DATETIME", [column, modifier, rest @ ..]) => {
                let modifier = literal_of(modifier)?;
                let (amount, months) = (span(modifier)?, modifier.contains("month") || modifier.contains("year"));
                let rest: Option<Vec<&str>> = rest.iter().map(|one| literal_of(one)).collect();
                let kept = rest?.iter().all(|one| months && *one == "start of month");
                let days = matches!(amount, Amount::Time { days: true, .. }) || name == "DATETIME";
                Self::added(column, amount).filter(|_| kept && days)
            }
            (Dialect::Sqlite, "STRFTIME", [format, inner]) => {
                let ordered = ["%Y", "%Y-%m", "%Y-%m-%d"].contains(&literal_of(format)?);
                Self::of(inner, dialect).filter(|step| ordered && step.amount.is_none())
            }
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

/// Whether an expression is a text as it stands.
pub(super) fn is_literal_text(expr: &Expr) -> bool {
    literal_of(expr).is_some()
}

/// A literal that is added: not nothing, and not less than a whole number or an hour.
fn amount(expr: &Expr) -> Option<Amount> {
    match expr {
        Expr::Nested(inner) => amount(inner),
        Expr::UnaryOp { op: sqlparser::ast::UnaryOperator::Minus, expr } => amount(expr).map(Amount::reversed),
        Expr::Value(value) if matches!(value.value, Value::Number(..)) => {
            whole_number(expr).filter(|number| *number > 0).map(|_| Amount::Number(Ordering::Greater))
        }
        Expr::Interval(Interval { value, leading_field, last_field: None, .. }) => {
            let field = leading_field.as_ref().map(|field| format!(" {field}")).unwrap_or_default();
            span(&format!("{}{field}", literal_of(value)?))
        }
        Expr::Cast { expr, data_type, .. } if data_type.to_string().eq_ignore_ascii_case("interval") => {
            span(literal_of(expr)?)
        }
        _ => None,
    }
}

/// `+1 month`, `2 days`: one whole number and its unit.
fn span(text: &str) -> Option<Amount> {
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
    (whole && (days || unit == "hour")).then_some(Amount::Time { towards: sign, days })
}

/// Whether a cast keeps what a step adds. A shorter type or one of days could round it away.
fn keeps(data_type: &str, amount: Option<Amount>, dialect: Dialect) -> bool {
    match amount {
        Some(Amount::Time { days, .. }) => match data_type {
            "DATE" => days && dialect != Dialect::Sqlite,
            "TIMESTAMP" => dialect != Dialect::Sqlite,
            _ => false,
        },
        Some(Amount::Number(_)) => {
            ["INT", "INTEGER", "BIGINT", "NUMBER", "NUMERIC", "DECIMAL"].contains(&data_type)
                || (data_type == "DATE" && dialect != Dialect::Sqlite)
        }
        None => ["INT", "INTEGER", "BIGINT", "NUMBER", "DATE", "TIMESTAMP"].contains(&data_type),
    }
}
