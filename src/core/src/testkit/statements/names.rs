//! Names: in quotes or not, aliases, and the tables under them.

use super::Writer;
use super::company::{Kind, TABLES, Table, is_closed, is_plain, stored};
use super::scope::{Column, Source, bare};
use crate::domain::Dialect;

/// Names for columns that are computed; none is the name of a stored column.
const ALIASES: [&str; 10] = ["n", "amt", "label", "Montant €", "Some Name", "né", "k2", "from", "Label", "a.b"];
/// Names for sources.
const SOURCES: [&str; 9] = ["a", "b", "c", "o2", "t_1", "Src", "é", "cmd", "group"];

impl Writer {
    /// A stored name as somebody writes it.
    pub(super) fn written(&mut self, name: &str) -> String {
        if is_plain(name) && !self.dice.percent(8) { name.to_owned() } else { self.quoted(&stored(self.dialect, name)) }
    }

    /// A name in one of the dialect's quotes.
    pub(super) fn quoted(&mut self, name: &str) -> String {
        match if self.dialect == Dialect::Sqlite { self.dice.below(6) } else { 0 } {
            4 => format!("[{name}]"),
            5 => format!("`{name}`"),
            _ => format!("\"{name}\""),
        }
    }

    /// An alias that is none of those taken already, as it is written.
    pub(super) fn alias(&mut self, taken: &[String]) -> String {
        self.fresh(&ALIASES, taken)
    }

    /// A name for a source that none of those in reach has.
    pub(super) fn source_name(&mut self, taken: &[&Source]) -> String {
        let taken: Vec<String> = taken.iter().map(|source| source.name.clone()).collect();
        self.fresh(&SOURCES, &taken)
    }

    fn fresh(&mut self, choice: &[&str], taken: &[String]) -> String {
        let taken: Vec<String> = taken.iter().map(|one| bare(one)).collect();
        let name = self.dice.pick(choice);
        let mut fresh = name.to_owned();
        let mut number = 1;
        while taken.contains(&bare(&fresh)) {
            number += 1;
            fresh = format!("{name}{number}");
        }
        let plain = is_plain(&fresh) && !["from", "group"].contains(&fresh.as_str());
        if plain { fresh } else { self.quoted(&fresh) }
    }

    /// A stored table as a source, without the alias that it may get. Its text says the schema where a common table
    /// expression hides its name.
    pub(super) fn stored_table(&mut self, table: &Table) -> (String, Source) {
        let (name, fields, _) = table;
        let open = fields.iter().filter(|(field, _)| !is_closed(name, field));
        let open: Vec<(&str, Kind)> = open.copied().collect();
        let columns: Vec<Column> =
            open.into_iter().map(|(field, kind)| Column { written: self.written(field), kind }).collect();
        let written = self.written(name);
        let hidden = self.ctes.iter().any(|cte| cte.name == *name);
        let schema = match self.dialect {
            Dialect::Oracle => "crm",
            Dialect::Postgres => "public",
            Dialect::Sqlite => "main",
        };
        let text = if hidden || self.dice.percent(4) { format!("{schema}.{written}") } else { written.clone() };
        let key = Some(columns[0].written.clone());
        (text, Source { name: written, columns, key })
    }

    /// Any stored table.
    pub(super) fn any_table(&mut self) -> (String, Source) {
        let table = self.dice.pick(&TABLES);
        self.stored_table(&table)
    }

    /// ` AS name` or ` name`, as the dialect takes it for a source.
    pub(super) fn as_source(&mut self, name: &str) -> String {
        let with = self.dialect != Dialect::Oracle && self.dice.percent(50);
        if with { format!(" AS {name}") } else { format!(" {name}") }
    }

    /// ` AS name` or ` name` of a column.
    pub(super) fn as_column(&mut self, name: &str) -> String {
        if self.dice.percent(65) { format!(" AS {name}") } else { format!(" {name}") }
    }
}
