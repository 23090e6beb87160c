//! `*`: every column of a source or of all; where some are closed, the others by name.
//!
//! The walk does not change the tree. It notes what to write in place of each such `*`, and the guard checks the text
//! that comes of it from the beginning: what runs has passed by itself, and no `*` in it covers a closed column.

use std::collections::BTreeSet;

use sqlparser::ast::helpers::attached_token::AttachedToken;
use sqlparser::ast::{SelectItemQualifiedWildcardKind, WildcardAdditionalOptions};
use sqlparser::tokenizer::Location;

use crate::dialects::QualifiedStar;
use crate::spelling_out::Unsaid;

use super::super::fault::{Checked, Fault, unplaced};
use super::super::lexical::LONGEST;
use super::super::names::{key, parts, written};
use super::super::refusal::Rule;
use super::super::scope::{Has, Output, Shape, Source};
use super::from::From;
use super::{Walk, absent, unsupported};

/// Columns of one source that a refusal names at most; a message shows fewer.
const MOST_NAMED: usize = 100;

impl<'i> Walk<'i> {
    pub(super) fn wildcard(
        &mut self,
        options: &WildcardAdditionalOptions,
        from: &From<'i>,
        columns: &mut Vec<Output>,
    ) -> Checked {
        let sources = &from.sources;
        let place = plain_star(options)?;
        absent(sources.is_empty(), "*")?;
        if !sources.iter().any(has_closed) {
            return self.star(sources.iter(), &from.dropped, columns);
        }
        let items =
            if from.merged.is_empty() { self.each_source(sources, columns) } else { self.each_column(from, columns) };
        let items = items.ok_or_else(|| self.closed(sources.iter()))?;
        self.spell_out(place, items.join(", "), sources)
    }

    pub(super) fn qualified_wildcard(
        &mut self,
        kind: &SelectItemQualifiedWildcardKind,
        options: &WildcardAdditionalOptions,
        from: &From<'i>,
        columns: &mut Vec<Output>,
    ) -> Checked {
        let place = plain_star(options)?;
        let source = self.qualified_star(kind, &from.sources)?;
        if !has_closed(source) {
            return self.star(std::iter::once(source), &BTreeSet::new(), columns);
        }
        // Where `t.*` leaves out what USING merged, that takes no qualifier either. Where it gives the merged value, a
        // RIGHT or FULL join may leave the column itself empty.
        let partial = !from.merged.is_empty()
            && match self.facts.scopes.qualified_star {
                QualifiedStar::WithoutMerged => true,
                QualifiedStar::Own => false,
                QualifiedStar::MergedValues => {
                    from.turned && from.merged.iter().any(|name| source.column(name) != Has::No)
                }
            };
        let names = self.open_outputs(source, columns);
        let items = names.filter(|_| !partial).ok_or_else(|| self.closed(std::iter::once(source)))?;
        // The qualifier stands before the star already.
        let list = items.join(&format!(", {kind}").replace(".*", "."));
        self.spell_out(place, list, std::slice::from_ref(source))
    }

    /// Refuses a position or a list of names where a `*` has left columns out: the others would move into their places.
    pub(super) fn whole_stars(&self) -> Checked {
        match self.reads.stars().next() {
            Some(open) => Err(unplaced(Rule::StarDenied, "*").instead(open)),
            None => Ok(()),
        }
    }

    /// Notes what to write in place of a `*`, unless the text becomes too long with it.
    fn spell_out(&mut self, place: Location, list: String, sources: &[Source<'i>]) -> Checked {
        let others = self.reads.stars().map(str::len).sum::<usize>();
        if others + list.len() > LONGEST {
            return Err(self.closed(sources.iter()));
        }
        self.reads.unsaid.push((place, Unsaid::Columns(list)));
        Ok(())
    }

    /// The columns of sources with closed ones, and `source.*` for the others.
    fn each_source(&mut self, sources: &[Source<'i>], columns: &mut Vec<Output>) -> Option<Vec<String>> {
        let mut items = Vec::new();
        for source in sources {
            let prefix = written(self.dialect, source.name.as_deref()?);
            if has_closed(source) {
                items.extend(self.open_outputs(source, columns)?.iter().map(|name| format!("{prefix}.{name}")));
            } else {
                self.star(std::iter::once(source), &BTreeSet::new(), columns).ok()?;
                items.push(format!("{prefix}.*"));
            }
        }
        Some(items)
    }

    /// Every column where a join made one of two: that one without qualifier, once. SQLite keeps it in its place, the
    /// others put it first; in which order they put several is not written here, and they are refused. So is a name that
    /// a further source has as well, which would be ambiguous without qualifier.
    fn each_column(&mut self, from: &From<'i>, columns: &mut Vec<Output>) -> Option<Vec<String>> {
        let in_place = self.facts.scopes.merged_columns_stay;
        let mut first: Vec<(Output, String)> = Vec::new();
        let mut rest: Vec<(Output, String)> = Vec::new();
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for source in &from.sources {
            let prefix = written(self.dialect, source.name.as_deref()?);
            let mut outputs = Vec::new();
            let names = self.open_outputs(source, &mut outputs)?;
            for (output, name) in outputs.into_iter().zip(names) {
                match output.key.as_deref().filter(|key| from.merged.contains(*key)) {
                    None => rest.push((output, format!("{prefix}.{name}"))),
                    Some(key) if from.dropped.contains(&(source.id, key.to_owned())) => {}
                    Some(key) if !seen.insert(key.to_owned()) => return None,
                    Some(_) if in_place => rest.push((output, name)),
                    Some(_) => first.push((output, name)),
                }
            }
        }
        let known = in_place || first.len() < 2;
        let (outputs, items): (Vec<Output>, Vec<String>) = first.into_iter().chain(rest).unzip();
        columns.extend(outputs);
        known.then_some(items)
    }

    /// Gives the open columns of a source and how each is written; notes the closed ones that are left out. `None`
    /// where a column has no name.
    fn open_outputs(&mut self, source: &Source<'i>, columns: &mut Vec<Output>) -> Option<Vec<String>> {
        let dialect = self.dialect;
        match &source.shape {
            Shape::Table(table) => {
                self.look_at(table.columns.len()).ok()?;
                let (open, closed): (Vec<_>, Vec<_>) = table.columns.iter().partition(|column| column.open);
                let named = |column: &super::super::index::Column| format!("{}.{}", table.shown, column.shown);
                self.reads.left_out.extend(closed.into_iter().map(named));
                columns.extend(open.iter().map(|one| one.output()));
                Some(open.into_iter().map(|column| column.written.clone()).collect())
            }
            Shape::Derived(outputs) => {
                self.look_at(outputs.len()).ok()?;
                columns.extend(outputs.iter().cloned());
                outputs.iter().map(|output| output.key.as_deref().map(|key| written(dialect, key))).collect()
            }
        }
    }

    /// The refusal that names what may be written instead.
    fn closed<'s>(&self, sources: impl Iterator<Item = &'s Source<'i>>) -> Fault
    where
        'i: 's,
    {
        let open: Vec<String> =
            sources.flat_map(|source| self.qualified_columns(source).into_iter().take(MOST_NAMED)).collect();
        unplaced(Rule::StarDenied, "*").instead(open.join(", "))
    }

    fn qualified_star<'s>(
        &self,
        kind: &SelectItemQualifiedWildcardKind,
        sources: &'s [Source<'i>],
    ) -> Checked<&'s Source<'i>> {
        let SelectItemQualifiedWildcardKind::ObjectName(name) = kind else { return Err(unsupported("(…).*")) };
        let parts = parts(name).ok_or_else(|| unsupported(&format!("{name}.*")))?;
        let keys: Vec<String> = parts.iter().map(|part| key(self.dialect, part)).collect();
        let found = sources.iter().find(|source| match keys.as_slice() {
            [one] => source.name.as_ref() == Some(one),
            [schema, one] => {
                !source.aliased && source.table().is_some_and(|table| &table.schema == schema && &table.name == one)
            }
            _ => false,
        });
        found.ok_or_else(|| unplaced(Rule::ColumnUnknown, format!("{name}.*")))
    }

    /// Every column of the sources but those `dropped`, when all of them are open.
    pub(crate) fn star<'s>(
        &mut self,
        sources: impl Iterator<Item = &'s Source<'i>>,
        dropped: &BTreeSet<(u32, String)>,
        columns: &mut Vec<Output>,
    ) -> Checked
    where
        'i: 's,
    {
        for source in sources {
            if has_closed(source) {
                return Err(self.closed(std::iter::once(source)));
            }
            let outputs: Vec<Output> = match &source.shape {
                Shape::Table(table) => {
                    self.look_at(table.columns.len())?;
                    self.read_whole(table);
                    table.columns.iter().map(super::super::index::Column::output).collect()
                }
                Shape::Derived(outputs) => {
                    self.look_at(outputs.len())?;
                    outputs.to_vec()
                }
            };
            let is_dropped = |output: &Output| {
                !dropped.is_empty()
                    && output.key.as_deref().is_some_and(|key| dropped.contains(&(source.id, key.to_owned())))
            };
            columns.extend(outputs.into_iter().filter(|output| !is_dropped(output)));
        }
        Ok(())
    }
}

/// Tells whether it is a relation of which the policy closes a column, or opens no more than it names.
fn has_closed(source: &Source<'_>) -> bool {
    source.table().is_some_and(|table| table.partly)
}

/// Where a `*` stands that has nothing after it.
fn plain_star(options: &WildcardAdditionalOptions) -> Checked<Location> {
    let WildcardAdditionalOptions {
        wildcard_token: AttachedToken(token),
        opt_ilike,
        opt_exclude,
        opt_except,
        opt_replace,
        opt_rename,
        opt_alias,
    } = options;
    let plain = opt_ilike.is_none() && opt_exclude.is_none() && opt_except.is_none();
    absent(!plain || opt_replace.is_some() || opt_rename.is_some() || opt_alias.is_some(), "* …")?;
    Ok(token.span.start)
}
