//! One SELECT: its sources first, then every expression in the scope the database gives it.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use sqlparser::ast::helpers::attached_token::AttachedToken;
use sqlparser::ast::{
    ConnectByKind, Distinct, Expr, Function, GroupByExpr, Ident, NamedWindowDefinition, NamedWindowExpr, Select,
    SelectFlavor, SelectItem, Top, TopQuantity,
};

use crate::dialects::postgres::set_calls::SetCall;

use super::super::extent::Extent;
use super::super::fault::{Checked, unplaced};
use super::super::known::{QUALIFY, QUALIFY_INSTEAD};
use super::super::names::{key, parts};
use super::super::refusal::Rule;
use super::super::scope::{Aliases, Env, Output, Outputs, Scope, Source};
use super::from::From;
use super::links::Links;
use super::query::{Given, Tail, whole_number};
use super::recursion::UNKNOWN_ROWS;
use super::sizes::groups;
use super::{Walk, absent, unsupported};

impl<'i> Walk<'i> {
    pub(crate) fn select(&mut self, select: &Select, tail: Tail<'_>, env: Env<'_, 'i>) -> Checked<Given> {
        shape(select)?;
        self.no_top(select)?;
        let around = std::mem::take(&mut self.aggregates);
        let given = self.deeper(|walk| walk.level(select, tail, env));
        self.aggregates = around;
        given
    }

    /// TOP, which other databases write for the row limit.
    fn no_top(&self, select: &Select) -> Checked {
        let Some(Top { with_ties: _, percent, quantity }) = &select.top else { return Ok(()) };
        let count = match quantity {
            Some(TopQuantity::Constant(count)) => *count,
            Some(TopQuantity::Expr(expr)) => whole_number(expr).unwrap_or(10),
            None => 10,
        };
        let percent = if *percent { " PERCENT" } else { "" };
        let instead = if self.facts.queries.limit {
            format!("LIMIT {count}")
        } else {
            format!("FETCH FIRST {count}{percent} ROWS ONLY")
        };
        Err(unsupported("TOP").instead(instead))
    }

    fn level(&mut self, select: &Select, tail: Tail<'_>, env: Env<'_, 'i>) -> Checked<Given> {
        let mut links = Links::default();
        let outside = self.joined;
        let from = self.from(&select.from, env, &mut links)?;
        let sources = self.joined;
        let around = std::mem::replace(&mut self.made_rows, made_rows(&from.sources, select));
        let windows = self.windows(select, &from, env)?;
        let scope = Scope {
            merged: &from.merged,
            windows: &windows,
            hierarchy: !select.connect_by.is_empty(),
            ..Scope::new(&from.sources, env.scope)
        };
        let inside = env.within(&scope);
        self.no_callable_alias(&select.projection)?;
        let outer_sets = self.expect_sets(select);
        let (columns, aliases) = self.projection(&select.projection, &from, inside)?;
        let sets = std::mem::replace(&mut self.sets, outer_sets).walked;
        let with_aliases = Scope { aliases: &aliases, ..scope };
        // SQLite alone reads aliases of the select list in WHERE and HAVING; PostgreSQL may take one for a whole row.
        let filtering = if self.facts.scopes.aliases_in_where { with_aliases } else { scope };
        // What the select list looks into is planned by itself.
        self.joined = sources;
        if let Some(selection) = &select.selection {
            links.extend(self.predicate(selection, env.within(&filtering))?);
        }
        let joined = self.joined - outside;
        self.meter.charge(Extent::of_join(joined), "FROM")?;
        let levels = self.hierarchy(&select.connect_by, &from.sources, inside)?;
        // Where Oracle cannot see an alias it would call a function of that name.
        let grouping = if self.facts.scopes.aliases_in_group_by { with_aliases } else { scope };
        few_groups(&select.group_by)?;
        let grouped = self.group_by(select, env.within(&grouping))?;
        if let Some(having) = &select.having {
            self.expr(having, env.within(&filtering))?;
        }
        if let Some(Distinct::On(list)) = &select.distinct {
            absent(!self.facts.queries.distinct_on, "DISTINCT ON")?;
            if list.iter().any(|expr| super::query::whole_number(expr).is_some()) {
                self.whole_stars()?;
            }
            list.iter().try_for_each(|expr| self.maybe_alias(expr, env.within(&with_aliases)))?;
        }
        self.order_by(tail.order_by, env.within(&with_aliases))?;
        let is_repeated = from.sources.iter().any(|source| self.repeated.contains(&source.id));
        links.must_connect(&from.sources, is_repeated)?;
        absent(is_repeated && !sets.is_empty(), "WITH RECURSIVE …")?;
        let stays_whole = grouped || self.aggregates || select.distinct.is_some();
        self.joined = outside + if stays_whole { 1 } else { joined };
        let one_row = self.aggregates && !grouped && sets.is_empty();
        let made_rows = match std::mem::replace(&mut self.made_rows, around) {
            _ if one_row => 1,
            made_rows if sets.is_empty() => made_rows,
            made_rows => made_rows.saturating_mul(UNKNOWN_ROWS),
        };
        let levels = if select.connect_by.is_empty() { Levels::None } else { Levels::Counted(levels) };
        let (rows, about) = self.counts(select, levels, sets, &from.sources, &links, grouped)?;
        let (outwards, connected) = (links.outwards(&from.sources), links.connects(&from.sources));
        Ok(Given { columns, rows, about, made_rows, outwards, connected })
    }

    /// The most rows of a level, and about how many it has, as far as the text, the catalog and statistics tell; `levels`
    /// are those of a hierarchy.
    fn counts(
        &mut self,
        select: &Select,
        levels: Levels,
        sets: Vec<SetCall>,
        sources: &[Source<'i>],
        links: &Links,
        grouped: bool,
    ) -> Checked<(Option<u64>, Option<u64>)> {
        let whole = self.aggregates && !grouped;
        let (rows, about) = match levels {
            Levels::Counted(levels) => (levels, levels),
            Levels::None if !sets.is_empty() => self.with_sets(sets, sources, links, whole)?,
            Levels::None if whole => (Some(1), Some(1)),
            Levels::None => (links.rows(sources), links.about(sources)),
        };
        Ok((rows, if whole { about } else { distinct_rows(select, sources, about) }))
    }

    fn projection(
        &mut self,
        items: &[SelectItem],
        from: &From<'i>,
        env: Env<'_, 'i>,
    ) -> Checked<(Rc<Outputs>, Aliases)> {
        let sources = &from.sources;
        let mut columns: Vec<Output> = Vec::with_capacity(items.len());
        let mut aliases = Aliases::new();
        for item in items {
            match item {
                SelectItem::UnnamedExpr(expr) => {
                    let ((), extent) = self.measured(|walk| walk.expr(expr, env))?;
                    columns.push(Output { extent, ..self.own_name(expr, sources) });
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    let ((), extent) = self.measured(|walk| walk.expr(expr, env))?;
                    let alias = self.alias(alias)?;
                    let json = self.own_name(expr, sources).json;
                    let name = key(self.dialect, &alias);
                    columns.push(Output { key: Some(name.as_str().into()), json, extent });
                    aliases.insert(name, extent);
                }
                SelectItem::ExprWithAliases { .. } => return Err(unsupported("AS (…, …)")),
                SelectItem::Wildcard(options) => self.wildcard(options, from, &mut columns)?,
                SelectItem::QualifiedWildcard(kind, options) => {
                    self.qualified_wildcard(kind, options, from, &mut columns)?;
                }
            }
        }
        absent(columns.is_empty(), "SELECT …")?;
        Ok((Rc::new(columns.into()), aliases))
    }

    /// An alias of the select list. One in single quotes is noted, to be written in the double ones that names have.
    fn alias<'e>(&mut self, alias: &'e Ident) -> Checked<Cow<'e, Ident>> {
        if alias.quote_style != Some('\'') {
            super::factor::given_name(alias)?;
            return Ok(Cow::Borrowed(alias));
        }
        let name = Ident::with_quote('"', &alias.value);
        super::factor::given_name(&name)?;
        self.reads.quoted_aliases.push(alias.value.clone());
        Ok(Cow::Owned(name))
    }

    /// The name a column without alias has. PostgreSQL names a call after its function.
    fn own_name(&self, expr: &Expr, sources: &[Source<'i>]) -> Output {
        let ident = match expr {
            Expr::Identifier(ident) => Some(ident),
            // Under what name Oracle gives a member of JSON is not certain enough to be read from outside.
            Expr::CompoundIdentifier(idents) => {
                idents.last().filter(|_| !self.facts.expressions.json_members || idents.len() == 2)
            }
            Expr::Nested(inner) if self.facts.scopes.brackets_keep_names => return self.own_name(inner, sources),
            Expr::Function(function) if self.facts.scopes.calls_name_columns => {
                parts(&function.name).and_then(|parts| parts.last().copied())
            }
            _ => None,
        };
        let key = ident.map(|ident| Arc::from(key(self.dialect, ident)));
        let json = key.as_ref().is_some_and(|key: &Arc<str>| {
            let is_json = |has| matches!(has, super::super::scope::Has::Yes { json: true, .. });
            sources.iter().any(|source| is_json(source.column(key)))
        });
        Output { key, json, extent: Extent::COLUMN }
    }

    fn group_by(&mut self, select: &Select, env: Env<'_, 'i>) -> Checked<bool> {
        let GroupByExpr::Expressions(list, modifiers) = &select.group_by else {
            return Err(unsupported("GROUP BY ALL"));
        };
        absent(!modifiers.is_empty(), "GROUP BY … WITH")?;
        for expr in list {
            if super::query::whole_number(expr).is_some() {
                self.whole_stars()?;
            }
            match expr {
                Expr::Rollup(sets) | Expr::Cube(sets) | Expr::GroupingSets(sets) => {
                    absent(!self.facts.queries.grouping_sets, "GROUPING SETS")?;
                    sets.iter().flatten().try_for_each(no_inner_sets)?;
                    sets.iter().flatten().try_for_each(|expr| self.maybe_alias(expr, env))?;
                }
                expr if self.grouped_alias(expr, &select.projection, env) => {}
                expr => self.maybe_alias(expr, env)?,
            }
        }
        Ok(!list.is_empty())
    }

    /// The names of the WINDOW clause, each with what it stands for.
    fn windows(&mut self, select: &Select, from: &From<'i>, env: Env<'_, 'i>) -> Checked<Aliases> {
        let mut named = Aliases::new();
        for NamedWindowDefinition(name, _) in &select.named_window {
            super::factor::given_name(name)?;
            named.insert(key(self.dialect, name), Extent::NODE);
        }
        let known = named.clone();
        let scope = Scope { merged: &from.merged, windows: &known, ..Scope::new(&from.sources, env.scope) };
        for NamedWindowDefinition(name, window) in &select.named_window {
            let ((), extent) = self.measured(|walk| match window {
                NamedWindowExpr::WindowSpec(spec) => walk.window(spec, env.within(&scope)),
                NamedWindowExpr::NamedWindow(name) => walk.named_window(name, env.within(&scope)),
            })?;
            named.insert(key(self.dialect, name), extent);
        }
        Ok(named)
    }

    /// An alias in ORDER BY hides a function of its name, but not in every place and version.
    fn no_callable_alias(&self, items: &[SelectItem]) -> Checked {
        let alias = |item: &SelectItem| match item {
            SelectItem::ExprWithAlias { alias, .. } => Some(key(self.dialect, alias)),
            _ => None,
        };
        match items.iter().filter_map(alias).find(|alias| self.index.is_callable(alias)) {
            Some(alias) => Err(unplaced(Rule::AliasNotAllowed, alias)),
            None => Ok(()),
        }
    }
}

/// The rows of a hierarchy, where there is one.
#[derive(Clone, Copy)]
enum Levels {
    None,
    /// So many at most, where a literal says so.
    Counted(Option<u64>),
}

/// Rows that a query level makes for each stored one: what its generators make together.
fn made_rows(sources: &[Source<'_>], select: &Select) -> u64 {
    let one_row = sources.iter().all(|source| source.rows == Some(1));
    // A hierarchy of stored rows makes none.
    let counted = if one_row && !select.connect_by.is_empty() { UNKNOWN_ROWS } else { 1 };
    sources.iter().map(|source| source.made_rows).fold(counted, u64::saturating_mul)
}

/// About how many rows are left of so many by DISTINCT and GROUP BY.
fn distinct_rows(select: &Select, sources: &[Source<'_>], rows: Option<u64>) -> Option<u64> {
    let grouped = match &select.group_by {
        GroupByExpr::Expressions(list, _) if !list.is_empty() => groups(list.iter(), sources, rows),
        _ => rows,
    };
    let items = || {
        select.projection.iter().map(|item| match item {
            SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(expr),
            _ => None,
        })
    };
    match (&select.distinct, items().collect::<Option<Vec<&Expr>>>()) {
        (Some(Distinct::Distinct), Some(exprs)) => groups(exprs.into_iter(), sources, grouped),
        (Some(Distinct::On(list)), _) => groups(list.iter(), sources, grouped),
        _ => grouped,
    }
}

/// ROLLUP and CUBE inside GROUPING SETS, which the parser reads as calls.
fn no_inner_sets(expr: &Expr) -> Checked {
    let Expr::Function(Function { name, .. }) = expr else { return Ok(()) };
    let Some(ident) = parts(name).and_then(|parts| parts.first().copied()) else { return Ok(()) };
    let written_out = match ident.value.to_uppercase().as_str() {
        "ROLLUP" => "GROUPING SETS ((a, b), (a), ())",
        "CUBE" => "GROUPING SETS ((a, b), (a), (b), ())",
        _ => return Ok(()),
    };
    let construct = format!("GROUPING SETS ({} (…))", ident.value);
    Err(unsupported(&construct).or_at(ident.span).instead(written_out))
}

/// Refuses every clause of a SELECT that is not walked. A clause the parser learns later does not compile here.
fn shape(select: &Select) -> Checked {
    let Select {
        select_token: AttachedToken(_),
        optimizer_hints,
        distinct: _,
        select_modifiers,
        top,
        top_before_distinct,
        projection: _,
        exclude,
        into,
        from: _,
        lateral_views,
        prewhere,
        selection: _,
        connect_by: _,
        group_by: _,
        cluster_by,
        distribute_by,
        sort_by,
        having: _,
        named_window: _,
        qualify,
        window_before_qualify: _,
        value_table_mode,
        flavor,
    } = select;
    if let Some(into) = into {
        return Err(unplaced(Rule::Locks, into.to_string()));
    }
    absent(!optimizer_hints.is_empty(), "/*+ … */")?;
    absent(select_modifiers.as_ref().is_some_and(sqlparser::ast::SelectModifiers::is_any_set), "SELECT …")?;
    absent(top.is_none() && *top_before_distinct, "TOP")?;
    absent(exclude.is_some(), "EXCLUDE")?;
    absent(!lateral_views.is_empty(), "LATERAL VIEW")?;
    absent(prewhere.is_some(), "PREWHERE")?;
    absent(!cluster_by.is_empty(), "CLUSTER BY")?;
    absent(!distribute_by.is_empty(), "DISTRIBUTE BY")?;
    absent(!sort_by.is_empty(), "SORT BY")?;
    absent(qualify.is_some(), QUALIFY).map_err(|fault| fault.instead(QUALIFY_INSTEAD))?;
    absent(value_table_mode.is_some(), "SELECT AS")?;
    absent(*flavor != SelectFlavor::Standard, "FROM … SELECT")
}

/// Refuses groupings that CUBE, ROLLUP and GROUPING SETS multiply to very many.
fn few_groups(group_by: &GroupByExpr) -> Checked {
    const MOST: usize = 256;
    let GroupByExpr::Expressions(list, _) = group_by else { return Ok(()) };
    let sets = list.iter().map(|expr| match expr {
        Expr::Cube(columns) => 1_usize.checked_shl(columns.len().try_into().unwrap_or(u32::MAX)).unwrap_or(usize::MAX),
        Expr::Rollup(columns) => columns.len() + 1,
        Expr::GroupingSets(sets) => sets.len(),
        _ => 1,
    });
    let many = sets.fold(1_usize, usize::saturating_mul) > MOST;
    if many { Err(unsupported("CUBE").instead("GROUPING SETS ((…), (…))")) } else { Ok(()) }
}

/// The relationships of CONNECT BY and the condition of START WITH.
pub(crate) fn split(clauses: &[ConnectByKind]) -> (Vec<&Expr>, Vec<&Expr>) {
    let (mut relationships, mut starts) = (Vec::new(), Vec::new());
    for clause in clauses {
        match clause {
            ConnectByKind::ConnectBy { connect_token: AttachedToken(_), nocycle: _, relationships: list } => {
                relationships.extend(list);
            }
            ConnectByKind::StartWith { start_token: AttachedToken(_), condition } => starts.push(&**condition),
        }
    }
    (relationships, starts)
}
