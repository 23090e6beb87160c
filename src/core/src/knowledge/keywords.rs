//! The words that say what a text is about.

use std::collections::BTreeSet;

use super::fold;
use super::lexicon::{Sense, lexicon};

/// Words shorter than this say too little.
const SHORTEST: usize = 3;

/// The words of a text that mean something, without their plurals, each with the word that means the same: `règlements`
/// gives `reglement` and `payment`.
pub fn keywords(text: &str) -> BTreeSet<String> {
    let stems: Vec<String> = fold(text).iter().map(|word| lexicon().stem(word)).collect();
    let mut words = BTreeSet::new();
    let mut left = stems.as_slice();
    while let Some((first, others)) = left.split_first() {
        let Some((sense, length)) = lexicon().sense(left) else {
            words.insert(first.clone());
            left = others;
            continue;
        };
        if let Sense::Same(word) = sense {
            words.extend(left.iter().take(length).cloned());
            words.extend(fold(word).iter().map(|word| lexicon().stem(word)));
        }
        left = left.get(length..).unwrap_or_default();
    }
    words.retain(|word| word.len() >= SHORTEST);
    words
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
    fn what_says_nothing_is_left_out_and_synonyms_are_added() {
        for (text, expected) in [
            ("Liste-moi les clients de Paris, s'il te plaît", "client pari"),
            ("Quels règlements sont en retard ?", "payment reglement"),
            ("How many cities?", "citi"),
            ("", ""),
        ] {
            let words: Vec<String> = keywords(text).into_iter().collect();
            assert!(expected.split(' ').all(|word| words.join(" ").contains(word)), "{text}: {words:?}");
        }
    }
}
