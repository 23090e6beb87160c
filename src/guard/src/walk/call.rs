//! Calls: a one-part name of the dialect's list, the right number of arguments, and nothing in them that is not walked.

use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgOperator, FunctionArgumentClause, FunctionArgumentList,
    FunctionArguments, JsonReturningClause, ListAggOnOverflow, Query, WindowFrame, WindowFrameBound, WindowSpec,
    WindowType,
};

use crate::dialects::lists;
use crate::dialects::oracle::calls::before_character_set;

use super::super::elsewhere;
use super::super::fault::{Checked, Fault, unplaced};
use super::super::names::{nearest_function, parts};
use super::super::refusal::Rule;
use super::super::scope::Env;
use super::growth::Made;
use super::literal::literal_of;
use super::query::whole_number;
use super::{Walk, absent, unsupported};

impl<'i> Walk<'i> {
    pub(crate) fn call(&mut self, function: &Function, env: Env<'_, 'i>) -> Checked {
        let Function { name, uses_odbc_syntax, parameters, args, within_group, filter, null_treatment: _, over } =
            function;
        absent(*uses_odbc_syntax, "{fn …}")?;
        absent(!matches!(parameters, FunctionArguments::None), "f(…)(…)")?;
        let refused = || unplaced(Rule::FunctionNotAllowed, name.to_string());
        let idents = parts(name).ok_or_else(refused)?;
        let [ident] = idents.as_slice() else {
            return Err(refused().or_at(idents.first().map_or(sqlparser::tokenizer::Span::empty(), |one| one.span)));
        };
        if ident.quote_style.is_some() {
            return Err(refused().or_at(ident.span));
        }
        let upper = ident.value.to_uppercase();
        let located = |fault: Fault| fault.or_at(ident.span);
        let list = match args {
            FunctionArguments::None => return self.without_brackets(&upper, over.as_ref()).map_err(located),
            FunctionArguments::Subquery(query) if upper == "ARRAY" && self.facts.expressions.arrays => {
                absent(over.is_some() || filter.is_some() || !within_group.is_empty(), &upper).map_err(located)?;
                return self.array_of(query, env).map_err(located);
            }
            FunctionArguments::Subquery(_) => return Err(refused().or_at(ident.span)),
            FunctionArguments::List(list) => list,
        };
        if self.facts.calls.conversions && matches!(upper.as_str(), "CAST" | "VALIDATE_CONVERSION") {
            absent(over.is_some() || filter.is_some() || !within_group.is_empty(), &upper)?;
            return self.conversion(&upper, list, env).map_err(located);
        }
        let known = self.listed(&upper, list.args.len(), env).map_err(located)?;
        if known.aggregate && over.is_none() {
            self.aggregates |= !self.facts.calls.min_and_max_of_arguments
                || list.args.len() < 2
                || !matches!(upper.as_str(), "MIN" | "MAX");
        }
        let around = std::mem::take(&mut self.meter.value);
        let (args, sizes) = self.arguments(&upper, known, list, env).map_err(located)?;
        // The order, filter and window of a call do not lengthen its value.
        let sum = self.meter.value.bytes;
        self.order_list(within_group, env)?;
        filter.iter().try_for_each(|filter| self.expr(filter, env))?;
        over.iter().try_for_each(|over| self.over(over, env))?;
        let pretty = self.is_pretty(list, &args, env);
        let made = Made { name: &upper, known, args: &args, sizes: &sizes, sum, pretty };
        self.made(&made, around).map_err(located)
    }

    pub(crate) fn over(&mut self, over: &WindowType, env: Env<'_, 'i>) -> Checked {
        match over {
            WindowType::NamedWindow(name) => self.named_window(name, env),
            WindowType::WindowSpec(spec) => self.window(spec, env),
        }
    }

    /// `ARRAY(SELECT …)`, of one column.
    fn array_of(&mut self, query: &Query, env: Env<'_, 'i>) -> Checked {
        let given = self.query(query, env)?;
        absent(given.columns.len() != 1, "ARRAY(SELECT …)")?;
        self.reads.functions.insert("ARRAY".to_owned());
        Ok(())
    }

    /// A name of the grammar, such as `CURRENT_DATE`, that the parser reads as a call.
    fn without_brackets(&mut self, name: &str, over: Option<&WindowType>) -> Checked {
        if over.is_some() || !self.lists.is_bare(name) {
            return Err(unplaced(Rule::FunctionNotAllowed, name));
        }
        self.not_shadowed(name)?;
        self.reads.functions.insert(name.to_owned());
        Ok(())
    }

    fn listed(&mut self, name: &str, args: usize, env: Env<'_, 'i>) -> Checked<&'static lists::Function> {
        let lists = self.lists;
        let in_pattern = env.scope.is_some_and(|scope| !scope.symbols.is_empty());
        let known = lists.function(name).or_else(|| lists.row_pattern(name).filter(|_| in_pattern));
        let Some(known) = known else { return Err(self.unlisted(name)) };
        self.not_shadowed(name)?;
        if !known.takes(args) {
            return Err(unplaced(Rule::FunctionArguments, name));
        }
        self.reads.functions.insert(name.to_owned());
        Ok(known)
    }

    /// Refuses the name of a built-in that the company's own code has too: an Oracle too old to have the built-in would
    /// run that code. `PostgreSQL` looks in its own schema alone, and `SQLite` has no such code.
    pub(crate) fn not_shadowed(&self, name: &str) -> Checked {
        let shadowed = self.facts.calls.own_code_first && self.index.is_callable(name);
        if shadowed { Err(unplaced(Rule::FunctionShadowed, name)) } else { Ok(()) }
    }

    /// Why a function may not be called here, with its place in FROM, or the nearest name that may be called.
    fn unlisted(&self, name: &str) -> Fault {
        if matches!(name, "ROLLUP" | "CUBE") {
            return unsupported(name).instead("GROUP BY … UNION ALL SELECT …");
        }
        let instead = if let Some(function) = self.lists.table_function(name) {
            let columns: Vec<String> = function.columns.iter().take(2).map(|name| format!("x.{name}")).collect();
            let columns = if columns.is_empty() { "x".to_owned() } else { columns.join(", ") };
            format!("SELECT {columns} FROM {}(…) AS x", name.to_ascii_lowercase())
        } else {
            let near = || nearest_function(name, self.lists.functions());
            elsewhere::function(name, self.dialect).or_else(near).unwrap_or_default().to_owned()
        };
        unplaced(Rule::FunctionNotAllowed, name).instead(instead)
    }

    /// A function the parser has a grammar for.
    pub(super) fn built_in(&mut self, name: &str, args: usize) -> Checked {
        self.listed(name, args, Env::default()).map(|_| ())
    }

    /// Reads the arguments of a call. Gives those that are plain expressions, and the bytes of each.
    fn arguments<'l>(
        &mut self,
        name: &str,
        known: &lists::Function,
        list: &'l FunctionArgumentList,
        env: Env<'_, 'i>,
    ) -> Checked<(Vec<Option<&'l Expr>>, Vec<u64>)> {
        let FunctionArgumentList { duplicate_treatment: _, args, clauses } = list;
        let with_clauses = self.facts.calls.json_clauses && name.starts_with("JSON_");
        let (mut bare, mut sizes) = (Vec::with_capacity(args.len()), Vec::with_capacity(args.len()));
        for arg in args {
            let expr = match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) if with_clauses => Some(self.before_clauses(expr)?),
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) if name == "CHR" => Some(before_character_set(expr)),
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
                _ => None,
            };
            let ((), extent) = self.measured(|walk| match expr {
                Some(expr) => walk.expr(expr, env),
                None => walk.argument(name, known, arg, env),
            })?;
            bare.push(expr);
            sizes.push(extent.bytes);
        }
        let at = |position: usize| bare.get(position.wrapping_sub(1)).copied().flatten();
        let refused = || unplaced(Rule::FunctionArguments, name);
        if let Some(expr) = known.regex.and_then(at) {
            super::pattern::safe(expr)?;
        }
        if known.config && args.len() > 1 {
            at(1).and_then(literal_of).ok_or_else(refused)?;
        }
        if let Some(position) = known.path {
            let path = at(position).and_then(literal_of).ok_or_else(refused)?;
            super::pattern::plain_path(path)?;
        }
        if let Some(position) = known.format {
            at(position)
                .and_then(literal_of)
                .filter(|format| super::pattern::modest_format(format))
                .ok_or_else(refused)?;
        }
        if let Some((position, most)) = known.literal {
            let width = at(position).ok_or_else(refused)?;
            let fits = whole_number(width).is_some_and(|value| value <= u64::from(most));
            // Oracle makes no text of more than its own limit of a literal, whatever the width, only of a CLOB.
            let literal =
                self.facts.calls.padded_literals_are_bounded && at(1).is_some_and(|first| literal_of(first).is_some());
            if !fits && !literal {
                return Err(refused());
            }
        }
        if matches!(name, "POWER" | "POW")
            && let Some(exponent) = at(2)
        {
            super::growth::exponent(exponent)?;
        }
        clauses.iter().try_for_each(|clause| self.clause(clause, env))?;
        Ok((bare, sizes))
    }

    fn argument(&mut self, name: &str, known: &lists::Function, arg: &FunctionArg, env: Env<'_, 'i>) -> Checked {
        let refused = || unplaced(Rule::FunctionArguments, name);
        match arg {
            FunctionArg::Unnamed(FunctionArgExpr::Wildcard) if known.star => Ok(()),
            FunctionArg::Named { name: key, arg: FunctionArgExpr::Expr(expr), operator } if known.named => {
                match operator {
                    // `name => value`: the name is a word of the function, not of the statement.
                    FunctionArgOperator::RightArrow => {}
                    // `'key' VALUE value`: a literal that the parser reads as a name, or a column.
                    FunctionArgOperator::Value if key.quote_style == Some('\'') => {
                        absent(key.value.contains('\''), "JSON_OBJECT")?;
                    }
                    FunctionArgOperator::Value => self.bare(key, env)?,
                    _ => return Err(refused()),
                }
                self.expr(expr, env)
            }
            FunctionArg::ExprNamed { name: key, arg: FunctionArgExpr::Expr(expr), operator } if known.named => {
                match operator {
                    FunctionArgOperator::Value => self.expr(key, env)?,
                    FunctionArgOperator::RightArrow if matches!(key, Expr::Identifier(_)) => {}
                    _ => return Err(refused()),
                }
                let with_clauses = self.facts.calls.json_clauses && name.starts_with("JSON_");
                let expr = if with_clauses { self.before_clauses(expr)? } else { expr };
                self.expr(expr, env)
            }
            FunctionArg::Unnamed(FunctionArgExpr::QualifiedWildcard(row)) => {
                Err(unplaced(Rule::WholeRow, format!("{row}.*")))
            }
            FunctionArg::Unnamed(_) | FunctionArg::Named { .. } | FunctionArg::ExprNamed { .. } => Err(refused()),
        }
    }

    fn clause(&mut self, clause: &FunctionArgumentClause, env: Env<'_, 'i>) -> Checked {
        match clause {
            FunctionArgumentClause::IgnoreOrRespectNulls(_)
            | FunctionArgumentClause::JsonNullClause(_)
            | FunctionArgumentClause::OnOverflow(ListAggOnOverflow::Error) => Ok(()),
            FunctionArgumentClause::OrderBy(list) => self.order_list(list, env),
            FunctionArgumentClause::OnOverflow(ListAggOnOverflow::Truncate { filler, with_count: _ }) => {
                let literal = filler.as_ref().is_none_or(|filler| literal_of(filler).is_some());
                absent(!literal, "ON OVERFLOW TRUNCATE")
            }
            FunctionArgumentClause::JsonReturningClause(JsonReturningClause { data_type }) => {
                self.returned(&data_type.to_string())
            }
            FunctionArgumentClause::Where(_) => Err(unsupported("WHERE")),
            FunctionArgumentClause::Limit(_) => Err(unsupported("LIMIT")),
            FunctionArgumentClause::Having(_) => Err(unsupported("HAVING")),
            FunctionArgumentClause::Separator(_) => Err(unsupported("SEPARATOR")),
        }
    }

    pub(super) fn window(&mut self, spec: &WindowSpec, env: Env<'_, 'i>) -> Checked {
        let WindowSpec { window_name, partition_by, order_by, window_frame } = spec;
        window_name.iter().try_for_each(|name| self.named_window(name, env))?;
        self.exprs(partition_by, env)?;
        self.order_list(order_by, env)?;
        let Some(WindowFrame { units: _, start_bound, end_bound }) = window_frame else { return Ok(()) };
        for bound in std::iter::once(start_bound).chain(end_bound) {
            match bound {
                WindowFrameBound::CurrentRow
                | WindowFrameBound::Preceding(None)
                | WindowFrameBound::Following(None) => {}
                WindowFrameBound::Preceding(Some(expr)) | WindowFrameBound::Following(Some(expr)) => {
                    self.expr(expr, env)?;
                }
            }
        }
        Ok(())
    }
}
