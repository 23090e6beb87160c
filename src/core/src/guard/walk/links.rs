//! Which sources of a FROM are linked by a predicate; sources that are not multiply each other's rows.

use std::collections::BTreeSet;

use sqlparser::ast::{BinaryOperator, Expr, Function};

use crate::domain::Dialect;

use super::super::fault::{Checked, unplaced};
use super::super::refusal::Rule;
use super::super::scope::{Env, Source};
use super::Walk;

/// Rows that unlinked sources may give together, when that is known beforehand.
const MOST_UNLINKED_ROWS: u64 = 100_000;

/// Pairs of sources that a predicate compares.
#[derive(Debug, Default, Clone)]
pub(super) struct Links {
    pairs: BTreeSet<(u32, u32)>,
}

impl Links {
    /// Each of `left` with each of `right`.
    pub(super) fn between(left: &[u32], right: &[u32]) -> Self {
        let mut pairs = BTreeSet::new();
        for &one in left {
            pairs.extend(right.iter().filter(|other| **other != one).map(|&other| (one.min(other), one.max(other))));
        }
        Self { pairs }
    }

    /// Both hold.
    pub(super) fn extend(&mut self, other: Self) {
        self.pairs.extend(other.pairs);
    }

    /// One of both holds: only what each links is linked.
    fn either(self, other: &Self) -> Self {
        Self { pairs: self.pairs.intersection(&other.pairs).copied().collect() }
    }

    /// Refuses a FROM whose sources fall apart, unless all but one part are known to be small.
    pub(super) fn must_connect(&self, sources: &[Source<'_>]) -> Checked {
        if sources.len() < 2 {
            return Ok(());
        }
        let mut parts: Vec<BTreeSet<u32>> = Vec::new();
        let singles = sources.iter().map(|source| BTreeSet::from([source.id]));
        for set in singles.chain(self.pairs.iter().map(|&(one, other)| BTreeSet::from([one, other]))) {
            let (touching, apart): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| !part.is_disjoint(&set));
            parts = apart;
            parts.push(touching.into_iter().flatten().chain(set).collect());
        }
        let rows = |source: &&Source<'_>| source.rows;
        let mut small: u64 = 1;
        let mut large: Option<&Source<'_>> = None;
        for part in &parts {
            let members: Vec<&Source<'_>> = sources.iter().filter(|source| part.contains(&source.id)).collect();
            match members.iter().map(rows).try_fold(1_u64, |all, rows| Some(all.saturating_mul(rows?))) {
                Some(rows) => small = small.saturating_mul(rows),
                None if large.is_none() => large = members.first().copied(),
                None => return Err(unlinked(members.first().copied())),
            }
        }
        if small > MOST_UNLINKED_ROWS { Err(unlinked(large)) } else { Ok(()) }
    }

    /// The sources of other levels that are linked to one of these.
    pub(super) fn outwards(&self, sources: &[Source<'_>]) -> Vec<u32> {
        let own = |id: &u32| sources.iter().any(|source| source.id == *id);
        let other = |(one, other): &(u32, u32)| match (own(one), own(other)) {
            (true, false) => Some(*other),
            (false, true) => Some(*one),
            _ => None,
        };
        self.pairs.iter().filter_map(other).collect()
    }

    /// The most rows the sources give together, when all are known to be small.
    #[expect(clippy::unused_self, reason = "reads as a question about the links' FROM")]
    pub(super) fn rows(&self, sources: &[Source<'_>]) -> Option<u64> {
        sources.iter().try_fold(1_u64, |all, source| Some(all.saturating_mul(source.rows?)))
    }
}

fn unlinked(source: Option<&Source<'_>>) -> super::super::fault::Fault {
    let name = source.and_then(|source| source.name.clone());
    unplaced(Rule::JoinWithoutPredicate, name.unwrap_or_else(|| "JOIN".to_owned()))
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
                        return Ok(one.either(&other));
                    }
                    one.extend(other);
                    Ok(one)
                })
            }
            Expr::BinaryOp { left, op, right } if compares(op) => {
                super::expr::binds_as_written(left, op)?;
                self.deeper(|walk| walk.sides(left, &[right], 0, env))
            }
            Expr::Between { expr: of, negated: false, low, high } => self.sides(of, &[low, high], 1, env),
            Expr::InList { expr: of, list, negated: false } => {
                self.sides(of, &list.iter().collect::<Vec<_>>(), super::expr::computed(list), env)
            }
            Expr::Like { negated: false, any: false, expr: of, pattern, escape_char: None } => {
                self.sides(of, &[pattern], 0, env)
            }
            Expr::IsNotDistinctFrom(left, right) if self.dialect != Dialect::Oracle => {
                self.sides(left, &[right], 0, env)
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

    /// Walks both sides, once each, and links what they touch. A planner makes so many copies of the left one.
    fn sides(&mut self, left: &Expr, right: &[&Expr], copies: u64, env: Env<'_, 'i>) -> Checked<Links> {
        let start = self.touched.len();
        self.copied(left, right, copies, env)?;
        let middle = self.touched.len();
        for expr in right {
            self.compared(expr, &[left], env)?;
        }
        let (left, right) = (&self.touched[start..middle], &self.touched[middle..]);
        // `a.id = a.id + b.id * 0` names both, and links nothing.
        let apart = !left.iter().any(|one| right.contains(one));
        Ok(if apart { Links::between(left, right) } else { Links::default() })
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
