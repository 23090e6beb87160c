//! Estimates which relations a question is about.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::domain::{Catalog, ForeignKey, Relation};
use crate::knowledge;

/// The words that say what is asked.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// Of the question itself.
    now: BTreeSet<String>,
    /// Of what was asked before it.
    before: BTreeSet<String>,
}

impl Words {
    pub(super) fn of<'t>(question: &str, before: impl Iterator<Item = &'t str>) -> Self {
        let now = knowledge::keywords(question);
        let before = before.flat_map(knowledge::keywords).filter(|word| !now.contains(word)).collect();
        Self { now, before }
    }

    /// Returns how strongly a name is related to the question.
    pub(super) fn weight(&self, name: &str) -> usize {
        let count = |words: &BTreeSet<String>| words.iter().filter(|word| says(name, word)).count();
        2 * count(&self.now) + count(&self.before)
    }

    fn is_empty(&self) -> bool {
        self.now.is_empty() && self.before.is_empty()
    }
}

/// Checks whether one of the words of a name is this one, in the singular or the plural.
fn says(name: &str, stem: &str) -> bool {
    let root = stem.trim_end_matches('i').as_bytes();
    let is_it = |word: &str| {
        let word = word.as_bytes();
        (root.len()..=root.len() + 3).contains(&word.len()) && word[..root.len()].eq_ignore_ascii_case(root)
    };
    if name.is_ascii() {
        name.split(|c: char| !c.is_ascii_alphanumeric()).any(is_it)
    } else {
        knowledge::fold(name).iter().any(|word| is_it(word))
    }
}

/// Relations by their schema and name, to follow keys.
pub(super) struct Index<'c>(HashMap<(&'c str, &'c str), &'c Relation>);

impl<'c> Index<'c> {
    pub(super) fn of(catalog: &'c Catalog) -> Self {
        Self(catalog.tables.iter().map(|one| ((one.schema.as_str(), one.name.as_str()), one)).collect())
    }

    /// The relation a key of another points at.
    pub(super) fn referred(&self, from: &Relation, key: &ForeignKey) -> Option<&'c Relation> {
        let here = self.0.get(&(from.schema.as_str(), key.relation.as_str()));
        // A schema may have a dot in its name.
        let elsewhere = || {
            let mut dots = key.relation.match_indices('.');
            dots.find_map(|(dot, _)| self.0.get(&(&key.relation[..dot], &key.relation[dot + 1..])))
        };
        here.or_else(elsewhere).copied()
    }
}

/// The relations of a catalog with how near they are to what is asked, the nearest first; equally near ones in the
/// database's order. Those that a near one points at come before those that nothing speaks for.
pub(super) fn nearest<'c>(catalog: &'c Catalog, index: &Index<'c>, words: &Words) -> Vec<(&'c Relation, usize)> {
    let mut ranked: Vec<(&Relation, usize)> = catalog.tables.iter().map(|one| (one, nearness(one, words))).collect();
    let near = ranked.iter().filter(|(_, weight)| *weight > 0).map(|(one, _)| *one);
    let beside: HashSet<(&str, &str)> = near
        .flat_map(|one| one.foreign_keys.iter().filter_map(|key| index.referred(one, key)))
        .map(|one| (one.schema.as_str(), one.name.as_str()))
        .collect();
    for (relation, weight) in &mut ranked {
        *weight += usize::from(beside.contains(&(relation.schema.as_str(), relation.name.as_str())));
    }
    ranked.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
    ranked
}

/// A relation's own name says more than those of its columns.
fn nearness(relation: &Relation, words: &Words) -> usize {
    if words.is_empty() {
        return 0;
    }
    let columns = relation.columns.iter().map(|column| words.weight(&column.name)).max().unwrap_or_default();
    4 * words.weight(&relation.name) + columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CatalogColumn, Dialect, RelationKind};

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
        let index = Index::of(&catalog);
        for (question, before, expected) in [
            ("Which payments are late?", "", "PAYMENTS clients"),
            ("Quels règlements sont en retard ?", "", "PAYMENTS clients"),
            ("Combien de clients ?", "", "clients cities"),
            ("By city", "", "cities"),
            ("Les plus récents", "Combien de clients ?", "clients cities"),
            ("Liste des dépôts", "", "Dépôts"),
            ("Bonjour", "", ""),
        ] {
            let ranked = nearest(&catalog, &index, &Words::of(question, std::iter::once(before)));
            let near: Vec<&str> =
                ranked.iter().filter(|(_, weight)| *weight > 0).map(|(one, _)| one.name.as_str()).collect();
            assert_eq!(near.join(" "), expected, "{question}");
        }
    }

    #[test]
    fn keys_lead_to_other_schemas() {
        let other = Relation { schema: "a.b".to_owned(), ..relation("t", &["id"], None) };
        let catalog = Catalog::new(Dialect::Oracle, "main", vec![other, relation("u", &["id"], Some("a.b.t"))]);
        let index = Index::of(&catalog);
        let from = &catalog.tables[1];
        assert_eq!(index.referred(from, &from.foreign_keys[0]).map(|one| one.name.as_str()), Some("t"));
    }
}
