//! Estimates of how many rows sources have, from keys, statistics and conditions. They only judge cost: the database's
//! own plan and the time limit come after them.

use std::collections::{BTreeMap, BTreeSet};

use sqlparser::ast::Expr;

use super::super::index::Table;
use super::super::scope::Source;
use super::facts::{Column, Facts};

/// Different values of a column of which nothing is known: PostgreSQL's `DEFAULT_NUM_DISTINCT`. A condition on one value
/// keeps 0.005 of the rows, which is its `DEFAULT_EQ_SEL` (selfuncs.h).
pub(super) const UNKNOWN_VALUES: u64 = 200;

/// Rows that a condition on a value is assumed to leave of tables of unknown size. Two such sets are a million pairs,
/// about a second's work; three are too many.
const UNKNOWN_FILTERED: u64 = 1_000;

/// Estimated rows of a source under these facts.
pub(crate) fn about(source: &Source<'_>, facts: &Facts) -> Option<u64> {
    let fixed: BTreeMap<&str, u64> = of(source.id, facts).collect();
    let one_of = |key: &Vec<std::sync::Arc<str>>| {
        key.iter().try_fold(1_u64, |all, column| Some(all.saturating_mul(*fixed.get(&**column)?)))
    };
    let row = fixed.iter().find(|(column, _)| column.eq_ignore_ascii_case("rowid")).map(|(_, values)| *values);
    let by_key = source.table().and_then(|table| table.keys.iter().filter_map(one_of).chain(row).min());
    let base = source.about;
    let kept = fixed.iter().filter_map(|(column, values)| {
        Some(base?.saturating_mul(*values).div_ceil(values_of(source, column).max(*values)))
    });
    kept.chain(base).chain(by_key).min()
}

fn of(source: u32, facts: &Facts) -> impl Iterator<Item = (&str, u64)> {
    facts.fixed.iter().filter(move |((id, _), _)| *id == source).map(|((_, column), values)| (&**column, *values))
}

/// Estimated distinct values of a column of a source.
fn values_of(source: &Source<'_>, column: &str) -> u64 {
    let known = source.table().and_then(|table| values_in(table, column));
    known.unwrap_or_else(|| source.about.unwrap_or(UNKNOWN_VALUES).clamp(1, UNKNOWN_VALUES))
}

/// The number of distinct values of a column, where that is known: as many as rows where it is a key by itself.
pub(super) fn values_in(table: &Table, column: &str) -> Option<u64> {
    let is_key = is_key(table, column).then_some(table.rows).flatten();
    is_key.or_else(|| table.column(column)?.distinct).map(|values| values.max(1))
}

/// Tells whether a column is a key by itself.
pub(super) fn is_key(table: &Table, column: &str) -> bool {
    table.keys.iter().any(|key| matches!(key.as_slice(), [one] if **one == *column))
}

/// Sources that links connect.
struct Part<'s, 'i> {
    members: Vec<&'s Source<'i>>,
    rows: Option<u64>,
}

/// The sources grouped by their links, each group as its first source and its estimated rows.
pub(super) fn parts(sources: &[Source<'_>], facts: &Facts, preserved: &BTreeSet<u32>) -> Vec<(u32, Option<u64>)> {
    let mut parts: Vec<Part<'_, '_>> =
        sources.iter().map(|source| Part { members: vec![source], rows: about(source, facts) }).collect();
    for ((one, other), values) in edges(sources, facts) {
        let place = |id: u32| parts.iter().position(|part| part.members.iter().any(|source| source.id == id));
        let (Some(one), Some(other)) = (place(one), place(other)) else { continue };
        if one == other {
            continue;
        }
        let Part { members, rows } = parts.swap_remove(one.max(other));
        let part = &mut parts[one.min(other)];
        part.rows = part.rows.zip(rows).map(|(one, other)| one.saturating_mul(other).div_ceil(values));
        part.members.extend(members);
    }
    let sized = parts.into_iter().map(|Part { members, rows }| {
        let kept = members.iter().filter(|source| preserved.contains(&source.id));
        let rows = kept.fold(rows, |rows, source| rows.zip(about(source, facts)).map(|(one, other)| one.max(other)));
        let first = members.iter().map(|source| source.id).min().unwrap_or_default();
        (first, rows.or_else(|| guess(&members, facts)))
    });
    sized.collect()
}

/// The links, the most selective first, each with the factor by which it divides the pairs of rows.
fn edges(sources: &[Source<'_>], facts: &Facts) -> Vec<((u32, u32), u64)> {
    let values = |(id, column): &Column| {
        let source = sources.iter().find(|source| source.id == *id);
        source.map_or(1, |source| values_of(source, column))
    };
    let equal = facts.equal.iter().map(|(one, other)| ((one.0, other.0), values(one).max(values(other))));
    let mut edges: Vec<_> = equal.chain(facts.pairs.iter().map(|pair| (*pair, 1))).collect();
    edges.sort_by_key(|(_, values)| std::cmp::Reverse(*values));
    edges
}

/// Estimated rows after grouping by these columns.
pub(super) fn groups<'e>(
    columns: impl Iterator<Item = &'e Expr>,
    sources: &[Source<'_>],
    rows: Option<u64>,
) -> Option<u64> {
    let values =
        columns.map(|column| values_given(column, sources)).try_fold(1_u64, |all, one| Some(all.saturating_mul(one?)));
    values.into_iter().chain(rows).min()
}

/// Estimated distinct values of an expression: those of its column, or PostgreSQL's default. A key has as many as the
/// table has rows; where that is not known, there is no estimate.
fn values_given(expr: &Expr, sources: &[Source<'_>]) -> Option<u64> {
    let name = match expr {
        Expr::Identifier(ident) => ident,
        Expr::CompoundIdentifier(idents) => idents.last()?,
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => return values_given(inner, sources),
        Expr::Extract { .. } => return Some(UNKNOWN_VALUES),
        Expr::Function(function) => {
            let name = function.name.to_string().to_uppercase();
            return COARSE.contains(&name.as_str()).then_some(UNKNOWN_VALUES);
        }
        _ => return None,
    };
    let is_it = |column: &&super::super::index::Column| column.shown.eq_ignore_ascii_case(&name.value);
    let mut tables =
        sources.iter().filter_map(Source::table).filter(|table| table.columns.iter().any(|one| is_it(&one)));
    match (tables.next(), tables.next()) {
        (Some(table), None) => {
            let key = &table.columns.iter().find(is_it)?.key;
            values_in(table, key).or_else(|| (!is_key(table, key)).then_some(UNKNOWN_VALUES))
        }
        _ => None,
    }
}

/// Functions that give the same for many values, such as the month of a day.
const COARSE: &[&str] = &["DATE_PART", "DATE_TRUNC", "STRFTIME", "TO_CHAR", "TRUNC"];

/// The assumed rows of tables of unknown size that equal columns join, where a condition on a value narrows one of
/// them.
fn guess(members: &[&Source<'_>], facts: &Facts) -> Option<u64> {
    let mut linked: BTreeSet<u32> = members.iter().take(1).map(|source| source.id).collect();
    while let Some(more) = facts.equal.iter().find_map(|((one, _), (other, _))| {
        let (one_in, other_in) = (linked.contains(one), linked.contains(other));
        if one_in == other_in { None } else { Some(if one_in { *other } else { *one }) }
    }) {
        linked.insert(more);
    }
    let joined = members.iter().all(|source| linked.contains(&source.id));
    let asked = members.iter().any(|source| of(source.id, facts).next().is_some());
    (joined && asked).then_some(UNKNOWN_FILTERED)
}
