//! Common table expressions: several, one inside another, some that hide a table, and recursive ones.

use super::Writer;
use super::company::{Kind, TABLES};
use super::from::renamed;
use super::query::{Output, Query};
use super::scope::{Column, Source};
use crate::domain::Dialect;

/// Names of common table expressions; some hide a stored table.
const NAMES: [&str; 7] = ["x", "recent", "per_client", "\"Le Résumé\"", "orders", "employees", "étape"];

impl Writer {
    /// A statement under WITH.
    pub(super) fn with(&mut self, depth: u8) -> Query {
        let before = self.ctes.len();
        let (mut parts, mut recursive) = (Vec::new(), false);
        let count = 1 + self.dice.below(3);
        while parts.len() < count {
            let name = self.dice.pick(&NAMES);
            // SQLite would read the name in those before it, too.
            let read = is_stored(name) && parts.iter().any(|part: &String| part.contains(name));
            if read || self.ctes.iter().any(|cte| cte.name == name) {
                continue;
            }
            let (part, source, recurs) = if self.dice.percent(20) {
                let (part, source) = self.recursive(name);
                (part, source, true)
            } else {
                let (part, source) = self.cte(name, depth.saturating_sub(1));
                (part, source, false)
            };
            recursive |= recurs;
            parts.push(part);
            self.ctes.push(source);
        }
        let word = if recursive && self.dialect != Dialect::Oracle { "WITH RECURSIVE" } else { "WITH" };
        let body = self.body(depth.saturating_sub(1));
        self.ctes.truncate(before);
        Query { text: format!("{word} {} {}", parts.join(", "), body.text), ..body }
    }

    /// One that reads what is there already. A name that hides a table is not read within its own text, where databases
    /// disagree on what it means.
    fn cte(&mut self, name: &'static str, depth: u8) -> (String, Source) {
        let own = Source { name: name.to_owned(), columns: Vec::new(), key: None };
        let hides = is_stored(name);
        let query = loop {
            let query =
                if depth > 0 && self.dice.percent(15) { self.nested(depth - 1) } else { self.inner_query(&[], depth) };
            if !hides || !query.text.contains(name) {
                break query;
            }
        };
        let renames = self.dice.percent(25);
        let (columns, list) = if renames { renamed(query.columns(), "c") } else { (query.columns(), String::new()) };
        let materialized = match (self.dialect, self.dice.below(10)) {
            (Dialect::Postgres, 0) => "MATERIALIZED ",
            (Dialect::Postgres, 1) => "NOT MATERIALIZED ",
            _ => "",
        };
        (format!("{name}{list} AS {materialized}({})", query.text), Source { columns, ..own })
    }

    /// A WITH inside another, which may hide a name of it.
    fn nested(&mut self, depth: u8) -> Query {
        let inner = self.inner_query(&[], depth);
        let name = self.dice.pick(&["x", "recent", "inside"]);
        // Databases disagree on what it would read there.
        let name = if inner.text.contains(name) { "innermost" } else { name };
        let columns = inner.columns();
        let list: Vec<&str> = columns.iter().map(|column| column.written.as_str()).collect();
        let text = format!("WITH {name} AS ({}) SELECT {} FROM {name}", inner.text, list.join(", "));
        let outputs = columns.iter().map(|column| Output { written: Some(column.written.clone()), kind: column.kind });
        Query { text, outputs: outputs.collect(), ordered: false }
    }

    /// One that reads itself: a hierarchy from its top, or a count up to a number.
    fn recursive(&mut self, name: &'static str) -> (String, Source) {
        let union = self.dice.pick(&["UNION ALL", "UNION ALL", "UNION"]);
        let column = |written: &str, kind| Column { written: written.to_owned(), kind };
        let dual = if self.dialect == Dialect::Oracle { " FROM dual" } else { "" };
        let (list, text) = match self.dice.below(3) {
            0 => {
                let top = 3 + self.dice.below(9);
                let text = format!("SELECT 1, 'a'{dual} {union} SELECT i + 1, step FROM {name} WHERE i < {top}");
                (vec![column("i", Kind::Int), column("step", Kind::Text)], text)
            }
            choice => {
                let (table, parent) = if choice == 1 { ("clients", "parent_id") } else { ("employees", "manager_id") };
                let schema = match self.dialect {
                    Dialect::Oracle => "crm.",
                    Dialect::Postgres => "public.",
                    Dialect::Sqlite => "main.",
                };
                let hidden = name == table || self.ctes.iter().any(|cte| cte.name == table);
                let schema = if hidden { schema } else { "" };
                let text = format!(
                    "SELECT t.id, t.name, 0 FROM {schema}{table} t WHERE t.{parent} IS NULL {union} \
                     SELECT t.id, t.name, up.depth + 1 FROM {schema}{table} t JOIN {name} up ON t.{parent} = up.id"
                );
                (vec![column("id", Kind::Int), column("name", Kind::Text), column("depth", Kind::Int)], text)
            }
        };
        let names: Vec<&str> = list.iter().map(|column| column.written.as_str()).collect();
        let source = Source { name: name.to_owned(), columns: list.clone(), key: None };
        (format!("{name}({}) AS ({text})", names.join(", ")), source)
    }
}

fn is_stored(name: &str) -> bool {
    TABLES.iter().any(|(table, ..)| *table == name)
}
