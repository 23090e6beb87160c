//! Finds the objects that directly or indirectly read another database.

use std::collections::{HashMap, HashSet};

use super::rows::{Dictionary, Name};

/// Views and synonyms that lead through a database link, by whatever other views and synonyms, as far as the dictionary
/// shows them to us.
pub(super) fn remote(dictionary: &Dictionary) -> HashSet<Name<'_>> {
    let views = dictionary.dependencies.iter().map(|one| (one.key(), &one.of_owner, &one.of, &one.link));
    let names = dictionary.synonyms.iter().map(|one| (one.key(), &one.of_owner, &one.of, &one.link));
    let mut found = Vec::new();
    let mut over: HashMap<Name<'_>, Vec<Name<'_>>> = HashMap::new();
    for (one, of_owner, of, link) in views.chain(names) {
        match (link, of_owner) {
            (Some(_), _) => found.push(one),
            (None, Some(of_owner)) => over.entry((of_owner, of)).or_default().push(one),
            (None, None) => {}
        }
    }
    let mut remote = HashSet::new();
    while let Some(one) = found.pop() {
        // Some stand on each other in a circle.
        if remote.insert(one) {
            found.extend(over.get(&one).into_iter().flatten());
        }
    }
    remote
}
