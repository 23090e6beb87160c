//! Columns that our queries name, held against lists of what the views have.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, FunctionArguments, ObjectName, OrderByKind, Query, Select, SelectItem, SetExpr,
    Statement, TableFactor,
};
use sqlparser::dialect::OracleDialect;
use sqlparser::parser::Parser;

use super::asked::queries;
use crate::catalog::View;

/// Views and their columns, a line each. `source` is the file of `SQLAlchemy`, or the page of Oracle's reference, that
/// the names are from; `note` says what was made of them.
const COLUMNS: &str = include_str!("../../tests/fixtures/columns.jsonl");

/// The columns that every row has.
const PSEUDO: &str = "rownum";

/// A line of [`COLUMNS`].
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listed {
    pub(super) view: String,
    pub(super) source: String,
    #[serde(default)]
    pub(super) note: String,
    pub(super) columns: BTreeSet<String>,
}

pub(super) fn listed() -> Vec<Listed> {
    COLUMNS.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))).collect()
}

/// Columns by the name of their view.
type Views = BTreeMap<String, BTreeSet<String>>;

/// Follows a query into all its parts. What it does not know it does not pass over: it panics.
struct Walk<'v> {
    views: &'v Views,
    /// Views and columns that were named and are listed.
    named: BTreeSet<(String, String)>,
    /// The columns in error, each as a sentence.
    wrong: BTreeSet<String>,
}

/// The only relation of a SELECT, whose columns its names mean.
struct Relation {
    /// `None` for any other SELECT.
    view: Option<String>,
    columns: BTreeSet<String>,
}

impl Walk<'_> {
    /// Follows a query, and gives back the names of its columns.
    fn query(&mut self, query: &Query) -> BTreeSet<String> {
        assert!(query.with.is_none() && query.limit_clause.is_none() && query.fetch.is_none(), "{query}");
        let yielded = self.body(&query.body);
        let Some(order) = &query.order_by else { return yielded };
        let OrderByKind::Expressions(order) = &order.kind else { panic!("{query}") };
        // Those of a set operation are asked for by their place.
        let relation = match query.body.as_ref() {
            SetExpr::Select(select) => self.relation(select),
            _ => Relation { view: None, columns: yielded.clone() },
        };
        for one in order {
            self.expr(&one.expr, &relation);
        }
        yielded
    }

    fn body(&mut self, body: &SetExpr) -> BTreeSet<String> {
        match body {
            SetExpr::Select(select) => self.select(select),
            SetExpr::SetOperation { left, right, .. } => {
                self.body(right);
                self.body(left)
            }
            SetExpr::Query(query) => self.query(query),
            other => panic!("{other}"),
        }
    }

    fn select(&mut self, select: &Select) -> BTreeSet<String> {
        let relation = self.relation(select);
        select.selection.iter().for_each(|condition| self.expr(condition, &relation));
        let mut yielded = BTreeSet::new();
        for item in &select.projection {
            let (expr, alias) = match item {
                SelectItem::UnnamedExpr(expr) => (expr, None),
                SelectItem::ExprWithAlias { expr, alias } => (expr, Some(alias)),
                other => panic!("{other}"),
            };
            self.expr(expr, &relation);
            let name = if let Expr::Identifier(name) = expr { Some(name) } else { None };
            yielded.extend(alias.or(name).map(|name| name.value.to_lowercase()));
        }
        yielded
    }

    /// Ours read one relation each. A name that this one does not have would be looked for in the SELECT around it: that
    /// is no name we mean, so it is not.
    fn relation(&mut self, select: &Select) -> Relation {
        let [from] = select.from.as_slice() else { panic!("{select}") };
        assert!(from.joins.is_empty(), "{select}");
        match &from.relation {
            TableFactor::Table { name, alias: None, args: None, .. } => {
                let view = last(name);
                let columns = self.views.get(&view).cloned().unwrap_or_else(|| {
                    self.wrong.insert(format!("{view} is not listed"));
                    BTreeSet::new()
                });
                Relation { view: Some(view), columns }
            }
            TableFactor::Derived { subquery, alias: None, .. } => {
                Relation { view: None, columns: self.query(subquery) }
            }
            other => panic!("{other}"),
        }
    }

    fn expr(&mut self, expr: &Expr, relation: &Relation) {
        match expr {
            Expr::Identifier(name) => self.column(&name.value.to_lowercase(), relation),
            Expr::BinaryOp { left, right, .. } => [left, right].into_iter().for_each(|side| self.expr(side, relation)),
            Expr::Like { expr, pattern, .. } => [expr, pattern].into_iter().for_each(|side| self.expr(side, relation)),
            Expr::IsNull(expr) | Expr::IsNotNull(expr) | Expr::Nested(expr) => self.expr(expr, relation),
            Expr::InList { expr, list, .. } => {
                self.expr(expr, relation);
                for one in list {
                    self.expr(one, relation);
                }
            }
            Expr::InSubquery { expr, subquery, .. } => {
                self.expr(expr, relation);
                self.query(subquery);
            }
            Expr::Function(function) => {
                let FunctionArguments::List(list) = &function.args else { panic!("{expr}") };
                for argument in &list.args {
                    match argument {
                        FunctionArg::Unnamed(FunctionArgExpr::Expr(argument)) => self.expr(argument, relation),
                        FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => {}
                        other => panic!("{other}"),
                    }
                }
            }
            Expr::Value(_) => {}
            other => panic!("{other}"),
        }
    }

    fn column(&mut self, column: &str, relation: &Relation) {
        if column == PSEUDO {
            return;
        }
        let view = relation.view.as_deref().unwrap_or("the query within");
        if !relation.columns.contains(column) {
            self.wrong.insert(format!("{view} has no {column}"));
        } else if relation.view.is_some() {
            self.named.insert((view.to_owned(), column.to_owned()));
        }
    }
}

/// A view's own name: `sys.` may stand before it.
fn last(name: &ObjectName) -> String {
    name.0.last().and_then(|part| part.as_ident()).expect("a name").value.to_lowercase()
}

/// Views with columns that a query names, or everything that is wrong with it.
fn named(sql: &str, views: &Views) -> Result<BTreeSet<(String, String)>, String> {
    let parsed = Parser::parse_sql(&OracleDialect {}, sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let [Statement::Query(query)] = parsed.as_slice() else { panic!("{sql}") };
    let mut walk = Walk { views, named: BTreeSet::new(), wrong: BTreeSet::new() };
    walk.query(query);
    let wrong: Vec<String> = walk.wrong.into_iter().collect();
    if wrong.is_empty() { Ok(walk.named) } else { Err(wrong.join(", ")) }
}

fn views() -> Views {
    listed().into_iter().map(|listed| (listed.view, listed.columns)).collect()
}

#[tokio::test]
async fn our_queries_name_columns_that_the_views_have() {
    let mut views = views();
    // What `known_values` reads is a table of people.
    views.insert("clients".to_owned(), ["ville".to_owned()].into());
    let (mut found, mut wrong) = (BTreeSet::new(), Vec::new());
    let queries = queries().await;
    for sql in &queries {
        match named(sql, &views) {
            Ok(named) => found.extend(named),
            Err(why) => wrong.push(format!("{why}\n  {sql}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let asked: BTreeSet<&str> = found.iter().map(|(view, _)| view.as_str()).collect();
    let all: BTreeSet<&str> = views.keys().map(String::as_str).collect();
    assert_eq!(asked, all, "each view that is listed is asked, and the other way round");
    assert!(View::ALL.iter().all(|view| asked.contains(view.name())), "{asked:?}");
    println!("{} queries name {} columns of {} relations", queries.len(), found.len(), asked.len());
}

#[test]
fn a_wrong_name_is_found_wherever_it_stands() {
    let views = views();
    for (sql, expected) in [
        ("SELECT owner, tabel_name FROM all_tables", "all_tables has no tabel_name"),
        ("SELECT owner FROM all_tables WHERE nestet = 'NO' AND ROWNUM = 1", "all_tables has no nestet"),
        ("SELECT owner FROM all_tables ORDER BY name", "all_tables has no name"),
        ("SELECT COUNT(*) FROM (SELECT ownr FROM all_views)", "all_views has no ownr"),
        ("SELECT view_name FROM (SELECT owner FROM all_views)", "the query within has no view_name"),
        ("SELECT owner FROM all_views WHERE owner IN (SELECT owner FROM all_users)", "all_users has no owner"),
        ("SELECT role FROM session_roles UNION SELECT granted FROM role_role_privs", "role_role_privs has no granted"),
        ("SELECT owner || '.' || link FROM all_db_links", "all_db_links has no link"),
        ("SELECT name FROM sys.all_tables WHERE (owner IS NULL OR UPPER(owner) LIKE 'A%')", "all_tables has no name"),
        ("SELECT owner FROM user_objects", "user_objects has no owner"),
        ("SELECT hidden_column FROM all_tab_columns", "all_tab_columns has no hidden_column"),
        ("SELECT owner FROM all_tabels", "all_tabels has no owner, all_tabels is not listed"),
    ] {
        assert_eq!(named(sql, &views), Err(expected.to_owned()), "{sql}");
    }
}

#[test]
fn each_list_says_where_it_is_from() {
    let listed = listed();
    for one in &listed {
        let reference = "https://docs.oracle.com/en/database/oracle/oracle-database/19/";
        assert!(one.source.starts_with("SQLAlchemy ") || one.source.starts_with(reference), "{one:?}");
        assert!(one.columns.iter().all(|column| *column == column.to_lowercase()), "{one:?}");
        assert!(one.note.is_empty() || one.note.len() > 10, "{one:?}");
    }
    assert!(listed.is_sorted_by(|a, b| a.view < b.view), "in order, each once");
}
