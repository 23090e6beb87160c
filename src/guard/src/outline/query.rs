//! Queries: their steps, tables, groups, columns, order and limit.

use sqlparser::ast::{
    BinaryOperator, Distinct as DistinctClause, Expr, Fetch, GroupByExpr, JoinConstraint, JoinOperator, LimitClause,
    OrderByExpr, OrderByKind, OrderBySort, Query, Select, SelectItem, SetExpr, SetOperator, SetQuantifier, Statement,
    TableAlias, TableFactor,
};

use super::condition::{all, sides};
use super::term::{self, sql};
use super::{
    Body, Column, Combination, Condition, Distinct, Join, JoinKind, Outline, RowLimit, Selection, SortKey, Step, Term,
};
use crate::row_limit::rownum_bound;
use crate::{Dialect, Value};

pub(super) fn of_statement(statement: &Statement, dialect: Dialect) -> Option<Outline> {
    let Statement::Query(query) = statement else { return None };
    Some(of(query, dialect))
}

fn of(query: &Query, dialect: Dialect) -> Outline {
    let with = query.with.iter().flat_map(|with| &with.cte_tables);
    let steps = with.map(|cte| Step { name: cte.alias.name.value.clone(), outline: of(&cte.query, dialect) });
    let mut outline = of_body(&query.body, dialect);
    if outline.order.len() + usize::from(outline.offset.is_some()) + usize::from(outline.limit.is_some()) > 0
        && (query.order_by.is_some() || query.limit_clause.is_some() || query.fetch.is_some())
    {
        outline = rows_of(outline);
    }
    outline.steps.splice(..0, steps);
    if let Some(OrderByKind::Expressions(keys)) = query.order_by.as_ref().map(|order| &order.kind) {
        outline.order = keys.iter().map(|key| sort_key(key, columns(&outline.body))).collect();
    }
    if let Some(LimitClause::LimitOffset { limit, offset, limit_by: _ }) = &query.limit_clause {
        outline.limit = limit.as_ref().and_then(limited).or(outline.limit);
        outline.offset = offset.as_ref().map(|offset| term::of(&offset.value)).or(outline.offset);
    }
    if let Some(LimitClause::OffsetCommaLimit { offset, limit }) = &query.limit_clause {
        (outline.limit, outline.offset) = (limited(limit), Some(term::of(offset)));
    }
    if let Some(fetch) = &query.fetch {
        outline.limit = Some(fetched(fetch));
    }
    outline
}

/// The rows of a query in brackets, which has an order or a limit of its own.
fn rows_of(inner: Outline) -> Outline {
    let selection = Selection {
        tables: vec![String::new()],
        joins: Vec::new(),
        filter: Vec::new(),
        hierarchy: Vec::new(),
        first_rows: None,
        groups: Vec::new(),
        having: Vec::new(),
        columns: vec![Column { name: None, term: Term::Everything }],
        distinct: None,
    };
    let steps = vec![Step { name: String::new(), outline: inner }];
    Outline { steps, body: Body::Select(Box::new(selection)), order: Vec::new(), offset: None, limit: None }
}

/// A limit; `None` where it lets everything through, as SQLite's negative ones do.
fn limited(rows: &Expr) -> Option<RowLimit> {
    match term::of(rows) {
        Term::Value(Value::Null) => None,
        Term::Value(Value::Integer(rows)) if rows < 0 => None,
        rows => Some(RowLimit { rows, with_ties: false }),
    }
}

fn fetched(fetch: &Fetch) -> RowLimit {
    let rows = match &fetch.quantity {
        Some(quantity) if fetch.percent => Term::Sql(format!("{} %", sql(quantity))),
        Some(quantity) => term::of(quantity),
        None => Term::Value(Value::Integer(1)),
    };
    RowLimit { rows, with_ties: fetch.with_ties }
}

fn of_body(body: &SetExpr, dialect: Dialect) -> Outline {
    let (body, steps) = match body {
        SetExpr::Query(query) => return of(query, dialect),
        SetExpr::Select(select) => {
            let (selection, steps) = of_select(select, dialect);
            (Body::Select(Box::new(selection)), steps)
        }
        SetExpr::SetOperation { left, op, set_quantifier, right } => match combination(*op, *set_quantifier) {
            Some(how) => {
                let mut parts = parts(left, how, dialect);
                parts.push(of_body(right, dialect));
                (Body::Combined(how, parts), Vec::new())
            }
            None => (Body::Sql(sql(body)), Vec::new()),
        },
        _ => (Body::Sql(sql(body)), Vec::new()),
    };
    Outline { steps, body, order: Vec::new(), offset: None, limit: None }
}

/// The queries to the left of the last one, which the same operator puts together.
fn parts(left: &SetExpr, how: Combination, dialect: Dialect) -> Vec<Outline> {
    let outline = of_body(left, dialect);
    let is_bounded = outline.offset.is_some() || outline.limit.is_some();
    match outline.body {
        Body::Combined(same, parts)
            if same == how && !is_bounded && outline.order.is_empty() && outline.steps.is_empty() =>
        {
            parts
        }
        body => vec![Outline { body, ..outline }],
    }
}

fn combination(op: SetOperator, quantifier: SetQuantifier) -> Option<Combination> {
    Some(match (op, quantifier) {
        (SetOperator::Union, SetQuantifier::None | SetQuantifier::Distinct) => Combination::Union,
        (SetOperator::Union, SetQuantifier::All) => Combination::UnionAll,
        (SetOperator::Intersect, SetQuantifier::None | SetQuantifier::Distinct) => Combination::Intersect,
        (SetOperator::Except | SetOperator::Minus, SetQuantifier::None | SetQuantifier::Distinct) => {
            Combination::Except
        }
        _ => return None,
    })
}

/// One SELECT, and the queries its FROM computes.
pub(super) fn of_select(select: &Select, dialect: Dialect) -> (Selection, Vec<Step>) {
    let mut from = From { tables: Vec::new(), joins: Vec::new(), steps: Vec::new(), dialect };
    for source in &select.from {
        let table = from.table(&source.relation);
        from.tables.push(table);
        for join in &source.joins {
            from.join(&join.relation, &join.join_operator);
        }
    }
    // What Oracle lets stand in place of a missing FROM.
    from.tables.retain(|table| !(dialect.facts().from.dual && table.eq_ignore_ascii_case("dual")));
    let columns: Vec<Column> = select.projection.iter().map(column).collect();
    let groups = match &select.group_by {
        GroupByExpr::Expressions(list, modifiers) if modifiers.is_empty() => {
            list.iter().map(|expr| numbered(expr, &columns)).collect()
        }
        GroupByExpr::Expressions(..) | GroupByExpr::All(_) => vec![Term::Sql(sql(&select.group_by))],
    };
    let (filter, first_rows) = select.selection.as_ref().map(|filter| filtered(filter, dialect)).unwrap_or_default();
    let selection = Selection {
        tables: from.tables,
        joins: from.joins,
        filter,
        hierarchy: select.connect_by.iter().map(sql).collect(),
        first_rows,
        groups,
        having: select.having.as_ref().map(|having| all(having, dialect)).unwrap_or_default(),
        columns,
        distinct: match &select.distinct {
            None | Some(DistinctClause::All) => None,
            Some(DistinctClause::Distinct) => Some(Distinct::Rows),
            Some(DistinctClause::On(terms)) => Some(Distinct::On(terms.iter().map(term::of).collect())),
        },
    };
    (selection, from.steps)
}

/// The conditions of WHERE, and the bound among them that Oracle sets on the rows it takes. Several stay as they are.
fn filtered(filter: &Expr, dialect: Dialect) -> (Vec<Condition>, Option<Term>) {
    let parts = sides(filter, &BinaryOperator::And);
    let bounds: Vec<_> = parts.iter().filter_map(|part| rownum_bound(part)).collect();
    match bounds.as_slice() {
        [rows] if dialect.facts().queries.rownum => {
            let others = parts.into_iter().filter(|part| rownum_bound(part).is_none());
            (others.flat_map(|part| all(part, dialect)).collect(), Some(rows.term()))
        }
        _ => (all(filter, dialect), None),
    }
}

struct From {
    tables: Vec<String>,
    joins: Vec<Join>,
    steps: Vec<Step>,
    dialect: Dialect,
}

impl From {
    /// The name of a table with its alias; a query in its place becomes a step.
    fn table(&mut self, factor: &TableFactor) -> String {
        match factor {
            TableFactor::Table { name, alias, args: None, sample: None, version: None, .. } => {
                with_alias(sql(name), alias.as_ref())
            }
            TableFactor::Derived { subquery, alias, lateral: false, sample: None } => {
                let name = alias.as_ref().map(|alias| alias.name.value.clone()).unwrap_or_default();
                self.steps.push(Step { name: name.clone(), outline: of(subquery, self.dialect) });
                name
            }
            other => sql(other),
        }
    }

    fn join(&mut self, relation: &TableFactor, operator: &JoinOperator) {
        let (kind, constraint) = match operator {
            JoinOperator::CrossApply => (JoinKind::EachRow, &JoinConstraint::None),
            JoinOperator::OuterApply => (JoinKind::EachRowKept, &JoinConstraint::None),
            JoinOperator::Left(on) | JoinOperator::LeftOuter(on) => (JoinKind::Left, on),
            JoinOperator::Right(on) | JoinOperator::RightOuter(on) => (JoinKind::Right, on),
            JoinOperator::FullOuter(on) => (JoinKind::Full, on),
            JoinOperator::Join(JoinConstraint::None) | JoinOperator::CrossJoin(_) => {
                (JoinKind::Cross, &JoinConstraint::None)
            }
            JoinOperator::Join(on) | JoinOperator::Inner(on) => (JoinKind::Inner, on),
            _ => (JoinKind::Inner, &JoinConstraint::None),
        };
        let table = match kind {
            JoinKind::EachRow | JoinKind::EachRowKept => sql(relation),
            _ => self.table(relation),
        };
        let on = match constraint {
            JoinConstraint::On(expr) => all(expr, self.dialect),
            JoinConstraint::Using(columns) => vec![Condition::SameColumns(columns.iter().map(sql).collect())],
            JoinConstraint::Natural => vec![Condition::SameColumns(Vec::new())],
            JoinConstraint::None => Vec::new(),
        };
        self.joins.push(Join { table, kind, on });
    }
}

fn with_alias(table: String, alias: Option<&TableAlias>) -> String {
    match alias {
        Some(alias) if !alias.name.value.eq_ignore_ascii_case(&table) => format!("{table} {}", alias.name.value),
        _ => table,
    }
}

fn column(item: &SelectItem) -> Column {
    let (name, term) = match item {
        SelectItem::UnnamedExpr(expr) => (None, term::of(expr)),
        SelectItem::ExprWithAlias { expr, alias } => (Some(alias.value.clone()), term::of(expr)),
        SelectItem::Wildcard(_) => (None, Term::Everything),
        SelectItem::QualifiedWildcard(..) | SelectItem::ExprWithAliases { .. } => (None, Term::Sql(sql(item))),
    };
    Column { name, term }
}

/// The columns that a bare number in ORDER BY counts.
fn columns(body: &Body) -> &[Column] {
    match body {
        Body::Select(selection) => &selection.columns,
        Body::Combined(_, parts) => parts.first().map_or(&[], |first| columns(&first.body)),
        Body::Sql(_) => &[],
    }
}

/// A term of GROUP BY or ORDER BY, where a bare number stands for a column of the result.
fn numbered(expr: &Expr, columns: &[Column]) -> Term {
    let Some(place) = crate::walk::whole_number(expr) else { return term::of(expr) };
    let before = usize::try_from(place).ok().and_then(|place| columns.get(..place));
    let is_star = |column: &Column| match &column.term {
        Term::Everything => true,
        Term::Sql(sql) => column.name.is_none() && sql.ends_with('*'),
        _ => false,
    };
    match before.filter(|before| !before.iter().any(is_star)).and_then(<[Column]>::last) {
        Some(Column { name: Some(name), .. }) => Term::Column(name.clone()),
        Some(Column { name: None, term }) => term.clone(),
        None => Term::Place(place),
    }
}

fn sort_key(key: &OrderByExpr, columns: &[Column]) -> SortKey {
    let is_descending = matches!(key.options.sort, Some(OrderBySort::Desc));
    SortKey { term: numbered(&key.expr, columns), is_descending }
}
