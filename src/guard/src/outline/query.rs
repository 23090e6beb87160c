//! Queries: their steps, tables, groups, columns, order and limit.

use sqlparser::ast::{
    Expr, Fetch, GroupByExpr, JoinConstraint, JoinOperator, LimitClause, OrderByExpr, OrderByKind, OrderBySort, Query,
    Select, SelectItem, SetExpr, SetOperator, SetQuantifier, Statement, TableAlias, TableFactor,
};

use super::condition::all;
use super::term::{self, sql};
use super::{
    Body, Column, Combination, Comparison, Condition, Join, JoinKind, Outline, Selection, SortKey, Step, Term,
};
use crate::Value;
use crate::row_limit::{RowLimit, of_rownum};

pub(super) fn of_statement(statement: &Statement) -> Option<Outline> {
    let Statement::Query(query) = statement else { return None };
    Some(of(query))
}

fn of(query: &Query) -> Outline {
    let with = query.with.iter().flat_map(|with| &with.cte_tables);
    let steps = with.map(|cte| Step { name: cte.alias.name.value.clone(), outline: of(&cte.query) });
    let mut outline = of_body(&query.body);
    outline.steps.splice(..0, steps);
    if let Some(OrderByKind::Expressions(keys)) = query.order_by.as_ref().map(|order| &order.kind) {
        outline.order = keys.iter().map(|key| sort_key(key, &outline.body)).collect();
    }
    if let Some(LimitClause::LimitOffset { limit, offset, limit_by: _ }) = &query.limit_clause {
        outline.limit = limit.as_ref().map(term::of).or(outline.limit);
        outline.offset = offset.as_ref().map(|offset| term::of(&offset.value));
    }
    if let Some(LimitClause::OffsetCommaLimit { offset, limit }) = &query.limit_clause {
        (outline.limit, outline.offset) = (Some(term::of(limit)), Some(term::of(offset)));
    }
    if let Some(fetch) = &query.fetch {
        outline.limit = Some(fetched(fetch));
    }
    outline
}

fn fetched(fetch: &Fetch) -> Term {
    match &fetch.quantity {
        Some(quantity) if fetch.percent => Term::Sql(format!("{} %", sql(quantity))),
        Some(quantity) => term::of(quantity),
        None => Term::Value(Value::Decimal("1".to_owned())),
    }
}

fn of_body(body: &SetExpr) -> Outline {
    let (body, steps, limit) = match body {
        SetExpr::Query(query) => return of(query),
        SetExpr::Select(select) => {
            let (mut selection, steps) = of_select(select);
            let limit = of_rownum(body).map(row_limit);
            // Told as the limit it is.
            selection.filter.retain(|condition| limit.is_none() || !is_rownum_bound(condition));
            (Body::Select(Box::new(selection)), steps, limit)
        }
        SetExpr::SetOperation { left, op, set_quantifier, right } => match combination(*op, *set_quantifier) {
            Some(how) => (Body::Combined(how, parts(left, how).chain([of_body(right)]).collect()), Vec::new(), None),
            None => (Body::Sql(sql(body)), Vec::new(), None),
        },
        _ => (Body::Sql(sql(body)), Vec::new(), None),
    };
    Outline { steps, body, order: Vec::new(), offset: None, limit }
}

/// The queries to the left of the last one, which the same operator puts together.
fn parts(left: &SetExpr, how: Combination) -> impl Iterator<Item = Outline> + use<> {
    let outline = of_body(left);
    let is_plain = outline.order.is_empty() && outline.limit.is_none() && outline.steps.is_empty();
    match outline.body {
        Body::Combined(same, parts) if same == how && is_plain => parts,
        _ => vec![outline],
    }
    .into_iter()
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
pub(super) fn of_select(select: &Select) -> (Selection, Vec<Step>) {
    let mut from = From::default();
    for source in &select.from {
        let table = from.table(&source.relation);
        from.tables.push(table);
        for join in &source.joins {
            let table = from.table(&join.relation);
            let (kind, on) = matched(&join.join_operator);
            from.joins.push(Join { table, kind, on });
        }
    }
    let columns: Vec<Column> = select.projection.iter().map(column).collect();
    let groups = match &select.group_by {
        GroupByExpr::Expressions(list, modifiers) if modifiers.is_empty() => {
            list.iter().map(|expr| numbered(expr, &columns)).collect()
        }
        GroupByExpr::Expressions(..) | GroupByExpr::All(_) => vec![Term::Sql(sql(&select.group_by))],
    };
    let selection = Selection {
        tables: from.tables,
        joins: from.joins,
        filter: select.selection.as_ref().map(all).unwrap_or_default(),
        is_hierarchy: !select.connect_by.is_empty(),
        groups,
        having: select.having.as_ref().map(all).unwrap_or_default(),
        columns,
        is_distinct: select.distinct.is_some(),
    };
    (selection, from.steps)
}

fn row_limit(limit: RowLimit) -> Term {
    match limit {
        RowLimit::Rows(rows) => Term::Value(Value::Decimal(rows.to_string())),
        RowLimit::Parameter(name) => Term::Parameter(name),
    }
}

fn is_rownum_bound(condition: &Condition) -> bool {
    matches!(
        condition,
        Condition::Compare(Term::Column(name), Comparison::Less | Comparison::AtMost, _)
            if name.eq_ignore_ascii_case("ROWNUM")
    )
}

#[derive(Default)]
struct From {
    tables: Vec<String>,
    joins: Vec<Join>,
    steps: Vec<Step>,
}

impl From {
    /// The name of a table with its alias; a query in its place becomes a step.
    fn table(&mut self, factor: &TableFactor) -> String {
        match factor {
            TableFactor::Table { name, alias, args: None, .. } => with_alias(sql(name), alias.as_ref()),
            TableFactor::Derived { subquery, alias, .. } => {
                let name = alias.as_ref().map(|alias| alias.name.value.clone()).unwrap_or_default();
                self.steps.push(Step { name: name.clone(), outline: of(subquery) });
                name
            }
            other => sql(other),
        }
    }
}

fn with_alias(table: String, alias: Option<&TableAlias>) -> String {
    match alias {
        Some(alias) if !alias.name.value.eq_ignore_ascii_case(&table) => format!("{table} {}", alias.name.value),
        _ => table,
    }
}

fn matched(operator: &JoinOperator) -> (JoinKind, Vec<Condition>) {
    let (kind, constraint) = match operator {
        JoinOperator::Join(on) | JoinOperator::Inner(on) => (JoinKind::Inner, on),
        JoinOperator::Left(on) | JoinOperator::LeftOuter(on) => (JoinKind::Left, on),
        JoinOperator::Right(on) | JoinOperator::RightOuter(on) => (JoinKind::Right, on),
        JoinOperator::FullOuter(on) => (JoinKind::Full, on),
        JoinOperator::CrossJoin(on) => (JoinKind::Cross, on),
        JoinOperator::OuterApply => return (JoinKind::Left, Vec::new()),
        _ => return (JoinKind::Cross, Vec::new()),
    };
    let on = match constraint {
        JoinConstraint::On(expr) => all(expr),
        JoinConstraint::Using(columns) => vec![Condition::SameColumns(columns.iter().map(sql).collect())],
        JoinConstraint::Natural => vec![Condition::Sql("NATURAL JOIN".to_owned())],
        JoinConstraint::None => return (JoinKind::Cross, Vec::new()),
    };
    (kind, on)
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

/// A term of GROUP BY or ORDER BY, where a bare number stands for a column of the result.
fn numbered(expr: &Expr, columns: &[Column]) -> Term {
    let place = crate::walk::whole_number(expr).and_then(|place| usize::try_from(place).ok());
    let column = place.and_then(|place| columns.get(place.checked_sub(1)?));
    match column {
        Some(Column { name: Some(name), .. }) => Term::Column(name.clone()),
        Some(Column { name: None, term }) => term.clone(),
        None => term::of(expr),
    }
}

fn sort_key(key: &OrderByExpr, body: &Body) -> SortKey {
    let columns = match body {
        Body::Select(selection) => selection.columns.as_slice(),
        Body::Combined(..) | Body::Sql(_) => &[],
    };
    SortKey { term: numbered(&key.expr, columns), is_descending: matches!(key.options.sort, Some(OrderBySort::Desc)) }
}
