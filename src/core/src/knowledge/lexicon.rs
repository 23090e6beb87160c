//! The small words of French and English that matching must know, from `lexicon.txt`.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// The effect of a phrase on the meaning of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sense {
    /// Nothing.
    Ignored,
    /// Denies what follows.
    Negation,
    /// Is one half of a negation: *ne*, which *que* would make a restriction.
    HalfNegation,
    /// Asks for somebody where nothing is named yet: *who*, which is only a pronoun later on.
    Asking,
    /// Groups by what follows.
    Grouping,
    /// Goes on with a grouping, if anything.
    Joining,
    /// Means the same as this word.
    Same(String),
}

/// The small words. Keys are phrases of stems, separated by spaces.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    invariable: HashSet<String>,
    senses: HashMap<String, Sense>,
    plurals: HashSet<String>,
    words: HashSet<String>,
    order: HashSet<String>,
    things: HashSet<String>,
    states: HashSet<String>,
    periods: HashSet<String>,
    column_ends: HashSet<String>,
    /// Phrases of stems for a state that follow what they speak of.
    following: HashSet<String>,
    /// The shared meaning of several words of a meaning.
    rephrased: HashMap<String, String>,
    /// The meanings beside which another one says nothing.
    implied: HashMap<String, HashSet<String>>,
    years: HashMap<String, i16>,
    numbers: HashMap<String, i64>,
    legal_forms: HashSet<String>,
    articles: HashSet<String>,
    /// Words in the longest phrase that begins with a stem.
    longest: HashMap<String, usize>,
}

/// Words in the longest phrase of meanings.
const LONGEST_REPHRASED: usize = 4;

/// The one lexicon.
pub(super) fn lexicon() -> &'static Lexicon {
    static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::read(include_str!("lexicon.txt")));
    &LEXICON
}

impl Lexicon {
    /// A folded word without its plural: `contrats` → `contrat`, `cities` and `city` → `citi`.
    pub(super) fn stem(&self, word: &str) -> String {
        if word.len() < 4 || self.invariable.contains(word) || word.bytes().any(|byte| byte.is_ascii_digit()) {
            return word.to_owned();
        }
        let singular = match word.strip_suffix("aux") {
            Some(root) if root.ends_with('e') => format!("{root}au"),
            Some(root) => format!("{root}al"),
            None if word.ends_with("ss") => word.to_owned(),
            None => word.strip_suffix(['s', 'x']).unwrap_or(word).to_owned(),
        };
        for (ending, instead) in [("ee", "e"), ("ie", "i"), ("y", "i"), ("sse", "ss")] {
            if let Some(root) = singular.strip_suffix(ending) {
                return format!("{root}{instead}");
            }
        }
        singular
    }

    /// The longest phrase that `stems` begin with: its sense and its length in words.
    pub(super) fn sense(&self, stems: &[String]) -> Option<(&Sense, usize)> {
        self.longest(stems, |phrase| self.senses.get(phrase))
    }

    /// The longest phrase for a year that `stems` begin with: years after this one, and its length in words.
    pub(super) fn year(&self, stems: &[String]) -> Option<(i16, usize)> {
        self.longest(stems, |phrase| self.years.get(phrase).copied())
    }

    /// The longest number in words that `stems` begin with, and its length in words.
    pub(super) fn number(&self, stems: &[String]) -> Option<(i64, usize)> {
        self.longest(stems, |phrase| self.numbers.get(phrase).copied())
    }

    /// Checks whether a folded word is in the plural, or makes a plural of what follows.
    pub(super) fn is_plural(&self, word: &str) -> bool {
        let ends_as_one = word.ends_with(['s', 'x']) && !word.ends_with("ss") && !self.invariable.contains(word);
        self.plurals.contains(word) || (word.len() > 3 && ends_as_one)
    }

    /// Checks whether a folded word makes a plural of what follows, or is one that does not look so.
    pub(super) fn marks_plural(&self, word: &str) -> bool {
        self.plurals.contains(word)
    }

    /// Checks whether a meaning may be between a number and what it counts.
    pub(super) fn is_order(&self, meaning: &str) -> bool {
        self.order.contains(meaning)
    }

    /// Checks whether a meaning is a thing or a person that others are said of.
    pub(super) fn is_thing(&self, meaning: &str) -> bool {
        self.things.contains(meaning)
    }

    /// Checks whether a meaning is the state of a thing.
    pub(super) fn is_state(&self, meaning: &str) -> bool {
        self.states.contains(meaning)
    }

    /// Checks whether a meaning is a period of time.
    pub(super) fn is_period(&self, meaning: &str) -> bool {
        self.periods.contains(meaning)
    }

    /// Checks whether a column is named by this meaning if its name ends with it.
    pub(super) fn is_column_end(&self, meaning: &str) -> bool {
        self.column_ends.contains(meaning)
    }

    /// Checks whether a phrase of stems is a state said of what stands before it, as French adjectives are.
    pub(super) fn follows_its_thing(&self, stems: &str) -> bool {
        self.following.contains(stems)
    }

    /// Checks whether a meaning says nothing beside others.
    pub(super) fn is_implied(&self, meaning: &str, others: &[String]) -> bool {
        let are_said = |beside: &String| beside.split('+').all(|word| others.iter().any(|other| other == word));
        self.implied.get(meaning).is_some_and(|besides| besides.iter().any(are_said))
    }

    /// The meaning of the longest rephrased phrase that `words` begin with, and the length of that phrase in words.
    pub(super) fn rephrased(&self, words: &[&str]) -> Option<(&str, usize)> {
        let most = words.len().min(LONGEST_REPHRASED);
        let phrase = |length| self.rephrased.get(&words.get(..length)?.join(" "));
        (1..=most).rev().find_map(|length| Some((phrase(length)?.as_str(), length)))
    }

    /// Checks whether a folded word is a legal form of companies.
    pub(super) fn is_legal_form(&self, word: &str) -> bool {
        self.legal_forms.contains(word)
    }

    /// Checks whether a folded word is an article.
    pub(super) fn is_article(&self, word: &str) -> bool {
        self.articles.contains(word)
    }

    /// Checks whether a stem has a sense of its own.
    pub(super) fn knows(&self, stem: &str) -> bool {
        self.senses.contains_key(stem) || self.numbers.contains_key(stem)
    }

    /// Every word of every phrase, as stems, and those that are no typing mistakes.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        let phrases = self.senses.keys().chain(self.years.keys()).chain(self.numbers.keys()).chain(&self.words);
        phrases.flat_map(|phrase| phrase.split(' '))
    }

    fn longest<T>(&self, stems: &[String], find: impl Fn(&str) -> Option<T>) -> Option<(T, usize)> {
        let most = stems.len().min(*self.longest.get(stems.first()?)?);
        (1..=most).rev().find_map(|length| Some((find(&stems.get(..length)?.join(" "))?, length)))
    }

    fn read(text: &str) -> Self {
        let mut lexicon = Self::default();
        let mut section = "";
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                Some(name) => section = name,
                None => lexicon.line(section, line),
            }
        }
        lexicon
    }

    fn line(&mut self, section: &str, line: &str) {
        let (key, phrases) = line.split_once(" = ").unwrap_or_default();
        let phrases = if key.is_empty() { line } else { phrases };
        for phrase in phrases.split(',').map(str::trim).filter(|phrase| !phrase.is_empty()) {
            self.phrase(section, key, phrase);
        }
        if section == "same" && !key.is_empty() {
            // The word itself, so that it is never shadowed by another section and never taken for a typing mistake.
            let stem = self.stems(key);
            self.measure_length(&stem);
            self.senses.insert(stem, Sense::Same(key.to_owned()));
        }
    }

    fn phrase(&mut self, section: &str, key: &str, phrase: &str) {
        let stems = self.stems(phrase);
        self.measure_length(&stems);
        match section {
            "invariable" => drop(self.invariable.insert(phrase.to_owned())),
            "ignored" => drop(self.senses.insert(stems, Sense::Ignored)),
            "negation" => drop(self.senses.insert(stems, Sense::Negation)),
            "half negation" => drop(self.senses.insert(stems, Sense::HalfNegation)),
            "asking" => drop(self.senses.insert(stems, Sense::Asking)),
            "grouping" => drop(self.senses.insert(stems, Sense::Grouping)),
            "joining" => drop(self.senses.insert(stems, Sense::Joining)),
            "same" => drop(self.senses.insert(stems, Sense::Same(key.to_owned()))),
            "plural" => drop(self.plurals.insert(phrase.to_owned())),
            "word" => drop(self.words.insert(stems)),
            "order" => drop(self.order.insert(phrase.to_owned())),
            "thing" => drop(self.things.insert(phrase.to_owned())),
            "state" => drop(self.states.insert(phrase.to_owned())),
            "period" => drop(self.periods.insert(phrase.to_owned())),
            "column end" => drop(self.column_ends.insert(phrase.to_owned())),
            "following" => drop(self.following.insert(stems)),
            "implied" => drop(self.implied.entry(phrase.to_owned()).or_default().insert(key.to_owned())),
            "rephrased" => drop(self.rephrased.insert(phrase.to_owned(), key.to_owned())),
            "year" => drop(key.parse().map(|years| self.years.insert(stems, years))),
            "number" => drop(key.parse().map(|number| self.numbers.insert(stems, number))),
            "legal form" => drop(self.legal_forms.insert(phrase.to_owned())),
            "article" => drop(self.articles.insert(phrase.to_owned())),
            _ => {}
        }
    }

    fn measure_length(&mut self, stems: &str) {
        let first = stems.split(' ').next().unwrap_or_default();
        let longest = self.longest.entry(first.to_owned()).or_default();
        *longest = stems.split(' ').count().max(*longest);
    }

    fn stems(&self, phrase: &str) -> String {
        let words: Vec<String> = phrase.split(' ').map(|word| self.stem(word)).collect();
        words.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::fold;

    #[test]
    fn plurals_are_folded_and_nothing_else() {
        for (word, expected) in [
            ("contrats", "contrat"),
            ("commerciaux", "commercial"),
            ("nouveaux", "nouveau"),
            ("cities", "citi"),
            ("city", "citi"),
            ("signees", "signe"),
            ("addresses", "address"),
            ("mois", "mois"),
            ("plus", "plus"),
            ("sans", "sans"),
            ("expirent", "expirent"),
            ("kyc", "kyc"),
            ("aux", "aux"),
        ] {
            assert_eq!(lexicon().stem(word), expected);
        }
    }

    #[test]
    fn the_longest_phrase_wins() {
        let sense = |text: &str| {
            let stems: Vec<String> = fold(text).iter().map(|word| lexicon().stem(word)).collect();
            lexicon().sense(&stems).map(|(sense, length)| (sense.clone(), length))
        };
        assert_eq!(sense("plus de 3"), Some((Sense::Same(">".to_owned()), 2)));
        assert_eq!(sense("plus gros clients"), Some((Sense::Same("top".to_owned()), 2)));
        assert_eq!(sense("chiffre d’affaires"), Some((Sense::Same("revenue".to_owned()), 3)));
        assert_eq!(sense("n’ont pas"), Some((Sense::HalfNegation, 1)));
        assert_eq!(sense("le mois dernier"), Some((Sense::Ignored, 1)));
        assert_eq!(sense("mois dernier"), Some((Sense::Same("last month".to_owned()), 2)));
        assert_eq!(sense("last months"), Some((Sense::Same("last".to_owned()), 1)));
        assert_eq!(sense("Berlin"), None);
        assert_eq!(lexicon().year(&["l".to_owned(), "anne".to_owned(), "derniere".to_owned()]), Some((-1, 3)));
    }

    #[test]
    fn every_line_is_read_and_written_as_it_is_folded() {
        let sections = [
            "invariable",
            "ignored",
            "plural",
            "negation",
            "half negation",
            "asking",
            "grouping",
            "joining",
            "word",
            "order",
            "thing",
            "state",
            "following",
            "period",
            "column end",
            "rephrased",
            "implied",
            "same",
            "year",
            "number",
            "legal form",
            "article",
        ];
        for line in include_str!("lexicon.txt").lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            if let Some(section) = line.strip_prefix('[') {
                assert!(sections.contains(&section.trim_end_matches(']')), "{section}");
                continue;
            }
            let phrases = line.split_once(" = ").map_or(line, |(_, phrases)| phrases);
            for phrase in phrases.split(',').map(str::trim).filter(|phrase| !phrase.is_empty()) {
                let plain = phrase.trim_start_matches('!');
                assert_eq!(fold(plain).join(" "), plain, "in {line}");
            }
        }
    }
}
