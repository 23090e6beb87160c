//! ORDER BY, and the row limits in each spelling.

use super::Writer;
use super::company::Kind;
use super::query::{COMPARABLE, Query};
use super::scope::Scope;
use crate::domain::Dialect;

impl Writer {
    /// The query under ORDER BY and a limit, or as it is. `scope` is that of its own names, where these may be used there.
    pub(super) fn ended(&mut self, query: Query, scope: Option<&Scope>) -> Query {
        let comparable =
            query.outputs.iter().all(|output| COMPARABLE.contains(&output.kind) || self.sorts(output.kind));
        let keys = scope.and_then(Scope::keys);
        let total = match keys {
            Some(keys) if self.dice.percent(40) => keys.join(", "),
            _ if comparable => (1..=query.outputs.len()).map(|at| at.to_string()).collect::<Vec<_>>().join(", "),
            _ => return query,
        };
        if self.dice.percent(20) {
            return query;
        }
        let first = self.first_of_order(&query, scope);
        let order = format!("{first}{total}");
        let tail = if self.dice.percent(40) { self.first_rows(&order) } else { format!(" ORDER BY {order}") };
        Query { text: format!("{}{tail}", query.text), ordered: true, ..query }
    }

    fn sorts(&self, kind: Kind) -> bool {
        kind == Kind::Flag && self.dialect != Dialect::Oracle
    }

    /// Writes the first terms of ORDER BY, before those that make the order total.
    fn first_of_order(&mut self, query: &Query, scope: Option<&Scope>) -> String {
        let aliases: Vec<&str> = query.outputs.iter().filter_map(|output| output.written.as_deref()).collect();
        let by = match self.dice.below(4) {
            0 if !aliases.is_empty() => self.dice.pick(&aliases).to_owned(),
            1 if scope.is_some() => {
                let (scope, kind) = (scope.map(Scope::alone).unwrap_or_default(), self.dice.pick(&COMPARABLE));
                let Some(column) = self.column(kind, &scope) else { return String::new() };
                if self.dice.percent(40) {
                    format!("CASE WHEN {column} IS NULL THEN 1 ELSE 0 END, {column}")
                } else {
                    column
                }
            }
            2 => (1 + self.dice.below(query.outputs.len())).to_string(),
            _ => return String::new(),
        };
        let direction = self.dice.pick(&["", " ASC", " DESC", " desc"]);
        let nulls = self.dice.pick(&["", "", " NULLS FIRST", " NULLS LAST"]);
        format!("{by}{direction}{nulls}, ")
    }

    /// ORDER BY what is given, and the first rows only.
    pub(super) fn first_rows(&mut self, order: &str) -> String {
        let (rows, skip) = (1 + self.dice.below(6), self.dice.below(3));
        let limit = match (self.dialect, self.dice.below(7)) {
            (Dialect::Oracle, 0) | (Dialect::Postgres, 1) => format!("OFFSET {skip} ROWS FETCH NEXT {rows} ROWS ONLY"),
            (Dialect::Oracle, _) | (Dialect::Postgres, 2) => format!("FETCH FIRST {rows} ROWS ONLY"),
            (Dialect::Postgres, 3) => format!("OFFSET {skip} LIMIT {rows}"),
            (Dialect::Postgres, 4) => "FETCH FIRST ROW ONLY".to_owned(),
            (Dialect::Sqlite, 1) => format!("LIMIT {skip}, {rows}"),
            (Dialect::Sqlite, 2) => format!("LIMIT {rows} + 1 OFFSET {skip}"),
            (_, 5) => format!("LIMIT {rows} OFFSET {skip}"),
            _ => format!("LIMIT {rows}"),
        };
        format!(" ORDER BY {order} {limit}")
    }
}
