//! Estimates which relations a question is about.
//!
//! [`CatalogWords`] takes the names and comments of a catalog apart once. For a question, each relation gets a score: how
//! well its names and comments say what is asked, rare things counting more than frequent ones. Relations are then chosen one
//! after the other, so that each thing asked for has its relation before one of them has several, and those that link chosen
//! ones by foreign keys come with them.

mod abbreviations;
mod catalog_words;
mod links;
mod words;

pub use catalog_words::CatalogWords;
pub(super) use links::Places;

use std::cmp::Ordering;

use crate::domain::{Catalog, Relation};
use crate::knowledge::{self, Concept};

/// Relations that are told of where not all can be: of more a model makes less, and it answers later.
pub(super) const MOST: usize = 12;
/// Things that are looked for, at most: a longer question is a pasted text, and each thing costs a look at every relation.
const MOST_ASKED: usize = 40;
/// The weight of what was asked before, beside 1 for the question itself.
const BEFORE: f64 = 0.5;
/// The share of a thing's worth that is lost once a chosen relation says it in full.
const COVERED: f64 = 0.65;
/// A relation whose score for a thing is at least this is one of it.
const IS_ONE: f64 = 0.5;

/// The things that are asked for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Each with its weight.
    things: Vec<(Concept, f64)>,
    /// Relations that an answer reads in any case, as the guard names them.
    read: Vec<String>,
}

impl Asked {
    pub(super) fn of<'t>(question: &str, before: impl Iterator<Item = &'t str>) -> Self {
        let mut asked: Vec<(Concept, f64)> =
            knowledge::concepts(question).into_iter().take(MOST_ASKED).map(|concept| (concept, 1.0)).collect();
        for concept in before.flat_map(knowledge::concepts) {
            if asked.len() >= MOST_ASKED {
                break;
            }
            if asked.iter().all(|(other, _)| *other != concept) {
                asked.push((concept, BEFORE));
            }
        }
        Self { things: asked, read: Vec::new() }
    }

    /// Adds relations that the answer reads in any case.
    pub(super) fn reading<'r>(self, relations: impl Iterator<Item = &'r str>) -> Self {
        Self { read: relations.map(str::to_owned).collect(), ..self }
    }
}

/// Relations in the order of their nearness.
pub(super) struct Nearest<'c> {
    /// All of the catalog.
    pub(super) relations: Vec<&'c Relation>,
    /// The number of those, from the first on, that the question is about.
    pub(super) near: usize,
}

impl<'c> Nearest<'c> {
    /// Equally near ones keep the database's order.
    pub(super) fn of(catalog: &'c Catalog, words: &CatalogWords, asked: &Asked) -> Self {
        let scores = Scores::of(words, asked);
        let is_read = |at: &usize| catalog.tables.get(*at).is_some_and(|one| asked.read.contains(&catalog.shown(one)));
        let mut order = scores.chosen(words, (0..catalog.tables.len()).filter(is_read));
        let near = order.len();
        let mut others: Vec<usize> = (0..catalog.tables.len()).filter(|at| !order.contains(at)).collect();
        others.sort_by(|one, other| descending(scores.total[*one], scores.total[*other]));
        order.extend(others);
        Self { relations: order.into_iter().filter_map(|at| catalog.tables.get(at)).collect(), near }
    }
}

fn descending(one: f64, other: f64) -> Ordering {
    other.total_cmp(&one)
}

/// The scores of each relation for the things that are asked for.
struct Scores {
    /// By relation, then by thing: the score times its weight and rarity.
    of: Vec<Vec<f64>>,
    /// By relation, then by thing, from 0 to 1.
    plain: Vec<Vec<f64>>,
    total: Vec<f64>,
}

impl Scores {
    fn of(words: &CatalogWords, Asked { things: asked, .. }: &Asked) -> Self {
        let concepts: Vec<&Concept> = asked.iter().map(|(concept, _)| concept).collect();
        let said = words.said(&concepts);
        let count = words.len();
        let rarity: Vec<f64> = (0..asked.len())
            .map(|thing| {
                let often: f64 = said.iter().map(|of| of.scores[thing]).sum();
                (1.0 + size(count) / (1.0 + often)).ln()
            })
            .collect();
        let weighted = |scores: &[f64], specificity: f64| -> Vec<f64> {
            let each = scores.iter().zip(&rarity).zip(asked);
            each.map(|((score, rarity), (_, weight))| score * rarity * weight * specificity).collect()
        };
        let of: Vec<Vec<f64>> = said.iter().map(|one| weighted(&one.scores, one.specificity)).collect();
        let total = of.iter().map(|scores| scores.iter().sum()).collect();
        Self { of, plain: said.into_iter().map(|one| one.scores).collect(), total }
    }

    /// The relations to tell of, the most needed first: those that are `read`, one for each thing that is asked for, then those they point at, then
    /// others that say something of it.
    fn chosen(&self, words: &CatalogWords, read: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut choice = Choice { chosen: Vec::new(), covered: vec![0.0; self.of.first().map_or(0, Vec::len)] };
        for at in read {
            choice.take(at, &self.plain[at]);
        }
        while choice.chosen.len() < MOST
            && let Some(next) = self.best(&choice, |at| choice.is_new(&self.plain[at]))
        {
            let between = words.links().between(&choice.chosen, next, &self.total);
            choice.take(next, &self.plain[next]);
            for beside in between.into_iter().chain(words.owner(next)) {
                choice.take(beside, &self.plain[beside]);
            }
        }
        for at in choice.chosen.clone() {
            for to in words.links().from(at) {
                choice.take(*to, &self.plain[*to]);
            }
        }
        while choice.chosen.len() < MOST
            && let Some(next) = self.best(&choice, |_| true)
        {
            choice.take(next, &self.plain[next]);
        }
        choice.chosen.truncate(MOST);
        choice.chosen
    }

    /// The relation that adds most to those chosen, if any adds something.
    fn best(&self, choice: &Choice, is_wanted: impl Fn(usize) -> bool) -> Option<usize> {
        let gain = |at: usize| -> f64 {
            self.of[at].iter().zip(&choice.covered).map(|(score, covered)| score * (1.0 - COVERED * covered)).sum()
        };
        let left =
            (0..self.of.len()).filter(|at| !choice.chosen.contains(at) && is_wanted(*at)).map(|at| (at, gain(at)));
        left.filter(|(_, gain)| *gain > 0.0).min_by(|one, other| descending(one.1, other.1)).map(|(at, _)| at)
    }
}

/// Relations that were chosen, and how well they say each thing.
struct Choice {
    chosen: Vec<usize>,
    covered: Vec<f64>,
}

impl Choice {
    /// True of the scores of a relation that says something of which none is chosen yet.
    fn is_new(&self, scores: &[f64]) -> bool {
        scores.iter().zip(&self.covered).any(|(score, covered)| *score >= IS_ONE && *covered < IS_ONE)
    }

    fn take(&mut self, at: usize, scores: &[f64]) {
        if self.chosen.contains(&at) {
            return;
        }
        for (covered, score) in self.covered.iter_mut().zip(scores) {
            *covered = covered.max(*score);
        }
        self.chosen.push(at);
    }
}

#[expect(clippy::cast_precision_loss, reason = "catalogs are small")]
fn size(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CatalogColumn, Dialect, ForeignKey, RelationKind};

    fn relation(name: &str, columns: &[&str], to: Option<&str>) -> Relation {
        let columns = columns.iter().map(|column| CatalogColumn::new(column, "TEXT")).collect();
        let key = |to: &str| ForeignKey {
            columns: vec!["x".to_owned()],
            relation: to.to_owned(),
            references: vec!["id".to_owned()],
        };
        let foreign_keys = to.map(key).into_iter().collect();
        Relation { foreign_keys, ..Relation::new("main", name, RelationKind::Table, columns) }
    }

    #[test]
    fn the_nearest_come_first_in_both_languages() {
        let tables = vec![
            relation("audit_log", &["id", "message"], None),
            relation("cities", &["id", "label"], None),
            relation("clients", &["id", "company_name"], Some("cities")),
            relation("PAYMENTS", &["ID", "AMOUNT_PAID"], Some("clients")),
            relation("Dépôts", &["id"], None),
        ];
        let catalog = Catalog::new(Dialect::Sqlite, "main", tables);
        let words = CatalogWords::of(&catalog);
        for (question, before, expected) in [
            ("Which payments are late?", "", "PAYMENTS clients"),
            ("Quels règlements sont en retard ?", "", "PAYMENTS clients"),
            ("Combien de cliens ?", "", "clients cities"),
            ("By city", "", "cities"),
            ("Règlements par ville", "", "cities PAYMENTS clients"),
            ("Les plus récents", "Combien de clients ?", "clients cities"),
            ("Liste des dépôts", "", "Dépôts"),
            ("Bonjour", "", ""),
        ] {
            let nearest = Nearest::of(&catalog, &words, &Asked::of(question, std::iter::once(before)));
            let near: Vec<&str> = nearest.relations.iter().take(nearest.near).map(|one| one.name.as_str()).collect();
            assert_eq!(near.join(" "), expected, "{question}");
        }
    }

    #[test]
    fn the_tables_of_a_large_company_are_found() {
        use crate::testkit::large_company;
        /// As many as a prompt must hold of those that are needed, in hundredths.
        const RECALL: usize = 95;
        let catalog = large_company::catalog();
        let words = CatalogWords::of(&catalog);
        let (mut needed, mut found) = (0, 0);
        for asked in large_company::questions() {
            let nearest = Nearest::of(&catalog, &words, &Asked::of(&asked.question, std::iter::empty()));
            let first: Vec<&str> = nearest.relations.iter().take(8).map(|one| one.name.as_str()).collect();
            let missed: Vec<&String> = asked.tables.iter().filter(|table| !first.contains(&table.as_str())).collect();
            needed += asked.tables.len();
            found += asked.tables.len() - missed.len();
            if !missed.is_empty() {
                println!("{}: {missed:?} not in {first:?}", asked.question);
            }
        }
        println!("tables needed: {needed}, among the first eight: {found}");
        assert!(found * 100 >= needed * RECALL, "{found} of {needed}");
    }
}
