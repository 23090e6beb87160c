//! The meaning of a question: a set of words, without the ways of saying it.

use std::collections::BTreeSet;

use super::fold;
use super::lexicon::{Sense, lexicon};
use super::spelling::Vocabulary;
use super::template::Item;

/// A word of the meaning, in the order of the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// The word: `!` before it when denied, `/` when grouped by.
    pub(super) text: String,
    /// The parameter whose value it stands for.
    pub(super) slot: Option<String>,
    counts: bool,
}

/// The meaning of pieces, in order. With a vocabulary, words that it does not know are taken for typing mistakes.
pub(super) fn tokens(items: &[Item], spelling: Option<&Vocabulary>) -> Vec<Token> {
    let mut reading = Reading::default();
    for run in items.chunk_by(|one, next| matches!((one, next), (Item::Word(_), Item::Word(_)))) {
        if let [Item::Slot { name, counts }] = run {
            reading.slot(name, *counts);
            continue;
        }
        let stems: Vec<String> =
            run.iter().enumerate().filter_map(|(at, item)| stem(item, at == 0, spelling)).collect();
        reading.words(&stems);
    }
    reading.finish()
}

/// The meaning as a set: order and repetition do not matter, what counts what does.
pub(super) fn set(tokens: &[Token]) -> BTreeSet<String> {
    let with_unit = |(at, token): (usize, &Token)| {
        let unit = tokens.iter().skip(at + 1).find(|next| !lexicon().is_order(&next.text));
        match unit {
            Some(unit) if token.counts => format!("{} {}", token.text, unit.text),
            _ => token.text.clone(),
        }
    };
    tokens.iter().enumerate().map(with_unit).collect()
}

fn stem(item: &Item, opens: bool, spelling: Option<&Vocabulary>) -> Option<String> {
    let Item::Word(word) = item else { return None };
    let stem = lexicon().stem(word);
    Some(spelling.and_then(|vocabulary| vocabulary.correction(&stem, opens)).unwrap_or(stem))
}

#[derive(Default)]
struct Reading {
    tokens: Vec<Token>,
    /// `!` or `/`, waiting for its word.
    binding: &'static str,
}

impl Reading {
    fn words(&mut self, stems: &[String]) {
        let mut left = stems;
        while let Some((first, others)) = left.split_first() {
            let known = lexicon().sense(left);
            left = known.as_ref().map_or(others, |(_, length)| left.get(*length..).unwrap_or_default());
            match known.map(|(sense, _)| sense) {
                Some(Sense::Negation) => self.binding = "!",
                // "Not by …" denies; what is denied is not grouped by.
                Some(Sense::Grouping) if self.binding.is_empty() => self.binding = "/",
                Some(Sense::Grouping | Sense::Ignored) => {}
                Some(Sense::Same(word)) => self.word(word),
                None => self.word(first),
            }
        }
    }

    fn word(&mut self, word: &str) {
        let binding = std::mem::take(&mut self.binding);
        let bound = if binding == "/" && (word.starts_with('/') || lexicon().is_measure(word)) { "" } else { binding };
        self.tokens.push(Token { text: format!("{bound}{word}"), slot: None, counts: false });
    }

    /// "The city of Paris" is Paris: a word just before a slot that says what the slot is adds nothing.
    fn slot(&mut self, name: &str, counts: bool) {
        let mut denied = std::mem::take(&mut self.binding) == "!";
        let noun = fold(name).iter().map(|word| lexicon().stem(word)).collect::<Vec<_>>();
        let noun = match lexicon().sense(&noun) {
            Some((Sense::Same(word), _)) => word.clone(),
            _ => noun.join(" "),
        };
        let said = self.tokens.last().map(|token| token.text.trim_start_matches(['!', '/']) == noun);
        if said == Some(true) {
            denied |= self.tokens.pop().is_some_and(|token| token.text.starts_with('!'));
        }
        let denial = if denied { "!" } else { "" };
        self.tokens.push(Token { text: format!("{denial}<{name}>"), slot: Some(name.to_owned()), counts });
    }

    fn finish(mut self) -> Vec<Token> {
        if self.binding == "!" {
            // Something is denied and we do not know what: that matches nothing.
            self.tokens.push(Token { text: "!".to_owned(), slot: None, counts: false });
        }
        self.tokens
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::template::template;

    #[test]
    fn ways_of_saying_the_same_have_the_same_meaning() {
        for (question, expected) in [
            ("Peux-tu me donner la liste des clients ?", "client"),
            ("Clients n'ayant aucun contrat", "!contract client"),
            ("customers who don't have a contract", "!contract client"),
            ("Contrats sans client", "!client contract"),
            ("Chiffre d’affaires mensuel", "/month revenue"),
            ("revenue by month", "/month revenue"),
            ("Les meilleurs clients par chiffre d'affaires", "client revenue top"),
            ("clients de la ville de {city}", "<city> client"),
            ("clients not in {city}", "!<city> client"),
            ("clients pas dans la ville de {city}", "!<city> client"),
            ("les {n} plus gros clients", "<n> client client top"),
            ("plus de {n} contrats", "<n> contract > contract"),
            ("les clients ne sont pas", "! client"),
        ] {
            let found = set(&tokens(&template(question, |name| name == "n"), None));
            assert_eq!(found.into_iter().collect::<Vec<_>>().join(" "), expected, "{question}");
        }
    }
}
