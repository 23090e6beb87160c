//! The words that verified questions are made of, and what a mistyped one was meant to be.

use std::collections::{BTreeSet, HashSet};

use super::lexicon::{Sense, lexicon};
use super::template::{Item, template};
use crate::domain::{ParameterKind, VerifiedKind, VerifiedQuery};

/// Shorter words have too many neighbours: `mois` and `bois`.
const SHORTEST: usize = 5;

/// The words that verified questions are made of.
#[derive(Debug)]
pub(super) struct Vocabulary {
    known: HashSet<String>,
    /// Those a mistyped word may have meant.
    words: BTreeSet<String>,
    /// Those only a mistyped first word may have meant: elsewhere a name could be taken for a word without weight.
    openers: BTreeSet<String>,
}

impl Vocabulary {
    /// The words of the questions, in all wordings.
    pub(super) fn new(queries: &[VerifiedQuery]) -> Self {
        let questions = queries.iter().filter(|query| query.kind == VerifiedKind::Question);
        let templates = questions.flat_map(VerifiedQuery::wordings);
        let items = templates.flat_map(|text| template(text, |_| ParameterKind::Text));
        let stems: BTreeSet<String> = items
            .filter_map(|item| match item {
                Item::Word(word) => Some(lexicon().stem(&word)),
                Item::Slot { .. } => None,
            })
            .collect();
        let known = stems.iter().map(String::as_str).chain(lexicon().words()).map(str::to_owned).collect();
        let long = stems.into_iter().filter(|stem| stem.chars().count() >= SHORTEST);
        let (openers, others): (BTreeSet<_>, BTreeSet<_>) =
            long.partition(|stem| is(stem, |sense| *sense == Sense::Ignored));
        let words = others.into_iter().filter(|stem| !is(stem, |sense| *sense == Sense::Negation)).collect();
        Self { known, words, openers }
    }

    /// The one word that `stem` is a single slip away from; `None` when it is a word itself, or could be several.
    ///
    /// Fingers rarely slip on the first letter, and names that nobody knows often differ in it: Lille is no `ville`. What
    /// ends otherwise, and is not only cut short, is often another form of the word: a contract to `signer` is not `signed`.
    pub(super) fn correction(&self, stem: &str, opens: bool) -> Option<String> {
        if self.known.contains(stem) || stem.chars().count() < SHORTEST {
            return None;
        }
        let openers = self.openers.iter().filter(|_| opens);
        let same_ends = |word: &&String| {
            let same_end = word.starts_with(stem) || word.chars().next_back() == stem.chars().next_back();
            same_end && word.chars().next() == stem.chars().next()
        };
        let candidates = self.words.iter().chain(openers).filter(same_ends);
        let mut near = candidates.filter(|word| one_slip(stem, word));
        near.next().filter(|_| near.next().is_none()).cloned()
    }
}

fn is(stem: &str, wanted: impl Fn(&Sense) -> bool) -> bool {
    lexicon().sense(&[stem.to_owned()]).is_some_and(|(sense, _)| wanted(sense))
}

/// Checks whether one letter is missing, added, wrong, or exchanged with its neighbour.
pub(crate) fn one_slip(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let same = short.iter().zip(&long).take_while(|(a, b)| a == b).count();
    let (short_rest, long_rest) = (short.get(same..).unwrap_or_default(), long.get(same..).unwrap_or_default());
    match (short_rest, long_rest) {
        ([a, b, left @ ..], [c, d, right @ ..]) if short.len() == long.len() => {
            (a == d && b == c && left == right) || (b == d && left == right)
        }
        ([_], [_]) => true,
        (rest, [_, right @ ..]) if long.len() == short.len() + 1 => rest == right,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_unknown_word_near_a_single_template_word_is_corrected() {
        let vocabulary = Vocabulary::new(&[VerifiedQuery {
            kind: VerifiedKind::Question,
            id: String::new(),
            fr: "Liste les contrats signés par ville".to_owned(),
            en: "List the signed contracts without city".to_owned(),
            also: Vec::new(),
            note: String::new(),
            statement: String::new(),
            parameters: Vec::new(),
            verified_by: String::new(),
            verified_on: String::new(),
        }]);
        for (stem, opens, expected) in [
            ("contrt", false, Some("contrat")),
            ("contract", false, None),
            ("contrac", false, Some("contract")),
            ("contrast", false, None),
            ("contact", false, None),
            ("contracd", false, None),
            ("signer", false, None),
            ("lille", false, None),
            ("vile", false, None),
            ("lsite", true, Some("liste")),
            ("lsite", false, None),
            ("withuot", true, None),
        ] {
            assert_eq!(vocabulary.correction(stem, opens).as_deref(), expected, "{stem}");
        }
    }

    #[test]
    fn one_slip_and_no_more() {
        for (one, other, expected) in [
            ("contrat", "contrt", true),
            ("contrat", "conttrat", true),
            ("contrat", "contart", true),
            ("contrat", "contral", true),
            ("contrat", "kontrat", true),
            ("contrat", "contrats", true),
            ("contrat", "contrat", false),
            ("contrat", "conrta", false),
            ("contrat", "cotra", false),
            ("ab", "", false),
            ("abcd", "badc", false),
        ] {
            assert_eq!((one_slip(one, other), one_slip(other, one)), (expected, expected), "{one} {other}");
        }
    }
}
