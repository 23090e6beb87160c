//! The words of a catalog, taken apart once for all questions.

use std::collections::{BTreeSet, HashMap};

use super::abbreviations::{Abbreviations, abbreviates};
use super::links::Links;
use super::words::{Word, comment, name_parts};
use super::{IS_ONE, size};
use crate::domain::Catalog;
use crate::knowledge::{Concept, one_slip};

/// The weight of a word, from 0 to 1, by its place: a relation's own name says more than those of its columns.
const NAME: f64 = 1.0;
const COMMENT: f64 = 0.8;
const COLUMN: f64 = 0.4;
const COLUMN_COMMENT: f64 = 0.3;
/// The confidence, from 0 to 1, that a part of a name means a word: because it was learnt, begins the word, has its letters,
/// begins like it, or is one letter away.
const LEARNT: f64 = 0.95;
const BEGINS: f64 = 0.8;
const SPELLS: f64 = 0.6;
const RELATED: f64 = 0.7;
const MISTYPED: f64 = 0.8;
/// Parts shorter than this look like too many words.
const SHORTEST_GUESSED: usize = 3;
/// Words shorter than this have too many neighbours to tell a slip.
const SHORTEST_MISTYPED: usize = 5;
/// The cost of each part of a name that is not asked for: a question about clients means `CLI` rather than `CLI_HIST`.
const UNASKED: f64 = 0.15;

/// The words of a catalog.
#[derive(Debug, Default)]
pub struct CatalogWords {
    parts: Vec<Part>,
    relations: Vec<OfRelation>,
    links: Links,
}

/// A distinct word of names or comments.
#[derive(Debug)]
struct Part {
    text: String,
    /// The phrases that it stands for; empty if none were learnt.
    phrases: Vec<Vec<String>>,
    /// Words of comments are written out.
    is_of_name: bool,
}

/// The places of a relation's words among the parts.
#[derive(Debug)]
struct OfRelation {
    name: Vec<usize>,
    comment: Vec<usize>,
    columns: Vec<usize>,
    column_comments: Vec<usize>,
}

/// A relation's scores for the things that are asked for.
pub(super) struct Said {
    /// From 0 to 1.
    pub(super) scores: Vec<f64>,
    /// From 0 to 1: lower the more its name says that is not asked for.
    pub(super) specificity: f64,
}

/// The distinct words that were met, each with its place.
#[derive(Default)]
struct Collecting {
    abbreviations: Abbreviations,
    parts: Vec<Part>,
    of_names: HashMap<String, usize>,
    of_comments: HashMap<String, usize>,
}

impl Collecting {
    fn names<'n>(&mut self, names: impl IntoIterator<Item = &'n String>) -> Vec<usize> {
        let texts = names.into_iter().flat_map(|name| name_parts(name));
        let (parts, abbreviations) = (&mut self.parts, &self.abbreviations);
        let new = |text: &String| {
            parts.push(Part { text: text.clone(), phrases: abbreviations.of(text).to_vec(), is_of_name: true });
            parts.len() - 1
        };
        distinct(texts, &mut self.of_names, new)
    }

    fn comments<'n>(&mut self, comments: impl IntoIterator<Item = &'n String>) -> Vec<usize> {
        let texts = comments.into_iter().flat_map(|comment| telling(comment));
        let parts = &mut self.parts;
        let new = |text: &String| {
            parts.push(Part { text: text.clone(), phrases: Vec::new(), is_of_name: false });
            parts.len() - 1
        };
        distinct(texts, &mut self.of_comments, new)
    }
}

/// The places of words, each once; one that is not known yet gets a new place.
fn distinct(
    texts: impl Iterator<Item = String>,
    known: &mut HashMap<String, usize>,
    mut new: impl FnMut(&String) -> usize,
) -> Vec<usize> {
    let places: BTreeSet<usize> = texts.map(|text| *known.entry(text).or_insert_with_key(&mut new)).collect();
    places.into_iter().collect()
}

impl CatalogWords {
    /// Takes the names and comments of a catalog apart.
    pub fn of(catalog: &Catalog) -> Self {
        let mut collecting = Collecting { abbreviations: Abbreviations::learnt(catalog), ..Collecting::default() };
        let relations = catalog.tables.iter().map(|relation| {
            let columns = || relation.columns.iter();
            OfRelation {
                name: collecting.names([&relation.name]),
                comment: collecting.comments([&relation.comment]),
                columns: collecting.names(columns().map(|column| &column.name)),
                column_comments: collecting.comments(columns().map(|column| &column.comment)),
            }
        });
        let relations = relations.collect();
        Self { relations, parts: collecting.parts, links: Links::of(catalog) }
    }

    /// Returns a name's weight for the question: the sum over the things asked for.
    pub(in crate::context) fn weight(&self, name: &str, asked: &super::Asked) -> f64 {
        let parts = name_parts(name);
        let known =
            parts.iter().filter_map(|text| self.parts.iter().find(|part| part.is_of_name && part.text == *text));
        let known: Vec<&Part> = known.collect();
        asked
            .things
            .iter()
            .map(|(concept, weight)| weight * known.iter().map(|part| part.means(concept)).fold(0.0, f64::max))
            .sum()
    }

    pub(super) fn len(&self) -> usize {
        self.relations.len()
    }

    /// The main relation of one whose name goes on from its name: `CLI` of `CLI_HIST`.
    pub(super) fn owner(&self, at: usize) -> Option<usize> {
        let own = &self.relations[at].name;
        let is_owner = |to: &&usize| {
            let name = &self.relations[**to].name;
            name.len() < own.len() && name.iter().all(|part| own.contains(part))
        };
        self.links.from(at).iter().find(is_owner).copied()
    }

    pub(super) fn links(&self) -> &Links {
        &self.links
    }

    /// Returns the scores of each relation, in the catalog's order, for these things.
    pub(super) fn said(&self, concepts: &[&Concept]) -> Vec<Said> {
        let meanings: Vec<Vec<f64>> = concepts.iter().map(|concept| self.meanings(concept)).collect();
        let most = |parts: &[usize], meant: &[f64]| parts.iter().map(|at| meant[*at]).fold(0.0, f64::max);
        let said = |of: &OfRelation| {
            let score = |meant: &Vec<f64>| {
                let scores = [
                    NAME * most(&of.name, meant),
                    COMMENT * most(&of.comment, meant),
                    COLUMN * most(&of.columns, meant),
                    COLUMN_COMMENT * most(&of.column_comments, meant),
                ];
                scores.into_iter().fold(0.0, f64::max)
            };
            let is_unasked = |part: &&usize| meanings.iter().all(|meant| meant[**part] < SPELLS);
            let unasked = of.name.iter().filter(is_unasked).count();
            Said { scores: meanings.iter().map(score).collect(), specificity: 1.0 / (1.0 + UNASKED * size(unasked)) }
        };
        self.relations.iter().map(said).collect()
    }

    /// Returns for each part of names, from 0 to 1, how well it means a thing. What looks like an abbreviation counts only where nothing surely means it; a word
    /// that nothing means may be mistyped.
    fn meanings(&self, concept: &Concept) -> Vec<f64> {
        let ways: [fn(&Part, &Concept) -> f64; 3] = [Part::means, Part::may_mean, Part::may_be_mistyped];
        let mut meanings = Vec::new();
        for way in ways {
            meanings = self.parts.iter().map(|part| way(part, concept)).collect();
            if meanings.iter().any(|meaning| *meaning >= IS_ONE) {
                break;
            }
        }
        meanings
    }
}

/// The words of a comment that tell something, in the singular.
fn telling(text: &str) -> Vec<String> {
    comment(text).into_iter().filter(|word| !word.is_small).map(|word| word.stem).collect()
}

impl Part {
    /// Returns from 0 to 1 how surely this part of a name means a thing.
    fn means(&self, concept: &Concept) -> f64 {
        concept.iter().map(|phrase| self.means_phrase(phrase)).fold(0.0, f64::max)
    }

    fn means_phrase(&self, phrase: &[String]) -> f64 {
        // One word of two may mean something else: a credit note is no note.
        let share = size(phrase.len()).powi(-2);
        let written = if phrase.contains(&self.text) { share } else { 0.0 };
        let learnt = |own: &Vec<String>| {
            let common = own.iter().filter(|word| phrase.contains(word)).count();
            LEARNT * (size(common) / size(own.len().max(phrase.len()))).powi(2)
        };
        self.phrases.iter().map(learnt).fold(written, f64::max)
    }

    /// Returns from 0 to 1 how much this part of a name looks like another form of a word for a thing or, where nothing is
    /// learnt of it, like an abbreviation.
    fn may_mean(&self, concept: &Concept) -> f64 {
        let own = || self.phrases.iter().filter(|phrase| phrase.len() == 1).flatten().chain([&self.text]);
        let asked = || concept.iter().filter(|phrase| phrase.len() == 1).flatten();
        let is_related = asked().any(|asked| own().any(|own| is_related(asked, own)));
        let meant = self.means(concept).max(if is_related { RELATED } else { 0.0 });
        if !self.is_of_name || !self.phrases.is_empty() || self.text.len() < SHORTEST_GUESSED {
            return meant;
        }
        let guess = |phrase: &Vec<String>| {
            let words: Vec<Word> = phrase.iter().cloned().map(Word::of_name).collect();
            match words.as_slice() {
                [word] if word.written.starts_with(&self.text) => BEGINS,
                words if abbreviates(&self.text, words) => SPELLS,
                _ => 0.0,
            }
        };
        concept.iter().map(guess).fold(meant, f64::max)
    }

    fn may_be_mistyped(&self, concept: &Concept) -> f64 {
        if self.is_mistyped_in(concept) { MISTYPED } else { self.may_mean(concept) }
    }

    fn is_mistyped_in(&self, concept: &Concept) -> bool {
        let own = self.phrases.iter().flatten().chain([&self.text]);
        own.into_iter().any(|own| {
            let is_slip = |asked: &String| {
                asked.len() >= SHORTEST_MISTYPED && own.len() >= SHORTEST_MISTYPED && one_slip(asked, own)
            };
            concept.iter().filter(|phrase| phrase.len() == 1).flatten().any(is_slip)
        })
    }
}

/// True of words that begin with the same letters, as *validé* and *validation* do.
fn is_related(one: &str, other: &str) -> bool {
    let shorter = one.len().min(other.len());
    let common = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    common >= SHORTEST_MISTYPED && common * 3 >= shorter * 2
}
