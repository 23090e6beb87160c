//! Queries: WITH, set operations, ORDER BY and the row limits.

use std::rc::Rc;

use sqlparser::ast::{
    Expr, Fetch, LimitClause, Offset, OrderBy, OrderByExpr, OrderByKind, OrderByOptions, OrderBySort, Query, SetExpr,
    SetOperator, SetQuantifier, Value, Values,
};

use super::super::fault::{Checked, unplaced};
use super::super::refusal::Rule;
use super::super::scope::{Ctes, Env, NO_ALIASES, Output, Outputs, Scope};
use super::{Walk, absent, unsupported};

/// The result of a query: its columns, and the most rows it can have when that is known without looking.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(super) columns: Rc<Outputs>,
    pub(super) rows: Option<u64>,
    /// Estimated rows, as far as statistics and conditions tell.
    pub(super) about: Option<u64>,
    /// Rows it makes for each that is stored.
    pub(super) made_rows: u64,
    /// The sources around it that its conditions link to its own.
    pub(super) outwards: Vec<u32>,
    /// True if conditions link all of its own sources.
    pub(super) connected: bool,
}

/// The parts of a query after its body that a single SELECT must judge together with its own names.
#[derive(Clone, Copy, Default)]
pub(crate) struct Tail<'q> {
    pub(super) order_by: Option<&'q OrderBy>,
}

impl<'i> Walk<'i> {
    /// A query at any depth.
    pub(crate) fn query(&mut self, query: &Query, env: Env<'_, 'i>) -> Checked<Given> {
        let Query {
            with,
            body,
            order_by,
            limit_clause,
            fetch,
            locks,
            for_clause,
            settings,
            format_clause,
            pipe_operators,
        } = query;
        if let Some(lock) = locks.first() {
            return Err(unplaced(Rule::Locks, lock.to_string()));
        }
        absent(for_clause.is_some(), "FOR XML")?;
        absent(settings.is_some(), "SETTINGS")?;
        absent(format_clause.is_some(), "FORMAT")?;
        absent(!pipe_operators.is_empty(), "|>")?;
        self.deeper(|walk| {
            let ready = match with {
                Some(with) => walk.with(with, env)?,
                None => Vec::new(),
            };
            let level = Ctes { ready: &ready, pending: &[], parent: env.ctes };
            let env = Env { ctes: Some(&level), ..env };
            let outside = walk.joined;
            let given = walk.body(body, Tail { order_by: order_by.as_ref() }, env)?;
            let limit = walk.limits(limit_clause.as_ref(), fetch.as_ref(), env)?;
            if limit_clause.is_some() || fetch.is_some() {
                walk.joined = outside + 1;
            }
            let made_rows = given.made_rows.min(limit.unwrap_or(u64::MAX).max(1));
            Ok(Given { rows: least(given.rows, limit), about: least(given.about, limit), made_rows, ..given })
        })
    }

    pub(super) fn body(&mut self, body: &SetExpr, tail: Tail<'_>, env: Env<'_, 'i>) -> Checked<Given> {
        match body {
            SetExpr::Select(select) => self.select(select, tail, env),
            SetExpr::Query(query) => {
                let given = self.query(query, env)?;
                self.order_of_columns(tail, &given, env)?;
                Ok(given)
            }
            SetExpr::SetOperation { left, op, set_quantifier, right } => {
                let given = self.deeper(|walk| walk.set_operation(left, *op, *set_quantifier, right, env))?;
                self.order_of_columns(tail, &given, env)?;
                Ok(given)
            }
            SetExpr::Values(_) => Err(unsupported("VALUES")),
            SetExpr::Table(table) => Err(unsupported(&table.to_string())),
            SetExpr::Insert(statement)
            | SetExpr::Update(statement)
            | SetExpr::Delete(statement)
            | SetExpr::Merge(statement) => {
                let words = statement.to_string();
                Err(unplaced(Rule::NotAQuery, words.split(' ').next().unwrap_or_default()))
            }
        }
    }

    fn set_operation(
        &mut self,
        left: &SetExpr,
        op: SetOperator,
        quantifier: SetQuantifier,
        right: &SetExpr,
        env: Env<'_, 'i>,
    ) -> Checked<Given> {
        match quantifier {
            SetQuantifier::All | SetQuantifier::Distinct | SetQuantifier::None => {}
            SetQuantifier::ByName | SetQuantifier::AllByName | SetQuantifier::DistinctByName => {
                return Err(unsupported("BY NAME"));
            }
        }
        absent(op == SetOperator::Minus && !self.facts.queries.minus, "MINUS")?;
        let outside = self.joined;
        let left = self.body(left, Tail::default(), env)?;
        let right = self.body(right, Tail::default(), env)?;
        // Each side is planned by itself.
        self.joined = outside + 1;
        let together = |left: Option<u64>, right: Option<u64>| match op {
            SetOperator::Union => left.zip(right).map(|(one, other)| one.saturating_add(other)),
            SetOperator::Except | SetOperator::Minus => left,
            SetOperator::Intersect => least(left, right),
        };
        let (rows, about) = (together(left.rows, right.rows), together(left.about, right.about));
        let outwards = left.outwards.iter().copied().filter(|one| right.outwards.contains(one)).collect();
        let made_rows = left.made_rows.saturating_add(right.made_rows);
        let (columns, connected) = (united(&left.columns, &right.columns), left.connected && right.connected);
        Ok(Given { columns, rows, about, made_rows, outwards, connected })
    }

    /// A query, or a list of VALUES, where one stands for the other: in FROM, WITH and IN, not alone.
    pub(super) fn query_or_values(&mut self, query: &Query, env: Env<'_, 'i>) -> Checked<Given> {
        match &*query.body {
            SetExpr::Values(values) if is_only_body(query) && query.limit_clause.is_none() => self.values(values, env),
            _ => self.query(query, env),
        }
    }

    /// VALUES as a derived table.
    pub(super) fn values(&mut self, values: &Values, env: Env<'_, 'i>) -> Checked<Given> {
        let Values { explicit_row, value_keyword, rows } = values;
        absent(*explicit_row || *value_keyword || !self.facts.queries.values, "VALUES")?;
        let width = rows.first().map_or(0, |row| row.content.len());
        let mut columns: Vec<Output> = (1..=width).map(|at| Output::opaque(format!("column{at}"))).collect();
        for row in rows {
            for (at, expr) in row.content.iter().enumerate() {
                let ((), extent) = self.measured(|walk| walk.expr(expr, env))?;
                if let Some(column) = columns.get_mut(at) {
                    column.extent = column.extent.united(extent);
                }
            }
        }
        let count = Some(rows.len() as u64);
        Ok(Given {
            columns: Rc::new(columns.into()),
            rows: count,
            about: count,
            made_rows: (rows.len() as u64).max(1),
            outwards: Vec::new(),
            connected: true,
        })
    }

    /// ORDER BY after a set operation: only the columns it gives, by name or number.
    fn order_of_columns(&mut self, tail: Tail<'_>, given: &Given, env: Env<'_, 'i>) -> Checked {
        if tail.order_by.is_none() {
            return Ok(());
        }
        let named = |output: &Output| Some((output.key.as_deref()?.to_owned(), output.extent));
        let aliases = given.columns.iter().filter_map(named).collect();
        let scope = Scope { aliases: &aliases, ..Scope::new(&[], None) };
        self.order_by(tail.order_by, env.within(&scope))
    }

    pub(super) fn order_by(&mut self, order_by: Option<&OrderBy>, env: Env<'_, 'i>) -> Checked {
        let Some(OrderBy { kind, interpolate }) = order_by else { return Ok(()) };
        absent(interpolate.is_some(), "INTERPOLATE")?;
        match kind {
            OrderByKind::All(_) => Err(unsupported("ORDER BY ALL")),
            OrderByKind::Expressions(list) => self.order_list(list, env),
        }
    }

    pub(crate) fn order_list(&mut self, list: &[OrderByExpr], env: Env<'_, 'i>) -> Checked {
        for OrderByExpr { expr, options: OrderByOptions { sort, nulls_first: _ }, with_fill } in list {
            absent(with_fill.is_some(), "WITH FILL")?;
            match sort {
                None | Some(OrderBySort::Asc | OrderBySort::Desc) => {}
                Some(OrderBySort::Using(_)) => return Err(unsupported("ORDER BY … USING")),
            }
            if whole_number(expr).is_some() {
                self.whole_stars()?;
            }
            self.maybe_alias(expr, env)?;
        }
        Ok(())
    }

    /// Walks an expression that may be an alias of the select list. PostgreSQL sees one only where it stands alone:
    /// within an expression the name is something else there, a whole row even.
    pub(super) fn maybe_alias(&mut self, expr: &Expr, env: Env<'_, 'i>) -> Checked {
        match env.scope {
            Some(scope) if !self.facts.scopes.aliases_inside_expressions && !is_bare(expr) => {
                let scope = Scope { aliases: &NO_ALIASES, ..*scope };
                self.expr(expr, env.within(&scope))
            }
            _ => self.expr(expr, env),
        }
    }

    /// The most rows LIMIT or FETCH lets through, when a literal says so.
    pub(super) fn limits(
        &mut self,
        limit: Option<&LimitClause>,
        fetch: Option<&Fetch>,
        env: Env<'_, 'i>,
    ) -> Checked<Option<u64>> {
        let nothing = Scope::new(&[], None);
        let env = Env { ctes: env.ctes, scope: Some(&nothing) };
        let limited = match limit {
            None => None,
            Some(LimitClause::LimitOffset { limit, offset, limit_by }) => {
                absent(!limit_by.is_empty(), "LIMIT BY")?;
                absent(limit.is_some() && !self.facts.queries.limit, "LIMIT")
                    .map_err(|fault| fault.instead("FETCH FIRST 10 ROWS ONLY"))?;
                if let Some(Offset { value, rows: _ }) = offset {
                    self.expr(value, env)?;
                }
                self.limit(limit.as_ref(), env)?
            }
            Some(LimitClause::OffsetCommaLimit { offset, limit }) => {
                self.expr(offset, env)?;
                self.limit(Some(limit), env)?
            }
        };
        let Some(Fetch { with_ties, percent, quantity }) = fetch else { return Ok(limited) };
        absent(!self.facts.queries.fetch, "FETCH")?;
        absent(*percent && !self.facts.queries.fetch_percent, "FETCH … PERCENT")?;
        let computed = quantity.as_ref().and_then(|quantity| self.computed(quantity));
        let fetched = self.limit(computed.as_ref().or(quantity.as_ref()), env)?;
        Ok(if *with_ties || *percent { limited } else { least(limited, fetched) })
    }

    /// The expression of a row limit, which the parser reads as one value.
    fn computed(&self, quantity: &Expr) -> Option<Expr> {
        let read = self.facts.parsing.read_computed_limit?;
        match quantity {
            Expr::Value(value) => match &value.value {
                Value::Placeholder(text) if !text.starts_with(':') => read(text),
                _ => None,
            },
            _ => None,
        }
    }

    fn limit(&mut self, limit: Option<&Expr>, env: Env<'_, 'i>) -> Checked<Option<u64>> {
        let Some(limit) = limit else { return Ok(None) };
        self.expr(limit, env)?;
        Ok(whole_number(limit))
    }
}

/// The columns of a set operation: the names of the left side, with the extents of both.
pub(super) fn united(left: &Rc<Outputs>, right: &Outputs) -> Rc<Outputs> {
    let both = left.iter().zip(right.iter().map(Some).chain(std::iter::repeat(None)));
    let columns = both.map(|(one, other)| {
        let extent = other.map_or(one.extent, |other| one.extent.united(other.extent));
        Output { extent, ..one.clone() }
    });
    Rc::new(columns.collect::<Vec<_>>().into())
}

/// Tells whether a query is nothing but its body and, perhaps, a LIMIT.
pub(super) fn is_only_body(query: &Query) -> bool {
    let Query {
        with: None,
        body: _,
        order_by: None,
        limit_clause: _,
        fetch: None,
        locks,
        for_clause: None,
        settings: None,
        format_clause: None,
        pipe_operators,
    } = query
    else {
        return false;
    };
    locks.is_empty() && pipe_operators.is_empty()
}

fn is_bare(expr: &Expr) -> bool {
    match expr {
        Expr::Identifier(_) => true,
        Expr::Nested(inner) => is_bare(inner),
        _ => false,
    }
}

/// The value of a literal whole number.
pub(crate) fn whole_number(expr: &Expr) -> Option<u64> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::Number(digits, false) => digits.parse().ok(),
            _ => None,
        },
        Expr::Nested(inner) => whole_number(inner),
        _ => None,
    }
}

pub(super) fn least(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
