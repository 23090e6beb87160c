//! Words in double quotes beside a comparison: SQLite reads one that names nothing as a text.
//!
//! The walk only notes them. The text that has them in single quotes passes the guard by itself, and the person is told.

use sqlparser::ast::{Expr, Ident};

use crate::fault::{Checked, fault};
use crate::index::Table;
use crate::names::{key, written};
use crate::refusal::Rule;
use crate::scope::{Env, Has};
use crate::spelling_out::Unsaid;
use crate::walk::Walk;

/// Names of SQLite that no catalog lists: the number of a row, and hidden columns of functions in FROM and of full text.
const HIDDEN: &[&str] = &["_rowid_", "docid", "json", "oid", "rank", "root", "rowid"];

impl<'i> Walk<'i> {
    /// One side of a comparison, which may be a text in double quotes where the other sides are more than constants:
    /// what is compared with a constant alone was meant as a column.
    pub(crate) fn compared(&mut self, side: &Expr, others: &[&Expr], env: Env<'_, 'i>) -> Checked {
        match self.loose_text(side, env) {
            Some(ident) if !others.iter().all(|other| self.is_constant(other, env)) => self.read_as_text(ident, env),
            _ => self.expr(side, env),
        }
    }

    /// A word in double quotes that names nothing here.
    fn loose_text<'e>(&self, expr: &'e Expr, env: Env<'_, 'i>) -> Option<&'e Ident> {
        match expr {
            Expr::Identifier(ident) if self.facts.texts.text_in_double_quotes && ident.quote_style == Some('"') => {
                (!names_something(&key(self.dialect, ident), env)).then_some(ident)
            }
            Expr::Nested(inner) => self.loose_text(inner, env),
            _ => None,
        }
    }

    /// Tells whether an expression is a literal, or a word that may be read as one.
    pub(crate) fn is_constant(&self, expr: &Expr, env: Env<'_, 'i>) -> bool {
        match expr {
            Expr::Value(_) => true,
            Expr::Nested(inner) | Expr::UnaryOp { expr: inner, .. } => self.is_constant(inner, env),
            other => self.loose_text(other, env).is_some(),
        }
    }

    fn read_as_text(&mut self, ident: &Ident, env: Env<'_, 'i>) -> Checked {
        let name = key(self.dialect, ident);
        let dotted = self.dotted_name(&ident.value, env).is_some();
        if dotted || HIDDEN.contains(&name.as_str()) || self.index.closes(&name) {
            return self.expr(&Expr::Identifier(ident.clone()), env);
        }
        self.reads.unsaid.push((ident.span.start, Unsaid::Text(ident.value.clone())));
        Ok(())
    }

    /// `"table.column"`, quoted as one name, as it must be written.
    pub(crate) fn dotted_name(&self, value: &str, env: Env<'_, 'i>) -> Option<String> {
        let (table, column) = value.split_once('.')?;
        let keys = [table, column].map(str::to_ascii_lowercase);
        let mut levels = env.levels().flat_map(|scope| scope.sources);
        let is_column = |has| matches!(has, Has::Yes { .. });
        let source = levels.any(|one| one.name.as_ref() == Some(&keys[0]) && is_column(one.column(&keys[1])));
        let known = || self.index.find(None, &keys[0]).filter(|table| table.open)?.column(&keys[1]);
        let is_name = source || known().is_some_and(|column| column.open);
        is_name.then(|| format!("{}.{}", written(self.dialect, table), written(self.dialect, column)))
    }

    /// Refuses a text that is the name of a column of any relation that is read: SQLite looks further for names than the
    /// walk does, into tables that come later in FROM and into select lists around.
    pub(crate) fn texts_name_nothing(&self) -> Checked {
        for (place, word) in self.reads.texts() {
            let name = word.to_ascii_lowercase();
            // SQLite numbers columns of the same name: `id:1`.
            let plain = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches(':');
            let known = |table: &&Table| table.column(&name).or_else(|| table.column(plain)).is_some();
            if self.nameless || self.tables.iter().any(known) {
                let span = sqlparser::tokenizer::Span::new(place, place);
                return Err(fault(Rule::ColumnUnknown, span, word));
            }
        }
        Ok(())
    }
}

/// Tells whether a word is a column, an alias of a select list or a source here or around.
fn names_something(name: &str, env: Env<'_, '_>) -> bool {
    env.levels().any(|scope| {
        let mut sources = scope.sources.iter();
        scope.aliases.contains_key(name)
            || sources.any(|source| source.name.as_deref() == Some(name) || source.column(name) != Has::No)
    })
}
