//! Window functions: with and without partitions, frames and names.

use super::Writer;
use super::company::Kind;
use super::query::{Output, Query};
use super::scope::Scope;

impl Writer {
    pub(super) fn windowed(&mut self, depth: u8) -> Query {
        let from = self.from(2, &[], depth);
        let keys = from.scope.keys().filter(|_| from.scope.merged.is_empty());
        let mut outputs: Vec<Output> = Vec::new();
        let mut items = Vec::new();
        for kind in [Kind::Int, Kind::Text] {
            let value = self.leaf(kind, &from.scope);
            let named = self.dice.percent(40);
            let (item, output) = self.item(value, kind, named, &outputs);
            items.push(item);
            outputs.push(output);
        }
        let name = self.dice.pick(&["w", "\"Ma fenêtre\"", "win_1"]);
        let names_one = self.dice.percent(35);
        for _ in 0..=self.dice.below(2) {
            let (call, kind) = self.window_call(&from.scope, keys.is_some());
            let over = match self.dice.below(4) {
                0 if names_one => format!("({name} ORDER BY {})", self.window_order(&from.scope, keys.as_deref())),
                1 | 2 if names_one && keys.is_none() => name.to_owned(),
                _ => self.window(&from.scope, keys.as_deref()),
            };
            let named = self.dice.percent(60);
            let (item, output) = self.item(format!("{call} OVER {over}"), kind, named, &outputs);
            items.push(item);
            outputs.push(output);
        }
        let filter = self.filter(&from.scope, from.link.as_deref(), depth.min(1));
        let partition = self.leaf(Kind::Text, &from.scope);
        let window = if names_one { format!(" WINDOW {name} AS (PARTITION BY {partition})") } else { String::new() };
        let text = format!("SELECT {} FROM {}{filter}{window}", items.join(", "), from.text);
        self.ended(Query { text, outputs, ordered: false }, None)
    }

    /// A call and what it gives. Where rows cannot be told apart, one that gives equal rows the same.
    fn window_call(&mut self, scope: &Scope, told_apart: bool) -> (String, Kind) {
        let number = |call: &str| (call.to_owned(), Kind::Int);
        match self.dice.below(if told_apart { 10 } else { 4 }) {
            0 => number("RANK()"),
            1 => number("dense_rank()"),
            2 => (format!("SUM({})", self.leaf(Kind::Decimal, scope)), Kind::Decimal),
            3 => number("COUNT(*)"),
            4 | 5 => number("ROW_NUMBER()"),
            6 => (format!("LAG({})", self.leaf(Kind::Decimal, scope)), Kind::Decimal),
            7 => (format!("LEAD({}, 2, 'none')", self.leaf_text(scope)), Kind::Text),
            8 => (format!("FIRST_VALUE({})", self.leaf(Kind::Date, scope)), Kind::Date),
            _ => number("NTILE(3)"),
        }
    }

    fn leaf_text(&mut self, scope: &Scope) -> String {
        self.column(Kind::Text, scope).unwrap_or_else(|| "'x'".to_owned())
    }

    fn window(&mut self, scope: &Scope, keys: Option<&[String]>) -> String {
        let partition = if self.dice.percent(60) {
            let kind = self.dice.pick(&[Kind::Text, Kind::Int]);
            format!("PARTITION BY {} ", self.leaf(kind, scope))
        } else {
            String::new()
        };
        let frames = [
            "",
            "",
            " ROWS BETWEEN 1 PRECEDING AND CURRENT ROW",
            " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING",
            " RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW",
            " ROWS 2 PRECEDING",
        ];
        // Frames of rows differ where equal rows come in another order.
        let frame = if keys.is_some() { self.dice.pick(&frames) } else { "" };
        format!("({partition}ORDER BY {}{frame})", self.window_order(scope, keys))
    }

    fn window_order(&mut self, scope: &Scope, keys: Option<&[String]>) -> String {
        let kind = self.dice.pick(&[Kind::Date, Kind::Decimal, Kind::Int]);
        let by = self.leaf(kind, scope);
        let direction = self.dice.pick(&["", " DESC", " DESC NULLS LAST"]);
        match keys {
            Some(keys) => format!("{by}{direction}, {}", keys.join(", ")),
            None => format!("{by}{direction}"),
        }
    }
}
