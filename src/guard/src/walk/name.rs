//! Binds bare and dotted names. A name that binds to nothing may be a function: it is refused.

use sqlparser::ast::{Expr, Ident};

use super::super::extent::Extent;
use super::super::fault::{Checked, Fault, fault};
use super::super::index::Column;
use super::super::names::{key, nearest, written};
use super::super::refusal::Rule;
use super::super::scope::{Env, Has, NO_ALIASES, Scope, Source};
use super::Walk;

/// Columns that a refusal names.
const MOST_COLUMNS: usize = 12;

impl<'i> Walk<'i> {
    /// One name, without dots.
    pub(super) fn bare(&mut self, ident: &Ident, env: Env<'_, 'i>) -> Checked {
        let name = key(self.dialect, ident);
        let mut inside_hierarchy = false;
        // An alias of the select list is not seen by subqueries: there Oracle would call a function of its name.
        let aliases = env.scope.map_or(&NO_ALIASES, |scope| scope.aliases);
        for scope in env.levels() {
            inside_hierarchy |= scope.hierarchy;
            if self.column_of(scope, &name, ident)? {
                return Ok(());
            }
        }
        if let Some(extent) = aliases.get(&name) {
            return self.meter.spend(*extent, &ident.value).map_err(|fault| fault.or_at(ident.span));
        }
        let upper = ident.value.to_uppercase();
        if ident.quote_style.is_none() {
            let hierarchy = inside_hierarchy && self.lists.is_hierarchy(&upper);
            let row = self.lists.is_row(&upper)
                && env.scope.is_some_and(|scope| self.has_row_id(scope.sources.iter(), scope.sources.len() == 1));
            if hierarchy || row || self.lists.is_bare(&upper) {
                self.not_shadowed(&upper).map_err(|fault| fault.or_at(ident.span))?;
                self.reads.functions.insert(upper);
                return Ok(());
            }
        }
        Err(self.unbound(&name, ident, env))
    }

    /// Looks a bare name up among the sources of one level.
    fn column_of(&mut self, scope: &Scope<'_, 'i>, name: &str, ident: &Ident) -> Checked<bool> {
        let mut found: Option<(u32, Option<(&'i str, &'i str)>)> = None;
        let mut behind = Extent::default();
        for source in scope.sources {
            match source.column(name) {
                Has::No => {}
                Has::Closed => return Err(fault(Rule::ColumnDenied, ident.span, ident.value.as_str())),
                Has::Yes { .. } if found.is_some() && !scope.merged.contains(name) => {
                    return Err(fault(Rule::ColumnAmbiguous, ident.span, ident.value.as_str()));
                }
                // A column that a join merged stands for the columns of both sides.
                Has::Yes { origin, json: _, extent } => {
                    found.get_or_insert((source.id, origin));
                    behind = behind.plus(extent);
                }
            }
        }
        let Some((id, origin)) = found else { return Ok(false) };
        self.read(id, origin, behind, &ident.value).map_err(|fault| fault.or_at(ident.span))?;
        Ok(true)
    }

    /// `source.column`, `schema.table.column`, and members of JSON columns.
    pub(super) fn dotted(&mut self, idents: &[Ident], env: Env<'_, 'i>) -> Checked {
        let keys: Vec<String> = idents.iter().map(|ident| key(self.dialect, ident)).collect();
        let found = || idents.iter().map(|ident| ident.value.as_str()).collect::<Vec<_>>().join(".");
        let span = idents.first().map_or_else(sqlparser::tokenizer::Span::empty, |ident| ident.span);
        let Some((source, column)) = env.levels().find_map(|scope| find_source(scope, &keys)) else {
            let known = in_reach(env).into_iter().flat_map(|source| self.qualified_columns(source));
            return Err(fault(Rule::ColumnUnknown, span, found()).among(known, MOST_COLUMNS));
        };
        let name = &keys[column];
        let members = &idents[column + 1..];
        match source.column(name) {
            Has::Yes { origin, json, extent }
                if members.is_empty() || (json && self.plain_members(source, members)) =>
            {
                self.read(source.id, origin, extent, &idents[column].value).map_err(|fault| fault.or_at(span))
            }
            Has::Closed => Err(fault(Rule::ColumnDenied, span, found())),
            Has::No if members.is_empty() && self.is_row_id(source, &idents[column]) => {
                self.touched.push(source.id);
                Ok(())
            }
            Has::Yes { .. } | Has::No => {
                let prefix = self.written(source.name.as_deref().unwrap_or_default());
                let qualified = |name: &str| format!("{prefix}.{}", self.written(name));
                let near = nearest(name, source.open_columns().into_iter()).map(qualified);
                let known = source.open_columns().into_iter().map(qualified);
                let refused = fault(Rule::ColumnUnknown, span, found());
                Err(refused.instead(near.unwrap_or_default()).among(known, MOST_COLUMNS))
            }
        }
    }

    /// Oracle reads `alias.column.member` as JSON only under an alias; a method would have brackets.
    fn plain_members(&self, source: &Source<'_>, members: &[Ident]) -> bool {
        let plain = |member: &Ident| !member.value.is_empty() && !member.value.contains(['"', '\'', '`']);
        self.facts.expressions.json_members && source.aliased && members.iter().all(plain)
    }

    fn is_row_id(&self, source: &Source<'_>, ident: &Ident) -> bool {
        ident.quote_style.is_none()
            && self.lists.is_row(&ident.value.to_uppercase())
            && self.has_row_id(std::iter::once(source), true)
    }

    /// Tells whether one of these has a row number or address that may be read. In SQLite that may be a column under
    /// another name, and with several tables it is ambiguous.
    fn has_row_id<'s>(&self, mut sources: impl Iterator<Item = &'s Source<'i>>, alone: bool) -> bool
    where
        'i: 's,
    {
        let column = self.facts.scopes.row_id_is_a_column;
        (alone || !column) && sources.any(|source| source.table().is_some_and(|table| !column || !table.partly))
    }

    /// The column of a table that a name with or without a qualifier stands for; `None` for what is computed.
    pub(crate) fn stored_column(&self, expr: &Expr, env: Env<'_, 'i>) -> Option<&'i Column> {
        let (qualifier, ident) = match expr {
            Expr::Identifier(ident) => (None, ident),
            Expr::CompoundIdentifier(idents) => match idents.as_slice() {
                [qualifier, ident] => (Some(key(self.dialect, qualifier)), ident),
                _ => return None,
            },
            _ => return None,
        };
        let name = key(self.dialect, ident);
        let meant = |source: &&Source<'i>| match &qualifier {
            Some(qualifier) => source.name.as_ref() == Some(qualifier),
            None => source.column(&name) != Has::No,
        };
        let mut levels = env.levels();
        let source = levels.find_map(|scope| scope.sources.iter().find(meant))?;
        source.table()?.column(&name)
    }

    fn read(&mut self, source: u32, origin: Option<(&'i str, &'i str)>, extent: Extent, name: &str) -> Checked {
        self.touched.push(source);
        self.read_column(origin);
        self.meter.spend(extent, name)
    }

    /// Why a name binds to nothing, with the nearest name a person may read, or the names there are.
    fn unbound(&self, name: &str, ident: &Ident, env: Env<'_, 'i>) -> Fault {
        let sources = in_reach(env);
        if sources.iter().any(|source| source.name.as_deref() == Some(name)) {
            return fault(Rule::WholeRow, ident.span, ident.value.as_str());
        }
        if let Some(instead) = self.word_instead(ident) {
            return fault(Rule::Unsupported, ident.span, ident.value.as_str()).instead(instead);
        }
        let near = || nearest(name, sources.iter().flat_map(|source| source.open_columns()));
        let dotted = self.dotted_name(&ident.value, env);
        let near = dotted.or_else(|| near().map(|near| self.written(near))).unwrap_or_default();
        let plain = |source: &Source<'i>| source.open_columns().into_iter().map(|name| self.written(name)).collect();
        let known = sources.iter().flat_map(|source| -> Vec<String> {
            if sources.len() == 1 { plain(source) } else { self.qualified_columns(source) }
        });
        fault(Rule::ColumnUnknown, ident.span, ident.value.as_str()).instead(near).among(known, MOST_COLUMNS)
    }

    /// Replaces a word of other databases that reads as a name here.
    fn word_instead(&self, ident: &Ident) -> Option<&'static str> {
        match ident.value.to_uppercase().as_str() {
            _ if ident.quote_style.is_some() => None,
            "UNIQUE" => Some("DISTINCT"),
            "SYSDATE" | "SYSTIMESTAMP" => Some("CURRENT_TIMESTAMP"),
            "ROWNUM" => Some("LIMIT 10"),
            word => {
                let mut own = self.facts.advice.instead_of_words.iter();
                own.find(|(one, _)| *one == word).map(|(_, instead)| *instead)
            }
        }
    }

    pub(super) fn qualified_columns(&self, source: &Source<'i>) -> Vec<String> {
        let prefix = source.name.as_deref().map(|name| format!("{}.", self.written(name))).unwrap_or_default();
        source.open_columns().into_iter().map(|name| format!("{prefix}{}", self.written(name))).collect()
    }

    fn written(&self, name: &str) -> String {
        written(self.dialect, name)
    }

    /// A name of the WINDOW clause.
    pub(super) fn named_window(&mut self, ident: &Ident, env: Env<'_, 'i>) -> Checked {
        let name = key(self.dialect, ident);
        let window = env.levels().find_map(|scope| scope.windows.get(&name));
        let extent = window.ok_or_else(|| fault(Rule::ColumnUnknown, ident.span, ident.value.as_str()))?;
        self.meter.spend(*extent, &ident.value).map_err(|fault| fault.or_at(ident.span))
    }
}

/// Every source whose columns a place can read, the nearest first.
fn in_reach<'s, 'i>(env: Env<'s, 'i>) -> Vec<&'s Source<'i>> {
    env.levels().flat_map(|scope| scope.sources).collect()
}

/// The source a dotted name begins with, and which part of the name is the column.
fn find_source<'s, 'i>(scope: &Scope<'s, 'i>, keys: &[String]) -> Option<(&'s Source<'i>, usize)> {
    let by_name = |name: &String| scope.sources.iter().find(|source| source.name.as_ref() == Some(name));
    if keys.len() >= 2 {
        if let Some(source) = by_name(&keys[0]) {
            return Some((source, 1));
        }
        if scope.symbols.contains(&keys[0]) {
            return scope.sources.first().map(|source| (source, 1));
        }
    }
    let qualified = |source: &&Source<'i>| {
        !source.aliased && source.table().is_some_and(|table| table.schema == keys[0] && table.name == keys[1])
    };
    if keys.len() >= 3 { scope.sources.iter().find(qualified).map(|source| (source, 2)) } else { None }
}
