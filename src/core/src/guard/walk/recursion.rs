//! Recursion, hierarchies and row generators: each needs a bound that can be seen in the text.

use sqlparser::ast::{
    BinaryOperator, ConnectByKind, DateTimeField, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments,
    Ident, Interval, Join, JoinConstraint, JoinOperator, Query, Select, SetExpr, TableFactor, UnaryOperator, Value,
};

use crate::domain::Dialect;

use super::super::fault::{Checked, unplaced};
use super::super::names::{key, parts};
use super::super::oracle_keep::orders;
use super::super::oracle_syntax::ORDER_SIBLINGS;
use super::super::refusal::Rule;
use super::super::scope::{Env, Source};
use super::literal::literal_of;
use super::query::whole_number;
use super::step::arguments;
use super::{Walk, absent};

/// Most rows a generator may count up to.
const MOST_ROWS: u64 = 100_000;

/// The arms of a recursive body: `anchor UNION [ALL] SELECT … FROM itself …`.
pub(super) fn arms<'q>(query: &'q Query, itself: &str, dialect: Dialect) -> Option<(&'q SetExpr, &'q Select)> {
    let SetExpr::SetOperation { left, op, set_quantifier, right } = &*query.body else { return None };
    let SetExpr::Select(recursive) = &**right else { return None };
    let mentions = tables(recursive).any(|factor| names(factor, itself, dialect));
    (super::cte::is_union(*op, *set_quantifier) && mentions).then_some((&**left, &**recursive))
}

/// The tables of a FROM and its joins, not of what is nested in them.
pub(super) fn tables(select: &Select) -> impl Iterator<Item = &TableFactor> {
    select
        .from
        .iter()
        .flat_map(|table| std::iter::once(&table.relation).chain(table.joins.iter().map(|join| &join.relation)))
}

pub(super) fn names(factor: &TableFactor, itself: &str, dialect: Dialect) -> bool {
    let TableFactor::Table { name, .. } = factor else { return false };
    parts(name).is_some_and(|parts| matches!(parts.as_slice(), [one] if key(dialect, one) == itself))
}

/// The conditions that must all hold for a row of the arm.
pub(super) fn conditions(select: &Select) -> Vec<&Expr> {
    let mut conditions = Vec::new();
    for expr in select.selection.iter().chain(select.from.iter().flat_map(|table| &table.joins).filter_map(on)) {
        conjuncts(expr, &mut conditions);
    }
    conditions
}

fn on(join: &Join) -> Option<&Expr> {
    match &join.join_operator {
        JoinOperator::Join(JoinConstraint::On(expr)) | JoinOperator::Inner(JoinConstraint::On(expr)) => Some(expr),
        _ => None,
    }
}

fn conjuncts<'q>(expr: &'q Expr, into: &mut Vec<&'q Expr>) {
    match expr {
        Expr::Nested(inner) => conjuncts(inner, into),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            conjuncts(left, into);
            conjuncts(right, into);
        }
        other => into.push(other),
    }
}

/// A limit that cannot hide a large number: no number over the most rows, no product and no power.
pub(super) fn modest(expr: &Expr) -> bool {
    let text = expr.to_string().to_uppercase();
    let grows = ["*", "POWER", "POW(", "EXP(", "1E", "0E", "<<", "LPAD", "RPAD", "REPEAT", "INFINITY", "JULIAN"];
    let large = |digits: &str| digits.parse::<u64>().map_or(digits.len() > 1, |number| number > MOST_ROWS);
    let far = text.split('\'').any(|part| is_far(part));
    !grows.iter().any(|one| text.contains(one)) && !text.split(|c: char| !c.is_ascii_digit()).any(large) && !far
}

/// A date so far from ours that the days between are very many.
fn is_far(date: &str) -> bool {
    let year = date.split_once('-').and_then(|(year, _)| year.trim().parse::<u32>().ok());
    year.is_some_and(|year| !(1900..=2200).contains(&year))
}

/// Numbers between literals not too far apart, or times no more than an hour apart or closer. What a row says may only end
/// a series of days: a number in it may be a thousand million.
pub(super) fn bounded_series(args: &[FunctionArg]) -> Checked {
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
    if bounded && exprs.iter().all(|expr| modest(expr)) {
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

fn plain(arg: &FunctionArg) -> Option<&Expr> {
    match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    }
}

/// Whether both ends of a count are known to be near enough.
fn counts(first: &Expr, last: &Expr) -> bool {
    let rows = largest(first).zip(at_most(last)).map(|(first, last)| first.saturating_add(last));
    rows.is_some_and(|rows| rows <= 2 * MOST_ROWS)
}

/// What the end of a count is at most, as far as literals say; `LEAST(n, 1000)` says it of any number.
fn at_most(expr: &Expr) -> Option<u64> {
    match expr {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => at_most(inner),
        Expr::Function(function) if is_call(function, &["LEAST"]) => {
            arguments(function).into_iter().flatten().filter_map(largest).min()
        }
        other => largest(other),
    }
}

/// How far from nothing a number is at most, as far as literals say.
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
        Expr::Extract { field, .. } => {
            use DateTimeField::{Day, Dow, Doy, Hour, Month, Quarter, Week, Year};
            let small = matches!(field, Day | Dow | Doy | Hour | Month | Quarter | Week(_) | Year);
            small.then_some(MOST_ROWS)
        }
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

/// How far the steps of a series of times are apart.
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

/// Whether a value depends on what is in a row.
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

impl<'i> Walk<'i> {
    /// CONNECT BY: PRIOR in an equality, or a generator over one row up to a modest level.
    pub(super) fn hierarchy(&mut self, clauses: &[ConnectByKind], sources: &[Source<'i>], env: Env<'_, 'i>) -> Checked {
        if clauses.is_empty() {
            return Ok(());
        }
        absent(self.dialect != Dialect::Oracle, "CONNECT BY")?;
        let (relationships, starts) = super::select::split(clauses);
        let mut conditions = Vec::new();
        for expr in relationships {
            let condition = self.siblings(expr, env)?;
            self.expr(condition, env)?;
            conjuncts(condition, &mut conditions);
        }
        for expr in starts {
            let condition = self.siblings(expr, env)?;
            self.expr(condition, env)?;
        }
        let one_row = sources.iter().all(|source| source.rows == Some(1));
        if conditions.iter().any(|one| follows_prior(one))
            || (one_row && conditions.iter().any(|one| limits_level(one)))
        {
            return Ok(());
        }
        Err(unplaced(Rule::Unbounded, "CONNECT BY"))
    }
}

impl<'i> Walk<'i> {
    /// Walks what ORDER SIBLINGS BY orders by, and gives the condition before it.
    fn siblings<'q>(&mut self, expr: &'q Expr, env: Env<'_, 'i>) -> Checked<&'q Expr> {
        let Expr::BinaryOp { left, op: BinaryOperator::Custom(operator), right } = expr else { return Ok(expr) };
        if operator != ORDER_SIBLINGS {
            return Ok(expr);
        }
        let mut keys = Vec::new();
        orders(right, &mut keys);
        keys.into_iter().try_for_each(|key| self.expr(key, env))?;
        Ok(left)
    }
}

fn follows_prior(expr: &Expr) -> bool {
    let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = expr else { return false };
    let name = |expr: &Expr| match expr {
        Expr::Identifier(ident) => Some(key(Dialect::Oracle, ident)),
        Expr::CompoundIdentifier(idents) => idents.last().map(|ident| key(Dialect::Oracle, ident)),
        _ => None,
    };
    let prior = |expr: &Expr| if let Expr::Prior(inner) = expr { name(inner) } else { None };
    // A column that follows itself leads from each row to all that are equal to it.
    let follows =
        |prior: Option<String>, column: Option<String>| prior.zip(column).is_some_and(|(one, other)| one != other);
    follows(prior(left), name(right)) || follows(prior(right), name(left))
}

fn limits_level(expr: &Expr) -> bool {
    let Expr::BinaryOp { left, op: BinaryOperator::Lt | BinaryOperator::LtEq, right } = expr else { return false };
    let counter = matches!(&**left, Expr::Identifier(ident)
        if ident.quote_style.is_none() && ["LEVEL", "ROWNUM"].iter().any(|word| ident.value.eq_ignore_ascii_case(word)));
    let huge = matches!(&**right, Expr::Value(value) if matches!(value.value, Value::Number(_, _)) && whole_number(right).is_none());
    counter && modest(right) && !huge && !moves(right)
}

/// Whether a limit moves with the rows, or is a number nobody wrote.
fn moves(limit: &Expr) -> bool {
    let text = limit.to_string().to_uppercase();
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '#')));
    words.into_iter().any(|word| ["LEVEL", "ROWNUM", "UID", "ROWID", "ORA_ROWSCN"].contains(&word))
}
