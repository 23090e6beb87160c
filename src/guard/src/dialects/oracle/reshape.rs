//! Pivots and row patterns: sources whose columns are computed from another's.

use std::collections::BTreeSet;
use std::rc::Rc;

use sqlparser::ast::{
    AfterMatchSkip, Expr, ExprWithAlias, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, MatchRecognizePattern,
    MatchRecognizeSymbol, Measure, PivotValueSource, RepetitionQuantifier, RowsPerMatch, SymbolDefinition, TableFactor,
};

use crate::extent::Extent;
use crate::fault::{Checked, unplaced};
use crate::names::key;
use crate::refusal::Rule;
use crate::scope::{Env, Output, Scope, Source};
use crate::walk::links::Links;
use crate::walk::literal::literal_of;
use crate::walk::{Walk, absent, unsupported};

impl<'i> Walk<'i> {
    pub(crate) fn reshape(
        &mut self,
        factor: &TableFactor,
        lateral: Env<'_, 'i>,
        env: Env<'_, 'i>,
        links: &mut Links,
    ) -> Checked<Source<'i>> {
        absent(!self.facts.from.reshaped, "PIVOT")?;
        match factor {
            TableFactor::Pivot { table, aggregate_functions, value_column, value_source, default_on_null, alias } => {
                absent(default_on_null.is_some(), "DEFAULT ON NULL")?;
                let inner = self.inner(table, lateral, env, links)?;
                let outputs = self.pivot(inner, aggregate_functions, value_column, value_source, env)?;
                self.source(Rc::new(outputs.into()), alias.as_ref(), None)
            }
            TableFactor::Unpivot { table, value, name, columns, null_inclusion: _, alias } => {
                let inner = self.inner(table, lateral, env, links)?;
                let outputs = self.unpivot(inner, value, name, columns, env)?;
                self.source(Rc::new(outputs.into()), alias.as_ref(), None)
            }
            _ => Err(unsupported("PIVOT")),
        }
    }

    /// Every column that neither the aggregates nor FOR use, and those that the values make.
    fn pivot(
        &mut self,
        inner: Source<'i>,
        aggregates: &[ExprWithAlias],
        value_column: &[Expr],
        values: &PivotValueSource,
        env: Env<'_, 'i>,
    ) -> Checked<Vec<Output>> {
        let mut outputs = self.all_columns(&inner)?;
        let sources = [inner];
        let scope = Scope::new(&sources, None);
        let mut used = self.columns_named(value_column, env.within(&scope))?;
        for ExprWithAlias { expr, alias } in aggregates {
            used.extend(self.aggregate(expr, env.within(&scope))?);
            alias.iter().try_for_each(crate::walk::factor::given_name)?;
        }
        outputs.retain(|output| output.key.as_deref().is_none_or(|key| !used.iter().any(|one| one == key)));
        let PivotValueSource::List(values) = values else { return Err(unsupported("PIVOT … IN (ANY)")) };
        for value in values {
            outputs.extend(self.pivoted(value, aggregates)?);
        }
        Ok(outputs)
    }

    /// Every column that is not made a row, the name of the one that was, and its value.
    fn unpivot(
        &mut self,
        inner: Source<'i>,
        value: &Expr,
        name: &Ident,
        columns: &[ExprWithAlias],
        env: Env<'_, 'i>,
    ) -> Checked<Vec<Output>> {
        let mut outputs = self.all_columns(&inner)?;
        let sources = [inner];
        let scope = Scope::new(&sources, None);
        let mut used = Vec::new();
        for ExprWithAlias { expr, alias } in columns {
            used.extend(self.columns_named(std::slice::from_ref(expr), env.within(&scope))?);
            // The value beside a column may be a literal, which the parser reads as an alias.
            let quoted = alias.as_ref().is_some_and(|alias| alias.quote_style == Some('\''));
            alias.iter().filter(|_| !quoted).try_for_each(crate::walk::factor::given_name)?;
        }
        outputs.retain(|output| output.key.as_deref().is_none_or(|key| !used.iter().any(|one| one == key)));
        let values = match value {
            Expr::Tuple(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        let values = values.iter().map(|value| match value {
            Expr::Identifier(ident) => Ok(ident),
            _ => Err(unsupported("UNPIVOT ((…))")),
        });
        for ident in std::iter::once(Ok(name)).chain(values) {
            let ident = ident?;
            crate::walk::factor::given_name(ident)?;
            outputs.push(Output::opaque(key(self.dialect, ident)));
        }
        Ok(outputs)
    }

    /// The one source that is reshaped.
    fn inner(
        &mut self,
        table: &TableFactor,
        lateral: Env<'_, 'i>,
        env: Env<'_, 'i>,
        links: &mut Links,
    ) -> Checked<Source<'i>> {
        let mut from = self.deeper(|walk| walk.factor(table, false, lateral, env, links))?;
        match (from.sources.pop(), from.sources.is_empty()) {
            (Some(source), true) => Ok(source),
            _ => Err(unsupported("(… JOIN …) PIVOT")),
        }
    }

    /// Every column of the source, all of which the result keeps or groups by.
    fn all_columns(&mut self, source: &Source<'i>) -> Checked<Vec<Output>> {
        let mut outputs = Vec::new();
        self.star(std::iter::once(source), &BTreeSet::new(), &mut outputs)?;
        Ok(outputs)
    }

    /// Plain columns only: what is left over is known exactly.
    fn columns_named(&mut self, exprs: &[Expr], env: Env<'_, 'i>) -> Checked<Vec<String>> {
        let mut names = Vec::new();
        for expr in exprs {
            self.expr(expr, env)?;
            match expr {
                Expr::Identifier(ident) => names.push(key(self.dialect, ident)),
                Expr::Tuple(list) => names.extend(self.columns_named(list, env)?),
                _ => return Err(unsupported("PIVOT")),
            }
        }
        Ok(names)
    }

    fn aggregate(&mut self, expr: &Expr, env: Env<'_, 'i>) -> Checked<Vec<String>> {
        let Expr::Function(function) = expr else { return Err(unsupported("PIVOT")) };
        self.expr(expr, env)?;
        let FunctionArguments::List(list) = &function.args else { return Err(unsupported("PIVOT")) };
        let mut names = Vec::new();
        for arg in &list.args {
            match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Identifier(ident))) => {
                    names.push(key(self.dialect, ident));
                }
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard | FunctionArgExpr::Expr(Expr::Value(_))) => {}
                _ => return Err(unsupported("PIVOT")),
            }
        }
        Ok(names)
    }

    /// The columns one value of PIVOT makes, one for each aggregate.
    fn pivoted(&mut self, value: &ExprWithAlias, aggregates: &[ExprWithAlias]) -> Checked<Vec<Output>> {
        let ExprWithAlias { expr, alias } = value;
        let nothing = Scope::new(&[], None);
        self.expr(expr, Env::default().within(&nothing))?;
        alias.iter().try_for_each(crate::walk::factor::given_name)?;
        let name = |ident: &Ident| key(self.dialect, ident);
        let own = match (alias, literal_of(expr)) {
            (Some(alias), _) => Some(name(alias)),
            (None, Some(text)) => Some(format!("'{text}'")),
            (None, None) => Some(expr.to_string()),
        };
        let with_aggregate = |aggregate: &ExprWithAlias| match (&own, &aggregate.alias) {
            (Some(own), Some(alias)) => Some(format!("{own}_{}", name(alias))),
            (own, _) => own.clone(),
        };
        let output = |one| Output { key: with_aggregate(one).map(Into::into), json: false, extent: Extent::COLUMN };
        Ok(aggregates.iter().map(output).collect())
    }

    /// A row pattern: the variables of the pattern qualify the columns of its only source.
    pub(crate) fn row_pattern(
        &mut self,
        factor: &TableFactor,
        lateral: Env<'_, 'i>,
        env: Env<'_, 'i>,
        links: &mut Links,
    ) -> Checked<Source<'i>> {
        let TableFactor::MatchRecognize {
            table,
            partition_by,
            order_by,
            measures,
            rows_per_match,
            after_match_skip,
            pattern,
            symbols,
            alias,
        } = factor
        else {
            return Err(unsupported("MATCH_RECOGNIZE"));
        };
        absent(!self.facts.from.reshaped, "MATCH_RECOGNIZE")?;
        let sources = [self.inner(table, lateral, env, links)?];
        let mut variables = Vec::new();
        self.pattern(pattern, false, &mut variables)?;
        let scope = Scope::new(&sources, None);
        self.exprs(partition_by, env.within(&scope))?;
        self.order_list(order_by, env.within(&scope))?;
        let scope = Scope { symbols: &variables, ..scope };
        let mut outputs = self.matched(rows_per_match.as_ref(), &sources[0], partition_by, env.within(&scope))?;
        for SymbolDefinition { symbol, definition } in symbols {
            absent(!variables.contains(&key(self.dialect, symbol)), "DEFINE")?;
            self.expr(definition, env.within(&scope))?;
        }
        for Measure { expr, alias } in measures {
            let ((), extent) = self.measured(|walk| walk.expr(expr, env.within(&scope)))?;
            crate::walk::factor::given_name(alias)?;
            outputs.push(Output { extent, ..Output::opaque(key(self.dialect, alias)) });
        }
        self.skip(after_match_skip.as_ref(), &variables)?;
        self.source(Rc::new(outputs.into()), alias.as_ref(), None)
    }

    /// The columns a match keeps of its source: all of each row, or what the one row is grouped by.
    fn matched(
        &mut self,
        rows: Option<&RowsPerMatch>,
        source: &Source<'i>,
        partition_by: &[Expr],
        env: Env<'_, 'i>,
    ) -> Checked<Vec<Output>> {
        if let Some(RowsPerMatch::AllRows(_)) = rows {
            return self.all_columns(source);
        }
        let names = self.columns_named(partition_by, env)?;
        Ok(names.into_iter().map(Output::opaque).collect())
    }

    fn skip(&self, skip: Option<&AfterMatchSkip>, variables: &[String]) -> Checked {
        match skip {
            None | Some(AfterMatchSkip::PastLastRow | AfterMatchSkip::ToNextRow) => Ok(()),
            Some(AfterMatchSkip::ToFirst(symbol) | AfterMatchSkip::ToLast(symbol)) => {
                absent(!variables.contains(&key(self.dialect, symbol)), "AFTER MATCH SKIP")
            }
        }
    }

    /// The variables of a pattern; a repetition inside a repetition can take exponential time.
    fn pattern(&mut self, pattern: &MatchRecognizePattern, repeated: bool, variables: &mut Vec<String>) -> Checked {
        match pattern {
            MatchRecognizePattern::Symbol(symbol) | MatchRecognizePattern::Exclude(symbol) => {
                self.symbol(symbol, variables)
            }
            MatchRecognizePattern::Permute(_) => Err(unsupported("PERMUTE")),
            MatchRecognizePattern::Concat(list) | MatchRecognizePattern::Alternation(list) => {
                list.iter().try_for_each(|one| self.deeper(|walk| walk.pattern(one, repeated, variables)))
            }
            MatchRecognizePattern::Group(inner) => self.deeper(|walk| walk.pattern(inner, repeated, variables)),
            MatchRecognizePattern::Repetition(inner, quantifier) => {
                let many = match quantifier {
                    RepetitionQuantifier::AtMostOne => false,
                    RepetitionQuantifier::ZeroOrMore | RepetitionQuantifier::OneOrMore => true,
                    RepetitionQuantifier::Exactly(most)
                    | RepetitionQuantifier::AtLeast(most)
                    | RepetitionQuantifier::AtMost(most)
                    | RepetitionQuantifier::Range(_, most) => {
                        if *most > 100 {
                            return Err(unplaced(Rule::Pattern, quantifier.to_string()));
                        }
                        true
                    }
                };
                if many && repeated {
                    return Err(unplaced(Rule::Pattern, "PATTERN"));
                }
                self.deeper(|walk| walk.pattern(inner, repeated || many, variables))
            }
        }
    }

    fn symbol(&self, symbol: &MatchRecognizeSymbol, variables: &mut Vec<String>) -> Checked {
        let MatchRecognizeSymbol::Named(name) = symbol else { return Ok(()) };
        crate::walk::factor::given_name(name)?;
        let name = key(self.dialect, name);
        if !variables.contains(&name) {
            variables.push(name);
        }
        Ok(())
    }
}
