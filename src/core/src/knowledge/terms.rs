//! The names of business terms in questions.

use super::fold;
use super::lexicon::{Sense, lexicon};
use crate::domain::{VerifiedKind, VerifiedQuery};

/// The names of terms, ready to be found in questions.
#[derive(Debug)]
pub(super) struct TermNames(Vec<TermName>);

#[derive(Debug)]
struct TermName {
    /// The place of its term.
    term: usize,
    stems: Vec<String>,
}

impl TermNames {
    /// Reads every name of the terms among `entries`, the longest first.
    pub(super) fn new(entries: &[VerifiedQuery]) -> Self {
        let terms = entries.iter().enumerate().filter(|(_, entry)| entry.kind == VerifiedKind::Term);
        let names =
            terms.flat_map(|(term, entry)| entry.wordings().map(move |name| TermName { term, stems: stems(name) }));
        let mut names: Vec<TermName> = names.filter(|name| !name.stems.is_empty()).collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.stems.len()));
        Self(names)
    }

    /// The places of the terms that `text` names, each once, in the order of their entries. Words that a longer name has
    /// taken name no other: "net revenue" is not "revenue".
    pub(super) fn named_in(&self, text: &str) -> Vec<usize> {
        let words = stems(text);
        let mut taken = vec![false; words.len()];
        let mut found = Vec::new();
        for TermName { term, stems } in &self.0 {
            for start in 0..(words.len() + 1).saturating_sub(stems.len()) {
                let place = start..start + stems.len();
                if words[place.clone()] == **stems && !taken[place.clone()].contains(&true) {
                    taken[place].fill(true);
                    found.push(*term);
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Checks whether a name has a word that is more than grammar, of two letters at least.
pub(super) fn says_something(name: &str) -> bool {
    let is_small = |stem: &String| {
        stem.len() < 2 || matches!(lexicon().sense(std::slice::from_ref(stem)), Some((Sense::Ignored, _)))
    };
    stems(name).iter().any(|stem| !is_small(stem))
}

fn stems(text: &str) -> Vec<String> {
    fold(text).iter().map(|word| lexicon().stem(word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: VerifiedKind, fr: &str, en: &str, also: &[&str]) -> VerifiedQuery {
        VerifiedQuery {
            kind,
            id: String::new(),
            fr: fr.to_owned(),
            en: en.to_owned(),
            also: also.iter().map(|name| (*name).to_owned()).collect(),
            note: String::new(),
            statement: String::new(),
            parameters: Vec::new(),
            verified_by: String::new(),
            verified_on: String::new(),
        }
    }

    #[test]
    fn terms_are_named_by_all_their_words() {
        let names = TermNames::new(&[
            entry(VerifiedKind::Term, "chiffre d'affaires", "revenue", &["CA"]),
            entry(VerifiedKind::Term, "client actif", "active client", &[]),
            entry(VerifiedKind::Question, "les prospects", "prospects", &[]),
            entry(VerifiedKind::Term, "CA net", "net revenue", &[]),
            entry(VerifiedKind::Term, "", " ", &["?!"]),
        ]);
        for (question, expected) in [
            ("Quel est notre CA ?", &[0][..]),
            ("Le chiffre d’affaires des clients actifs", &[0, 1]),
            ("Combien ça coûte ?", &[]),
            ("clients qui sont actifs", &[]),
            ("les prospects", &[]),
            ("our net revenue", &[3]),
            ("net revenue beside revenue, and revenue again", &[0, 3]),
            ("", &[]),
        ] {
            assert_eq!(names.named_in(question), expected, "{question}");
        }
        for (name, expected) in [("the", false), ("de", false), ("a", false), ("CA", true), ("le client", true)] {
            assert_eq!(says_something(name), expected, "{name}");
        }
    }
}
