//! The columns that an expression may name at its place: those of the sources here, and of those around.

use super::Writer;
use super::company::Kind;

/// A column as it is written, and its kind.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) written: String,
    pub(super) kind: Kind,
}

/// A source of a FROM.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// The name before the dot, as it is written.
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    /// The column that tells its rows apart; `None` where nothing does.
    pub(super) key: Option<String>,
}

/// The sources an expression sees.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    pub(super) sources: Vec<Source>,
    /// Columns that USING or NATURAL made one of two, in lower case and without quotes.
    pub(super) merged: Vec<String>,
    /// The sources of the queries around.
    pub(super) outer: Vec<Source>,
}

impl Scope {
    /// The sources that a query inside sees around itself.
    pub(super) fn around(&self) -> Vec<Source> {
        self.outer.iter().chain(&self.sources).cloned().collect()
    }

    /// The sources here and around.
    pub(super) fn in_reach(&self) -> Vec<&Source> {
        self.sources.iter().chain(&self.outer).collect()
    }

    /// This scope without the sources of the queries around.
    pub(super) fn alone(&self) -> Self {
        Self { outer: Vec::new(), ..self.clone() }
    }

    /// Returns the keys that identify the rows of all its sources, if each has one.
    pub(super) fn keys(&self) -> Option<Vec<String>> {
        self.sources.iter().map(|source| Some(format!("{}.{}", source.name, source.key.as_ref()?))).collect()
    }

    /// Checks whether a name without its source means one column only, or two that a join merged.
    fn is_unique(&self, written: &str) -> bool {
        let bare = bare(written);
        let named =
            self.sources.iter().flat_map(|source| &source.columns).filter(|column| self::bare(&column.written) == bare);
        named.count() == if self.merged.contains(&bare) { 2 } else { 1 }
    }
}

/// A name without quotes, in lower case: names that differ in more are different ones everywhere.
pub(super) fn bare(written: &str) -> String {
    written.trim_matches(['"', '[', ']', '`']).to_lowercase()
}

impl Writer {
    /// A column of a kind, with or without its source.
    pub(super) fn column(&mut self, kind: Kind, scope: &Scope) -> Option<String> {
        let outwards = !scope.outer.is_empty() && self.dice.percent(15);
        let sources = if outwards { &scope.outer } else { &scope.sources };
        let columns = sources.iter().flat_map(|source| source.columns.iter().map(move |column| (source, column)));
        let fitting: Vec<(&Source, &Column)> = columns.filter(|(_, column)| column.kind == kind).collect();
        if fitting.is_empty() {
            return None;
        }
        let (source, column) = self.dice.pick(&fitting);
        let merged = scope.merged.contains(&bare(&column.written)) && !outwards;
        let bare = !outwards && scope.is_unique(&column.written) && (merged || self.dice.percent(50));
        Some(if bare { column.written.clone() } else { format!("{}.{}", source.name, column.written) })
    }
}
