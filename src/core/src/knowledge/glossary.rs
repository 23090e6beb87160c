//! The words of business in French and English, from `glossary.txt`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::fold;
use super::lexicon::lexicon;

/// Words shorter than this say too little.
const SHORTEST: usize = 3;

/// Phrases of stems, each with all phrases of its line, without small words.
pub(super) struct Glossary {
    entries: HashMap<String, Vec<Vec<String>>>,
    /// Words in the longest phrase.
    longest: usize,
}

/// The one glossary.
pub(super) fn glossary() -> &'static Glossary {
    static GLOSSARY: LazyLock<Glossary> = LazyLock::new(|| Glossary::read(include_str!("glossary.txt")));
    &GLOSSARY
}

impl Glossary {
    fn read(text: &str) -> Self {
        let (mut entries, mut longest) = (HashMap::<String, Vec<Vec<String>>>::new(), 0);
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let phrases = line.split(',').map(|phrase| fold(phrase).iter().map(|word| lexicon().stem(word)).collect());
            let phrases: Vec<Vec<String>> = phrases.collect();
            let all: Vec<Vec<String>> =
                phrases.iter().map(|phrase| telling(phrase.iter().map(String::as_str))).collect();
            for phrase in phrases {
                longest = longest.max(phrase.len());
                entries.entry(phrase.join(" ")).or_default().extend(all.iter().cloned());
            }
        }
        Self { entries, longest }
    }

    /// The longest phrase that `stems` begin with: all phrases for it, and its length.
    pub(super) fn longest(&self, stems: &[String]) -> Option<(&Vec<Vec<String>>, usize)> {
        let most = self.longest.min(stems.len());
        (1..=most).rev().find_map(|length| Some((self.entries.get(&stems[..length].join(" "))?, length)))
    }
}

/// The words of a phrase that tell something.
pub(super) fn telling<'w>(words: impl Iterator<Item = &'w str>) -> Vec<String> {
    words.filter(|word| word.len() >= SHORTEST).map(str::to_owned).collect()
}
