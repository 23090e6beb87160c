//! Readers of a reply: the part of a target that everybody in a place may see, and what only some may.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::access::AccessDecision;
use crate::domain::{Catalog, Place, Role};
use crate::egress::neutralized;
use crate::guard::Verdict;
use crate::knowledge;
use crate::settings::Settings;
use crate::targets::schema::{Schema, Schemas};

/// Words shorter than this say too little to be the name of something.
const SHORTEST_WORD: usize = 4;

/// The roles of those who read in a place, each with what they may see; nobody in private.
pub(crate) struct Audience(pub(crate) Vec<(Role, Arc<Schema>)>);

impl Audience {
    pub(crate) fn of(settings: &Settings, schemas: &Schemas, own: &Role, place: &Place) -> Self {
        if place.private {
            return Self(Vec::new());
        }
        let welcome = settings.welcome(own, place).into_iter().map(|role| (schemas.of(&role), role));
        let mut readers: Vec<(Role, Arc<Schema>)> = Vec::new();
        for (schema, role) in welcome {
            // Who may see the same need not be asked twice.
            if !readers.iter().any(|(_, other)| Arc::ptr_eq(other, &schema)) {
                readers.push((role, schema));
            }
        }
        Self(readers)
    }

    /// The reason that some readers may not see what a statement reads or returns, if any.
    pub(crate) fn bar(&self, statement: &str) -> Option<AccessDecision> {
        self.0.iter().find_map(|(role, schema)| {
            let found = match schema.guard.check(statement) {
                Verdict::Allow(approved) if approved.text() == statement => return None,
                Verdict::Allow(approved) => approved.left_out().join(" "),
                Verdict::Deny(refusal) => neutralized(&refusal.found),
            };
            Some(AccessDecision::barred(role, found))
        })
    }
}

/// True if words name a relation or a column that is in `seen` and not in `common`. A word does if it names nothing in
/// `common`; so do a column's words together with those of its relation.
pub(crate) fn names_hidden(question: &str, seen: &Catalog, common: &Catalog) -> bool {
    let (words, open) = (words_of(question), names_in(common));
    let says = |name: &str| {
        let stems: Vec<String> = stems(name).collect();
        let telling = stems.iter().any(|stem| words.contains(stem) && !open.contains(stem));
        (telling, !stems.is_empty() && stems.iter().all(|stem| words.contains(stem)))
    };
    seen.tables.iter().any(|relation| {
        let others = common.tables.iter().find(|one| one.schema == relation.schema && one.name == relation.name);
        let (telling, whole) = says(&relation.name);
        let Some(others) = others else {
            return telling || whole || relation.columns.iter().any(|column| says(&column.name).0);
        };
        relation.columns.iter().filter(|column| others.columns.iter().all(|one| one.name != column.name)).any(
            |column| {
                let (telling, named) = says(&column.name);
                telling || (named && whole)
            },
        )
    })
}

/// True of words that name a relation or a column of a catalog.
pub(crate) fn names_any(question: &str, catalog: &Catalog) -> bool {
    !words_of(question).is_disjoint(&names_in(catalog))
}

fn words_of(question: &str) -> BTreeSet<String> {
    knowledge::fold(question).iter().map(|word| stem(word)).collect()
}

fn names_in(catalog: &Catalog) -> BTreeSet<String> {
    let names = catalog.tables.iter().flat_map(|one| one.columns.iter().map(|column| &column.name).chain([&one.name]));
    names.flat_map(|name| stems(name)).collect()
}

fn stems(name: &str) -> impl Iterator<Item = String> + use<> {
    knowledge::fold(name).into_iter().filter(|word| word.len() >= SHORTEST_WORD).map(|word| stem(&word))
}

fn stem(word: &str) -> String {
    word.trim_end_matches('s').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CatalogColumn, Dialect, Relation, RelationKind};

    fn catalog(tables: &[(&str, &[&str])]) -> Catalog {
        let relation = |(name, columns): &(&str, &[&str])| {
            let columns = columns.iter().map(|name| CatalogColumn::new(name, "text")).collect();
            Relation::new("main", name, RelationKind::Table, columns)
        };
        Catalog::new(Dialect::Sqlite, "main", tables.iter().map(relation).collect())
    }

    #[test]
    fn a_question_names_what_others_may_not_see_or_it_does_not() {
        let seen = catalog(&[
            ("clients", &["id", "name", "email"]),
            ("leads", &["id", "email"]),
            ("employees", &["id", "name", "salary", "home_address"]),
            ("client_scores", &["client_id", "risk_level"]),
        ]);
        let common =
            catalog(&[("clients", &["id", "name"]), ("leads", &["id", "email"]), ("employees", &["id", "name"])]);
        for (question, names) in [
            ("Which clients are there?", false),
            ("What are the emails of the leads?", false),
            ("What is the email of each client?", true),
            ("The salaries? I mean the salary of everybody", true),
            ("Where is everybody's home", true),
            ("Who is at risk?", true),
            ("scores by client", true),
            ("the id of each", false),
            ("", false),
        ] {
            assert_eq!(names_hidden(question, &seen, &common), names, "{question}");
            assert!(!names_hidden(question, &common, &common), "{question}");
        }
    }
}
