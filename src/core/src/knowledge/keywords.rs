//! The words that say what a text is about.

use std::collections::BTreeSet;

use super::fold;
use super::glossary::{glossary, telling};
use super::lexicon::{Sense, lexicon};

/// A thing that a text speaks of: the phrases for it, in the singular and without small words.
pub type Concept = BTreeSet<Vec<String>>;

/// The things that a text speaks of: `bons de commande` gives *bon commande* and *purchase order*.
pub fn concepts(text: &str) -> Vec<Concept> {
    let stems: Vec<String> = fold(text).iter().map(|word| stem(word)).collect();
    let (mut concepts, mut left) = (Vec::new(), stems.as_slice());
    while !left.is_empty() {
        let (concept, length) = concept(left);
        left = left.get(length..).unwrap_or_default();
        if !concept.is_empty() && !concepts.contains(&concept) {
            concepts.push(concept);
        }
    }
    concepts
}

/// The phrases for what `stems` begin with, and how many of them say it.
fn concept(stems: &[String]) -> (Concept, usize) {
    let (sense, of_sense) = lexicon().sense(stems).unzip();
    let (entry, of_entry) = glossary().longest(stems).unzip();
    let length = of_sense.max(of_entry).unwrap_or(1).max(1);
    if entry.is_none() && matches!(sense, Some(sense) if !matches!(sense, Sense::Same(_))) {
        return (Concept::new(), length);
    }
    let own = telling(stems.iter().take(length).map(String::as_str));
    let same = match sense {
        Some(Sense::Same(word)) if of_sense == Some(length) => {
            telling(fold(word).iter().map(|word| stem(word)).collect::<Vec<_>>().iter().map(String::as_str))
        }
        _ => Vec::new(),
    };
    let all = [own, same].into_iter().chain(entry.into_iter().flatten().cloned());
    (all.filter(|phrase| !phrase.is_empty()).collect(), length)
}

/// A folded word without its plural.
pub(crate) fn stem(word: &str) -> String {
    lexicon().stem(word)
}

/// The words of a text that are not there for politeness or grammar, folded, in their order.
pub(crate) fn content_words(text: &str) -> Vec<String> {
    let words = fold(text);
    let stems: Vec<String> = words.iter().map(|word| lexicon().stem(word)).collect();
    let (mut kept, mut at) = (Vec::new(), 0);
    while at < words.len() {
        let (is_kept, length) = match lexicon().sense(&stems[at..]) {
            Some((Sense::Ignored, length)) => (false, length.max(1)),
            Some((_, length)) => (true, length.max(1)),
            None => (true, 1),
        };
        if is_kept {
            let ignored =
                |word: &&String| matches!(lexicon().sense(&[lexicon().stem(word)]), Some((Sense::Ignored, _)));
            kept.extend(words[at..at + length].iter().filter(|word| !ignored(word)).cloned());
        }
        at += length;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_words_are_left_out_and_synonyms_are_added() {
        for (text, expected) in [
            ("Liste-moi les clients de Paris, s'il te plaît", "client|customer, pari"),
            ("Which suppliers?", "fournisseur|supplier|vendor"),
            ("les bons de commande", "bon commande|purchase order"),
            ("", ""),
        ] {
            let found: Vec<String> = concepts(text)
                .iter()
                .map(|concept| concept.iter().map(|phrase| phrase.join(" ")).collect::<Vec<_>>().join("|"))
                .collect();
            assert_eq!(found.join(", "), expected);
        }
    }
}
