//! Which sources of a FROM are linked by a predicate; sources that are not multiply each other's rows.

use std::collections::BTreeSet;

use sqlparser::ast::{BinaryOperator, Expr, Function, Query};

use super::super::fault::{Checked, unplaced};
use super::super::names::key;
use super::super::refusal::Rule;
use super::super::scope::{Env, Source};
use super::Walk;
use super::facts::{Column, Facts};
use super::sizes::parts;
use super::step::arguments;

/// Pairs of rows that unlinked sources may give together: about a second's work of any of the databases.
const MOST_PAIRS: u64 = 1_000_000;
/// Most passes over a source of unknown size: one for each day of a year, and some more.
const MOST_TIMES: u64 = 500;
/// Passes that even a source known to be large may take.
const MOST_TIMES_OF_LARGE: u64 = 100;
/// Most branches of ORs that are judged one by one; beyond that, only the facts common to all are judged.
const MOST_BRANCHES: usize = 16;

/// The facts that the conditions of a FROM state, by branches of OR: one branch holds for each row.
#[derive(Debug, Clone)]
pub(crate) struct Links {
    branches: Vec<Facts>,
    /// The sources that an outer join keeps every row of.
    preserved: BTreeSet<u32>,
}

impl Default for Links {
    fn default() -> Self {
        Facts::default().into()
    }
}

impl From<Facts> for Links {
    fn from(facts: Facts) -> Self {
        Self { branches: vec![facts], preserved: BTreeSet::new() }
    }
}

impl Links {
    /// Each of `left` with each of `right`.
    pub(crate) fn between(left: &[u32], right: &[u32]) -> Self {
        Facts::between(left, right).into()
    }

    /// Adds the facts of conditions that hold as well.
    pub(crate) fn extend(&mut self, mut other: Self) {
        if self.branches.len() * other.branches.len() > MOST_BRANCHES {
            other.join_branches();
        }
        if self.branches.len() * other.branches.len() > MOST_BRANCHES {
            self.join_branches();
        }
        let both = |one: &Facts, other: &Facts| {
            let mut one = one.clone();
            one.both(other);
            one
        };
        match other.branches.as_slice() {
            [other] => self.branches.iter_mut().for_each(|one| one.both(other)),
            others => {
                let own = std::mem::take(&mut self.branches);
                self.branches = own.iter().flat_map(|one| others.iter().map(move |other| both(one, other))).collect();
            }
        }
        self.preserved.extend(other.preserved);
    }

    /// The facts where one or the other holds.
    fn either(mut self, other: Self) -> Self {
        match (self.branches.as_mut_slice(), other.branches.as_slice()) {
            ([one], [other]) if one.is_like(other) => *one = one.either(other),
            _ => self.branches.extend(other.branches),
        }
        if self.branches.len() > MOST_BRANCHES {
            self.join_branches();
        }
        self
    }

    /// The facts common to every branch.
    fn common(&self) -> Facts {
        let mut branches = self.branches.iter();
        let first = branches.next().cloned().unwrap_or_default();
        branches.fold(first, |common, branch| common.either(branch))
    }

    fn join_branches(&mut self) {
        self.branches = vec![self.common()];
    }

    /// Notes that an outer join keeps every row of these sources: its condition does not reduce them.
    pub(super) fn preserve(&mut self, sources: &[u32]) {
        self.preserved.extend(sources);
        for branch in &mut self.branches {
            branch.fixed.retain(|(id, _), _| !sources.contains(id));
        }
    }

    /// Refuses a FROM with unlinked sources, unless their product is known to be modest. In the arm of a recursion,
    /// which is repeated, each step would multiply the rows of the one before: there the product must be a single row.
    pub(crate) fn must_connect(&self, sources: &[Source<'_>], is_repeated: bool) -> Checked {
        if sources.len() < 2 {
            return Ok(());
        }
        let mut pairs: u64 = 0;
        for branch in &self.branches {
            let mut parts = parts(sources, branch, &self.preserved);
            // An unknown size counts as large.
            parts.sort_by_key(|(first, rows)| (rows.unwrap_or(u64::MAX), *first));
            let Some(((first, large), others)) = parts.split_last() else { continue };
            if others.is_empty() {
                continue;
            }
            let times = others.iter().try_fold(1_u64, |all, (_, rows)| Some(all.saturating_mul((*rows)?)));
            let Some(times) = times else { return Err(unlinked(others.last().map(|(id, _)| *id), sources)) };
            let modest = match large {
                _ if is_repeated => times <= 1,
                _ if times <= MOST_TIMES_OF_LARGE => true,
                None => times <= MOST_TIMES,
                Some(rows) => {
                    pairs = pairs.saturating_add(rows.saturating_mul(times));
                    pairs <= MOST_PAIRS
                }
            };
            if !modest {
                return Err(unlinked(Some(*first), sources));
            }
        }
        Ok(())
    }

    /// Tells whether every source is linked to every other.
    pub(super) fn connects(&self, sources: &[Source<'_>]) -> bool {
        sources.len() < 2 || self.branches.iter().all(|branch| parts(sources, branch, &self.preserved).len() < 2)
    }

    /// The sources of other levels that are linked to one of these.
    pub(super) fn outwards(&self, sources: &[Source<'_>]) -> Vec<u32> {
        let own = |id: &u32| sources.iter().any(|source| source.id == *id);
        let other = |(one, other): &(u32, u32)| match (own(one), own(other)) {
            (true, false) => Some(*other),
            (false, true) => Some(*one),
            _ => None,
        };
        self.common().pairs.iter().filter_map(other).collect()
    }

    /// The most rows the sources give together, when all are known to be small.
    #[expect(clippy::unused_self, reason = "reads as a question about the links' FROM")]
    pub(crate) fn rows(&self, sources: &[Source<'_>]) -> Option<u64> {
        sources.iter().try_fold(1_u64, |all, source| Some(all.saturating_mul(source.rows?)))
    }

    /// About how many rows the sources give together.
    pub(crate) fn about(&self, sources: &[Source<'_>]) -> Option<u64> {
        self.branches.iter().try_fold(0_u64, |all, branch| {
            let parts = parts(sources, branch, &self.preserved);
            let rows = parts.iter().try_fold(1_u64, |all, (_, rows)| Some(all.saturating_mul((*rows)?)))?;
            Some(all.saturating_add(rows))
        })
    }
}

fn unlinked(id: Option<u32>, sources: &[Source<'_>]) -> super::super::fault::Fault {
    let name = sources.iter().find(|source| Some(source.id) == id).and_then(|source| source.name.clone());
    unplaced(Rule::JoinWithoutPredicate, name.unwrap_or_else(|| "JOIN".to_owned()))
}

/// The use that a condition makes of its left side.
#[derive(Debug, Default, Clone, Copy)]
struct Comparison {
    /// It must equal the right side, or one value of it.
    equal: bool,
    /// Copies that a planner makes of it, beside itself.
    copies: u64,
}

impl Comparison {
    const EQUAL: Self = Self { equal: true, copies: 0 };
}

impl<'i> Walk<'i> {
    /// A condition: walked like any expression, and asked which sources it links.
    pub(super) fn predicate(&mut self, expr: &Expr, env: Env<'_, 'i>) -> Checked<Links> {
        match expr {
            Expr::Nested(inner) => self.deeper(|walk| walk.predicate(inner, env)),
            Expr::BinaryOp { left, op: op @ (BinaryOperator::And | BinaryOperator::Or), right } => {
                self.deeper(|walk| {
                    let mut one = walk.predicate(left, env)?;
                    let other = walk.predicate(right, env)?;
                    if *op == BinaryOperator::Or {
                        return Ok(one.either(other));
                    }
                    one.extend(other);
                    Ok(one)
                })
            }
            Expr::BinaryOp { left, op, right } if compares(op) => {
                super::operators::binds_as_written(left, op)?;
                let comparison = if *op == BinaryOperator::Eq { Comparison::EQUAL } else { Comparison::default() };
                self.deeper(|walk| walk.sides(left, &[right], comparison, env))
            }
            Expr::Between { expr: of, negated: false, low, high } => {
                self.sides(of, &[low, high], Comparison { copies: 1, ..Comparison::default() }, env)
            }
            Expr::InList { expr: of, list, negated: false } => {
                let comparison = Comparison { copies: super::operators::computed(list), ..Comparison::EQUAL };
                self.sides(of, &list.iter().collect::<Vec<_>>(), comparison, env)
            }
            Expr::Like { negated: false, any: false, expr: of, pattern, escape_char: None } => {
                self.sides(of, &[pattern], Comparison::default(), env)
            }
            Expr::IsNotDistinctFrom(left, right) if self.facts.expressions.is_distinct_from => {
                self.sides(left, &[right], Comparison::EQUAL, env)
            }
            Expr::InSubquery { expr: of, subquery, negated: false } => {
                self.deeper(|walk| walk.within(of, subquery, env))
            }
            Expr::Function(function) if matches_texts(function) => {
                let from = self.touched.len();
                self.expr(expr, env)?;
                let touched = self.touched[from..].to_vec();
                Ok(Links::between(&touched, &touched))
            }
            expr => {
                self.expr(expr, env)?;
                Ok(Links::default())
            }
        }
    }

    /// Walks both sides, once each, and links what they touch.
    fn sides(&mut self, left: &Expr, right: &[&Expr], comparison: Comparison, env: Env<'_, 'i>) -> Checked<Links> {
        let start = self.touched.len();
        self.copied(left, right, comparison.copies, env)?;
        let middle = self.touched.len();
        for expr in right {
            self.compared(expr, &[left], env)?;
        }
        let (of_left, of_right) = (&self.touched[start..middle], &self.touched[middle..]);
        // `a.id = a.id + b.id * 0` names both, and links nothing.
        if of_left.iter().any(|one| of_right.contains(one)) {
            return Ok(Links::default());
        }
        let mut facts = Facts::between(of_left, of_right);
        if comparison.equal {
            facts.both(&self.equality((left, of_left), (right, of_right), env));
        }
        Ok(facts.into())
    }

    /// The facts that an equality, or a list of values, states about the columns it compares.
    fn equality(
        &self,
        (left, of_left): (&Expr, &[u32]),
        (right, of_right): (&[&Expr], &[u32]),
        env: Env<'_, 'i>,
    ) -> Facts {
        let one = self.column(left, of_left).filter(|_| reads(env, of_left));
        let other = right.first().and_then(|expr| self.column(expr, of_right)).filter(|_| reads(env, of_right));
        // A column of a query around is one value for each of its rows.
        let given = |expr: &Expr, ids: &[u32]| {
            let value = is_given(expr) || self.is_constant(expr, env) || self.column(expr, ids).is_some();
            value && !reads(env, ids)
        };
        match (one, other, right) {
            (Some(one), Some(other), [_]) => Facts::equal(one, other),
            (Some(one), ..) if right.iter().all(|expr| given(expr, of_right)) => Facts::fixed(one, right.len() as u64),
            (_, Some(other), [_]) if given(left, of_left) => Facts::fixed(other, 1),
            _ => Facts::default(),
        }
    }

    /// `x IN (SELECT …)`: links `x` to the sources outside that the query's conditions refer to, and fixes it to the
    /// query's values where the query depends on none of them.
    fn within(&mut self, of: &Expr, subquery: &Query, env: Env<'_, 'i>) -> Checked<Links> {
        let start = self.touched.len();
        self.expr(of, env)?;
        let middle = self.touched.len();
        let given = self.query_or_values(subquery, env)?;
        let (of_left, of_right) = (&self.touched[start..middle], &self.touched[middle..]);
        if !given.connected || of_left.iter().any(|one| of_right.contains(one)) {
            return Ok(Links::default());
        }
        let mut facts = Facts::between(of_left, &given.outwards);
        if let Some((column, values)) = self.column(of, of_left).zip(given.about)
            && !reads(env, of_right)
        {
            facts.both(&Facts::fixed(column, values));
        }
        Ok(facts.into())
    }

    /// The column that an expression consists of; `None` for anything else.
    fn column(&self, expr: &Expr, touched: &[u32]) -> Option<Column> {
        let ident = match expr {
            Expr::Identifier(ident) => ident,
            Expr::CompoundIdentifier(idents) => idents.last()?,
            Expr::Nested(inner) => return self.column(inner, touched),
            _ => return None,
        };
        let [id] = touched else { return None };
        Some((*id, key(self.dialect, ident).into()))
    }
}

/// Tells whether one of these is a source of the FROM whose condition is looked at.
fn reads(env: Env<'_, '_>, ids: &[u32]) -> bool {
    env.scope.is_some_and(|scope| scope.sources.iter().any(|source| ids.contains(&source.id)))
}

/// Tells whether an expression that names no column has one value for all rows. An alias of the select list, which
/// SQLite takes here, has one for each.
fn is_given(expr: &Expr) -> bool {
    match expr {
        Expr::Value(_) | Expr::TypedString(_) | Expr::Interval(_) | Expr::Subquery(_) => true,
        Expr::Nested(inner) | Expr::UnaryOp { expr: inner, .. } | Expr::Cast { expr: inner, .. } => is_given(inner),
        Expr::BinaryOp { left, right, .. } => is_given(left) && is_given(right),
        Expr::Function(function) => {
            let drawn = function.name.to_string().eq_ignore_ascii_case("RANDOM");
            !drawn && arguments(function).is_some_and(|args| args.into_iter().all(is_given))
        }
        _ => false,
    }
}

/// Functions that compare what they are given, as LIKE does.
fn matches_texts(function: &Function) -> bool {
    let name = function.name.to_string().to_uppercase();
    ["REGEXP_LIKE", "JSON_EXISTS", "STARTS_WITH"].contains(&name.as_str())
}

/// Comparisons that pick few rows of one side for a row of the other; `<>` picks nearly all.
fn compares(op: &BinaryOperator) -> bool {
    matches!(
        op,
        BinaryOperator::Eq | BinaryOperator::Lt | BinaryOperator::LtEq | BinaryOperator::Gt | BinaryOperator::GtEq
    )
}
