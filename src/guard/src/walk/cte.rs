//! WITH: names in the order in which they can be read, and recursion in the one form whose bound can be seen.

use std::rc::Rc;

use sqlparser::ast::helpers::attached_token::AttachedToken;
use sqlparser::ast::{
    Cte as CteSyntax, Ident, LimitClause, Query, Select, SetExpr, SetOperator, SetQuantifier, TableAlias, With,
};

use crate::dialects::RecursiveWord;
use crate::dialects::oracle::rewrite::Recursion;

use super::super::extent::Extent;
use super::super::fault::{Checked, fault, unplaced};
use super::super::names::key;
use super::super::refusal::Rule;
use super::super::scope::{Cte, Ctes, Env, Output, Outputs};
use super::ending::Bound;
use super::query::{Given, Tail, is_only_body, least, united};
use super::recursion::{MOST_ROWS, UNKNOWN_ROWS};
use super::{Walk, absent, recursion, unsupported};

/// Most common table expressions of one WITH.
const MOST_CTES: usize = 32;

impl<'i> Walk<'i> {
    pub(super) fn with(&mut self, with: &With, env: Env<'_, 'i>) -> Checked<Vec<Cte>> {
        let With { with_token: AttachedToken(_), recursive, cte_tables } = with;
        if cte_tables.len() > MOST_CTES {
            return Err(unplaced(Rule::TooManyJoins, "WITH"));
        }
        absent(*recursive && self.facts.queries.recursive_word == RecursiveWord::Unknown, "WITH RECURSIVE")
            .map_err(|fault| fault.instead("WITH r (…) AS (…)"))?;
        let names: Vec<String> = cte_tables.iter().map(|cte| key(self.dialect, &cte.alias.name)).collect();
        let mut ready: Vec<Cte> = Vec::with_capacity(names.len());
        for (position, cte) in cte_tables.iter().enumerate() {
            let CteSyntax { alias, query, from, materialized, closing_paren_token: AttachedToken(_) } = cte;
            let TableAlias { explicit: _, name, columns, at } = alias;
            let recursion = from.as_ref().map(|name| Recursion::of(name).ok_or_else(|| unsupported("WITH … FROM")));
            let recursion = recursion.transpose()?;
            absent(at.is_some(), "WITH … AT")?;
            absent(materialized.is_some() && !self.facts.queries.materialized, "MATERIALIZED")?;
            super::factor::given_name(name)?;
            if names[..position].contains(&names[position]) || self.index.is_callable(&names[position]) {
                return Err(fault(Rule::AliasNotAllowed, name.span, name.value.as_str()));
            }
            let level = Ctes { ready: &ready, pending: &names[position..], parent: env.ctes };
            let inside = Env { ctes: Some(&level), ..self.around(env) };
            let (before, around, mark) = (self.scans, self.joined, self.meter.mark());
            let may_recur = *recursive || self.facts.queries.recursive_word != RecursiveWord::Required;
            let given = match recursion::arms(query, &names[position], self.dialect).filter(|_| may_recur) {
                None => {
                    // Oracle takes both only behind an expression that reads itself.
                    recursion.as_ref().map_or(Ok(()), |recursion| Err(unsupported(recursion.name())))?;
                    self.query_or_values(query, inside)?
                }
                Some(arms) => {
                    let cycle = recursion.as_ref().map_or(&[][..], |recursion| &recursion.cycle);
                    self.recursive(query, alias, arms, &names[position..], cycle, inside)?
                }
            };
            let mut columns = self.renamed(&given.columns, columns)?;
            if let Some(recursion) = &recursion {
                columns = self.ordered(recursion, &columns)?;
            }
            let (scans, joined) = (self.scans - before, self.joined - around);
            self.joined = around;
            // Its extent is charged where it is read, not here.
            let (extent, made_rows) = (self.meter.back_to(mark), given.made_rows);
            let (key, rows, about) = (names[position].clone(), given.rows, given.about);
            ready.push(Cte { key, columns, rows, about, itself: false, scans, joined, extent, made_rows });
        }
        Ok(ready)
    }

    /// The columns of a recursive expression with those that SEARCH and CYCLE add at their end.
    fn ordered(&self, recursion: &Recursion, columns: &[Output]) -> Checked<Rc<Outputs>> {
        let Recursion { by, cycle, added } = recursion;
        let mut columns = columns.to_vec();
        let has = |columns: &[Output], name: &str| columns.iter().any(|output| output.key.as_deref() == Some(name));
        for ident in by.iter().chain(cycle) {
            if !has(&columns, &key(self.dialect, ident)) {
                return Err(unplaced(Rule::ColumnUnknown, ident.value.as_str()));
            }
        }
        for ident in added {
            super::factor::given_name(ident)?;
            let name = key(self.dialect, ident);
            if has(&columns, &name) || self.index.is_callable(&name) {
                return Err(unplaced(Rule::AliasNotAllowed, ident.value.as_str()));
            }
            columns.push(Output::opaque(name));
        }
        Ok(Rc::new(columns.into()))
    }

    fn recursive(
        &mut self,
        query: &Query,
        alias: &TableAlias,
        (anchor, recursive): (&SetExpr, &Select),
        names: &[String],
        cycle: &[Ident],
        env: Env<'_, 'i>,
    ) -> Checked<Given> {
        absent(!is_only_body(query), "WITH RECURSIVE …")?;
        let given = match anchor {
            SetExpr::Values(values) => self.values(values, env)?,
            anchor => self.body(anchor, Tail::default(), env)?,
        };
        let columns = self.renamed(&given.columns, &alias.columns)?;
        let limit = self.limits(query.limit_clause.as_ref(), None, env)?;
        // SQLite stops a recursion at its LIMIT, but first makes the rows that OFFSET skips.
        let plain = matches!(query.limit_clause, Some(LimitClause::LimitOffset { offset: None, .. }));
        let stops = self.facts.queries.limit_ends_recursion && plain && limit.is_some_and(|rows| rows <= MOST_ROWS);
        let bound = if stops { Bound::Limit } else { Bound::Condition { cycle } };
        let counted = self.must_end((anchor, recursive), &names[0], &columns, bound, env);
        let counted = counted.map_err(|fault| fault.or_at(alias.name.span))?;
        let (key, extent) = (names[0].clone(), Extent::default());
        let itself =
            [Cte { key, columns, rows: None, about: None, itself: true, scans: 1, joined: 1, extent, made_rows: 1 }];
        let level = Ctes { ready: &itself, pending: &names[1..], parent: env.ctes.and_then(|level| level.parent) };
        // The names before it stay in reach behind its own.
        let before = Ctes { ready: env.ctes.map_or(&[][..], |level| level.ready), pending: &[], parent: level.parent };
        let level = Ctes { parent: Some(&before), ..level };
        let (seen, scans) = (self.itself, self.scans);
        let step = self.select(recursive, Tail::default(), Env { ctes: Some(&level), ..env })?;
        if self.itself != seen + 1 {
            return Err(unplaced(Rule::Unbounded, names[0].as_str()).or_at(alias.name.span));
        }
        let columns = united(&given.columns, &step.columns);
        let about = given.about.zip(counted).map(|(first, steps)| first.saturating_mul(steps));
        let (rows, about) = (limit.filter(|_| stops), least(about, limit));
        // A recursion that follows another relation makes only rows that are stored.
        let follows = self.scans - scans > 1;
        let made_rows = if follows { 1 } else { least(counted, limit).unwrap_or(UNKNOWN_ROWS) };
        Ok(Given { columns, rows, about, made_rows, ..given })
    }
}

/// Tells whether a set operation may be the body of a recursive common table expression.
pub(super) fn is_union(op: SetOperator, quantifier: SetQuantifier) -> bool {
    op == SetOperator::Union && matches!(quantifier, SetQuantifier::All | SetQuantifier::None | SetQuantifier::Distinct)
}
