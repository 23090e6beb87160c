//! Queries: what a SELECT gives, and queries inside others.

use super::Writer;
use super::company::Kind;
use super::scope::{Column, Scope, Source};
use crate::domain::Dialect;

/// A query as it is written, and what it gives.
#[derive(Debug, Clone)]
pub(super) struct Query {
    pub(super) text: String,
    pub(super) outputs: Vec<Output>,
    /// True if its rows come in one order only, or in orders that nobody can tell apart.
    pub(super) ordered: bool,
}

/// A column that a query gives: the name it can be read by, where it has one.
#[derive(Debug, Clone)]
pub(super) struct Output {
    pub(super) written: Option<String>,
    pub(super) kind: Kind,
}

impl Query {
    /// Its columns, as a source has them.
    pub(super) fn columns(&self) -> Vec<Column> {
        let named = |output: &Output| Some(Column { written: output.written.clone()?, kind: output.kind });
        self.outputs.iter().filter_map(named).collect()
    }
}

/// Kinds that rows can be ordered and compared by.
pub(super) const COMPARABLE: [Kind; 4] = [Kind::Int, Kind::Text, Kind::Decimal, Kind::Date];

impl Writer {
    /// A query whose columns all have names of their own, the first one a number: something to read from.
    pub(super) fn inner_query(&mut self, outer: &[Source], depth: u8) -> Query {
        let mut kinds = vec![Kind::Int];
        kinds.extend((0..self.dice.below(3)).map(|_| self.dice.pick(&COMPARABLE)).collect::<Vec<_>>());
        let query = match self.dice.below(10) {
            0..=2 if depth > 0 => self.grouped(true, outer, depth),
            3 => {
                let (one, other) = (self.arm(&kinds, true, outer, depth.min(1)), self.arm(&kinds, false, outer, 0));
                Query { text: format!("{} {} {}", one.text, self.set_operator(), other.text), ..one }
            }
            _ => self.arm(&kinds, true, outer, depth),
        };
        if self.dice.percent(15) { self.ended(query, None) } else { query }
    }

    /// A SELECT that gives columns of these kinds.
    pub(super) fn arm(&mut self, kinds: &[Kind], named: bool, outer: &[Source], depth: u8) -> Query {
        let from = self.from(2, outer, depth);
        let mut outputs: Vec<Output> = Vec::new();
        let mut items: Vec<String> = Vec::new();
        for kind in kinds {
            let scope = from.scope.alone();
            let value = self.value(*kind, &scope, depth.min(2));
            let (item, output) = self.item(value, *kind, named || self.dice.clone().percent(50), &outputs);
            items.push(item);
            outputs.push(output);
        }
        let filter = self.filter(&from.scope, from.link.as_deref(), depth);
        let text = format!("SELECT {} FROM {}{filter}", items.join(", "), from.text);
        Query { text, outputs, ordered: false }
    }

    /// An item of a select list, under an alias or not.
    pub(super) fn item(&mut self, value: String, kind: Kind, named: bool, before: &[Output]) -> (String, Output) {
        if !named {
            // SQLite takes a text for an alias, which nothing else reads by that name.
            let quoted = self.dialect == Dialect::Sqlite && self.dice.percent(4);
            let title = if quoted { " AS 'Un titre'" } else { "" };
            return (value + title, Output { written: None, kind });
        }
        let taken: Vec<String> = before.iter().filter_map(|output| output.written.clone()).collect();
        let alias = self.alias(&taken);
        (value + &self.as_column(&alias), Output { written: Some(alias), kind })
    }

    /// A WHERE clause, or nothing where nothing must link the sources.
    pub(super) fn filter(&mut self, scope: &Scope, link: Option<&str>, depth: u8) -> String {
        let more = self.dice.percent(55);
        match link {
            Some(link) if more => format!(" WHERE {link} AND ({})", self.condition(scope, depth.min(2))),
            Some(link) => format!(" WHERE {link}"),
            None if more => format!(" WHERE {}", self.condition(scope, depth.min(2))),
            None => String::new(),
        }
    }

    /// A query that gives one column of one kind, which may look at what is around it.
    pub(super) fn list_query(&mut self, kind: Kind, scope: &Scope, depth: u8) -> String {
        let from = self.from(1, &scope.around(), depth.min(1));
        let value = self.column(kind, &from.scope.alone()).unwrap_or_else(|| self.literal(kind));
        let filter = self.filter(&from.scope, from.link.as_deref(), depth.min(1));
        let limited = from.scope.keys().filter(|_| self.dice.clone().percent(15));
        let tail = limited.map(|keys| self.first_rows(&keys.join(", "))).unwrap_or_default();
        format!("SELECT {value} FROM {}{filter}{tail}", from.text)
    }

    /// A query in brackets that gives one value.
    pub(super) fn scalar_query(&mut self, kind: Kind, scope: &Scope, depth: u8) -> String {
        let from = self.from(1, &scope.around(), depth.min(1));
        let own = from.scope.alone();
        let value = self.column(kind, &own).unwrap_or_else(|| self.literal(kind));
        let value = match kind {
            Kind::Int if self.dice.percent(50) => "COUNT(*)".to_owned(),
            Kind::Json => return self.leaf(kind, scope),
            _ => format!("{}({value})", self.dice.pick(&["MAX", "min"])),
        };
        let filter = self.filter(&from.scope, from.link.as_deref(), depth.min(1));
        format!("(SELECT {value} FROM {}{filter})", from.text)
    }

    /// Writes the subquery of EXISTS.
    pub(super) fn exists_query(&mut self, scope: &Scope, depth: u8) -> String {
        let from = self.from(1, &scope.around(), depth.min(1));
        let what = self.dice.pick(&["1", "*", "NULL"]);
        let condition = self.condition(&from.scope, depth.min(1));
        let link = from.link.map(|link| format!("{link} AND ")).unwrap_or_default();
        format!("SELECT {what} FROM {} WHERE {link}({condition})", from.text)
    }
}
