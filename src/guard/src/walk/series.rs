//! `generate_series`: ends and steps that can be seen in the text.

use sqlparser::ast::{
    Array, BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, Interval,
    UnaryOperator,
};

use super::super::fault::{Checked, unplaced};
use super::super::names::parts;
use super::super::refusal::Rule;
use super::literal::literal_of;
use super::query::whole_number;
use super::recursion::{MOST_ROWS, is_far, is_small, modest};
use super::step::arguments;

/// Numbers between literals not too far apart, or times an hour or more apart. What a row says may only end a series of
/// days: a number in it may be a thousand million, a date in it is a date of the business.
pub(crate) fn bounded_series(args: &[FunctionArg]) -> Checked {
    let exprs: Vec<&Expr> = args.iter().filter_map(plain).collect();
    let bounded = match exprs.as_slice() {
        [first, last] => counts(first, last),
        [first, last, step] => match whole_number(step) {
            Some(step) => step > 0 && counts(first, last),
            None => match pace(step) {
                Some(Pace::Days) => true,
                Some(Pace::Hours) => !reads_rows(first) && !reads_rows(last),
                None => false,
            },
        },
        // How many there may be is in the list.
        _ => true,
    };
    // A year is the largest number that a series of times has outside its quotes.
    let times = exprs.len() == 3 && whole_number(exprs[2]).is_none();
    let near = |expr: &&Expr| modest(expr) && !(times && is_far(&expr.to_string()));
    if bounded && exprs.iter().all(near) {
        return Ok(());
    }
    let numbers = exprs.first().is_some_and(|first| largest(first).is_some());
    let instead = if numbers {
        "generate_series(1, 1000)"
    } else {
        "generate_series(DATE '2026-01-01', DATE '2026-12-31', INTERVAL '1 day')"
    };
    Err(unplaced(Rule::Unbounded, "generate_series").instead(instead))
}

/// The most rows that a function in FROM gives, as far as its literals say.
pub(crate) fn rows_of(function: &str, args: &[FunctionArg]) -> Option<u64> {
    match function {
        "GENERATE_SERIES" => rows(args),
        "JSON_EACH" | "JSON_ARRAY_ELEMENTS_TEXT" | "JSONB_ARRAY_ELEMENTS_TEXT" => {
            // Each element takes two characters at least.
            let [list] = args else { return None };
            literal_of(plain(list)?).map(|list| list.len() as u64 / 2)
        }
        _ => None,
    }
}

/// The number of elements of an array that is written out.
pub(super) fn elements_of(arrays: &[Expr]) -> Option<u64> {
    match arrays {
        [Expr::Array(Array { elem, named: _ })] => Some(elem.len() as u64),
        _ => None,
    }
}

/// The most rows of a series between literals: numbers, or times of which the years are known.
fn rows(args: &[FunctionArg]) -> Option<u64> {
    let exprs: Vec<&Expr> = args.iter().filter_map(plain).collect();
    let (first, last) = (exprs.first()?, exprs.get(1)?);
    if let Some((first, last)) = whole(first).zip(whole(last)) {
        let step = exprs.get(2).map_or(Some(1), |step| whole_number(step))?.max(1);
        return Some(u64::try_from(last - first).map_or(1, |length| length / step + 1));
    }
    let years = u64::from(year(last)?.checked_sub(year(first)?)? + 1);
    Some(match pace(exprs.get(2)?)? {
        Pace::Days => years * 366,
        Pace::Hours => years * 366 * 24,
    })
}

/// A whole number with its sign.
fn whole(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => whole(expr)?.checked_neg(),
        Expr::Nested(inner) => whole(inner),
        other => i64::try_from(whole_number(other)?).ok().filter(|number| number.unsigned_abs() <= MOST_ROWS),
    }
}

/// The year of a literal date.
fn year(expr: &Expr) -> Option<u16> {
    let text = match expr {
        Expr::TypedString(typed) => super::literal::text_literal(&typed.value.value)?,
        Expr::Cast { expr, .. } | Expr::Nested(expr) => return year(expr),
        other => literal_of(other)?,
    };
    text.split_once('-')?.0.parse().ok()
}

pub(crate) fn plain(arg: &FunctionArg) -> Option<&Expr> {
    match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    }
}

/// Tells whether both ends of a count are known to be near enough.
fn counts(first: &Expr, last: &Expr) -> bool {
    let rows = largest(first).zip(at_most(last)).map(|(first, last)| first.saturating_add(last));
    rows.is_some_and(|rows| rows <= 2 * MOST_ROWS)
}

/// The largest value that the end of a count can have, as far as literals say; `LEAST(n, 1000)` says it of any number.
fn at_most(expr: &Expr) -> Option<u64> {
    match expr {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => at_most(inner),
        Expr::Function(function) if is_call(function, &["LEAST"]) => {
            arguments(function).into_iter().flatten().filter_map(largest).min()
        }
        other => largest(other),
    }
}

/// The largest absolute value of a number, as far as literals say.
fn largest(expr: &Expr) -> Option<u64> {
    match expr {
        Expr::Value(_) => whole_number(expr),
        Expr::Nested(inner)
        | Expr::Cast { expr: inner, .. }
        | Expr::UnaryOp { op: UnaryOperator::Plus | UnaryOperator::Minus, expr: inner } => largest(inner),
        Expr::BinaryOp { left, op: BinaryOperator::Minus, right } if is_date(left) && is_date(right) => Some(MOST_ROWS),
        Expr::BinaryOp { left, op: BinaryOperator::Plus | BinaryOperator::Minus, right } => {
            Some(largest(left)?.saturating_add(largest(right)?))
        }
        Expr::Extract { field, .. } => is_small(field).then_some(MOST_ROWS),
        // No longer than the value that is there already.
        Expr::Function(function) => is_call(
            function,
            &["ARRAY_LENGTH", "ARRAY_UPPER", "CARDINALITY", "JSON_ARRAY_LENGTH", "JSONB_ARRAY_LENGTH"],
        )
        .then_some(MOST_ROWS),
        _ => None,
    }
}

fn is_call(function: &Function, names: &[&str]) -> bool {
    let called = |ident: &Ident| names.iter().any(|name| ident.value.eq_ignore_ascii_case(name));
    parts(&function.name).is_some_and(|parts| matches!(parts.as_slice(), [one] if called(one)))
}

/// A date of the text or of the clock.
fn is_date(expr: &Expr) -> bool {
    match expr {
        Expr::TypedString(_) => true,
        Expr::Nested(inner) => is_date(inner),
        Expr::Function(function) => matches!(function.args, FunctionArguments::None),
        _ => false,
    }
}

/// The distance between the steps of a series of times.
enum Pace {
    Days,
    Hours,
}

/// The pace of a literal such as `'1 month'` or `INTERVAL '6' HOUR`: whole numbers of coarse units, all in one direction.
fn pace(step: &Expr) -> Option<Pace> {
    let text = match step {
        Expr::Interval(Interval { value, leading_field: None, last_field: None, .. }) => literal_of(value)?.to_owned(),
        Expr::Interval(Interval { value, leading_field: Some(unit), last_field: None, .. }) => {
            format!("{} {unit}", literal_of(value)?)
        }
        Expr::Cast { expr, .. } => literal_of(expr)?.to_owned(),
        expr => literal_of(expr)?.to_owned(),
    };
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let backwards = words.first()?.starts_with('-');
    let mut pace = Pace::Hours;
    for pair in words.chunks(2) {
        let [count, unit] = pair else { return None };
        let digits = if backwards { count.strip_prefix('-')? } else { count };
        digits.parse::<u16>().ok().filter(|count| *count > 0 && !digits.starts_with('+'))?;
        match unit.strip_suffix('s').unwrap_or(unit) {
            "hour" => {}
            "day" | "week" | "mon" | "month" | "year" => pace = Pace::Days,
            _ => return None,
        }
    }
    Some(pace)
}

/// Tells whether a value depends on what is in a row.
fn reads_rows(expr: &Expr) -> bool {
    match expr {
        Expr::Value(_) | Expr::TypedString(_) | Expr::Interval(_) => false,
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } | Expr::AtTimeZone { timestamp: inner, .. } => {
            reads_rows(inner)
        }
        Expr::BinaryOp { left, right, .. } => reads_rows(left) || reads_rows(right),
        Expr::Function(function) => arguments(function).is_none_or(|args| args.into_iter().any(reads_rows)),
        _ => true,
    }
}
