//! Statements without groups: lists of columns and values, stars, DISTINCT, and SELECT without FROM.

use super::Writer;
use super::company::Kind;
use super::query::{COMPARABLE, Output, Query};
use super::scope::Scope;
use crate::domain::Dialect;

impl Writer {
    /// Some columns and values.
    pub(super) fn plain(&mut self, depth: u8) -> Query {
        let from = self.from(3, &[], depth);
        let (mut items, mut outputs) = (Vec::new(), Vec::new());
        for _ in 0..=self.dice.below(4) {
            let kind = self.dice.pick(&[Kind::Int, Kind::Text, Kind::Decimal, Kind::Date, Kind::Flag, Kind::Json]);
            let value = self.value(kind, &from.scope, depth);
            let named = self.dice.percent(45);
            let (item, output) = self.item(value, kind, named, &outputs);
            items.push(item);
            outputs.push(output);
        }
        let filter = self.filter(&from.scope, from.link.as_deref(), depth);
        let all = if self.dice.percent(5) { "ALL " } else { "" };
        let text = format!("SELECT {all}{} FROM {}{filter}", items.join(", "), from.text);
        let merged = !from.scope.merged.is_empty();
        self.ended(Query { text, outputs, ordered: false }, Some(&from.scope).filter(|_| !merged))
    }

    /// Every column, of one source or of all, alone or beside others.
    pub(super) fn star(&mut self, depth: u8) -> Query {
        let from = self.from(3, &[], depth);
        let source = &from.scope.sources[self.dice.below(from.scope.sources.len())];
        let (one, first) = (format!("{}.*", source.name), format!("{}.{}", source.name, source.columns[0].written));
        let list = match self.dice.below(5) {
            0 => one,
            1 => format!("{one}, {first} AS again"),
            2 if self.dialect != Dialect::Oracle => format!("{first} AS again, *"),
            _ => "*".to_owned(),
        };
        let filter = self.filter(&from.scope, from.link.as_deref(), depth);
        let text = format!("SELECT {list} FROM {}{filter}", from.text);
        let (keys, merged) = (from.scope.keys(), !from.scope.merged.is_empty());
        let query = Query { text, outputs: Vec::new(), ordered: false };
        match keys {
            Some(keys) if !merged && self.dice.percent(70) => {
                let keys = keys.join(", ");
                let tail = if self.dice.percent(40) { self.first_rows(&keys) } else { format!(" ORDER BY {keys}") };
                Query { text: format!("{}{tail}", query.text), ordered: true, ..query }
            }
            _ => query,
        }
    }

    /// Each combination once.
    pub(super) fn distinct_rows(&mut self, depth: u8) -> Query {
        let from = self.from(2, &[], depth);
        if let (Dialect::Postgres, Some(keys), true) = (self.dialect, from.scope.keys(), self.dice.percent(50)) {
            let kind = self.dice.pick(&COMPARABLE);
            let on = self.value(kind, &from.scope, 1);
            let (value, keys) = (self.value(Kind::Text, &from.scope, 1), keys.join(", "));
            let filter = self.filter(&from.scope, from.link.as_deref(), depth);
            // A literal would be read as the number of a column, or not at all.
            let on = format!("COALESCE({on}, NULL)");
            let text = format!(
                "SELECT DISTINCT ON ({on}) {on} AS g, {value} FROM {}{filter} ORDER BY {on}, {keys}",
                from.text
            );
            return Query { text, outputs: Vec::new(), ordered: true };
        }
        let kinds: Vec<Kind> = (0..=self.dice.below(2)).map(|_| self.dice.pick(&COMPARABLE)).collect();
        let (mut items, mut outputs) = (Vec::new(), Vec::new());
        for kind in kinds {
            let value = self.value(kind, &from.scope, 1);
            let named = self.dice.percent(50);
            let (item, output) = self.item(value, kind, named, &outputs);
            items.push(item);
            outputs.push(output);
        }
        let filter = self.filter(&from.scope, from.link.as_deref(), depth);
        let text = format!("SELECT DISTINCT {} FROM {}{filter}", items.join(", "), from.text);
        self.ended(Query { text, outputs, ordered: false }, None)
    }

    /// Values of no table.
    pub(super) fn without_from(&mut self, depth: u8) -> Query {
        if self.dialect == Dialect::Oracle && self.dice.percent(60) {
            return self.hierarchy();
        }
        let scope = Scope::default();
        let mut outputs: Vec<Output> = Vec::new();
        let mut items = Vec::new();
        for _ in 0..=self.dice.below(3) {
            let kind = self.dice.pick(&[Kind::Int, Kind::Text, Kind::Decimal, Kind::Date, Kind::Flag]);
            let value = self.value(kind, &scope, depth);
            let named = self.dice.percent(50);
            let (item, output) = self.item(value, kind, named, &outputs);
            items.push(item);
            outputs.push(output);
        }
        let from = if self.dialect == Dialect::Oracle { " FROM dual" } else { "" };
        Query { text: format!("SELECT {}{from}", items.join(", ")), outputs, ordered: true }
    }

    /// Oracle's own way down a hierarchy.
    fn hierarchy(&mut self) -> Query {
        let indented = self.dice.pick(&["LEVEL", "LPAD(' ', 2 * (LEVEL - 1)) || e.name", "CONNECT_BY_ROOT e.name"]);
        let path = self.dice.pick(&["SYS_CONNECT_BY_PATH(e.name, '/')", "PRIOR e.name", "CONNECT_BY_ISLEAF"]);
        let (cycle, top) = (self.dice.pick(&["", "NOCYCLE "]), "START WITH e.manager_id IS NULL");
        let down = format!("CONNECT BY {cycle}PRIOR e.id = e.manager_id");
        let ways = if self.dice.percent(50) { format!("{top} {down}") } else { format!("{down} {top}") };
        let order = self.dice.pick(&["", " ORDER SIBLINGS BY e.name DESC", " ORDER BY LEVEL, e.id"]);
        let text = format!("SELECT e.id, {indented} AS l, {path} FROM employees e {ways}{order}");
        Query { text, outputs: Vec::new(), ordered: false }
    }
}
