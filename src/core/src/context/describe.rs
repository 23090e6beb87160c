//! A catalog in a compact form: `clients(id INTEGER PK, city TEXT /* where they are */) -- who buys`, and
//! `  clients.city_id -> cities.id` for a key. Models of this size do better with it than with CREATE TABLE.

use std::fmt::Write as _;

use super::fence;
use super::nearness::{Asked, CatalogWords, MOST, Nearest, Places};
use super::tokens::{Kind, tokens};
use crate::domain::{Catalog, CatalogColumn, Relation};
use crate::egress::fitting;
use crate::guard::written;

/// Characters of a comment, and of a type, at most.
const LONGEST_COMMENT: usize = 120;
const LONGEST_TYPE: usize = 60;
/// Catalogs with at most so many relations are told whole where they fit: a prompt that does not change from question to
/// question is read once by the server. Of a larger one, only what is near is told.
const LARGEST_WHOLE: usize = 40;
/// No relation takes fewer tokens than this, and no column fewer than that.
const LEAST_RELATION: usize = 4;
const LEAST_COLUMN: usize = 3;

/// The part of a catalog that is in a prompt.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Described {
    pub(super) text: String,
    pub(super) tokens: usize,
    /// The names of those described.
    pub(super) relations: Vec<String>,
    /// The names of those that are named at most, the nearest first.
    pub(super) left: Vec<String>,
    /// Columns left out of those described.
    pub(super) columns_left: usize,
}

/// A catalog to be described, its relations in order of nearness to a question.
pub(super) struct Describing<'c> {
    catalog: &'c Catalog,
    places: Places<'c>,
    words: &'c CatalogWords,
    asked: Asked,
    nearest: Nearest<'c>,
    /// The descriptions of the first of them, with their tokens.
    whole: Vec<(String, usize)>,
}

impl<'c> Describing<'c> {
    /// Describes the nearest relations until they take more than `most` tokens.
    pub(super) fn of(catalog: &'c Catalog, words: &'c CatalogWords, asked: Asked, most: usize) -> Self {
        let nearest = Nearest::of(catalog, words, &asked);
        let mut describing = Self { catalog, places: Places::of(catalog), words, asked, nearest, whole: Vec::new() };
        let count = describing.nearest.relations.len();
        let told = if count > LARGEST_WHOLE { MOST } else { count };
        let mut taken = 0;
        for relation in describing.nearest.relations.iter().take(told) {
            let one = describing.sized(relation);
            taken += one.1;
            describing.whole.push(one);
            if taken > most {
                break;
            }
        }
        describing
    }

    /// The tokens it would take, as far as that was counted.
    pub(super) fn wants(&self) -> usize {
        let wants: usize = self.whole.iter().map(|(_, tokens)| tokens).sum();
        let are_all = self.whole.len() == self.nearest.relations.len();
        // Those that are not described are named, in an eighth of the room.
        if are_all { wants } else { wants + wants / 7 + 1 }
    }

    /// Returns the part that fits. If everything does, it is in the database's order, the same for every question.
    pub(super) fn within(&self, room: usize) -> Described {
        let count = self.nearest.relations.len();
        if count <= LARGEST_WHOLE && self.whole.len() == count && self.wants() <= room {
            return self.all();
        }
        let mut described = Described::default();
        // An eighth is for the names of the others.
        let room_for_names = room / 8;
        for (at, relation) in self.nearest.relations.iter().enumerate() {
            if described.relations.len() == MOST {
                described.left.push(self.name(relation));
                continue;
            }
            let left = room - room_for_names - described.tokens;
            let may_fit = left > LEAST_RELATION + LEAST_COLUMN * relation.columns.len();
            let whole = match self.whole.get(at) {
                Some(one) => Some(one.clone()),
                None => may_fit.then(|| self.sized(relation)),
            };
            let is_wanted = at < self.nearest.near || described.relations.is_empty();
            match whole.filter(|(_, tokens)| *tokens <= left) {
                Some((text, tokens)) => described.add(&text, tokens, self.name(relation)),
                None => match is_wanted.then(|| self.narrow(relation, left)).flatten() {
                    Some((text, tokens, columns)) => {
                        described.add(&text, tokens, self.name(relation));
                        described.columns_left += columns;
                    }
                    None => described.left.push(self.name(relation)),
                },
            }
        }
        described.name_the_others(room);
        described
    }

    /// The whole catalog.
    pub(super) fn all(&self) -> Described {
        let mut described =
            Described { tokens: self.whole.iter().map(|(_, tokens)| tokens).sum(), ..Described::default() };
        for relation in &self.catalog.tables {
            described.text.push_str(&self.describe(relation, &relation.columns.iter().collect::<Vec<_>>(), true));
            described.relations.push(self.name(relation));
        }
        described
    }

    fn sized(&self, relation: &Relation) -> (String, usize) {
        let text = self.describe(relation, &relation.columns.iter().collect::<Vec<_>>(), true);
        let size = tokens(&text, Kind::Code);
        (text, size)
    }

    /// A relation with as many columns as fit, those first that a question needs, and how many are left out.
    fn narrow(&self, relation: &Relation, room: usize) -> Option<(String, usize, usize)> {
        let is_key = |column: &CatalogColumn| {
            column.primary_key || relation.foreign_keys.iter().any(|key| key.columns.contains(&column.name))
        };
        let mut columns: Vec<(usize, &CatalogColumn)> = relation.columns.iter().enumerate().collect();
        let weights: Vec<f64> =
            relation.columns.iter().map(|column| self.words.weight(&column.name, &self.asked)).collect();
        columns.sort_by(|(one, column), (other, beside)| {
            is_key(beside).cmp(&is_key(column)).then(weights[*other].total_cmp(&weights[*one]))
        });
        let frame = tokens(&self.describe(relation, &[], false), Kind::Code);
        let sizes = columns.iter().map(|(_, column)| tokens(&self.column(column, false), Kind::Code) + 1);
        columns.truncate(fitting(sizes, room.checked_sub(frame)?));
        columns.sort_by_key(|(at, _)| *at);
        let kept: Vec<&CatalogColumn> = columns.into_iter().map(|(_, column)| column).collect();
        let text = self.describe(relation, &kept, false);
        let size = tokens(&text, Kind::Code);
        (!kept.is_empty() && size <= room).then_some((text, size, relation.columns.len() - kept.len()))
    }

    /// A relation with these of its columns, with or without what its owner says of them.
    fn describe(&self, relation: &Relation, columns: &[&CatalogColumn], comments: bool) -> String {
        let name = self.name(relation);
        let mut shown: Vec<String> = columns.iter().map(|column| self.column(column, comments)).collect();
        if columns.len() < relation.columns.len() {
            shown.push(format!("… +{}", relation.columns.len() - columns.len()));
        }
        let mut text = format!("{name}({})", shown.join(", "));
        if comments && !relation.comment.is_empty() {
            let _ = write!(text, " -- {}", fence::line(&relation.comment, LONGEST_COMMENT));
        }
        text.push('\n');
        for key in &relation.foreign_keys {
            let Some(to) = self.places.referred(relation, key).map(|at| &self.catalog.tables[at]) else { continue };
            let (from, there) = (self.names(&key.columns), self.names(&key.references));
            let _ = writeln!(text, "  {name}.{from} -> {}.{there}", self.name(to));
        }
        text
    }

    fn column(&self, column: &CatalogColumn, comments: bool) -> String {
        let key = if column.primary_key { " PK" } else { "" };
        let mut text = format!("{} {}{key}", self.plain(&column.name), fence::line(&column.data_type, LONGEST_TYPE));
        if comments && !column.comment.is_empty() {
            let _ = write!(text, " /* {} */", fence::line(&column.comment, LONGEST_COMMENT));
        }
        text
    }

    /// A relation's name as a statement must write it.
    fn name(&self, relation: &Relation) -> String {
        let name = self.plain(&relation.name);
        if relation.schema == self.catalog.default_schema {
            name
        } else {
            format!("{}.{name}", self.plain(&relation.schema))
        }
    }

    fn names(&self, columns: &[String]) -> String {
        columns.iter().map(|column| self.plain(column)).collect::<Vec<_>>().join("+")
    }

    fn plain(&self, name: &str) -> String {
        fence::line(&written(self.catalog.dialect, name), LONGEST_COMMENT)
    }
}

impl Described {
    fn add(&mut self, text: &str, tokens: usize, name: String) {
        self.text.push_str(text);
        self.tokens += tokens;
        self.relations.push(name);
    }

    /// As many names as fit, nearest first, and how many more there are.
    fn name_the_others(&mut self, room: usize) {
        if self.left.is_empty() {
            return;
        }
        let end = |more: usize| if more > 0 { format!(", … +{more})\n") } else { ")\n".to_owned() };
        let frame = 2 + tokens(&end(self.left.len()), Kind::Code);
        let Some(left) = room.checked_sub(self.tokens + frame) else { return };
        let fits = fitting(self.left.iter().map(|name| tokens(name, Kind::Code) + 1), left);
        let names = format!("({}{}", self.left[..fits].join(", "), end(self.left.len() - fits));
        self.tokens += tokens(&names, Kind::Code);
        self.text.push_str(&names);
    }
}
