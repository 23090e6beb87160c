//! The meanings that a name can have at a place of the statement.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use super::extent::Extent;
use super::index::Table;

/// A column that a query, a table function or a pivot gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Output {
    /// Its name as it is compared; `None` when the database makes one up.
    pub(super) key: Option<Arc<str>>,
    /// True if dots may follow it.
    pub(super) json: bool,
    /// The extent of the expression behind its name.
    pub(super) extent: Extent,
}

impl Output {
    /// A column whose name no planner replaces by an expression.
    pub(super) fn opaque(key: impl Into<Arc<str>>) -> Self {
        Self { key: Some(key.into()), json: false, extent: Extent::COLUMN }
    }
}

/// Columns in order, looked up by name. A wide one has its names sorted when one is first looked for: a statement may
/// name thousands.
#[derive(Debug)]
pub(super) struct Outputs {
    list: Vec<Output>,
    places: OnceCell<HashMap<Arc<str>, usize>>,
}

impl Outputs {
    /// The first column of that name.
    fn find(&self, key: &str) -> Option<&Output> {
        const FEW: usize = 16;
        if self.list.len() <= FEW {
            return self.list.iter().find(|output| output.key.as_deref() == Some(key));
        }
        let named = || self.list.iter().enumerate().rev().filter_map(|(at, one)| Some((one.key.clone()?, at)));
        self.places.get_or_init(|| named().collect()).get(key).map(|at| &self.list[*at])
    }
}

impl From<Vec<Output>> for Outputs {
    fn from(list: Vec<Output>) -> Self {
        Self { list, places: OnceCell::new() }
    }
}

impl Deref for Outputs {
    type Target = [Output];

    fn deref(&self) -> &[Output] {
        &self.list
    }
}

/// The columns a source of a FROM offers.
#[derive(Debug, Clone)]
pub(super) enum Shape<'i> {
    /// A relation of the catalog.
    Table(&'i Table),
    /// Anything computed. Columns the policy closes cannot be in it.
    Derived(Rc<Outputs>),
}

/// One source of a FROM.
#[derive(Debug, Clone)]
pub(super) struct Source<'i> {
    /// Unique in the statement.
    pub(super) id: u32,
    /// The name it goes by: its alias, or the relation's name; `None` for a derived table without alias.
    pub(super) name: Option<String>,
    /// True if that name is an alias, which hides the schema.
    pub(super) aliased: bool,
    pub(super) shape: Shape<'i>,
    /// Most rows it can have, when that is known without looking.
    pub(super) rows: Option<u64>,
    /// Rows it makes for each that is stored: one, unless it is a generator.
    pub(super) made_rows: u64,
    /// Estimated rows, as far as statistics and conditions tell.
    pub(super) about: Option<u64>,
}

/// A source's answer to whether it has a column of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Has<'i> {
    No,
    /// In the catalog, but not open.
    Closed,
    Yes {
        /// The relation and the column as the catalog has them; `None` when computed.
        origin: Option<(&'i str, &'i str)>,
        json: bool,
        extent: Extent,
    },
}

impl<'i> Source<'i> {
    /// Looks a column up.
    pub(super) fn column(&self, key: &str) -> Has<'i> {
        match &self.shape {
            Shape::Table(table) => match table.column(key) {
                None => Has::No,
                Some(column) if !column.open => Has::Closed,
                Some(column) => Has::Yes {
                    origin: Some((table.shown.as_str(), column.shown.as_str())),
                    json: column.json,
                    extent: column.extent,
                },
            },
            Shape::Derived(outputs) => outputs.find(key).map_or(Has::No, |output| Has::Yes {
                origin: None,
                json: output.json,
                extent: output.extent,
            }),
        }
    }

    /// The relation, when it is one of the catalog.
    pub(super) fn table(&self) -> Option<&'i Table> {
        match &self.shape {
            Shape::Table(table) => Some(table),
            Shape::Derived(_) => None,
        }
    }

    /// The names of its columns that may be read.
    pub(super) fn open_columns(&self) -> Vec<&str> {
        match &self.shape {
            Shape::Table(table) => {
                table.columns.iter().filter(|column| column.open).map(|column| column.shown.as_str()).collect()
            }
            Shape::Derived(outputs) => outputs.iter().filter_map(|output| output.key.as_deref()).collect(),
        }
    }
}

/// No names.
pub(super) static NONE: BTreeSet<String> = BTreeSet::new();

/// Names that a query gives to expressions, each with the extent of its expression.
pub(super) type Aliases = BTreeMap<String, Extent>;

/// No aliases.
pub(super) static NO_ALIASES: Aliases = BTreeMap::new();

/// The names of one query level, and of those around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'s, 'i> {
    pub(super) sources: &'s [Source<'i>],
    /// Columns that USING or NATURAL made one of two.
    pub(super) merged: &'s BTreeSet<String>,
    /// Aliases of the select list, where they can be read.
    pub(super) aliases: &'s Aliases,
    /// Names of the WINDOW clause.
    pub(super) windows: &'s Aliases,
    /// True if CONNECT BY stands in this query.
    pub(super) hierarchy: bool,
    /// The variables of a row pattern, which qualify the columns of the only source.
    pub(super) symbols: &'s [String],
    pub(super) parent: Option<&'s Scope<'s, 'i>>,
}

impl<'s, 'i> Scope<'s, 'i> {
    /// A level with these sources.
    pub(super) fn new(sources: &'s [Source<'i>], parent: Option<&'s Scope<'s, 'i>>) -> Self {
        Self {
            sources,
            merged: &NONE,
            aliases: &NO_ALIASES,
            windows: &NO_ALIASES,
            hierarchy: false,
            symbols: &[],
            parent,
        }
    }
}

/// A common table expression that is already understood.
#[derive(Debug, Clone)]
pub(super) struct Cte {
    pub(super) key: String,
    pub(super) columns: Rc<Outputs>,
    pub(super) rows: Option<u64>,
    pub(super) about: Option<u64>,
    /// True if it stands for itself, inside its own recursive arm.
    pub(super) itself: bool,
    /// The number of relations that are read where it is.
    pub(super) scans: u32,
    /// Relations among them that a query that reads it may join with its own.
    pub(super) joined: u32,
    /// The extent of everything it computes, charged at each read.
    pub(super) extent: Extent,
    /// Rows it makes for each that is stored.
    pub(super) made_rows: u64,
}

/// The common table expressions in reach, innermost level first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ctes<'s> {
    pub(super) ready: &'s [Cte],
    /// Defined at this level, but not before the place.
    pub(super) pending: &'s [String],
    pub(super) parent: Option<&'s Ctes<'s>>,
}

/// The meaning of an unqualified relation name among common table expressions.
pub(super) enum Named<'s> {
    Cte(&'s Cte),
    Pending,
    Nothing,
}

impl<'s> Ctes<'s> {
    pub(super) fn find(ctes: Option<&'s Self>, key: &str) -> Named<'s> {
        let mut level = ctes;
        while let Some(one) = level {
            if let Some(cte) = one.ready.iter().find(|cte| cte.key == key) {
                return Named::Cte(cte);
            }
            if one.pending.iter().any(|name| name == key) {
                return Named::Pending;
            }
            level = one.parent;
        }
        Named::Nothing
    }
}

/// Everything a part of the statement is read under.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Env<'s, 'i> {
    pub(super) ctes: Option<&'s Ctes<'s>>,
    pub(super) scope: Option<&'s Scope<'s, 'i>>,
}

impl<'s, 'i> Env<'s, 'i> {
    /// The scopes in reach, innermost first.
    pub(super) fn levels(self) -> impl Iterator<Item = &'s Scope<'s, 'i>> {
        std::iter::successors(self.scope, |scope| scope.parent)
    }

    /// The environment inside a query with this scope.
    pub(super) fn within(self, scope: &'s Scope<'s, 'i>) -> Self {
        Self { scope: Some(scope), ..self }
    }
}
