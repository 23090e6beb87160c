//! FROM: stored tables, common table expressions, derived tables and VALUES.

use super::Writer;
use super::company::Kind;
use super::scope::{Column, Scope, Source, bare};
use crate::domain::Dialect;

/// A FROM as it is written, what it gives, and what the WHERE clause must say to link what only commas join.
#[derive(Debug)]
pub(super) struct From {
    pub(super) text: String,
    pub(super) scope: Scope,
    pub(super) link: Option<String>,
    /// The index of the first source after the last comma: ON sees no others.
    pub(super) tree: usize,
}

impl Writer {
    /// A FROM of so many sources at most.
    pub(super) fn from(&mut self, most: usize, outer: &[Source], depth: u8) -> From {
        let scope = Scope { outer: outer.to_vec(), ..Scope::default() };
        let mut from = From { text: String::new(), scope, link: None, tree: 0 };
        let (text, source) = self.source(&from.scope, depth);
        from.text = text;
        from.scope.sources.push(source);
        let more = if most > 1 && self.dice.percent(55) { 1 + self.dice.below(most - 1) } else { 0 };
        for _ in 0..more {
            self.join(&mut from, depth);
        }
        from
    }

    /// A single source, under a name that nothing in reach has.
    pub(super) fn source(&mut self, scope: &Scope, depth: u8) -> (String, Source) {
        let (mut text, mut source) = match self.dice.below(10) {
            0 if depth > 0 => return self.derived(scope, depth - 1),
            8 if self.dice.percent(40) => return self.whole_table(scope),
            1 if depth > 0 && self.dialect != Dialect::Oracle => return self.values(scope),
            2..=7 if !self.ctes.is_empty() => {
                let ctes = self.ctes.clone();
                let cte = ctes[self.dice.below(ctes.len())].clone();
                (cte.name.clone(), cte)
            }
            _ => self.any_table(),
        };
        let taken = scope.in_reach();
        if self.dice.percent(75) || taken.iter().any(|one| bare(&one.name) == bare(&source.name)) {
            let name = self.source_name(&taken);
            text.push_str(&self.as_source(&name));
            source.name = name;
        }
        (text, source)
    }

    /// Everything of a table, as a query.
    fn whole_table(&mut self, scope: &Scope) -> (String, Source) {
        let (text, table) = self.any_table();
        let filter = self.filter(&Scope { sources: vec![table.clone()], ..Scope::default() }, None, 0);
        let name = self.source_name(&scope.in_reach());
        let named = self.as_source(&name);
        (format!("(SELECT * FROM {text}{filter}){named}"), Source { name, ..table })
    }

    fn derived(&mut self, scope: &Scope, depth: u8) -> (String, Source) {
        let name = self.source_name(&scope.in_reach());
        let query = self.inner_query(&[], depth);
        let columns = query.columns();
        let named = self.as_source(&name);
        // PostgreSQL alone takes other names for the columns there.
        if self.dialect == Dialect::Postgres && self.dice.percent(20) {
            let (columns, list) = renamed(columns, "col");
            return (format!("({}){named}{list}", query.text), Source { name, columns, key: None });
        }
        (format!("({}){named}", query.text), Source { name, columns, key: None })
    }

    fn values(&mut self, scope: &Scope) -> (String, Source) {
        let name = self.source_name(&scope.in_reach());
        let rows: Vec<String> =
            (0..=self.dice.below(3)).map(|row| format!("({}, {})", row + 1, self.text_literal())).collect();
        let named = self.as_source(&name);
        let postgres = self.dialect == Dialect::Postgres;
        let own = if postgres { ["num", "\"Étiquette\""] } else { ["column1", "column2"] };
        let list = if postgres { format!("({})", own.join(", ")) } else { String::new() };
        let columns = [Kind::Int, Kind::Text].into_iter().zip(own);
        let columns = columns.map(|(kind, written)| Column { written: written.to_owned(), kind }).collect();
        (format!("(VALUES {}){named}{list}", rows.join(", ")), Source { name, columns, key: None })
    }
}

/// Columns under names of one letter and a number, and the list that names them so.
pub(super) fn renamed(columns: Vec<Column>, letter: &str) -> (Vec<Column>, String) {
    let named = |(at, column)| Column { written: format!("{letter}{at}"), ..column };
    let columns: Vec<Column> = columns.into_iter().enumerate().map(named).collect();
    let list: Vec<&str> = columns.iter().map(|column| column.written.as_str()).collect();
    let list = format!("({})", list.join(", "));
    (columns, list)
}
