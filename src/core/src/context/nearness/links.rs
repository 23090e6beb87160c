//! The ways between relations along foreign keys.

use std::collections::{HashMap, VecDeque};

use crate::domain::{Catalog, ForeignKey, Relation};

/// Relations between two that are linked, at most.
const FARTHEST: usize = 2;

/// The places of relations in a catalog, by their schema and name.
pub(in crate::context) struct Places<'c>(HashMap<(&'c str, &'c str), usize>);

impl<'c> Places<'c> {
    pub(in crate::context) fn of(catalog: &'c Catalog) -> Self {
        let named = catalog.tables.iter().map(|one| (one.schema.as_str(), one.name.as_str()));
        Self(named.zip(0..).collect())
    }

    /// The place of the relation that a key of another points at.
    pub(in crate::context) fn referred(&self, from: &Relation, key: &ForeignKey) -> Option<usize> {
        let here = self.0.get(&(from.schema.as_str(), key.relation.as_str()));
        // A schema may have a dot in its name.
        let elsewhere = || {
            let mut dots = key.relation.match_indices('.');
            dots.find_map(|(dot, _)| self.0.get(&(&key.relation[..dot], &key.relation[dot + 1..])))
        };
        here.or_else(elsewhere).copied()
    }
}

/// Foreign keys by the places of their relations in the catalog.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// The relations that each points at.
    to: Vec<Vec<usize>>,
    /// Those, and the ones that point at it.
    beside: Vec<Vec<usize>>,
}

impl Links {
    pub(super) fn of(catalog: &Catalog) -> Self {
        let places = Places::of(catalog);
        let none = vec![Vec::new(); catalog.tables.len()];
        let mut links = Self { to: none.clone(), beside: none };
        for (at, relation) in catalog.tables.iter().enumerate() {
            for to in relation.foreign_keys.iter().filter_map(|key| places.referred(relation, key)) {
                links.to[at].push(to);
                links.beside[at].push(to);
                links.beside[to].push(at);
            }
        }
        links
    }

    /// The relations that one points at.
    pub(super) fn from(&self, at: usize) -> &[usize] {
        &self.to[at]
    }

    /// The relations on the shortest way from one of these to another; of equally short ways, the one of highest score.
    /// None if it is one of their neighbours already, or too far.
    pub(super) fn between(&self, from: &[usize], to: usize, scores: &[f64]) -> Vec<usize> {
        let mut before: HashMap<usize, usize> = HashMap::from([(to, to)]);
        let mut next = VecDeque::from([(to, 0)]);
        while let Some((at, steps)) = next.pop_front() {
            if from.contains(&at) {
                let way = std::iter::successors(Some(at), |at| before.get(at).copied().filter(|next| next != at));
                return way.filter(|on| *on != at && *on != to).collect();
            }
            if steps > FARTHEST {
                continue;
            }
            let mut neighbours: Vec<usize> = self.beside[at].clone();
            neighbours.sort_by(|one, other| scores[*other].total_cmp(&scores[*one]));
            for neighbour in neighbours {
                if let std::collections::hash_map::Entry::Vacant(entry) = before.entry(neighbour) {
                    entry.insert(at);
                    next.push_back((neighbour, steps + 1));
                }
            }
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CatalogColumn, Dialect, RelationKind};

    fn relation(schema: &str, name: &str, to: &[&str]) -> Relation {
        let key = |to: &&str| ForeignKey {
            columns: vec!["x".to_owned()],
            relation: (*to).to_owned(),
            references: vec!["id".to_owned()],
        };
        let foreign_keys = to.iter().map(key).collect();
        Relation {
            foreign_keys,
            ..Relation::new(schema, name, RelationKind::Table, vec![CatalogColumn::new("id", "NUMBER")])
        }
    }

    #[test]
    fn keys_lead_to_other_schemas() {
        let catalog =
            Catalog::new(Dialect::Oracle, "main", vec![relation("a.b", "t", &[]), relation("main", "u", &["a.b.t"])]);
        let from = &catalog.tables[1];
        assert_eq!(Places::of(&catalog).referred(from, &from.foreign_keys[0]), Some(0));
    }

    #[test]
    fn what_stands_between_two_is_found() {
        let names = [
            ("client", &["country"][..]),
            ("country", &[]),
            ("order", &["client"]),
            ("line", &["order", "item"]),
            ("item", &[]),
        ];
        let tables = names.iter().map(|(name, to)| relation("main", name, to)).collect();
        let links = Links::of(&Catalog::new(Dialect::Oracle, "main", tables));
        let scores = [0.0; 5];
        assert_eq!(links.between(&[0], 4, &scores), [2, 3]);
        assert!(links.between(&[0], 2, &scores).is_empty());
        assert!(links.between(&[1], 4, &scores).is_empty(), "too far");
    }
}
