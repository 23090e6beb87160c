//! Sources that look at those before them: LATERAL, series and the members of documents.

use super::Writer;
use super::company::{Kind, TABLES};
use super::query::Query;
use super::scope::{Column, Scope, Source};
use crate::domain::Dialect;

impl Writer {
    pub(super) fn lateral(&mut self) -> Query {
        let (table, parent) = self.stored_table(&TABLES[0]);
        let parent = Source { name: "p".to_owned(), ..parent };
        let key = parent.columns[0].written.clone();
        let named = self.as_source("p");
        let (joined, sources) = match (self.dialect, self.dice.below(4)) {
            (Dialect::Postgres, 0) => self.series(),
            (Dialect::Postgres, 1) | (Dialect::Sqlite, _) => self.members(),
            _ => self.nearest(&key),
        };
        let scope = Scope { sources: std::iter::once(parent).chain(sources).collect(), ..Scope::default() };
        let (mut items, mut outputs) = (Vec::new(), Vec::new());
        for kind in [Kind::Int, Kind::Text, Kind::Int] {
            let value = self.value(kind, &scope, 1);
            let named = self.dice.percent(50);
            let (item, output) = self.item(value, kind, named, &outputs);
            items.push(item);
            outputs.push(output);
        }
        let filter = self.filter(&scope, None, 1);
        let text = format!("SELECT {} FROM {table}{named}{joined}{filter}", items.join(", "));
        self.ended(Query { text, outputs, ordered: false }, None)
    }

    /// Some rows of another table for each row.
    fn nearest(&mut self, key: &str) -> (String, Vec<Source>) {
        let (orders, _) = self.stored_table(&TABLES[1]);
        let first = self.first_rows("o.id");
        let inner =
            format!("(SELECT o.id AS oid, o.status AS what FROM {orders} o WHERE o.client_id = p.{key}{first})");
        let text = match (self.dialect, self.dice.below(3)) {
            (Dialect::Oracle, 0) => format!(" CROSS APPLY {inner} l"),
            (Dialect::Oracle, 1) => format!(" OUTER APPLY {inner} l"),
            (Dialect::Postgres, 0) => format!(" LEFT JOIN LATERAL {inner} AS l ON true"),
            (Dialect::Postgres, 1) => format!(", LATERAL {inner} l"),
            _ => format!(" CROSS JOIN LATERAL {inner} l"),
        };
        (text, vec![source(&[("oid", Kind::Int), ("what", Kind::Text)])])
    }

    /// A series of numbers or days.
    fn series(&mut self) -> (String, Vec<Source>) {
        let (text, kind) = match self.dice.below(3) {
            0 => (" JOIN generate_series(1, 5) AS l(i) ON l.i = p.id", Kind::Int),
            1 => (" LEFT JOIN generate_series(0, 10, 2) l(i) ON p.id >= l.i", Kind::Int),
            _ => {
                let days = "generate_series(date '2024-01-01', '2024-12-01', interval '1 month')";
                let text = format!(" JOIN {days} AS l(i) ON date_trunc('month', p.created_on) = l.i");
                return (text, vec![source(&[("i::date", Kind::Date)])]);
            }
        };
        (text.to_owned(), vec![source(&[("i", kind)])])
    }

    /// The members of a document of another table.
    fn members(&mut self) -> (String, Vec<Source>) {
        let (orders, read) = self.stored_table(&TABLES[1]);
        let (call, members) = match self.dialect {
            Dialect::Sqlite => {
                let columns = [("key", Kind::Int), ("value", Kind::Text), ("id", Kind::Int)];
                ("json_each(o.doc, '$.tags')", source(&columns))
            }
            _ => ("jsonb_each_text(o.doc)", source(&[("key", Kind::Text), ("value", Kind::Text)])),
        };
        let read = Source { name: "o".to_owned(), key: None, ..read };
        (format!(" JOIN {orders} o ON o.client_id = p.id, {call} AS l"), vec![read, members])
    }
}

/// The source that looks at the others.
fn source(columns: &[(&str, Kind)]) -> Source {
    let columns = columns.iter().map(|(written, kind)| Column { written: (*written).to_owned(), kind: *kind });
    Source { name: "l".to_owned(), columns: columns.collect(), key: None }
}
