//! FROM: its sources in order, and the predicates of its joins in the scope each can see.

use std::collections::BTreeSet;
use std::sync::Arc;

use sqlparser::ast::{Join, JoinConstraint, JoinOperator, ObjectName, TableFactor, TableWithJoins};

use super::super::extent::Extent;
use super::super::fault::{Checked, unplaced};
use super::super::names::{key, parts};
use super::super::refusal::Rule;
use super::super::scope::{Ctes, Env, Has, Named, Scope, Shape, Source};
use super::facts::Facts;
use super::links::Links;
use super::{Walk, absent, unsupported};

/// Most tables between the commas of one FROM.
const MOST_TABLES: usize = 32;

/// The sources of a FROM, and the columns that USING or NATURAL merged.
#[derive(Debug, Default)]
pub(crate) struct From<'i> {
    pub(crate) sources: Vec<Source<'i>>,
    pub(super) merged: BTreeSet<String>,
    /// The source on the right of such a join, and its column, which `*` leaves out.
    pub(super) dropped: BTreeSet<(u32, String)>,
    /// True if a RIGHT or FULL join may give rows that have nothing of what stands before it.
    pub(super) turned: bool,
}

/// A join whose right side has been added, and what its condition is about.
struct Joined<'q> {
    operator: &'q JoinOperator,
    constraint: &'q JoinConstraint,
    /// The bounds of its sources: the left side is `start..middle`, the right side `middle..end`.
    start: usize,
    middle: usize,
    end: usize,
}

impl<'i> Walk<'i> {
    pub(super) fn from(&mut self, tables: &[TableWithJoins], env: Env<'_, 'i>, links: &mut Links) -> Checked<From<'i>> {
        let mut from = From::default();
        if tables.len() > MOST_TABLES {
            return Err(unplaced(Rule::TooManyJoins, "FROM"));
        }
        let mut later = Vec::new();
        for table in tables {
            let start = from.sources.len();
            self.tree(table, start, &mut from, &mut later, env, links)?;
        }
        for joined in &later {
            self.constraint(joined, &mut from, env, links)?;
        }
        let mut names: Vec<&String> = from.sources.iter().filter_map(|source| source.name.as_ref()).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(unplaced(Rule::AliasNotAllowed, pair[0].as_str())),
            None => Ok(from),
        }
    }

    /// A table and what is joined to it; `start` is where its sources begin. The conditions that see the whole FROM are
    /// left for `later`.
    fn tree<'q>(
        &mut self,
        table: &'q TableWithJoins,
        start: usize,
        from: &mut From<'i>,
        later: &mut Vec<Joined<'q>>,
        env: Env<'_, 'i>,
        links: &mut Links,
    ) -> Checked {
        let TableWithJoins { relation, joins } = table;
        self.add(relation, false, from, env, links)?;
        for join in joins {
            let Join { relation, global, join_operator } = join;
            absent(*global, "GLOBAL JOIN")?;
            let (constraint, applied) = self.join_operator(join_operator)?;
            let middle = from.sources.len();
            self.add(relation, applied, from, env, links)?;
            let Some(constraint) = constraint else { continue };
            let joined = Joined { operator: join_operator, constraint, start, middle, end: from.sources.len() };
            if self.facts.scopes.on_sees_all_tables && matches!(constraint, JoinConstraint::On(_)) {
                later.push(joined);
            } else {
                self.constraint(&joined, from, env, links)?;
            }
        }
        Ok(())
    }

    /// Walks one factor, where a lateral one sees what stands before it.
    fn add(
        &mut self,
        factor: &TableFactor,
        applied: bool,
        from: &mut From<'i>,
        env: Env<'_, 'i>,
        links: &mut Links,
    ) -> Checked {
        self.only(factor, env)?;
        let touched = self.touched.len();
        let siblings = Scope { merged: &from.merged, ..Scope::new(&from.sources, env.scope) };
        let added = self.deeper(|walk| walk.factor(factor, applied, env.within(&siblings), env, links))?;
        let before: Vec<u32> = from.sources.iter().map(|source| source.id).collect();
        // A derived table must say how it is linked; what a table function is given is its link.
        let derived = matches!(factor, TableFactor::Derived { .. });
        let touched =
            if derived { std::mem::take(&mut self.linked_outwards) } else { self.touched[touched..].to_vec() };
        let seen: Vec<u32> = touched.into_iter().filter(|id| before.contains(id)).collect();
        let new: Vec<u32> = added.sources.iter().map(|source| source.id).collect();
        links.extend(Links::between(&new, &seen));
        from.sources.extend(added.sources);
        from.merged.extend(added.merged);
        from.dropped.extend(added.dropped);
        from.turned |= added.turned;
        Ok(())
    }

    /// PostgreSQL's `FROM ONLY t`, which the parser reads as a table of that name, or a call.
    fn only(&self, factor: &TableFactor, env: Env<'_, 'i>) -> Checked {
        let TableFactor::Table { name, alias, .. } = factor else { return Ok(()) };
        let Some([ident]) = parts(name).as_deref().and_then(|parts| <&[_; 1]>::try_from(parts).ok()).copied() else {
            return Ok(());
        };
        if ident.quote_style.is_some() || !ident.value.eq_ignore_ascii_case("ONLY") {
            return Ok(());
        }
        let own = key(self.dialect, ident);
        if self.index.find(None, &own).is_some() || !matches!(Ctes::find(env.ctes, &own), Named::Nothing) {
            return Ok(());
        }
        let table = alias.as_ref().map(|alias| alias.name.value.as_str()).unwrap_or_default();
        Err(unsupported("ONLY").or_at(ident.span).instead(table))
    }

    /// The constraint of a join, and whether its right side sees the left.
    fn join_operator<'q>(&self, operator: &'q JoinOperator) -> Checked<(Option<&'q JoinConstraint>, bool)> {
        match operator {
            JoinOperator::Join(constraint)
            | JoinOperator::Inner(constraint)
            | JoinOperator::Left(constraint)
            | JoinOperator::LeftOuter(constraint)
            | JoinOperator::Right(constraint)
            | JoinOperator::RightOuter(constraint)
            | JoinOperator::FullOuter(constraint) => Ok((Some(constraint), false)),
            JoinOperator::CrossJoin(JoinConstraint::None) => Ok((None, false)),
            JoinOperator::CrossApply | JoinOperator::OuterApply if self.facts.from.apply => Ok((None, true)),
            JoinOperator::CrossJoin(_) => Err(unsupported("CROSS JOIN … ON")),
            JoinOperator::CrossApply | JoinOperator::OuterApply => Err(unsupported("APPLY")),
            JoinOperator::Semi(_)
            | JoinOperator::LeftSemi(_)
            | JoinOperator::RightSemi(_)
            | JoinOperator::Anti(_)
            | JoinOperator::LeftAnti(_)
            | JoinOperator::RightAnti(_)
            | JoinOperator::AsOf { .. }
            | JoinOperator::StraightJoin(_)
            | JoinOperator::ArrayJoin
            | JoinOperator::LeftArrayJoin
            | JoinOperator::InnerArrayJoin => Err(unsupported("JOIN")),
        }
    }

    fn constraint(&mut self, joined: &Joined<'_>, from: &mut From<'i>, env: Env<'_, 'i>, links: &mut Links) -> Checked {
        let Joined { operator, constraint, start, middle, end } = *joined;
        let (left, right) = (&from.sources[start..middle], &from.sources[middle..end]);
        let mut said = Links::default();
        match constraint {
            JoinConstraint::On(expr) => {
                // ON sees the tables of its own join, not those before the comma: elsewhere Oracle would call a function.
                // SQLite lets it see every table of the FROM.
                let seen = if self.facts.scopes.on_sees_all_tables { 0.. } else { start.. };
                let scope = Scope { merged: &from.merged, ..Scope::new(&from.sources[seen], env.scope) };
                said = self.predicate(expr, env.within(&scope))?;
            }
            JoinConstraint::Using(columns) => {
                for column in columns {
                    let (side, name) = self.merge(column, left, right, &mut said)?;
                    from.merged.insert(name.clone());
                    from.dropped.insert((side, name));
                }
            }
            JoinConstraint::Natural => {
                let names = self.natural(left, right, &mut said)?;
                from.merged.extend(names.iter().map(|(_, name)| name.clone()));
                from.dropped.extend(names);
            }
            // The WHERE clause may link it.
            JoinConstraint::None => {}
        }
        let ids = |sources: &[Source<'_>]| sources.iter().map(|source| source.id).collect::<Vec<_>>();
        match operator {
            JoinOperator::Left(_) | JoinOperator::LeftOuter(_) => said.preserve(&ids(left)),
            JoinOperator::Right(_) | JoinOperator::RightOuter(_) => {
                said.preserve(&ids(right));
                from.turned = true;
            }
            JoinOperator::FullOuter(_) => {
                said.preserve(&ids(&from.sources[start..end]));
                from.turned = true;
            }
            _ => {}
        }
        links.extend(said);
        Ok(())
    }

    /// The name of a column that USING merges, and the source on the right that has it.
    fn merge(
        &mut self,
        column: &ObjectName,
        left: &[Source<'i>],
        right: &[Source<'i>],
        links: &mut Links,
    ) -> Checked<(u32, String)> {
        let idents = parts(column).ok_or_else(|| unsupported("USING"))?;
        let [ident] = idents.as_slice() else { return Err(unsupported("USING")) };
        let name = key(self.dialect, ident);
        let one = self.side(&name, &ident.value, left)?;
        let other = self.side(&name, &ident.value, right)?;
        links.extend(Facts::equal((one, name.as_str().into()), (other, name.as_str().into())).into());
        Ok((other, name))
    }

    /// The source on one side of a join that has the column, which must be open in each that has it.
    fn side(&mut self, name: &str, written: &str, sources: &[Source<'i>]) -> Checked<u32> {
        let mut found = None;
        for source in sources {
            match source.column(name) {
                Has::No => {}
                Has::Closed => return Err(unplaced(Rule::ColumnDenied, written)),
                Has::Yes { origin, json: _, extent } => {
                    found = found.or(Some(source.id));
                    self.read_column(origin);
                    self.meter.charge(extent, written)?;
                }
            }
        }
        self.meter.charge(Extent::MERGED, written)?;
        found.ok_or_else(|| unplaced(Rule::ColumnUnknown, written))
    }

    /// NATURAL compares every column both sides have, those that are not open too.
    fn natural(&mut self, left: &[Source<'i>], right: &[Source<'i>], links: &mut Links) -> Checked<Vec<(u32, String)>> {
        let mut names: Vec<(u32, String)> = Vec::new();
        for source in right {
            let keys: Vec<Arc<str>> = match &source.shape {
                Shape::Table(table) => table.columns.iter().map(|column| column.key.clone()).collect(),
                Shape::Derived(outputs) => outputs.iter().filter_map(|output| output.key.clone()).collect(),
            };
            self.look_at(keys.len() * left.len())?;
            for name in keys.into_iter().filter(|name| left.iter().any(|one| one.column(name) != Has::No)) {
                // What it would compare is not named to somebody who may not see it.
                let one = self.side(&name, "NATURAL", left)?;
                let other = self.side(&name, "NATURAL", right)?;
                links.extend(Facts::equal((one, Arc::clone(&name)), (other, Arc::clone(&name))).into());
                names.push((other, name.to_string()));
            }
        }
        Ok(names)
    }
}
