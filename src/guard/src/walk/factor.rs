//! One table, derived table or table function of a FROM.

use std::rc::Rc;

use sqlparser::ast::{
    FunctionArg, FunctionArgExpr, Ident, ObjectName, Query, TableAlias, TableAliasColumnDef, TableFactor,
    TableFunctionArgs, TableSample, TableSampleKind, TableSampleMethod, TableSampleQuantity, TableSampleSeed, Value,
};
use sqlparser::tokenizer::Span;

use crate::dialects::oracle::rewrite::{MARK, Part, part};
use crate::spelling_out::Unsaid;

use super::super::extent::Extent;
use super::super::fault::{Checked, Fault, fault, unplaced};
use super::super::index::{Column, Table};
use super::super::names::{key, parts, written};
use super::super::refusal::Rule;
use super::super::scope::{Ctes, Env, Named, Output, Outputs, Shape, Source};
use super::from::From;
use super::links::Links;
use super::query::whole_number;
use super::recursion::UNKNOWN_ROWS;
use super::{Walk, absent, unsupported};

/// Tables that a refusal names.
const MOST_TABLES: usize = 8;

impl<'i> Walk<'i> {
    /// One factor. `lateral` sees what stands before it in FROM, `env` only what is around the query.
    pub(crate) fn factor(
        &mut self,
        factor: &TableFactor,
        applied: bool,
        lateral: Env<'_, 'i>,
        env: Env<'_, 'i>,
        links: &mut Links,
    ) -> Checked<From<'i>> {
        absent(applied && !is_lateral(factor), "APPLY")?;
        match factor {
            TableFactor::Table { .. } => self.plain(factor, lateral, env).map(one),
            TableFactor::Derived { lateral: is_lateral, subquery, alias, sample } => {
                absent(sample.is_some(), "SAMPLE")?;
                let env = if *is_lateral || applied { lateral } else { self.around(env) };
                self.derived(subquery, alias.as_ref(), env).map(one)
            }
            TableFactor::Function { lateral: _, name, args, with_ordinality, alias } => {
                self.table_function(name, args, *with_ordinality, alias.as_ref(), lateral).map(one)
            }
            TableFactor::UNNEST { alias, array_exprs, with_offset, with_offset_alias, with_ordinality } => {
                absent(*with_offset || with_offset_alias.is_some(), "WITH OFFSET")?;
                let ((), unfolded) = self.measured(|walk| walk.exprs(array_exprs, lateral))?;
                let source = self.function_source("UNNEST", array_exprs.len(), *with_ordinality, alias.as_ref())?;
                let about = super::series::elements_of(array_exprs);
                Ok(one(Source { about, made_rows: elements(unfolded), ..source }))
            }
            TableFactor::JsonTable { json_expr, json_path, columns, alias } => {
                let path = &json_path.value;
                self.json_table(json_expr, path, columns, alias.as_ref(), lateral).map(one)
            }
            TableFactor::NestedJoin { table_with_joins, alias } => {
                absent(alias.is_some(), "(… JOIN …) AS")?;
                self.from(std::slice::from_ref(table_with_joins), env, links)
            }
            TableFactor::Pivot { .. } | TableFactor::Unpivot { .. } => {
                self.reshape(factor, lateral, env, links).map(one)
            }
            TableFactor::MatchRecognize { .. } => self.row_pattern(factor, lateral, env, links).map(one),
            TableFactor::TableFunction { expr, alias } => self.collection(expr, alias.as_ref(), lateral).map(one),
            TableFactor::OpenJsonTable { .. } => Err(unsupported("OPENJSON")),
            TableFactor::UnpivotExpr { .. } => Err(unsupported("UNPIVOT")),
            TableFactor::XmlTable { .. } => self.xml_table(factor, lateral).map(one),
            TableFactor::SemanticView { .. } => Err(unsupported("SEMANTIC_VIEW")),
        }
    }

    /// A name in FROM, with or without brackets behind it.
    fn plain(&mut self, factor: &TableFactor, lateral: Env<'_, 'i>, env: Env<'_, 'i>) -> Checked<Source<'i>> {
        let TableFactor::Table {
            name,
            alias,
            args,
            with_hints,
            version,
            with_ordinality,
            partitions,
            json_path,
            sample,
            index_hints,
        } = factor
        else {
            return Err(unsupported("FROM"));
        };
        absent(version.is_some(), "AS OF")?;
        absent(!with_hints.is_empty() || !index_hints.is_empty(), "WITH (…)")?;
        absent(!partitions.is_empty(), "PARTITION")?;
        absent(json_path.is_some() || (*with_ordinality && args.is_none()), "WITH ORDINALITY")?;
        self.sample(sample.as_ref())?;
        match args {
            None => self.table(name, alias.as_ref(), env),
            Some(args) => {
                absent(sample.is_some(), "SAMPLE")?;
                let TableFunctionArgs { args, settings } = args;
                absent(settings.is_some(), "SETTINGS")?;
                self.table_function(name, args, *with_ordinality, alias.as_ref(), lateral)
            }
        }
    }

    /// Where a derived table that is not lateral looks outwards. Oracle may not look at all, and would then take the
    /// name for a function.
    pub(super) fn around<'s>(&self, env: Env<'s, 'i>) -> Env<'s, 'i> {
        if self.facts.scopes.derived_sees_around { env } else { Env { scope: None, ..env } }
    }

    fn table(&mut self, name: &ObjectName, alias: Option<&TableAlias>, env: Env<'_, 'i>) -> Checked<Source<'i>> {
        let idents = parts(name).ok_or_else(|| unsupported(&name.to_string()))?;
        let keys: Vec<String> = idents.iter().map(|ident| key(self.dialect, ident)).collect();
        let span = idents.first().map_or_else(Span::empty, |ident| ident.span);
        let (schema, relation) = match keys.as_slice() {
            [relation] => (None, relation),
            [schema, relation] => (Some(schema.as_str()), relation),
            _ => return Err(self.unknown_relation(name, "", span)),
        };
        if schema.is_none() {
            match Ctes::find(env.ctes, relation) {
                Named::Cte(cte) => {
                    self.itself += u32::from(cte.itself);
                    self.scans = self.scans.saturating_add(cte.scans);
                    self.joined = self.joined.saturating_add(cte.joined);
                    self.meter.spend(cte.extent, relation).map_err(|fault| fault.or_at(span))?;
                    let source = self.source(Rc::clone(&cte.columns), alias, cte.rows)?;
                    let mut source = Source { about: cte.about, made_rows: cte.made_rows, ..source };
                    self.repeated.extend(cte.itself.then_some(source.id));
                    source.name = source.name.or_else(|| Some(relation.clone()));
                    return Ok(source);
                }
                Named::Pending => return Err(fault(Rule::CteOrder, span, name.to_string())),
                Named::Nothing => {}
            }
        }
        let aliased = self.aliased_part(alias)?;
        let alias = aliased.as_ref().or(alias).filter(|_| !self.is_partition(alias));
        match self.index.find(schema, relation) {
            Some(table) if table.open => {
                // Its path of schemas would let functions and operators there take the place of PostgreSQL's own.
                if schema.is_none() && self.facts.from.schemas_spelled_out {
                    self.reads.unsaid.push((span.start, Unsaid::Schema(written(self.dialect, &table.schema))));
                }
                self.open_table(table, relation, alias)
            }
            Some(_) => Err(fault(Rule::RelationDenied, span, name.to_string())),
            None => Err(self.unknown_relation(name, relation, span)),
        }
    }

    /// Oracle's `t PARTITION (p)` and `t SUBPARTITION (p)`, which the parser reads as an alias: a part of the same rows.
    fn is_partition(&self, alias: Option<&TableAlias>) -> bool {
        let Some(TableAlias { explicit: false, name, columns, at: None }) = alias else { return false };
        let word = ["PARTITION", "SUBPARTITION"].iter().any(|word| name.value.eq_ignore_ascii_case(word));
        let [TableAliasColumnDef { name: part, data_type: None }] = columns.as_slice() else { return false };
        self.facts.from.partitions && word && name.quote_style.is_none() && given_name(part).is_ok()
    }

    /// The alias behind Oracle's `t PARTITION (p) alias`, which the parser reads as one name.
    fn aliased_part(&self, alias: Option<&TableAlias>) -> Checked<Option<TableAlias>> {
        let Some(TableAlias { explicit: false, name, columns, at: None }) = alias else { return Ok(None) };
        let Some(Part { name, alias }) = part(name).filter(|_| self.facts.from.partitions && columns.is_empty()) else {
            return Ok(None);
        };
        given_name(&name)?;
        Ok(Some(TableAlias { explicit: false, name: alias, columns: Vec::new(), at: None }))
    }

    fn unknown_relation(&self, name: &ObjectName, relation: &str, span: Span) -> Fault {
        let near = self.index.nearest(relation).unwrap_or_default();
        fault(Rule::RelationUnknown, span, name.to_string()).instead(near).among(self.index.open_names(), MOST_TABLES)
    }

    /// `named` is the name it is read by, which a synonym changes.
    fn open_table(&mut self, table: &'i Table, named: &str, alias: Option<&TableAlias>) -> Checked<Source<'i>> {
        self.scans = self.scans.saturating_add(1);
        self.joined = self.joined.saturating_add(1);
        self.meter.spend(Extent::RELATION, named)?;
        let rows = table.is_dual().then_some(1);
        if !table.is_dual() {
            self.tables.push(table);
            self.reads.relations.insert(table.shown.clone());
        }
        if alias.is_some_and(|alias| !alias.columns.is_empty()) {
            absent(table.columns.iter().any(|column| !column.open), "AS t (…)")?;
            self.look_at(table.columns.len())?;
            self.read_whole(table);
            let outputs = table.columns.iter().map(Column::output);
            let source = self.source(Rc::new(outputs.collect::<Vec<_>>().into()), alias, rows)?;
            return Ok(Source { about: table.rows, ..source });
        }
        let given = alias.map(|alias| self.table_alias(alias)).transpose()?;
        let aliased = given.is_some();
        let name = given.or_else(|| Some(named.to_owned()));
        let (id, shape) = (self.source_id(), Shape::Table(table));
        Ok(Source { id, name, aliased, shape, rows, about: table.rows, made_rows: 1 })
    }

    /// A computed source under its alias, whose column names take the place of its own.
    pub(crate) fn source(
        &mut self,
        columns: Rc<Outputs>,
        alias: Option<&TableAlias>,
        rows: Option<u64>,
    ) -> Checked<Source<'i>> {
        self.nameless |= columns.iter().any(|output| output.key.is_none());
        let name = alias.map(|alias| self.table_alias(alias)).transpose()?;
        let renamed = alias.map_or(&[][..], |alias| &alias.columns);
        let columns = if renamed.is_empty() { columns } else { self.renamed(&columns, renamed)? };
        let (id, aliased) = (self.source_id(), name.is_some());
        Ok(Source { id, name, aliased, shape: Shape::Derived(columns), rows, about: rows, made_rows: 1 })
    }

    /// The columns under the names of an alias; the rest keep theirs.
    pub(super) fn renamed(&self, columns: &[Output], names: &[TableAliasColumnDef]) -> Checked<Rc<Outputs>> {
        absent(names.len() > columns.len(), "AS t (…)")?;
        if !names.is_empty() {
            self.whole_stars()?;
        }
        let mut columns = columns.to_vec();
        for (column, TableAliasColumnDef { name, data_type }) in columns.iter_mut().zip(names) {
            absent(data_type.is_some(), "AS t (name type)")?;
            given_name(name)?;
            column.key = Some(key(self.dialect, name).into());
        }
        Ok(Rc::new(columns.into()))
    }

    fn table_alias(&self, alias: &TableAlias) -> Checked<String> {
        let TableAlias { explicit, name, columns, at } = alias;
        absent(at.is_some(), "AT")?;
        if !self.facts.from.full_aliases {
            absent(*explicit, "AS").map_err(|fault| fault.or_at(name.span).instead(format!("t {name}")))?;
            absent(!columns.is_empty(), "t (…)")?;
        }
        given_name(name)?;
        let word = name.value.to_uppercase();
        if name.quote_style.is_none() && self.lists.is_clause_word(&word) {
            return Err(fault(Rule::AliasNotAllowed, name.span, name.value.as_str()));
        }
        if self.index.is_callable(&word) {
            return Err(fault(Rule::AliasNotAllowed, name.span, name.value.as_str()));
        }
        Ok(key(self.dialect, name))
    }

    fn derived(&mut self, subquery: &Query, alias: Option<&TableAlias>, env: Env<'_, 'i>) -> Checked<Source<'i>> {
        absent(alias.is_none() && self.facts.from.derived_needs_alias, "FROM (SELECT …)")?;
        let given = self.query_or_values(subquery, env)?;
        self.linked_outwards = given.outwards;
        let source = self.source(given.columns, alias, given.rows)?;
        Ok(Source { about: given.about, made_rows: given.made_rows, ..source })
    }

    fn table_function(
        &mut self,
        name: &ObjectName,
        args: &[FunctionArg],
        ordinality: bool,
        alias: Option<&TableAlias>,
        lateral: Env<'_, 'i>,
    ) -> Checked<Source<'i>> {
        let refused = || unplaced(Rule::FunctionNotAllowed, name.to_string());
        let idents = parts(name).ok_or_else(refused)?;
        let [ident] = idents.as_slice() else { return Err(refused()) };
        if ident.quote_style.is_some() {
            return Err(refused().or_at(ident.span));
        }
        let ((), unfolded) = self.measured(|walk| {
            args.iter().try_for_each(|arg| match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => walk.expr(expr, lateral),
                _ => Err(unplaced(Rule::FunctionArguments, name.to_string()).or_at(ident.span)),
            })
        })?;
        let upper = ident.value.to_uppercase();
        self.bounded_rows(&upper, args).map_err(|fault| fault.or_at(ident.span))?;
        let rows = super::series::rows_of(&upper, args);
        let source =
            self.function_source(&upper, args.len(), ordinality, alias).map_err(|fault| fault.or_at(ident.span))?;
        let made_rows = if upper == "GENERATE_SERIES" { rows.unwrap_or(UNKNOWN_ROWS) } else { elements(unfolded) };
        Ok(Source { about: rows, made_rows, ..source })
    }

    fn function_source(
        &mut self,
        name: &str,
        args: usize,
        ordinality: bool,
        alias: Option<&TableAlias>,
    ) -> Checked<Source<'i>> {
        let lists = self.lists;
        let Some(function) = lists.table_function(name) else { return Err(unplaced(Rule::FunctionNotAllowed, name)) };
        if !function.arity.takes(args) {
            return Err(unplaced(Rule::FunctionArguments, name));
        }
        self.reads.functions.insert(name.to_owned());
        let only = alias.map_or_else(|| name.to_ascii_lowercase(), |alias| key(self.dialect, &alias.name));
        absent(ordinality && !self.facts.from.ordinality, "WITH ORDINALITY")?;
        let names = if function.columns.is_empty() { vec![only.as_str()] } else { function.columns.clone() };
        let names = names.into_iter().chain(ordinality.then_some("ordinality"));
        let outputs = names.map(Output::opaque);
        let mut source = self.source(Rc::new(outputs.collect::<Vec<_>>().into()), alias, None)?;
        source.name = source.name.or_else(|| Some(name.to_ascii_lowercase()));
        Ok(source)
    }

    fn sample(&self, sample: Option<&TableSampleKind>) -> Checked {
        let Some(TableSampleKind::BeforeTableAlias(sample) | TableSampleKind::AfterTableAlias(sample)) = sample else {
            return Ok(());
        };
        let TableSample { modifier: _, name, quantity, seed, bucket, offset } = &**sample;
        absent(!self.facts.from.samples || bucket.is_some() || offset.is_some(), "SAMPLE")?;
        let method = matches!(
            name,
            None | Some(TableSampleMethod::Block | TableSampleMethod::Bernoulli | TableSampleMethod::System)
        );
        absent(!method, "SAMPLE")?;
        if let Some(TableSampleSeed { modifier: _, value }) = seed {
            absent(!matches!(value.value, Value::Number(_, false)), "SEED")?;
        }
        let Some(TableSampleQuantity { parenthesized: true, value, unit: None }) = quantity else {
            return Err(unsupported("SAMPLE"));
        };
        absent(whole_number(value).is_none(), "SAMPLE")
    }
}

/// The most elements that a value of this extent can have: each takes at least two characters.
pub(crate) fn elements(unfolded: Extent) -> u64 {
    (unfolded.bytes / 2).max(1)
}

/// Tells whether APPLY may stand before a factor.
fn is_lateral(factor: &TableFactor) -> bool {
    matches!(factor, TableFactor::Derived { .. } | TableFactor::JsonTable { .. } | TableFactor::XmlTable { .. })
}

fn one(source: Source<'_>) -> From<'_> {
    From { sources: vec![source], ..From::default() }
}

/// A name the statement gives: quoted only with characters that cannot end the quotes.
pub(crate) fn given_name(name: &Ident) -> Checked {
    let operator = ["ISNULL", "NOTNULL"].iter().any(|word| name.value.eq_ignore_ascii_case(word));
    if operator && name.quote_style.is_none() {
        // `a ISNULL` is a test to the database, and an alias to the parser.
        return Err(fault(Rule::Unsupported, name.span, name.value.as_str()).instead("IS NULL"));
    }
    // Only the clauses that `dialects::oracle::rewrite` puts into the tree as one word hold these.
    let clause = name.quote_style.is_none() && (name.value.contains('(') || name.value.contains(MARK));
    let other_quotes = name.quote_style != Some('"') && name.value.contains(['`', '[', ']']);
    let quoted = name.quote_style == Some('\'') || name.value.contains('"') || other_quotes;
    let strange = clause || quoted || name.value.is_empty();
    if strange { Err(fault(Rule::AliasNotAllowed, name.span, name.value.as_str())) } else { Ok(()) }
}
