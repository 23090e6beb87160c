//! Joins of every kind, each with something that links its sides.

use super::Writer;
use super::company::{Kind, is_plain};
use super::from::From;
use super::scope::{Column, Scope, Source, bare};
use crate::domain::Dialect;

impl From {
    /// Returns the scope of ON: the sources of its own tree, and the one that it joins.
    fn tree_scope(&self, joined: Option<&Source>) -> Scope {
        let sources = self.scope.sources[self.tree..].iter().chain(joined).cloned().collect();
        Scope { sources, merged: self.scope.merged.clone(), outer: Vec::new() }
    }

    /// Says in WHERE what links its sources.
    fn also_linked(&mut self, link: &str) {
        self.link = Some(self.link.take().map_or_else(|| link.to_owned(), |other| format!("{other} AND {link}")));
    }
}

impl Writer {
    /// Joins one more source.
    pub(super) fn join(&mut self, from: &mut From, depth: u8) {
        let (text, source) = self.source(&from.scope, depth.min(1));
        let common = common(&from.scope, &source);
        // Behind a comma the first source is no side of the join.
        let mergeable = !common.is_empty() && from.tree == 0;
        match self.dice.below(12) {
            0 | 1 if mergeable => {
                let column = common[self.dice.below(common.len())].clone();
                let word = self.dice.pick(&["JOIN", "LEFT JOIN", "INNER JOIN", "FULL JOIN", "RIGHT OUTER JOIN"]);
                from.text = format!("{} {word} {text} USING ({column})", from.text);
                from.scope.merged.push(bare(&column));
            }
            2 if mergeable => {
                let word = self.dice.pick(&["NATURAL JOIN", "NATURAL LEFT JOIN", "NATURAL INNER JOIN"]);
                from.text = format!("{} {word} {text}", from.text);
                from.scope.merged.extend(common.iter().map(|name| bare(name)));
            }
            3 | 4 => {
                let outer = self.dialect == Dialect::Oracle && self.dice.percent(50);
                let link = self.link(&from.scope, &source);
                from.also_linked(&format!("{link}{}", if outer { "(+)" } else { "" }));
                from.text = format!("{}, {text}", from.text);
                from.tree = from.scope.sources.len();
            }
            5 => {
                let link = self.link(&from.scope, &source);
                from.also_linked(&link);
                from.text = format!("{} CROSS JOIN {text}", from.text);
            }
            6 => {
                let link = self.link(&from.tree_scope(None), &source);
                from.text = format!("{} FULL OUTER JOIN {text} ON {link}", from.text);
            }
            7 => self.join_in_brackets(from, &text, &source),
            choice => {
                let link = self.link(&from.tree_scope(None), &source);
                let word = self.dice.pick(&["JOIN", "INNER JOIN", "LEFT JOIN", "LEFT OUTER JOIN", "RIGHT JOIN"]);
                from.text = format!("{} {word} {text} ON {link}", from.text);
                if choice > 9 {
                    let more = self.condition(&from.tree_scope(Some(&source)), 1);
                    from.text = format!("{} AND ({more})", from.text);
                }
            }
        }
        from.scope.sources.push(source);
    }

    /// Joins a source that is joined with one more first, in brackets.
    fn join_in_brackets(&mut self, from: &mut From, text: &str, source: &Source) {
        let link = self.link(&from.tree_scope(None), source);
        let mut taken = from.scope.in_reach();
        taken.push(source);
        let name = self.source_name(&taken);
        let (inner, table) = self.any_table();
        let (named, table) = (self.as_source(&name), Source { name, ..table });
        let within = self.link(&Scope { sources: vec![source.clone()], ..Scope::default() }, &table);
        let word = self.dice.pick(&["JOIN", "LEFT JOIN"]);
        from.text = format!("{} {word} ({text} {word} {inner}{named} ON {within}) ON {link}", from.text);
        from.scope.sources.push(table);
    }

    /// An equality that links a source to one of those before it.
    fn link(&mut self, scope: &Scope, source: &Source) -> String {
        let is_link = |column: &&Column| column.kind == Kind::Int;
        let left: Vec<(&str, &str)> = scope
            .sources
            .iter()
            .flat_map(|one| {
                one.columns.iter().filter(is_link).map(|column| (one.name.as_str(), column.written.as_str()))
            })
            .collect();
        let right: Vec<&str> = source.columns.iter().filter(is_link).map(|column| column.written.as_str()).collect();
        let ((of, one), other) = (self.dice.pick(&left), self.dice.pick(&right));
        match self.dice.below(3) {
            0 => format!("{}.{other} = {of}.{one}", source.name),
            _ => format!("{of}.{one} = {}.{other}", source.name),
        }
    }
}

/// Columns that the first source and this one share, of the same kind.
fn common(scope: &Scope, source: &Source) -> Vec<String> {
    let Some(first) = scope.sources.first() else { return Vec::new() };
    let same = |one: &Column, other: &Column| bare(&one.written) == bare(&other.written);
    let twin = |column: &Column| first.columns.iter().find(|one| same(one, column)).cloned();
    let shared: Vec<(Column, Column)> =
        source.columns.iter().filter_map(|column| Some((column.clone(), twin(column)?))).collect();
    // Names that databases may read as two, and kinds that cannot be compared.
    let plain = |(one, other): &(Column, Column)| {
        one.kind == other.kind && one.kind != Kind::Json && is_plain(&one.written) && is_plain(&other.written)
    };
    if shared.iter().all(plain) { shared.into_iter().map(|(one, _)| one.written).collect() } else { Vec::new() }
}
