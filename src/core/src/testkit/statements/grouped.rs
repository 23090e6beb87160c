//! Groups: by columns, values, positions and aliases, with aggregates, FILTER and HAVING.

use super::Writer;
use super::company::Kind;
use super::query::{COMPARABLE, Output, Query};
use super::scope::{Scope, Source};
use crate::domain::Dialect;

impl Writer {
    /// A grouped SELECT. Where all its columns must have names, the first one is a number.
    pub(super) fn grouped(&mut self, named: bool, outer: &[Source], depth: u8) -> Query {
        let from = self.from(2, outer, depth);
        let scope = from.scope.alone();
        let count = if named { "COUNT(*)".to_owned() } else { self.aggregate(Kind::Int, &scope) };
        let (first, output) = self.item(count, Kind::Int, true, &[]);
        let (mut items, mut outputs) = (vec![first], vec![output]);
        let mut groups = Vec::new();
        for _ in 0..self.dice.below(3) {
            let kind = self.dice.pick(&COMPARABLE);
            let column = self.column(kind, &scope).unwrap_or_else(|| first_column(&scope));
            // A literal would be read as the number of a column.
            let value = if self.dice.percent(70) { column } else { format!("COALESCE({column}, {column})") };
            let (item, output) = self.item(value.clone(), kind, named || self.dice.clone().percent(60), &outputs);
            items.push(item);
            outputs.push(output.clone());
            groups.push(self.group(value, output, items.len()));
        }
        for _ in 0..self.dice.below(3) {
            let kind = self.dice.pick(&[Kind::Int, Kind::Decimal, Kind::Text]);
            let value = self.aggregate(kind, &scope);
            let (item, output) = self.item(value, kind, named || self.dice.clone().percent(60), &outputs);
            items.push(item);
            outputs.push(output);
        }
        let filter = self.filter(&from.scope, from.link.as_deref(), depth.min(1));
        let groups = self.group_by(&groups);
        let having = if self.dice.percent(25) { self.having(&scope) } else { String::new() };
        let text = format!("SELECT {} FROM {}{filter}{groups}{having}", items.join(", "), from.text);
        Query { text, outputs, ordered: false }
    }

    /// Writes the GROUP BY term for a value of the select list.
    fn group(&mut self, value: String, output: Output, position: usize) -> String {
        match (output.written, self.dice.below(5)) {
            (_, 0) if self.dialect != Dialect::Oracle => position.to_string(),
            (Some(alias), 1 | 2) if self.dialect != Dialect::Oracle => alias,
            _ => value,
        }
    }

    fn group_by(&mut self, groups: &[String]) -> String {
        if groups.is_empty() {
            return String::new();
        }
        let list = groups.join(", ");
        let sets = self.dialect != Dialect::Sqlite && groups.iter().all(|group| group.parse::<u32>().is_err());
        match self.dice.below(12) {
            0 if sets => format!(" GROUP BY ROLLUP ({list})"),
            1 if sets => format!(" GROUP BY CUBE ({list})"),
            2 if sets => format!(" GROUP BY GROUPING SETS (({list}), ())"),
            _ => format!(" GROUP BY {list}"),
        }
    }

    fn having(&mut self, scope: &Scope) -> String {
        let (one, other) = (self.aggregate(Kind::Int, scope), self.aggregate(Kind::Decimal, scope));
        match self.dice.below(4) {
            0 => format!(" HAVING NOT {one} < 2 AND {other} IS NOT NULL"),
            1 => format!(" HAVING {one} BETWEEN 1 AND 3 OR {other} > 100"),
            _ => format!(" HAVING {one} > 1"),
        }
    }

    /// One value for many rows, the same in whatever order they come.
    pub(super) fn aggregate(&mut self, kind: Kind, scope: &Scope) -> String {
        let filter = if self.dialect != Dialect::Oracle && self.dice.percent(15) {
            format!(" FILTER (WHERE {})", self.condition(scope, 1))
        } else {
            String::new()
        };
        let call = match (kind, self.dice.below(6)) {
            (Kind::Int, 0) => "count( * )".to_owned(),
            (Kind::Int, 1) => format!("COUNT(DISTINCT {})", self.leaf(Kind::Text, scope)),
            (Kind::Int, 2) => {
                let all = self.dice.pick(&["", "", "ALL "]);
                format!("COUNT({all}{})", self.leaf(Kind::Decimal, scope))
            }
            (Kind::Int, 3) => format!("MAX({})", self.value(Kind::Int, scope, 1)),
            (Kind::Int, _) => "COUNT(*)".to_owned(),
            (Kind::Decimal, 0) => format!("AVG({})", self.value(Kind::Decimal, scope, 1)),
            (Kind::Decimal, 1) => format!("SUM(DISTINCT {})", self.leaf(Kind::Decimal, scope)),
            (Kind::Decimal, 2) => format!("min({})", self.leaf(Kind::Decimal, scope)),
            (Kind::Decimal, 3) => {
                let condition = self.condition(scope, 0);
                format!("SUM(CASE WHEN {condition} THEN {} ELSE 0 END)", self.leaf(Kind::Decimal, scope))
            }
            (Kind::Decimal, _) => format!("SUM({})", self.value(Kind::Decimal, scope, 1)),
            (Kind::Text, 0 | 1) => return self.joined(scope),
            _ => format!("MAX({})", self.leaf(kind, scope)),
        };
        format!("{call}{filter}")
    }

    /// The texts of a group in one, in their order.
    fn joined(&mut self, scope: &Scope) -> String {
        let of = self.column(Kind::Text, scope).unwrap_or_else(|| "CAST('x' AS VARCHAR(5))".to_owned());
        match (self.dialect, self.dice.below(4)) {
            (Dialect::Oracle, _) => format!("LISTAGG({of}, ', ') WITHIN GROUP (ORDER BY {of})"),
            (Dialect::Postgres, 0) => format!("array_agg({of} ORDER BY {of} DESC NULLS LAST)::text"),
            (Dialect::Postgres, 1) => {
                let of = self.leaf(Kind::Decimal, scope);
                format!("(percentile_disc(0.5) WITHIN GROUP (ORDER BY {of}))::text")
            }
            (Dialect::Sqlite, 0) => format!("group_concat(DISTINCT {of})"),
            (Dialect::Sqlite, 1 | 2) => format!("group_concat({of}, ', ' ORDER BY {of} DESC)"),
            _ => format!("string_agg({of}, '; ' ORDER BY {of})"),
        }
    }
}

/// A column that is always there.
fn first_column(scope: &Scope) -> String {
    let source = &scope.sources[0];
    format!("{}.{}", source.name, source.columns[0].written)
}
